"""Whether what a file gave really is a trial: nobody downstream has to ask again."""

from __future__ import annotations

import os
from collections.abc import Mapping
from dataclasses import fields
from types import NoneType
from typing import Any

from neps_state.extent import is_fit_number, is_small
from neps_state.stand_in import StandIn, name_of, plain_number
from neps_state.trial import MetaData, Report, State, Trial

_LONGEST_ID = 200
# Tuples, not unions: these checks are made of every trial of a cache, and a tuple is faster.
_NUMBER = (float, int, NoneType)
_PLAIN_NUMBER = (float, NoneType)
_TEXT = (str, NoneType)
_ERROR = (Exception, StandIn)
_PLAIN = frozenset({float, NoneType})
_KEYS = frozenset({str})
_TRIAL_METHODS = Trial.methods
_REPORT_METHODS = Report.methods
_TRIAL_FIELDS = len(fields(Trial))
_METADATA_FIELDS = len(fields(MetaData))
_REPORT_FIELDS = len(fields(Report))


def flaw_in(candidate: object, *, is_trusted: bool = False) -> str | None:
    """What keeps an object from a pickle from being a trial; None if nothing does.

    Numbers that numpy made are put in place as plain ones.

    Args:
        candidate: The object.
        is_trusted: Whether nobody would have made it so that showing it takes for ever.
    """
    if type(candidate) is not Trial:
        return f"it holds {name_of(candidate) or type(candidate).__name__}, not a trial"
    if not _TRIAL_METHODS.isdisjoint(vars(candidate)):
        return "it holds a trial with a field in a method's place"
    try:
        flaw = _flaw_in_metadata(candidate.metadata) or _flaw_in_config(candidate)
        report = candidate.report
        if flaw is None and report is not None:
            flaw = _flaw_in_report(report, candidate.metadata.id)
        if flaw is None and not is_trusted:
            flaw = _flaw_in_size(candidate)
        return flaw
    except AttributeError as error:
        return f"it holds a trial that lacks a field: {error}"


def _flaw_in_metadata(metadata: object) -> str | None:
    if type(metadata) is not MetaData:
        return "it holds a trial without metadata"
    if not is_sound_id(metadata.id):
        return f"it holds a trial with an impossible id{_told(metadata.id)}"
    if type(metadata.state) is not State:
        return f"it holds trial {metadata.id} in no known state"
    if not (
        isinstance(metadata.time_sampled, _PLAIN_NUMBER)
        and isinstance(metadata.time_started, _PLAIN_NUMBER)
        and isinstance(metadata.time_end, _PLAIN_NUMBER)
        and isinstance(metadata.time_submitted, _PLAIN_NUMBER)
        and isinstance(metadata.evaluation_duration, _PLAIN_NUMBER)
    ) and not all(map(_is_number, _times_of(metadata))):
        return f"it holds trial {metadata.id} with a time that is no number"
    if not (
        isinstance(metadata.sampling_worker_id, _TEXT)
        and isinstance(metadata.evaluating_worker_id, _TEXT)
        and isinstance(metadata.previous_trial_id, _TEXT)
        and isinstance(metadata.location, _TEXT)
        and isinstance(metadata.previous_trial_location, _TEXT)
    ):
        return f"it holds trial {metadata.id} with a worker, parent or place that is no text"
    return None


def _times_of(metadata: MetaData) -> tuple[object, ...]:
    return (
        metadata.time_sampled,
        metadata.time_started,
        metadata.time_end,
        metadata.time_submitted,
        metadata.evaluation_duration,
    )


def _flaw_in_config(trial: Trial) -> str | None:
    config = trial.config
    if type(config) is not dict and not isinstance(config, Mapping):
        return f"it holds trial {trial.metadata.id} without a config"
    if not isinstance(trial.source, str):
        return f"it holds trial {trial.metadata.id} with a source that is no text"
    return None


