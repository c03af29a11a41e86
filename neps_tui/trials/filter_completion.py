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
    """

    before: str = ""
    words: tuple[str, ...] = ()

    def whole(self, at: int) -> str:
        """The filter with one of them."""
        return self.before + self.words[at]


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
        words = self._fields_for(ending) if ending.field is None else self._values_for(ending)
        return Candidates(text[: ending.start], tuple(words))

    def complete(self, text: str) -> str | None:
        """The filter with its last word completed; None where nothing would be added."""
        ending = ending_of(text)
        if ending is None or not (ending.begun or ending.field):
            return None
        found = self.candidates(text)
        whole = found.whole(0) if found.words else ""
        return whole if whole.casefold().startswith(text.casefold()) else None

    def _fields_for(self, ending: Ending) -> Iterator[str]:
        names = (*self.fields, "has")
        for name in names:
            if name.casefold() == ending.begun.casefold():
                yield quoted(name) + self._operator_of(name)
        yield from (quoted(name) for name in _longer(ending.begun, names))

    def _values_for(self, ending: Ending) -> Iterator[str]:
        field = ending.field or ""
        values = self.fields if field.casefold() == "has" else self.values(field)
        return (quoted(value) for value in _longer(ending.begun, values))

    def _operator_of(self, name: str) -> str:
        values = self.values(name)
        return ":" if name == "has" or any(map(_is_text, values)) else "<"


def _longer(begun: str, words: Sequence[str]) -> Iterator[str]:
    """The words that begin so and go on."""
    folded = begun.casefold()
    return (word for word in words if word.casefold().startswith(folded) and len(word) > len(begun))


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
    if len(counts) > _FEW_NUMBERS and not any(map(_is_text, counts)):
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
