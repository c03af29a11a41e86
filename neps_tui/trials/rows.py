"""The evaluated trials as rows of a table: columns, order, cells."""

from __future__ import annotations

import math
from collections.abc import Callable, Sequence
from functools import partial
from typing import Final

from neps_state import State, Trial
from neps_tui.facts.fold import duration_of
from neps_tui.facts.trial_fields import TrialFields
from neps_tui.trials.arrangement import Arrangement, Predicate
from neps_tui.trials.arranger import Arranger
from neps_tui.trials.column_choice import ColumnChoice, Sorting
from neps_tui.trials.config_columns import parameter_column, varying_keys
from neps_tui.view import RunView
from neps_tui.widgets.columns import Cell, Column
from neps_tui.words.formatting import MISSING, age, duration, number
from neps_tui.words.states import INCUMBENT, look

MOST_AT_ONCE = 10_000
"""Trials of a run up to which they are put in order at once, which takes some 30 ms."""
_USUAL: Final[Sorting] = (("objective", False),)


class TrialRows:
    """Which finished trials to show, in which order, and what to say of each.

    Very many are put in order by whoever asks for `work`, in another thread, and `take` brings
    what came of it; until then the rows stay in the order in which they were.

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
        self._arranger = Arranger()
        self._keys_of: tuple[object, ...] = ()
        self.all_columns: tuple[Column, ...] = ()
        self.columns: tuple[Column, ...] = ()
        self.now = 0.0

    @property
    def sorting(self) -> Sorting:
        """The columns to sort by: those wanted that this run has, or else the objective."""
        return self._sorting

    @property
    def sorted_by(self) -> Sorting:
        """The columns that the rows are sorted by now."""
        arrangement = self._arranger.arrangement
        return self._sorting if arrangement is None else arrangement.sorting

    @property
    def is_settled(self) -> bool:
        """Whether the rows are sorted and filtered as is wanted."""
        return self._arranger.is_as_wished

    @property
    def choice(self) -> ColumnChoice:
        """Which columns are shown."""
        return self._choice

    def choose(self, choice: ColumnChoice) -> None:
        """Show other columns, or in another order."""
        self._choice = choice
        self.columns = choice.shown(self.all_columns)

    def __len__(self) -> int:
        arrangement = self._arranger.arrangement
        return 0 if arrangement is None else len(arrangement)

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
            self._sorting = self._possible(self._wanted)
        changed = view.snapshot.changed
        follows = before is not None and view.snapshot.revision == before.snapshot.revision + 1
        leaps = self._follows_clock and view.moment is not None
        if (
            changed is None
            or not follows
            or leaps
            or has_other_fields
            or not self._arranger.follow(changed, view.snapshot.trials)
        ):
            is_same = before is not None and view.snapshot.generation == before.snapshot.generation
            self._arrange(at_once=not is_same)

    def sort_by(self, sorting: Sorting) -> None:
        """Sort by other columns."""
        before = self._sorting
        self._wanted, self._sorting = sorting, self._possible(sorting)
        if self._sorting != before:
            self._arrange(otherwise=True)

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
        self._arrange(otherwise=True)

    def age(self) -> None:
        """Let go by what time has gone by, at no cost where that makes no difference."""
        if self._follows_clock:
            self._arrange()

    def order(self) -> Sequence[str]:
        """Ids of the rows, first to last; what has no value comes last either way."""
        arrangement = self._arranger.arrangement
        return () if arrangement is None else arrangement.ids()

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

    def work(self) -> Callable[[], Arrangement] | None:
        """What has to be done, in any thread; `take` is to be told what came of it.

        Returns:
            None if there is nothing to be done, or it has to wait for what is being done.
        """
        return None if self._view is None else self._arranger.work(self._arranging())

    def take(self, arrangement: Arrangement) -> None:
        """Have the rows in another order, if that is still wanted, and as the run is now."""
        if self._view is not None:
            self._arranger.take(arrangement, self._view.snapshot.trials)

    def _arrange(self, *, otherwise: bool = False, at_once: bool = False) -> None:
        """Put all in order anew, in a thread if there is much of it and no leap in time.

        Args:
            otherwise: Whether by another sorting or filter.
            at_once: Whether it cannot wait, as the order that there is is of another run.
        """
        view = self._view
        if view is None:
            return
        is_little = len(view.snapshot.trials) <= MOST_AT_ONCE or view.moment is not None
        if at_once or is_little:
            self._arranger.put(self._arranging()())
        else:
            self._arranger.want(otherwise=otherwise)

    def _arranging(self) -> Callable[[], Arrangement]:
        assert self._view is not None
        assert self._fields is not None
        trials = self._view.snapshot.trials
        return partial(Arrangement, trials, self._fields, self._sorting, self._filter)

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


def _is_best(trial_id: str, view: RunView) -> bool:
    return trial_id == view.summary.best_id or trial_id in view.summary.front
