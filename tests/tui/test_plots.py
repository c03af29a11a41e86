"""What plots show, without a screen: data made of recorded runs."""

from __future__ import annotations

import math
import random
from collections import Counter
from collections.abc import Callable
from copy import copy
from dataclasses import replace
from itertools import accumulate, pairwise
from pathlib import Path
from types import MappingProxyType
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from neps_state import State, Trial
from neps_state.reader import RunReader
from neps_tui.facts.fold import summarize
from neps_tui.optimizer.tried_values import TriedValues
from neps_tui.plots.bar_lines import bar_lines
from neps_tui.plots.catalogue import PLOTS, PlotKind
from neps_tui.plots.drawing import draw_plot
from neps_tui.plots.evaluated import Question
from neps_tui.plots.legend import legend_entries
from neps_tui.plots.plot import Bars, Plot
from neps_tui.plots.selection import MOST_DOTS, part_of
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
        assert max(dot.x for dot in plot.dots) <= curve.points[-1][0]
        assert plot.dots[-1].trial_id == view.summary.best_id
        assert plot.notes == ("8 ended without an objective",)


def test_the_front_holds_the_trials_that_none_dominates(recorded_run: CopyRun) -> None:
    view = view_of(recorded_run("multiobjective-0.17"))
    plot = plot_of("front", Question(view))
    best = {dot.trial_id for dot in plot.dots if dot.pen == "best"}
    assert best == set(view.summary.front)


@pytest.mark.parametrize("count", [60, 7_000])
def test_of_three_objectives_both_fronts_are_told_apart_and_drawn_whole(
    recorded_run: CopyRun, count: int
) -> None:
    view = many(recorded_run("multiobjective-0.17"), count, objectives=3)
    for pair in kind("front").variants(Question(view)):
        plot = plot_of("front", Question(view, variant=pair))
        pens = {dot.trial_id: dot.pen for dot in plot.dots}
        of_pair = {trial_id for trial_id, pen in pens.items() if pen == "best"}
        of_all = {trial_id for trial_id, pen in pens.items() if pen in ("best", "second")}
        assert of_all == set(view.summary.front)
        assert 0 < len(of_pair) < len(of_all)
        said = dict(legend_entries(plot))
        assert said["best"] == "★ on the front of these two"
        assert said["second"] == "☆ on the front of all objectives"


def test_the_ladder_joins_a_trial_to_the_one_it_continues(recorded_run: CopyRun) -> None:
    view = view_of(recorded_run("hyperband-0.17"))
    plot = plot_of("ladder", Question(view))
    continued = [
        trial for trial in view.snapshot.trials.values() if trial.metadata.previous_trial_id
    ]
    assert 0 < len(plot.lines) <= len(continued)
    assert {line.points[1][0] - line.points[0][0] for line in plot.lines} == {1.0}


def test_the_ladder_tells_who_was_promoted_from_who_was_dropped(recorded_run: CopyRun) -> None:
    view = view_of(recorded_run("hyperband-0.17"))
    plot = plot_of("ladder", Question(view))
    pens = {dot.trial_id: dot.pen for dot in plot.dots if dot.pen != "best"}
    promoted = {trial.metadata.previous_trial_id for trial in view.snapshot.trials.values()}
    assert {trial_id for trial_id, pen in pens.items() if pen == "good"} == promoted - {None}
    assert {*pens.values()} == {"good", "plain"}


def test_the_steps_of_the_front_go_through_its_trials(recorded_run: CopyRun) -> None:
    view = view_of(recorded_run("multiobjective-0.17"))
    (boundary,) = plot_of("front", Question(view)).lines
    assert boundary.step
    assert sorted(boundary.points) == sorted(view.summary.front.values())


def test_the_front_of_each_pair_is_of_these_two_objectives(recorded_run: CopyRun) -> None:
    view = many(recorded_run("multiobjective-0.17"), 60, objectives=3)
    for pair, places in (("1 and 2", (0, 1)), ("1 and 3", (0, 2)), ("2 and 3", (1, 2))):
        plot = plot_of("front", Question(view, variant=pair))
        for dot in plot.dots:
            values = view.snapshot.trials[dot.trial_id].report.objective_to_minimize
            assert (dot.x, dot.y) == tuple(values[place] for place in places)


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


