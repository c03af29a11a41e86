"""Watching leaves no trace: nothing of a run changes, and no lock of it is taken.

`NEPS_TUI_TRACE_SECONDS=30` keeps the dashboard open for longer than by default.
"""

from __future__ import annotations

import fcntl
import importlib.util
import os
import shutil
import subprocess
import sys
import time
from collections.abc import Iterable
from pathlib import Path
from types import ModuleType

import pytest

from neps_state.reader import RunReader

TESTS = Path(__file__).resolve().parent.parent
RUNS = TESTS / "data" / "runs"
SECONDS = float(os.environ.get("NEPS_TUI_TRACE_SECONDS", "5"))
KERNEL_LOCKS = Path("/proc/locks")
# Down, sort, open a trial, leave it, every pane, the filter, the help.
KEYS = ("j", "s", "\r", "\x1b", "v", "n", "e", "p", "o", "t", "/", "\x1b", "?", "\x1b")

Trace = dict[str, tuple[int, ...]]


def terminal_module() -> ModuleType:
    place = TESTS / "benchmarks" / "terminal.py"
    spec = importlib.util.spec_from_file_location("terminal", place)
    assert spec is not None
    assert spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


def everything_in(run: Path) -> list[Path]:
    return [run, *sorted(run.rglob("*"))]


def trace_of(run: Path) -> Trace:
    """What would tell that somebody wrote: of each file and directory all but its access time."""
    trace = {}
    for path in everything_in(run):
        status = path.lstat()
        place = str(path.relative_to(run))
        trace[place] = (
            status.st_ino,
            status.st_mode,
            status.st_size,
            status.st_mtime_ns,
            status.st_ctime_ns,
            status.st_nlink,
        )
    return trace


def locked(inodes: Iterable[int]) -> set[int]:
    """Those of the inodes on which the kernel knows a lock, by whomever."""
    fields = (line.split() for line in KERNEL_LOCKS.read_text().splitlines())
    held = {
        int(place.rpartition(":")[2]) for line in fields for place in line if ":" in place[1:-1]
    }
    return held.intersection(inodes)


@pytest.fixture(params=["killed-0.17", "hyperband-0.17"])
def run(request: pytest.FixtureRequest, tmp_path: Path) -> Path:
    """A copy of a recorded run, without lock files: to take a lock, one would have to be made."""
    copy = Path(shutil.copytree(RUNS / request.param, tmp_path / "run"))
    for lock in copy.rglob("*.lock"):
        lock.unlink()
    return copy


@pytest.mark.skipif(not KERNEL_LOCKS.exists(), reason="this system keeps no list of its locks")
def test_an_open_dashboard_leaves_no_trace(run: Path) -> None:
    trial_id = next(iter(RunReader(run).poll().trials))
    before = trace_of(run)
    inodes = {status[0] for status in before.values()}
    taken: set[int] = set()
    command = [sys.executable, "-m", "neps_tui", str(run)]
    with terminal_module().Terminal(command) as terminal:
        while trial_id not in terminal.text().split():
            assert terminal.read(30.0), terminal.text()
        end = time.monotonic() + SECONDS
        keys = iter(KEYS)
        while time.monotonic() < end:
            key = next(keys, None)
            if key is not None:
                terminal.send(key)
            pause = time.monotonic() + SECONDS / len(KEYS) / 2
            while time.monotonic() < pause:
                taken |= locked(inodes)
                terminal.read(0.005)
        terminal.send("q")
    assert trace_of(run) == before
    assert not taken


@pytest.mark.skipif(not KERNEL_LOCKS.exists(), reason="this system keeps no list of its locks")
def test_a_lock_would_be_noticed(run: Path) -> None:
    path = run / "optimizer_info.yaml"
    with path.open("r+b") as stream:
        fcntl.lockf(stream, fcntl.LOCK_EX)
        assert locked([path.stat().st_ino])
    assert not locked([path.stat().st_ino])


@pytest.mark.parametrize(
    "command",
    [
        ["status"],
        ["status", "--json"],
        ["trials"],
        ["trials", "--csv"],
        ["trial"],
        ["errors", "--json"],
        ["optimizer"],
    ],
    ids=" ".join,
)
def test_a_command_that_looks_leaves_no_trace(run: Path, command: list[str]) -> None:
    name, *options = command
    trial = [next(iter(RunReader(run).poll().trials))] if name == "trial" else []
    before = trace_of(run)
    done = subprocess.run(
        [sys.executable, "-m", "neps_tui", name, str(run), *trial, *options],
        capture_output=True,
        text=True,
        check=False,
    )
    assert (done.returncode, done.stderr) == (0, "")
    assert done.stdout
    assert trace_of(run) == before
