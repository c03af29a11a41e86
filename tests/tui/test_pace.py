"""How fast a run goes and when it will be done, as the header, `status` and the optimizer say."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from types import MappingProxyType

import pytest

from neps_state import BudgetInfo, MetaData, OptimizationState, Report, State, Trial
from neps_state.snapshot import Phase, RunSnapshot
from neps_tui.facts.fold import summarize
from neps_tui.facts.pace import Outlook, evaluations_per_second, has_stalled
from neps_tui.facts.summary import Span
from neps_tui.optimizer.facts import budgets

REPORT = Report(0.5, 2.0, None, {}, None, 8.0, "success", None)


def trial(number: int, worker: str, start: float, end: float | None) -> Trial:
    state = State.EVALUATING if end is None else State.SUCCESS
    metadata = MetaData(
        str(number), "", state, None, None, worker, start, worker, None, None, start, end
    )
    return Trial({"x": number / 100}, metadata, None if end is None else REPORT)


def every_ten_seconds(count: int, worker: str = "w1", since: float = 0.0) -> list[Trial]:
    """Trials of eight seconds each, one after the other."""
    starts = [since + 10.0 * at for at in range(count)]
    return [trial(int(at), worker, at, at + 8.0) for at in starts]


def run_of(trials: Sequence[Trial], **budget: float) -> RunSnapshot:
    numbered = {str(at): each for at, each in enumerate(trials)}
    for at, each in numbered.items():
        each.metadata.id = at
    return RunSnapshot(
        Path("run"),
        Phase.RUN,
        generation=1,
        trials=MappingProxyType(numbered),
        optimizer_state=OptimizationState(BudgetInfo(**budget), None, None, None),
    )


def outlook(trials: Sequence[Trial], now: float, **budget: float) -> Outlook:
    return Outlook(summarize(run_of(trials, **budget)), now)


def test_the_pace_slows_down_when_nothing_ends_any_more() -> None:
    spans = [Span(second - 9.0, second, "w1") for second in map(float, range(0, 100, 10))]
    assert evaluations_per_second(spans, now=90.0) == pytest.approx(0.1)
    assert evaluations_per_second(spans, now=180.0) == pytest.approx(0.05)
    assert not has_stalled(spans, now=100.0)
    assert has_stalled(spans, now=10_000.0)


def test_a_night_in_which_nobody_worked_does_not_slow_the_pace_down() -> None:
    night = 36_000.0
    trials = every_ten_seconds(30) + every_ten_seconds(3, "w2", since=night)
    running = trial(99, "w2", night + 30.0, None)
    found = outlook([*trials, running], night + 30.0, total_evaluations_to_spend=133)
    assert found.per_second == pytest.approx(0.1, rel=0.05)
    assert found.end is not None
    assert found.end[0] == pytest.approx(1000.0, rel=0.05)


def test_a_trial_that_took_all_night_was_work() -> None:
    spans = [Span(0.0, 1.0, "w1"), Span(0.0, 36_000.0, "w2"), Span(36_000.0, 36_001.0, "w1")]
    assert evaluations_per_second(spans, 36_001.0) == pytest.approx(2 / 36_000.0)


def test_a_worker_that_died_takes_its_pace_with_it() -> None:
    ended = [*every_ten_seconds(40, "w1"), *every_ten_seconds(20, "w2")]
    running = [trial(98, "w1", 400.0, None), trial(99, "w2", 200.0, None)]
    found = outlook([*ended, *running], 400.0, total_evaluations_to_spend=70)
    assert found.at_work == {"w1"}
    assert found.per_second == pytest.approx(0.1, rel=0.1)
    assert found.end is not None
    assert found.end[0] == pytest.approx(100.0, rel=0.1)


def test_a_worker_that_came_brings_its_pace_with_it() -> None:
    ended = [*every_ten_seconds(40, "w1"), *every_ten_seconds(2, "w2", since=380.0)]
    running = [trial(98, "w1", 400.0, None), trial(99, "w2", 400.0, None)]
    found = outlook([*ended, *running], 400.0)
    assert found.at_work == {"w1", "w2"}
    assert found.per_second == pytest.approx(0.2, rel=0.1)


def test_workers_of_which_one_waits_for_long_go_at_the_pace_of_both() -> None:
    ended = [
        trial(at, f"w{at % 2}", 10.0 * at - 60.0 * (at % 7 == 0), 10.0 * at + 8.0)
        for at in range(8, 40)
    ]
    running = [trial(98, "w1", 400.0, None), trial(99, "w0", 400.0, None)]
    assert outlook([*ended, *running], 400.0).per_second == pytest.approx(0.1, rel=0.1)


def test_before_two_trials_have_ended_nothing_tells_the_pace() -> None:
    assert outlook([], 0.0).per_second is None
    assert outlook([trial(1, "w1", 0.0, 8.0)], 9.0).per_second is None


def test_imported_trials_do_not_tell_how_fast_workers_are() -> None:
    trials = every_ten_seconds(3)
    imported = [trial(50 + at, "neps", 20.0, 20.0 + at / 10) for at in range(40)]
    for each in imported:
        each.metadata.state = State.EXTERNAL
    assert outlook([*imported, *trials], 30.0).per_second == pytest.approx(2 / 22.0)


def test_the_first_limit_reached_ends_the_run() -> None:
    trials = [*every_ten_seconds(10), trial(99, "w1", 100.0, None)]
    found = outlook(trials, 98.0, total_evaluations_to_spend=100, total_cost_to_spend=30.0)
    assert found.end is not None
    assert (found.end[0], found.end[1].name) == (pytest.approx(50.0), "cost")


@pytest.mark.parametrize("now", [101.0, 109.0])
def test_between_two_trials_the_time_left_stays(now: float) -> None:
    snapshot = run_of(every_ten_seconds(10), total_evaluations_to_spend=20)
    summary = summarize(snapshot)
    end = Outlook(summary, now).end
    assert end is not None
    (evaluations, _) = budgets(snapshot, summary, now).run
    assert evaluations.seconds_left == end[0]


def test_of_a_run_that_nobody_works_on_nothing_tells_the_end() -> None:
    snapshot = run_of(every_ten_seconds(10), total_evaluations_to_spend=20)
    summary = summarize(snapshot)
    assert Outlook(summary, 150.0).end is None
    assert budgets(snapshot, summary, 150.0).end == ""


# --- budgets of each worker ----------------------------------------------------------------------


def test_workers_that_are_dead_have_nothing_left_to_spend() -> None:
    dead = [*every_ten_seconds(2, "dead"), trial(98, "dead", 20.0, None)]
    alive = [*every_ten_seconds(60, "alive", since=1000.0), trial(99, "alive", 1600.0, None)]
    snapshot = run_of([*dead, *alive], worker_evaluations_to_spend=100)
    summary = summarize(snapshot)
    found = Outlook(summary, 1601.0)
    assert found.at_work == {"alive"}
    (limit,) = found.limits
    assert (limit.used, limit.allowed) == (60, 100)
    assert found.end is not None
    assert found.end[0] == pytest.approx(400.0, rel=0.05)
    assert budgets(snapshot, summary, 1601.0).end.startswith("the workers' own budgets end it")


def test_where_nobody_is_at_work_the_worker_with_most_left_is_told_of() -> None:
    trials = [*every_ten_seconds(5, "w1"), *every_ten_seconds(2, "w2")]
    (limit,) = outlook(trials, 10_000.0, worker_evaluations_to_spend=10).limits
    assert limit.used == 2


def test_a_worker_between_two_trials_goes_on_spending_its_budget() -> None:
    trials = [*every_ten_seconds(5, "w1"), *every_ten_seconds(5, "w2")]
    running = trial(99, "w1", 50.0, None)
    both = outlook([*trials, running], 50.0, worker_evaluations_to_spend=10)
    assert both.at_work == {"w1", "w2"}
    alone = outlook([*trials, trial(99, "w1", 150.0, None)], 150.0, worker_evaluations_to_spend=10)
    assert alone.at_work == {"w1"}


def test_the_worker_that_has_most_left_is_the_last_to_end() -> None:
    trials = [*every_ten_seconds(8, "w1"), *every_ten_seconds(2, "w2", since=60.0)]
    running = [trial(98, "w1", 80.0, None), trial(99, "w2", 80.0, None)]
    snapshot = run_of([*trials, *running], worker_evaluations_to_spend=10)
    summary = summarize(snapshot)
    found = Outlook(summary, 80.0)
    assert found.per_second is not None
    assert found.end is not None
    assert found.end[0] == pytest.approx(8 * 2 / found.per_second)
    first, second = budgets(snapshot, summary, 80.0).workers
    assert second.seconds_left == found.end[0]
    assert first.seconds_left == pytest.approx(2 * 2 / found.per_second)


def test_a_limit_of_the_run_and_one_of_each_worker_both_count() -> None:
    trials = [*every_ten_seconds(8), trial(99, "w1", 80.0, None)]
    by_worker = outlook(
        trials, 80.0, worker_evaluations_to_spend=10, total_evaluations_to_spend=100
    ).end
    by_run = outlook(
        trials, 80.0, worker_evaluations_to_spend=100, total_evaluations_to_spend=10
    ).end
    assert by_worker is not None
    assert by_run is not None
    assert by_worker[0] == by_run[0]
    assert (by_worker[1].per_worker, by_run[1].per_worker) == (True, False)
