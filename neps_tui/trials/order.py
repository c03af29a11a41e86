"""The order of trials by the values of one column, kept while trials come and change."""

from __future__ import annotations

import math
from bisect import bisect_left
from collections.abc import Callable, Iterable, Sequence
from typing import Any, TypeAlias

from neps_state import Trial
from neps_state.snapshot import Trials
from neps_state.trial import UNFINISHED
from neps_tui.facts.trial_fields import (
    MISSING_RANK,
    Field,
    SortKey,
    is_missing,
    natural_id,
    sort_key,
)

_Entry: TypeAlias = tuple[int, float, str, str, str]
"""A sort key, the order of what is the same by it, and the trial's id, flat: nested tuples take
twice as long to compare."""
_ID_WIDTH = 16
"""To which ids are filled up, so that 2_rung_0 comes before 19_rung_0."""
_FIRST_MISSING: _Entry = (MISSING_RANK, -math.inf, "", "", "")
_NUMBERS_OR_NONE = frozenset({float, int, type(None)})


class TrialOrder:
    """Ids of trials from the smallest value of a column to the largest, then those without one.

    Args:
        value_of: The value of a trial in the column.
        key_of: How values are compared.
    """

    def __init__(self, value_of: Field, key_of: Callable[[Any], SortKey]) -> None:
        self._value_of = value_of
        self._key_of = key_of
        self._ids: list[str] = []

    def __len__(self) -> int:
        return len(self._ids)

    def ids(self, trials: Trials, *, descending: bool = False) -> list[str]:
        """The order as it is now; what has no value comes last either way.

        Args:
            trials: The trials.
            descending: Whether the largest value comes first.
        """
        if not descending:
            return list(self._ids)
        present = self._place_of(_FIRST_MISSING, trials)
        return self._ids[:present][::-1] + self._ids[present:]

    def place_all(self, trials: Sequence[Trial]) -> None:
        """Put all trials in order anew."""
        values = [self._value_of(trial) for trial in trials]
        if _NUMBERS_OR_NONE.issuperset(map(type, values)) and self._key_of is sort_key:
            self._ids = self._by_numbers(trials, values)
        else:
            self._ids = [trial.metadata.id for trial in sorted(trials, key=self._entry)]

    def update(
        self,
        changed: Iterable[str],
        before: Trials,
        now: Trials,
        is_shown: Callable[[Trial], bool],
    ) -> None:
        """Put trials in their places that have changed, at the cost of these.

        Args:
            changed: Their ids.
            before: The trials as they were when they were put where they are.
            now: The trials as they are.
            is_shown: Tells which of them have a place at all.
        """
        changed = list(changed)
        for trial_id in changed:
            if (trial := before.get(trial_id)) is not None:
                self._take(trial, before)
        for trial_id in changed:
            if (trial := now.get(trial_id)) is not None and is_shown(trial):
                self._ids.insert(self._place_of(self._entry(trial), now), trial_id)

    def _take(self, trial: Trial, trials: Trials) -> None:
        trial_id = trial.metadata.id
        if trial.metadata.state in UNFINISHED:
            return
        at = self._place_of(self._entry(trial), trials)
        if at < len(self._ids) and self._ids[at] == trial_id:
            del self._ids[at]
        elif trial_id in self._ids:
            # Two ids that differ by a zero in front may have changed places.
            self._ids.remove(trial_id)

    def _place_of(self, entry: _Entry, trials: Trials) -> int:
        return bisect_left(self._ids, entry, key=lambda trial_id: self._entry(trials[trial_id]))

    def _by_numbers(self, trials: Sequence[Trial], values: Sequence[Any]) -> list[str]:
        """The order by values that are numbers or none, without a sort key for each.

        Whatever is asked for again and again lies in lists: going from trial to trial by their
        values, in memory they are anywhere, takes longer than sorting.
        """
        ids = [trial.metadata.id for trial in trials]
        padded = [trial_id.rjust(_ID_WIDTH, "0") for trial_id in ids]
        numbers = [math.nan if value is None else float(value) for value in values]
        # By the id itself too, as two may differ by nothing but a zero in front.
        places = sorted(range(len(ids)), key=ids.__getitem__)
        places.sort(key=padded.__getitem__)
        present = [at for at in places if numbers[at] == numbers[at]]
        present.sort(key=numbers.__getitem__)
        missing = [trials[at] for at in places if numbers[at] != numbers[at]]
        missing.sort(key=self._entry)
        return [ids[at] for at in present] + [trial.metadata.id for trial in missing]

    def _entry(self, trial: Trial) -> _Entry:
        trial_id, key = trial.metadata.id, self._key_of(self._value_of(trial))
        if is_missing(key):
            return (MISSING_RANK, *natural_id(trial_id)[1:], "", trial_id)
        return (*key, trial_id.rjust(_ID_WIDTH, "0"), trial_id)
