"""What plots show, without a screen: data made of recorded runs."""

from __future__ import annotations

import math
from collections.abc import Callable
from dataclasses import replace
from itertools import pairwise
from pathlib import Path
from types import MappingProxyType

import pytest
from hypothesis import given
from hypothesis import strategies as st

from neps_state.reader import RunReader
from neps_tui.facts.fold import summarize
from neps_tui.plots.bar_lines import bar_lines
from neps_tui.plots.catalogue import PLOTS, PlotKind
from neps_tui.plots.drawing import draw_plot
from neps_tui.plots.evaluated import Question
from neps_tui.plots.plot import Axis, Bars, Dot, Line, Plot
from neps_tui.view import RunView

CopyRun = Callable[[str], Path]
RUNS = sorted(
    path.name for path in (Path(__file__).resolve().parent.parent / "data" / "runs").iterdir()
)


def view_of(root: Path) -> RunView:
    snapshot = RunReader(root).poll()
    return RunView(snapshot, summarize(snapshot))


def kind(plot_id: str) -> PlotKind:
    return next(each for each in PLOTS if each.id == plot_id)


def plot_of(plot_id: str, question: Question) -> Plot:
    made = kind(plot_id).make(question)
    assert isinstance(made, Plot)
    return made


@pytest.mark.parametrize("name", RUNS)
def test_every_plot_of_every_run_can_be_drawn_in_every_variant(
    recorded_run: CopyRun, name: str
) -> None:
    view = view_of(recorded_run(name))
    for each in PLOTS:
        for variant in ["", *each.variants(Question(view))]:
            for objective in range(view.summary.objectives):
                made = each.make(Question(view, objective, variant, log=True))
                if isinstance(made, Bars):
                    text = "".join(part for part, _ in bar_lines(made, 70))
                    assert all(len(line) <= 100 for line in text.splitlines())
                    continue
                for width, height, ascii in ((158, 40, False), (78, 17, False), (78, 17, True)):
                    drawing = draw_plot(made, width, height, ascii=ascii)
                    for line in drawing.lines:
                        text = "".join(part for part, _ in line)
                        assert len(text) <= width
                        assert text.isascii() or not ascii
                    assert all(
                        0 <= column < width and 0 <= row < height for column, row in drawing.cells
                    )


def test_the_incumbent_curve_only_falls_and_ends_at_the_best(recorded_run: CopyRun) -> None:
    view = view_of(recorded_run("hyperband-0.17"))
    for variant in ("evaluations", "time", "cost", "fidelity"):
        plot = plot_of("incumbent", Question(view, variant=variant))
        (curve,) = plot.lines
        assert all(x <= later for (x, _), (later, _) in pairwise(curve.points))
        assert all(y >= later for (_, y), (_, later) in pairwise(curve.points))
        assert curve.points[-1][1] == view.summary.incumbents[-1].objective
        assert len(plot.dots) == 32
        assert plot.dots[-1].trial_id == view.summary.best_id
        assert plot.notes == ("8 ended without an objective",)


def test_the_front_holds_the_trials_that_none_dominates(recorded_run: CopyRun) -> None:
    view = view_of(recorded_run("multiobjective-0.17"))
    plot = plot_of("front", Question(view))
    best = {dot.trial_id for dot in plot.dots if dot.pen == "best"}
    assert best == set(view.summary.front)


def test_the_ladder_joins_a_trial_to_the_one_it_continues(recorded_run: CopyRun) -> None:
    view = view_of(recorded_run("hyperband-0.17"))
    plot = plot_of("ladder", Question(view))
    continued = [
        trial for trial in view.snapshot.trials.values() if trial.metadata.previous_trial_id
    ]
    assert 0 < len(plot.lines) <= len(continued)
    assert {line.points[1][0] - line.points[0][0] for line in plot.lines} == {1.0}


def test_categories_are_columns_of_their_own(recorded_run: CopyRun) -> None:
    view = view_of(recorded_run("hyperband-0.17"))
    plot = plot_of("parameter", Question(view, variant="optimizer"))
    assert [name for _, name in plot.x.names] == ["adam", "lion", "sgd"]
    for dot in plot.dots:
        chosen = view.snapshot.trials[dot.trial_id].config["optimizer"]
        assert plot.x.names[round(dot.x)][1] == chosen


