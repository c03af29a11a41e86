"""Kill the process at any instant of any operation: the run stays valid and loses nothing.

Each operation runs in a child that is killed before its first system call that writes, in a fresh
run before its second, and so on until it comes through. The same with a system call that fails, as
on a full or broken disk, instead of the kill.
"""

from __future__ import annotations

import builtins
import errno
import os
import shutil
import signal
import sys
import traceback
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import pytest

from neps_state import NePSState, State, Trial
from neps_state.cache import parse_cache
from neps_state.decisions import dropping, marking, removing, reporting
from neps_state.given import Evaluated
from neps_state.reader import RunReader
from neps_state.snapshot import Phase

WRITING_EVENTS = frozenset(
    {"os.rename", "os.remove", "os.mkdir", "os.rmdir", "os.truncate", "os.chmod", "os.link"}
)
WRITING_FLAGS = os.O_WRONLY | os.O_RDWR | os.O_CREAT | os.O_TRUNC
MOST_CALLS = 400


@dataclass(frozen=True)
class Fate:
    """What happens at the Nth call that writes.

    Attributes:
        name: What to call it.
        error: The error that the call fails with; 0 for a kill.
        halves_writes: Whether writes may be cut in two by it.
    """

    name: str
    error: int = 0
    halves_writes: bool = False


BETWEEN = Fate("killed between calls")
WITHIN = Fate("killed within writes", halves_writes=True)
FAILURES = tuple(
    Fate(f"{errno.errorcode[number]} once", number)
    for number in (errno.ENOSPC, errno.EIO, errno.EACCES)
)


class Countdown:
    """Brings about a fate at the Nth call that writes."""

    def __init__(self, calls: int, fate: Fate) -> None:
        self.left = calls
        self.fate = fate

    def tick(self) -> None:
        self.left -= 1
        if self.left:
            return
        if self.fate.error:
            raise OSError(self.fate.error, os.strerror(self.fate.error))
        os.kill(os.getpid(), signal.SIGKILL)

    def install(self) -> None:
        sync, open_file, fdopen = os.fsync, builtins.open, os.fdopen

        def ticking_sync(descriptor: int) -> None:
            self.tick()
            sync(descriptor)

        def ticking_open(path: Any, mode: str = "r", *args: Any, **kwargs: Any) -> Any:
            stream = open_file(path, mode, *args, **kwargs)
            return TickingStream(stream, self) if set("wa+x") & set(mode) else stream

        def ticking_fdopen(descriptor: int, mode: str = "r", *args: Any, **kwargs: Any) -> Any:
            stream = fdopen(descriptor, mode, *args, **kwargs)
            return TickingStream(stream, self) if set("wa+x") & set(mode) else stream

        def audit(event: str, args: tuple[Any, ...]) -> None:
            opens_to_write = event == "open" and args[2] is not None and args[2] & WRITING_FLAGS
            if event in WRITING_EVENTS or opens_to_write:
                self.tick()

        os.fsync = ticking_sync  # type: ignore[assignment]
        builtins.open = ticking_open
        os.fdopen = ticking_fdopen
        sys.addaudithook(audit)


