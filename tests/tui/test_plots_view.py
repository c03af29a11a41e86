"""The plots, by their keys."""

from __future__ import annotations

import json
import random
import threading
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from types import MappingProxyType
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from neps_state import Trial
from neps_tui.facts.fold import summarize
from neps_tui.plots import workshop
from neps_tui.plots.canvas import PlotCanvas
from neps_tui.plots.chosen import ChosenPlot
from neps_tui.plots.drawing import draw_plot
from neps_tui.plots.making import Made, Wish, make_plot
from neps_tui.view import RunView
from neps_tui.widgets.key_bar import KeyBar

Drive = Callable[..., None]
CopyRun = Callable[[str], Path]


def test_tab_goes_through_the_plots_that_the_run_has_something_for(
    drive: Drive, recorded_run: CopyRun
) -> None:
    async def steps(dashboard: Any) -> None:
        await dashboard.press("P")
        await dashboard.shows("objective over evaluations")
        for title in ("Learning curves", "objective by rung", "objective over learning_rate"):
            await dashboard.press("tab")
            await dashboard.shows(title)
        await dashboard.press("tab")
        await dashboard.shows("Parallel coordinates, 32 of 32 trials")
        await dashboard.press("tab")
        await dashboard.shows("Importance for objective")
        await dashboard.press("tab")
        await dashboard.shows("Distribution of objective by rung")
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


def test_the_line_about_a_trial_says_what_was_chosen_and_not_its_index(
    drive: Drive, recorded_run: CopyRun
) -> None:
    async def steps(dashboard: Any) -> None:
        await dashboard.press("P")
        await dashboard.shows("objective over evaluations")
        await dashboard.press("right")
        await dashboard.until(lambda: "learning_rate" in pointed(dashboard), "a trial")
        assert "block Pool" in pointed(dashboard)
        assert "net[1].activation gelu" in pointed(dashboard)

    drive(recorded_run("architecture-0.17"), steps)


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


def test_a_brush_that_was_kept_stays_on_the_screen(drive: Drive, recorded_run: CopyRun) -> None:
    async def steps(dashboard: Any) -> None:
        await dashboard.press("P", "slash", *"epochs=9", "enter")
        await dashboard.shows("brushed: epochs=9, 3 match")
        await dashboard.press("tab", "tab")
        await dashboard.shows("objective by rung  brushed: epochs=9, 3 match")
        await dashboard.press("d")
        await dashboard.shows("Rungs is on the first screen now, without the brush.")
        await dashboard.press("escape")
        await dashboard.until(lambda: "brushed" not in dashboard.text(), "no brush")

    drive(recorded_run("hyperband-0.17"), steps)


def test_a_brush_that_lets_one_trial_through_counts_it(drive: Drive, recorded_run: CopyRun) -> None:
    async def steps(dashboard: Any) -> None:
        await dashboard.press("P", "slash", *"epochs=27")
        await dashboard.shows("1 trial matches")

    drive(recorded_run("hyperband-0.17"), steps)


def test_the_usual_plot_of_several_objectives_is_the_front_alone(
    drive: Drive, recorded_run: CopyRun
) -> None:
    async def steps(dashboard: Any) -> None:
        await dashboard.press("P", "d", "escape")
        await dashboard.shows("Lowest objective 1")
        await dashboard.press("P", "tab", "d", "escape")
        await dashboard.shows("Pareto front · 6 trials")

    drive(recorded_run("multiobjective-0.17"), steps)


@pytest.mark.parametrize("tabs", range(7))
def test_a_short_footer_has_room_for_the_help(
    drive: Drive, recorded_run: CopyRun, tabs: int
) -> None:
    async def steps(dashboard: Any) -> None:
        await dashboard.press("P", *["tab"] * tabs)
        last_line = dashboard.text().splitlines()[-1]
        assert "/ brush" in last_line
        assert "? help" in last_line

    drive(recorded_run("hyperband-0.17"), steps, size=(80, 24))


