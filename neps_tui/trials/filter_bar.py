"""The line in which a filter is typed, and what is said about it meanwhile."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import ClassVar

from textual import on
from textual.app import ComposeResult
from textual.binding import Binding, BindingType
from textual.containers import Vertical
from textual.content import Content
from textual.message import Message
from textual.suggester import Suggester
from textual.widgets import Input, Static

from neps_tui.facts.trial_fields import TrialFields
from neps_tui.remembered import recall, remember
from neps_tui.screens.run_screen import RunScreen
from neps_tui.trials.filter import (
    Filter,
    FilterError,
    expected_after,
    parse_filter,
    unfinished_word,
)
from neps_tui.trials.filter_completion import Candidates, in_a_line
from neps_tui.trials.filter_terms import FilterTerms
from neps_tui.view import RunView
from neps_tui.words.formatting import counted, to_ascii

_MOST_KEPT = 50
_OPERATORS = ":=<>!"


class _Suggestions(Suggester):
    """What the right arrow would complete, in faint letters behind the cursor."""

    def __init__(self, terms: FilterTerms) -> None:
        super().__init__(use_cache=False, case_sensitive=True)
        self._terms = terms

    async def get_suggestion(self, value: str) -> str | None:
        """The filter with its last word completed."""
        completions = self._terms.completions
        return None if completions is None else completions.complete(value)


@dataclass(slots=True)
class _Choice:
    """Candidates that tab goes through, and which of them it is at; before the first, none.

    Args:
        typed: The filter as it was typed.
        candidates: What may stand at its end.
        at: Which of them stands there.
    """

    typed: str
    candidates: Candidates
    at: int = -1

    @property
    def text(self) -> str:
        """The filter as it reads now."""
        return self.typed if self.at < 0 else self.candidates.whole(self.at)

    @property
    def gives_operator(self) -> bool:
        """Whether a sign was put behind the one that stands there."""
        return self.at >= 0 and bool(self.candidates.operator(self.at))

    def step(self, step: int) -> None:
        """Go to the next, or the one before; after the last comes what was typed."""
        self.at = (self.at + 1 + step) % (len(self.candidates.words) + 1) - 1


class FilterBar(Vertical):
    """An input and two lines below it; what is no filter leaves the last good one.

    The right arrow completes keys and values of the run, tab goes through all that are possible,
    up and down go through the filters that were kept before.

    Args:
        view: Gives the run, whose fields a filter may ask for.
    """

    DEFAULT_CSS = """
    FilterBar {
        height: 3;
        padding: 0 1;
        background: $panel;
        & > Input, & > Input:focus { border: none; height: 1; padding: 0; background: $panel; }
        & > Static { height: 2; color: $text-muted; }
    }
    """

    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("tab", "complete(1)", "complete", show=False, id="filter.complete"),
        Binding("shift+tab", "complete(-1)", "complete back", show=False, id="filter.uncomplete"),
        Binding("up", "earlier(-1)", "earlier filter", show=False, id="filter.earlier"),
        Binding("down", "earlier(1)", "later filter", show=False, id="filter.later"),
    ]

    class Changed(Message):
        """Another filter holds.

        Args:
            text: As it was typed.
            holds: Tells which trials it lets through; None for all.
        """

        def __init__(self, text: str, holds: Filter | None) -> None:
            super().__init__()
            self.text = text
            self.holds = holds

    class Kept(Message):
        """The filter is to stay, and its line to go."""

    def __init__(self, view: Callable[[], RunView | None]) -> None:
        super().__init__()
        self._terms = FilterTerms(view, self._is_ascii)
        self.input = Input(
            placeholder="as in: learning_rate<1e-3 state:success",
            suggester=_Suggestions(self._terms),
            compact=True,
        )
        self._note = Static(markup=False)
        self._said = ""
        self._expected = ""
        self._choice = _Choice("", Candidates())
        self._given_with_operator = ""
        self._kept = _kept_before()
        self._lines = [*self._kept, ""]
        self._at = len(self._kept)

    def compose(self) -> ComposeResult:
        """The input and the note."""
        yield self.input
        yield self._note

    def open(self) -> None:
        """Show the line and let the next key be typed into it."""
        self.display = True
        now = self.input.value
        self._lines = [*(each for each in self._kept if each != now), now]
        self._at = len(self._lines) - 1
        self._choice = _Choice(now, self._candidates(now))
        self._expected = ""
        self.say("enter keeps it, escape takes it away, tab completes, up brings back old ones")
        self.screen.set_focus(self.input)

    def close(self) -> None:
        """Take the filter and the line away."""
        self.input.value = ""
        self.display = False

    def on_resize(self) -> None:
        """List as many candidates as there is room for now."""
        self._draw_note()

    def say(self, text: str) -> None:
        """Say something about the filter that holds, unless what is typed is not one yet."""
        self._said = text
        self._draw_note()

    def note_matches(self, text: str, count: int) -> None:
        """Say how many trials a filter lets through, unless something else is typed by now."""
        if self.input.value.strip() == text:
            self.say(f"{counted(count, 'trial')} match{'es' if count == 1 else ''}")

    # --- what is typed --------------------------------------------------------------------------

    @on(Input.Changed)
    def _on_typed(self, event: Input.Changed) -> None:
        event.stop()
        fields = self._terms.fields
        if fields is None or not self.display:
            return
        if (text := self._with_own_operator(event.value)) != event.value:
            self._show(text)
            return
        if event.value != self._choice.text:
            self._choice = _Choice(event.value, self._candidates(event.value))
        if (word := unfinished_word(event.value, fields)) is not None:
            self._expect(expected_after(word, fields))
        else:
            self._apply(event.value, fields)

    @on(Input.Submitted)
    def _on_submitted(self, event: Input.Submitted) -> None:
        event.stop()
        fields = self._terms.fields
        if fields is not None and self._apply(event.value, fields):
            self.display = False
            self._keep(event.value.strip())
            self.post_message(self.Kept())

    def _apply(self, text: str, fields: TrialFields) -> bool:
        """Have the filter hold; whether it is one."""
        text = text.strip()
        try:
            holds = parse_filter(text, fields) if text else None
        except FilterError as error:
            self._expect(str(error))
            return False
        self._expect("")
        self.post_message(self.Changed(text, holds))
        return True

    def _keep(self, text: str) -> None:
        if not text:
            return
        self._kept = [*(each for each in self._kept if each != text), text][-_MOST_KEPT:]
        try:
            remember("filters", self._kept)
        except OSError as error:
            self.notify(f"The filter will not be remembered: {error}", markup=False)

    # --- what is said ---------------------------------------------------------------------------

    def _expect(self, text: str) -> None:
        """Say what has to be typed before another filter can hold; empty if nothing."""
        self._expected = text
        if text:
            self._said = ""
        self._draw_note()

    def _draw_note(self) -> None:
        parts: list[tuple[str, str]] = [(self._said, "")]
        if self._expected:
            parts = [(self._expected, "$text-warning")]
        parts += [("\n", ""), *self._listed()]
        drawn = [(to_ascii(text) if self._is_ascii() else text, style) for text, style in parts]
        self._note.update(Content.assemble(*drawn))

    def _is_ascii(self) -> bool:
        return isinstance(self.screen, RunScreen) and self.screen.ascii

    def _listed(self) -> Iterator[tuple[str, str]]:
        """The candidates there is room for, the one that is chosen stands out."""
        words, at = self._choice.candidates.words, self._choice.at
        more = f"+{len(words)}"
        shown, first = in_a_line(words, at, self._note.size.width - len(more))
        for place, word in enumerate(shown, first):
            yield word, "reverse" if place == at else ""
            yield "  ", ""
        if left := len(words) - len(shown):
            yield f"+{left}", ""

    # --- completing, and going back to old ones ---------------------------------------------------

    def _candidates(self, text: str) -> Candidates:
        completions = self._terms.completions
        return Candidates() if completions is None else completions.candidates(text)

    def action_complete(self, step: int) -> None:
        """Take the next of what is possible, or the one before."""
        if (text := self.input.value) != self._choice.text:
            self._choice = _Choice(text, self._candidates(text))
        self._choice.step(step)
        text = self._choice.text
        self._given_with_operator = text if self._choice.gives_operator else ""
        if len(self._choice.candidates.words) == 1:
            # There is nothing to go through: the next tab goes on from here.
            self._choice = _Choice(text, self._candidates(text))
        self._show(text)

    def action_earlier(self, step: int) -> None:
        """Go through the filters that were kept before; what is typed now comes last."""
        self._lines[self._at] = self.input.value
        self._at = min(max(self._at + step, 0), len(self._lines) - 1)
        self._show(self._lines[self._at])

    def _with_own_operator(self, text: str) -> str:
        """The filter with the sign that was typed right behind the one that tab had given."""
        given, self._given_with_operator = self._given_with_operator, ""
        if text == given:
            self._given_with_operator = given
        elif given and text[:-1] == given and text[-1] in _OPERATORS:
            return given[:-1] + text[-1]
        return text

    def _show(self, text: str) -> None:
        self.input.value = text
        self.input.action_end()


def _kept_before() -> list[str]:
    kept = recall().get("filters")
    return [each for each in kept if isinstance(each, str)] if isinstance(kept, list) else []
