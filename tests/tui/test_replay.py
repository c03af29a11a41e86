"""Going through a run's past on the dashboard."""

from __future__ import annotations

import re
import threading
import time
from collections.abc import Callable
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest

from neps_state import NePSState
from neps_tui.remembered import recall
from neps_tui.replay.bar import ReplayBar
from neps_tui.replay.history import RunHistory
from neps_tui.screens.confirm import ConfirmScreen
from neps_tui.view import RunView
from neps_tui.words.formatting import number

Drive = Callable[..., None]
CopyRun = Callable[[str], Path]
SIZES = pytest.mark.parametrize("size", [(160, 48), (80, 24)])


class Gate:
    """Holds up whoever finds out what the past was like, while it is shut."""

    def __init__(self, monkeypatch: pytest.MonkeyPatch) -> None:
        self._open = threading.Event()
        self._open.set()
        self.moments: list[float] = []
        find = RunHistory.at

        def find_later(history: RunHistory, moment: float) -> RunView:
            self.moments.append(moment)
            self._open.wait(20)
            return find(history, moment)

        monkeypatch.setattr(RunHistory, "at", find_later)

    def shut(self) -> None:
        self._open.clear()
        self.moments.clear()

    def open(self) -> None:
        self._open.set()


@pytest.fixture
def gate(monkeypatch: pytest.MonkeyPatch) -> Gate:
    return Gate(monkeypatch)


def moment_shown(dashboard: Any) -> str:
    """The time of day that the header says is shown."""
    return str(dashboard.text().split("● past ")[1][11:19])


def ended(dashboard: Any, trial_id: str) -> float:
    """When a trial ended."""
    return float(dashboard.app.view.trial(trial_id).metadata.time_end)


def moment_wanted(dashboard: Any) -> str:
    """The time of day that the bar says it is at."""
    line = next(line for line in dashboard.text().splitlines() if "REPLAY" in line)
    found = re.search(r"\d\d:\d\d:\d\d", line)
    assert found is not None
    return found.group()


def test_the_past_is_shown_and_left_again(drive: Drive, recorded_run: CopyRun) -> None:
    async def steps(dashboard: Any) -> None:
        await dashboard.shows("Evaluated 40")
        await dashboard.press("R")
        await dashboard.shows("REPLAY")
        await dashboard.shows("Evaluated 0")
        assert moment_shown(dashboard) == moment_wanted(dashboard)
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


@pytest.mark.parametrize(
    "name",
    ["multiobjective-0.17", "architecture-0.17", "import-0.17", "nan-0.17", "random-0.13"],
)
def test_every_kind_of_run_is_gone_through(drive: Drive, recorded_run: CopyRun, name: str) -> None:
    async def steps(dashboard: Any) -> None:
        await dashboard.press("S", "R")
        await dashboard.shows("· 0 s in ·")
        for key in ("L", "L", "L", "h", "G", "home", "L", "L", "escape"):
            await dashboard.press(key)
            await dashboard.until(
                lambda: (
                    "REPLAY" not in dashboard.text()
                    or moment_shown(dashboard) == moment_wanted(dashboard)
                ),
                "it is there",
            )
        assert "REPLAY" not in dashboard.text()

    drive(recorded_run(name), steps)


def test_a_column_that_was_not_there_yet_is_sorted_by_all_the_same(
    drive: Drive, recorded_run: CopyRun
) -> None:
    async def steps(dashboard: Any) -> None:
        await dashboard.shows("Evaluated 25")
        await dashboard.press("s")
        await dashboard.shows("objective 2▲")
        await dashboard.press("R")
        await dashboard.shows("Evaluated 0")
        await dashboard.press("G")
        await dashboard.shows("objective 2▲")

    drive(recorded_run("multiobjective-0.17"), steps)


def test_it_plays_to_the_end_and_stops(drive: Drive, recorded_run: CopyRun) -> None:
    async def steps(dashboard: Any) -> None:
        await dashboard.shows("Evaluated 40")
        await dashboard.press("R")
        await dashboard.shows("Evaluated 0")
        await dashboard.press("plus", "plus", "space")
        await dashboard.shows("Evaluated 40")
        await dashboard.shows("stopped")

    drive(recorded_run("hyperband-0.17"), steps, size=(80, 24))


