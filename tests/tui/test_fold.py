"""Summaries: the same whether folded at once or change by change."""

from __future__ import annotations

import json
import math
import random
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path
from types import MappingProxyType
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from neps_state import BudgetInfo, MetaData, OptimizationState, Report, State, Trial
from neps_state.reader import RunReader
from neps_state.snapshot import Phase, RunSnapshot
from neps_state.values import dominates
from neps_tui.facts.fold import RunFold, summarize
from neps_tui.facts.summary import Evaluating

DATA = Path(__file__).resolve().parent.parent / "data"
NAMES = sorted(path.name for path in (DATA / "runs").iterdir())


def made(
    number: int,
    state: State = State.SUCCESS,
    objective: float | list[float] | None = 0.5,
    worker: str = "worker_0",
    started: float | None = None,
    ended: float | None = None,
) -> Trial:
    started = 10.0 * number if started is None else started
    finished = state not in (State.PENDING, State.EVALUATING)
    ended = started + 5.0 if ended is None else ended
    metadata = MetaData(
        id=str(number),
        location="",
        state=state,
        previous_trial_id=None,
        previous_trial_location=None,
        sampling_worker_id=worker,
        time_sampled=started,
        evaluating_worker_id=None if state is State.PENDING else worker,
        time_started=None if state is State.PENDING else started,
        time_end=ended if finished else None,
    )
    report = Report(objective, 1.0, None, {}, None, None, "success", 5.0) if finished else None
    return Trial({"x": number}, metadata, report)


def snapshot(*trials: Trial, **changes: Any) -> RunSnapshot:
    by_id = MappingProxyType({trial.id: trial for trial in trials})
    return replace(
        RunSnapshot(Path("run"), Phase.RUN, trials=by_id, generation=1, revision=1), **changes
    )


@pytest.mark.parametrize("name", NAMES)
def test_a_summary_counts_what_neps_counts(name: str) -> None:
    expected = json.loads((DATA / "expected" / f"{name}.json").read_text())
    summary = summarize(RunReader(DATA / "runs" / name).poll())
    counts = {state.value: count for state, count in summary.counts.items() if count}
    assert counts == expected["counts"]
    assert summary.best_id == (expected["best"] and expected["best"]["id"])


def ending(trial: Trial) -> float:
    """When a trial ended; nobody knows of imported ones, which therefore come first."""
    unfinished = trial.state in (State.PENDING, State.EVALUATING)
    return 9e99 if unfinished else trial.metadata.time_end or 0.0


@pytest.mark.parametrize("name", NAMES)
def test_folding_trial_by_trial_gives_the_same_as_at_once(name: str) -> None:
    whole = RunReader(DATA / "runs" / name).poll()
    at_once = summarize(whole)
    fold = RunFold()
    trials: dict[str, Trial] = {}
    by_end = sorted(whole.trials.values(), key=ending)
    for trial in by_end:
        trials[trial.id] = trial
        changed = None if len(trials) == 1 else frozenset({trial.id})
        part = replace(whole, trials=MappingProxyType(dict(trials)), changed=changed)
        step_by_step = fold.fold(part)
    assert step_by_step == at_once


def test_a_trial_that_goes_back_is_taken_out_of_every_sum() -> None:
    fold = RunFold()
    best, other = made(1, objective=0.1), made(2, objective=0.3)
    assert fold.fold(snapshot(best, other)).best_id == "1"
    again = snapshot(made(1, State.PENDING), other, changed=frozenset({"1"}), revision=2)
    summary = fold.fold(again)
    assert summary.best_id == "2"
    assert summary.usage.evaluations == 1
    assert summary.pending == ("1",)


@given(st.lists(st.tuples(st.integers(0, 9), st.integers(0, 9)), min_size=1, max_size=30))
def test_the_front_is_what_nothing_dominates(points: list[tuple[int, int]]) -> None:
    trials = [made(n, objective=[float(a), float(b)]) for n, (a, b) in enumerate(points, start=1)]
    front = set(summarize(snapshot(*trials)).front)
    values = {str(n): point for n, point in enumerate(points, start=1)}
    assert front == {
        n for n, mine in values.items() if not any(dominates(v, mine) for v in values.values())
    }


def test_nan_is_never_the_best() -> None:
    trials = [made(1, objective=float("nan")), made(2, objective=0.4)]
    assert summarize(snapshot(*trials)).best_id == "2"


def standing(*trials: Trial) -> dict[str, str]:
    return {each.trial_id: each.standing for each in summarize(snapshot(*trials)).evaluating}


def finished(count: int, worker: str = "worker_0") -> Iterator[Trial]:
    return (made(number, worker=worker) for number in range(1, count + 1))


