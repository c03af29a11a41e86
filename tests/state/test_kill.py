"""Kill the process at any instant of any operation: the run stays valid and loses nothing."""

from __future__ import annotations

import os
import shutil
import signal
import threading
import time
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any

import pytest
from faults import BETWEEN, FAILURES, WITHIN, Fate, deaths
from operations import OPERATIONS

from neps_state import NePSState, State, Trial
from neps_state.cache import parse_cache
from neps_state.decisions import removing
from neps_state.history import History
from neps_state.reader import RunReader
from neps_state.snapshot import Phase
from neps_tui.doctor.examine import examine


def plain(trial: Trial) -> tuple[object, ...]:
    report = None if trial.report is None else vars(trial.report) | {"err": str(trial.report.err)}
    return dict(trial.config), vars(trial.metadata), report


def ailments(root: Path) -> set[str]:
    """The kinds of what doctor finds, of what is not being changed this very moment."""
    findings = examine(root, may_probe=False, wait=lambda seconds: None)
    return {finding.kind for finding in findings}


@pytest.mark.parametrize("name", [name for name in OPERATIONS if OPERATIONS[name].is_action])
def test_after_a_kill_doctor_finds_a_change_to_be_finished_and_mends_it(
    name: str, tmp_path: Path, make: Any
) -> None:
    operation = OPERATIONS[name]
    template, done = tmp_path / "run", tmp_path / "done"
    make.mixed(template)
    shutil.copytree(template, done)

    def run(root: Path) -> None:
        operation.run(NePSState.create_or_load(root, load_only=True), make)

    run(done)
    known = ailments(template) | ailments(done)
    for root in deaths(template, tmp_path, run, BETWEEN):
        assert ailments(root) - known <= {"change-cut-short", "temporary-file"}
        NePSState.create_or_load(root, load_only=True).lock_and_finish_changes()
        assert ailments(root) - known <= {"temporary-file"}


@pytest.mark.parametrize(
    ("name", "fate"),
    [
        *[pytest.param(name, BETWEEN, id=f"{name}, {BETWEEN.name}") for name in OPERATIONS],
        *[
            pytest.param(name, WITHIN, id=f"{name}, {WITHIN.name}")
            for name in ("reset", "report", "import as a change")
        ],
        *[
            pytest.param(name, fate, id=f"{name}, {fate.name}")
            for fate in FAILURES
            for name in OPERATIONS
        ],
    ],
)
def test_whatever_cuts_an_operation_short_leaves_a_valid_run_that_lost_nothing(
    name: str, fate: Fate, tmp_path: Path, make: Any
) -> None:
    operation = OPERATIONS[name]
    template = tmp_path / "run"
    before = make.mixed(template).lock_and_read_trials()
    errors = NePSState.create_or_load(template, load_only=True).lock_and_get_errors()
    others = errors.without_trials(operation.touches).errs

    def run(root: Path) -> None:
        operation.run(NePSState.create_or_load(root, load_only=True), make)

    for root in deaths(template, tmp_path, run, fate):
        if not fate.halves_writes:
            cache = (root / "configs/.trial_cache.pkl").read_bytes()
            assert parse_cache(cache).damage == [], "NePS reads the cache"
        state = NePSState.create_or_load(root, load_only=True)
        snapshot = RunReader(root, clock=lambda: 1e10).poll()
        assert snapshot.phase is Phase.RUN
        assert snapshot.optimizer_state is not None
        for trials in (snapshot.trials, state.lock_and_read_trials()):
            untouched = before.keys() - operation.touches
            assert {key: plain(trials[key]) for key in untouched} == {
                key: plain(before[key]) for key in untouched
            }
            assert {trials[key].state for key in operation.touches & trials.keys()} <= (
                operation.states
            )
        assert state.lock_and_get_errors().without_trials(operation.touches).errs == others
        for trial_id in state.all_trial_ids():
            assert state.lock_and_get_trial_by_id(trial_id).id == trial_id

        operation.run(state, make)

        assert operation.check(state), "the operation can be done after all"
        cache = (root / "configs/.trial_cache.pkl").read_bytes()
        assert parse_cache(cache).damage == []
        assert list(state.history.begun()) == []
        if name not in ("sample", "import"):
            # What a worker leaves prepared stays, until a trial of that id comes again.
            assert not list((root / "configs").glob(".new_*"))
        later = RunReader(root, clock=lambda: 1e10).poll()
        assert later.problems == ()
        assert later.trials.keys() == state.lock_and_read_trials().keys()


@pytest.mark.parametrize("name", ["tell of a crash", "reset and undo", "remove and undo"])
def test_no_crash_ever_lacks_its_row(name: str, tmp_path: Path, make: Any) -> None:
    operation = OPERATIONS[name]
    template = tmp_path / "run"
    make.mixed(template)

    def run(root: Path) -> None:
        operation.run(NePSState.create_or_load(root, load_only=True), make)

    def lacking(root: Path) -> set[str]:
        state = NePSState.create_or_load(root, load_only=True)
        trials = state.lock_and_read_trials().values()
        crashed = {trial.id for trial in trials if trial.state is State.CRASHED}
        return crashed - {row.trial_id for row in state.lock_and_get_errors().errs}

    for root in deaths(template, tmp_path, run, BETWEEN):
        assert lacking(root) == set()