def test_each_objective_is_looked_at_in_turn(drive: Drive, recorded_run: CopyRun) -> None:
    async def steps(dashboard: Any) -> None:
        await dashboard.press("P")
        await dashboard.shows("objective 1 over evaluations")
        await dashboard.press("y")
        await dashboard.shows("objective 2 over evaluations")
        await dashboard.press("tab")
        await dashboard.shows("Pareto front of objectives 1 and 2, 6 of 25 trials")

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
        assert "the arrows go from trial to trial" not in dashboard.text()
        await dashboard.press("n")
        await dashboard.shows("There is no trial in this plot.")
        await dashboard.press("left", "enter", "tab", "tab", "tab", "tab", "tab")

    drive(root, steps)


def test_a_plot_is_kept_on_the_first_screen(drive: Drive, recorded_run: CopyRun) -> None:
    async def keep(dashboard: Any) -> None:
        await dashboard.press("P", "tab", "tab", "d", "escape")
        await dashboard.shows("objective by rung")
        await drawn(dashboard)
        await dashboard.press("p", "left", "enter")
        await dashboard.until(lambda: hasattr(dashboard.app.screen, "trial_id"), "the trial")

    async def look(dashboard: Any) -> None:
        await dashboard.shows("objective by rung")
        await dashboard.press("P", "d", "escape")
        await dashboard.shows("Incumbent · 0.1309 in 15_rung_3")

    drive(recorded_run("hyperband-0.17"), keep)
    drive(recorded_run("hyperband-0.17"), look)


def test_the_first_screen_draws_every_trial_and_the_front_as_stars(
    drive: Drive, recorded_run: CopyRun
) -> None:
    async def steps(dashboard: Any) -> None:
        await dashboard.shows("Pareto front · 6 trials")
        assert len(cells_of(dashboard)) == 25
        await dashboard.shows("★ on the front")
        assert plot_area(dashboard).count("★") >= 5

    drive(recorded_run("multiobjective-0.17"), steps)


def test_the_first_screen_joins_no_points_of_different_fronts(
    drive: Drive, recorded_run: CopyRun
) -> None:
    async def steps(dashboard: Any) -> None:
        dashboard.app.view = view_with(dashboard.app.view, with_objectives(dashboard.app.view, 3))
        await dashboard.shows("Front of 1 and 2 · ")
        (boundary,) = canvas_of(dashboard).plot.lines
        heights = [height for _, height in boundary.points]
        assert heights == sorted(heights, reverse=True)

    drive(recorded_run("multiobjective-0.17"), steps)


def with_objectives(view: RunView, count: int) -> dict[str, Trial]:
    """The trials of a run, with made-up objectives."""
    chance = random.Random(0)
    return {
        trial_id: replace(
            trial,
            report=replace(
                trial.report, objective_to_minimize=[chance.random() for _ in range(count)]
            ),
        )
        for trial_id, trial in view.snapshot.trials.items()
    }


def plot_area(dashboard: Any) -> str:
    """What the canvas shows."""
    region = canvas_of(dashboard).region
    lines = dashboard.text().splitlines()[region.y : region.bottom]
    return "\n".join(line[region.x : region.right] for line in lines)


def test_a_trial_that_is_pointed_at_on_the_first_screen_is_named(
    drive: Drive, recorded_run: CopyRun
) -> None:
    async def steps(dashboard: Any) -> None:
        await drawn(dashboard)
        await dashboard.press("p", "left")
        await dashboard.shows("15_rung_3  0.1309")

    drive(recorded_run("hyperband-0.17"), steps)


@pytest.mark.parametrize("size", [(160, 48), (80, 24)])
def test_importance_stands_on_the_first_screen_too_and_gives_way_to_another(
    drive: Drive, recorded_run: CopyRun, size: tuple[int, int]
) -> None:
    async def keep(dashboard: Any) -> None:
        await dashboard.press("P", "shift+tab", "shift+tab")
        await dashboard.shows("Importance for objective")
        await dashboard.press("d", "escape", "p")
        await dashboard.shows("how uncertain")
        assert "best so far" not in dashboard.text()

    async def back(dashboard: Any) -> None:
        await dashboard.press("p")
        await dashboard.shows("how uncertain")
        await dashboard.press("P")
        await dashboard.shows("objective over evaluations")
        await dashboard.press("d", "escape", "p")
        await dashboard.shows("★ incumbent")
        assert "how uncertain" not in dashboard.text()

    root = recorded_run("hyperband-0.17")
    drive(root, keep, size=size)
    drive(root, back, size=size)