def test_an_axis_of_parallel_coordinates_is_logarithmic_where_the_space_is(
    recorded_run: CopyRun,
) -> None:
    view = view_of(recorded_run("hyperband-0.17"))
    plot = plot_of("parallel", Question(view))
    axes = [name for _, name in plot.x.names]
    for name, scale in (("learning_rate", math.log), ("weight_decay", float)):
        places = {
            line.trial_id: dict(line.points)[float(axes.index(name))]
            for line in plot.lines
            if line.trial_id
        }
        scaled = {each: scale(view.snapshot.trials[each].config[name]) for each in places}
        low, high = min(scaled.values()), max(scaled.values())
        assert places == pytest.approx(
            {each: (value - low) / (high - low) for each, value in scaled.items()}
        )


@pytest.mark.parametrize("name", RUNS)
def test_what_the_optimizer_view_calls_logarithmic_is_drawn_so(
    recorded_run: CopyRun, name: str
) -> None:
    view = view_of(recorded_run(name))
    spreads = TriedValues().follow(view.snapshot, view.summary)
    question = Question(view)
    for key in view.summary.config_keys:
        spread = spreads.by_key.get(key.key)
        if spread is not None and spread.domain is not None:
            assert question.is_log(key) == spread.domain.log
    if name == "random-0.13":
        assert plot_of("parameter", Question(view, variant="learning_rate")).x.log


def test_what_the_filter_does_not_let_through_is_faint(recorded_run: CopyRun) -> None:
    view = view_of(recorded_run("hyperband-0.17"))
    question = Question(view, holds=lambda trial: trial.config["epochs"] == 9)
    plot = plot_of("incumbent", question)
    plain = {dot.trial_id for dot in plot.dots if dot.pen == "plain"}
    assert plain == {"2_rung_2", "13_rung_2", "15_rung_2"}
    lines = [line for line in plot_of("parallel", question).lines if line.trial_id]
    assert sum(line.pen == "good" for line in lines) == 3
    assert [line.trial_id for line in lines if line.pen == "best"] == ["15_rung_3"]


def test_of_many_curves_the_good_ones_stay(recorded_run: CopyRun) -> None:
    view = view_of(recorded_run("hyperband-0.17"))
    plot = plot_of("curves", Question(view))
    assert view.summary.best_id in {dot.trial_id for dot in plot.dots}


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


# --- of many trials, some ------------------------------------------------------------------------


def many(root: Path, count: int, *, objectives: int = 1) -> RunView:
    """A run of many trials, made of one that was recorded."""
    snapshot = RunReader(root).poll()
    first = next(each for each in snapshot.trials.values() if each.report is not None)
    chance = random.Random(count)
    trials = {}
    for number in range(count):
        trial_id = f"{number}_rung_0"
        metadata = copy(first.metadata)
        metadata.id, metadata.time_end = trial_id, 1_795_000_000.0 + number
        metadata.state = State.SUCCESS
        values = [chance.random() for _ in range(objectives)]
        report = replace(
            first.report,
            objective_to_minimize=values if objectives > 1 else values[0],
            learning_curve=[1.0 + values[0], values[0]],
        )
        config = {**first.config, "learning_rate": chance.random(), "optimizer": f"o{number % 3}"}
        trials[trial_id] = Trial(config, metadata, report)
    big = replace(snapshot, trials=MappingProxyType(trials))
    return RunView(big, summarize(big))


def left_out(plot: Plot) -> int:
    return sum(int(note.split()[0]) for note in plot.notes if "not drawn: all good" in note)


DOTTED = ("incumbent", "ladder", "parameter", "distribution")
LINED = ("curves", "parallel")