def test_a_worker_that_started_a_later_trial_has_abandoned_the_earlier() -> None:
    earlier = made(8, State.EVALUATING, started=100.0)
    later = made(9, State.EVALUATING, started=200.0)
    assert standing(*finished(3), earlier, later) == {"8": "abandoned", "9": "working"}


def test_before_some_have_finished_that_is_a_suspicion() -> None:
    earlier = made(8, State.EVALUATING, started=100.0)
    later = made(9, State.EVALUATING, started=200.0)
    assert standing(earlier, later) == {"8": "suspected", "9": "working"}


def test_an_asynchronous_pipeline_abandons_nothing() -> None:
    overlapping = (
        made(1, started=10.0, ended=50.0),
        made(2, started=20.0, ended=60.0),
        made(3, started=30.0, ended=70.0),
    )
    earlier = made(8, State.EVALUATING, started=100.0)
    later = made(9, State.EVALUATING, started=200.0)
    assert standing(*overlapping, earlier, later) == {"8": "working", "9": "working"}


def test_another_workers_later_trial_says_nothing() -> None:
    mine = made(8, State.EVALUATING, started=100.0, worker="worker_1")
    theirs = made(9, State.EVALUATING, started=200.0, worker="worker_0")
    assert standing(*finished(3), mine, theirs) == {"8": "working", "9": "working"}


def test_a_trial_is_late_after_the_95th_percentile_of_like_ones() -> None:
    running = made(30, State.EVALUATING, started=1000.0)
    evaluating = summarize(snapshot(*finished(20), running)).evaluating[0]
    assert evaluating.standing_at(1004.0) == "working"
    assert evaluating.standing_at(1006.0) == "late"
    assert evaluating.standing_at(10_000.0) == "quiet"


# --- trials that nobody hears of any more --------------------------------------------------------


def at(number: int, epochs: float | str, took: float | None) -> Trial:
    """A trial at a fidelity, which took so many seconds or is running since 1000."""
    state = State.EVALUATING if took is None else State.SUCCESS
    started = 1000.0 if took is None else 0.0
    trial = made(number, state, worker=f"worker_{number}", started=started, ended=took)
    trial.config = {"epochs": epochs, "x": number}
    return trial


def running(*trials: Trial, fidelity: str | None = "epochs") -> Evaluating:
    """The only trial being evaluated, in a run with this fidelity."""
    info = {"name": "hyperband", "info": {}, "derived": {"fidelity": {"name": fidelity}}}
    (found,) = summarize(snapshot(*trials, optimizer_info=info if fidelity else None)).evaluating
    return found


def test_late_goes_by_nineteen_of_twenty_like_trials_whatever_others_took() -> None:
    like = [at(number, 3, float(number)) for number in range(1, 101)]
    others = [at(number, 27, took) for number, took in ((201, 0.1), (202, 900.0), (203, 900.0))]
    found = running(
        *like, *others, *(at(number, 1, 0.1) for number in range(301, 400)), at(0, 3, None)
    )
    assert found.standing_at(1094.0) == "working"
    assert found.standing_at(1097.0) == "late"


def test_a_trial_goes_quiet_by_the_longest_of_a_few_like_ones() -> None:
    few = [at(1, 3, 4.0), at(2, 3, 20.0), at(3, 1, 90.0)]
    found = running(*few, at(9, 3, None))
    assert found.late_after is None
    assert found.standing_at(1199.0) == "working"
    assert found.reason_at(1199.0) == ""
    assert found.standing_at(1201.0) == "quiet"
    assert found.reason_at(1201.0) == (
        "the longest of 2 like trials took 20 s, this one over ten times as long"
    )


def test_a_trial_of_a_second_is_not_missed_before_a_minute_has_passed() -> None:
    found = running(at(1, 3, 0.01), at(9, 3, None))
    assert found.standing_at(1059.0) == "working"
    assert found.standing_at(1061.0) == "quiet"
    assert found.reason_at(1061.0).startswith("the only like trial so far took 10 ms")


def test_the_first_at_a_higher_fidelity_is_measured_in_proportion() -> None:
    found = running(at(1, 1, 10.0), at(2, 3, 21.0), at(9, 27, None))
    assert found.longest == pytest.approx(270.0)
    assert found.standing_at(1000 + 2699.0) == "working"
    assert found.standing_at(1000 + 2701.0) == "quiet"
    assert found.reason_at(4000.0) == (
        "fidelity 1 took up to 10 s, so 27 may take 4 min, this one over ten times as long"
    )


def test_a_lower_fidelity_may_take_as_long_as_any_other() -> None:
    found = running(at(1, 27, 100.0), at(9, 1, None))
    assert found.longest == 100.0
    assert "the longest of others took 2 min" in found.reason_at(9000.0)


