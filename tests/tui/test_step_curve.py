"""The chart: what is drawn, and that nothing is drawn in vain."""

from __future__ import annotations

import asyncio
import math
from collections.abc import Awaitable, Callable

import pytest
from hypothesis import given
from hypothesis import strategies as st
from textual.app import App, ComposeResult
from textual.pilot import Pilot
from textual.strip import Strip

from neps_tui.widgets.braille import BrailleCanvas
from neps_tui.widgets.chart import Chart
from neps_tui.widgets.scale import LARGEST, Scale
from neps_tui.widgets.step_curve import StepCurve

finite = st.floats(-LARGEST, LARGEST)
points = st.lists(st.tuples(st.floats(), st.floats()), max_size=20)


def text_of(chart: Chart, width: int, height: int) -> list[str]:
    return ["".join(text for text, _ in line) for line in chart.draw(width, height)]


def test_eight_dots_make_a_character() -> None:
    canvas = BrailleCanvas(2, 1)
    for x in range(2):
        for y in range(4):
            canvas.dot(x, y)
    assert str(canvas) == "⣿ "
    assert (canvas.width, canvas.height) == (4, 4)


def test_dots_outside_are_not_drawn() -> None:
    canvas = BrailleCanvas(1, 1)
    for place in ((-1, 0), (0, -1), (2, 0), (0, 4)):
        canvas.dot(*place)
    assert str(canvas) == " "


def test_a_line_has_both_its_ends() -> None:
    canvas = BrailleCanvas(2, 1)
    canvas.line(3, 3, 0, 0)
    assert str(canvas) == "⠑⢄"


def test_a_canvas_can_be_ascii() -> None:
    canvas = BrailleCanvas(3, 2, ascii=True)
    canvas.line(0, 0, 2, 1)
    assert str(canvas).isascii()
    assert str(canvas).count("*") == 3


@given(finite, finite, st.integers(1, 8), st.booleans())
def test_ticks_are_few_and_within_the_scale(a: float, b: float, most: int, log: bool) -> None:
    scale = Scale.around(min(a, b), max(a, b), log=log)
    ticks = scale.ticks(most)
    assert len(ticks) <= most
    assert ticks == sorted(ticks)
    slack = (scale.high - scale.low) * 1e-6
    assert all(scale.low - slack <= tick <= scale.high + slack for tick in ticks)


def test_ticks_are_round() -> None:
    assert Scale(0.13, 0.83).ticks(4) == [0.2, 0.4, 0.6, 0.8]
    assert Scale(0, 1000).ticks(3) == [0, 500, 1000]
    assert Scale(1e-4, 1, log=True).ticks(5) == [1e-4, 1e-3, 1e-2, 1e-1, 1]
    assert Scale(0.12, 0.7, log=True).ticks(3) == [0.2, 0.4, 0.6]


@given(points, points, st.integers(0, 50), st.integers(0, 12), st.booleans(), st.booleans())
def test_any_points_fit_into_any_size(
    curve: list[tuple[float, float]],
    marks: list[tuple[float, float]],
    width: int,
    height: int,
    log: bool,
    step: bool,
) -> None:
    lines = text_of(Chart(points=curve, marks=marks, log=log, step=step), width, height)
    assert len(lines) in (0, height)
    assert all(len(line) == width for line in lines)


def test_a_step_holds_until_the_next_one_and_to_the_end() -> None:
    chart = Chart(points=[(0, 1), (5, 0)], marks=[(10, 0.5)])
    assert text_of(chart, 5, 2) == ["⠉⠉⡇ ⢀", "  ⣇⣀⣀"]


def test_a_line_joins_its_points() -> None:
    chart = Chart(points=[(0, 0), (1, 1)], step=False)
    assert text_of(chart, 4, 2) == ["  ⡠⠊", "⡠⠊  "]


def test_the_axes_have_labels() -> None:
    chart = Chart(points=[(0, 1), (40, 0)], x_label="evaluations")
    lines = text_of(chart, 40, 8)
    assert lines[0].startswith("  1 ")
    assert any(line.startswith("0.5 ") for line in lines)
    assert lines[6].startswith("  0 ")
    assert lines[7].split() == ["0", "evaluations", "40"]