@pytest.mark.parametrize("plot_id", [*DOTTED, *LINED])
def test_what_is_not_drawn_is_counted_and_the_good_ones_are_drawn(
    recorded_run: CopyRun, plot_id: str
) -> None:
    view = many(recorded_run("hyperband-0.17"), 7_000)
    question = Question(view)
    plot = plot_of(plot_id, question)
    drawn = {dot.trial_id for dot in plot.dots}
    assert len(drawn) == len(plot.dots) <= (MOST_DOTS if plot_id in DOTTED else 200)
    assert len(drawn) + left_out(plot) == 7_000
    ranked = sorted(question.evaluations(), key=lambda each: each.objective)
    good = [each.id for each in ranked[: 100 if plot_id in DOTTED else 10]]
    assert drawn.issuperset(good)
    assert view.summary.best_id == plot.dots[-1].trial_id
    assert plot.dots[-1].pen == "best"


@pytest.mark.parametrize("plot_id", ["incumbent", "parameter", "curves", "parallel", "front"])
def test_the_whole_front_is_drawn_however_many_trials_there_are(
    recorded_run: CopyRun, plot_id: str
) -> None:
    view = many(recorded_run("multiobjective-0.17"), 7_000, objectives=2)
    plot = plot_of(plot_id, Question(view, objective=1))
    best = {dot.trial_id for dot in plot.dots if dot.pen == "best"}
    assert best == set(view.summary.front)
    assert len(plot.dots) + left_out(plot) == 7_000


@pytest.mark.parametrize("plot_id", [*DOTTED, *LINED])
def test_what_the_filter_lets_through_is_drawn_before_others(
    recorded_run: CopyRun, plot_id: str
) -> None:
    view = many(recorded_run("hyperband-0.17"), 7_000)
    wanted = {f"{number}_rung_0" for number in range(3, 7_000, 140)}
    plot = plot_of(plot_id, Question(view, holds=lambda trial: trial.id in wanted))
    pens = {dot.trial_id: dot.pen for dot in plot.dots}
    assert wanted <= pens.keys()
    assert {trial_id for trial_id, pen in pens.items() if pen not in ("faint", "best")} <= wanted


@given(st.integers(0, 500), st.sets(st.integers(0, 9), max_size=5), st.integers(6, 40))
def test_what_is_not_drawn_does_not_come_as_more_trials_end(
    count: int, good: set[int], most: int
) -> None:
    good = {at for at in good if at < count}
    before, after = (part_of([True] * ended, good, most) for ended in (count, count + 1))
    assert good <= set(before)
    assert len(before) <= most
    assert before == sorted(set(before))
    assert set(after) - {count} <= set(before)


def test_a_rare_category_is_left_out_with_a_word_but_not_that_of_the_best(
    recorded_run: CopyRun,
) -> None:
    view = many(recorded_run("hyperband-0.17"), 400)
    best = view.summary.best_id
    trials = {
        trial_id: replace(
            trial,
            config={**trial.config, "optimizer": "rare" if trial_id == best else f"o{at % 40}"},
        )
        for at, (trial_id, trial) in enumerate(view.snapshot.trials.items())
    }
    snapshot = replace(view.snapshot, trials=MappingProxyType(trials))
    plot = plot_of("parameter", Question(RunView(snapshot, view.summary), variant="optimizer"))
    names = [name for _, name in plot.x.names]
    assert len(names) == 30
    assert "rare" in names
    assert "11 rarer values are not drawn" in plot.notes


# --- what axes and curves are about --------------------------------------------------------------


def with_curves(root: Path, curves: Callable[[int], list[Any]]) -> RunView:
    snapshot = RunReader(root).poll()
    trials = {
        trial_id: replace(trial, report=replace(trial.report, learning_curve=curves(at)))
        for at, (trial_id, trial) in enumerate(snapshot.trials.items())
        if trial.report is not None
    }
    changed = replace(snapshot, trials=MappingProxyType(trials))
    return RunView(changed, summarize(changed))