@pytest.mark.parametrize(("one", "other"), [("small", "large"), (0, 9), (3, float("nan"))])
def test_where_fidelities_are_no_measure_the_longest_of_all_is_one(
    one: float | str, other: float | str
) -> None:
    found = running(at(1, one, 10.0), at(2, one, 30.0), at(9, other, None))
    assert found.longest == 30.0
    assert found.standing_at(1301.0) == "quiet"


@pytest.mark.parametrize("broken", [float("nan"), float("inf")])
def test_a_broken_time_of_one_trial_hides_no_quiet_one(broken: float) -> None:
    spoilt = at(1, 3, 10.0)
    spoilt.metadata.evaluation_duration = broken
    found = running(spoilt, at(2, 3, 10.0), at(9, 3, None))
    assert found.standing_at(1101.0) == "quiet"


def test_with_nothing_to_compare_with_it_says_so() -> None:
    crashed = made(1, State.CRASHED, started=0.0, ended=1.0)
    for trials in ([], [crashed]):
        found = running(*trials, at(9, 27, None), fidelity=None)
        assert found.standing_at(1e6) == "working"
        assert found.reason_at(1e6) == "no trial has succeeded yet to compare with"


def test_a_run_whose_only_worker_went_quiet_early_is_not_live() -> None:
    found = summarize(snapshot(*finished(4), made(5, State.EVALUATING, started=100.0)))
    assert found.condition(150.0) == "live"
    assert found.condition(170.0) == "idle"
    assert found.standings(170.0)["quiet"] == 1


# --- budgets of each worker, and who is none -----------------------------------------------------


def with_worker_budget(*trials: Trial, evaluations: int) -> RunSnapshot:
    state = OptimizationState(
        budget=BudgetInfo(worker_evaluations_to_spend=evaluations),
        seed_snapshot=None,
        shared_state=None,
        worker_ids=None,
    )
    return snapshot(*trials, optimizer_state=state)


def test_a_run_is_finished_once_every_worker_has_spent_its_own_budget() -> None:
    two = [made(1), made(2, worker="worker_1")]
    three = [*two, made(3)]

    assert summarize(with_worker_budget(*three, evaluations=2)).condition(1e6) == "idle"
    assert summarize(with_worker_budget(*two, evaluations=1)).condition(1e6) == "finished"


def test_a_workers_budget_is_measured_by_the_worker_that_has_most_left() -> None:
    ended = [made(number) for number in range(1, 9)]
    running = made(9, State.EVALUATING, worker="worker_1", started=200.0)
    found = summarize(with_worker_budget(*ended, running, evaluations=10))

    (limit,) = found.limits
    assert (limit.used, limit.allowed) == (0, 10)


def test_between_two_trials_a_run_is_not_idle() -> None:
    found = summarize(snapshot(made(1, ended=100.0)))

    assert found.condition(101.0) == "live"
    assert found.condition(200.0) == "idle"


def test_who_reports_by_hand_is_no_worker() -> None:
    found = summarize(snapshot(made(1), made(2, worker="neps-tui:ada@host")))

    assert found.workers == ("worker_0",)


def test_without_a_record_the_fidelity_is_what_grows_with_the_rungs() -> None:
    def at(trial_id: str, epochs: int, layers: int) -> Trial:
        trial = made(1)
        trial.metadata.id = trial_id
        trial.config = {"epochs": epochs, "layers": layers, "lr": 0.1 * epochs}
        return trial

    one_rung = [at("1_rung_0", 1, 3), at("2_rung_0", 1, 4)]
    several = [*one_rung, at("1_rung_1", 3, 3), at("3_rung_1", 3, 8)]
    several[0].config = {**several[0].config, "lr": 0.7}

    assert summarize(snapshot(*one_rung)).fidelity_key is None
    found = summarize(snapshot(*several))
    assert found.fidelity_key == "epochs"
    assert found.usage.fidelities == 8


def test_an_end_that_is_no_time_puts_nothing_out_of_order() -> None:
    trials = [made(number) for number in range(1, 201)]
    random.Random(0).shuffle(trials)
    trials.insert(100, made(500, ended=math.nan))

    summary = summarize(snapshot(*trials))

    assert summary.last_report == 200 * 10.0 + 5.0
    assert [span.end for span in summary.latest] == [
        10.0 * number + 5.0 for number in range(141, 201)
    ]


@pytest.mark.parametrize("broken", [math.nan, math.inf, -math.inf])
def test_starts_that_are_no_times_tell_nothing_of_a_worker(broken: float) -> None:
    sound = [*finished(3), made(9, State.EVALUATING, started=100.0)]
    # One and the same object, as it comes out of a pickle: it is equal to itself there.
    spoilt = [made(number, started=broken, ended=200.0 + number) for number in (20, 21, 22)]

    for order in ([*sound, *spoilt], [*spoilt, *sound]):
        summary = summarize(snapshot(*order))
        assert summary.last_signs["worker_0"] == 100.0
        assert summary.standings(110.0)["working"] == 1
