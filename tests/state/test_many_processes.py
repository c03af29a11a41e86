"""Many processes change one run at once: nothing is lost, no id is given twice."""

from __future__ import annotations

import multiprocessing
from pathlib import Path
from typing import Any

from neps_state import NePSError, NePSState, NothingToUndoError, State
from neps_state.cache import parse_cache
from neps_state.decisions import dropping
from neps_state.reader import read_once

PROCESSES = 10
EACH = 6


def work(make: Any, root: Path, number: int, start: Any) -> None:
    """A worker of the core: register, sample, evaluate; every second evaluation crashes."""
    state = NePSState.create_or_load(root, load_only=True)
    worker = state.lock_and_set_new_worker_id()
    start.wait()
    for step in range(EACH):
        (trial,) = make.sample(state, 1, worker)
        err = ValueError(f"{worker} {step}") if step % 2 else None
        make.evaluate(state, trial, err=err, worker=worker, started=1_000.0 * number + step)


def reset(root: Path, start: Any, done: Any) -> None:
    """Someone at a screen: resets some crashed trials, and no more than twelve."""
    state = NePSState.create_or_load(root, load_only=True)
    start.wait()
    chosen: list[str] = []
    while len(chosen) < 12:
        crashed = [
            trial for trial in state.lock_and_read_trials().values() if trial.state is State.CRASHED
        ]
        chosen += state.lock_and_reset_trials(crashed[:2]).done
    done.put(chosen)


def test_ten_processes_report_while_an_eleventh_resets(tmp_path: Path, make: Any) -> None:
    root = tmp_path / "run"
    make.create(root)
    context = multiprocessing.get_context("fork")
    start, done = context.Barrier(PROCESSES + 1), context.Queue()
    processes = [
        context.Process(target=work, args=(make, root, number, start))
        for number in range(PROCESSES)
    ]
    processes.append(context.Process(target=reset, args=(root, start, done)))

    for process in processes:
        process.start()
    chosen = done.get(timeout=120)
    for process in processes:
        process.join(timeout=120)

    assert [process.exitcode for process in processes] == [0] * (PROCESSES + 1)
    state = NePSState.create_or_load(root, load_only=True)
    trials = state.lock_and_read_trials()
    assert set(trials) == {str(number) for number in range(1, PROCESSES * EACH + 1)}
    assert set(state.all_trial_ids()) == set(trials)
    assert parse_cache((root / "configs/.trial_cache.pkl").read_bytes()).damage == []
    assert {trial_id for trial_id in trials if trials[trial_id].state is State.PENDING} == set(
        chosen
    )
    crashed = {key for key, trial in trials.items() if trial.state is State.CRASHED}
    rows = [error.trial_id for error in state.lock_and_get_errors().errs]
    assert sorted(rows) == sorted(crashed)
    assert len(chosen) + len(crashed) == PROCESSES * EACH // 2
    workers = state.lock_and_get_optimizer_state().worker_ids
    assert sorted(workers or []) == sorted(f"worker_{number}" for number in range(PROCESSES))
    for trial_id, trial in trials.items():
        assert state.lock_and_get_trial_by_id(trial_id).metadata == trial.metadata
    assert read_once(root).problems == ()


def join_with_one_name(root: Path, start: Any, taken: Any) -> None:
    state = NePSState.create_or_load(root, load_only=True)
    start.wait()
    try:
        taken.put(state.lock_and_set_new_worker_id("the one"))
    except NePSError:
        taken.put(None)


def test_a_worker_name_wanted_by_many_is_given_to_one(tmp_path: Path, make: Any) -> None:
    make.create(tmp_path / "run")
    context = multiprocessing.get_context("fork")
    start, taken = context.Barrier(6), context.Queue()
    processes = [
        context.Process(target=join_with_one_name, args=(tmp_path / "run", start, taken))
        for _ in range(6)
    ]
    for process in processes:
        process.start()
    names = [taken.get(timeout=60) for _ in processes]
    for process in processes:
        process.join(timeout=60)

    assert sorted(names, key=str) == [None] * 5 + ["the one"]


def undo(root: Path, change_id: str, start: Any, done: Any) -> None:
    """Someone who takes back the same as others, at the same moment."""
    state = NePSState.create_or_load(root, load_only=True)
    start.wait()
    try:
        done.put(state.lock_and_undo(change_id).change_id is not None)
    except NothingToUndoError:
        done.put(False)


def test_a_change_that_several_take_back_at_once_is_taken_back_once(
    tmp_path: Path, make: Any
) -> None:
    state = make.mixed(tmp_path / "run")
    rows = state.lock_and_get_errors().errs
    context = multiprocessing.get_context("fork")
    for _ in range(5):
        change_id = state.lock_and_edit(dropping(rows)).change_id
        start, done = context.Barrier(4), context.Queue()
        processes = [
            context.Process(target=undo, args=(tmp_path / "run", change_id, start, done))
            for _ in range(4)
        ]
        for process in processes:
            process.start()
        assert sorted(done.get(timeout=120) for _ in processes) == [False, False, False, True]
        for process in processes:
            process.join(timeout=120)
        assert state.lock_and_get_errors().errs == rows
