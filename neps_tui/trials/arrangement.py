"""Which trials a table shows, in which order."""

from __future__ import annotations

from collections.abc import Callable, Collection, Sequence
from typing import Any, TypeAlias

from neps_state import Trial
from neps_state.snapshot import Trials
from neps_state.trial import UNFINISHED
from neps_tui.facts.trial_fields import (
    SortKey,
    TrialFields,
    natural_id,
    sort_by_several,
    sort_key,
)
from neps_tui.trials.column_choice import Sorting
from neps_tui.trials.order import TrialOrder

Predicate: TypeAlias = Callable[[Trial], bool]

_FEW = 200
"""Changes up to which trials are put in place one by one instead of sorting all anew."""


class Arrangement:
    """The ended trials that are to be shown, in order.

    To make one goes through all trials, in any thread; to follow the run costs what changes.

    Args:
        trials: All trials of the run, which nobody changes any more.
        fields: Their values, by column.
        sorting: The columns to sort by.
        holds: Tells of a trial whether it is shown; None for all that have ended.
    """

    def __init__(
        self, trials: Trials, fields: TrialFields, sorting: Sorting, holds: Predicate | None
    ) -> None:
        self.sorting = sorting
        self._trials = trials
        self._holds = holds
        # Written out, not asked of each: there may be very many.
        ended = [each for each in trials.values() if each.metadata.state not in UNFINISHED]
        shown = ended if holds is None else list(filter(holds, ended))
        column, self._descending = sorting[0]
        self._by_first = TrialOrder(fields[column], _key_of_values(column))
        self._by_first.place_all(shown)
        self._ids: Sequence[str] | None = None
        if len(sorting) > 1:
            self._ids = _by_several(shown, fields, sorting)

    def __len__(self) -> int:
        return len(self._by_first)

    def ids(self) -> Sequence[str]:
        """Ids of the trials, first to last; what has no value comes last either way."""
        if self._ids is None:
            self._ids = self._by_first.ids(self._trials, descending=self._descending)
        return self._ids

    def follow(self, changed: Collection[str], trials: Trials) -> bool:
        """Put trials in their places that have changed.

        Args:
            changed: Their ids.
            trials: All trials as they are now.

        Returns:
            Whether that could be done; if not, nothing was, and another has to be made.
        """
        if len(changed) > _FEW or len(self.sorting) > 1:
            return not changed
        if changed:
            self._by_first.update(changed, self._trials, trials, self._is_shown)
            self._ids = None
        self._trials = trials
        return True

    def _is_shown(self, trial: Trial) -> bool:
        if trial.metadata.state in UNFINISHED:
            return False
        return self._holds is None or self._holds(trial)


def _by_several(shown: list[Trial], fields: TrialFields, sorting: Sorting) -> list[str]:
    trials = sorted(shown, key=lambda trial: natural_id(trial.metadata.id))
    sort_by_several(trials, [(_sort_key_of(column, fields), down) for column, down in sorting])
    return [trial.metadata.id for trial in trials]


def _sort_key_of(column: str, fields: TrialFields) -> Callable[[Trial], SortKey]:
    value_of, key_of = fields[column], _key_of_values(column)
    return lambda trial: key_of(value_of(trial))


def _key_of_values(column: str) -> Callable[[Any], SortKey]:
    return natural_id if column == "id" else sort_key
