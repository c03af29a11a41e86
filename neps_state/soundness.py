"""Whether what a file gave really is a trial: nobody downstream has to ask again."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from neps_state.stand_in import name_of, plain_number
from neps_state.trial import MetaData, Report, State, Trial

_LONGEST_ID = 200


def flaw_in(candidate: object) -> str | None:
    """What keeps an object from a pickle from being a trial; None if nothing does.

    Numbers that numpy made are put in place as plain ones.
    """
    if type(candidate) is not Trial:
        return f"it holds {name_of(candidate) or type(candidate).__name__}, not a trial"
    try:
        return _flaw_in_metadata(candidate.metadata) or _flaw_in_rest(candidate)
    except AttributeError as error:
        return f"it holds a trial that lacks a field: {error}"


def _flaw_in_metadata(metadata: object) -> str | None:
    if type(metadata) is not MetaData:
        return "it holds a trial without metadata"
    if not is_sound_id(metadata.id):
        return f"it holds a trial with an impossible id: {str(metadata.id)[:40]!r}"
    if type(metadata.state) is not State:
        return f"it holds trial {metadata.id} in no known state"
    times = (metadata.time_sampled, metadata.time_started, metadata.time_end)
    workers = (metadata.sampling_worker_id, metadata.evaluating_worker_id)
    others = (metadata.previous_trial_id,)
    if not all(_is_number(time) or time is None for time in times):
        return f"it holds trial {metadata.id} with a time that is no number"
    if not all(isinstance(text, str | None) for text in (*workers, *others)):
        return f"it holds trial {metadata.id} with a worker or parent that is no text"
    return None


def _flaw_in_rest(trial: Trial) -> str | None:
    if not isinstance(trial.config, Mapping):
        return f"it holds trial {trial.metadata.id} without a config"
    report = trial.report
    if report is None:
        return None
    if type(report) is not Report:
        return f"it holds trial {trial.metadata.id} with a report of another class"
    if type(report.objective_to_minimize) is not float:
        report.objective_to_minimize = _plain_numbers(report.objective_to_minimize)
    report.cost = _plain_numbers(report.cost)
    report.evaluation_duration = _plain_numbers(report.evaluation_duration)
    objective = report.objective_to_minimize
    values = objective if isinstance(objective, list | tuple) else [objective]
    values = [*values, report.cost, report.evaluation_duration]
    if not all(value is None or _is_number(value) for value in values):
        return f"it holds trial {trial.metadata.id} with an objective or cost that is no number"
    curve = report.learning_curve
    if curve is not None and not isinstance(curve, list | tuple):
        return f"it holds trial {trial.metadata.id} with a learning curve that is no list"
    return None


def is_sound_id(trial_id: object) -> bool:
    """Whether an id can name a directory inside the run and nothing outside it."""
    return (
        isinstance(trial_id, str)
        and 0 < len(trial_id) <= _LONGEST_ID
        and "/" not in trial_id
        and "\0" not in trial_id
    )


def _is_number(value: object) -> bool:
    return isinstance(value, int | float)


def _plain_numbers(value: Any) -> Any:
    if isinstance(value, list | tuple):
        return [_plain_numbers(item) for item in value]
    number = plain_number(value)
    return value if number is None else number
