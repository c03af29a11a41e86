"""The dashboard, by its keys, on runs that real NePS recorded."""

from __future__ import annotations

import fcntl
import os
import pickle
import re
import shutil
import subprocess
import sys
import time
from collections import Counter
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from textual.command import CommandPalette
from textual.events import Key

from neps_state import NePSState, State, Trial
from neps_tui.actions import ACTIONS
from neps_tui.app import Options
from neps_tui.dashboard.panes.errors import ErrorsPane
from neps_tui.dashboard.screen import DashboardScreen
from neps_tui.palette import ActionCommands
from neps_tui.screens.confirm import ConfirmScreen
from neps_tui.trial.screen import TrialScreen
from neps_tui.widgets.key_bar import KeyBar
from neps_tui.widgets.trial_table import TrialTable

Drive = Callable[..., None]
CopyRun = Callable[[str], Path]
_KEYS = {" ": "space", ":": "colon", "_": "underscore"}


def test_the_first_screen_answers_without_a_key(drive: Drive, recorded_run: CopyRun) -> None:
    async def steps(dashboard: Any) -> None:
        await dashboard.shows("0.1309")
        text = dashboard.text()
        assert "hyperband-0.17 · hyperband" in text
        assert "● idle · 0 of 1 worker busy" in text
        assert "✔ 32" in text
        assert "✘ 8 (20 %)" in text
        assert "40 / 100 evaluations" in text
        assert "Errors 8 · 6 TrainingDiverged, 2 ValueError" in text
        assert "Evaluated 40" in text
        assert "★ 15_rung_3" in text
        assert "rungs" in text
        assert "0: 27  1: 9  2: 3  3: 1" in text

    drive(recorded_run("hyperband-0.17"), steps)


@pytest.mark.parametrize("size", [(120, 30), (80, 24), (40, 12)])
def test_every_recorded_run_is_drawn_in_every_size(
    drive: Drive, recorded_run: CopyRun, size: tuple[int, int]
) -> None:
    root = recorded_run("hyperband-0.17").parent

    async def steps(dashboard: Any) -> None:
        assert isinstance(dashboard.app.screen, DashboardScreen)
        assert str(dashboard.app.view.summary.total)
        for key in "venpot":
            await dashboard.press(key)

    for name in ("architecture-0.17", "multiobjective-0.17", "killed-0.17", "random-0.13"):
        drive(root / name, steps, size=size)


def test_small_terminals_have_tabs(drive: Drive, recorded_run: CopyRun) -> None:
    async def steps(dashboard: Any) -> None:
        await dashboard.shows("Evaluated 40  Evaluating 0  Pending 0  Errors 8  Plot  Optimizer")
        assert "Tried to allocate" not in dashboard.text()
        await dashboard.press("e")
        await dashboard.shows("Tried to allocate")
        await dashboard.press("o")
        await dashboard.shows("float 1e-5 … 0.1, log")

    drive(recorded_run("hyperband-0.17"), steps, size=(80, 24))


def test_a_crashed_trial_is_found_and_its_error_read(drive: Drive, recorded_run: CopyRun) -> None:
    async def steps(dashboard: Any) -> None:
        await dashboard.press("e", "enter")
        assert isinstance(dashboard.app.screen, TrialScreen)
        await dashboard.shows("TrainingDiverged: loss is [bold]nan[/bold] at step 3")
        text = dashboard.text()
        assert "1 frame of NePS, which called objectives.py:17" in text
        assert "incumbent" in text
        assert "learning_rate" in text
        assert "\x1b" not in text
        await dashboard.press("escape")
        assert isinstance(dashboard.app.screen, DashboardScreen)

    drive(recorded_run("hyperband-0.17"), steps)


