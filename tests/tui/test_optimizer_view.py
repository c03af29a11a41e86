"""The optimizer view, by keys and mouse."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from neps_tui.app import Options
from neps_tui.dashboard.screen import DashboardScreen
from neps_tui.optimizer.inert_tree_view import InertTreeView
from neps_tui.optimizer.screen import OptimizerScreen
from neps_tui.plots.screen import PlotsScreen
from neps_tui.trial.screen import TrialScreen
from neps_tui.widgets.trial_table import TrialTable

Drive = Callable[..., None]
CopyRun = Callable[[str], Path]
LARGE, SMALL = (160, 48), (80, 24)
RUNS = (
    "architecture-0.17",
    "import-0.17",
    "killed-0.17",
    "primo-0.17",
    "random-0.13",
)


def tree(dashboard: Any) -> InertTreeView:
    found: InertTreeView = dashboard.app.screen.query_one(InertTreeView)
    return found


def test_budget_rungs_space_and_state_are_seen_at_once(drive: Drive, recorded_run: CopyRun) -> None:
    async def steps(dashboard: Any) -> None:
        await dashboard.press("O")
        await dashboard.shows("Optimizer · hyperband")
        text = dashboard.text()
        assert "40 / 100" in text
        assert "evaluations 39, not 40: all trials, ended or" in text
        assert "worker_0: 40 / 40 evaluations, spent" in text
        assert "eta 3, sample_prior_first false, sampler uniform" in text
        assert "3     27    1   –    –  – 0.1309 15 ★     1/1 0/1 0/2 0/4" in text
        assert "float 1e-5 … 0.1, log" in text
        assert "★ 0.00964" in text
        assert "random states  SeedSnapshot" in text

    drive(recorded_run("hyperband-0.17"), steps)


def test_a_part_that_comes_into_sight_has_all_the_width_at_once(
    drive: Drive, recorded_run: CopyRun
) -> None:
    async def steps(dashboard: Any) -> None:
        await dashboard.press("O")
        await dashboard.shows("float 1e-5 … 0.1, log")
        await dashboard.press("shift+tab", "shift+tab")
        assert "evaluations 39, not 40: all trials, ended or not, when one was" in dashboard.text()

    drive(recorded_run("hyperband-0.17"), steps, size=SMALL)


@pytest.mark.parametrize("size", [LARGE, SMALL, (40, 12), (200, 60)])
def test_recorded_runs_are_drawn_in_every_size(
    drive: Drive, recorded_run: CopyRun, size: tuple[int, int]
) -> None:
    async def steps(dashboard: Any) -> None:
        await dashboard.press("O", "j", "tab", "j", "l", "j", "l", "tab", "tab", "k", "shift+tab")
        await dashboard.press("shift+tab", "shift+tab", "G", "g")
        assert isinstance(dashboard.app.screen, OptimizerScreen)
        await dashboard.press("escape")
        assert isinstance(dashboard.app.screen, DashboardScreen)

    for name in RUNS:
        drive(recorded_run(name), steps, size=size)


def test_a_small_terminal_shows_one_part_at_a_time(drive: Drive, recorded_run: CopyRun) -> None:
    async def steps(dashboard: Any) -> None:
        await dashboard.press("O")
        await dashboard.shows("learning_rate")
        assert "random states" not in dashboard.text()
        await dashboard.press("tab")
        await dashboard.shows("random states")
        assert "learning_rate" not in dashboard.text()
        await dashboard.press("tab")
        await dashboard.shows("40 / 40 evaluations")
        await dashboard.press("tab")
        await dashboard.shows("promoted")
        await dashboard.pilot.click("#tab-space")
        await dashboard.shows("learning_rate")

    drive(recorded_run("hyperband-0.17"), steps, size=SMALL)


def test_a_choice_folds_and_unfolds_with_enter(drive: Drive, recorded_run: CopyRun) -> None:
    async def steps(dashboard: Any) -> None:
        await dashboard.press("O")
        await dashboard.shows("▾ block")
        await dashboard.press("j", "j", "j", "enter")
        await dashboard.shows("▸ block")
        assert "▸ Pool" not in dashboard.text()
        await dashboard.press("enter", "j", "enter")
        await dashboard.shows("▾ Conv")
        await dashboard.shows("resampled ")

    drive(recorded_run("architecture-0.17"), steps)


def test_what_has_little_room_in_its_row_is_said_in_full_below(
    drive: Drive, recorded_run: CopyRun
) -> None:
    async def steps(dashboard: Any) -> None:
        await dashboard.press("O")
        await dashboard.shows("SAMPLING__Resolvable.learning_rate::float__1e-05_0.1_True")
        await dashboard.press("j")
        await dashboard.shows("SAMPLING__Resolvable.weight_decay::float__0_1_False")

    drive(recorded_run("architecture-0.17"), steps)


def test_enter_on_a_hyperparameter_shows_its_plot(drive: Drive, recorded_run: CopyRun) -> None:
    async def steps(dashboard: Any) -> None:
        await dashboard.press("O", "j", "enter")
        await dashboard.shows("objective over learning_rate")
        assert isinstance(dashboard.app.screen, PlotsScreen)
        await dashboard.press("escape")
        assert isinstance(dashboard.app.screen, OptimizerScreen)

    drive(recorded_run("hyperband-0.17"), steps)


def test_what_never_varied_has_no_plot_and_says_so(drive: Drive, recorded_run: CopyRun) -> None:
    async def steps(dashboard: Any) -> None:
        await dashboard.press("O", "j", "j", "enter")
        await dashboard.shows("Trials do not differ in it")

    drive(recorded_run("architecture-0.17"), steps)


def test_enter_on_a_rung_opens_its_best_trial(drive: Drive, recorded_run: CopyRun) -> None:
    async def steps(dashboard: Any) -> None:
        await dashboard.press("O", "shift+tab", "j", "enter")
        assert isinstance(dashboard.app.screen, TrialScreen)
        await dashboard.shows("15_rung_1")
        await dashboard.press("escape", "escape")
        await dashboard.press("O", "shift+tab", "G", "enter")

    drive(recorded_run("hyperband-0.17"), steps)


def test_the_state_is_a_tree_that_unfolds(drive: Drive, recorded_run: CopyRun) -> None:
    async def steps(dashboard: Any) -> None:
        await dashboard.press("O", "tab")
        assert tree(dashboard).has_focus
        await dashboard.press("j", "l")
        await dashboard.shows("torch_rng  tensor 5056")
        await dashboard.press("l", "l", "l", "j")
        await dashboard.shows("[1]  array 624 of u4")
        await dashboard.press("h", "h", "h", "h")
        await dashboard.until(lambda: "torch_rng" not in dashboard.text(), "folded")
        await dashboard.press("enter")
        await dashboard.shows("torch_rng  tensor 5056")

    drive(recorded_run("hyperband-0.17"), steps)


def test_what_is_unfolded_stays_so_while_the_state_changes(drive: Drive, run_copy: CopyRun) -> None:
    root = run_copy("hyperband-0.17")

    async def steps(dashboard: Any) -> None:
        await dashboard.press("O", "tab", "j", "l", "j", "j")
        await dashboard.shows("torch_rng  tensor 5056")
        cursor = tree(dashboard).cursor_node
        before = dashboard.app.view.snapshot.optimizer_state
        state = root / "optimizer_state.pkl"
        state.write_bytes((recorded / "optimizer_state.pkl").read_bytes())
        await dashboard.until(
            lambda: dashboard.app.view.snapshot.optimizer_state is not before, "another state"
        )
        await dashboard.shows("40 / 10  spent")
        assert tree(dashboard).cursor_node is cursor
        assert "torch_rng  tensor 5056" in dashboard.text()

    recorded = root.parent / "random"
    recorded.mkdir()
    source = Path(__file__).resolve().parent.parent / "data" / "runs" / "random-0.14"
    (recorded / "optimizer_state.pkl").write_bytes((source / "optimizer_state.pkl").read_bytes())
    drive(root, steps)


def test_a_run_without_optimizer_state_or_space_says_what_is_missing(
    drive: Drive, run_copy: CopyRun
) -> None:
    root = run_copy("hyperband-0.17")
    (root / "optimizer_state.pkl").unlink()
    (root / "pipeline_space.pkl").unlink()

    async def steps(dashboard: Any) -> None:
        await dashboard.press("O")
        await dashboard.shows("optimizer_state.pkl is not there")
        await dashboard.shows("No optimizer_state.pkl that could be read: no state is known.")
        await dashboard.shows("No pipeline_space.pkl that could be read")
        await dashboard.shows("tried ")

    drive(root, steps)


def test_a_run_without_trials_says_what_would_bring_some(drive: Drive, run_copy: CopyRun) -> None:
    root = run_copy("random-0.13")
    for place in sorted((root / "configs").rglob("*"), reverse=True):
        place.rmdir() if place.is_dir() else place.unlink()

    async def steps(dashboard: Any) -> None:
        await dashboard.press("O")
        await dashboard.shows("Both come with the first trial that is sampled.")
        await dashboard.press("enter", "tab", "enter", "tab", "tab", "enter")
        assert isinstance(dashboard.app.screen, OptimizerScreen)

    drive(root, steps)


def test_the_cursor_stays_on_its_row_while_trials_come(drive: Drive, run_copy: CopyRun) -> None:
    root = run_copy("hyperband-0.17")

    async def steps(dashboard: Any) -> None:
        await dashboard.press("O", "j")
        table = dashboard.app.screen.query(TrialTable).last()
        assert table.cursor_key == "learning_rate"
        (root / "configs" / ".trial_cache.pkl").unlink()
        for name in ("3_rung_0", "4_rung_0"):
            for file in (root / "configs" / f"config_{name}").iterdir():
                file.unlink()
            (root / "configs" / f"config_{name}").rmdir()
        await dashboard.shows("all 38")
        assert table.cursor_key == "learning_rate"

    drive(root, steps)


def test_ascii_draws_only_ascii(drive: Drive, recorded_run: CopyRun) -> None:
    async def steps(dashboard: Any) -> None:
        await dashboard.press("O", "tab", "j", "l", "j", "l")
        await dashboard.shows("array 624 of u4")
        assert dashboard.text().isascii(), dashboard.text()

    for size in (LARGE, SMALL):
        drive(recorded_run("hyperband-0.17"), steps, size=size, options=Options(ascii=True))
