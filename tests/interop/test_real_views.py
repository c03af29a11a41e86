"""Every view of the dashboard while real NePS workers write, on a run of each kind."""

from __future__ import annotations

import os
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from driven import Dashboard, drive_dashboard
from tour import SIZES, look_everywhere, run_at

from neps_state.reader import RunReader

pytestmark = pytest.mark.interop

EVALUATIONS = 2_000
"""More than there will be time for."""
ENOUGH = 12
"""Trials that have succeeded before somebody looks."""


@pytest.fixture(autouse=True)
def no_memory(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Nothing is remembered or set by whoever runs the tests."""
    monkeypatch.setenv("XDG_STATE_HOME", str(tmp_path / "state"))
    monkeypatch.setenv("XDG_CONFIG_HOME", str(tmp_path / "config"))


def look_while_they_work(root: Path, workers: Any) -> None:
    """Go through every view at both sizes; the workers work from the first key to the last."""
    wait_for_trials(root, workers)
    before = run_at(root).evaluated
    for size in SIZES.values():

        async def look(dashboard: Dashboard) -> None:
            await look_everywhere(dashboard, run_at(root)._replace(evaluated=None))

        drive_dashboard(root, look, size=size)
    assert run_at(root).evaluated > before
    for worker_id, process in workers.processes.items():
        assert process.poll() is None, workers.log(worker_id)[-3000:]


def wait_for_trials(root: Path, workers: Any) -> None:
    until = time.monotonic() + 120
    while time.monotonic() < until:
        assert workers.running(), [workers.log(each)[-3000:] for each in workers.processes]
        snapshot = RunReader(root).poll()
        trials = {} if snapshot is None else snapshot.trials
        if sum(each.state == "success" for each in trials.values()) >= ENOUGH:
            return
        time.sleep(0.2)
    raise AssertionError("the workers have not come so far in time")


@pytest.mark.parametrize("kind", ["random", "several", "fidelity", "architecture"])
def test_every_view_shows_a_run_that_real_workers_write_to(
    kind: str, tmp_path: Path, workers: Callable[..., Any]
) -> None:
    pair = workers(tmp_path / "run")
    extra = () if kind == "random" else (kind,)
    pair.start("alice", EVALUATIONS, *extra)
    pair.start("bob", EVALUATIONS, "join", *extra)
    look_while_they_work(tmp_path / "run", pair)


def test_every_view_shows_a_run_that_workers_of_an_older_neps_write_to(
    tmp_path: Path, workers: Callable[..., Any]
) -> None:
    older = os.environ.get("NEPS_TUI_OLDER_NEPS")
    if not older:
        pytest.skip("NEPS_TUI_OLDER_NEPS names no directory with an older NePS")
    pair = workers(tmp_path / "run", PYTHONPATH=older)
    pair.start("alice", EVALUATIONS)
    look_while_they_work(tmp_path / "run", pair)
