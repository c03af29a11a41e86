"""What a person wants changed in a run, as what is there and what is to be there instead.

An edit is data: it can be shown before it is made, checked against the run inside its locks, kept
as history, and turned round to be taken back.
"""

from __future__ import annotations

from collections.abc import Collection, Mapping
from dataclasses import dataclass, field, replace
from typing import TypeAlias

from neps_state.errors import SerializableTrialError
from neps_state.exceptions import StateChangedError
from neps_state.trial import State, Trial
from neps_state.values import objective_values

Budget: TypeAlias = Mapping[str, float | None]
"""Limits of the whole run by their names in `BudgetInfo`; None where there is none."""
LIMITS = ("total_evaluations_to_spend", "total_cost_to_spend", "total_fidelities_to_spend")

BUDGET = "budget"
"""Stands where trials are named by their ids, and can be none of them."""


@dataclass(frozen=True, slots=True)
class TrialEdit:
    """One trial before and after.

    Args:
        before: The trial as it was seen; None if it is not in the run yet.
        after: The trial as it is to be; None if it is to be taken out.
    """

    before: Trial | None
    after: Trial | None

    @property
    def trial_id(self) -> str:
        """The trial's id, which no edit changes."""
        known = self.after if self.before is None else self.before
        assert known is not None
        return known.id


@dataclass(frozen=True, slots=True)
class Edit:
    """A change of a run: all of it, or nothing of it, happens.

    Args:
        action: What is done, in one word.
        trials: Trials changed, added or removed; only one of the three in one edit.
        drops: Rows taken out of the error dump.
        adds: Rows put into it.
        budget: The limits before and after; None if they stay.
        undoes: Id of the change that this one takes back.
    """

    action: str
    trials: tuple[TrialEdit, ...] = ()
    drops: tuple[SerializableTrialError, ...] = ()
    adds: tuple[SerializableTrialError, ...] = ()
    budget: tuple[Budget, Budget] | None = None
    undoes: str | None = None

    def __bool__(self) -> bool:
        return bool(self.trials or self.drops or self.adds or self.budget)

    def without(self, trial_ids: Collection[str]) -> Edit:
        """The edit of all other trials, and of the budget unless that is among them."""
        return replace(
            self,
            trials=tuple(each for each in self.trials if each.trial_id not in trial_ids),
            drops=tuple(row for row in self.drops if row.trial_id not in trial_ids),
            adds=tuple(row for row in self.adds if row.trial_id not in trial_ids),
            budget=None if BUDGET in trial_ids else self.budget,
        )

    def turned_round(self, undoes: str) -> Edit:
        """The edit that takes this one back.

        Args:
            undoes: The id under which this one is kept.
        """
        return Edit(
            "undo",
            tuple(TrialEdit(before=each.after, after=each.before) for each in self.trials),
            drops=self.adds,
            adds=self.drops,
            budget=None if self.budget is None else (self.budget[1], self.budget[0]),
            undoes=undoes,
        )


@dataclass(frozen=True, slots=True)
class Changed:
    """What became of a change that was asked for.

    Args:
        done: Ids of the trials that were changed, added or removed.
        refused: Why others were not, by id.
        change_id: The id under which the change is kept, to be undone; None if nothing changed.
    """

    done: tuple[str, ...] = ()
    refused: Mapping[str, str] = field(default_factory=dict)
    change_id: str | None = None


def check(edit: TrialEdit, now: Trial | None, *, force: bool) -> None:
    """Refuse to edit a trial that is not what was seen.

    Args:
        edit: What is wanted.
        now: The trial as it is, inside the lock; None if it is not in the run.
        force: Whether to edit even a trial that a worker may be evaluating.

    Raises:
        StateChangedError: It is not, or a worker may be evaluating it.
    """
    seen = edit.before
    if seen is None:
        if now is not None:
            raise StateChangedError(f"trial {edit.trial_id} is in the run already")
        return
    if now is None:
        raise StateChangedError(f"trial {seen.id} is no longer in the run")
    if not is_as_seen(now, seen):
        raise StateChangedError(
            f"trial {seen.id} has changed meanwhile, from {seen.state} to {now.state}"
        )
    if edit.after is not None and is_as_seen(now, edit.after):
        raise StateChangedError(f"trial {seen.id} is {now.state} already")
    if now.metadata.state is State.EVALUATING and not force:
        worker = now.metadata.evaluating_worker_id
        raise StateChangedError(f"{worker} may still be evaluating trial {seen.id}; needs --force")


def is_as_seen(now: Trial, seen: Trial) -> bool:
    """Whether a trial is the one that was seen, and nobody has touched it since."""
    return _what_is_set(now) == _what_is_set(seen)


def _what_is_set(trial: Trial) -> tuple[object, ...]:
    set_by_worker = trial.metadata
    return (
        set_by_worker.state,
        set_by_worker.evaluating_worker_id,
        set_by_worker.time_started,
        set_by_worker.time_end,
        # As text, since what is no number is not the same as itself.
        str(set_by_worker.time_sampled),
        None if trial.report is None else str(objective_values(trial.report)),
    )
