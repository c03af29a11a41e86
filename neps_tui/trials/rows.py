"""The evaluated trials as rows of a table: columns, order, cells."""

from __future__ import annotations

import math
from collections.abc import Callable, Sequence
from typing import Any, Final

from neps_state import State, Trial
from neps_state.snapshot import Trials
from neps_state.trial import UNFINISHED
from neps_tui.facts.fold import duration_of
from neps_tui.facts.trial_fields import (
    Field,
    SortKey,
    TrialFields,
    natural_id,
    sort_by_several,
    sort_key,
)
from neps_tui.trials.column_choice import ColumnChoice, Sorting
from neps_tui.trials.config_columns import parameter_column, varying_keys
from neps_tui.trials.order import TrialOrder
from neps_tui.view import RunView
from neps_tui.widgets.columns import Cell, Column
from neps_tui.words.formatting import MISSING, age, duration, number
from neps_tui.words.states import INCUMBENT, look

_FEW = 200
"""Changes up to which rows are put in place one by one instead of sorting all anew."""

Predicate = Callable[[Trial], bool]
_USUAL: Final[Sorting] = (("objective", False),)


class TrialRows:
    """Which finished trials to show, in which order, and what to say of each.

    Args:
        ascii: Whether only ASCII may be drawn.
    """

    def __init__(self, *, ascii: bool = False) -> None:
        self._ascii = ascii
        self._view: RunView | None = None
        self._fields: TrialFields | None = None
        self._filter: Predicate | None = None
        self._follows_clock = False
        self._wanted: Sorting = _USUAL
        self._sorting: Sorting = _USUAL
        self._choice = ColumnChoice()
        self._by_first = TrialOrder(_nothing, sort_key)
        self._order: list[str] | None = None
        self._keys_of: tuple[object, ...] = ()
        self.all_columns: tuple[Column, ...] = ()
        self.columns: tuple[Column, ...] = ()
        self.now = 0.0

    @property
    def sorting(self) -> Sorting:
        """The columns sorted by: those wanted that this run has, or else the objective."""
        return self._sorting

    @property
    def choice(self) -> ColumnChoice:
        """Which columns are shown."""
        return self._choice

    def choose(self, choice: ColumnChoice) -> None:
        """Show other columns, or in another order."""
        self._choice = choice
        self.columns = choice.shown(self.all_columns)

    def __len__(self) -> int:
        return len(self._by_first)

    def show(self, view: RunView) -> None:
        """Take in another moment of the run, at the cost of what changed since the last."""
        before = self._view
        self._view = view
        depends_on = (view.summary.config_keys, view.summary.objectives, view.summary.fidelity_key)
        has_other_fields = self._keys_of != depends_on or self._fields is None
        if has_other_fields:
            self._keys_of = depends_on
            self._fields = TrialFields(view.snapshot, view.summary)
            self.all_columns = self._make_columns(view)
            self.columns = self._choice.shown(self.all_columns)
        sorted_before, self._sorting = self._sorting, self._possible(self._wanted)
        changed = view.snapshot.changed
        follows = before is not None and view.snapshot.revision == before.snapshot.revision + 1
        is_simple = len(self._sorting) == 1 and self._sorting == sorted_before
        leaps = self._follows_clock and view.moment is not None
        if (
            before is None
            or changed is None
            or not follows
            or len(changed) > _FEW
            or not is_simple
            or leaps
            or has_other_fields
        ):
            self._place_all()
        elif changed:
            self._order = None
            old, new = before.snapshot.trials, view.snapshot.trials
            self._by_first.update(changed, old, new, self._is_shown)

    def sort_by(self, sorting: Sorting) -> None:
        """Sort by other columns."""
        self._wanted, self._sorting = sorting, self._possible(sorting)
        trials = self._trials()
        shown = set(self._by_first.ids(trials))
        # In the order of the run, which is that of memory: any other takes twice as long.
        self._sort([trial for trial_id, trial in trials.items() if trial_id in shown])

    def _possible(self, wanted: Sorting) -> Sorting:
        """As much of a sorting as this run has columns for, or else by its objective."""
        there = {each.key for each in self.all_columns}
        if not there:
            return wanted
        several = "objective1" in there
        first = {"objective": "objective1"} if several else {"objective1": "objective"}
        named = [(first.get(key, key), descending) for key, descending in (*wanted, *_USUAL)]
        possible = [each for each in named[: len(wanted)] if each[0] in there]
        return tuple(possible) or tuple(named[len(wanted) :])

    def filter_by(self, holds: Predicate | None, *, follows_clock: bool = False) -> None:
        """Show only trials of which this holds; None for all.

        Args:
            holds: Tells it of a trial.
            follows_clock: Whether it may hold of other trials as time goes by.
        """
        self._filter, self._follows_clock = holds, follows_clock
        self._place_all()

    def age(self) -> None:
        """Let go by what time has gone by, at no cost where that makes no difference."""
        if self._follows_clock:
            self._place_all()

    def order(self) -> Sequence[str]:
        """Ids of the rows, first to last; what has no value comes last either way."""
        if self._order is None:
            self._order = self._by_first.ids(self._trials(), descending=self._sorting[0][1])
        return self._order

    def sortable(self) -> list[str]:
        """Keys of the columns that can be sorted by, those that are shown first."""
        hidden = (each for each in self.all_columns if each not in self.columns)
        return [each.key for each in (*self.columns, *hidden) if each.key != "glyph"]

    def cells(self, trial_id: str) -> Sequence[Cell]:
        """What the row of a trial says."""
        view = self._view
        trial = None if view is None else view.trial(trial_id)
        if view is None or trial is None:
            return [Cell("") for _ in self.columns]
        return [self._cell(column.key, trial, view) for column in self.columns]

    # --- order ---------------------------------------------------------------------------------

    def _trials(self) -> Trials:
        return {} if self._view is None else self._view.snapshot.trials

    def _place_all(self) -> None:
        # Written out, not asked of each: there may be very many.
        shown = [each for each in self._trials().values() if each.metadata.state not in UNFINISHED]
        self._sort(shown if self._filter is None else list(filter(self._filter, shown)))

    def _sort(self, shown: list[Trial]) -> None:
        column = self._sorting[0][0]
        self._order = None
        self._by_first = TrialOrder(self._field(column), _key_of_values(column))
        self._by_first.place_all(shown)
        if len(self._sorting) > 1:
            self._order = self._order_by_several(shown)

    def _order_by_several(self, shown: list[Trial]) -> list[str]:
        trials = sorted(shown, key=lambda trial: natural_id(trial.metadata.id))
        sort_by_several(
            trials, [(self._sort_key_of(column), down) for column, down in self._sorting]
        )
        return [trial.metadata.id for trial in trials]

    def _is_shown(self, trial: Trial) -> bool:
        if trial.metadata.state in UNFINISHED:
            return False
        return self._filter is None or self._filter(trial)

    def _sort_key_of(self, column: str) -> Callable[[Trial], SortKey]:
        value_of, key_of = self._field(column), _key_of_values(column)
        return lambda trial: key_of(value_of(trial))

    def _field(self, column: str) -> Field:
        return _nothing if self._fields is None else self._fields[column]

    # --- columns and cells ---------------------------------------------------------------------

    def _make_columns(self, view: RunView) -> tuple[Column, ...]:
        several = view.summary.objectives
        objectives = (
            [Column("objective", "objective", "decimal")]
            if several == 1
            else [
                Column(f"objective{index + 1}", f"objective {index + 1}", "decimal")
                for index in range(several)
            ]
        )
        constant = [key for key in view.summary.config_keys if not key.varies]
        return (
            Column("glyph", " ", gap=1),
            Column("id", "id"),
            *objectives,
            *map(parameter_column, varying_keys(view.summary)),
            Column("cost", "cost", "decimal"),
            Column("took", "took", "right"),
            Column("ended", "when", "right"),
            Column("worker", "worker"),
            # Out of the way: they tell no trial from another.
            *map(parameter_column, constant),
        )

    def _cell(self, column: str, trial: Trial, view: RunView) -> Cell:
        metadata = trial.metadata
        if column == "glyph":
            shown = INCUMBENT if _is_best(metadata.id, view) else look(metadata.state.value)
            return Cell(shown.sign(self._ascii), shown.colour)
        if column == "id":
            return Cell(metadata.id)
        if column.startswith("objective"):
            return self._objective_cell(column, trial)
        if column == "took":
            return Cell(duration(duration_of(trial)), "text-muted")
        if column == "ended":
            ended = metadata.time_end
            return Cell(MISSING if ended is None else age(self.now - ended), "text-muted")
        if column == "worker":
            return Cell(metadata.evaluating_worker_id or MISSING, "text-muted")
        assert self._fields is not None
        value = self._fields[column](trial)
        return Cell(number(value), "text-muted" if value is None else "")

    def _objective_cell(self, column: str, trial: Trial) -> Cell:
        assert self._fields is not None
        if trial.metadata.state is not State.SUCCESS and trial.metadata.state is not State.EXTERNAL:
            shown = look(trial.metadata.state.value)
            return Cell(shown.word, shown.colour)
        value = self._fields[column](trial)
        is_nan = isinstance(value, float) and math.isnan(value)
        return Cell(number(value), "text-warning" if is_nan else "")


def _nothing(trial: Trial) -> None:
    """The value of a column that there is not yet."""


def _key_of_values(column: str) -> Callable[[Any], SortKey]:
    return natural_id if column == "id" else sort_key


def _is_best(trial_id: str, view: RunView) -> bool:
    return trial_id == view.summary.best_id or trial_id in view.summary.front
