"""How plots are drawn: dots, lines and words in cells, without a screen."""

from __future__ import annotations

import math

from hypothesis import given
from hypothesis import strategies as st

from neps_tui.plots.captions import Part, flowed
from neps_tui.plots.drawing import draw_plot
from neps_tui.plots.legend import legend_entries
from neps_tui.plots.pens import PenCanvas
from neps_tui.plots.places import Places
from neps_tui.plots.plot import PENS, Axis, Dot, Label, Line, Pen, Plot
from neps_tui.plots.shortening import shortened_apart

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


def test_faint_lines_are_drawn_whole_and_what_is_cut_off_is_counted() -> None:
    good = Line(((0.0, 1.0), (9.0, 0.1)), "good")
    others = tuple(Line(((0.0, 3.0 + at / 10), (9.0, 2.0)), "faint") for at in range(12))
    drawing = draw_plot(Plot("", lines=(*others, good)), 80, 20)
    assert drawing.frame is not None
    assert drawing.frame.y.high >= 4.0
    assert drawing.cut == 0
    diverged = Line(((0.0, 3.0), (9.0, 1e9)), "faint")
    drawing = draw_plot(Plot("", lines=(*others, diverged, good)), 80, 20)
    assert drawing.frame is not None
    assert drawing.frame.y.high < 10.0
    assert drawing.cut == 1


def test_nan_is_left_out_of_a_drawing() -> None:
    drawing = draw_plot(Plot("nan", dots=(Dot(1.0, math.nan, "1"), Dot(1.0, 2.0, "2"))), 80, 20)
    assert len(drawing.cells) == 1


# --- words ---------------------------------------------------------------------------------------


def text_of(plot: Plot, width: int = 80, height: int = 20, *, ascii: bool = False) -> list[str]:
    drawing = draw_plot(plot, width, height, ascii=ascii)
    return ["".join(text for text, _ in line) for line in drawing.lines]


def scatter(count: int, x: Axis, y: Axis) -> Plot:
    return Plot("scatter", x, y, tuple(Dot(at + 1.0, at + 1.0, str(at)) for at in range(count)))


def test_both_axes_have_names_and_say_that_they_are_logarithmic() -> None:
    lines = text_of(scatter(50, Axis("cost, summed"), Axis("objective", log=True)))
    assert lines[0].rstrip() == "objective (log)"
    assert lines[-1].endswith(" cost, summed")


def test_an_axis_with_numbers_of_no_logarithm_does_not_say_it_has_one() -> None:
    plot = Plot("", Axis("x"), Axis("y", log=True), (Dot(0.0, -1.0, "1"), Dot(1.0, 5.0, "2")))
    assert text_of(plot)[0].rstrip() == "y"


def test_an_axis_has_several_round_labels_even_where_there_is_little_room() -> None:
    lines = text_of(scatter(50, Axis("x"), Axis("y")), height=14)
    labels = [line.split()[0] for line in lines[1:-1] if line[0] != " " and line[:1].isdigit()]
    assert len(labels) >= 2
    assert {int(label) % 10 for label in labels} == {0}


def test_numbers_beside_a_plot_align_on_their_decimal_point() -> None:
    dots = tuple(Dot(float(at), 0.24 + at / 100, str(at)) for at in range(55))
    lines = text_of(Plot("", Axis("x"), Axis("y"), dots), height=44)[1:-1]
    labels = [line.split()[0] for line in lines if line[0] != " "]
    assert {"0.50", "0.55"} <= set(labels)
    assert {line.index(".") for line in lines if line[0] != " "} == {1}


def test_names_that_have_no_room_beside_each_other_stand_on_two_lines() -> None:
    names = tuple((float(at), f"a hyperparameter {at}") for at in range(6))
    plot = Plot("", Axis(names=names), Axis("y"), tuple(Dot(at, at, str(at)) for at, _ in names))
    *_, upper, lower = text_of(plot, width=100)
    for at in range(6):
        assert f"a hyperparameter {at}" in (upper, lower)[at % 2]


def test_names_that_are_shortened_still_differ() -> None:
    names = [f"net[{at}].activation" for at in range(3)]
    assert shortened_apart([*names, "learning_rate"], 9) == [
        *("net[0].a…", "net[1].a…", "net[2].a…", "lear…rate")
    ]
    deep = [f"architecture.network.block[{at}].activation" for at in range(3)]
    assert len({*shortened_apart(deep, 9)}) == 3
    assert shortened_apart(names, 40) == names


@given(st.lists(st.text("ab.", max_size=30), max_size=8), st.integers(1, 12))
def test_shortened_names_fit(names: list[str], room: int) -> None:
    assert all(len(short) <= room for short in shortened_apart(names, room))


def test_axes_side_by_side_have_different_names() -> None:
    names = tuple((float(at), f"net[{at}].activation") for at in range(11))
    plot = Plot("", Axis(names=names), Axis("y"), tuple(Dot(at, at, str(at)) for at, _ in names))
    *_, upper, lower = text_of(plot, width=76)
    shown = [*upper.split(), *lower.split()]
    assert len({*shown}) == len(shown) == 11


