"""What all panes have in common: a frame with a title, and the run they draw."""

from __future__ import annotations

from collections.abc import Sequence

from textual.containers import Vertical
from textual.content import Content
from textual.reactive import reactive

from neps_tui.view import RunView
from neps_tui.words.formatting import plain, to_ascii


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
    Pane.-ascii { border: ascii $foreground 25%; }
    Pane.-ascii TrialTable, Pane.-ascii VerticalScroll { scrollbar-size: 0 0; }
    Pane.-ascii:focus-within { border: ascii $primary; }
    """

    # Its contents are painted by themselves, and the frame stays as it is.
    view: reactive[RunView | None] = reactive[RunView | None](None, repaint=False)

    def __init__(self, *, id: str, ascii: bool = False) -> None:
        super().__init__(id=id, classes="-ascii" if ascii else None)
        self.ascii = ascii

    def watch_view(self, view: RunView | None) -> None:
        """Draw another moment of the run."""
        if view is not None and self.is_mounted:
            self.show(view, view.now())

    def on_mount(self) -> None:
        """Draw what is there already."""
        if self.view is not None:
            self.show(self.view, self.view.now())

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
        title = Content(to_ascii(text) if self.ascii else text)
        if self.border_title != title.markup:
            self.border_title = title.markup
