"""Locks exclude every kind of holder, are released on a kill, and name who holds them."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import threading
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest

from neps_state import (
    FileLocker,
    LockFailedError,
    NePSState,
    SerializableTrialError,
    State,
    Trial,
)
from neps_state.decisions import budgeting, dropping, marking, removing, reporting, resetting
from neps_state.edit import LIMITS
from neps_state.given import Evaluated
from neps_state.system_locks import holders_of

HOLD = """
import fcntl, os, sys
path, how = sys.argv[1:]
if how == "FileLocker":
    from pathlib import Path
    from neps_state import FileLocker
    held = FileLocker(Path(path), poll=0.01, timeout=None).lock()
    held.__enter__()
else:
    stream = open(path, "a")
    getattr(fcntl, how)(stream, fcntl.LOCK_EX)
print("held", flush=True)
sys.stdin.readline()
"""

TRY = """
import fcntl, sys
path, how = sys.argv[1:]
stream = open(path, "a")
try:
    getattr(fcntl, how)(stream, fcntl.LOCK_EX | fcntl.LOCK_NB)
except OSError:
    sys.exit(7)
"""
REFUSED = 7


@contextmanager
def holder(path: Path, how: str) -> Iterator[subprocess.Popen[str]]:
    """Another process that holds a lock until the block ends."""
    process = subprocess.Popen(
        [sys.executable, "-c", HOLD, str(path), how],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        text=True,
    )
    try:
        assert process.stdout is not None
        assert process.stdout.readline() == "held\n"
        yield process
    finally:
        if process.poll() is None:
            process.communicate("\n", timeout=30)
        for stream in (process.stdin, process.stdout):
            if stream is not None:
                stream.close()


def can_lock(path: Path, how: str) -> bool:
    """Whether another process gets the lock at once."""
    code = subprocess.run([sys.executable, "-c", TRY, str(path), how], timeout=30).returncode
    assert code in (0, REFUSED)
    return code == 0


@pytest.fixture
def lock_path(tmp_path: Path) -> Path:
    return tmp_path / ".configs.lock"


def impatient(path: Path) -> FileLocker:
    return FileLocker(path, poll=0.01, timeout=0.05)


@pytest.mark.parametrize("how", ["lockf", "flock", "FileLocker"])
def test_a_lock_held_by_another_process_is_not_taken(lock_path: Path, how: str) -> None:
    locker = impatient(lock_path)
    with holder(lock_path, how) as process:
        with pytest.raises(LockFailedError) as failure, locker.lock():
            pass

        assert failure.value.holders == (process.pid,)
        assert failure.value.lock_path == lock_path
        assert f"process {process.pid}" in str(failure.value)
        assert ".configs.lock" in str(failure.value)
        assert "changed nothing" in str(failure.value)
    with locker.lock():
        pass


@pytest.mark.parametrize("how", ["lockf", "flock"])
def test_a_lock_held_here_is_refused_to_every_kind_of_process(lock_path: Path, how: str) -> None:
    with impatient(lock_path).lock():
        assert not can_lock(lock_path, how)
    assert can_lock(lock_path, how)


@pytest.mark.parametrize("how", ["lockf", "flock", "FileLocker"])
def test_a_killed_holder_no_longer_holds(lock_path: Path, how: str) -> None:
    with holder(lock_path, how) as process:
        process.send_signal(signal.SIGKILL)
        process.wait(timeout=30)

        with impatient(lock_path).lock():
            assert holders_of(lock_path) == (os.getpid(),)


def test_a_waiting_process_gets_the_lock_once_it_is_free(lock_path: Path) -> None:
    got = threading.Event()

    def wait_for_it() -> None:
        with FileLocker(lock_path, poll=0.01, timeout=30).lock():
            got.set()

    with holder(lock_path, "lockf"):
        waiting = threading.Thread(target=wait_for_it)
        waiting.start()
        assert not got.is_set()
    assert got.wait(30)
    waiting.join()


@pytest.mark.parametrize("how", ["lockf", "flock"])
def test_closing_another_descriptor_of_the_lock_file_releases_nothing(
    lock_path: Path, how: str
) -> None:
    with impatient(lock_path).lock():
        lock_path.open().close()

        assert not can_lock(lock_path, how)


@pytest.mark.parametrize("shared", [True, False], ids=["one object", "two objects"])
def test_two_threads_never_hold_a_lock_together(lock_path: Path, shared: bool) -> None:
    mine = FileLocker(lock_path, poll=0.001, timeout=60)
    inside = 0
    most = 0
    start = threading.Barrier(4)

    def enter_often() -> None:
        nonlocal inside, most
        locker = mine if shared else FileLocker(lock_path, poll=0.001, timeout=60)
        start.wait()
        for _ in range(50):
            with locker.lock():
                inside += 1
                most = max(most, inside)
                os.sched_yield()
                inside -= 1

    threads = [threading.Thread(target=enter_often) for _ in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert most == 1


def test_a_thread_that_cannot_have_the_lock_of_another_is_told_so(lock_path: Path) -> None:
    locker = impatient(lock_path)
    failures: list[BaseException] = []

    def try_it() -> None:
        try:
            with locker.lock():
                pass
        except LockFailedError as error:
            failures.append(error)

    with locker.lock():
        thread = threading.Thread(target=try_it)
        thread.start()
        thread.join()

    assert [type(failure) for failure in failures] == [LockFailedError]


def test_a_lock_is_released_when_the_block_raises(lock_path: Path) -> None:
    locker = impatient(lock_path)
    with pytest.raises(ZeroDivisionError), locker.lock():
        raise ZeroDivisionError
    assert can_lock(lock_path, "lockf")


def test_the_lock_file_stays_and_stays_empty(lock_path: Path) -> None:
    lock_path.touch()
    before = lock_path.stat()
    with impatient(lock_path).lock():
        pass
    after = lock_path.stat()

    assert (after.st_ino, after.st_size, after.st_mtime_ns) == (
        before.st_ino,
        0,
        before.st_mtime_ns,
    )


def test_a_lock_held_by_nobody_has_no_holder(lock_path: Path) -> None:
    assert holders_of(lock_path) == ()
    lock_path.touch()
    assert holders_of(lock_path) == ()


def test_a_failure_without_a_known_holder_says_where_it_may_be(lock_path: Path) -> None:
    assert "another host" in str(LockFailedError(lock_path, 2.0))
    assert "processes 3, 4" in str(LockFailedError(lock_path, 2.0, (3, 4)))


def test_lockers_are_equal_if_they_lock_alike(lock_path: Path) -> None:
    assert impatient(lock_path) == impatient(lock_path)
    assert impatient(lock_path) != FileLocker(lock_path, poll=0.01, timeout=None)


def test_a_lock_in_a_directory_that_is_gone_is_an_error_and_not_a_wait(tmp_path: Path) -> None:
    with pytest.raises(FileNotFoundError), FileLocker(tmp_path / "no" / "lock", 0.01, None).lock():
        pass


# --- which locks a call waits for ----------------------------------------------------------------


CALLS: dict[str, tuple[str, Callable[[NePSState, Any], object]]] = {
    "read trials": (".configs.lock", lambda s, m: s.lock_and_read_trials()),
    "read errors": (".errors.lock", lambda s, m: s.lock_and_get_errors()),
    "read optimizer info": (".optimizer.lock", lambda s, m: s.lock_and_get_optimizer_info()),
    "read optimizer state": (".optimizer.lock", lambda s, m: s.lock_and_get_optimizer_state()),
    "sample": (".optimizer.lock", lambda s, m: m.sample(s, 1)),
    "store": (".configs.lock", lambda s, m: m.sample(s, 1)),
    "reset": (".configs.lock", lambda s, m: s.lock_and_reset_trial_by_id("2")),
    "drop errors": (".errors.lock", lambda s, m: s.lock_and_reset_trial_by_id("2")),
    "remove": (".configs.lock", lambda s, m: s.lock_and_remove_trial_by_id("2")),
    "new worker": (".optimizer.lock", lambda s, m: s.lock_and_set_new_worker_id("mine")),
}


@pytest.mark.parametrize("call", CALLS)
def test_a_call_that_cannot_have_its_lock_changes_nothing(
    call: str, mixed_run: NePSState, make: Any, listing: Callable[[Path], Any]
) -> None:
    lock, operation = CALLS[call]
    state = mixed_run.with_lock_timeout(0.05)
    for name in (".configs.lock", ".errors.lock", ".optimizer.lock"):
        (mixed_run.path / name).touch()
    with holder(mixed_run.path / lock, "lockf") as process:
        before = {
            path: stamp
            for path, stamp in listing(mixed_run.path).items()
            if not path.endswith("optimizer_state.pkl")
        }

        with pytest.raises(LockFailedError) as failure:
            operation(state, make)

        assert failure.value.holders == (process.pid,)
        after = listing(mixed_run.path)
        if call != "store":
            assert {path: after[path] for path in before} == before
    operation(state, make)


@dataclass
class Known:
    """What a person has seen of a run before changing it."""

    trials: Mapping[str, Trial]
    errors: Sequence[SerializableTrialError]
    budget: Mapping[str, float | None]


def report_by_hand(state: NePSState, known: Known) -> object:
    edit = reporting(known.trials["5"], known.errors, message="lost", by="ada", now=9.0)
    return state.lock_and_edit(edit, force=True)


def change_the_budget(state: NePSState, known: Known) -> object:
    return state.lock_and_edit(budgeting(known.budget, {"total_evaluations_to_spend": 9}))


def mark_some(state: NePSState, known: Known) -> object:
    return state.lock_and_edit(marking([known.trials["1"]], State.FAILED, now=9.0))


def mend_files(state: NePSState, known: Known) -> object:
    (state.path / "configs" / "config_1" / "report.yaml").write_text("half: [")
    return state.lock_and_mend_files(["1"])


TRIALS, ERRORS, OPTIMIZER = ".configs.lock", ".errors.lock", ".optimizer.lock"
CHANGES: dict[str, tuple[tuple[str, ...], Callable[[NePSState, Known], object]]] = {
    "reset": (
        (TRIALS, ERRORS),
        lambda state, known: state.lock_and_edit(resetting([known.trials["2"]], known.errors)),
    ),
    "reset some": (
        (TRIALS, ERRORS),
        lambda state, known: state.lock_and_reset_trials([known.trials["2"]]),
    ),
    "reset by id": ((TRIALS, ERRORS), lambda state, known: state.lock_and_reset_trial_by_id("2")),
    "remove": (
        (TRIALS, ERRORS),
        lambda state, known: state.lock_and_edit(removing([known.trials["2"]], known.errors)),
    ),
    "remove by id": ((TRIALS, ERRORS), lambda state, known: state.lock_and_remove_trial_by_id("2")),
    "report": ((TRIALS, ERRORS), report_by_hand),
    "mark": ((TRIALS, ERRORS), mark_some),
    "clear errors": (
        (TRIALS, ERRORS),
        lambda state, known: state.lock_and_edit(dropping(known.errors)),
    ),
    "clear stale errors": (
        (TRIALS, ERRORS),
        lambda state, known: state.lock_and_drop_stale_errors(),
    ),
    "enqueue": (
        (OPTIMIZER, TRIALS, ERRORS),
        lambda state, known: state.lock_and_enqueue([{"lr": 0.5}], by="ada"),
    ),
    "import": (
        (OPTIMIZER, TRIALS, ERRORS),
        lambda state, known: state.lock_and_import([Evaluated({"lr": 0.5}, [0.1])], by="ada"),
    ),
    "budget": ((OPTIMIZER, TRIALS, ERRORS), change_the_budget),
    "undo of a reset": ((TRIALS, ERRORS), lambda state, known: state.lock_and_undo()),
    "finish what was begun": (
        (OPTIMIZER, TRIALS, ERRORS),
        lambda state, known: state.lock_and_finish_changes(),
    ),
    "mend files": ((TRIALS, ERRORS), mend_files),
    "mend the cache": ((TRIALS, ERRORS), lambda state, known: state.lock_and_mend_cache()),
    "mend errors": ((TRIALS, ERRORS), lambda state, known: state.lock_and_mend_errors()),
}


@pytest.mark.parametrize(
    ("change", "lock"), [(name, lock) for name, (locks, _) in CHANGES.items() for lock in locks]
)
def test_a_change_waits_for_each_of_its_locks_and_without_it_changes_nothing(
    change: str, lock: str, mixed_run: NePSState, listing: Callable[[Path], Any]
) -> None:
    budget = dict(zip(LIMITS, mixed_run.lock_and_get_global_budgets(), strict=True))
    errors = mixed_run.lock_and_get_errors().errs
    known = Known(mixed_run.lock_and_read_trials(), errors, budget)
    if change.startswith("undo"):
        mixed_run.lock_and_reset_trials([known.trials["2"]])
    for name in (TRIALS, ERRORS, OPTIMIZER):
        (mixed_run.path / name).touch()
    _, make = CHANGES[change]
    state = mixed_run.with_lock_timeout(0.05)
    with holder(mixed_run.path / lock, "lockf") as process:
        before = listing(mixed_run.path)

        with pytest.raises(LockFailedError) as failure:
            make(state, known)

        assert failure.value.holders == (process.pid,)
        assert failure.value.lock_path.name == lock
        if change != "mend files":
            assert listing(mixed_run.path) == before
    make(state, known)


@pytest.mark.parametrize("name", ["lock_and_read_trials", "lock_and_get_errors"])
def test_looking_at_trials_and_errors_does_not_wait_for_a_sampling_worker(
    name: str, mixed_run: NePSState
) -> None:
    with holder(mixed_run.path / ".optimizer.lock", "lockf"):
        assert getattr(mixed_run.with_lock_timeout(0.05), name)()


@pytest.mark.parametrize(
    ("variable", "attribute"),
    [
        ("NEPS_TRIAL_FILELOCK_TIMEOUT", "_trial_lock"),
        ("NEPS_STATE_FILELOCK_TIMEOUT", "_optimizer_lock"),
        ("NEPS_GLOBAL_ERR_FILELOCK_TIMEOUT", "_err_lock"),
    ],
)
def test_the_patience_is_set_by_the_variables_that_neps_reads(
    variable: str, attribute: str, mixed_run: NePSState, monkeypatch: pytest.MonkeyPatch
) -> None:
    for text, seconds in (("7.5", 7.5), ("none", None), ("", 120.0)):
        monkeypatch.setenv(variable, text)
        state = NePSState.create_or_load(mixed_run.path, load_only=True)
        assert getattr(state, attribute).timeout == seconds
