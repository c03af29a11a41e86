"""The files of the run as a whole: the error dump, the optimizer's files, its counters."""

from __future__ import annotations

import math
from collections.abc import Iterator, Mapping

from neps_state import State, Trial
from neps_state.errors import lines_that_stop_neps, parse_errors
from neps_tui.doctor.evidence import Evidence
from neps_tui.doctor.finding import Symptom
from neps_tui.words.formatting import number

_MOST_LINES = 5
_SLACK = 1.0
"""Seconds within which trials count as sampled at once."""


def symptoms_of_errors(run: Evidence) -> Iterator[Symptom]:
    """The error dump against the trials."""
    name = run.layout.errors.name
    if name in run.flaws:
        yield Symptom("errors-unreadable", name, f"{name}: {run.flaws[name]}")
        return
    data = run.errors or b""
    bad = lines_that_stop_neps(data)
    if bad:
        listed = ", ".join(map(str, bad[:_MOST_LINES]))
        more = len(bad) - _MOST_LINES
        lines = f"line{'s' if len(bad) > 1 else ''} {listed}" + (f" and {more} more" * (more > 0))
        yield Symptom("errors-unreadable", name, f"{name}: NePS cannot read {lines}")
    if not run.knows_trials or name in run.denied:
        return
    in_dump = {row.trial_id for row in parse_errors(data).errs}
    for trial_id in in_dump:
        trial = run.trials.get(trial_id)
        if trial is None:
            what = f"The error dump has rows of trial {trial_id}, which is not in the run"
            yield Symptom("errors-stale", trial_id, what, trial_id)
        elif trial.metadata.state is not State.CRASHED:
            what = f"The error dump has rows of trial {trial_id}, which is {trial.state.value}"
            yield Symptom("errors-stale", trial_id, what, trial_id)
    for trial_id, trial in run.trials.items():
        if trial.metadata.state is State.CRASHED and trial_id not in in_dump:
            what = f"Trial {trial_id} is crashed, but has no row in the error dump"
            yield Symptom("errors-missing", trial_id, what, trial_id)


def symptoms_of_optimizer(run: Evidence) -> Iterator[Symptom]:
    """What cannot be read of the optimizer, and counters that no sample can have left."""
    layout = run.layout
    for path, kind in (
        (layout.optimizer_info, "optimizer-info-unreadable"),
        (layout.optimizer_state, "optimizer-state-unreadable"),
        (layout.pipeline_space, "space-unreadable"),
    ):
        if path.name in run.flaws:
            yield Symptom(kind, path.name, f"{path.name}: {run.flaws[path.name]}")
    state = layout.optimizer_state.name
    if run.state is None and state not in run.flaws and state not in run.denied:
        yield Symptom("optimizer-state-unreadable", state, f"{state} is missing")
    if run.knows_trials:
        yield from _symptoms_of_counters(run)


def _symptoms_of_counters(run: Evidence) -> Iterator[Symptom]:
    budget = None if run.state is None else run.state.budget
    if budget is None:
        return
    name = run.layout.optimizer_state.name
    least, most = _possible_counts(run.trials)
    for what, counted, low, high in (
        ("evaluations", budget.used_evaluations, least[0], most[0]),
        ("cost", budget.used_cost_budget, least[1], most[1]),
    ):
        slack = 1e-6 * max(1.0, abs(high))
        if isinstance(counted, int | float) and not low - slack <= counted <= high + slack:
            said = f"{number(counted)} {what} used, the trials {number(high)}"
            yield Symptom("counters-disagree", what, f"The budget in {name} counts {said}")


def _possible_counts(
    trials: Mapping[str, Trial],
) -> tuple[tuple[float, float], tuple[float, float]]:
    """The least and the most trials and cost that NePS can have counted at its last sample."""
    last_sample = max((_time(trial.metadata.time_sampled) for trial in trials.values()), default=0)
    before = last_sample - _SLACK
    sampled = sum(0.0 < _time(trial.metadata.time_sampled) < before for trial in trials.values())
    least_cost = most_cost = 0.0
    for trial in trials.values():
        cost = None if trial.report is None else trial.report.cost
        if cost is None or not math.isfinite(cost):
            continue
        most_cost += max(0.0, cost)
        if 0.0 < _time(trial.metadata.time_end) < before:
            least_cost += cost
        least_cost += min(0.0, cost)
    return (sampled, least_cost), (len(trials), most_cost)


def _time(moment: float | None) -> float:
    return moment if moment is not None and math.isfinite(moment) else 0.0
