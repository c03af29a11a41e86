"""A screen that follows the run, under the header that tells whether it is alive."""

from __future__ import annotations

import time

from textual.events import Resize
from textual.reactive import Reactive, reactive
from textual.widget import Widget

from neps_tui.screens.run_header import RunHeader
from neps_tui.view import RunView
from neps_tui.widgets.refusing import Refusing


class RunScreen(Refusing[None]):
    """Draws the run anew when it has changed and once a second, while it is the screen seen.

    Subclasses yield `header` first, draw the run in `show`, and in `tick` what changes by
    itself with time.

    Args:
        read_only: Why the run may not be changed from here; empty if it may.
        ascii: Whether only ASCII may be drawn.
        id: The screen's id.

    Attributes:
        checked_at: When the run was last looked at, by `time.monotonic`.
    """

    # None of them paints the whole screen anew: what looks different for it does so by itself.
    view: reactive[RunView | None] = reactive[RunView | None](None, repaint=False)
    notice: reactive[str] = reactive("", repaint=False)
    """What is under way, or has failed."""
    focused: Reactive[Widget | None] = Reactive(None, repaint=False)
    """The widget that gets the keys."""

    def __init__(self, *, read_only: str = "", ascii: bool = False, id: str | None = None):
        super().__init__(id=id)
        self.read_only = read_only
        self.ascii = ascii
        self.header = RunHeader(read_only=bool(read_only), ascii=ascii)
        self.checked_at = time.monotonic()

    def show(self, view: RunView) -> None:
        """Draw a moment of the run."""

    def tick(self, view: RunView) -> None:
        """Draw again what changes by itself with time; by default everything."""
        self.show(view)

    def on_mount(self) -> None:
        """Let clocks run."""
        self.set_interval(1.0, self._tick)

    def on_resize(self, event: Resize) -> None:
        """Lay out the header anew, once its new width is known to all."""
        if event.size != self.app.size:
            # Of two sizes at once, as when a window is dragged while this is being made, Textual
            # would answer each with the other one, for ever.
            event.prevent_default()
        self.call_after_refresh(self.draw_header)

    def on_screen_resume(self) -> None:
        """Draw what has changed while another screen was seen."""
        self.watch_view()

    def watch_view(self) -> None:
        """Draw another moment of the run."""
        if self.view is not None and self.is_mounted and self.is_current:
            self.draw_header()
            self.show(self.view)

    def watch_notice(self) -> None:
        """Say what is under way."""
        self.draw_header()

    def _tick(self) -> None:
        if self.view is not None and self.is_current:
            self.tick(self.view)
            self.draw_header()

    def draw_header(self) -> None:
        """Draw the header."""
        if self.view is not None and self.header.is_mounted:
            age = time.monotonic() - self.checked_at
            self.header.draw(self.view, self.view.now(), age, self.notice or None)