def test_the_next_and_the_trial_before_follow_the_table(
    drive: Drive, recorded_run: CopyRun
) -> None:
    async def steps(dashboard: Any) -> None:
        await dashboard.press("enter")
        await dashboard.shows("15_rung_3 · success · incumbent")
        await dashboard.press("right_square_bracket")
        await dashboard.shows("15_rung_2 · success")
        await dashboard.press("left_square_bracket")
        await dashboard.shows("15_rung_3 · success · incumbent")

    drive(recorded_run("hyperband-0.17"), steps)


def test_errors_that_an_undo_brought_back_stand_where_they_stood(
    drive: Drive, run_copy: CopyRun
) -> None:
    root = run_copy("random-0.17")
    state = NePSState.create_or_load(root, load_only=True)
    before = [row.trial_id for row in state.lock_and_get_errors().errs]
    state.lock_and_reset_trials([state.lock_and_get_trial_by_id(before[0])])
    state.lock_and_undo()
    assert state.lock_and_get_errors().errs[-1].trial_id == before[0]

    async def steps(dashboard: Any) -> None:
        await dashboard.shows(f"Errors {len(before)}")
        pane = dashboard.app.screen.query_one(ErrorsPane)
        shown = [pane.trial_of(key) for key in pane.query_one(TrialTable).keys]
        assert shown == before[::-1]

    drive(root, steps)


def test_what_is_selected_stays_so_whatever_is_clicked_or_typed(
    drive: Drive, recorded_run: CopyRun
) -> None:
    async def steps(dashboard: Any) -> None:
        await dashboard.shows("Evaluated 40")
        await dashboard.press("g", "space", "space")
        await dashboard.shows("2 selected")
        await dashboard.pilot.click("#errors TrialTable", offset=(3, 3))
        await dashboard.press("t", "number_sign", "4", "escape", "slash", *"rung=0", "enter")
        await dashboard.shows("filter rung=0")
        assert "2 selected" in dashboard.text()
        lines = dashboard.text().splitlines()
        await dashboard.pilot.click(offset=(lines[-1].index("reset"), len(lines) - 1))
        await dashboard.shows("Reset 2 trials?")

    drive(recorded_run("hyperband-0.17"), steps)


def test_escape_takes_the_selection_away_before_the_filter(
    drive: Drive, recorded_run: CopyRun
) -> None:
    async def steps(dashboard: Any) -> None:
        await dashboard.shows("Evaluated 40")
        await dashboard.press("slash", *"rung=0", "enter", "g", "space", "space")
        await dashboard.shows("2 selected · filter rung=0")
        await dashboard.press("escape")
        await dashboard.until(lambda: "selected" not in dashboard.text(), "nothing is selected")
        assert "filter rung=0" in dashboard.text()
        await dashboard.press("escape")
        await dashboard.shows("Evaluated 40")

    drive(recorded_run("hyperband-0.17"), steps)


def test_a_trial_is_selected_by_the_mouse_alone(drive: Drive, recorded_run: CopyRun) -> None:
    async def steps(dashboard: Any) -> None:
        await dashboard.shows("Evaluated 40")
        await dashboard.pilot.click("#evaluated TrialTable", offset=(3, 3))
        lines = dashboard.text().splitlines()
        await dashboard.pilot.click(offset=(lines[-1].index("select"), len(lines) - 1))
        await dashboard.shows("1 selected")

    drive(recorded_run("hyperband-0.17"), steps)


def test_selected_trials_are_reset_after_asking(drive: Drive, run_copy: CopyRun) -> None:
    root = run_copy("hyperband-0.17")

    async def steps(dashboard: Any) -> None:
        await dashboard.press("e", "space", "space", "r")
        assert isinstance(dashboard.app.screen, ConfirmScreen)
        await dashboard.shows("Reset 2 trials?")
        assert "25_rung_0 (crashed)" in dashboard.text()
        assert "19_rung_0 (crashed)" in dashboard.text()
        await dashboard.press("y")
        await dashboard.shows("2 trials pending again")
        await dashboard.shows("Pending 2")
        await dashboard.shows("Errors 6")

    drive(root, steps)
    state = NePSState.create_or_load(root, load_only=True)
    trials = state.lock_and_read_trials()
    assert trials["25_rung_0"].state is State.PENDING
    assert trials["19_rung_0"].state is State.PENDING
    assert {error.trial_id for error in state.lock_and_get_errors().errs} == {
        *("1_rung_0", "5_rung_0", "8_rung_0", "14_rung_0", "17_rung_0", "18_rung_0")
    }


