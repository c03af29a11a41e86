"""Changing a run from the dashboard, as a person does it with keys."""

from __future__ import annotations

import os
import threading
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from textual.widgets import Input

from neps_state import NePSState, State, Trial
from neps_tui.actions import ACTIONS
from neps_tui.app import Options
from neps_tui.changes import importing
from neps_tui.changes.evaluations import EvaluationsError, Found
from neps_tui.changes.form_screen import FormScreen
from neps_tui.dashboard.screen import DashboardScreen
from neps_tui.history.screen import HistoryScreen
from neps_tui.screens.confirm import ConfirmScreen
from neps_tui.view import RunView
from neps_tui.widgets.path_suggester import completed_path

CopyRun = Callable[[str], Path]
Drive = Callable[..., None]


def trials(root: Path) -> dict[str, Trial]:
    return NePSState.create_or_load(root, load_only=True).lock_and_read_trials()


async def typed(dashboard: Any, text: str) -> None:
    """Types over what stands in the line that has the focus."""
    await dashboard.press("ctrl+a", "ctrl+k", "ctrl+u")
    for character in text:
        key = {".": "full_stop", "-": "minus", "/": "slash", " ": "space", "_": "underscore"}
        await dashboard.press(key.get(character, character))


def test_a_trial_is_removed_and_comes_back(drive: Drive, run_copy: CopyRun) -> None:
    root = run_copy("hyperband-0.17")

    async def steps(dashboard: Any) -> None:
        await dashboard.press("d")
        await dashboard.shows("Remove 15_rung_3?")
        assert "risk: 15_rung_3 succeeded" in dashboard.text()
        await dashboard.press("y")
        await dashboard.shows("15_rung_3 out of the run; u takes it back")
        await dashboard.shows("Evaluated 39")
        await dashboard.press("u")
        await dashboard.shows("Undo remove 15_rung_3?")
        await dashboard.press("y")
        await dashboard.shows("Evaluated 40")
        await dashboard.press("u")
        await dashboard.shows("no change of this program is left")

    drive(root, steps)
    assert "15_rung_3" in trials(root)


def test_what_ends_the_undo_of_a_removed_newest_trial_is_told(
    drive: Drive, run_copy: CopyRun
) -> None:
    async def steps(dashboard: Any) -> None:
        await dashboard.press("number_sign", "3", "0", "enter", "d")
        await dashboard.shows("Remove 30?")
        await dashboard.press("y")
        await dashboard.shows("u takes it back, until")

    drive(run_copy("random-0.17"), steps)


def test_several_trials_are_marked_at_once(drive: Drive, run_copy: CopyRun) -> None:
    root = run_copy("random-0.17")

    async def steps(dashboard: Any) -> None:
        await dashboard.press("space", "space", "m")
        await dashboard.shows("Mark 2 trials as corrupted?")
        await dashboard.press("y")
        await dashboard.shows("2 trials marked as corrupted")

    drive(root, steps)
    states = [each.state for each in trials(root).values()]
    assert states.count(State.CORRUPTED) == 2


def test_a_trial_is_marked_as_failed(drive: Drive, run_copy: CopyRun) -> None:
    root = run_copy("hyperband-0.17")

    async def steps(dashboard: Any) -> None:
        await dashboard.press("M")
        await dashboard.shows("Mark 15_rung_3 as failed?")
        await dashboard.press("y")
        await dashboard.shows("15_rung_3 marked as failed")

    drive(root, steps)
    assert trials(root)["15_rung_3"].state is State.FAILED


def test_what_was_abandoned_is_reset_at_a_stroke(drive: Drive, run_copy: CopyRun) -> None:
    root = run_copy("killed-0.17")
    later = trials(root)["11"]
    later.set_evaluating(time_started=2_000_000_000.0, worker_id="worker_0")
    NePSState.create_or_load(root, load_only=True).put_updated_trial(later, hints="metadata")

    async def steps(dashboard: Any) -> None:
        await dashboard.press("A")
        await dashboard.shows("Reset 10?")
        await dashboard.shows("abandoned: 10, its worker has started a later trial")
        await dashboard.press("y")
        await dashboard.shows("10 pending again")

    drive(root, steps)
    assert trials(root)["10"].state is State.PENDING
    assert trials(root)["11"].state is State.EVALUATING


