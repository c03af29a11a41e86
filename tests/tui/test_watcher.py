"""Where no watch can be had, the dashboard polls and says so."""

from __future__ import annotations

import errno
import threading
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from textual.message import Message
from watchdog.observers.api import BaseObserver

from neps_state import Changed, NePSState
from neps_state.reader import RunReader
from neps_state.snapshot import RunSnapshot
from neps_tui import store
from neps_tui.app import Options
from neps_tui.changes.plan import Plan
from neps_tui.messages import CommandEnded

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

    async def steps(dashboard: Any) -> None:
        await dashboard.shows("Looking again and again")
        await sees_a_reset(dashboard, root, "polled")

    drive(root, steps)


def test_on_a_shared_file_system_it_says_that_it_polls(
    drive: Drive, run_copy: CopyRun, monkeypatch: pytest.MonkeyPatch
) -> None:
    root = run_copy("hyperband-0.17")
    monkeypatch.setattr(store, "file_system_of", lambda path: "nfs4")
    monkeypatch.setattr(BaseObserver, "schedule", lambda *_, **__: None)
    drive(root, lambda dashboard: sees_a_reset(dashboard, root, "polled"))


def test_that_no_event_tells_of_changes_is_found_out(
    drive: Drive, run_copy: CopyRun, monkeypatch: pytest.MonkeyPatch
) -> None:
    root = run_copy("hyperband-0.17")
    monkeypatch.setattr(BaseObserver, "schedule", lambda *_, **__: None)

    async def steps(dashboard: Any) -> None:
        await dashboard.shows("Evaluated 40")
        assert "polled" not in dashboard.text()
        state = NePSState.create_or_load(root, load_only=True)
        for number, trial_id in enumerate(list(state.lock_and_read_trials())[:20], 1):
            # Not at once: after a change it looks again by itself, and might find this one so.
            await dashboard.pilot.pause(0.6)
            state.lock_and_reset_trial_by_id(trial_id)
            await dashboard.shows(f"Pending {number}")
            if number > 3 and "polled" in dashboard.text():
                break
        await dashboard.shows("polled")

    drive(root, steps)


def test_where_looking_is_dear_it_is_done_seldom(
    run_copy: CopyRun, monkeypatch: pytest.MonkeyPatch
) -> None:
    poll = RunReader.poll
    looks: list[int] = []

    def dear(reader: RunReader) -> RunSnapshot:
        looks.append(1)
        time.sleep(0.1)
        return poll(reader)

    monkeypatch.setattr(RunReader, "poll", dear)
    followed = store.RunStore(run_copy("random-0.17"), lambda message: None)
    followed.start()
    try:
        # Looks at half a second's distance would be six.
        time.sleep(3.5)
    finally:
        followed.stop()
    assert len(looks) <= 4


def test_a_look_that_hangs_holds_neither_the_keys_nor_the_end(
    drive: Drive, run_copy: CopyRun, monkeypatch: pytest.MonkeyPatch
) -> None:
    poll, is_back = RunReader.poll, threading.Event()
    looks: list[int] = []

    def hang_later(reader: RunReader) -> RunSnapshot:
        looks.append(1)
        if len(looks) > 1:
            # As where a file server is away.
            is_back.wait(60)
        return poll(reader)

    monkeypatch.setattr(RunReader, "poll", hang_later)
    began = time.monotonic()

    async def steps(dashboard: Any) -> None:
        await dashboard.until(lambda: len(looks) > 1, "it hangs")
        await dashboard.shows("stale")
        await dashboard.press("question_mark")
        await dashboard.shows("Help")
        await dashboard.press("escape", "q")

    try:
        drive(run_copy("random-0.17"), steps)
    finally:
        is_back.set()
    assert time.monotonic() - began < 50


def test_polling_can_be_asked_for(drive: Drive, run_copy: CopyRun) -> None:
    root = run_copy("hyperband-0.17")
    options = Options(poll_seconds=0.2)
    drive(root, lambda dashboard: sees_a_reset(dashboard, root, "polled"), options=options)


def test_a_change_that_had_not_begun_when_the_run_was_left_is_told_of(
    run_copy: CopyRun, monkeypatch: pytest.MonkeyPatch
) -> None:
    poll, may_end, looks = RunReader.poll, threading.Event(), threading.Event()

    def slow(reader: RunReader) -> RunSnapshot:
        looks.set()
        may_end.wait(30)
        return poll(reader)

    def never(*_: object) -> Changed:
        raise AssertionError("the run was left")

    monkeypatch.setattr(RunReader, "poll", slow)
    told: list[Message] = []
    followed = store.RunStore(run_copy("random-0.17"), told.append)
    followed.start()
    assert looks.wait(30)
    plan = Plan("reset 1 trial", "pending again", never)
    followed.submit(plan)
    threading.Timer(0.3, may_end.set).start()
    followed.stop()

    ends = [each for each in told if isinstance(each, CommandEnded)]
    assert [each.plan for each in ends] == [plan]
    assert "nothing was changed" in str(ends[0].failure)
