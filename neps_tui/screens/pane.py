"""What all panes have in common: a frame with a title, and the run they draw."""

from __future__ import annotations

from collections.abc import Sequence

from rich.cells import cell_len, set_cell_size
from textual.containers import Vertical
from textual.content import Content
from textual.reactive import reactive

from neps_tui.view import RunView
from neps_tui.words.formatting import plain, to_ascii

_BESIDE_TITLE = 6
"""Cells that the corners of the frame and the blanks beside its title take."""


class Pane(Vertical):
    """One side of a run, in a frame.

    Subclasses draw in `show`, and in `tick` what changes by itself with time.

    Args:
        ascii: Whether only ASCII may be drawn.
    """

    DEFAULT_CSS = """
    Pane {
        border: round $foreground 25%;
        border-title-color: $text-muted;
        border-title-style: bold;
        padding: 0 1;
        &:focus-within {
            border: round $primary;
            border-title-color: $text-primary;
        }
    }
    Pane.-unread > * { visibility: hidden; }
    Pane.-ascii { border: ascii $foreground 25%; }
    Pane.-ascii TrialTable, Pane.-ascii VerticalScroll { scrollbar-size: 0 0; }
    Pane.-ascii:focus-within { border: ascii $primary; }
    """

    # Its contents are painted by themselves, and the frame stays as it is.
    view: reactive[RunView | None] = reactive[RunView | None](None, repaint=False)

    def __init__(self, *, id: str, ascii: bool = False) -> None:
        super().__init__(id=id, classes="-ascii" if ascii else None)
        self.ascii = ascii
        self._title = ""
        self._fitted_title = ""
        self.title_key = ""
        """The key that goes to it, which its title begins with."""

    def watch_view(self, view: RunView | None) -> None:
        """Draw another moment of the run."""
        if view is not None and self.is_mounted:
            self._show_what_is_known(view)

    def on_mount(self) -> None:
        """Draw what is there already."""
        if self.view is not None:
            self._show_what_is_known(self.view)

    def _show_what_is_known(self, view: RunView) -> None:
        # Of a run that has not been read yet, nobody may say that it has no trials.
        self.set_class(not view.is_read, "-unread")
        if view.is_read:
            self.show(view, view.now())

    def show(self, view: RunView, now: float) -> None:
        """Draw a moment of the run (`now` in seconds since the epoch)."""
        raise NotImplementedError(type(self).__name__)

    def tick(self, now: float) -> None:
        """Draw again what changes by itself with time."""

    def chosen(self) -> Sequence[str]:
        """Ids of the trials that an action here is about."""
        return ()

    def set_title(self, *parts: str) -> None:
        """Title the frame; nothing in it is markup."""
        text = plain(" · ".join(part for part in parts if part))
        self._title = to_ascii(text) if self.ascii else text
        self._fit_title()

    def on_resize(self) -> None:
        """Cut the title for the new width."""
        self._fit_title()

    def _fit_title(self) -> None:
        """Cut the title where it is too long for the frame: Textual would with its own sign."""
        key = f"{self.title_key} " if self.title_key else ""
        room = self.outer_size.width - _BESIDE_TITLE - len(key)
        text = self._title
        if 0 < room < cell_len(text):
            text = set_cell_size(text, room - 1) + ("~" if self.ascii else "…")
        if text != self._fitted_title:
            self._fitted_title = text
            # Not as markup: a text that is escaped may still be read as some.
            self.border_title = Content.assemble((key, "$footer-key-foreground"), text)
