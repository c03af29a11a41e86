"""Going through a run's past on the dashboard."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any

from neps_state import NePSState
from neps_tui.screens.confirm import ConfirmScreen

Drive = Callable[..., None]
CopyRun = Callable[[str], Path]


def test_the_past_is_shown_and_left_again(drive: Drive, recorded_run: CopyRun) -> None:
    async def steps(dashboard: Any) -> None:
        await dashboard.shows("Evaluated 40")
        await dashboard.press("R")
        await dashboard.shows("REPLAY")
        await dashboard.shows("Evaluated 0")
        assert "● the past" in dashboard.text()
        await dashboard.press("G")
        await dashboard.shows("Evaluated 40")
        assert "REPLAY" in dashboard.text()
        await dashboard.press("escape")
        await dashboard.until(lambda: "REPLAY" not in dashboard.text(), "the present")
        assert "● idle" in dashboard.text()
        assert "Evaluated 40" in dashboard.text()

    drive(recorded_run("hyperband-0.17"), steps)


def test_the_next_incumbent_and_the_next_crash_are_jumped_to(
    drive: Drive, recorded_run: CopyRun
) -> None:
    async def steps(dashboard: Any) -> None:
        await dashboard.shows("Evaluated 40")
        await dashboard.press("R")
        await dashboard.shows("Evaluated 0")
        await dashboard.press("x")
        await dashboard.shows("Errors 1")
        assert "✘ 1" in dashboard.text()
        await dashboard.press("b")
        await dashboard.shows("★")

    drive(recorded_run("hyperband-0.17"), steps)


def test_it_plays_to_the_end_and_stops(drive: Drive, recorded_run: CopyRun) -> None:
    async def steps(dashboard: Any) -> None:
        await dashboard.shows("Evaluated 40")
        await dashboard.press("R")
        await dashboard.shows("Evaluated 0")
        await dashboard.press("plus", "plus", "space")
        await dashboard.shows("Evaluated 40")
        await dashboard.shows("stopped")

    drive(recorded_run("hyperband-0.17"), steps, size=(80, 24))


def test_what_a_worker_writes_meanwhile_waits_for_the_present(
    drive: Drive, run_copy: CopyRun
) -> None:
    root = run_copy("killed-0.17")

    async def steps(dashboard: Any) -> None:
        await dashboard.shows("Evaluated 9")
        await dashboard.press("R", "G")
        await dashboard.shows("REPLAY")
        state = NePSState.create_or_load(root, load_only=True)
        state.lock_and_reset_trial_by_id("8")
        await dashboard.pilot.pause(0.5)
        assert "Evaluated 9" in dashboard.text()
        await dashboard.press("escape")
        await dashboard.shows("Evaluated 8")

    drive(root, steps)


def test_nothing_is_changed_from_the_past(drive: Drive, recorded_run: CopyRun) -> None:
    async def steps(dashboard: Any) -> None:
        await dashboard.shows("Evaluated 9")
        await dashboard.press("R", "G")
        await dashboard.shows("REPLAY")
        await dashboard.press("r")
        await dashboard.shows("This is the past")
        assert not isinstance(dashboard.app.screen, ConfirmScreen)

    drive(recorded_run("killed-0.17"), steps)