@pytest.mark.parametrize("answer", ["n", "escape", "enter"])
def test_the_harmless_answer_changes_nothing(drive: Drive, run_copy: CopyRun, answer: str) -> None:
    root = run_copy("hyperband-0.17")
    before = (root / "configs" / ".trial_cache.pkl").read_bytes()

    async def steps(dashboard: Any) -> None:
        await dashboard.press("e", "r", answer)
        assert isinstance(dashboard.app.screen, DashboardScreen)
        await dashboard.pilot.pause(0.3)

    drive(root, steps)
    assert (root / "configs" / ".trial_cache.pkl").read_bytes() == before
    assert not (root / ".neps_tui").exists()


def test_an_evaluating_trial_is_reset_only_with_its_risk_named(
    drive: Drive, run_copy: CopyRun
) -> None:
    async def steps(dashboard: Any) -> None:
        await dashboard.press("v", "r")
        await dashboard.shows("risk: worker_0 may still be evaluating 10")

    drive(run_copy("killed-0.17"), steps)


def test_read_only_asks_nothing(drive: Drive, run_copy: CopyRun) -> None:
    async def steps(dashboard: Any) -> None:
        await dashboard.press("e", "r")
        assert isinstance(dashboard.app.screen, DashboardScreen)

    drive(run_copy("hyperband-0.17"), steps, options=Options(read_only="--read-only was given"))


def test_a_held_lock_is_told_with_its_holder_and_the_keys_go_on(
    drive: Drive, run_copy: CopyRun
) -> None:
    root = run_copy("hyperband-0.17")
    holder = subprocess.Popen(
        [
            sys.executable,
            "-c",
            "import fcntl, sys\n"
            f"stream = open({str(root / '.configs.lock')!r}, 'w')\n"
            "fcntl.lockf(stream, fcntl.LOCK_EX)\n"
            "print('held', flush=True)\n"
            "sys.stdin.read()",
        ],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        text=True,
    )
    assert holder.stdout is not None
    assert holder.stdin is not None
    assert holder.stdout.readline() == "held\n"

    async def steps(dashboard: Any) -> None:
        await dashboard.press("e", "r", "y")
        await dashboard.shows("reset 25_rung_0 …")
        await dashboard.press("t", "j")
        assert dashboard.app.screen.chosen() == ["15_rung_2"]
        await dashboard.shows(f"process {holder.pid}")

    try:
        drive(root, steps)
    finally:
        holder.stdin.close()
        holder.wait()


def report_success(worker: NePSState, trial: Trial, objective: float) -> None:
    report = trial.set_complete(
        report_as="success",
        time_end=1_795_448_102.0,
        objective_to_minimize=objective,
        cost=1.0,
        learning_curve=None,
        err=None,
        tb=None,
        extra=None,
        evaluation_duration=1.0,
    )
    worker.lock_and_report_trial_evaluation(trial, report, worker_id="worker_0")


