"""The doctor's view, by keys: what is wrong, what it does, and mending it."""

from __future__ import annotations

import fcntl
import json
import shutil
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from neps_state import NePSState
from neps_tui.app import Options
from neps_tui.doctor import examine as examining
from neps_tui.doctor.screen import DoctorScreen
from neps_tui.screens.confirm import ConfirmScreen
from neps_tui.trial.screen import TrialScreen

Drive = Callable[..., None]
CopyRun = Callable[[str], Path]
Dashboard = Any


@pytest.fixture(autouse=True)
def short_pause(monkeypatch: pytest.MonkeyPatch) -> None:
    """After all of the recorded runs, so that no time in them is in the future."""
    monkeypatch.setattr(time, "time", lambda: 1_795_455_182.0 + 90.0)
    monkeypatch.setattr(examining, "_PAUSE", 0.05)
    monkeypatch.setattr(examining, "_PAUSE_FOR_TORN", 0.05)


@pytest.fixture
def ill_run(run_copy: CopyRun) -> Path:
    """A run in which metadata disagree, a report is missing, and a directory is a copy."""
    root = run_copy("random-0.17")
    spoil(root, "2")
    (root / "configs/config_5/report.yaml").unlink()
    shutil.copytree(root / "configs/config_6", root / "configs/config_99")
    (root / "configs/config_99/metadata.json").unlink()
    return root


def spoil(root: Path, trial_id: str) -> None:
    path = root / f"configs/config_{trial_id}/metadata.json"
    path.write_text(json.dumps(json.loads(path.read_text()) | {"state": "pending"}))


def screen(dashboard: Dashboard) -> DoctorScreen:
    shown = dashboard.app.screen
    assert isinstance(shown, DoctorScreen)
    return shown


async def open_doctor(dashboard: Dashboard) -> None:
    await dashboard.press("D")
    await dashboard.shows("looked just now")


def test_findings_are_listed_and_the_chosen_one_is_told_whole(drive: Drive, ill_run: Path) -> None:
    async def steps(dashboard: Dashboard) -> None:
        await open_doctor(dashboard)
        text = dashboard.text()
        assert "1 error · 2 warnings · looked just now" in text
        assert "✖ error    directory-incomplete" in text
        assert "⚠ warning  metadata-different" in text
        assert "A worker that gives its id again fails and stops" in text
        assert "remedy  move it out of configs" in text
        await dashboard.press("j")
        await dashboard.shows("Workers go by the cache")
        assert "mend    F, or neps-tui doctor" in dashboard.text()

    drive(ill_run, steps)


def test_mending_asks_first_and_tells_what_became_of_it(drive: Drive, ill_run: Path) -> None:
    async def steps(dashboard: Dashboard) -> None:
        await open_doctor(dashboard)
        await dashboard.press("F")
        await dashboard.until(
            lambda: isinstance(dashboard.app.screen, ConfirmScreen), "it asks first"
        )
        await dashboard.shows("Mend 2 findings?")
        assert "metadata-different (2): writes it anew from the cache" in dashboard.text()
        await dashboard.press("n")
        assert not (ill_run / "configs/config_5/report.yaml").exists()

        await dashboard.press("F", "y")
        await dashboard.shows("Mended: 2 findings.")
        await dashboard.shows("1 error · looked just now")
        assert "metadata-different" not in dashboard.text()
        assert (ill_run / "configs/config_5/report.yaml").exists()
        await dashboard.press("F")
        await dashboard.shows("Nothing that was found can be mended without a risk.")

    drive(ill_run, steps)