@pytest.mark.parametrize(
    "curve",
    [
        [[3.0, 30.0], [2.0, 20.0], [1.0, 10.0]],
        [[3.0, 2.0, 1.0], [30.0, 20.0, 10.0]],
    ],
    ids=["step by step", "objective by objective"],
)
def test_curves_follow_the_objective_that_is_looked_at(
    recorded_run: CopyRun, curve: list[list[float]]
) -> None:
    view = with_curves(recorded_run("multiobjective-0.17"), lambda at: curve)
    for objective, values in enumerate([(3.0, 2.0, 1.0), (30.0, 20.0, 10.0)]):
        plot = plot_of("curves", Question(view, objective))
        assert plot.y.label == f"objective {objective + 1}"
        assert {tuple(line.points) for line in plot.lines} == {
            tuple(zip((1.0, 2.0, 3.0), values, strict=True))
        }
        ranked = sorted(Question(view, objective).evaluations(), key=lambda each: each.objective)
        good = {line.trial_id for line in plot.lines if line.pen in ("good", "best")}
        assert good >= {each.id for each in ranked[:10]}


def test_a_curve_of_one_number_a_step_is_not_said_to_be_of_an_objective(
    recorded_run: CopyRun,
) -> None:
    view = with_curves(recorded_run("multiobjective-0.17"), lambda at: [3.0, 2.0, 1.0])
    plot = plot_of("curves", Question(view, 1))
    assert plot.y.label == "learning curve"
    assert "one number a step: nobody says of which objective" in plot.notes


def test_curves_of_one_step_are_none(recorded_run: CopyRun) -> None:
    plot = plot_of("curves", Question(view_of(recorded_run("multiobjective-0.17"))))
    assert not plot.lines
    assert plot.empty == "No trial has reported a learning curve of more than one step."


def test_evaluations_are_counted_with_those_that_have_no_objective(recorded_run: CopyRun) -> None:
    view = view_of(recorded_run("hyperband-0.17"))
    plot = plot_of("incumbent", Question(view))
    assert plot.lines[0].points[-1][0] == view.summary.usage.evaluations == 40
    places = {dot.trial_id: dot.x for dot in plot.dots}
    for each in view.summary.incumbents:
        assert places[each.trial_id] == each.evaluations


@pytest.mark.parametrize("variant", ["evaluations", "time", "cost", "fidelity"])
def test_what_is_spent_has_its_unit(recorded_run: CopyRun, variant: str) -> None:
    plot = plot_of("incumbent", Question(view_of(recorded_run("hyperband-0.17")), variant=variant))
    assert (
        plot.x.label
        == {
            "evaluations": "evaluations",
            "time": "seconds since the first start",
            "cost": "cost, summed",
            "fidelity": "epochs, summed",
        }[variant]
    )


@pytest.mark.parametrize(
    ("name", "variant"),
    [("multiobjective-0.17", "time"), ("hyperband-0.17", "cost"), ("hyperband-0.17", "fidelity")],
)
def test_each_trial_stands_where_so_much_was_spent_when_it_ended(
    recorded_run: CopyRun, name: str, variant: str
) -> None:
    view = view_of(recorded_run(name))
    reported = sorted(
        (trial for trial in view.snapshot.trials.values() if trial.report is not None),
        key=lambda trial: trial.metadata.time_end,
    )
    start = min(trial.metadata.time_started for trial in reported)
    spent = {
        "time": lambda: [trial.metadata.time_end - start for trial in reported],
        "cost": lambda: accumulate(trial.report.cost or 0.0 for trial in reported),
        "fidelity": lambda: accumulate(float(trial.config["epochs"]) for trial in reported),
    }
    ids = [trial.id for trial in reported]
    expected = dict(zip(ids, spent[variant](), strict=True))
    dots = plot_of("incumbent", Question(view, variant=variant)).dots
    assert {dot.trial_id: dot.x for dot in dots} == pytest.approx(
        {dot.trial_id: expected[dot.trial_id] for dot in dots}
    )


