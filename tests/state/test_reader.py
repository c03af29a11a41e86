"""The reader's laws: it leaves no trace, its cost follows the change, nothing torn blanks it."""

from __future__ import annotations

import os
import shutil
import time
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from neps_state import NePSState, State, Trial
from neps_state.pickles import dump_state
from neps_state.reader import RunReader, read_once
from neps_state.snapshot import Phase, RunSnapshot


class Clock:
    """A clock that a test sets; it starts now, as files get their times from the real one."""

    def __init__(self) -> None:
        self.now = time.time()

    def __call__(self) -> float:
        return self.now

    def pass_by(self, seconds: float) -> None:
        self.now += seconds


@pytest.fixture
def clock() -> Clock:
    return Clock()


@pytest.fixture
def reader(mixed_run: NePSState, clock: Clock) -> RunReader:
    return RunReader(mixed_run.path, clock=clock)


def settle(reader: RunReader, clock: Clock) -> RunSnapshot:
    """Poll as often as the reader asks for, and past every grace."""
    snapshot = reader.poll()
    for _ in range(20):
        clock.pass_by(1.0 if reader.due is None else max(0.0, reader.due - clock.now) + 0.2)
        snapshot = reader.poll()
    return snapshot


def states(snapshot: RunSnapshot) -> dict[str, State]:
    return {trial_id: trial.state for trial_id, trial in snapshot.trials.items()}


MIXED = {
    "1": State.SUCCESS,
    "2": State.CRASHED,
    "3": State.SUCCESS,
    "4": State.CRASHED,
    "5": State.EVALUATING,
    "6": State.PENDING,
}


# --- no trace ------------------------------------------------------------------------------------


@pytest.mark.parametrize("spoil", ["nothing", "no cache", "torn cache", "no locks", "torn state"])
def test_watching_leaves_no_trace(
    mixed_run: NePSState, clock: Clock, listing: Callable[[Path], Any], spoil: str
) -> None:
    root = mixed_run.path
    if spoil == "no cache":
        (root / "configs/.trial_cache.pkl").unlink()
    elif spoil == "torn cache":
        os.truncate(root / "configs/.trial_cache.pkl", 700)
    elif spoil == "no locks":
        for path in root.glob(".*.lock"):
            path.unlink()
    elif spoil == "torn state":
        os.truncate(root / "optimizer_state.pkl", 100)
    before = listing(root)
    reader = RunReader(root, clock=clock)

    settle(reader, clock)
    reader.directories()

    assert listing(root) == before


def test_waiting_for_a_run_makes_nothing(tmp_path: Path, clock: Clock) -> None:
    (tmp_path / "empty").mkdir()
    for root in (tmp_path / "none", tmp_path / "empty"):
        settle(RunReader(root, clock=clock), clock)
    assert [path.name for path in tmp_path.rglob("*")] == ["empty"]


def test_watching_waits_for_no_lock(mixed_run: NePSState, reader: RunReader) -> None:
    with mixed_run._optimizer_lock.lock(), mixed_run._trial_lock.lock(), mixed_run._err_lock.lock():
        assert states(reader.poll()) == MIXED


# --- whether there is a run ----------------------------------------------------------------------


def test_a_run_is_seen_once_it_is_there(tmp_path: Path, clock: Clock, make: Any) -> None:
    root = tmp_path / "run"
    reader = RunReader(root, clock=clock)
    first = reader.poll()
    assert (first.phase, first.trials) == (Phase.NO_DIRECTORY, {})
    assert str(root) in first.waiting_for
    assert reader.poll() is first
    assert reader.directories() == ()

    root.mkdir()
    second = reader.poll()
    assert second.phase is Phase.NO_RUN
    assert "optimizer_info.yaml" in second.waiting_for
    assert reader.poll() is second

    make.mixed(root)
    third = reader.poll()
    assert third.phase is Phase.RUN
    assert states(third) == MIXED
    assert [first.revision, second.revision, third.revision] == [1, 2, 3]