@given(
    st.none()
    | st.fixed_dictionaries(
        {"kind": st.none() | st.sampled_from(["ladder", "importance", "x"])},
        optional={"variant": st.none() | st.text(), "objective": st.none() | st.integers()},
    )
)
def test_whatever_was_remembered_is_a_plot_or_none(found: object) -> None:
    chosen = ChosenPlot.from_plain(found)
    assert chosen is None or chosen.kind in ("ladder", "importance")


@pytest.mark.parametrize("name", ["hyperband-0.17", "multiobjective-0.17", "random-0.13"])
def test_a_chosen_plot_fits_another_run(drive: Drive, recorded_run: CopyRun, name: str) -> None:
    from neps_tui.remembered import remember

    plot = ChosenPlot("parameter", "a hyperparameter of another run", 3)
    remember("plot", plot.as_plain())

    async def steps(dashboard: Any) -> None:
        await dashboard.shows(" over learning_rate")

    drive(recorded_run(name), steps)


def test_a_plot_that_has_no_room_does_not_say_that_there_are_no_trials(
    drive: Drive, recorded_run: CopyRun
) -> None:
    async def steps(dashboard: Any) -> None:
        await dashboard.press("P")
        await dashboard.shows("objective over evaluations")
        await dashboard.pilot.resize_terminal(60, 9)
        await dashboard.shows("There is too little room for a plot.")

    drive(recorded_run("hyperband-0.17"), steps)


# --- by mouse ------------------------------------------------------------------------------------


def canvas_of(dashboard: Any) -> PlotCanvas:
    canvas: PlotCanvas = dashboard.app.screen.query_one(PlotCanvas)
    return canvas


async def drawn(dashboard: Any) -> None:
    """Wait until the plot is made, which is done in a thread: there is nowhere to go before."""
    await dashboard.until(
        lambda: any(canvas.plot.dots for canvas in dashboard.app.screen.query(PlotCanvas)),
        "the plot",
    )


def cells_of(dashboard: Any) -> dict[str, tuple[int, int]]:
    """Where each trial is on the canvas, as it is drawn in that size."""
    canvas = canvas_of(dashboard)
    drawing = draw_plot(canvas.plot, *canvas.size)
    return {dot.trial_id: cell for dot, cell in zip(drawing.dots, drawing.cells, strict=True)}


def pointed(dashboard: Any) -> str:
    """The line below the plot."""
    return str(dashboard.app.screen.query_one("#pointed").render()).strip()


async def opens(dashboard: Any, trial_id: str) -> None:
    await dashboard.until(
        lambda: getattr(dashboard.app.screen, "trial_id", None) == trial_id, f"{trial_id} whole"
    )


@pytest.mark.parametrize("size", [(160, 48), (80, 24)])
def test_a_click_names_the_trial_and_another_one_opens_it(
    drive: Drive, recorded_run: CopyRun, size: tuple[int, int]
) -> None:
    async def steps(dashboard: Any) -> None:
        await dashboard.press("P")
        await dashboard.shows("objective over evaluations")
        for trial_id in ("26_rung_0", "3_rung_0", "13_rung_2"):
            await dashboard.pilot.click(PlotCanvas, offset=cells_of(dashboard)[trial_id])
            await dashboard.until(lambda of=trial_id: pointed(dashboard).startswith(of), trial_id)
        await dashboard.pilot.click(PlotCanvas, offset=cells_of(dashboard)["13_rung_2"])
        await opens(dashboard, "13_rung_2")

    drive(recorded_run("hyperband-0.17"), steps, size=size)


def test_a_click_beside_trials_names_the_nearest(drive: Drive, recorded_run: CopyRun) -> None:
    async def steps(dashboard: Any) -> None:
        await dashboard.press("P")
        await dashboard.shows("objective over evaluations")
        column, row = cells_of(dashboard)["15_rung_3"]
        await dashboard.pilot.click(PlotCanvas, offset=(column - 1, row))
        await dashboard.shows("15_rung_3  0.1309")

    drive(recorded_run("hyperband-0.17"), steps)