def test_a_row_whose_crash_never_came_is_taken_back(tmp_path: Path, make: Any) -> None:
    template = tmp_path / "run"
    make.mixed(template)
    before = NePSState.create_or_load(template, load_only=True).lock_and_get_errors().errs

    def run(root: Path) -> None:
        OPERATIONS["tell of a crash"].run(NePSState.create_or_load(root, load_only=True), make)

    for root in deaths(template, tmp_path, run, BETWEEN):
        state = NePSState.create_or_load(root, load_only=True)
        state.lock_and_finish_changes()
        has_crashed = state.lock_and_get_trial_by_id("5").state is State.CRASHED
        rows = state.lock_and_get_errors().errs
        assert len(rows) == len(before) + has_crashed
        assert rows[: len(before)] == before


def test_a_kill_while_a_run_is_made_leaves_no_half_run(tmp_path: Path, make: Any) -> None:
    for root in deaths(tmp_path / "none", tmp_path, make.create, WITHIN):
        snapshot = RunReader(root).poll()
        if snapshot.phase is Phase.RUN:
            assert snapshot.problems == ()
            assert snapshot.optimizer_state is not None

        state = make.create(root)

        make.sample(state, 1)
        assert set(state.lock_and_read_trials()) == {"1"}


def test_a_kill_while_a_torn_cache_is_mended_loses_no_trial(tmp_path: Path, make: Any) -> None:
    template = tmp_path / "run"
    trials = make.mixed(template).lock_and_read_trials()
    cache = template / "configs/.trial_cache.pkl"
    whole = cache.read_bytes()

    def run(root: Path) -> None:
        state = NePSState.create_or_load(root, load_only=True)
        state.put_updated_trial(trials["6"], hints="metadata")

    for damaged in (whole[:-9], whole[:900], b"", whole[:900] + whole[-400:]):
        cache.write_bytes(damaged)
        for root in deaths(template, tmp_path, run, WITHIN):
            run(root)
            data = (root / "configs/.trial_cache.pkl").read_bytes()
            assert parse_cache(data).damage == []
            assert parse_cache(data).trials.keys() == trials.keys()


def test_what_a_killed_undo_was_bringing_back_is_not_lost_when_its_id_is_given_again(
    tmp_path: Path, make: Any
) -> None:
    template = tmp_path / "run"
    state = make.mixed(template)
    last = max(state.lock_and_read_trials(), key=int)
    kept = f"configs/config_{last}/checkpoint.pt"
    (template / kept).write_text("a week of work")
    trial = state.lock_and_get_trial_by_id(last)
    state.lock_and_edit(removing([trial], ()), force=True)

    def undo(root: Path) -> None:
        NePSState.create_or_load(root, load_only=True).lock_and_undo()

    for root in deaths(template, tmp_path, undo, BETWEEN):
        make.sample(NePSState.create_or_load(root, load_only=True), 1)
        assert [path.read_text() for path in root.rglob("checkpoint.pt")] == ["a week of work"]


def test_a_kill_while_a_change_is_forgotten_leaves_nothing_that_doctor_minds(
    tmp_path: Path, make: Any
) -> None:
    template = tmp_path / "run"
    state = make.mixed(template)
    known = ailments(template)
    trial = next(iter(state.lock_and_read_trials().values()))
    state.history.begin(removing([trial], ()))

    def recover(root: Path) -> None:
        NePSState.create_or_load(root, load_only=True).lock_and_finish_changes()

    for root in deaths(template, tmp_path, recover, BETWEEN):
        recover(root)
        assert ailments(root) - known <= {"temporary-file"}


@pytest.mark.parametrize("with_another_thread", [False, True])
def test_an_interrupt_waits_for_the_change_that_it_would_cut_short(
    tmp_path: Path, make: Any, monkeypatch: pytest.MonkeyPatch, with_another_thread: bool
) -> None:
    state = make.mixed(tmp_path / "run")
    trial = next(iter(state.lock_and_read_trials().values()))
    finish = History.finish

    def interrupted(history: History, change: Any) -> None:
        os.kill(os.getpid(), signal.SIGINT)
        # Long enough for another thread to be given the signal, and to wake the main one.
        time.sleep(0.05)
        finish(history, change)

    monkeypatch.setattr(History, "finish", interrupted)
    is_over = threading.Event()
    other = threading.Thread(target=is_over.wait)
    if with_another_thread:
        other.start()
    handler = signal.getsignal(signal.SIGINT)
    try:
        with pytest.raises(KeyboardInterrupt):
            state.lock_and_edit(removing([trial], ()), force=True)
    finally:
        is_over.set()
    assert [change.action for change in state.history.changes()] == ["remove"]
    assert state.history.begun() == []
    assert signal.getsignal(signal.SIGINT) is handler


def test_a_change_can_be_made_in_a_thread_other_than_the_main_one(
    tmp_path: Path, make: Any
) -> None:
    state = make.mixed(tmp_path / "run")
    trial = next(iter(state.lock_and_read_trials().values()))
    with ThreadPoolExecutor(1) as pool:
        edit = removing([trial], ())
        assert pool.submit(state.lock_and_edit, edit, force=True).result().done
