"""One trial in words: its config, its times, its report, its error."""

from __future__ import annotations

import math
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any, TypeAlias

from neps_state import Trial
from neps_state.readable import readable_config
from neps_state.stand_in import class_name_of
from neps_tui.fold import duration_of
from neps_tui.formatting import MISSING, age, duration, number, plain
from neps_tui.states import INCUMBENT, look
from neps_tui.view import RunView

Rows: TypeAlias = list[tuple[str, str]]
Curve: TypeAlias = list[tuple[float, float]]
_LONGEST_TRACEBACK = 200_000


@dataclass(frozen=True, slots=True)
class TrialDetails:
    """What there is to say of a trial.

    Args:
        glyph: Its state as a sign.
        colour: The state's colour.
        title: Id, state and objective in a line.
        config: Readable names, values, and the incumbent's values where they differ.
        times: When what happened, and how long it took.
        report: Objective, cost and whatever else the pipeline returned.
        curve: Learning curve: step and first objective.
        error: The error in a line; empty if there was none.
        traceback: As the worker printed it; empty if there was none.
    """

    glyph: str
    colour: str
    title: str
    config: list[tuple[str, str, str]]
    times: Rows
    report: Rows
    curve: Curve
    error: str
    traceback: str


def details_of(trial: Trial, view: RunView, now: float, *, ascii: bool = False) -> TrialDetails:
    """Put a trial in words.

    Args:
        trial: The trial.
        view: The run.
        now: Seconds since the epoch.
        ascii: Whether only ASCII may be drawn.
    """
    is_best = trial.id == view.summary.best_id
    shown = INCUMBENT if is_best else look(trial.state.value)
    objective = trial.report.objective_to_minimize if trial.report else None
    parts = [trial.id, trial.state.value]
    if is_best:
        parts.append("incumbent")
    if objective is not None:
        parts.append(f"objective {number(objective, 6)}")
    error, traceback = _error(trial, view)
    return TrialDetails(
        glyph=shown.sign(ascii),
        colour=shown.colour_style,
        title=plain(" · ".join(parts)),
        config=_config(trial, view),
        times=_times(trial, view, now),
        report=_report(trial),
        curve=_curve(trial),
        error=error,
        traceback=traceback,
    )


def _config(trial: Trial, view: RunView) -> list[tuple[str, str, str]]:
    names = view.summary.names
    config = readable_config(trial.config, view.snapshot.space, names)
    best = view.trial(view.summary.best_id) if view.summary.best_id else None
    if best is None or best.id == trial.id:
        return [(name, number(value, 6), "") for name, value in config.items()]
    best_config = readable_config(best.config, view.snapshot.space, names)
    rows = []
    for name, value in config.items():
        text, other = number(value, 6), number(best_config.get(name), 6)
        rows.append((name, text, "same" if text == other else other))
    return rows


def _times(trial: Trial, view: RunView, now: float) -> Rows:
    metadata = trial.metadata
    rows = [("sampled", _moment(metadata.time_sampled, now, by=metadata.sampling_worker_id))]
    if metadata.time_started is not None:
        worker = metadata.evaluating_worker_id
        rows.append(("started", _moment(metadata.time_started, now, by=worker)))
        if not math.isnan(metadata.time_sampled):
            rows.append(("waited", duration(metadata.time_started - metadata.time_sampled)))
    if metadata.time_end is not None:
        rows.append(("ended", _moment(metadata.time_end, now)))
    rows.append(("took", duration(duration_of(trial))))
    for each in view.summary.evaluating:
        if each.trial_id == trial.id:
            rows[-1] = ("usually takes", duration(each.usual))
            standing = each.standing_at(now)
            rows.append(("standing", f"{standing}: {each.reason}" if each.reason else standing))
    if metadata.previous_trial_id is not None:
        rows.append(("continues", metadata.previous_trial_id))
    if trial.source != "run":
        rows.append(("source", trial.source))
    return rows


def _report(trial: Trial) -> Rows:
    report = trial.report
    if report is None:
        return [("report", "none yet")]
    rows = [("objective", number(report.objective_to_minimize, 8)), ("cost", number(report.cost))]
    rows += _flat(report.extra)
    return rows


def _flat(extra: Any, prefix: str = "", depth: int = 0) -> Rows:
    if not isinstance(extra, Mapping):
        return []
    rows: Rows = []
    for key, value in extra.items():
        name = f"{prefix}{key}"
        if isinstance(value, Mapping) and depth < 4:
            rows += _flat(value, f"{name}.", depth + 1)
        else:
            rows.append((name, number(value, 6)))
    return rows


def _curve(trial: Trial) -> Curve:
    curve = trial.report.learning_curve if trial.report else None
    points: Curve = []
    for step, value in enumerate(curve or (), start=1):
        first = value[0] if isinstance(value, list | tuple) and value else value
        if isinstance(first, int | float):
            points.append((float(step), float(first)))
    return points


def _error(trial: Trial, view: RunView) -> tuple[str, str]:
    """The error in a line and its traceback, from the dump, or else from the report."""
    rows = [row for row in view.snapshot.errors if row.trial_id == trial.id]
    report = trial.report
    if rows:
        row = rows[-1]
        text, traceback = f"{row.err_type}: {row.err}", row.tb
    elif report is not None and report.err is not None:
        kind = class_name_of(report.err)
        message = str(report.err)
        text = message if kind == "Exception" else f"{kind}: {message}"
        traceback = report.tb
    else:
        return "", ""
    traceback = traceback or (report.tb if report is not None else None) or ""
    if len(traceback) > _LONGEST_TRACEBACK:
        cut = len(traceback) - _LONGEST_TRACEBACK
        traceback = f"({cut} characters left out)\n{traceback[-_LONGEST_TRACEBACK:]}"
    return plain(text), plain(traceback.rstrip(), newlines=True)


def _moment(moment: float | None, now: float, *, by: str | None = None) -> str:
    if moment is None or math.isnan(moment):
        return MISSING
    there = datetime.fromtimestamp(moment)
    is_today = there.date() == datetime.fromtimestamp(now).date()
    clock = there.strftime("%H:%M:%S" if is_today else "%Y-%m-%d %H:%M")
    return f"{clock}, {age(now - moment)}" + (f", {by}" if by else "")