def test_half_a_number_is_never_written_in_a_plot() -> None:
    line = Line(((0.0, 0.0), (9.0, 1.0)), "faint")
    labels = tuple(Label(float(at), 0.5, "0.0748", 0.8) for at in range(9))
    text = "".join(text_of(Plot("", lines=(line,), labels=labels), width=60))
    assert "0.0748" not in text
    assert "…" not in text
    assert "0.0748" in "".join(text_of(Plot("", lines=(line,), labels=labels), width=120))


PARTS = st.lists(
    st.builds(
        Part, st.text("ab ", min_size=1, max_size=30).filter(str.strip), is_long=st.booleans()
    )
)


@given(PARTS, st.integers(32, 80), st.integers(1, 3))
def test_what_is_said_fits_and_nothing_is_torn_apart(
    parts: list[Part], width: int, most: int
) -> None:
    text = "".join(text for text, _ in flowed(parts, width, most))
    lines = text.split("\n")
    assert len(lines) <= most
    assert all(len(line) <= width for line in lines)
    if not text.endswith(" …"):
        assert text.split() == " ".join(part.text for part in parts).split()
    for part in parts:
        if not part.is_long and not text.endswith(" …"):
            assert part.text in text


# --- signs, pens and what they stand for ---------------------------------------------------------


def test_lines_and_dots_are_told_apart_without_colours() -> None:
    """Every pen draws another pattern, or has another sign, in Unicode and in ASCII."""
    for ascii in (False, True):
        signs = set()
        pens = ("faint", "plain", "good", "best")
        for pen in pens:
            canvas = PenCanvas(4, 1, ascii=ascii)
            canvas.line((0, 0), (canvas.width - 1, 0), pen)
            signs.add("".join(text for text, _ in canvas.runs(0)))
        assert len(signs) == len(pens)


def test_the_legend_shows_what_is_drawn_and_nothing_else() -> None:
    plot = Plot(
        "",
        dots=(Dot(0.0, 0.0, "1", "plain"), Dot(1.0, 1.0, "2", "best")),
        lines=(Line(((0.0, 0.0), (1.0, 1.0)), "good"),),
        legend=(("good", "curve"), ("plain", "trial"), ("faint", "others"), ("best", "incumbent")),
    )
    assert list(legend_entries(plot)) == [
        ("good", "⠒⠒ curve"),
        ("plain", "• trial"),
        ("best", "★ incumbent"),
    ]
    assert [said for _, said in legend_entries(plot, ascii=True)] == [
        "** curve",
        "o trial",
        "# incumbent",
    ]


def test_a_dot_is_seen_over_the_line_that_goes_through_it() -> None:
    line = Line(((0.0, 0.0), (10.0, 10.0)), "good")
    for ascii, sign in ((False, "•"), (True, "o")):
        plot = Plot("", dots=(Dot(5.0, 5.0, "1"),), lines=(line,))
        assert sum(text.count(sign) for text in text_of(plot, ascii=ascii)) == 1


FAR = st.integers(-(10**6), 10**6)


@given(st.tuples(FAR, FAR), st.tuples(FAR, FAR), st.sampled_from(PENS), st.booleans())
def test_a_line_is_drawn_as_far_as_it_is_on_the_canvas(
    start: tuple[int, int], end: tuple[int, int], pen: Pen, ascii: bool
) -> None:
    canvas = PenCanvas(30, 10, ascii=ascii)
    canvas.line(start, end, pen)
    rows = ["".join(text for text, _ in canvas.runs(row)) for row in range(10)]
    assert all(len(row) == 30 for row in rows)


def test_a_line_that_leaves_the_canvas_is_not_bent_along_its_edge() -> None:
    canvas = PenCanvas(10, 4)
    canvas.line((0, 15), (19, -1000), "good")
    assert [row for row in range(4) if "".join(text for text, _ in canvas.runs(row)).strip()] == [
        *(0, 1, 2, 3)
    ]
    assert "".join(text for text, _ in canvas.runs(0)).rstrip() == "⡇"


# --- the way from trial to trial -----------------------------------------------------------------

CELLS = st.lists(st.tuples(st.integers(0, 30), st.integers(0, 12)), min_size=1, max_size=40)


@given(CELLS, st.sampled_from([1, -1]))
def test_every_trial_is_reached_from_left_to_right(cells: list[tuple[int, int]], step: int) -> None:
    places = Places([Dot(0.0, 0.0, str(at)) for at in range(len(cells))], cells)
    at, columns = None, []
    seen = set()
    for _ in cells:
        dot = places.step(at, step)
        assert dot is not None
        at = dot.trial_id
        seen.add(at)
        columns.append(cells[int(at)][0] * step)
    assert len(seen) == len(cells)
    assert columns == sorted(columns)


@given(CELLS, st.sampled_from([(-1, 0), (1, 0), (0, -1), (0, 1)]))
def test_an_arrow_goes_to_a_trial_that_is_in_its_direction(
    cells: list[tuple[int, int]], way: tuple[int, int]
) -> None:
    places = Places([Dot(0.0, 0.0, str(at)) for at in range(len(cells))], cells)

    def ahead(cell: tuple[int, int]) -> int:
        return (cell[0] - cells[0][0]) * way[0] + (cell[1] - cells[0][1]) * way[1]

    dot = places.towards(cells[0], *way)
    if dot is None:
        assert not any(ahead(cell) > 0 for cell in cells)
    else:
        assert ahead(cells[int(dot.trial_id)]) > 0
        assert places.here(cells[int(dot.trial_id)])[-1] is dot
