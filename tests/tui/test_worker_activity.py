"""What workers do and did, and what is to be thought of them."""

from __future__ import annotations

import math
from collections.abc import Iterable
from dataclasses import replace
from pathlib import Path
from types import MappingProxyType

import pytest

from neps_state import BudgetInfo, MetaData, OptimizationState, Report, SeedSnapshot, State, Trial
from neps_state.reader import RunReader
from neps_state.snapshot import Phase, RunSnapshot
from neps_tui.cli import main
from neps_tui.facts.fold import summarize
from neps_tui.workers.activity import WorkerActivity, WorkerRow
from neps_tui.workers.rows import worker_cells, worker_columns

RUNS = Path(__file__).resolve().parent.parent / "data" / "runs"
NAMES = sorted(path.name for path in RUNS.iterdir())
START = 1_795_448_000.0


def made(
    name: str,
    started: float | None,
    ended: float | None = None,
    *,
    worker: str = "worker_0",
    state: State | None = None,
) -> Trial:
    """A trial; times are seconds since the run began."""
    state = state or (State.EVALUATING if ended is None else State.SUCCESS)
    metadata = MetaData(
        id=name,
        location="",
        state=state,
        previous_trial_id=None,
        previous_trial_location=None,
        sampling_worker_id=worker,
        time_sampled=START,
        evaluating_worker_id=worker,
        time_started=None if started is None else START + started,
        time_end=None if ended is None else START + ended,
    )
    report = Report(0.5, 1.0, None, {}, None, None, "success", None) if ended is not None else None
    return Trial({"x": 1}, metadata, report)


def snapshot_of(trials: Iterable[Trial], registered: tuple[str, ...] = ()) -> RunSnapshot:
    by_id = MappingProxyType({trial.id: trial for trial in trials})
    budget = BudgetInfo(total_evaluations_to_spend=4)
    state = OptimizationState(budget, SeedSnapshot.new_capture(), None, list(registered))
    return RunSnapshot(
        Path("run"), Phase.RUN, generation=1, revision=1, trials=by_id, optimizer_state=state
    )


def activity_of(*trials: Trial, registered: tuple[str, ...] = ()) -> WorkerActivity:
    activity = WorkerActivity()
    snapshot = snapshot_of(trials, registered)
    activity.follow(snapshot, summarize(snapshot))
    return activity


def row_of(*trials: Trial, now: float, worker: str = "worker_0") -> WorkerRow:
    return activity_of(*trials).row(worker, START + now)


def five_of_a_second() -> list[Trial]:
    return [
        made(f"{number}", 2.0 * number, 2.0 * number + 1, worker="worker_9") for number in range(5)
    ]


def test_a_row_says_what_ended_and_what_failed() -> None:
    row = row_of(
        made("1", 0, 10),
        made("2", 10, 20, state=State.CRASHED),
        made("3", 20, 30, state=State.CORRUPTED),
        now=31,
    )
    assert (row.ended, row.failed) == (3, 2)
    assert row.last_report == START + 30
    assert row.evaluating == ()


def test_a_worker_that_works_is_busy_until_now() -> None:
    row = row_of(made("1", 0, 10), made("2", 20), now=30)
    assert row.busy == pytest.approx(20 / 30)


def test_a_worker_that_does_nothing_was_busy_until_its_last_sign_of_life() -> None:
    assert row_of(made("1", 0, 10), made("2", 30, 40), now=1000).busy == pytest.approx(0.5)


def test_trials_evaluated_at_once_are_not_counted_twice() -> None:
    row = row_of(made("1", 0, 10), made("2", 5, 15), made("3", 12), now=20)
    assert row.busy == pytest.approx(1.0)
    assert row_of(made("1", 0, 10), made("2", 5, 15), now=99).busy == pytest.approx(1.0)


def test_a_trial_gone_quiet_counts_neither_as_busy_nor_as_time() -> None:
    trials = [*five_of_a_second(), made("10", 0, 10), made("11", 20)]
    row = row_of(*trials, now=5000)
    assert row.verdict.word == "gone quiet"
    assert "over ten times as long" in row.verdict.reason
    assert row.busy == pytest.approx(0.5)


def test_before_any_time_has_passed_nobody_was_busy() -> None:
    assert row_of(made("1", 0), now=0).busy is None


def test_a_trial_that_takes_longer_than_most_is_late() -> None:
    row = row_of(*five_of_a_second(), made("10", 20), now=25)
    assert row.verdict.word == "late"
    assert row.verdict.reason == "95 % of like trials take at most 1.0 s"


def test_a_worker_that_started_a_later_trial_has_left_the_earlier() -> None:
    trials = [made("1", 0, 1), made("2", 2, 3), made("3", 4), made("4", 6)]
    row = row_of(*trials, now=7)
    assert row.verdict.word == "working, left 1"
    assert row.verdict.state == "working"
    assert row.verdict.reason == "3 abandoned: its worker has started a later trial"
    assert [each.trial_id for each in row.evaluating] == ["3", "4"]


