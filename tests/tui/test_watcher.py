"""Where no watch can be had, the dashboard polls and says so."""

from __future__ import annotations

import errno
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from watchdog.observers.api import BaseObserver

from neps_state import NePSState
from neps_tui.app import Options

Drive = Callable[..., None]
CopyRun = Callable[[str], Path]


async def sees_a_reset(dashboard: Any, root: Path, header: str) -> None:
    await dashboard.shows(header)
    NePSState.create_or_load(root, load_only=True).lock_and_reset_trial_by_id("5_rung_0")
    await dashboard.shows("Pending 1")


def test_without_watches_it_polls_says_so_and_still_sees_changes(
    drive: Drive, run_copy: CopyRun, monkeypatch: pytest.MonkeyPatch
) -> None:
    root = run_copy("hyperband-0.17")

    def no_more(*_: object, **__: object) -> None:
        raise OSError(errno.ENOSPC, "inotify watch limit reached")

    monkeypatch.setattr(BaseObserver, "schedule", no_more)
    drive(root, lambda dashboard: sees_a_reset(dashboard, root, "polled"))


def test_polling_can_be_asked_for(drive: Drive, run_copy: CopyRun) -> None:
    root = run_copy("hyperband-0.17")
    options = Options(poll_seconds=0.2)
    drive(root, lambda dashboard: sees_a_reset(dashboard, root, "polled"), options=options)