def test_a_rung_is_named_with_its_fidelity_and_how_many_came_to_it(recorded_run: CopyRun) -> None:
    plot = plot_of("ladder", Question(view_of(recorded_run("hyperband-0.17"))))
    assert [name for _, name in plot.x.names] == [
        *("0 · epochs 1 · 9 of 27 promoted", "1 · epochs 3 · 3 of 9 promoted"),
        *("2 · epochs 9 · 1 of 3 promoted", "3 · epochs 27 · 1 came"),
    ]


@pytest.mark.parametrize(
    "plot_id", ["incumbent", "curves", "ladder", "parameter", "parallel", "distribution"]
)
def test_every_plot_says_how_many_trials_have_no_objective(
    recorded_run: CopyRun, plot_id: str
) -> None:
    plot = plot_of(plot_id, Question(view_of(recorded_run("hyperband-0.17"))))
    assert "8 ended without an objective" in plot.notes


def test_curves_of_one_step_are_counted(recorded_run: CopyRun) -> None:
    view = with_curves(recorded_run("hyperband-0.17"), lambda at: [2.0, 1.0] if at % 2 else [1.0])
    plot = plot_of("curves", Question(view))
    without = len(Question(view).evaluations()) - len(plot.lines)
    assert without > 0
    assert f"{without} without a curve of several steps" in plot.notes
    rung = plot_of("curves", Question(view, variant="rung 1"))
    assert "8 ended without an objective" not in rung.notes


def test_whoever_was_not_promoted_is_said_to_be_dropped_only_once_the_run_is_over(
    recorded_run: CopyRun,
) -> None:
    idle, finished = view_of(recorded_run("hyperband-0.17")), view_of(recorded_run("asha-0.17"))
    assert dict(plot_of("ladder", Question(idle)).legend)["plain"] == "not promoted so far"
    assert dict(plot_of("ladder", Question(finished)).legend)["plain"] == "dropped"


def test_of_many_ways_from_rung_to_rung_a_few_are_drawn_whole(recorded_run: CopyRun) -> None:
    view = climbing(recorded_run("hyperband-0.17"), 90)
    plot = plot_of("ladder", Question(view))
    ends = [line.trial_id for line in plot.lines if line.trial_id.endswith("_rung_2")]
    steps = {line.trial_id for line in plot.lines}
    assert len(ends) <= 12
    assert {end.replace("_rung_2", "_rung_1") for end in ends} <= steps
    ranked = sorted(
        (each for each in Question(view).evaluations() if each.id.endswith("_rung_2")),
        key=lambda each: each.objective,
    )
    assert {each.id for each in ranked[:3]} <= {*ends}
    assert "the ways of 9 of 90 promoted configs are drawn, those of the best too" in plot.notes


def climbing(root: Path, count: int) -> RunView:
    """A run in which so many configs came to the third rung."""
    snapshot = RunReader(root).poll()
    first = next(each for each in snapshot.trials.values() if each.report is not None)
    chance = random.Random(count)
    trials = {}
    for rung in range(3):
        for config in range(count):
            metadata = copy(first.metadata)
            metadata.id, metadata.time_end = f"{config}_rung_{rung}", 1e9 + rung * count + config
            metadata.state = State.SUCCESS
            metadata.previous_trial_id = f"{config}_rung_{rung - 1}" if rung else None
            report = replace(first.report, objective_to_minimize=chance.random() - rung)
            trials[metadata.id] = Trial(first.config, metadata, report)
    changed = replace(snapshot, trials=MappingProxyType(trials))
    return RunView(changed, summarize(changed))


def test_the_height_of_a_distribution_is_said_in_trials(recorded_run: CopyRun) -> None:
    view = view_of(recorded_run("hyperband-0.17"))
    plot = plot_of("distribution", Question(view))
    places = {name: place for place, name in plot.y.names if "rung" not in name}
    for line in plot.lines:
        heights = [height for _, height in line.points]
        assert max(heights) in [place for place, _ in plot.y.names]
    # Of the nineteen at rung 0, eight are in its highest bar.
    highest = [name for place, name in plot.y.names if int(place) == 3 and "rung" not in name]
    assert highest == ["8", "0"]
    assert "0" in places
    lines = ["".join(text for text, _ in line) for line in draw_plot(plot, 60, 30).lines]
    assert any(line.split()[:1] == ["0"] for line in lines)