def test_it_is_the_trial_that_is_abandoned_and_not_its_worker() -> None:
    trials = [made("1", 0, 1), made("2", 2, 3), made("3", 4), made("4", 6, 8)]
    row = row_of(*trials, now=9)
    assert row.verdict.word == "waiting, left 1"
    assert row.verdict.reason.endswith("; 3 abandoned: its worker has started a later trial")
    # It counts until its last report, without the trial that it left.
    assert row.busy == pytest.approx(4 / 8)
    assert row_of(*trials, now=900).verdict.word == "idle, left 1"
    assert row_of(*trials, made("5", 8, 9), made("6", 9, 10), now=11).verdict.word == (
        "ended, left 1"
    )


def test_what_a_worker_has_left_is_not_what_it_evaluates() -> None:
    trials = [made("1", 0, 1), made("2", 2, 3), made("3", 4), made("4", 6, 8)]
    cells = worker_cells(row_of(*trials, now=9), START + 9)
    assert [cell.text for cell in cells][2:5] == ["", "", ""]
    cells = worker_cells(row_of(*trials, made("5", 9), now=10), START + 10)
    assert [cell.text for cell in cells][2:4] == ["5", "00:01"]


def test_trials_left_for_one_reason_are_named_together() -> None:
    trials = [made("1", 0, 1), made("2", 2, 3), made("3", 4), made("4", 6), made("5", 7)]
    verdict = row_of(*trials, now=8).verdict
    assert verdict.word == "working, left 2"
    assert verdict.reason == "3, 4 abandoned: its worker has started a later trial"


def test_workers_between_two_trials_are_counted_with_those_that_work() -> None:
    trials = [made("1", 0, 1), made("2", 2, 3), made("3", 4), made("4", 6, 8), made("5", 9)]
    others = [made("7", 0, worker="worker_1"), made("8", 0, worker="worker_2")]
    early, late = (activity_of(*trials[:length], *others) for length in (4, 5))
    assert early.counts(START + 10) == late.counts(START + 10) == {"active": 3}
    assert early.counts(START + 500) == {"idle": 1, "gone quiet": 2}


def test_with_nothing_to_compare_with_a_worker_is_said_to_work_with_that() -> None:
    verdict = row_of(made("1", 0), now=99_999).verdict
    assert verdict.word == "working"
    assert verdict.reason == "no trial has succeeded yet to compare with"


def test_a_worker_killed_at_the_first_of_its_kind_goes_quiet() -> None:
    row = row_of(made("1", 0, 10), made("2", 10), now=200)
    assert row.verdict.word == "gone quiet"
    assert row.verdict.reason.startswith("the only like trial so far took 10 s")
    assert row.busy == pytest.approx(1.0)


def test_before_enough_trials_have_ended_that_is_a_suspicion() -> None:
    row = row_of(made("1", 0), made("2", 2), now=3)
    assert row.verdict.word == "working, left 1?"
    assert "suspected" in row.verdict.reason


def test_an_asynchronous_worker_has_left_nothing() -> None:
    trials = [made("1", 0, 9), made("2", 2, 8), made("3", 4), made("4", 6)]
    row = row_of(*trials, now=10)
    assert row.verdict.word == "working"
    assert [cell.text for cell in worker_cells(row, START + 10)][2] == "4, 3"
    assert [cell.text for cell in worker_cells(row, START + 10, narrow=True)][2] == "4 +1"


def test_a_worker_without_a_trial_waits_and_then_idles() -> None:
    trial = made("1", 0, 10)
    assert row_of(trial, now=20).verdict.word == "waiting"
    assert row_of(trial, now=200).verdict.word == "idle"


def test_a_registered_worker_that_took_nothing_yet_has_a_row() -> None:
    activity = activity_of(made("1", 0), registered=("worker_0", "worker_1"))
    assert activity.workers == ("worker_0", "worker_1")
    row = activity.row("worker_1", START)
    assert row.verdict.word == "no trial yet"
    assert (row.ended, row.busy, row.last_report) == (0, None, None)


def test_once_the_budget_is_spent_workers_have_ended() -> None:
    trials = [made(str(number), number, number + 1) for number in range(4)]
    assert row_of(*trials, now=6).verdict.word == "ended"


def test_workers_are_listed_by_their_numbers() -> None:
    names = ("b_2", "a_10", "a_9", "77-x")
    activity = activity_of(*(made(name, 0, 1, worker=name) for name in names))
    assert activity.workers == ("77-x", "a_9", "a_10", "b_2")


def test_an_abandoned_bar_ends_where_the_next_trial_started() -> None:
    trials = [made("1", 0, 1), made("2", 2, 3), made("3", 4), made("4", 6, 8)]
    (bar,) = activity_of(*trials).running("worker_0", START + 100)
    assert (bar.trial_id, bar.start - START, bar.end - START) == ("3", 4, 6)