def test_what_a_worker_writes_comes_to_the_screen(drive: Drive, run_copy: CopyRun) -> None:
    root = run_copy("random-0.17")
    worker = NePSState.create_or_load(root, load_only=True)

    async def steps(dashboard: Any) -> None:
        await dashboard.shows("Evaluated 30")
        trial = Trial.new(
            trial_id="31",
            config={"learning_rate": 0.01, "weight_decay": 0.0, "optimizer": "adam"},
            location=str(root / "configs" / "config_31"),
            previous_trial=None,
            previous_trial_location=None,
            time_sampled=1_795_448_100.0,
            worker_id="worker_0",
        )
        worker._trial_repo.store_new_trial(trial)
        await dashboard.shows("Pending 1")
        trial.set_evaluating(time_started=1_795_448_101.0, worker_id="worker_0")
        worker.put_updated_trial(trial, hints="metadata")
        await dashboard.shows("Evaluating 1")
        report_success(worker, trial, 0.00123)
        await dashboard.shows("Evaluated 31")
        await dashboard.shows("★ 0.00123")

    drive(root, steps)


def highlighted(dashboard: Any) -> set[str]:
    """The evaluated trials in sight whose rows have another background than most."""
    table = dashboard.app.screen.query_one("#evaluated TrialTable", TrialTable)
    seen = list(table.keys)[: table.size.height - 1]
    styles = {key: next(iter(table.render_line(at))).style for at, key in enumerate(seen, start=1)}
    colours = {key: style.bgcolor for key, style in styles.items() if style is not None}
    usual = Counter(colours.values()).most_common(1)[0][0]
    return {key for key, colour in colours.items() if colour != usual} - {table.cursor_key}


def test_a_new_best_and_the_row_that_lost_its_star_are_highlighted_for_a_moment(
    drive: Drive, run_copy: CopyRun
) -> None:
    root = run_copy("killed-0.17")
    worker = NePSState.create_or_load(root, load_only=True)

    async def steps(dashboard: Any) -> None:
        await dashboard.shows("Evaluated 9")
        best = dashboard.app.view.summary.best_id
        await dashboard.press("G")
        await dashboard.until(lambda: not highlighted(dashboard), "nothing is new yet")
        trial = worker.lock_and_get_trial_by_id("11")
        trial.set_evaluating(time_started=1_795_448_101.0, worker_id="worker_0")
        worker.put_updated_trial(trial, hints="metadata")
        report_success(worker, trial, 0.00123)
        await dashboard.until(lambda: highlighted(dashboard) == {"11", best}, "both stand out")
        await dashboard.until(lambda: not highlighted(dashboard), "a moment later neither does")

    drive(root, steps)


def test_the_cursor_stays_on_its_trial_when_the_table_is_sorted(
    drive: Drive, recorded_run: CopyRun
) -> None:
    async def steps(dashboard: Any) -> None:
        await dashboard.press("j", "j")
        chosen = dashboard.app.screen.chosen()
        await dashboard.press("s")
        assert dashboard.app.screen.chosen() == chosen
        await dashboard.press("S")
        assert dashboard.app.screen.chosen() == chosen

    drive(recorded_run("hyperband-0.17"), steps)


def test_a_filter_applies_while_it_is_typed_and_keeps_the_last_good_one(
    drive: Drive, recorded_run: CopyRun
) -> None:
    async def steps(dashboard: Any) -> None:
        await dashboard.press("slash", *"rung=2")
        await dashboard.shows("Evaluated 3 · filter rung=2")
        await dashboard.press("space", "left_parenthesis")
        await dashboard.shows("expected a field, a text, or ( at the end")
        assert "Evaluated 3 · filter rung=2" in dashboard.text()
        await dashboard.press("escape")
        await dashboard.shows("Evaluated 40")

    drive(recorded_run("hyperband-0.17"), steps)


def test_it_waits_for_a_run_and_survives_its_end_and_return(
    drive: Drive, run_copy: CopyRun, tmp_path: Path
) -> None:
    source = run_copy("random-0.17")
    root = tmp_path / "later"

    async def steps(dashboard: Any) -> None:
        await dashboard.shows(f"there is no directory {root} yet")
        root.mkdir()
        await dashboard.shows("it has no optimizer_info.yaml")
        shutil.copytree(source, root, dirs_exist_ok=True)
        await dashboard.shows("Evaluated 30")
        shutil.rmtree(root)
        await dashboard.shows("there is no directory")
        shutil.copytree(source, root)
        await dashboard.shows("Evaluated 30")

    drive(root, steps, wait=False)


