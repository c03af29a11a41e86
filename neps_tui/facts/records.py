"""Trials, errors and summaries as records for scripts: the JSON and CSV of the command line."""

from __future__ import annotations

import json
import math
import re
from collections.abc import Mapping
from dataclasses import asdict
from typing import Any

from neps_state import SerializableTrialError, Trial
from neps_state.files import plain_data
from neps_state.readable import readable_config
from neps_state.snapshot import RunSnapshot
from neps_state.stand_in import StandIn
from neps_tui.facts.summary import RunSummary
from neps_tui.words.formatting import plain

TRIAL_FIELDS = (
    "id", "state", "config", "raw_config", "objective_to_minimize", "cost", "learning_curve",
    "extra", "err", "sampling_worker_id", "evaluating_worker_id", "time_sampled",
    "time_started", "time_end", "evaluation_duration", "previous_trial_id", "source",
)  # fmt: skip
_STEERING = re.compile("[\x7f-\x9f\u061c\u200e\u200f\u2028-\u202e\u2066-\u2069\ud800-\udfff]")
_SPECIAL = {math.inf: "inf", -math.inf: "-inf"}


def to_json(record: Any, *, indent: int | None = None) -> str:
    """A record as JSON that any reader takes, and no terminal obeys.

    NaN and infinities are strings; what steers a terminal, or is no character, is escaped.
    """
    text = json.dumps(jsonable(record), ensure_ascii=False, allow_nan=False, indent=indent)
    return _STEERING.sub(lambda match: f"\\u{ord(match.group()):04x}", text)


def jsonable(value: Any) -> Any:
    """Plain data without the numbers that JSON cannot write."""
    if isinstance(value, float):
        return "nan" if math.isnan(value) else _SPECIAL.get(value, value)
    if isinstance(value, Mapping):
        return {str(key): jsonable(item) for key, item in value.items()}
    if isinstance(value, list | tuple | set | frozenset):
        return [jsonable(item) for item in value]
    if isinstance(value, StandIn):
        return str(value)
    if value is None or isinstance(value, bool | int | str):
        return plain_data(value)
    return jsonable(plain_data(value))


def trial_record(trial: Trial, snapshot: RunSnapshot, summary: RunSummary) -> dict[str, Any]:
    """One trial, with the fields `TRIAL_FIELDS`."""
    metadata, report = trial.metadata, trial.report
    return {
        "id": metadata.id,
        "state": metadata.state.value,
        "config": readable_config(trial.config, snapshot.space, summary.names),
        "raw_config": dict(trial.config),
        "objective_to_minimize": report.objective_to_minimize if report else None,
        "cost": report.cost if report else None,
        "learning_curve": report.learning_curve if report else None,
        "extra": dict(report.extra) if report and isinstance(report.extra, Mapping) else {},
        "err": str(report.err) if report and report.err is not None else None,
        "sampling_worker_id": metadata.sampling_worker_id,
        "evaluating_worker_id": metadata.evaluating_worker_id,
        "time_sampled": metadata.time_sampled,
        "time_started": metadata.time_started,
        "time_end": metadata.time_end,
        "evaluation_duration": metadata.evaluation_duration,
        "previous_trial_id": metadata.previous_trial_id,
        "source": trial.source,
    }


def flat_record(record: Mapping[str, Any]) -> dict[str, Any]:
    """A trial's record for a CSV row: hyperparameters as columns of their own, lists as JSON."""
    flat: dict[str, Any] = {}
    for name, value in record.items():
        if name == "config":
            flat |= {plain(f"config.{key}"): _csv_value(item) for key, item in value.items()}
        elif name not in ("raw_config", "extra"):
            flat[name] = _csv_value(value)
    for key, item in record["extra"].items():
        flat[plain(f"extra.{key}")] = _csv_value(item)
    return flat


def error_record(error: SerializableTrialError) -> dict[str, Any]:
    """One row of the error dump."""
    return asdict(error)


def status_record(snapshot: RunSnapshot, summary: RunSummary, now: float) -> dict[str, Any]:
    """The summary of a run (`now` in seconds since the epoch)."""
    best = None
    if summary.best_id is not None:
        trial = snapshot.trials[summary.best_id]
        best = {
            "id": trial.id,
            "objective": summary.incumbents[-1].objective,
            "config": readable_config(trial.config, snapshot.space, summary.names),
            "raw_config": dict(trial.config),
        }
    several = summary.objectives > 1
    return {
        "root": str(snapshot.root),
        "optimizer": _optimizer_info(snapshot),
        "counts": {state.value: count for state, count in summary.counts.items()},
        "total": summary.total,
        "objectives": summary.objectives,
        "best": best,
        "pareto": list(summary.front) if several else [],
        "errors": len(snapshot.errors),
        "workers": list(summary.workers),
        "abandoned": list(summary.abandoned),
        "suspected": [each.trial_id for each in summary.evaluating if each.standing == "suspected"],
        "budget": _budget(snapshot),
        "usage": asdict(summary.usage),
        "condition": summary.condition(now),
        "last_report": summary.last_report,
        "problems": [str(problem) for problem in snapshot.problems],
    }


def optimizer_record(snapshot: RunSnapshot, summary: RunSummary) -> dict[str, Any]:
    """The optimizer's info, state, budget and workers, and the search space."""
    state = snapshot.optimizer_state
    space = snapshot.space
    return {
        **_optimizer_info(snapshot),
        "budget": _budget(snapshot),
        "usage": asdict(summary.usage),
        "workers": list(summary.workers),
        "shared_state": None if state is None else state.shared_state,
        "search_space": None
        if space is None
        else {name: each.summary() for name, each in space.parameters.items()},
        "problems": [str(problem) for problem in snapshot.problems],
    }


def _optimizer_info(snapshot: RunSnapshot) -> dict[str, Any]:
    info = snapshot.optimizer_info
    if info is None:
        return {"name": None, "info": {}, "derived": None}
    return {"name": info["name"], "info": info["info"], "derived": info.get("derived")}


def _budget(snapshot: RunSnapshot) -> dict[str, Any] | None:
    state = snapshot.optimizer_state
    return None if state is None or state.budget is None else state.budget.as_recorded()


def _csv_value(value: Any) -> Any:
    value = jsonable(value)
    if isinstance(value, str):
        return plain(value, newlines=True)
    return to_json(value) if isinstance(value, dict | list) else value