def test_a_mend_that_gets_no_lock_says_who_holds_it(
    drive: Drive, ill_run: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("neps_tui.store._LOCK_TIMEOUT", 0.2)

    async def steps(dashboard: Dashboard) -> None:
        await open_doctor(dashboard)
        with (ill_run / ".configs.lock").open("r+b") as stream:
            fcntl.flock(stream, fcntl.LOCK_EX)
            await dashboard.press("F", "y")
            await dashboard.shows("is held by process")
        await dashboard.shows("metadata-different")

    drive(ill_run, steps)


def test_it_looks_again_when_asked(drive: Drive, run_copy: CopyRun) -> None:
    root = run_copy("random-0.17")

    async def steps(dashboard: Dashboard) -> None:
        await open_doctor(dashboard)
        await dashboard.shows("Nothing is wrong")
        assert "come here" in dashboard.text()
        spoil(root, "2")
        await dashboard.press("L")
        await dashboard.shows("metadata-different")
        state = NePSState.create_or_load(root, load_only=True)
        state.lock_and_mend_files(["2"])
        await dashboard.press("f5")
        await dashboard.shows("Nothing is wrong")
        assert "metadata-different" not in dashboard.text()

    drive(root, steps)


def test_enter_opens_the_trial_and_comes_back(drive: Drive, ill_run: Path) -> None:
    async def steps(dashboard: Dashboard) -> None:
        await open_doctor(dashboard)
        await dashboard.press("enter")
        await dashboard.shows("This is not about trials that are in the run.")
        await dashboard.press("j", "enter")
        await dashboard.until(lambda: isinstance(dashboard.app.screen, TrialScreen), "the trial")
        assert dashboard.app.screen.trial_id == "2"
        await dashboard.press("escape")
        assert "metadata-different" in dashboard.text()
        await dashboard.press("escape")
        assert not isinstance(dashboard.app.screen, DoctorScreen)

    drive(ill_run, steps)


def test_a_finding_about_many_trials_opens_them_one_after_the_other(
    drive: Drive, run_copy: CopyRun
) -> None:
    root = run_copy("random-0.17")
    for trial_id in ("2", "5", "6"):
        spoil(root, trial_id)

    async def steps(dashboard: Dashboard) -> None:
        await open_doctor(dashboard)
        await dashboard.shows("Trial 6: metadata.json says pending, the cache success")
        await dashboard.press("enter", "right_square_bracket")
        await dashboard.until(
            lambda: getattr(dashboard.app.screen, "trial_id", "") == "5", "the next one"
        )

    drive(root, steps)


def test_read_only_mends_nothing_and_tries_no_locks(
    drive: Drive, ill_run: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def probe(root: Path) -> None:
        raise AssertionError("a lock was tried")

    monkeypatch.setattr(examining, "symptoms_of_lock_probe", probe)

    async def steps(dashboard: Dashboard) -> None:
        await open_doctor(dashboard)
        assert "examination-failed" not in dashboard.text()
        assert screen(dashboard).why_not("mend") is not None
        await dashboard.press("F")
        await dashboard.shows("Read-only: --read-only was given")
        assert isinstance(dashboard.app.screen, DoctorScreen)

    drive(ill_run, steps, options=Options(read_only="--read-only was given"))


def test_the_past_is_not_mended(drive: Drive, ill_run: Path) -> None:
    async def steps(dashboard: Dashboard) -> None:
        await dashboard.press("R")
        await dashboard.shows("past ")
        await open_doctor(dashboard)
        await dashboard.press("F")
        await dashboard.shows("This is the past")

    drive(ill_run, steps)


def test_leaving_while_it_looks_does_no_harm(
    drive: Drive, ill_run: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(examining, "_PAUSE", 30.0)

    async def steps(dashboard: Dashboard) -> None:
        await dashboard.press("D")
        await dashboard.shows("Looking …")
        await dashboard.press("L")
        await dashboard.shows("The run is being looked at just now.")
        await dashboard.press("escape")
        assert not isinstance(dashboard.app.screen, DoctorScreen)

    drive(ill_run, steps)


def test_the_cursor_stays_on_its_finding(drive: Drive, ill_run: Path) -> None:
    async def steps(dashboard: Dashboard) -> None:
        await open_doctor(dashboard)
        await dashboard.press("j", "j")
        await dashboard.shows("The result would be lost with the cache")
        shutil.rmtree(ill_run / "configs/config_99")
        await dashboard.press("L")
        await dashboard.shows("2 warnings · looked")
        assert "The result would be lost with the cache" in dashboard.text()

    drive(ill_run, steps)


@pytest.mark.parametrize("size", [(160, 48), (80, 24)])
def test_only_ascii_is_drawn_where_that_is_asked(
    size: tuple[int, int], drive: Drive, ill_run: Path
) -> None:
    async def steps(dashboard: Dashboard) -> None:
        await open_doctor(dashboard)
        assert dashboard.text().isascii()
        assert "x error" in dashboard.text()

    drive(ill_run, steps, size=size, options=Options(ascii=True))


def test_hostile_names_are_drawn_inert(drive: Drive, run_copy: CopyRun) -> None:
    root = run_copy("random-0.17")
    shutil.copytree(root / "configs/config_6", root / "configs/config_[bold]9\x1b[31m")

    async def steps(dashboard: Dashboard) -> None:
        await open_doctor(dashboard)
        assert "[bold]9" in dashboard.text()
        assert "\x1b" not in dashboard.text()

    drive(root, steps)


@pytest.mark.parametrize("run", ["architecture-0.17", "import-0.17", "random-0.13", "nan-0.17"])
def test_it_opens_on_every_kind_of_run(run: str, drive: Drive, run_copy: CopyRun) -> None:
    async def steps(dashboard: Dashboard) -> None:
        await open_doctor(dashboard)

    drive(run_copy(run), steps)