@pytest.mark.parametrize(
    ("run", "tabs", "title"),
    [
        ("hyperband-0.17", 1, "Learning curves"),
        ("hyperband-0.17", 2, "objective by rung"),
        ("hyperband-0.17", 3, "objective over learning_rate"),
        ("hyperband-0.17", 4, "Parallel coordinates"),
        ("hyperband-0.17", 6, "Distribution of objective"),
        ("multiobjective-0.17", 1, "Pareto front"),
    ],
)
def test_in_every_plot_trials_are_named_and_opened_by_keys_and_by_mouse(
    drive: Drive, recorded_run: CopyRun, run: str, tabs: int, title: str
) -> None:
    async def steps(dashboard: Any) -> None:
        await dashboard.press("P", *["tab"] * tabs)
        await dashboard.shows(title)
        await dashboard.press("left")
        await dashboard.until(lambda: "enter opens" not in pointed(dashboard), "a trial")
        first = pointed(dashboard).split()[0]
        await dashboard.press("up")
        await dashboard.until(lambda: pointed(dashboard).split()[0] != first, "another trial")
        chosen = pointed(dashboard).split()[0]
        await dashboard.press("enter")
        await opens(dashboard, chosen)
        await dashboard.press("escape")
        await dashboard.shows(title)
        await dashboard.pilot.click(PlotCanvas, offset=cells_of(dashboard)[first])
        await dashboard.until(lambda: pointed(dashboard).startswith(first), first)
        await dashboard.pilot.click(PlotCanvas, offset=cells_of(dashboard)[first])
        await opens(dashboard, first)

    drive(recorded_run(run), steps)


def test_trials_under_others_are_counted_and_reached(drive: Drive, recorded_run: CopyRun) -> None:
    async def steps(dashboard: Any) -> None:
        await dashboard.press("P", *["tab"] * 3)
        await dashboard.shows("objective over learning_rate")
        cells = cells_of(dashboard)
        stacked = {
            trial_id: cell
            for trial_id, cell in cells.items()
            if list(cells.values()).count(cell) == 2
        }
        cell = next(iter(stacked.values()))
        here = {trial_id for trial_id, each in stacked.items() if each == cell}
        await dashboard.pilot.click(PlotCanvas, offset=cell)
        await dashboard.until(lambda: "one of 2 here" in pointed(dashboard), "two of them")
        first = pointed(dashboard).split()[0]
        await dashboard.press("n")
        await dashboard.until(lambda: pointed(dashboard).split()[0] != first, "the other one")
        assert {first, pointed(dashboard).split()[0]} == here
        await dashboard.press("N")
        await dashboard.until(lambda: pointed(dashboard).split()[0] == first, "the first one")

    drive(recorded_run("hyperband-0.17"), steps, size=(80, 24))


def test_tabs_and_keys_can_be_clicked(drive: Drive, recorded_run: CopyRun) -> None:
    async def steps(dashboard: Any) -> None:
        await dashboard.press("P")
        await dashboard.shows("objective over evaluations")
        await dashboard.pilot.click("#parallel")
        await dashboard.shows("Parallel coordinates")
        await dashboard.pilot.click("#distribution")
        await dashboard.shows("Distribution of objective by rung")
        last_line = dashboard.text().splitlines()[-1]
        await dashboard.pilot.click(KeyBar, offset=(last_line.index("x aspect"), 0))
        await dashboard.shows("Distribution of objective by optimizer")

    drive(recorded_run("hyperband-0.17"), steps)


# --- while plots are made ------------------------------------------------------------------------


def test_a_plot_stays_until_the_next_one_is_there_and_keys_are_answered_meanwhile(
    drive: Drive, recorded_run: CopyRun, monkeypatch: pytest.MonkeyPatch
) -> None:
    may_go_on = threading.Event()

    def waiting(wish: Wish, *rest: Any) -> Made:
        if wish.kind.id == "parallel":
            assert may_go_on.wait(20)
        return make_plot(wish, *rest)

    monkeypatch.setattr(workshop, "make_plot", waiting)

    async def steps(dashboard: Any) -> None:
        await dashboard.press("P", *["tab"] * 3)
        await dashboard.shows("objective over learning_rate")
        before = canvas_of(dashboard).plot
        await dashboard.press("tab")
        await dashboard.shows("Parallel …")
        assert canvas_of(dashboard).plot is before
        await dashboard.press("left")
        await dashboard.shows("15_rung_3  0.1309")
        await dashboard.press("tab", "tab")
        await dashboard.shows("Distribution …")
        may_go_on.set()
        await dashboard.shows("Distribution of objective by rung")
        await dashboard.press("shift+tab", "shift+tab")
        await dashboard.shows("Parallel coordinates, 32 of 32 trials")

    try:
        drive(recorded_run("hyperband-0.17"), steps)
    finally:
        may_go_on.set()