def test_time_goes_by_from_as_fast_as_it_did_to_ten_thousand_times_as_fast(
    drive: Drive, recorded_run: CopyRun, monkeypatch: pytest.MonkeyPatch
) -> None:
    clock = [1000.0]
    monkeypatch.setattr("neps_tui.replay.bar.time", SimpleNamespace(monotonic=lambda: clock[0]))

    async def steps(dashboard: Any) -> None:
        await dashboard.shows("Evaluated 1")
        await dashboard.press("R")
        await dashboard.shows("Evaluated 0")
        bar = dashboard.app.screen.query_one(ReplayBar)
        start = bar.moment
        await dashboard.press(*["minus"] * 9, "space")
        await dashboard.shows("· ×1")
        clock[0] += 0.5
        await dashboard.until(
            lambda: bar.moment - start == pytest.approx(0.5, abs=0.01), "half a second"
        )
        await dashboard.press("plus")
        await dashboard.shows("· ×10")
        clock[0] += 0.25
        await dashboard.until(
            lambda: bar.moment - start == pytest.approx(3.0, abs=0.01), "ten times that"
        )
        await dashboard.press(*["plus"] * 9)
        await dashboard.shows(f"· ×{number(10_000)}")
        clock[0] += 0.0002
        await dashboard.until(
            lambda: bar.moment - start == pytest.approx(5.0, abs=0.01), "much more"
        )

    drive(recorded_run("bayesian-0.17"), steps)


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


@SIZES
def test_what_is_shown_goes_by_its_own_moment_until_another_is_there(
    drive: Drive, recorded_run: CopyRun, gate: Gate, size: tuple[int, int]
) -> None:
    async def steps(dashboard: Any) -> None:
        await dashboard.shows("Evaluated 40")
        await dashboard.press("R")
        await dashboard.shows("Evaluated 0")
        before = moment_shown(dashboard)
        gate.shut()
        await dashboard.press("G")
        await dashboard.shows("on its way")
        assert moment_wanted(dashboard) > before
        assert moment_shown(dashboard) == before
        assert "Evaluated 0" in dashboard.text()
        gate.open()
        await dashboard.shows("Evaluated 40")
        assert moment_shown(dashboard) == moment_wanted(dashboard)
        assert "on its way" not in dashboard.text()

    drive(recorded_run("hyperband-0.17"), steps, size=size)


def test_of_many_keys_only_the_last_moment_is_found(
    drive: Drive, recorded_run: CopyRun, gate: Gate
) -> None:
    async def steps(dashboard: Any) -> None:
        await dashboard.shows("Evaluated 40")
        await dashboard.press("R")
        await dashboard.shows("Evaluated 0")
        gate.shut()
        await dashboard.press("L", "L", "L", "G", "h", "h", "G")
        gate.open()
        await dashboard.shows("Evaluated 40")
        await dashboard.until(lambda: "stopped" in dashboard.text(), "it is there")
        assert len(gate.moments) == 2

    drive(recorded_run("hyperband-0.17"), steps)


def test_the_past_that_comes_after_it_was_left_is_not_shown(
    drive: Drive, recorded_run: CopyRun, gate: Gate
) -> None:
    async def steps(dashboard: Any) -> None:
        await dashboard.shows("Evaluated 40")
        await dashboard.press("R")
        await dashboard.shows("Evaluated 0")
        gate.shut()
        await dashboard.press("L", "escape")
        await dashboard.until(lambda: "REPLAY" not in dashboard.text(), "the present")
        gate.open()
        await dashboard.pilot.pause(0.2)
        assert "● idle" in dashboard.text()
        assert "Evaluated 40" in dashboard.text()

    drive(recorded_run("hyperband-0.17"), steps)


def test_keys_wait_for_nothing_while_the_past_is_found_out(
    drive: Drive, recorded_run: CopyRun, monkeypatch: pytest.MonkeyPatch
) -> None:
    may_begin = threading.Event()
    begin = RunHistory.__init__

    def begin_later(history: RunHistory, view: RunView) -> None:
        may_begin.wait(20)
        begin(history, view)

    monkeypatch.setattr(RunHistory, "__init__", begin_later)

    async def steps(dashboard: Any) -> None:
        await dashboard.shows("Evaluated 40")
        await dashboard.press("R")
        await dashboard.shows("finding out about the past")
        await dashboard.press("G", "l", "space", "x", "plus")
        assert "● idle" in dashboard.text()
        may_begin.set()
        await dashboard.shows("Evaluated 0")

    drive(recorded_run("hyperband-0.17"), steps)