def test_a_hyperparameter_sampled_on_a_log_scale_is_shown_on_one(recorded_run: CopyRun) -> None:
    view = view_of(recorded_run("hyperband-0.17"))
    assert plot_of("parameter", Question(view, variant="learning_rate")).x.log
    assert not plot_of("parameter", Question(view, variant="weight_decay")).x.log


def test_what_the_filter_does_not_let_through_is_faint(recorded_run: CopyRun) -> None:
    view = view_of(recorded_run("hyperband-0.17"))
    question = Question(view, holds=lambda trial: trial.config["epochs"] == 9)
    plot = plot_of("incumbent", question)
    plain = {dot.trial_id for dot in plot.dots if dot.pen == "plain"}
    assert plain == {"2_rung_2", "13_rung_2", "15_rung_2"}
    lines = plot_of("parallel", question).lines
    assert sum(line.pen == "good" for line in lines) == 2
    assert sum(line.pen == "best" for line in lines) == 1


def test_of_many_curves_the_good_ones_stay(recorded_run: CopyRun) -> None:
    view = view_of(recorded_run("hyperband-0.17"))
    plot = plot_of("curves", Question(view))
    assert view.summary.best_id in {dot.trial_id for dot in plot.dots}


# --- drawing -------------------------------------------------------------------------------------

ANY = st.floats()


@given(
    st.lists(st.tuples(ANY, ANY), max_size=40),
    st.lists(st.tuples(ANY, ANY), max_size=8),
    st.booleans(),
    st.integers(1, 120),
    st.integers(1, 40),
)
def test_any_plot_can_be_drawn_in_any_size(
    dots: list[tuple[float, float]],
    points: list[tuple[float, float]],
    log: bool,
    width: int,
    height: int,
) -> None:
    plot = Plot(
        "any",
        Axis("x", log=log),
        Axis("y", log=log),
        tuple(Dot(x, y, str(at)) for at, (x, y) in enumerate(dots)),
        (Line(points, "good"),),
    )
    drawing = draw_plot(plot, width, height)
    assert len(drawing.lines) in (0, height)
    for line in drawing.lines:
        assert len("".join(text for text, _ in line)) <= width


def test_a_trial_far_beyond_the_others_is_drawn_at_the_edge_and_counted() -> None:
    near = [Dot(float(at), at / 100, str(at)) for at in range(50)]
    plot = Plot("one diverged", dots=(*near, Dot(50.0, 1e9, "diverged")))
    drawing = draw_plot(plot, 80, 20)
    assert drawing.beyond == 1
    assert drawing.cells[-1][1] == 0
    assert len(drawing.cells) == 51


def test_nan_is_left_out_of_a_drawing() -> None:
    drawing = draw_plot(Plot("nan", dots=(Dot(1.0, math.nan, "1"), Dot(1.0, 2.0, "2"))), 80, 20)
    assert len(drawing.cells) == 1


def test_strange_numbers_in_trials_end_no_plot(recorded_run: CopyRun) -> None:
    snapshot = RunReader(recorded_run("hyperband-0.17")).poll()
    strange = [math.nan, math.inf, -math.inf, 1e308, 0.0, -1.0, True, "text", None, [1], {"a": 1}]
    trials = {}
    for at, (trial_id, trial) in enumerate(snapshot.trials.items()):
        value = strange[at % len(strange)]
        config = {**trial.config, "learning_rate": value, "epochs": value, "optimizer": value}
        report = trial.report
        if report is not None and isinstance(value, int | float):
            report = replace(report, cost=value, learning_curve=[value, 1.0, None, [value]])
        trials[trial_id] = replace(trial, config=config, report=report)
    odd = replace(snapshot, trials=MappingProxyType(trials))
    view = RunView(odd, summarize(odd))
    for each in PLOTS:
        for variant in ["", *each.variants(Question(view))]:
            made = each.make(Question(view, variant=variant, log=True))
            if isinstance(made, Plot):
                draw_plot(made, 100, 30)
            else:
                bar_lines(made, 80)