def test_nothing_else_is_drawn_while_importance_is_waited_for(
    drive: Drive, recorded_run: CopyRun, monkeypatch: pytest.MonkeyPatch
) -> None:
    may_go_on = threading.Event()

    def waiting(wish: Wish, *rest: Any) -> Made:
        if wish.kind.id == "importance":
            assert may_go_on.wait(20)
        return make_plot(wish, *rest)

    monkeypatch.setattr(workshop, "make_plot", waiting)

    async def steps(dashboard: Any) -> None:
        await dashboard.press("P", *["tab"] * 4)
        await dashboard.shows("Parallel coordinates")
        await dashboard.press("tab")
        await dashboard.shows("Being made: this may take some seconds.")
        assert "weight_decay" not in dashboard.text()
        await dashboard.pilot.resize_terminal(120, 30)
        await dashboard.shows("Being made: this may take some seconds.")
        assert "weight_decay" not in dashboard.text()
        await dashboard.press("tab")
        await dashboard.shows("Distribution of objective by rung")
        may_go_on.set()
        await dashboard.press("shift+tab")
        await dashboard.shows("Importance for objective")
        await dashboard.shows("weight_decay")

    try:
        drive(recorded_run("hyperband-0.17"), steps)
    finally:
        may_go_on.set()


def test_nobody_puts_the_run_into_words_to_make_a_plot(
    drive: Drive, recorded_run: CopyRun, monkeypatch: pytest.MonkeyPatch
) -> None:
    """All trials in words take longer than a key may, however fast the plot is made."""

    def never(view: RunView) -> str:
        raise AssertionError("the run was put into words")

    async def steps(dashboard: Any) -> None:
        monkeypatch.setattr(RunView, "__repr__", never)
        await dashboard.press("P", "x", "tab", "tab", "g", "slash", *"rung=1")
        await dashboard.shows("9 trials match")
        monkeypatch.undo()

    drive(recorded_run("hyperband-0.17"), steps)


def test_the_cursor_stays_on_its_trial_while_the_run_goes_on(
    drive: Drive, recorded_run: CopyRun
) -> None:
    async def steps(dashboard: Any) -> None:
        view = dashboard.app.view
        trials = dict(view.snapshot.trials)
        late = trials.pop("25")
        dashboard.app.view = view_with(view, trials)
        await dashboard.press("P")
        await dashboard.shows("objective over evaluations")
        await dashboard.press("left")
        await dashboard.shows("18  0.17")
        await dashboard.press("left")
        await dashboard.until(lambda: "18  0.17" not in pointed(dashboard), "another")
        chosen = pointed(dashboard)
        count = len(canvas_of(dashboard).plot.dots)
        dashboard.app.view = view_with(view, {**trials, "25": late})
        await dashboard.until(lambda: len(canvas_of(dashboard).plot.dots) > count, "one more")
        assert pointed(dashboard) == chosen

    drive(recorded_run("random-0.17"), steps)


def view_with(view: RunView, trials: dict[str, Trial]) -> RunView:
    snapshot = replace(view.snapshot, trials=MappingProxyType(trials))
    return RunView(snapshot, summarize(snapshot))


@pytest.mark.parametrize("tabs", range(7))
def test_a_plot_is_drawn_anew_for_another_size(
    drive: Drive, recorded_run: CopyRun, tabs: int
) -> None:
    async def steps(dashboard: Any) -> None:
        await dashboard.press("P", *["tab"] * tabs, "left")
        for size in ((80, 24), (160, 48), (50, 12), (120, 30)):
            await dashboard.pilot.resize_terminal(*size)
            await dashboard.pilot.pause(0.2)
            lines = dashboard.text().splitlines()
            assert max(map(len, lines)) <= size[0]
            assert "enter open" in lines[-1] or "tab next plot" in lines[-1]
            assert len(lines) == size[1]

    drive(recorded_run("hyperband-0.17"), steps)


