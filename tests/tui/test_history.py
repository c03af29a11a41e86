"""The past of a run, as it follows from its trials' times."""

from __future__ import annotations

import math
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from types import MappingProxyType

import pytest

from neps_state import State
from neps_state.reader import RunReader
from neps_tui.facts.fold import summarize
from neps_tui.replay.history import RunHistory, neighbour
from neps_tui.view import RunView

CopyRun = Callable[[str], Path]


def view_of(root: Path) -> RunView:
    snapshot = RunReader(root).poll()
    return RunView(snapshot, summarize(snapshot))


@pytest.fixture
def now(recorded_run: CopyRun) -> RunView:
    return view_of(recorded_run("hyperband-0.17"))


def test_the_end_of_the_past_is_the_present(now: RunView) -> None:
    history = RunHistory(now)
    then = history.at(history.end)
    assert then.snapshot.trials == now.snapshot.trials
    assert then.summary.counts == now.summary.counts
    assert then.summary.incumbents == now.summary.incumbents
    assert then.snapshot.errors == now.snapshot.errors


def test_at_the_start_there_is_one_trial_without_a_report(now: RunView) -> None:
    history = RunHistory(now)
    then = history.at(history.start)
    assert then.summary.total == 1
    (trial,) = then.snapshot.trials.values()
    assert trial.state is State.PENDING
    assert trial.report is None
    assert then.snapshot.errors == ()


def test_a_trial_waits_then_runs_then_has_ended(now: RunView) -> None:
    history = RunHistory(now)
    trial = now.snapshot.trials["15_rung_3"]
    times = trial.metadata
    assert times.time_started is not None
    assert times.time_end is not None
    for moment, state in (
        (times.time_sampled, State.PENDING),
        (times.time_started, State.EVALUATING),
        (times.time_end, State.SUCCESS),
    ):
        assert history.at(moment).snapshot.trials["15_rung_3"].state is state
    before = history.at(times.time_sampled - 1e-6)
    assert "15_rung_3" not in before.snapshot.trials


def test_going_forward_step_by_step_gives_what_going_there_at_once_does(now: RunView) -> None:
    history, other = RunHistory(now), RunHistory(now)
    steps = 17
    for step in range(steps + 1):
        moment = history.start + (history.end - history.start) * step / steps
        slowly = history.at(moment)
        other.at(other.end)
        at_once = other.at(moment)
        assert slowly.snapshot.trials == at_once.snapshot.trials
        assert slowly.summary.counts == at_once.summary.counts
        assert slowly.summary.incumbents == at_once.summary.incumbents
        assert slowly.summary.usage == at_once.summary.usage
        assert slowly.now() == moment


def test_incumbents_and_crashes_are_found_both_ways(now: RunView) -> None:
    history = RunHistory(now)
    moment = history.start
    found = []
    while (following := neighbour(history.incumbents, moment, 1)) is not None:
        moment = following
        found.append(moment)
    assert found == [each.time for each in now.summary.incumbents]
    assert neighbour(history.incumbents, moment, -1) == found[-2]
    crash = neighbour(history.crashes, history.start, 1)
    assert history.at(crash).summary.counts[State.CRASHED] == 1
    assert neighbour(history.crashes, crash, -1) is None


def test_a_trial_that_failed_is_jumped_to_like_one_that_crashed(now: RunView) -> None:
    trials = dict(now.snapshot.trials)
    trial = trials["15_rung_3"]
    trials["15_rung_3"] = replace(trial, metadata=replace(trial.metadata, state=State.FAILED))
    snapshot = replace(now.snapshot, trials=MappingProxyType(trials))
    crashes = RunHistory(RunView(snapshot, summarize(snapshot))).crashes
    assert set(crashes) - set(RunHistory(now).crashes) == {trial.metadata.time_end}


def test_no_moment_of_the_past_directly_follows_the_present(now: RunView) -> None:
    history = RunHistory(now)
    first, second = (history.at(moment).snapshot for moment in (history.start, history.end))
    for past in (first, second):
        assert abs(past.revision - now.snapshot.revision) > 1_000_000
        assert past.generation != now.snapshot.generation
    assert first.changed is None


def test_what_changed_between_two_moments_is_told_both_ways(now: RunView) -> None:
    history = RunHistory(now)
    first = history.at(history.start).snapshot
    there = history.at((history.start + history.end) / 2).snapshot
    back = history.at(history.start).snapshot
    assert (there.revision, back.revision) == (first.revision + 1, first.revision + 2)
    assert there.changed is not None
    assert back.changed == there.changed
    differ = {each for each in there.trials if there.trials[each] != first.trials.get(each)}
    assert differ <= there.changed
    assert back.trials == first.trials


def test_a_worker_is_known_once_it_has_taken_a_trial(now: RunView) -> None:
    history = RunHistory(now)
    assert now.summary.workers
    assert history.at(history.start).summary.workers == ()
    assert history.at(history.end).summary.workers == now.summary.workers


def test_errors_are_the_very_same_until_another_one_happens(now: RunView) -> None:
    history = RunHistory(now)
    crash = neighbour(history.crashes, history.start, 1)
    before, then = history.at(crash - 1e-6).snapshot, history.at(crash).snapshot
    after = history.at(crash + 1e-6).snapshot
    assert before.errors == ()
    assert [row.trial_id for row in then.errors] == ["1_rung_0"]
    assert after.errors is then.errors


@pytest.mark.parametrize(
    "name", ["killed-0.17", "import-0.17", "random-0.13", "multiobjective-0.17"]
)
def test_every_kind_of_run_has_a_past(recorded_run: CopyRun, name: str) -> None:
    view = view_of(recorded_run(name))
    history = RunHistory(view)
    assert math.isfinite(history.start)
    assert history.at(history.end).summary.counts == view.summary.counts
    history.at(history.start)
