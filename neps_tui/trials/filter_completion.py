"""Completing a filter that is being typed: keys, operators, and values of the run."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from functools import cache

from rich.cells import cell_len

from neps_state import Trial
from neps_state.snapshot import RunSnapshot
from neps_state.trial import UNFINISHED
from neps_tui.facts.field_names import UnknownFieldError
from neps_tui.facts.trial_fields import TrialFields
from neps_tui.trials.filter_tokens import Ending, ending_of, quoted
from neps_tui.words.formatting import plain

_MOST_VALUES = 50
_FEW_NUMBERS = 12
"""Numbers that are worth choosing from; of more, each is another one."""
_LOOKED_AT = 2000
"""Trials whose values are offered: looking at all would take too long for a key."""
_BETWEEN = 2
"""Blanks between two candidates in a line."""


@dataclass(frozen=True, slots=True)
class Candidates:
    """What may stand in place of what is being typed.

    Args:
        before: The filter up to there.
        words: What may follow, the likeliest first.
        operator: Gives the sign that most often follows one of them, by its place.
    """

    before: str = ""
    words: tuple[str, ...] = ()
    operator: Callable[[int], str] = lambda at: ""

    def whole(self, at: int) -> str:
        """The filter with one of them, and the sign after it if it is a field."""
        return self.before + self.words[at] + self.operator(at)


@dataclass(frozen=True, slots=True)
class Completions:
    """What a filter of one run may be made of.

    Args:
        fields: Names of fields, the hyperparameters' first.
        values: Gives the values of a field, the most frequent first.
    """

    fields: tuple[str, ...]
    values: Callable[[str], Sequence[str]]

    def candidates(self, text: str) -> Candidates:
        """What may stand in place of the word at the end, or come next after a blank."""
        ending = ending_of(text)
        if ending is None:
            return Candidates()
        before = text[: ending.start]
        if ending.field is not None:
            return Candidates(before, tuple(self._values_for(ending)))
        names = [*_beginning(ending.begun, (*self.fields, "has"))]
        return Candidates(
            before, tuple(map(quoted, names)), lambda at: self._operator_of(names[at])
        )

    def complete(self, text: str) -> str | None:
        """The filter with its last word completed; None where nothing would be added."""
        ending = ending_of(text)
        if ending is None or not (ending.begun or ending.field):
            return None
        found = self.candidates(text)
        whole = found.before + found.words[0] if found.words else ""
        if whole.casefold() == text.casefold():
            whole = found.whole(0)
        return whole if whole.casefold().startswith(text.casefold()) else None

    def _values_for(self, ending: Ending) -> Iterator[str]:
        field = ending.field or ""
        values = self.fields if field.casefold() == "has" else self.values(field)
        found = _beginning(ending.begun, values)
        return (quoted(value) for value in found if len(value) > len(ending.begun))

    def _operator_of(self, name: str) -> str:
        values = self.values(name)
        if name == "has" or any(map(_is_text, values)):
            return ":"
        return "=" if values and all(map(str.isdecimal, values)) else "<"


def _beginning(begun: str, words: Sequence[str]) -> Iterator[str]:
    """The words that begin so; one that is just that comes first."""
    folded = begun.casefold()
    found = [word for word in words if word.casefold().startswith(folded)]
    return iter(sorted(found, key=lambda word: len(word) > len(begun)))


def _is_text(value: str) -> bool:
    try:
        float(value)
    except ValueError:
        return True
    return False


def completions_of(
    snapshot: RunSnapshot, fields: TrialFields, *, ascii: bool = False
) -> Completions:
    """What a filter of this run's ended trials may be made of.

    Args:
        snapshot: The run.
        fields: What there is to ask for in it.
        ascii: Whether only ASCII may be drawn, and thus be offered.
    """
    trials = [
        trial
        for trial in list(snapshot.trials.values())[-_LOOKED_AT:]
        if trial.metadata.state not in UNFINISHED
    ]

    def can_be_drawn(text: str) -> bool:
        return plain(text) == text and (text.isascii() or not ascii)

    @cache
    def values(name: str) -> Sequence[str]:
        try:
            return [*filter(can_be_drawn, _frequent(name, fields, trials))][:_MOST_VALUES]
        except UnknownFieldError:
            return ()

    # What only files call them, nobody types; and nothing that has ended has a verdict.
    names = (each for each in fields.names() if "::" not in each and each != "verdict")
    return Completions(tuple(filter(can_be_drawn, names)), values)


def _frequent(name: str, fields: TrialFields, trials: Sequence[Trial]) -> Sequence[str]:
    """The values of a field as they are typed, the most frequent first."""
    field, kind = fields[name], fields.kind(name)
    if kind in ("span", "age", "moment"):
        return ()
    values = (value for trial in trials if (value := field(trial)) not in (None, ""))
    texts: Iterator[str] = map(str, values)
    if kind == "error":
        texts = (text.partition(": ")[0] for text in texts)
    counts = Counter(texts)
    if kind != "name" and len(counts) > _FEW_NUMBERS and not any(map(_is_text, counts)):
        return ()
    return [text for text, _ in counts.most_common()]


def in_a_line(words: Sequence[str], at: int, room: int) -> tuple[Sequence[str], int]:
    """As many candidates as there is room for, one of them among them.

    Args:
        words: The candidates.
        at: The one that has to be seen; negative for none.
        room: Cells in the line.

    Returns:
        The candidates to show, and which of all the first of them is.
    """
    first = taken = 0
    for place, word in enumerate(words):
        width = cell_len(word) + _BETWEEN
        if taken and taken + width > room:
            if place > at:
                return words[first:place], first
            first = place
            taken = 0
        taken += width
    return words[first:], first
