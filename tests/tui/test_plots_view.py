"""The plots, by their keys."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from neps_tui.plots.chosen import ChosenPlot

Drive = Callable[..., None]
CopyRun = Callable[[str], Path]


def test_tab_goes_through_the_plots_that_the_run_has_something_for(
    drive: Drive, recorded_run: CopyRun
) -> None:
    async def steps(dashboard: Any) -> None:
        await dashboard.press("P")
        await dashboard.shows("objective over evaluations")
        for title in ("Learning curves", "Rungs: 0", "objective over learning_rate"):
            await dashboard.press("tab")
            await dashboard.shows(title)
        await dashboard.press("tab")
        await dashboard.shows("Parallel coordinates, 32 of 32 trials")
        await dashboard.press("tab")
        await dashboard.shows("Importance for objective")
        await dashboard.press("tab")
        await dashboard.shows("Distribution of objective by state")
        await dashboard.press("tab")
        await dashboard.shows("objective over evaluations")
        assert "Front" not in dashboard.text().splitlines()[2]
        await dashboard.press("escape")
        await dashboard.shows("Evaluated 40")

    drive(recorded_run("hyperband-0.17"), steps)


def test_the_cursor_goes_to_a_trial_and_enter_opens_it(drive: Drive, recorded_run: CopyRun) -> None:
    async def steps(dashboard: Any) -> None:
        await dashboard.press("P")
        await dashboard.shows("objective over evaluations")
        await dashboard.press("left")
        await dashboard.shows("15_rung_3  0.1309")
        await dashboard.press("left")
        await dashboard.until(lambda: "15_rung_3  0.1309" not in dashboard.text(), "another")
        await dashboard.press("right", "enter")
        await dashboard.until(lambda: hasattr(dashboard.app.screen, "trial_id"), "the trial")
        await dashboard.press("escape")
        await dashboard.shows("objective over evaluations")

    drive(recorded_run("hyperband-0.17"), steps)


def test_what_it_is_shown_over_is_changed_by_a_key(drive: Drive, recorded_run: CopyRun) -> None:
    async def steps(dashboard: Any) -> None:
        await dashboard.press("P", "x")
        await dashboard.shows("objective over time")
        await dashboard.press("x")
        await dashboard.shows("objective over cost")
        await dashboard.press("X")
        await dashboard.shows("objective over time")
        await dashboard.press("y")
        await dashboard.shows("This run has one objective")

    drive(recorded_run("hyperband-0.17"), steps)


def test_a_brush_is_told_and_taken_away_again(drive: Drive, recorded_run: CopyRun) -> None:
    async def steps(dashboard: Any) -> None:
        await dashboard.press("P", "slash", *"epochs=9")
        await dashboard.shows("3 trials match")
        await dashboard.press("escape")
        await dashboard.until(lambda: "trials match" not in dashboard.text(), "no filter")
        assert "objective over" in dashboard.text()

    drive(recorded_run("hyperband-0.17"), steps)


def test_each_objective_is_looked_at_in_turn(drive: Drive, recorded_run: CopyRun) -> None:
    async def steps(dashboard: Any) -> None:
        await dashboard.press("P")
        await dashboard.shows("objective 1 over evaluations")
        await dashboard.press("y")
        await dashboard.shows("objective 2 over evaluations")
        await dashboard.press("tab")
        await dashboard.shows("Pareto front of objectives 1 and 2, 6 trials")

    drive(recorded_run("multiobjective-0.17"), steps, size=(80, 24))


def test_a_run_without_trials_says_what_would_make_a_plot_come(
    drive: Drive, run_copy: CopyRun
) -> None:
    root = run_copy("random-0.17")
    for path in root.glob("configs/*/report.yaml"):
        path.unlink()
    (root / "configs" / ".trial_cache.pkl").unlink()
    for path in root.glob("configs/*/metadata.json"):
        fields = json.loads(path.read_text()) | {"state": "pending", "time_end": None}
        path.write_text(json.dumps(fields))

    async def steps(dashboard: Any) -> None:
        await dashboard.press("P")
        await dashboard.shows("No trial has an objective yet.")
        await dashboard.press("left", "enter", "tab", "tab", "tab", "tab", "tab")

    drive(root, steps)


def test_a_plot_is_kept_on_the_first_screen(drive: Drive, recorded_run: CopyRun) -> None:
    async def keep(dashboard: Any) -> None:
        await dashboard.press("P", "tab", "tab", "d", "escape")
        await dashboard.shows("Rungs: 0: 19, 1: 9")
        await dashboard.press("p", "left", "enter")
        await dashboard.until(lambda: hasattr(dashboard.app.screen, "trial_id"), "the trial")

    async def look(dashboard: Any) -> None:
        await dashboard.shows("Rungs: 0: 19, 1: 9")
        await dashboard.press("P", "d", "escape")
        await dashboard.shows("Incumbent · 0.1309 in 15_rung_3")

    drive(recorded_run("hyperband-0.17"), keep)
    drive(recorded_run("hyperband-0.17"), look)


def test_importance_has_no_place_there(drive: Drive, recorded_run: CopyRun) -> None:
    async def steps(dashboard: Any) -> None:
        await dashboard.press("P", "shift+tab", "shift+tab")
        await dashboard.shows("Importance for objective")
        await dashboard.press("d")
        await dashboard.shows("no place on the first screen")

    drive(recorded_run("hyperband-0.17"), steps)


@given(
    st.none()
    | st.fixed_dictionaries(
        {"kind": st.none() | st.sampled_from(["ladder", "importance", "x"])},
        optional={"variant": st.none() | st.text(), "objective": st.none() | st.integers()},
    )
)
def test_whatever_was_remembered_is_a_plot_or_none(found: object) -> None:
    chosen = ChosenPlot.from_plain(found)
    assert chosen is None or chosen.kind == "ladder"


@pytest.mark.parametrize("name", ["hyperband-0.17", "multiobjective-0.17", "random-0.13"])
def test_a_chosen_plot_fits_another_run(drive: Drive, recorded_run: CopyRun, name: str) -> None:
    from neps_tui.remembered import remember

    plot = ChosenPlot("parameter", "a hyperparameter of another run", 3)
    remember("plot", plot.as_plain())

    async def steps(dashboard: Any) -> None:
        await dashboard.shows(" over learning_rate")

    drive(recorded_run(name), steps)