def test_a_file_in_the_place_of_the_run_is_no_run(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("no directory")

    assert RunReader(tmp_path / "file").poll().phase is Phase.NO_RUN
    assert RunReader(tmp_path / "file" / "below").poll().phase is Phase.NO_DIRECTORY


def test_a_deleted_run_is_gone_and_another_one_at_its_place_is_another(
    mixed_run: NePSState, reader: RunReader, clock: Clock, make: Any
) -> None:
    first = reader.poll()
    shutil.rmtree(mixed_run.path)
    assert reader.poll().phase is Phase.NO_DIRECTORY
    make.sample(make.create(mixed_run.path), 1)

    again = settle(reader, clock)

    assert states(again) == {"1": State.PENDING}
    assert again.generation == first.generation + 1
    assert again.errors == ()


def test_a_run_replaced_between_two_looks_is_another(
    mixed_run: NePSState, reader: RunReader, tmp_path: Path, make: Any
) -> None:
    first = reader.poll()
    other = make.create(tmp_path / "other")
    make.sample(other, 2)
    mixed_run.path.rename(tmp_path / "old")
    (tmp_path / "other").rename(mixed_run.path)

    again = reader.poll()

    assert again.generation == first.generation + 1
    assert again.changed is None
    assert set(again.trials) == {"1", "2"}


# --- what changed --------------------------------------------------------------------------------


def test_the_same_object_comes_back_when_nothing_changed(reader: RunReader, clock: Clock) -> None:
    settle(reader, clock)
    snapshot = reader.poll()

    for _ in range(5):
        clock.pass_by(7.0)
        assert reader.poll() is snapshot


def test_an_append_is_read_and_named_and_the_rest_stays_the_same_objects(
    mixed_run: NePSState, reader: RunReader, make: Any
) -> None:
    first = reader.poll()
    trial = mixed_run.lock_and_get_trial_by_id("5")

    make.evaluate(mixed_run, trial, objective=0.01)

    second = reader.poll()
    assert second.changed == {"5"}
    assert second.trials["5"].state is State.SUCCESS
    assert second.trials["5"].report is not None
    assert second.trials["5"].report.objective_to_minimize == 0.01
    assert all(second.trials[key] is first.trials[key] for key in ("1", "2", "3", "4", "6"))
    assert first.trials["5"].state is State.EVALUATING, "a snapshot never changes"


def test_new_trials_come_behind_the_known_ones(
    mixed_run: NePSState, reader: RunReader, make: Any
) -> None:
    reader.poll()

    make.sample(mixed_run, 3)

    snapshot = reader.poll()
    assert list(snapshot.trials) == ["1", "2", "3", "4", "5", "6", "7", "8", "9"]
    assert snapshot.changed == {"7", "8", "9"}


def test_an_append_costs_no_reading_of_the_rest(
    mixed_run: NePSState, reader: RunReader, clock: Clock, make: Any
) -> None:
    """What is not read cannot be noticed: here a file in the middle of the cache's own past."""
    settle(reader, clock)
    cache = mixed_run.path / "configs/.trial_cache.pkl"
    spoilt = bytearray(cache.read_bytes())
    spoilt[100:200] = bytes(100)
    with cache.open("r+b") as stream:
        stream.write(bytes(spoilt))
        stream.seek(0, os.SEEK_END)
        trial = Trial.new(
            trial_id="7",
            config={"lr": 1.0},
            location="x",
            previous_trial=None,
            previous_trial_location=None,
            time_sampled=1.0,
            worker_id="w",
        )
        stream.write(dump_state(trial))

    snapshot = reader.poll()

    assert snapshot.changed == {"7"}
    assert states(snapshot) == MIXED | {"7": State.PENDING}


def test_a_reset_is_seen_with_its_errors_gone(mixed_run: NePSState, reader: RunReader) -> None:
    assert [error.trial_id for error in reader.poll().errors] == ["2", "4"]

    mixed_run.lock_and_reset_trial_by_id("2")

    snapshot = reader.poll()
    assert snapshot.trials["2"].state is State.PENDING
    assert snapshot.trials["2"].report is None
    assert [error.trial_id for error in snapshot.errors] == ["4"]


def test_a_removed_trial_is_gone(mixed_run: NePSState, reader: RunReader, clock: Clock) -> None:
    reader.poll()

    mixed_run.lock_and_remove_trial_by_id("2")

    snapshot = settle(reader, clock)
    assert set(snapshot.trials) == {"1", "3", "4", "5", "6"}
    assert [error.trial_id for error in snapshot.errors] == ["4"]
    assert snapshot.problems == ()


def test_a_trial_removed_and_sampled_anew_is_shown_with_its_new_config(
    mixed_run: NePSState, reader: RunReader, clock: Clock, make: Any
) -> None:
    reader.poll()
    mixed_run.lock_and_remove_trial_by_id("6")
    (again,) = make.sample(mixed_run, 1)
    assert again.id == "6"
    again.config = {"lr": 0.77}
    mixed_run.put_updated_trial(again, hints=["config", "metadata"])

    snapshot = settle(reader, clock)

    assert snapshot.trials["6"].config == {"lr": 0.77}
    assert snapshot.trials["6"].metadata.time_sampled == again.metadata.time_sampled


def test_a_report_put_right_by_hand_is_shown(
    mixed_run: NePSState, reader: RunReader, clock: Clock
) -> None:
    settle(reader, clock)
    trial = mixed_run.lock_and_read_trials()["1"]
    assert trial.report is not None
    trial.report.objective_to_minimize = 0.987
    mixed_run.put_updated_trial(trial, hints="report")

    snapshot = settle(reader, clock)

    assert snapshot.trials["1"].report is not None
    assert snapshot.trials["1"].report.objective_to_minimize == 0.987


def test_imported_trials_without_times_do_not_change_by_themselves(
    copy_run: Callable[[str], Path], clock: Clock
) -> None:
    root = copy_run("import-0.17")
    reader = RunReader(root, clock=clock)
    settle(reader, clock)
    snapshot = reader.poll()
    cache = root / "configs/.trial_cache.pkl"

    cache.write_bytes(dump_state(dict(snapshot.trials)))

    again = settle(reader, clock)
    assert again is snapshot or again.changed == set()


# --- a cache rewritten ---------------------------------------------------------------------------


def rewrite_in_place(state: NePSState) -> bytes:
    """As NePS consolidates: the same file, truncated, then one dict."""
    data = dump_state(state.lock_and_read_trials())
    (state.path / "configs/.trial_cache.pkl").write_bytes(data)
    return data


def test_a_rewritten_cache_changes_nothing_that_is_shown(
    mixed_run: NePSState, reader: RunReader, clock: Clock
) -> None:
    first = reader.poll()

    rewrite_in_place(mixed_run)

    snapshot = settle(reader, clock)
    assert states(snapshot) == MIXED
    assert snapshot.problems == ()
    assert all(snapshot.trials[key] is first.trials[key] for key in first.trials)


def test_an_unfinished_trial_that_ended_before_a_rewriting_is_seen_at_once(
    mixed_run: NePSState, reader: RunReader, clock: Clock, make: Any
) -> None:
    settle(reader, clock)
    make.evaluate(mixed_run, mixed_run.lock_and_get_trial_by_id("5"), objective=0.02)
    make.sample(mixed_run, 1)
    rewrite_in_place(mixed_run)

    snapshot = reader.poll()

    assert snapshot.trials["5"].state is State.SUCCESS
    assert "7" in snapshot.trials
    assert states(settle(reader, clock)) == MIXED | {"5": State.SUCCESS, "7": State.PENDING}


def test_a_cache_truncated_and_written_bit_by_bit_blanks_nothing(
    mixed_run: NePSState, reader: RunReader, clock: Clock
) -> None:
    reader.poll()
    cache = mixed_run.path / "configs/.trial_cache.pkl"
    whole = dump_state(mixed_run.lock_and_read_trials())

    for cut in [*range(0, len(whole), 97), len(whole)]:
        cache.write_bytes(whole[:cut])
        clock.pass_by(0.06)
        assert states(reader.poll()) == MIXED, cut

    snapshot = settle(reader, clock)
    assert states(snapshot) == MIXED
    assert snapshot.problems == ()


@pytest.mark.parametrize("share", [0.0, 0.3, 0.9])
def test_a_cache_left_half_rewritten_blanks_nothing(
    mixed_run: NePSState, reader: RunReader, clock: Clock, share: float
) -> None:
    reader.poll()
    cache = mixed_run.path / "configs/.trial_cache.pkl"
    whole = dump_state(mixed_run.lock_and_read_trials())
    cache.write_bytes(whole[: int(share * len(whole))])

    assert states(settle(reader, clock)) == MIXED
    assert states(settle(RunReader(mixed_run.path, clock=clock), clock)) == MIXED
    problems = settle(reader, clock).problems
    assert [problem.place for problem in problems] == ["configs/.trial_cache.pkl"]


def test_a_torn_record_is_not_yet_and_then_there(
    mixed_run: NePSState, reader: RunReader, clock: Clock
) -> None:
    reader.poll()
    trial = mixed_run.lock_and_get_trial_by_id("6")
    trial.set_evaluating(time_started=9.0, worker_id="w")
    record = dump_state(trial)
    cache = mixed_run.path / "configs/.trial_cache.pkl"
    before = cache.read_bytes()

    for cut in range(1, len(record)):
        cache.write_bytes(before + record[:cut])
        assert states(reader.poll()) == MIXED, cut
        assert reader.poll().problems == ()
    cache.write_bytes(before + record)

    assert reader.poll().trials["6"].state is State.EVALUATING
    assert settle(reader, clock).problems == ()


def test_a_record_that_stays_torn_is_told_and_goes_away_when_mended(
    mixed_run: NePSState, reader: RunReader, clock: Clock, make: Any
) -> None:
    reader.poll()
    with (mixed_run.path / "configs/.trial_cache.pkl").open("ab") as stream:
        stream.write(dump_state(mixed_run.lock_and_get_trial_by_id("6"))[:99])
    assert reader.poll().problems == ()

    (problem,) = settle(reader, clock).problems
    assert problem.place == "configs/.trial_cache.pkl"
    assert "last record left out" in str(problem)

    make.evaluate(mixed_run, mixed_run.lock_and_get_trial_by_id("6"))

    snapshot = settle(reader, clock)
    assert snapshot.problems == ()
    assert states(snapshot) == MIXED | {"6": State.SUCCESS}


def test_a_missing_cache_is_told_and_the_trials_own_files_are_shown(
    mixed_run: NePSState, reader: RunReader, clock: Clock
) -> None:
    reader.poll()
    (mixed_run.path / "configs/.trial_cache.pkl").unlink()

    snapshot = settle(reader, clock)

    assert states(snapshot) == MIXED
    assert [problem.place for problem in snapshot.problems] == ["configs/.trial_cache.pkl"]
    assert states(settle(RunReader(mixed_run.path, clock=clock), clock)) == MIXED


def test_without_a_cache_a_report_that_follows_its_metadata_is_seen(
    mixed_run: NePSState, reader: RunReader, clock: Clock, make: Any
) -> None:
    make.evaluate(mixed_run, mixed_run.lock_and_get_trial_by_id("5"), objective=0.3)
    (mixed_run.path / "configs/.trial_cache.pkl").unlink()
    report = mixed_run.path / "configs/config_5/report.yaml"
    text = report.read_bytes()
    report.unlink()
    assert settle(reader, clock).trials["5"].report is None

    report.write_bytes(text)

    trial = settle(reader, clock).trials["5"]
    assert trial.report is not None
    assert trial.report.objective_to_minimize == 0.3


# --- small files half written --------------------------------------------------------------------


@pytest.mark.parametrize(
    "name",
    ["optimizer_info.yaml", "optimizer_state.pkl", "shared_errors.jsonl", "pipeline_space.pkl"],
)
def test_a_half_written_file_never_blanks_what_was_shown(
    copy_run: Callable[[str], Path], clock: Clock, name: str
) -> None:
    root = copy_run("hyperband-0.17")
    reader = RunReader(root, clock=clock)
    whole = (root / name).read_bytes()
    first = settle(reader, clock)

    for cut in {0, 1, len(whole) // 3, len(whole) // 2, len(whole) - 2}:
        (root / name).write_bytes(whole[:cut])
        os.utime(root / name, (clock.now, clock.now))
        clock.pass_by(0.05)
        torn = reader.poll()
        assert torn.optimizer_info is not None
        # Half of a YAML text can be a whole one, of a shorter last value.
        assert "hyperband".startswith(torn.optimizer_info["name"])
        assert torn.optimizer_state is not None
        assert torn.optimizer_state.worker_ids == ["worker_0"]
        assert torn.space is not None
        assert torn.trials.keys() == first.trials.keys()
        assert torn.problems == ()
        assert len(torn.errors) >= len(first.errors) - 1
        (root / name).write_bytes(whole)
        clock.pass_by(0.05)
        healed = settle(reader, clock)
        assert healed.errors == first.errors
        assert healed.problems == ()


@pytest.mark.parametrize("name", ["optimizer_info.yaml", "optimizer_state.pkl"])
def test_a_file_that_stays_half_written_is_told_beside_the_last_good_value(
    copy_run: Callable[[str], Path], clock: Clock, name: str
) -> None:
    root = copy_run("hyperband-0.17")
    reader = RunReader(root, clock=clock)
    settle(reader, clock)
    os.truncate(root / name, 10)

    snapshot = settle(reader, clock)

    assert [problem.place for problem in snapshot.problems] == [name]
    assert snapshot.optimizer_info is not None
    assert snapshot.optimizer_state is not None


def test_an_error_dump_that_stays_empty_is_believed_and_no_problem(
    mixed_run: NePSState, reader: RunReader, clock: Clock
) -> None:
    assert len(reader.poll().errors) == 2
    os.truncate(mixed_run.path / "shared_errors.jsonl", 0)

    snapshot = settle(reader, clock)

    assert snapshot.errors == ()
    assert snapshot.problems == ()


@pytest.mark.parametrize(
    "name",
    [
        "optimizer_info.yaml",
        "optimizer_state.pkl",
        "shared_errors.jsonl",
        "pipeline_space.pkl",
        "configs/.trial_cache.pkl",
    ],
)
def test_whoever_looks_once_waits_for_what_is_being_written(
    copy_run: Callable[[str], Path], name: str
) -> None:
    root = copy_run("killed-0.17")
    whole = (root / name).read_bytes()
    before = read_once(root)
    os.truncate(root / name, 0)

    with ThreadPoolExecutor() as others:
        others.submit(write_later, root / name, whole)
        snapshot = read_once(root)

    assert len(before.errors) == 1
    assert snapshot.errors == before.errors
    assert snapshot.trials == before.trials
    assert snapshot.optimizer_info == before.optimizer_info
    assert snapshot.optimizer_state == before.optimizer_state
    assert snapshot.space is not None
    assert before.space is not None
    assert snapshot.space.parameters.keys() == before.space.parameters.keys()
    assert snapshot.problems == ()


def write_later(path: Path, data: bytes) -> None:
    time.sleep(0.3)
    path.write_bytes(data)


@pytest.mark.parametrize("name", ["optimizer_state.pkl", "configs/.trial_cache.pkl"])
def test_whoever_looks_once_is_told_of_what_has_been_half_written_for_long(
    copy_run: Callable[[str], Path], name: str
) -> None:
    root = copy_run("killed-0.17")
    os.truncate(root / name, 100)
    an_hour_ago = time.time() - 3600
    os.utime(root / name, (an_hour_ago, an_hour_ago))

    snapshot = read_once(root)

    assert [problem.place for problem in snapshot.problems] == [name]


@pytest.mark.parametrize("file", ["metadata.json", "report.yaml", "config.yaml"])
def test_a_trials_half_written_file_never_blanks_the_trial(
    mixed_run: NePSState, reader: RunReader, clock: Clock, file: str, make: Any
) -> None:
    make.evaluate(mixed_run, mixed_run.lock_and_get_trial_by_id("5"))
    (mixed_run.path / "configs/.trial_cache.pkl").unlink()
    first = settle(reader, clock)
    path = mixed_run.path / "configs/config_5" / file
    whole = path.read_bytes()

    for cut in range(0, len(whole), 5):
        path.write_bytes(whole[:cut])
        clock.pass_by(0.05)
        assert states(reader.poll()) == states(first), cut
        assert reader.poll().trials["5"].config == first.trials["5"].config


def test_a_directory_being_filled_is_no_trial_yet(
    mixed_run: NePSState, reader: RunReader, clock: Clock
) -> None:
    (mixed_run.path / "configs/.trial_cache.pkl").unlink()
    empty = mixed_run.path / "configs/config_9"
    empty.mkdir()
    (mixed_run.path / "configs/config_file").write_text("no directory")

    assert states(settle(reader, clock)) == MIXED


def test_a_copy_of_a_trials_directory_is_not_the_trial(
    mixed_run: NePSState, reader: RunReader, clock: Clock
) -> None:
    configs = mixed_run.path / "configs"
    shutil.copytree(configs / "config_5", configs / "config_5_old")
    make_older = (configs / "config_5_old/metadata.json").read_text().replace("2000.0", "1.0")
    (configs / "config_5_old/metadata.json").write_text(make_older)
    (configs / ".trial_cache.pkl").unlink()

    snapshot = settle(reader, clock)

    assert states(snapshot) == MIXED
    assert snapshot.trials["5"].metadata.time_started == 2000.0


# --- what nobody expects -------------------------------------------------------------------------


@pytest.mark.parametrize(
    "place",
    [
        "optimizer_state.pkl",
        "pipeline_space.pkl",
        "shared_errors.jsonl",
        "configs/.trial_cache.pkl",
        "configs/config_5/metadata.json",
        "configs/config_5/report.yaml",
        "configs",
    ],
)
@pytest.mark.parametrize("what", ["directory", "link to itself", "pipe"])
def test_an_odd_thing_in_the_place_of_a_file_never_ends_the_reader(
    mixed_run: NePSState, reader: RunReader, clock: Clock, place: str, what: str
) -> None:
    path = mixed_run.path / place
    settle(reader, clock)
    if path.is_dir():
        shutil.rmtree(path)
    else:
        path.unlink(missing_ok=True)
    if what == "directory":
        path.mkdir()
    elif what == "pipe":
        os.mkfifo(path)
    else:
        path.symlink_to(path)

    for each in (reader, RunReader(mixed_run.path, clock=clock)):
        snapshot = settle(each, clock)
        assert snapshot.phase is Phase.RUN
        assert snapshot.optimizer_info is not None


def test_a_link_to_itself_in_the_place_of_the_run_is_no_run(tmp_path: Path) -> None:
    loop = tmp_path / "loop"
    loop.symlink_to(loop)

    assert RunReader(loop).poll().phase is not Phase.RUN


def test_a_deeply_nested_state_never_ends_the_reader(
    mixed_run: NePSState, reader: RunReader, clock: Clock
) -> None:
    path = mixed_run.path / "optimizer_state.pkl"
    good = path.read_bytes()
    deep = b"]" * 50_000 + b"a" * 49_999
    hostile = (
        b"\x80\x04\x8c\x14neps.state.optimizer\x8c\x11OptimizationState\x93)\x81}("
        b"\x8c\x06budgetN\x8c\x0dseed_snapshotN\x8c\x0cshared_state}\x8c\x01x" + deep + b"sub."
    )
    for data in (hostile, hostile + b"again", good, hostile):
        path.write_bytes(data)
        clock.pass_by(1.0)
        assert states(reader.poll()) == MIXED


# --- what to watch -------------------------------------------------------------------------------


def test_only_the_run_and_its_unfinished_trials_are_watched(
    mixed_run: NePSState, reader: RunReader, make: Any
) -> None:
    configs = mixed_run.path / "configs"
    reader.poll()
    assert set(reader.directories()) == {
        mixed_run.path,
        configs,
        configs / "config_5",
        configs / "config_6",
    }

    make.evaluate(mixed_run, mixed_run.lock_and_get_trial_by_id("5"))

    reader.poll()
    assert configs / "config_5" not in reader.directories()


def test_error_texts_come_through_as_they_are(mixed_run: NePSState, reader: RunReader) -> None:
    assert reader.poll().errors[0].err == "[bold]boom[/] 2"


def test_a_long_reading_tells_how_far_it_is(mixed_run: NePSState) -> None:
    trials = mixed_run.lock_and_read_trials()
    many = {
        f"{number}": replace(trials["1"], metadata=replace(trials["1"].metadata, id=f"{number}"))
        for number in range(1000)
    }
    (mixed_run.path / "configs/.trial_cache.pkl").write_bytes(dump_state(many))
    told: list[float] = []

    snapshot = RunReader(mixed_run.path, on_progress=told.append).poll()

    assert len(snapshot.trials) == 1000
    assert len(told) > 2
    assert told == sorted(told)
    assert 0.0 <= told[0] < 0.5 < told[-1] <= 1.0


def test_reading_trials_from_their_own_files_tells_how_far_it_is(mixed_run: NePSState) -> None:
    (mixed_run.path / "configs/.trial_cache.pkl").unlink()
    told: list[float] = []

    RunReader(mixed_run.path, on_progress=told.append).poll()

    assert told == [0.0]