@pytest.mark.parametrize("size", [(78, 17), (158, 41), (78, 20), (50, 9), (78, 12), (48, 13)])
@pytest.mark.parametrize("ascii", [False, True])
def test_every_group_of_a_distribution_is_whole_and_has_lines_of_its_own(
    recorded_run: CopyRun, size: tuple[int, int], ascii: bool
) -> None:
    view = view_of(recorded_run("hyperband-0.17"))
    for variant in kind("distribution").variants(Question(view)):
        plot = plot_of("distribution", Question(view, variant=variant))
        drawing = draw_plot(plot, *size, ascii=ascii)
        lines = ["".join(text for text, _ in line) for line in drawing.lines]
        assert drawing.frame is not None
        left = drawing.frame.left
        of_trials = {row for _, row in drawing.cells}
        assert len(of_trials) == plot.y.bands - drawing.hidden >= 1
        for row in of_trials:
            assert {*lines[row][left:]} <= {*" •★o#"}
            assert not lines[row][:left].strip()
            is_low = lines[row - 2][:left].strip().isdecimal()
            assert (lines[row - 1][:left].split() == ["0"]) != is_low
            assert " " not in lines[row - 1][left:].rstrip("\n")
        names = sum(" | " in line[:left] or " · " in line[:left] for line in lines)
        counts = sum(line[:left].strip().isdecimal() for line in lines)
        assert names == len(of_trials)
        assert counts in (len(of_trials), 2 * len(of_trials))


def test_groups_of_a_distribution_stand_below_each_other(recorded_run: CopyRun) -> None:
    view = view_of(recorded_run("hyperband-0.17"))
    plot = plot_of("distribution", Question(view))
    assert [name for _, name in reversed(plot.y.names) if "rung" in name] == [
        *("rung 0 · 19", "rung 1 · 9", "rung 2 · 3", "rung 3 · 1")
    ]
    assert len(plot.dots) == 32
    bands = [each for each in plot.y.names if "rung" in each[1]]
    for line, band in zip(plot.lines, bands, strict=True):
        heights = [height for _, height in line.points]
        assert band[0] - 0.5 < min(heights) <= max(heights) < band[0] + 0.5
        assert line.base is not None
        assert line.base <= min(heights)


def test_a_distribution_is_by_what_was_asked_for(recorded_run: CopyRun) -> None:
    view = view_of(recorded_run("import-0.17"))
    question = Question(view)
    found = [each.trial for each in question.evaluations()]
    groups: dict[str, Callable[[Trial], str]] = {
        "state": lambda trial: trial.state.value,
        "worker": lambda trial: trial.metadata.evaluating_worker_id or "no worker",
    }
    for by, of in groups.items():
        counts = Counter(map(of, found))
        assert len(counts) > 1
        plot = plot_of("distribution", replace(question, variant=by))
        names = {name for _, name in plot.y.names if " · " in name}
        assert names == {f"{group} · {count}" for group, count in counts.items()}


def test_whoever_was_once_the_best_stays_however_many_there_are(recorded_run: CopyRun) -> None:
    view = many(recorded_run("hyperband-0.17"), 7000)
    drawn = {dot.trial_id for dot in plot_of("incumbent", Question(view)).dots}
    assert {each.trial_id for each in view.summary.incumbents} <= drawn


def test_time_counts_from_the_first_start_though_that_trial_crashed(recorded_run: CopyRun) -> None:
    view = view_of(recorded_run("hyperband-0.17"))
    trials = view.snapshot.trials
    start = min(trial.metadata.time_started for trial in trials.values())
    assert trials["1_rung_0"].state is State.CRASHED
    for dot in plot_of("incumbent", Question(view, variant="time")).dots:
        assert dot.x == pytest.approx(trials[dot.trial_id].metadata.time_end - start)