def test_a_logarithmic_axis_needs_positive_values() -> None:
    curve = [(0.0, 1.0), (1.0, 1e-4)]
    assert "0.01 " in "\n".join(text_of(Chart(points=curve, log=True), 40, 10))
    below = [*curve, (2.0, -1.0)]
    assert text_of(Chart(points=below, log=True), 40, 10) == text_of(Chart(points=below), 40, 10)


def test_one_diverged_trial_does_not_flatten_the_curve() -> None:
    curve = [(0.0, 1.0), (5.0, 0.1)]
    calm = [(float(x), 1.0) for x in range(10)]
    chart = Chart(points=curve, marks=[*calm, (3.0, 1e9)])
    assert text_of(chart, 40, 10) == text_of(Chart(points=curve, marks=calm), 40, 10)


def test_many_points_of_one_column_keep_their_extremes() -> None:
    curve = [(float(x), math.sin(x)) for x in range(10_000)]
    lines = text_of(Chart(points=curve, step=False), 5, 2)
    assert lines == ["⣿⣿⣿⣿⣿", "⣿⣿⣿⣿⣿"]


def test_all_equal_values_are_a_line_in_the_middle() -> None:
    chart = Chart(points=[(0, 0.5), (9, 0.5)])
    lines = text_of(chart, 30, 8)
    assert lines[3] == " 0.5 " + "⠤" * 25


def test_not_a_number_is_not_drawn() -> None:
    bad = [(math.nan, 1.0), (1.0, math.inf), (2.0, math.nan)]
    assert Chart(points=bad, marks=bad).draw(20, 5) == []


class CountingCurve(StepCurve):
    painted = 0

    def render_line(self, y: int) -> Strip:
        self.painted += 1
        return super().render_line(y)


class CurveApp(App[None]):
    def __init__(self, ascii: bool = False) -> None:
        super().__init__()
        self.curve = CountingCurve(ascii=ascii, empty_text="no [b]objective")

    def compose(self) -> ComposeResult:
        yield self.curve

    def lines(self) -> list[str]:
        return [self.curve.render_line(y).text for y in range(self.curve.size.height)]


def run(
    scenario: Callable[[CurveApp, Pilot[None]], Awaitable[None]],
    size: tuple[int, int] = (40, 10),
    ascii: bool = False,
) -> None:
    async def main() -> None:
        app = CurveApp(ascii)
        async with app.run_test(size=size) as pilot:
            await pilot.pause()
            await scenario(app, pilot)

    asyncio.run(main())


def test_the_same_points_paint_nothing() -> None:
    async def scenario(app: CurveApp, pilot: Pilot[None]) -> None:
        app.curve.set_points([(0, 1), (1, 0.5)], marks=[(1, 2)])
        await pilot.pause()
        app.curve.painted = 0
        app.curve.set_points([(0, 1), (1, 0.5)], marks=[(1, 2)])
        await pilot.pause()
        assert app.curve.painted == 0
        app.curve.set_points([(0, 1), (1, 0.4)], marks=[(1, 2)])
        await pilot.pause()
        assert app.curve.painted == 10

    run(scenario)


def test_an_empty_chart_says_so() -> None:
    async def scenario(app: CurveApp, pilot: Pilot[None]) -> None:
        assert any("no [b]objective" in line for line in app.lines())
        app.curve.set_points([(0, 1)])
        assert not any("objective" in line for line in app.lines())

    run(scenario)


def test_ascii_is_enough() -> None:
    async def scenario(app: CurveApp, pilot: Pilot[None]) -> None:
        app.curve.set_points([(0, 1), (5, 0.1)], marks=[(2, 0.7)], x_label="größe")
        assert all(line.isascii() for line in app.lines())
        assert "*" in "".join(app.lines())

    run(scenario, ascii=True)


@pytest.mark.parametrize("size", [(1, 1), (2, 1), (1, 5), (9, 3), (160, 48)])
@pytest.mark.parametrize("curve", [[], [(0.0, 1.0)], [(0.0, 1.0), (1.0, 0.1)]])
def test_any_size_will_do(size: tuple[int, int], curve: list[tuple[float, float]]) -> None:
    async def scenario(app: CurveApp, pilot: Pilot[None]) -> None:
        app.curve.set_points(curve)
        await pilot.pause()
        assert len(app.lines()) == size[1]
        for theme in ("textual-light", "ansi-dark"):
            app.theme = theme
            await pilot.pause()

    run(scenario, size=size)