def test_a_running_bar_grows_to_now_and_never_ends_before_it_starts() -> None:
    activity = activity_of(made("1", 5))
    (bar,) = activity.running("worker_0", START + 9)
    assert bar.end == START + 9
    (bar,) = activity.running("worker_0", START)
    assert bar.end == bar.start


def test_a_trial_without_times_is_counted_but_has_no_bar() -> None:
    activity = activity_of(
        made("1", None, state=State.CRASHED), made("2", math.nan, 3, state=State.SUCCESS)
    )
    assert activity.row("worker_0", START).ended == 2
    assert activity.lane("worker_0").bars == []
    assert activity.span(START) is None


def test_there_is_something_to_see_until_now_only_while_a_worker_works() -> None:
    assert activity_of(made("1", 0, 10), made("2", 20)).span(START + 50) == (START, START + 50)
    first, last = activity_of(made("1", 0, 10)).span(START + 90_000) or (0, 0)
    assert first == START
    assert START + 10 <= last < START + 11


def test_a_long_silence_leaves_room_for_what_was_before_it() -> None:
    quiet = activity_of(made("1", 0, 10), made("2", 20))
    assert quiet.span(START + 90_000) == (START, START + 22)
    assert quiet.span(START + 90_000, silence=True) == (START, START + 90_000)
    # It may take ten times as long as all before it while nobody thinks that it has stopped.
    slow = activity_of(made("1", 0, 100), made("2", 120))
    assert slow.span(START + 1000) == (START, START + 1000)
    assert slow.span(START + 1400) == (START, START + 132)


def test_before_a_trial_has_ended_there_is_nothing_that_a_silence_could_hide() -> None:
    activity = activity_of(made("1", 0), made("2", 1, worker="worker_1"))
    assert activity.span(START + 90_000) == (START, START + 90_000)


def test_imported_trials_belong_to_no_lane() -> None:
    snapshot = RunReader(RUNS / "import-0.17").poll()
    activity = WorkerActivity()
    activity.follow(snapshot, summarize(snapshot))
    assert activity.workers == ("worker_0",)
    assert len(activity.lane("worker_0").bars) == 4
    assert {bar.state for bar in activity.lane("worker_0").bars} == {State.SUCCESS}


@pytest.mark.parametrize("name", NAMES)
def test_followed_trial_by_trial_is_the_same_as_all_at_once(name: str) -> None:
    whole = RunReader(RUNS / name).poll()
    followed = WorkerActivity()
    trials: dict[str, Trial] = {}
    for revision, (trial_id, trial) in enumerate(whole.trials.items(), 1):
        trials[trial_id] = trial
        snapshot = replace(
            whole,
            trials=MappingProxyType(dict(trials)),
            changed=frozenset([trial_id]),
            revision=revision,
        )
        followed.follow(snapshot, summarize(snapshot))
    at_once = WorkerActivity()
    at_once.follow(whole, summarize(whole))
    assert followed.workers == at_once.workers
    for worker in at_once.workers:
        assert followed.lane(worker).bars == at_once.lane(worker).bars
        assert followed.row(worker, START) == at_once.row(worker, START)


def test_a_trial_that_goes_back_leaves_its_lane() -> None:
    before = snapshot_of([made("1", 0, 10, state=State.CRASHED), made("2", 10, 20)])
    activity = WorkerActivity()
    activity.follow(before, summarize(before))
    pending = made("1", None, state=State.PENDING)
    pending.metadata.evaluating_worker_id = None
    after = replace(
        before,
        trials=MappingProxyType({**before.trials, "1": pending}),
        changed=frozenset(["1"]),
        revision=2,
    )
    activity.follow(after, summarize(after))
    row = activity.row("worker_0", START + 20)
    assert (row.ended, row.failed) == (1, 0)
    assert [bar.trial_id for bar in activity.lane("worker_0").bars] == ["2"]
    assert activity.worker_of("1") is None


def test_another_run_at_the_same_place_is_gone_through_anew() -> None:
    before, after = snapshot_of([made("1", 0, 10)]), snapshot_of([made("7", 0, 3, worker="w")])
    activity = WorkerActivity()
    activity.follow(before, summarize(before))
    after = replace(after, generation=2, revision=2, changed=frozenset(["7"]))
    activity.follow(after, summarize(after))
    assert activity.workers == ("w",)
    assert activity.worker_of("1") is None


def test_every_column_has_its_cell() -> None:
    row = row_of(made("1", 0), now=2)
    for narrow in (False, True):
        assert len(worker_cells(row, START + 2, narrow=narrow)) == len(worker_columns(narrow))


def test_the_command_on_the_optimizer_has_the_rows_too(capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["optimizer", str(RUNS / "random-0.17")]) == 0
    labels, row = capsys.readouterr().out.splitlines()[-2:]
    assert labels.split()[:3] == ["worker", "verdict", "evaluates"]
    assert row.split()[:4] == ["worker_0", "idle", "30", "5"]