def _flaw_in_report(report: object, trial_id: str) -> str | None:
    if type(report) is not Report:
        return f"it holds trial {trial_id} with a report of another class"
    if not _REPORT_METHODS.isdisjoint(vars(report)):
        return f"it holds trial {trial_id} with a field in a method's place"
    if not (_has_plain_numbers(report) or _gets_plain_numbers(report)):
        return f"it holds trial {trial_id} with an objective or cost that is no number"
    curve = report.learning_curve
    if curve is not None and not isinstance(curve, list | tuple):
        return f"it holds trial {trial_id} with a learning curve that is no list"
    if report.extra is None:
        report.extra = {}
    if type(report.extra) is not dict and not isinstance(report.extra, Mapping):
        return f"it holds trial {trial_id} with extra results that are no mapping"
    if not (isinstance(report.tb, _TEXT) and isinstance(report.reported_as, _TEXT)):
        return f"it holds trial {trial_id} with a traceback or outcome that is no text"
    if report.err is not None and not isinstance(report.err, _ERROR):
        return f"it holds trial {trial_id} with an error that is none"
    return None


def _flaw_in_size(trial: Trial) -> str | None:
    """Whether somebody has hidden in a trial what nobody could walk through, copy or show."""
    trial_id, report = trial.metadata.id, trial.report
    if not _KEYS.issuperset(map(type, trial.config)):
        return f"it holds trial {trial_id} with a config whose keys are no texts"
    if not is_small(trial.config.values()):
        return f"it holds trial {trial_id} with a config beyond all measure"
    if len(trial.__dict__) > _TRIAL_FIELDS and not _has_small_fields(trial):
        return f"it holds trial {trial_id} with fields beyond all measure"
    metadata = trial.metadata.__dict__
    if len(metadata) > _METADATA_FIELDS and not is_small(metadata.values()):
        return f"it holds trial {trial_id} with metadata beyond all measure"
    if report is None:
        return None
    curve, extra, error = report.learning_curve, report.extra, report.err
    if (curve and not is_small(curve)) or (extra and not _has_small_items(extra)):
        return f"it holds trial {trial_id} with a report beyond all measure"
    if error is not None and not is_small((error,)):
        return f"it holds trial {trial_id} with an error beyond all measure"
    if len(report.__dict__) > _REPORT_FIELDS and not is_small(report.__dict__.values()):
        return f"it holds trial {trial_id} with a report beyond all measure"
    return None


def _has_small_items(extra: Mapping[Any, Any]) -> bool:
    return is_small(extra.values()) and is_small(extra)


def _has_small_fields(trial: Trial) -> bool:
    """Whether fields that no version of NePS is known to have can be written and shown."""
    known = ("metadata", "report")
    return is_small([value for name, value in vars(trial).items() if name not in known])


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
    return all(map(_is_number, values))


def _is_number(value: object) -> bool:
    return isinstance(value, _NUMBER) and is_fit_number(value)


def _told(trial_id: object) -> str:
    return f": {trial_id[:40]!r}" if isinstance(trial_id, str) else ""


def is_sound_id(trial_id: object) -> bool:
    """Whether an id can name a directory inside the run and nothing outside it."""
    return (
        isinstance(trial_id, str)
        and 0 < len(trial_id) <= _LONGEST_ID
        and "/" not in trial_id
        and "\0" not in trial_id
        and (trial_id.isascii() or _can_be_a_name(trial_id))
    )


def _can_be_a_name(text: str) -> bool:
    try:
        return bool(os.fsencode(text))
    except UnicodeEncodeError:
        return False


def _plain_numbers(value: Any) -> Any:
    # One level, for several objectives: what lists hold lists may hold too many to walk.
    if isinstance(value, list | tuple):
        return [_plain_number(item) for item in value]
    return _plain_number(value)


def _plain_number(value: Any) -> Any:
    number = plain_number(value)
    return value if number is None else number
