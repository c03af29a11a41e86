"""The line in which a filter is typed, and what is said about it meanwhile."""

from __future__ import annotations

from collections.abc import Callable

from textual import on
from textual.app import ComposeResult
from textual.containers import Vertical
from textual.message import Message
from textual.widgets import Input, Static

from neps_state import Trial
from neps_tui.filter import FilterError, parse_filter
from neps_tui.trial_fields import TrialFields
from neps_tui.view import RunView

Predicate = Callable[[Trial], bool]


class FilterBar(Vertical):
    """An input and a note below it; what is no filter leaves the last good one.

    Args:
        view: Gives the run, whose fields a filter may ask for.
    """

    DEFAULT_CSS = """
    FilterBar {
        height: 2;
        padding: 0 1;
        background: $panel;
        & > Input, & > Input:focus { border: none; height: 1; padding: 0; background: $panel; }
        & > Static { height: 1; color: $text-muted; }
        &.-wrong > Static { color: $text-warning; }
    }
    """

    class Changed(Message):
        """Another filter holds.

        Args:
            text: As it was typed.
            holds: Tells which trials it lets through; None for all.
        """

        def __init__(self, text: str, holds: Predicate | None) -> None:
            super().__init__()
            self.text = text
            self.holds = holds

    class Kept(Message):
        """The filter is to stay, and its line to go."""

    def __init__(self, view: Callable[[], RunView | None]) -> None:
        super().__init__()
        self.input = Input(placeholder="as in: learning_rate<1e-3 state:success", compact=True)
        self._view = view
        self._note = Static(markup=False)

    def compose(self) -> ComposeResult:
        """The input and the note."""
        yield self.input
        yield self._note

    def open(self) -> None:
        """Show the line and let the next key be typed into it."""
        self.display = True
        self.say("enter keeps the filter, escape takes it away")
        self.screen.set_focus(self.input)

    def close(self) -> None:
        """Take the filter and the line away."""
        self.input.value = ""
        self.display = False

    def say(self, text: str, *, wrong: bool = False) -> None:
        """Say something about the filter, and whether it is wrong."""
        self.set_class(wrong, "-wrong")
        self._note.update(text)

    @on(Input.Changed)
    def _on_typed(self, event: Input.Changed) -> None:
        event.stop()
        view = self._view()
        if view is None or not self.display:
            return
        text = event.value.strip()
        try:
            fields = TrialFields(view.snapshot, view.summary)
            holds = parse_filter(text, fields) if text else None
        except FilterError as error:
            self.say(str(error), wrong=True)
            return
        self.post_message(self.Changed(text, holds))

    @on(Input.Submitted)
    def _on_submitted(self, event: Input.Submitted) -> None:
        event.stop()
        if not self.has_class("-wrong"):
            self.display = False
            self.post_message(self.Kept())