def test_a_click_on_the_bar_goes_there(drive: Drive, recorded_run: CopyRun) -> None:
    async def steps(dashboard: Any) -> None:
        await dashboard.shows("Evaluated 40")
        await dashboard.press("R")
        await dashboard.shows("Evaluated 0")
        lines = dashboard.text().splitlines()
        row = next(at for at, line in enumerate(lines) if "REPLAY" in line)
        await dashboard.pilot.click(offset=(31, row))
        await dashboard.until(lambda: "Evaluated 0" not in dashboard.text(), "another moment")
        assert "· 51 % ·" in dashboard.text()

    drive(recorded_run("hyperband-0.17"), steps)


def test_time_goes_by_in_a_view_too(drive: Drive, recorded_run: CopyRun) -> None:
    async def steps(dashboard: Any) -> None:
        await dashboard.shows("Evaluated 40")
        await dashboard.press("R")
        await dashboard.shows("Evaluated 0")
        await dashboard.press("space", "E")
        await dashboard.shows("Errors 8 in 2 kinds")

    drive(recorded_run("hyperband-0.17"), steps)


@SIZES
def test_views_tell_of_then(drive: Drive, recorded_run: CopyRun, size: tuple[int, int]) -> None:
    async def steps(dashboard: Any) -> None:
        await dashboard.shows("Evaluated 40")
        await dashboard.press("R")
        await dashboard.shows("Evaluated 0")
        await dashboard.press("x", "x")
        await dashboard.shows("Errors 2")
        moment = moment_shown(dashboard)
        for key, said in (
            ("E", "Errors 2 in 2 kinds"),
            ("w", "2 failed"),
            ("O", "hyperparameter"),
            ("P", "evaluations"),
        ):
            await dashboard.press(key)
            await dashboard.shows(said)
            assert moment_shown(dashboard) == moment
            assert not re.search(r"\d (min|h|d) ago", dashboard.text())

    drive(recorded_run("hyperband-0.17"), steps, size=size)


def test_what_the_optimizer_keeps_now_is_not_told_of_then(
    drive: Drive, recorded_run: CopyRun
) -> None:
    async def steps(dashboard: Any) -> None:
        await dashboard.shows("Evaluated 9")
        await dashboard.press("R")
        await dashboard.shows("Evaluated 0")
        await dashboard.press("O")
        await dashboard.shows("is not recorded anywhere")
        assert "shared state" not in dashboard.text()
        assert "NePS counts" not in dashboard.text()
        assert "search space as stored" in dashboard.text()

    drive(recorded_run("killed-0.17"), steps)


@SIZES
def test_a_trial_of_then_has_the_files_of_now_and_says_so(
    drive: Drive, recorded_run: CopyRun, size: tuple[int, int]
) -> None:
    async def steps(dashboard: Any) -> None:
        await dashboard.shows("Evaluated 40")
        await dashboard.press("R")
        await dashboard.shows("Evaluated 0")
        await dashboard.press("b", "b", "t")
        await dashboard.shows("★")
        moment = moment_shown(dashboard)
        await dashboard.press("enter")
        await dashboard.shows("as they are now")
        assert moment in dashboard.text().partition("REPLAY")[0]
        await dashboard.press("shift+tab")
        await dashboard.shows("config.yaml")
        config = next(line for line in dashboard.text().splitlines() if "config.yaml" in line)
        assert "just now" not in config
        await dashboard.press("enter")
        await dashboard.shows("config.yaml, as it is now")

    drive(recorded_run("hyperband-0.17"), steps, size=size)


def test_rows_grow_older_with_every_step(drive: Drive, recorded_run: CopyRun) -> None:
    async def steps(dashboard: Any) -> None:
        await dashboard.shows("Evaluated 12")
        await dashboard.press("R")
        await dashboard.shows("Evaluated 0")
        for _ in range(10):
            await dashboard.press("L")
            await dashboard.until(
                lambda: moment_shown(dashboard) == moment_wanted(dashboard), "it is there"
            )
        rows = [line for line in dashboard.text().splitlines() if "✔" in line]
        assert any("6 s ago" in row for row in rows)
        assert any("just now" in row for row in rows)

    drive(recorded_run("bayesian-0.17"), steps)