def test_errors_about_nothing_are_dropped(drive: Drive, run_copy: CopyRun) -> None:
    root = run_copy("random-0.17")
    state = NePSState.create_or_load(root, load_only=True)
    rows = state.lock_and_get_errors().errs
    trial = trials(root)[rows[0].trial_id]
    trial.metadata.state = State.SUCCESS
    state.put_updated_trial(trial, hints="metadata")

    async def steps(dashboard: Any) -> None:
        await dashboard.press("C")
        await dashboard.shows("Drop 1 error?")
        await dashboard.press("y")
        await dashboard.shows("no longer in the error dump")

    drive(root, steps)
    assert len(state.lock_and_get_errors().errs) == len(rows) - 1


def test_a_trial_is_removed_from_the_palette(drive: Drive, run_copy: CopyRun) -> None:
    root = run_copy("hyperband-0.17")

    async def steps(dashboard: Any) -> None:
        await dashboard.press("ctrl+p", *"remove")
        await dashboard.shows("Take the chosen trials out of the run")
        await dashboard.press("enter")
        await dashboard.shows("Remove 15_rung_3?")
        await dashboard.press("y")
        await dashboard.shows("15_rung_3 out of the run")

    drive(root, steps)
    assert "15_rung_3" not in trials(root)


async def click_on(dashboard: Any, text: str) -> None:
    """Clicks on the first place of the screen that says so."""
    await dashboard.shows(text)
    lines = dashboard.text().splitlines()
    row = next(at for at, line in enumerate(lines) if text in line)
    await dashboard.pilot.click(offset=(lines[row].index(text), row))
    await dashboard.pilot.pause()


BY_MOUSE = {
    action.id: (f"{action.label[0].upper()}{action.label[1:]}", action.help)
    for action in ACTIONS
    if action.changes_run and action.place in ("changes", "dashboard")
}
ASKED = {
    "change('reset')": "Reset 25_rung_0?",
    "change('remove')": "Remove 25_rung_0?",
    "change('report')": "give every objective",
    "change('mark_corrupted')": "Mark 25_rung_0 as corrupted?",
    "change('mark_failed')": "Mark 25_rung_0 as failed?",
    "change('enqueue')": "learning_rate",
    "change('reset_abandoned')": "no worker has certainly left a trial",
    "change('import')": "Evaluations made elsewhere",
    "change('budget')": "Leave it (esc)",
    "change('clear_errors')": "every row of the error dump",
    "change('undo')": "no change of this program is left",
}


@pytest.mark.parametrize("action", BY_MOUSE)
def test_every_change_is_asked_for_by_mouse(action: str, drive: Drive, run_copy: CopyRun) -> None:
    label, help = BY_MOUSE[action]

    async def steps(dashboard: Any) -> None:
        await click_on(dashboard, "25_rung_0")
        await click_on(dashboard, "palette")
        await dashboard.press(*(" " if each == " " else each for each in label.lower()))
        await click_on(dashboard, help[:20])
        await dashboard.shows(ASKED[action])

    drive(run_copy("hyperband-0.17"), steps)


def test_a_trial_is_removed_and_comes_back_by_mouse_alone(drive: Drive, run_copy: CopyRun) -> None:
    root = run_copy("hyperband-0.17")

    async def steps(dashboard: Any) -> None:
        await click_on(dashboard, "25_rung_0")
        await click_on(dashboard, "palette")
        await dashboard.press(*"remove")
        await click_on(dashboard, "Take the chosen trials out")
        await click_on(dashboard, "Yes, remove")
        await dashboard.shows("25_rung_0 out of the run")
        assert "25_rung_0" not in trials(root)
        await click_on(dashboard, "palette")
        await dashboard.press(*"undo")
        await click_on(dashboard, "Take back")
        await click_on(dashboard, "Yes, ")
        await dashboard.shows("Evaluated 40")

    drive(root, steps)
    assert "25_rung_0" in trials(root)


def test_a_report_is_typed_checked_and_confirmed(drive: Drive, run_copy: CopyRun) -> None:
    root = run_copy("killed-0.17")

    async def steps(dashboard: Any) -> None:
        await dashboard.press("v", "i")
        assert isinstance(dashboard.app.screen, FormScreen)
        await dashboard.shows("give every objective")
        await typed(dashboard, "0.x")
        await dashboard.shows("0.x is no number")
        await dashboard.press("enter")
        assert isinstance(dashboard.app.screen, FormScreen)
        await typed(dashboard, "0.25")
        await dashboard.press("enter")
        await dashboard.shows("Report 10 as a success?")
        await dashboard.shows("risk: worker_0 may still be evaluating 10")
        await dashboard.press("y")
        await dashboard.shows("10 reported; u takes it back")

    drive(root, steps)
    report = trials(root)["10"].report
    assert report is not None
    assert report.objective_to_minimize == 0.25


