"""Trials cut in two by a condition on one hyperparameter, in every way worth trying."""

from __future__ import annotations

import math
from bisect import bisect_left, bisect_right
from collections import Counter
from collections.abc import Hashable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, NamedTuple, TypeAlias

from neps_state.stand_in import StandIn, plain_number
from neps_tui.facts.config_keys import ConfigKey
from neps_tui.words.formatting import number

Config: TypeAlias = Mapping[str, Any]
Number: TypeAlias = int | float

_MOST_CUTS = 64
"""Places at which the values of a number are cut in two."""
_LARGEST = 1e300
"""Beyond it a number is no value that could be counted with."""


class Chosen(NamedTuple):
    """That a choice was made; what it means, the search space knows.

    Attributes:
        choice: As stored in configs.
    """

    choice: Hashable


@dataclass(frozen=True, slots=True)
class Split:
    """All trials in two: those that meet a condition, and those that do not.

    Args:
        condition: The condition, as in `> 0.8`.
        met: How many of some trials meet it.
        trials: How many these are.
        met_by_all: How many of all trials meet it.
        all: How many there are.
    """

    condition: str | Chosen
    met: int
    trials: int
    met_by_all: int
    all: int

    @property
    def met_by_others(self) -> int:
        """How many of the other trials meet it."""
        return self.met_by_all - self.met

    @property
    def others(self) -> int:
        """How many other trials there are."""
        return self.all - self.trials


class Numbers:
    """The values of a hyperparameter that is a number.

    Args:
        key: The hyperparameter.
    """

    def __init__(self, key: ConfigKey) -> None:
        self.key = key
        self._ordered: list[Number] = []

    def add(self, configs: Iterable[Config]) -> None:
        """Take in the values of more trials."""
        self._ordered += _numbers(configs, self.key.key)
        self._ordered.sort()

    def tries(self, trials: int) -> int:
        """How many conditions are tried at the most for so many trials."""
        # For a fixed place in the order of the trials' own values, the chance of the cut there is
        # exact: so these places are all that has to be counted, however many values there are.
        distinct = _distinct(self._ordered, _MOST_CUTS + 1)
        return 2 * max(min(trials, distinct - 1), 0)

    def splits(self, some: Sequence[Config], everybody: int) -> Iterator[Split]:
        """The splits between the values of some trials, in either direction."""
        own, ordered = sorted(_numbers(some, self.key.key)), self._ordered
        step = max(len(own) / _MOST_CUTS, 1.0)
        for cut in sorted({own[int(at * step)] for at in range(math.ceil(len(own) / step))}):
            start, stop = bisect_left(ordered, cut), bisect_right(ordered, cut)
            if start > 0:
                condition = _beyond(">", cut, ordered[start - 1], ordered[-1])
                met = len(own) - bisect_left(own, cut)
                yield Split(condition, met, len(some), len(ordered) - start, everybody)
            if stop < len(ordered):
                condition = _beyond("<", cut, ordered[stop], ordered[0])
                yield Split(condition, bisect_right(own, cut), len(some), stop, everybody)


class Choices:
    """The values of a hyperparameter that is a choice among some.

    Args:
        key: The hyperparameter.
    """

    def __init__(self, key: ConfigKey) -> None:
        self.key = key
        self._counts: Counter[Hashable] = Counter()

    def add(self, configs: Iterable[Config]) -> None:
        """Take in the values of more trials."""
        self._counts.update(_choices(configs, self.key.key))

    def tries(self, trials: int) -> int:
        """How many conditions are tried, for any number of trials."""
        del trials
        return len(self._counts)

    def splits(self, some: Sequence[Config], everybody: int) -> Iterator[Split]:
        """The splits into one choice and the others, for each choice of some trials."""
        for choice, met in Counter(_choices(some, self.key.key)).items():
            yield Split(Chosen(choice), met, len(some), self._counts[choice], everybody)


def choice_of(config: Config, key: str) -> Hashable:
    """What a config chose, as something that can be counted."""
    value = config.get(key)
    return value if isinstance(value, str | int | float) else str(value)


def _choices(configs: Iterable[Config], key: str) -> Iterator[Hashable]:
    return (choice_of(config, key) for config in configs if key in config)


def _numbers(configs: Iterable[Config], key: str) -> Iterator[Number]:
    for config in configs:
        value = config.get(key)
        if isinstance(value, StandIn):
            value = plain_number(value)
        if isinstance(value, int | float) and -_LARGEST <= value <= _LARGEST:
            yield value


def _distinct(ordered: Sequence[Number], most: int) -> int:
    """How many different numbers there are, counted no further than `most`."""
    at = count = 0
    while at < len(ordered) and count < most:
        at = bisect_right(ordered, ordered[at], at)
        count += 1
    return count


def _beyond(sign: str, inner: Number, outer: Number, last: Number) -> str:
    """Say that a number is at least (or at most) `inner`, `outer` being the next one beside it."""
    if inner == last:
        return f"= {number(inner)}"
    return f"{sign} {_shortest_between(inner, outer)}"


def _shortest_between(inner: Number, outer: Number) -> str:
    """The number with the fewest digits from `outer` to `inner`, that one excluded."""
    if isinstance(inner, int) and isinstance(outer, int):
        return number(outer)
    is_wide = inner * outer > 0 and not 0.1 < inner / outer < 10
    middle = (
        math.copysign(math.sqrt(abs(inner)) * math.sqrt(abs(outer)), outer)
        if is_wide
        else (inner + outer) / 2
    )
    for digits in range(1, 17):
        short = float(f"{middle:.{digits}g}")
        if min(inner, outer) <= short <= max(inner, outer) and short != inner:
            return number(short, digits)
    return number(outer, 17)