def test_the_present_is_whole_again_although_it_changed_meanwhile(
    drive: Drive, run_copy: CopyRun, monkeypatch: pytest.MonkeyPatch
) -> None:
    root = run_copy("killed-0.17")
    # Ten minutes after its end.
    monkeypatch.setattr(time, "time", lambda: 1_795_448_822.0)

    async def steps(dashboard: Any) -> None:
        await dashboard.shows("Evaluated 9")
        # Rows have aged once, and will not again: what they say then is of that very moment.
        await dashboard.pilot.pause(1.1)
        await dashboard.press("R", "G")
        await dashboard.shows("Evaluated 9")
        state = NePSState.create_or_load(root, load_only=True)
        taken = state.lock_and_get_trial_by_id("11")
        taken.set_evaluating(time_started=1_795_448_101.0, worker_id="worker_9")
        state.put_updated_trial(taken, hints="metadata")
        await dashboard.pilot.pause(0.5)
        await dashboard.press("escape")
        await dashboard.shows("worker_9")
        rows = [line for line in dashboard.text().splitlines() if "✔" in line]
        assert not any("just now" in row for row in rows)

    drive(root, steps)


@SIZES
def test_escape_leads_back_to_now_from_wherever_the_focus_went(
    size: tuple[int, int], drive: Drive, recorded_run: CopyRun
) -> None:
    async def steps(dashboard: Any) -> None:
        await dashboard.press("R")
        await dashboard.shows("● past")
        await dashboard.press("n", "escape")
        await dashboard.until(lambda: "● past" not in dashboard.text(), "the present")

    drive(recorded_run("hyperband-0.17"), steps, size=size)


@SIZES
def test_its_keys_work_from_every_pane_and_change_no_layout(
    size: tuple[int, int], drive: Drive, recorded_run: CopyRun
) -> None:
    async def steps(dashboard: Any) -> None:
        await dashboard.shows("Evaluated 40")
        await dashboard.press("R")
        await dashboard.shows("Evaluated 0")
        await dashboard.press("x")
        await dashboard.shows("Errors 1")
        await dashboard.press("e", "x")
        await dashboard.shows("Errors 2")
        await dashboard.press("plus", "t", "minus", "space")
        await dashboard.shows("> REPLAY")
        await dashboard.press("space")
        await dashboard.shows("= REPLAY")
        assert recall() == {}

    drive(recorded_run("hyperband-0.17"), steps, size=size)


def test_a_space_that_is_typed_plays_nothing(drive: Drive, recorded_run: CopyRun) -> None:
    async def steps(dashboard: Any) -> None:
        await dashboard.shows("Evaluated 40")
        await dashboard.press("R", "G")
        await dashboard.shows("REPLAY")
        await dashboard.press("slash", *"rung=0", "space", *"x")
        await dashboard.shows("rung=0 x")
        assert "= REPLAY" in dashboard.text()

    drive(recorded_run("hyperband-0.17"), steps)


def test_the_front_of_several_objectives_is_jumped_along(
    drive: Drive, recorded_run: CopyRun
) -> None:
    async def steps(dashboard: Any) -> None:
        await dashboard.shows("Evaluated 25")
        await dashboard.press("R")
        await dashboard.shows("Evaluated 0")
        await dashboard.press("b")
        await dashboard.shows("Pareto front of 1")
        first = dashboard.app.view
        await dashboard.press("b")
        await dashboard.until(lambda: dashboard.app.view is not first, "another moment")
        newest = max(dashboard.app.view.summary.front, key=lambda each: ended(dashboard, each))
        assert ended(dashboard, newest) == dashboard.app.view.moment

    drive(recorded_run("multiobjective-0.17"), steps)