def test_a_broken_file_is_told_beside_what_can_be_read(drive: Drive, run_copy: CopyRun) -> None:
    root = run_copy("random-0.17")
    (root / "optimizer_state.pkl").write_bytes(b"\x80\x05nonsense")

    async def steps(dashboard: Any) -> None:
        await dashboard.shows("optimizer_state.pkl: ")
        assert "Evaluated 30" in dashboard.text()

    drive(root, steps)


def test_several_objectives_show_their_front(drive: Drive, recorded_run: CopyRun) -> None:
    async def steps(dashboard: Any) -> None:
        await dashboard.shows("Pareto front")
        assert "objective 1" in dashboard.text()
        assert "objective 2" in dashboard.text()

    drive(recorded_run("multiobjective-0.17"), steps)


def test_help_names_every_key_of_the_action_table(drive: Drive, recorded_run: CopyRun) -> None:
    async def steps(dashboard: Any) -> None:
        await dashboard.press("question_mark")
        await dashboard.shows("On the dashboard")
        await dashboard.shows("Sort the evaluated trials")
        await dashboard.press("escape")
        assert isinstance(dashboard.app.screen, DashboardScreen)

    drive(recorded_run("hyperband-0.17"), steps, size=(160, 60))


def test_the_palette_finds_an_action_and_does_it(drive: Drive, recorded_run: CopyRun) -> None:
    async def steps(dashboard: Any) -> None:
        await dashboard.press("ctrl+p")
        await dashboard.press(*"optimizer pane")
        await dashboard.pilot.pause(0.5)
        await dashboard.press("enter")
        await dashboard.until(
            lambda: dashboard.app.screen.query_one("#optimizer").has_focus_within,
            "the optimizer's pane has the focus",
        )

    drive(recorded_run("hyperband-0.17"), steps)


def test_ascii_draws_nothing_else(drive: Drive, recorded_run: CopyRun) -> None:
    async def steps(dashboard: Any) -> None:
        await dashboard.shows("15 / 200 evaluations")
        assert dashboard.text().isascii(), dashboard.text()
        await dashboard.press("e", "enter")
        await dashboard.shows("which called")
        assert dashboard.text().isascii(), dashboard.text()

    drive(recorded_run("json-0.17"), steps, options=Options(ascii=True))


