"""Whether what a file gave really is a trial: nobody downstream has to ask again."""

from __future__ import annotations

from collections.abc import Mapping
from types import NoneType
from typing import Any

from neps_state.extent import is_small
from neps_state.stand_in import name_of, plain_number
from neps_state.trial import MetaData, Report, State, Trial

_LONGEST_ID = 200
# Tuples, not unions: these checks are made of every trial of a cache, and a tuple is faster.
_NUMBER = (float, int, NoneType)
_TEXT = (str, NoneType)
_PLAIN = frozenset(_NUMBER)
_TRIAL_METHODS = Trial.methods
_REPORT_METHODS = Report.methods


def flaw_in(candidate: object) -> str | None:
    """What keeps an object from a pickle from being a trial; None if nothing does.

    Numbers that numpy made are put in place as plain ones.
    """
    if type(candidate) is not Trial:
        return f"it holds {name_of(candidate) or type(candidate).__name__}, not a trial"
    if not _TRIAL_METHODS.isdisjoint(vars(candidate)):
        return "it holds a trial with a field in a method's place"
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
    if not (
        isinstance(metadata.time_sampled, _NUMBER)
        and isinstance(metadata.time_started, _NUMBER)
        and isinstance(metadata.time_end, _NUMBER)
    ):
        return f"it holds trial {metadata.id} with a time that is no number"
    if not (
        isinstance(metadata.sampling_worker_id, _TEXT)
        and isinstance(metadata.evaluating_worker_id, _TEXT)
        and isinstance(metadata.previous_trial_id, _TEXT)
    ):
        return f"it holds trial {metadata.id} with a worker or parent that is no text"
    return None


def _flaw_in_rest(trial: Trial) -> str | None:
    if type(trial.config) is not dict and not isinstance(trial.config, Mapping):
        return f"it holds trial {trial.metadata.id} without a config"
    if not (is_small(trial.config.values()) and is_small((trial.source,))):
        return f"it holds trial {trial.metadata.id} with a config beyond all measure"
    report = trial.report
    if report is None:
        return None
    if type(report) is not Report:
        return f"it holds trial {trial.metadata.id} with a report of another class"
    if not _REPORT_METHODS.isdisjoint(vars(report)):
        return f"it holds trial {trial.metadata.id} with a field in a method's place"
    if not (_has_plain_numbers(report) or _gets_plain_numbers(report)):
        return f"it holds trial {trial.metadata.id} with an objective or cost that is no number"
    curve = report.learning_curve
    if curve is not None and not isinstance(curve, list | tuple):
        return f"it holds trial {trial.metadata.id} with a learning curve that is no list"
    if (report.extra or curve) and not is_small((report.extra, curve)):
        return f"it holds trial {trial.metadata.id} with a report beyond all measure"
    return None


def _has_plain_numbers(report: Report) -> bool:
    """Whether nothing has to be done about the numbers of a report, as is nearly always so."""
    return (
        type(report.objective_to_minimize) in _PLAIN
        and type(report.cost) in _PLAIN
        and type(report.evaluation_duration) in _PLAIN
    )


def _gets_plain_numbers(report: Report) -> bool:
    """Put plain numbers in the place of numpy's; whether there are but numbers then."""
    report.objective_to_minimize = _plain_numbers(report.objective_to_minimize)
    report.cost = _plain_numbers(report.cost)
    report.evaluation_duration = _plain_numbers(report.evaluation_duration)
    objective = report.objective_to_minimize
    values = objective if isinstance(objective, list) else [objective]
    values = [*values, report.cost, report.evaluation_duration]
    return all(isinstance(value, _NUMBER) for value in values)


def is_sound_id(trial_id: object) -> bool:
    """Whether an id can name a directory inside the run and nothing outside it."""
    return (
        isinstance(trial_id, str)
        and 0 < len(trial_id) <= _LONGEST_ID
        and "/" not in trial_id
        and "\0" not in trial_id
    )


def _plain_numbers(value: Any) -> Any:
    # One level, for several objectives: what lists hold lists may hold too many to walk.
    if isinstance(value, list | tuple):
        return [_plain_number(item) for item in value]
    return _plain_number(value)


def _plain_number(value: Any) -> Any:
    number = plain_number(value)
    return value if number is None else number