@pytest.mark.parametrize(
    ("name", "key", "said"),
    [
        ("multiobjective-0.17", "x", "No trial of this run crashed."),
        ("nan-0.17", "B", "No better trial ended before this moment."),
        ("hyperband-0.17", "X", "No trial crashed before this moment."),
    ],
)
def test_where_there_is_nothing_to_jump_to_that_is_said(
    drive: Drive, recorded_run: CopyRun, name: str, key: str, said: str
) -> None:
    async def steps(dashboard: Any) -> None:
        await dashboard.press("R")
        await dashboard.shows("Evaluated 0")
        await dashboard.press(key)
        await dashboard.shows(said)

    drive(recorded_run(name), steps)


def test_the_optimizer_and_busy_workers_of_then_are_in_the_header(
    drive: Drive, recorded_run: CopyRun
) -> None:
    async def steps(dashboard: Any) -> None:
        await dashboard.shows("Evaluated 40")
        await dashboard.press("R")
        await dashboard.shows("Evaluated 0")
        await dashboard.press("L", "L", "L")
        await dashboard.shows("30 %")
        first = dashboard.text().splitlines()[0]
        assert "hyperband-0.17 · hyperband" in first
        assert "of 1 worker busy" in first
        assert "last report" in first

    drive(recorded_run("hyperband-0.17"), steps)


@pytest.mark.parametrize(
    ("size", "told"), [((160, 48), "1 ended since, R takes them in"), ((80, 24), "1 since")]
)
def test_what_has_ended_since_is_told_and_taken_in_on_asking(
    drive: Drive, run_copy: CopyRun, size: tuple[int, int], told: str
) -> None:
    root = run_copy("killed-0.17")

    async def steps(dashboard: Any) -> None:
        await dashboard.shows("Evaluated 9")
        await dashboard.press("R", "G")
        await dashboard.shows("Evaluated 9")
        await dashboard.shows("100 %")
        state = NePSState.create_or_load(root, load_only=True)
        pending = state.lock_and_get_trial_by_id("11")
        pending.set_evaluating(time_started=time.time(), worker_id="worker_9")
        state.put_updated_trial(pending, hints="metadata")
        report = pending.set_complete(
            report_as="success",
            objective_to_minimize=0.5,
            cost=None,
            learning_curve=None,
            err=None,
            tb=None,
            extra=None,
            evaluation_duration=1.0,
            time_end=time.time(),
        )
        state.lock_and_report_trial_evaluation(pending, report, worker_id="worker_9")
        await dashboard.shows(told)
        await dashboard.press("R")
        await dashboard.until(lambda: told not in dashboard.text(), "it is taken in")
        await dashboard.press("G")
        await dashboard.shows("Evaluated 10")
        assert "REPLAY" in dashboard.text()

    drive(root, steps, size=size)


def test_it_begins_from_any_view(drive: Drive, recorded_run: CopyRun) -> None:
    async def steps(dashboard: Any) -> None:
        await dashboard.shows("Evaluated 40")
        await dashboard.press("w")
        await dashboard.shows("Workers 1")
        await dashboard.press("R")
        await dashboard.shows("Evaluated 0")
        await dashboard.shows("REPLAY")

    drive(recorded_run("hyperband-0.17"), steps)


def test_that_earlier_turns_of_reset_trials_are_not_known_is_said(
    drive: Drive, run_copy: CopyRun
) -> None:
    root = run_copy("hyperband-0.17")
    state = NePSState.create_or_load(root, load_only=True)
    state.lock_and_reset_trial_by_id("25_rung_0")
    state.lock_and_reset_trial_by_id("8_rung_0")

    async def steps(dashboard: Any) -> None:
        await dashboard.shows("Evaluated 38")
        await dashboard.press("R")
        await dashboard.shows("2 trials were reset or changed by")

    drive(root, steps)


@pytest.mark.parametrize(("width", "has_pace"), [(80, True), (72, False)])
def test_where_there_is_room_for_one_the_end_is_told_and_not_the_pace(
    drive: Drive, recorded_run: CopyRun, width: int, has_pace: bool
) -> None:
    async def steps(dashboard: Any) -> None:
        await dashboard.press("R")
        await dashboard.shows("REPLAY")
        await dashboard.press(*["H"] * 2, *["L"] * 5)
        await dashboard.shows("done in")
        line = dashboard.text().splitlines()[1]
        assert "done in" in line
        assert ("/h" in line) == has_pace

    drive(recorded_run("hyperband-0.17"), steps, size=(width, 24))
