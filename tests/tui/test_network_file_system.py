"""A run on a file server that hangs, dies and tells of no change: a real one, by sshfs."""

from __future__ import annotations

import subprocess
import sys
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest
from mounted import FileServer, mounted, reason_against_mounting
from runs import RunMaker

from neps_state import NePSState
from neps_state.run_folders import runs_below

Drive = Callable[..., None]
_REASON = reason_against_mounting()
pytestmark = pytest.mark.skipif(_REASON is not None, reason=str(_REASON))


@dataclass(frozen=True)
class Remote:
    """A run on a file server.

    Attributes:
        root: Where it is mounted.
        state: The run as another host has it, whose writes no event tells of here.
        server: What can be made to hang.
    """

    root: Path
    state: NePSState
    server: FileServer


@pytest.fixture
def remote(tmp_path: Path) -> Iterator[Remote]:
    state = RunMaker().mixed(tmp_path / "served" / "run")
    with mounted(tmp_path / "served", tmp_path / "mounted", tmp_path) as server:
        yield Remote(tmp_path / "mounted" / "run", state, server)


def test_what_another_host_writes_is_seen(drive: Drive, remote: Remote) -> None:
    async def steps(dashboard: Any) -> None:
        await dashboard.shows("polled")
        await dashboard.shows("Evaluated 4")
        (pending,) = (
            trial
            for trial in remote.state.lock_and_read_trials().values()
            if trial.state.value == "pending"
        )
        RunMaker().evaluate(remote.state, pending, objective=0.03125)
        await dashboard.shows("0.03125")
        await dashboard.shows("Evaluated 5")

    drive(remote.root, steps)


def test_a_server_that_hangs_holds_no_key_and_is_told_of(drive: Drive, remote: Remote) -> None:
    async def steps(dashboard: Any) -> None:
        await dashboard.shows("Evaluated 4")
        remote.server.freeze()
        await dashboard.shows("stale")
        await dashboard.press("question_mark")
        await dashboard.shows("Help")
        await dashboard.press("escape", "s")
        await dashboard.shows("Evaluated 4")
        remote.server.thaw()
        await dashboard.until(lambda: "stale" not in dashboard.text(), "it is live again")

    drive(remote.root, steps)


def test_one_can_leave_while_the_server_hangs(drive: Drive, remote: Remote) -> None:
    async def steps(dashboard: Any) -> None:
        await dashboard.shows("Evaluated 4")
        remote.server.freeze()
        await dashboard.shows("stale")
        await dashboard.press("q")

    drive(remote.root, steps)


def test_a_server_that_is_gone_leaves_the_last_that_was_seen(drive: Drive, remote: Remote) -> None:
    async def steps(dashboard: Any) -> None:
        await dashboard.shows("Evaluated 4")
        remote.server.die()
        await dashboard.shows("cannot read the run")
        await dashboard.shows("stale")
        await dashboard.shows("Evaluated 4")

    drive(remote.root, steps)


def test_a_command_says_that_the_server_is_gone(remote: Remote) -> None:
    remote.server.die()

    command = [sys.executable, "-m", "neps_tui", "status", str(remote.root)]
    ended = subprocess.run(command, capture_output=True, text=True, check=False)

    assert ended.returncode != 0
    assert ended.stdout == ""
    assert ended.stderr.count("\n") == 1
    assert "not connected" in ended.stderr


def test_a_folder_shows_its_runs_though_one_is_on_a_server_that_is_gone(
    remote: Remote, tmp_path: Path
) -> None:
    remote.server.die()

    assert [run.name for run in runs_below(tmp_path)] == ["run"]
    assert tmp_path / "served" / "run" in runs_below(tmp_path)