class TickingStream:
    """A file whose writes count, and may be cut in two by a kill."""

    def __init__(self, stream: Any, countdown: Countdown) -> None:
        self._stream = stream
        self._countdown = countdown

    def write(self, data: bytes) -> int:
        self._countdown.tick()
        if self._countdown.fate.halves_writes:
            self._stream.write(data[: len(data) // 2])
            self._stream.flush()
            self._countdown.tick()
            self._stream.write(data[len(data) // 2 :])
        else:
            self._stream.write(data)
        self._stream.flush()
        return len(data)

    def __enter__(self) -> TickingStream:
        return self

    def __exit__(self, *args: object) -> None:
        self._stream.close()

    def __getattr__(self, name: str) -> Any:
        return getattr(self._stream, name)


def was_cut_short(operation: Callable[[], object], calls: int, fate: Fate) -> bool:
    """Run an operation in a child; whether its fate overtook it before it was done."""
    pid = os.fork()
    if pid == 0:
        code = 3
        countdown = Countdown(calls, fate)
        try:
            countdown.install()
            operation()
            code = 0 if countdown.left > 0 else 1
        except OSError as error:
            code = 1 if error.errno == fate.error else 3
        except BaseException:  # noqa: BLE001 - the child must end here, whatever happened
            traceback.print_exc()
        finally:
            os._exit(code)
    _, status = os.waitpid(pid, 0)
    if os.WIFSIGNALED(status):
        assert os.WTERMSIG(status) == signal.SIGKILL
        return True
    assert os.WEXITSTATUS(status) in (0, 1), "the operation failed in the child"
    return os.WEXITSTATUS(status) == 1


@dataclass
class Operation:
    """Something done to the run of `make.mixed`.

    Attributes:
        run: Does it, or does it again.
        touches: Ids of the trials it changes.
        states: What these may be in while it is being done.
        check: Whether it was done in the end.
    """

    run: Callable[[NePSState, Any], object]
    touches: frozenset[str] = frozenset()
    states: frozenset[State] = frozenset()
    check: Callable[[NePSState], bool] = field(default=lambda state: True)


def reset_two(state: NePSState, make: Any) -> None:
    trials = state.lock_and_read_trials()
    if any(trials[each].state is not State.PENDING for each in ("2", "4")):
        state.lock_and_reset_trials([trials["2"], trials["4"]], force=True)
    else:
        for trial_id in ("2", "4"):
            state.lock_and_reset_trial_by_id(trial_id)


def report_crash(state: NePSState, make: Any) -> None:
    trial = state.lock_and_read_trials()["5"]
    make.evaluate(state, trial, err=RuntimeError("late crash"))


def remove_one(state: NePSState, make: Any) -> None:
    if "2" in state.lock_and_read_trials():
        state.lock_and_remove_trial_by_id("2")
    else:
        state.lock_and_finish_changes()


def enqueue_two(state: NePSState, make: Any) -> None:
    state.lock_and_finish_changes()
    if len(state.lock_and_read_trials()) < 8:
        state.lock_and_enqueue([{"lr": 0.5}, {"lr": 0.6}], by="ada")


def bring_in_two(state: NePSState, make: Any) -> None:
    state.lock_and_finish_changes()
    if len(state.lock_and_read_trials()) < 8:
        state.lock_and_import(
            [Evaluated({"lr": 0.5}, [0.1]), Evaluated({"lr": 1.0}, [2])], by="ada"
        )


def tell_of_a_crash(state: NePSState, make: Any) -> None:
    state.lock_and_finish_changes()
    trial = state.lock_and_read_trials()["5"]
    if trial.report is None:
        edit = reporting(trial, [], message="node lost", by="ada", now=9.0)
        state.lock_and_edit(edit, force=True)


def mark_two(state: NePSState, make: Any) -> None:
    state.lock_and_finish_changes()
    trials = state.lock_and_read_trials()
    if trials["1"].state is not State.CORRUPTED:
        state.lock_and_edit(marking([trials["1"], trials["3"]], State.CORRUPTED, now=9.0))


def drop_errors(state: NePSState, make: Any) -> None:
    state.lock_and_edit(dropping(state.lock_and_get_errors().errs))


def remove_and_undo(state: NePSState, make: Any) -> None:
    state.lock_and_finish_changes()
    if not state.history.changes():
        trials = state.lock_and_read_trials()
        state.lock_and_edit(removing([trials["2"]], state.lock_and_get_errors().errs))
    if state.history.undoable():
        state.lock_and_undo()


def raise_budget(state: NePSState, make: Any) -> None:
    state.lock_and_update_global_budgets(
        total_evaluations_to_spend=777, total_cost_to_spend=None, total_fidelities_to_spend=None
    )


@dataclass
class Imported:
    id: str
    config: dict[str, Any]
    result: dict[str, Any]


def import_two(state: NePSState, make: Any) -> None:
    known = state.lock_and_read_trials()
    new = [
        Imported(trial_id, {"lr": 0.3}, {"objective_to_minimize": 0.2, "cost": 2.0})
        for trial_id in ("i1", "i2", "i3", "i4")
        if trial_id not in known
    ]
    state.lock_and_import_trials(new[:2], worker_id="importer")


OPERATIONS = {
    "reset": Operation(
        reset_two,
        frozenset({"2", "4"}),
        frozenset({State.CRASHED, State.PENDING}),
        lambda state: (
            {state.lock_and_read_trials()[each].state for each in ("2", "4")} == {State.PENDING}
            and not state.lock_and_get_errors().of_trials({"2", "4"})
        ),
    ),
    "report": Operation(
        report_crash,
        frozenset({"5"}),
        frozenset({State.EVALUATING, State.CRASHED}),
        lambda state: (
            bool(state.lock_and_get_errors().of_trials({"5"}))
            and state.lock_and_get_trial_by_id("5").report is not None
        ),
    ),
    "sample": Operation(
        lambda state, make: make.sample(state, 3),
        check=lambda state: len(state.lock_and_read_trials()) >= 9,
    ),
    "import": Operation(import_two, check=lambda state: len(state.lock_and_read_trials()) >= 8),
    "remove": Operation(
        remove_one,
        frozenset({"2"}),
        frozenset({State.CRASHED}),
        lambda state: (
            "2" not in state.lock_and_read_trials()
            and not state.lock_and_get_errors().of_trials({"2"})
        ),
    ),
    "enqueue": Operation(enqueue_two, check=lambda state: len(state.lock_and_read_trials()) == 8),
    "import as a change": Operation(
        bring_in_two, check=lambda state: len(state.lock_and_read_trials()) == 8
    ),
    "tell of a crash": Operation(
        tell_of_a_crash,
        frozenset({"5"}),
        frozenset({State.EVALUATING, State.CRASHED}),
        lambda state: (
            len(state.lock_and_get_errors().of_trials({"5"})) == 1
            and state.lock_and_get_trial_by_id("5").report is not None
        ),
    ),
    "mark": Operation(
        mark_two,
        frozenset({"1", "3"}),
        frozenset({State.SUCCESS, State.CORRUPTED}),
        lambda state: (
            {state.lock_and_get_trial_by_id(each).state for each in ("1", "3")} == {State.CORRUPTED}
        ),
    ),
    "drop errors": Operation(
        drop_errors,
        frozenset({"2", "4"}),
        frozenset({State.CRASHED}),
        lambda state: state.lock_and_get_errors().empty(),
    ),
    "remove and undo": Operation(
        remove_and_undo,
        frozenset({"2"}),
        frozenset({State.CRASHED}),
        lambda state: (
            state.lock_and_get_trial_by_id("2") == state.lock_and_read_trials()["2"]
            and len(state.lock_and_get_errors().of_trials({"2"})) == 1
            and state.history.undoable() == []
        ),
    ),
    "budget": Operation(
        raise_budget, check=lambda state: state.lock_and_get_global_budgets()[0] == 777
    ),
    "worker": Operation(
        lambda state, make: state.lock_and_set_new_worker_id(),
        check=lambda state: bool(state.lock_and_get_optimizer_state().worker_ids),
    ),
}


def plain(trial: Trial) -> tuple[object, ...]:
    report = None if trial.report is None else vars(trial.report) | {"err": str(trial.report.err)}
    return dict(trial.config), vars(trial.metadata), report


def deaths(
    template: Path, scratch: Path, operation: Callable[[Path], object], fate: Fate
) -> Iterator[Path]:
    """Copies of a run, in each of which an operation was cut short one call later."""
    for calls in range(1, MOST_CALLS):
        root = scratch / f"killed-{calls}"
        if template.exists():
            shutil.copytree(template, root)
        cut_short = was_cut_short(lambda root=root: operation(root), calls, fate)
        yield root
        shutil.rmtree(root, ignore_errors=True)
        if not cut_short:
            assert calls > 3, "the operation writes"
            return
    raise AssertionError("the operation never came to its end")


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