def test_the_first_screen_makes_no_plots_while_another_is_seen(
    drive: Drive, recorded_run: CopyRun, monkeypatch: pytest.MonkeyPatch
) -> None:
    made: list[tuple[int, int]] = []

    def counting(wish: Wish, view: RunView, kept: Any, size: tuple[int, int], ascii: bool) -> Made:
        made.append(size)
        return make_plot(wish, view, kept, size, ascii)

    monkeypatch.setattr(workshop, "make_plot", counting)

    async def steps(dashboard: Any) -> None:
        await dashboard.shows("Incumbent · 0.1309 in 15_rung_3")
        await dashboard.press("P")
        await dashboard.shows("objective over evaluations")
        made.clear()
        for width in (150, 140):
            await dashboard.pilot.resize_terminal(width, 48)
            await dashboard.pilot.pause(0.3)
        assert all(columns > 100 for columns, _ in made)
        await dashboard.press("escape")
        await dashboard.until(lambda: any(columns < 100 for columns, _ in made), "drawn anew")

    drive(recorded_run("hyperband-0.17"), steps)


# --- what cannot be done -------------------------------------------------------------------------


def test_keys_that_mean_nothing_to_a_plot_say_why(drive: Drive, recorded_run: CopyRun) -> None:
    async def steps(dashboard: Any) -> None:
        await dashboard.press("P", "tab")
        await dashboard.shows("Pareto front")
        await dashboard.press("y")
        await dashboard.shows("This shows two objectives at once.")
        await dashboard.press("x")
        await dashboard.shows("This has no other aspect.")
        await dashboard.press("shift+tab", "shift+tab", "shift+tab")
        await dashboard.shows("Importance for objective 1")
        await dashboard.press("g")
        await dashboard.shows("There is no axis of the objective.")

    drive(recorded_run("multiobjective-0.17"), steps)


def test_curves_follow_the_key_that_chooses_the_objective(
    drive: Drive, recorded_run: CopyRun
) -> None:
    async def steps(dashboard: Any) -> None:
        view = dashboard.app.view
        dashboard.app.view = view_with(
            view,
            {
                trial_id: replace(
                    trial,
                    report=replace(trial.report, learning_curve=[[0.3, 30.0], [0.2, 20.0]]),
                )
                for trial_id, trial in view.snapshot.trials.items()
            },
        )
        await dashboard.press("P", "tab", "tab")
        await dashboard.shows("Learning curves of all trials, 25 of 25")
        assert "objective 1" in dashboard.text()
        await dashboard.press("y")
        await dashboard.shows("objective 2")
        assert {y for line in canvas_of(dashboard).plot.lines for _, y in line.points} == {
            *(20.0, 30.0)
        }

    drive(recorded_run("multiobjective-0.17"), steps)


def test_a_plot_that_cannot_be_made_ends_the_program_with_the_reason(
    drive: Drive, recorded_run: CopyRun, monkeypatch: pytest.MonkeyPatch
) -> None:
    def broken(wish: Wish, *rest: Any) -> Made:
        raise ZeroDivisionError("while making a plot")

    monkeypatch.setattr(workshop, "make_plot", broken)

    async def steps(dashboard: Any) -> None:
        await dashboard.press("P")
        await dashboard.until(lambda: not dashboard.app.is_running, "the end")

    with pytest.raises(ZeroDivisionError, match="while making a plot"):
        drive(recorded_run("hyperband-0.17"), steps)


def test_from_any_plot_the_next_trial_is_that_of_the_table(
    drive: Drive, recorded_run: CopyRun
) -> None:
    async def steps(dashboard: Any) -> None:
        await dashboard.shows("Evaluated 40")
        # The best stands first in the table, and the plots' cursor on it.
        for opening in ("p", "P"):
            await dashboard.press(opening)
            await drawn(dashboard)
            await dashboard.press("left", "right", "enter")
            await dashboard.shows("15_rung_3 · success")
            await dashboard.press("right_square_bracket")
            await dashboard.shows("15_rung_2 · success")
            await dashboard.press("left_square_bracket")
            await dashboard.shows("15_rung_3 · success")
            await dashboard.press("escape")

    drive(recorded_run("hyperband-0.17"), steps)