def test_a_config_is_enqueued_from_that_of_a_trial(drive: Drive, run_copy: CopyRun) -> None:
    root = run_copy("hyperband-0.17")

    async def steps(dashboard: Any) -> None:
        await dashboard.press("a")
        await dashboard.shows("A config like that of 15_rung_3")
        await typed(dashboard, "9")
        await dashboard.press("down")
        await typed(dashboard, "5")
        await dashboard.shows("learning_rate: 5 is out of bounds (float 1e-5 … 0.1, log)")
        await typed(dashboard, "0.05")
        await dashboard.shows("a new pending trial")
        await dashboard.press("enter")
        await dashboard.shows("Enqueue a config?")
        await dashboard.press("y")
        await dashboard.shows("Pending 1")

    drive(root, steps)
    (new,) = [each for each in trials(root).values() if each.state is State.PENDING]
    assert new.id == "28_rung_2"
    assert new.config["learning_rate"] == 0.05
    assert new.config["weight_decay"] == trials(root)["15_rung_3"].config["weight_decay"]


def test_a_no_leads_back_to_the_form_with_what_was_typed(drive: Drive, run_copy: CopyRun) -> None:
    root = run_copy("hyperband-0.17")

    async def steps(dashboard: Any) -> None:
        await dashboard.press("a", "down")
        await typed(dashboard, "0.0625")
        # The harmless answer has the focus: a second enter says no.
        await dashboard.press("enter")
        await dashboard.shows("Enqueue a config?")
        await dashboard.press("enter")
        await dashboard.shows("Nothing was changed. Type something else, or leave it.")
        assert "0.0625" in dashboard.text()
        await dashboard.press("enter")
        await dashboard.shows("Enqueue a config?")
        await dashboard.press("y")
        await dashboard.shows("Pending 1")
        assert isinstance(dashboard.app.screen, DashboardScreen)

    drive(root, steps)
    (new,) = [each for each in trials(root).values() if each.state is State.PENDING]
    assert new.config["learning_rate"] == 0.0625


def test_a_form_tells_all_that_is_wrong(drive: Drive, run_copy: CopyRun) -> None:
    async def steps(dashboard: Any) -> None:
        await dashboard.press("a", "down")
        await typed(dashboard, "5")
        await dashboard.press("down")
        await typed(dashboard, "-1")
        await dashboard.shows("learning_rate: 5 is out of bounds")
        await dashboard.shows("optimizer is one of sgd | lion | adam, not '-1'")

    drive(run_copy("hyperband-0.17"), steps)


def test_a_no_to_a_question_is_answered(drive: Drive, run_copy: CopyRun) -> None:
    async def steps(dashboard: Any) -> None:
        await dashboard.press("d")
        await dashboard.shows("No, leave it")
        await dashboard.press("n")
        await dashboard.shows("Nothing was changed.")

    drive(run_copy("hyperband-0.17"), steps)


def test_a_config_like_that_of_a_crashed_trial_says_so(drive: Drive, run_copy: CopyRun) -> None:
    async def steps(dashboard: Any) -> None:
        await dashboard.press("e", "a")
        await dashboard.shows("(crashed)")

    drive(run_copy("hyperband-0.17"), steps)


def test_a_form_that_is_left_changes_nothing(drive: Drive, run_copy: CopyRun) -> None:
    root = run_copy("hyperband-0.17")

    async def steps(dashboard: Any) -> None:
        for key in ("a", "i", "B", "I"):
            await dashboard.press(key)
            assert isinstance(dashboard.app.screen, FormScreen), key
            await dashboard.press("escape")
            assert isinstance(dashboard.app.screen, DashboardScreen), key

    drive(root, steps)
    assert not (root / ".neps_tui").exists()


