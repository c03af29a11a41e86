"""The line in which a filter is typed, and what is said about it meanwhile."""

from __future__ import annotations

from collections.abc import Callable
from typing import ClassVar

from textual import on
from textual.app import ComposeResult
from textual.binding import Binding, BindingType
from textual.containers import Vertical
from textual.message import Message
from textual.suggester import Suggester
from textual.widgets import Input, Static

from neps_state import Trial
from neps_tui.facts.trial_fields import TrialFields
from neps_tui.remembered import recall, remember
from neps_tui.trials.filter import FilterError, parse_filter
from neps_tui.trials.filter_completion import Completions, completions_of
from neps_tui.view import RunView
from neps_tui.words.formatting import counted

Predicate = Callable[[Trial], bool]
_MOST_KEPT = 50


class _Suggestions(Suggester):
    """What the right arrow would complete, in faint letters behind the cursor."""

    def __init__(self, view: Callable[[], RunView | None]) -> None:
        super().__init__(use_cache=False, case_sensitive=True)
        self._view = view
        self._completions: tuple[RunView, Completions] | None = None

    async def get_suggestion(self, value: str) -> str | None:
        """The filter with its last word completed."""
        view = self._view()
        if view is None:
            return None
        if self._completions is None or self._completions[0] is not view:
            self._completions = view, completions_of(view.snapshot, view.summary)
        return self._completions[1].complete(value)


class FilterBar(Vertical):
    """An input and a note below it; what is no filter leaves the last good one.

    The right arrow or tab completes keys and values of the run, up and down go through the
    filters that were kept before.

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

    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("tab", "complete", "complete", show=False, id="filter.complete"),
        Binding("up", "earlier(-1)", "earlier filter", show=False, id="filter.earlier"),
        Binding("down", "earlier(1)", "later filter", show=False, id="filter.later"),
    ]

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
        self.input = Input(
            placeholder="as in: learning_rate<1e-3 state:success",
            suggester=_Suggestions(view),
            compact=True,
        )
        self._view = view
        self._note = Static(markup=False)
        self._kept: list[str] = _kept_before()
        self._at = len(self._kept)

    def compose(self) -> ComposeResult:
        """The input and the note."""
        yield self.input
        yield self._note

    def open(self) -> None:
        """Show the line and let the next key be typed into it."""
        self.display = True
        self._at = len(self._kept)
        self.say(
            "enter keeps it, escape takes it away, tab completes, up and down go through old ones"
        )
        self.screen.set_focus(self.input)

    def close(self) -> None:
        """Take the filter and the line away."""
        self.input.value = ""
        self.display = False

    def say(self, text: str, *, wrong: bool = False) -> None:
        """Say something about the filter, and whether it is wrong."""
        self.set_class(wrong, "-wrong")
        self._note.update(text)

    def note_matches(self, text: str, count: int) -> None:
        """Say how many trials a filter lets through, unless something else is typed by now."""
        if self.input.value.strip() == text:
            self.say(f"{counted(count, 'trial')} match{'es' if count == 1 else ''}")

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
            self._keep(event.value.strip())
            self.post_message(self.Kept())

    def _keep(self, text: str) -> None:
        if not text:
            return
        self._kept = [*(each for each in self._kept if each != text), text][-_MOST_KEPT:]
        try:
            remember("filters", self._kept)
        except OSError as error:
            self.notify(f"The filter will not be remembered: {error}", markup=False)

    def action_complete(self) -> None:
        """Take what is suggested."""
        self.input.action_end()
        self.input.action_cursor_right()

    def action_earlier(self, step: int) -> None:
        """Go through the filters that were kept before."""
        self._at = min(max(self._at + step, 0), len(self._kept))
        self.input.value = self._kept[self._at] if self._at < len(self._kept) else ""
        self.input.action_end()


def _kept_before() -> list[str]:
    kept = recall().get("filters")
    return [each for each in kept if isinstance(each, str)] if isinstance(kept, list) else []