def test_no_lock_is_held_once_a_reset_is_done(drive: Drive, run_copy: CopyRun) -> None:
    root = run_copy("hyperband-0.17")

    async def steps(dashboard: Any) -> None:
        await dashboard.press("e", "r", "y")
        await dashboard.shows("pending again")

    drive(root, steps)
    for name in (".configs.lock", ".errors.lock", ".optimizer.lock"):
        descriptor = os.open(root / name, os.O_RDWR)
        fcntl.lockf(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
        os.close(descriptor)


class Hostile:
    """An object whose pickle runs a command wherever it is loaded as pickles usually are."""

    def __init__(self, canary: Path) -> None:
        self._canary = canary

    def __reduce__(self) -> tuple[Any, ...]:
        return os.system, (f"touch {self._canary}",)


@pytest.mark.parametrize(
    ("name", "damage"),
    [
        ("optimizer_state.pkl", "holds posix.system, not an optimizer's state"),
        ("configs/.trial_cache.pkl", "it holds posix.system, not a trial"),
        ("pipeline_space.pkl", ""),
    ],
)
def test_a_hostile_pickle_runs_nothing_and_is_named(
    drive: Drive, run_copy: CopyRun, tmp_path: Path, name: str, damage: str
) -> None:
    root = run_copy("random-0.17")
    canary = tmp_path / "canary"
    hostile = pickle.dumps(Hostile(canary))
    if name.endswith("cache.pkl"):
        with open(root / name, "ab") as cache:
            cache.write(hostile)
    else:
        (root / name).write_bytes(hostile)

    async def steps(dashboard: Any) -> None:
        await dashboard.shows("Evaluated 30")
        await dashboard.shows(damage)
        await dashboard.press("o", "t", "enter")
        await dashboard.shows("objective")

    drive(root, steps)
    assert not canary.exists()
    pickle.loads(hostile)
    assert canary.exists(), "the test itself would notice"


def test_a_click_on_a_key_does_what_the_key_does(drive: Drive, recorded_run: CopyRun) -> None:
    async def steps(dashboard: Any) -> None:
        last_line = dashboard.text().splitlines()[-1]
        await dashboard.pilot.click(KeyBar, offset=(last_line.index("error kinds"), 0))
        await dashboard.shows("Errors 8 in 2 kinds")

    drive(recorded_run("hyperband-0.17"), steps)


def test_a_wrong_filter_typed_in_haste_is_refused(drive: Drive, recorded_run: CopyRun) -> None:
    async def steps(dashboard: Any) -> None:
        await dashboard.press("slash")
        line = dashboard.app.screen.query_one("FilterBar Input")
        # Both changes are under way before the first is dealt with, as over a slow line.
        line.value = "epochs"
        line.value = "epochs<abc"
        await dashboard.shows("expected a number after epochs<")
        await dashboard.press("enter")
        assert "expected a number after epochs<" in dashboard.text()

    drive(recorded_run("hyperband-0.17"), steps)


def test_what_is_typed_right_after_the_slash_goes_into_the_filter(
    drive: Drive, recorded_run: CopyRun
) -> None:
    async def steps(dashboard: Any) -> None:
        for key in ("slash", *"memory"):
            dashboard.app.post_message(Key(key, "/" if key == "slash" else key))
        await dashboard.shows("filter memory")
        assert isinstance(dashboard.app.screen, DashboardScreen)

    drive(recorded_run("hyperband-0.17"), steps)


@pytest.mark.parametrize("line", ["slash", "number_sign"])
@pytest.mark.parametrize("tab", list("vnepo"))
def test_what_is_typed_goes_into_the_line_that_was_opened_from_another_tab(
    drive: Drive, recorded_run: CopyRun, tab: str, line: str
) -> None:
    async def steps(dashboard: Any) -> None:
        await dashboard.press(tab)
        await dashboard.press(line)
        await dashboard.press(*"15", "s", "q")
        assert "15sq" in dashboard.text()
        assert dashboard.app.is_running

    drive(recorded_run("hyperband-0.17"), steps, size=(80, 24))


def test_the_last_line_shows_whole_keys_only(drive: Drive, recorded_run: CopyRun) -> None:
    async def steps(dashboard: Any) -> None:
        await dashboard.shows("15_rung_3")
        keys = dashboard.text().splitlines()[-1].split("  ")
        assert keys[-1].strip() == "^p palette"

    drive(recorded_run("hyperband-0.17"), steps, size=(80, 24))


def test_a_narrow_pane_leaves_out_workers_rather_than_half_a_verdict(
    drive: Drive, recorded_run: CopyRun
) -> None:
    async def steps(dashboard: Any) -> None:
        await dashboard.shows("since")
        header = dashboard.text().splitlines()[3][:30]
        assert "usual" in header
        assert "worker" not in header

    drive(recorded_run("killed-0.17"), steps, size=(120, 40))


def test_a_filter_is_told_where_panes_are_tabs(drive: Drive, recorded_run: CopyRun) -> None:
    async def steps(dashboard: Any) -> None:
        await dashboard.shows("15_rung_3")
        await dashboard.press("slash", *"epochs=9", "enter")
        await dashboard.shows("Evaluated 3 of 40")
        assert "filter epochs=9" in dashboard.text()
        await dashboard.press("escape")
        await dashboard.shows("Evaluated 40")

    drive(recorded_run("hyperband-0.17"), steps, size=(80, 24))


def test_a_small_terminal_tells_of_a_trial_that_is_no_longer_worked_on(
    drive: Drive, recorded_run: CopyRun
) -> None:
    async def steps(dashboard: Any) -> None:
        await dashboard.shows("1 quiet")
        assert "needs a worker" in dashboard.text()

    drive(recorded_run("killed-0.17"), steps, size=(80, 24))


def test_what_is_impossible_says_why(drive: Drive, recorded_run: CopyRun) -> None:
    async def steps(dashboard: Any) -> None:
        await dashboard.shows("0.2228")
        await dashboard.press("r")
        await dashboard.shows("Read-only")
        assert not isinstance(dashboard.app.screen, ConfirmScreen)

    drive(recorded_run("killed-0.17"), steps, options=Options(read_only="--read-only was given"))


def test_coming_back_finds_the_trial_that_was_looked_at(
    drive: Drive, recorded_run: CopyRun
) -> None:
    async def steps(dashboard: Any) -> None:
        await dashboard.shows("15_rung_3")
        await dashboard.press("enter")
        await dashboard.shows("1 of 40")
        await dashboard.press("right_square_bracket", "right_square_bracket")
        await dashboard.shows("3 of 40")
        shown = dashboard.app.screen.trial_id
        await dashboard.press("escape")
        assert dashboard.app.screen.chosen() == [shown]

    drive(recorded_run("hyperband-0.17"), steps)


async def choose(dashboard: Any, asked: str) -> None:
    """Do what the palette finds first."""
    await dashboard.press("ctrl+p", *(_KEYS.get(letter, letter) for letter in asked))
    await dashboard.pilot.pause(0.5)
    # The first one only points at it, where there are several.
    while isinstance(dashboard.app.screen, CommandPalette):
        await dashboard.press("enter")
        await dashboard.pilot.pause(0.2)


@pytest.mark.parametrize(
    ("first", "asked", "said"),
    [
        ("w", "reverse sort", "objective▼"),
        ("P", "workers: zoom in", "zoomed"),
        ("t", "plots: brush", "Parallel"),
        ("O", "replay: next crash", "Errors 1"),
        ("t", "trial: copy path", "Copied"),
        ("w", "error dump", "Errors 8 · 6"),
        ("t", "timeline", "Workers 1"),
        ("w", "plot: rungs", "objective by rung"),
        ("P", "plot: distribution", "Distribution of"),
        ("t", "theme: nord", "Evaluated 40"),
    ],
)
def test_the_palette_does_what_is_done_elsewhere(
    drive: Drive, recorded_run: CopyRun, first: str, asked: str, said: str
) -> None:
    async def steps(dashboard: Any) -> None:
        await dashboard.shows("Evaluated 40")
        await dashboard.press("g", first)
        await choose(dashboard, asked)
        await dashboard.shows(said)

    drive(recorded_run("hyperband-0.17"), steps)


@pytest.mark.parametrize("key", list("tEOPwR"))
def test_the_palette_finds_every_action_from_wherever_it_is_called(
    drive: Drive, recorded_run: CopyRun, key: str
) -> None:
    async def steps(dashboard: Any) -> None:
        await dashboard.shows("Evaluated 40")
        await dashboard.press(key)
        await dashboard.pilot.pause(0.2)
        commands = ActionCommands(dashboard.app.screen)
        for action in ACTIONS:
            # A file that is followed and the runs of a folder are places of their own.
            if action.place in ("tail", "runs"):
                continue
            if action.id in ("back", "runs", "command_palette"):
                continue
            found = [str(hit.text).lower() async for hit in commands.search(action.label)]
            assert any(text.endswith(action.label.lower()) for text in found), action.id

    drive(recorded_run("hyperband-0.17"), steps)


def test_a_trial_from_the_palette_stands_among_those_of_the_table(
    drive: Drive, recorded_run: CopyRun
) -> None:
    async def steps(dashboard: Any) -> None:
        await dashboard.shows("Evaluated 40")
        await choose(dashboard, "15_rung_3")
        await dashboard.shows("1 of 40")

    drive(recorded_run("hyperband-0.17"), steps)


def test_the_palette_finds_a_trial_by_its_id(drive: Drive, recorded_run: CopyRun) -> None:
    async def steps(dashboard: Any) -> None:
        await dashboard.shows("15_rung_3")
        await dashboard.press("ctrl+p", *"13_rung_2")
        await dashboard.shows("Trial 13_rung_2")
        await dashboard.press("down", "enter")
        await dashboard.until(
            lambda: getattr(dashboard.app.screen, "trial_id", None) == "13_rung_2", "the trial"
        )

    drive(recorded_run("hyperband-0.17"), steps)


@pytest.mark.parametrize("keys", [["r"], ["question_mark"], ["ctrl+p"], ["enter"], ["P"]])
def test_ascii_holds_for_every_screen(drive: Drive, recorded_run: CopyRun, keys: list[str]) -> None:
    async def steps(dashboard: Any) -> None:
        await dashboard.shows("0.2228")
        await dashboard.press(*keys)
        await dashboard.pilot.pause(0.3)
        text = dashboard.text()
        assert text.isascii(), [each for each in text if not each.isascii()]

    drive(recorded_run("killed-0.17"), steps, options=Options(ascii=True), size=(80, 24))


@pytest.mark.parametrize("width", range(120, 134, 2))
def test_a_rung_and_its_number_stay_on_one_line(
    drive: Drive, recorded_run: CopyRun, width: int
) -> None:
    async def steps(dashboard: Any) -> None:
        await dashboard.shows("rungs")
        assert not re.search(r"\d: +│", dashboard.text()), dashboard.text()

    drive(recorded_run("hyperband-0.17"), steps, size=(width, 40))


def test_trials_that_are_the_same_in_a_column_stand_in_the_order_of_their_numbers(
    drive: Drive, recorded_run: CopyRun
) -> None:
    async def steps(dashboard: Any) -> None:
        await dashboard.shows("Evaluated 40")
        pane = dashboard.app.screen.query_one("#evaluated")
        pane.sort_by("epochs")
        lowest = [each for each in pane.rows.order() if each.endswith("_rung_0")]
        assert lowest == [f"{number}_rung_0" for number in range(1, 28)]

    drive(recorded_run("hyperband-0.17"), steps)


@pytest.mark.parametrize(("keys", "size"), [("v", (80, 24)), ("vz", (160, 48))])
def test_with_room_to_spare_what_runs_is_told_with_its_config(
    drive: Drive, recorded_run: CopyRun, keys: str, size: tuple[int, int]
) -> None:
    async def steps(dashboard: Any) -> None:
        await dashboard.press(*keys)
        await dashboard.shows("usual  learning_rate  optimizer  weight_decay")
        await dashboard.shows("1.13e-5  lion             0.0525")

    drive(recorded_run("killed-0.17"), steps, size=size)


def test_what_a_worker_has_left_is_told_of_one_that_is_alive(
    drive: Drive, run_copy: CopyRun
) -> None:
    root = run_copy("killed-0.17")
    state = NePSState.create_or_load(root, load_only=True)
    now = time.time()
    for trial_id in "123456":
        trial = state.lock_and_get_trial_by_id(trial_id)
        trial.metadata.evaluating_worker_id = "worker_9"
        trial.metadata.time_started, trial.metadata.time_end = now - 9.0, now - 1.0
        state.put_updated_trial(trial, hints="metadata")

    async def steps(dashboard: Any) -> None:
        # The worker that was killed has used three.
        await dashboard.shows("6 / 90 a worker")

    drive(root, steps)
