"""What is on the screen while a run is read for the first time, and that is much."""

from __future__ import annotations

import threading
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest

from neps_state.progress import Progress
from neps_state.reader import RunReader
from neps_state.snapshot import RunSnapshot
from neps_tui.messages import FirstLookGoesOn
from neps_tui.store import RunStore

CopyRun = Callable[[str], Path]
Drive = Callable[..., None]


@pytest.fixture
def may_end(monkeypatch: pytest.MonkeyPatch) -> Iterator[threading.Event]:
    """Reading takes until this is set."""
    poll, event = RunReader.poll, threading.Event()

    def wait(reader: RunReader) -> RunSnapshot:
        event.wait(60)
        return poll(reader)

    monkeypatch.setattr(RunReader, "poll", wait)
    yield event
    event.set()


def test_a_first_look_that_takes_long_says_how_far_it_is(
    drive: Drive, recorded_run: CopyRun, may_end: threading.Event
) -> None:
    async def steps(dashboard: Any) -> None:
        await dashboard.shows("● reading")
        dashboard.app.post_message(FirstLookGoesOn(0.42))
        await dashboard.shows("reading the run … 42%")
        dashboard.app.post_message(FirstLookGoesOn(1.0))
        await dashboard.shows("adding up what was read …")
        may_end.set()
        await dashboard.shows("Evaluated 40")

    drive(recorded_run("hyperband-0.17"), steps, wait=False)


def test_nothing_is_said_to_be_missing_before_the_run_is_read(
    drive: Drive, recorded_run: CopyRun, may_end: threading.Event
) -> None:
    async def steps(dashboard: Any) -> None:
        await dashboard.shows("reading the run")
        for said in ("No trial", "Nothing", "No errors", "has still to be written", " 0"):
            assert said not in dashboard.text()
        may_end.set()
        await dashboard.shows("Evaluated 40")
        await dashboard.shows("15_rung_3")
        await dashboard.shows("Nothing waits to be taken.")

    drive(recorded_run("hyperband-0.17"), steps, wait=False)


def test_keys_answer_while_the_run_is_read(
    drive: Drive, recorded_run: CopyRun, may_end: threading.Event
) -> None:
    async def steps(dashboard: Any) -> None:
        await dashboard.shows("reading the run")
        await dashboard.press("s", "r", "e", "slash", "escape", "w")
        await dashboard.pilot.pause(0.2)
        await dashboard.press("escape", "question_mark")
        await dashboard.shows("On the dashboard")
        await dashboard.press("escape")
        may_end.set()
        await dashboard.shows("Evaluated 40")

    drive(recorded_run("hyperband-0.17"), steps, wait=False)


@pytest.mark.parametrize(("told", "is_waited_for"), [(0.001, False), (0.9, True)])
def test_the_first_paint_waits_for_the_run_only_if_that_is_soon_read(
    recorded_run: CopyRun, monkeypatch: pytest.MonkeyPatch, told: float, is_waited_for: bool
) -> None:
    may_end = threading.Event()

    class SlowReader(RunReader):
        def __init__(self, root: Path, *, on_progress: Progress) -> None:
            super().__init__(root, on_progress=on_progress)
            self._tell = on_progress

        def poll(self) -> RunSnapshot:
            time.sleep(0.1)
            self._tell(told)
            if not is_waited_for:
                may_end.wait(60)
            return super().poll()

    monkeypatch.setattr("neps_tui.store.RunReader", SlowReader)
    store = RunStore(recorded_run("hyperband-0.17"), lambda message: None)
    store.start()
    # For a minute, if it were to be read in that time.
    view = store.wait_for_first_look(60.0)
    may_end.set()
    store.stop()

    assert (view is not None) is is_waited_for
