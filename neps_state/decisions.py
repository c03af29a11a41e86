"""The edits a person can decide on, made of trials as they were seen."""

from __future__ import annotations

import copy
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import replace
from typing import Literal

from neps_state.edit import Budget, Edit, TrialEdit
from neps_state.errors import SerializableTrialError
from neps_state.pickles import picklable_error
from neps_state.stand_in import class_name_of
from neps_state.trial import Report, State, Trial

Errors = Iterable[SerializableTrialError]


def resetting(trials: Iterable[Trial], errors: Errors) -> Edit:
    """Trials pending again, without report; their rows of the error dump go."""
    edits = []
    for trial in trials:
        # Shallow: a reset gives the copy metadata of its own.
        after = copy.copy(trial)
        after.reset()
        after.report = None
        edits.append(TrialEdit(trial, after))
    return Edit("reset", tuple(edits), drops=_rows_of(edits, errors))


def removing(trials: Iterable[Trial], errors: Errors) -> Edit:
    """Trials out of the run, with their directories and their rows of the error dump."""
    edits = [TrialEdit(trial, None) for trial in trials]
    return Edit("remove", tuple(edits), drops=_rows_of(edits, errors))


def reporting(
    trial: Trial,
    errors: Errors,
    *,
    objective: Sequence[float] = (),
    message: str | None = None,
    cost: float | None = None,
    by: str,
    now: float,
) -> Edit:
    """How an evaluation ended, told by a person: its rows of the error dump make room for that.

    Args:
        trial: The trial as it was seen.
        errors: The error dump.
        objective: What came out, one number for each objective; empty if it crashed.
        message: Why it crashed; None if it did not.
        cost: What it cost, if that is known.
        by: Who says so.
        now: Seconds since the epoch.

    Raises:
        ValueError: Both an objective and a message are given, or neither.
    """
    if bool(objective) == (message is not None):
        raise ValueError("a trial has either an objective or a message why it crashed")
    after = _with_own_metadata(trial)
    if after.metadata.evaluating_worker_id is None:
        after.set_evaluating(time_started=now, worker_id=by)
    # NePS's brackets take nothing but floats for an objective.
    values = [float(value) for value in objective]
    error = None if message is None else RuntimeError(message)
    # What has ended did so then: only its outcome is told anew.
    ended = after.metadata.time_end
    after.report = after.set_complete(
        report_as="success" if error is None else "crashed",
        time_end=now if ended is None else ended,
        objective_to_minimize=None if error else values[0] if len(values) == 1 else values,
        cost=cost,
        learning_curve=None,
        err=picklable_error(error),
        tb=None,
        extra={},
        evaluation_duration=after.metadata.evaluation_duration,
    )
    edits = [TrialEdit(trial, after)]
    added = () if error is None else (_row(trial.id, error, by),)
    return Edit("report", tuple(edits), drops=_rows_of(edits, errors), adds=added)


def marking(
    trials: Iterable[Trial], state: Literal[State.FAILED, State.CORRUPTED], *, now: float
) -> Edit:
    """Trials that are not to be trusted, whatever they reported.

    Args:
        trials: The trials as they were seen.
        state: What they are from now on.
        now: Seconds since the epoch, when they ended if they had not.
    """
    edits = []
    for trial in trials:
        after = _with_own_metadata(trial)
        after.metadata.state = state
        if after.metadata.time_end is None:
            after.metadata.time_end = now
        if state is State.FAILED:
            after.report = _failed(trial.report)
        edits.append(TrialEdit(trial, after))
    return Edit(f"mark-{state.value}", tuple(edits))


def dropping(errors: Errors) -> Edit:
    """Rows out of the error dump, and nothing else."""
    return Edit("errors", drops=tuple(errors))


def adding(action: str, trials: Iterable[Trial]) -> Edit:
    """New trials into the run."""
    return Edit(action, tuple(TrialEdit(None, trial) for trial in trials))


def budgeting(seen: Budget, limits: Mapping[str, float | None]) -> Edit:
    """Other limits for the whole run.

    Args:
        seen: The limits as they were seen.
        limits: Those that are to be others.
    """
    changed = {name: limit for name, limit in limits.items() if seen[name] != limit}
    before = {name: seen[name] for name in changed}
    return Edit("budget", budget=(before, changed) if changed else None)


def _with_own_metadata(trial: Trial) -> Trial:
    changed = copy.copy(trial)
    changed.metadata = copy.copy(trial.metadata)
    return changed


def _failed(report: Report | None) -> Report:
    if report is not None:
        return replace(report, reported_as="failed")
    return Report(
        objective_to_minimize=None,
        cost=None,
        learning_curve=None,
        extra={},
        err=None,
        tb=None,
        reported_as="failed",
        evaluation_duration=None,
    )


def _row(trial_id: str, error: Exception, by: str) -> SerializableTrialError:
    return SerializableTrialError(
        trial_id=trial_id, worker_id=by, err_type=class_name_of(error), err=str(error), tb=None
    )


def _rows_of(edits: Sequence[TrialEdit], errors: Errors) -> tuple[SerializableTrialError, ...]:
    trial_ids = {each.trial_id for each in edits}
    return tuple(row for row in errors if row.trial_id in trial_ids)