def test_evaluations_are_imported_from_another_run(drive: Drive, run_copy: CopyRun) -> None:
    root, other = run_copy("random-0.17"), run_copy("killed-0.17")

    async def steps(dashboard: Any) -> None:
        await dashboard.press("I")
        await typed(dashboard, "/nowhere")
        await dashboard.press("enter")
        await dashboard.shows("cannot read /nowhere")
        dashboard.app.screen.query_one("Input").value = str(other)
        await dashboard.press("enter")
        await dashboard.shows("Import 8 evaluations?")
        await dashboard.shows("skipped: trial 8: it is crashed")
        await dashboard.press("y")
        await dashboard.shows("8 trials imported")

    drive(root, steps)
    assert sum(each.state is State.EXTERNAL for each in trials(root).values()) == 8


def test_a_path_is_completed_as_it_is_typed(
    drive: Drive, run_copy: CopyRun, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    (tmp_path / "given").mkdir()
    (tmp_path / "given/grid of 2024.csv").write_text("")
    (tmp_path / "given/.hidden").write_text("")

    async def steps(dashboard: Any) -> None:
        await dashboard.press("I")
        line = dashboard.app.screen.query_one(Input)
        for begun, completed in (("giv", "given/"), ("given/", "given/grid of 2024.csv")):
            line.value = begun
            await dashboard.press("end")
            await dashboard.shows(completed)
            await dashboard.press("right")
            assert line.value == completed

    drive(run_copy("random-0.17"), steps)


@pytest.mark.parametrize("begun", ["", "/nowhere/at/all", "~nobody-of-that-name/x", "\0"])
def test_what_goes_on_nowhere_is_not_completed(begun: str) -> None:
    assert completed_path(begun) is None


def test_a_name_that_cannot_be_drawn_as_it_is_is_not_suggested(tmp_path: Path) -> None:
    (tmp_path / "a\x1b[31m").write_text("")
    assert completed_path(f"{tmp_path}/a") is None
    (tmp_path / "ab").write_text("")
    assert completed_path(f"{tmp_path}/a") == f"{tmp_path}/ab"


def test_while_a_file_is_read_keys_are_answered(
    drive: Drive, run_copy: CopyRun, monkeypatch: pytest.MonkeyPatch
) -> None:
    may_read = threading.Event()

    def slowly(source: Path, view: RunView) -> Found:
        may_read.wait(30)
        raise EvaluationsError(f"nothing in {source}")

    monkeypatch.setattr(importing, "read_evaluations", slowly)

    async def steps(dashboard: Any) -> None:
        await dashboard.press("I")
        await typed(dashboard, "/slow")
        await dashboard.press("enter")
        await dashboard.shows("Reading …")
        await dashboard.press("x")
        await dashboard.shows("/slowx")
        await dashboard.press("enter")
        may_read.set()
        await dashboard.shows("nothing in /slowx")
        may_read.clear()
        await dashboard.press("enter", "escape")
        assert isinstance(dashboard.app.screen, DashboardScreen)
        may_read.set()

    drive(run_copy("random-0.17"), steps)


def test_the_budget_is_raised(drive: Drive, run_copy: CopyRun) -> None:
    root = run_copy("hyperband-0.17")

    async def steps(dashboard: Any) -> None:
        await dashboard.press("B")
        await dashboard.shows("40 used")
        await dashboard.shows("these are the limits already")
        await typed(dashboard, "500")
        await dashboard.press("enter")
        await dashboard.shows("evaluations: 100 becomes 500")
        await dashboard.press("y")
        await dashboard.shows("40 / 500")

    drive(root, steps)


def test_an_old_run_says_why_it_has_no_budget(drive: Drive, run_copy: CopyRun) -> None:
    async def steps(dashboard: Any) -> None:
        await dashboard.press("B")
        await dashboard.shows("of NePS before 0.17")

    drive(run_copy("random-0.13"), steps)


def test_history_takes_back_what_is_chosen(drive: Drive, run_copy: CopyRun) -> None:
    root = run_copy("random-0.17")
    state = NePSState.create_or_load(root, load_only=True)
    good = [key for key, each in trials(root).items() if each.state is State.SUCCESS]
    for trial_id in good[:2]:
        state.lock_and_remove_trial_by_id(trial_id)

    async def steps(dashboard: Any) -> None:
        await dashboard.press("H")
        assert isinstance(dashboard.app.screen, HistoryScreen)
        await dashboard.shows("Changes made with neps-tui: 2")
        await dashboard.press("j", "u")
        await dashboard.shows(f"Undo remove {good[0]}?")
        await dashboard.press("y")
        await dashboard.shows(f"took back remove {good[0]}")
        await dashboard.shows("undone")
        await dashboard.press("u")
        await dashboard.shows("There is nothing to be taken back here")
        await dashboard.press("escape")
        assert isinstance(dashboard.app.screen, DashboardScreen)

    drive(root, steps)
    assert good[0] in trials(root)
    assert good[1] not in trials(root)


def test_an_empty_history_says_what_would_be_in_it(drive: Drive, recorded_run: CopyRun) -> None:
    async def steps(dashboard: Any) -> None:
        await dashboard.press("H")
        await dashboard.shows("Nothing was changed in this run from here")

    drive(recorded_run("random-0.17"), steps)


@pytest.mark.parametrize("key", ["r", "d", "m", "M", "i", "a", "A", "I", "B", "C", "u"])
def test_read_only_says_so_at_every_change(key: str, drive: Drive, recorded_run: CopyRun) -> None:
    async def steps(dashboard: Any) -> None:
        await dashboard.press(key)
        await dashboard.shows("Read-only: --read-only was given")
        assert isinstance(dashboard.app.screen, DashboardScreen)

    drive(recorded_run("hyperband-0.17"), steps, options=Options(read_only="--read-only was given"))


def test_a_directory_that_may_not_be_written_is_read_only(
    drive: Drive, recorded_run: CopyRun, monkeypatch: pytest.MonkeyPatch
) -> None:
    # Whoever runs the tests may be allowed everything, as root is.
    monkeypatch.setattr(os, "access", lambda path, mode: False)

    async def steps(dashboard: Any) -> None:
        await dashboard.shows("read-only")
        await dashboard.press("r")
        await dashboard.shows("Read-only: you may not write to")

    drive(recorded_run("hyperband-0.17"), steps)


def test_changes_are_made_from_a_trial_and_from_its_errors(drive: Drive, run_copy: CopyRun) -> None:
    async def steps(dashboard: Any) -> None:
        await dashboard.press("enter", "d")
        await dashboard.shows("Remove 15_rung_3?")
        await dashboard.press("escape", "escape", "E")
        await dashboard.shows("TrainingDiverged")
        await dashboard.press("j", "d")
        assert isinstance(dashboard.app.screen, ConfirmScreen)
        await dashboard.shows("Remove 6 trials?")

    drive(run_copy("hyperband-0.17"), steps)


def test_what_was_changed_in_the_errors_is_taken_back_there_and_selected_no_more(
    drive: Drive, run_copy: CopyRun
) -> None:
    root = run_copy("random-0.17")

    async def steps(dashboard: Any) -> None:
        await dashboard.press("E")
        await dashboard.shows("5 errors")
        await dashboard.press("tab", "space", "space")
        await dashboard.shows("2 selected")
        await dashboard.press("r", "y")
        await dashboard.shows("2 trials pending again; u takes it back")
        await dashboard.until(
            lambda: "selected" not in dashboard.text(), "nothing is selected any more"
        )
        await dashboard.press("u")
        await dashboard.shows("Undo reset")
        await dashboard.press("y")
        await dashboard.shows("5 errors")

    drive(root, steps)
    assert sum(each.state is State.CRASHED for each in trials(root).values()) == 5


def test_the_past_is_not_changed(drive: Drive, recorded_run: CopyRun) -> None:
    async def steps(dashboard: Any) -> None:
        await dashboard.press("R")
        dashboard.app.screen.focus_next()
        dashboard.app.screen.action_change("reset_abandoned")
        await dashboard.shows("This is the past")

    drive(recorded_run("hyperband-0.17"), steps)


@pytest.mark.parametrize("size", [(160, 48), (80, 24)])
def test_however_many_trials_change_the_risk_and_the_answers_are_seen(
    drive: Drive, recorded_run: CopyRun, size: tuple[int, int]
) -> None:
    async def steps(dashboard: Any) -> None:
        await dashboard.press("asterisk", "r")
        await dashboard.shows("Reset 40 trials?")
        text = dashboard.text()
        assert "risk: 15_rung_3 is the best so far" in text
        assert text.count("risk:") == 2
        assert "succeeded; the run" in text
        assert "No, leave it (n)" in text
        assert "Yes, reset (y)" in text
        assert "other files of theirs stay." not in text
        await dashboard.press("G")
        await dashboard.shows("other files of theirs stay.")
        assert "Yes, reset (y)" in dashboard.text()
        await dashboard.press("n")

    drive(recorded_run("hyperband-0.17"), steps, size=size)
