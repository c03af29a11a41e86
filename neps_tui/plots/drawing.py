"""A plot as lines of text whose parts are named, and where each of its dots went."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from itertools import groupby, pairwise

from rich.cells import cell_len

from neps_tui.plots.pens import PenCanvas
from neps_tui.plots.plot import Axis, Dot, Line, Plot, Point
from neps_tui.widgets.scale import LARGEST, Scale
from neps_tui.words.formatting import number, plain, shorten_middle, to_ascii

Run = tuple[str, str]
"""Text and the part of the plot that it is: a pen, `axis`, or empty."""

_ROWS_A_LABEL = 4
_COLUMNS_A_LABEL = 12
_FEW = 200
"""Dots up to which each gets a sign that is easier to see than one braille dot."""
_FAR = 3.0
"""Quartile ranges beyond which a dot is drawn at the edge, not to flatten the others."""


@dataclass(frozen=True, slots=True)
class Drawing:
    """A plot that is drawn.

    Args:
        lines: Its lines, each of runs of text.
        dots: The dots that could be drawn, in the order of the plot.
        cells: Column and row of each of these.
        beyond: How many dots are drawn at the edge, as they are far beyond it.
    """

    lines: tuple[tuple[Run, ...], ...]
    dots: tuple[Dot, ...]
    cells: tuple[tuple[int, int], ...]
    beyond: int


def draw_plot(plot: Plot, width: int, height: int, *, ascii: bool = False) -> Drawing:
    """Draw a plot.

    Args:
        plot: What to draw.
        width: In cells.
        height: In lines; the last one is the x axis.
        ascii: Whether to draw with ASCII characters only.
    """
    dots = [dot for dot in plot.dots if _is_finite(dot)]
    if not (dots or plot.lines) or height < 3 or width < 20:
        return Drawing((), (), (), 0)
    lines = [line for each in plot.lines if (line := _finite_part(each)).points]
    x_scale = _scale(plot.x, [dot.x for dot in dots], [x for line in lines for x, _ in line.points])
    best = [dot.y for dot in dots if dot.pen == "best"]
    on_lines = [y for line in lines if line.pen != "faint" for _, y in line.points]
    y_scale = _scale(plot.y, _near([dot.y for dot in dots]), [*best, *on_lines])
    rows = height - 1
    labels = _y_labels(plot.y, y_scale, rows, ascii)
    margin = max(map(cell_len, labels.values()), default=0) + 1
    columns = width - margin
    canvas = PenCanvas(columns, rows, ascii=ascii)
    _draw_lines(canvas, lines, x_scale, y_scale)
    cells = _draw_dots(canvas, dots, x_scale, y_scale, ascii)
    text = [
        ((labels.get(row, "").rjust(margin - 1) + " ", "axis"), *_runs(canvas, row, columns))
        for row in range(rows)
    ]
    axis = " " * margin + _x_axis(plot.x, x_scale, columns, ascii)
    beyond = sum(not y_scale.low <= dot.y <= y_scale.high for dot in dots)
    return Drawing(
        (*text, ((axis, "axis"),)),
        tuple(dots),
        tuple((column + margin, row) for column, row in cells),
        beyond,
    )


def _is_finite(place: Dot | Point) -> bool:
    return abs(place[0]) <= LARGEST and abs(place[1]) <= LARGEST


def _finite_part(line: Line) -> Line:
    return line._replace(points=[point for point in line.points if _is_finite(point)])


def _near(values: Sequence[float]) -> list[float]:
    """The values that are not so far out that they would flatten the rest."""
    if len(values) < 8:
        return list(values)
    ordered = sorted(values)
    first, third = ordered[len(ordered) // 4], ordered[3 * len(ordered) // 4]
    reach = _FAR * (third - first)
    return [value for value in values if first - reach <= value <= third + reach]


def _scale(axis: Axis, *values: Sequence[float]) -> Scale:
    if axis.names:
        places = [place for place, _ in axis.names]
        return Scale.around(min(places) - 0.5, max(places) + 0.5)
    every = [value for some in values for value in some]
    return Scale.around(min(every, default=0.0), max(every, default=1.0), log=axis.log)


def _draw_lines(canvas: PenCanvas, lines: Iterable[Line], x_scale: Scale, y_scale: Scale) -> None:
    for line in lines:
        xs = x_scale.dots([x for x, _ in line.points], canvas.width)
        ys = [
            _within(canvas.height - 1 - y, canvas.height)
            for y in y_scale.dots([y for _, y in line.points], canvas.height)
        ]
        places = list(zip(xs, ys, strict=True))
        for start, end in pairwise(places):
            corner = (end[0], start[1]) if line.step else start
            canvas.line(start, corner, line.pen)
            canvas.line(corner, end, line.pen)
        if len(places) == 1:
            canvas.dot(*places[0], line.pen)


def _draw_dots(
    canvas: PenCanvas, dots: Sequence[Dot], x_scale: Scale, y_scale: Scale, ascii: bool
) -> list[tuple[int, int]]:
    """Draw the dots; where each went, in cells."""
    across, down = (1, 1) if ascii else (2, 4)
    xs = x_scale.dots([dot.x for dot in dots], canvas.width)
    ys = y_scale.dots([dot.y for dot in dots], canvas.height)
    cells = []
    is_few = len(dots) <= _FEW
    for dot, x, up in zip(dots, xs, ys, strict=True):
        x, y = _within(x, canvas.width), _within(canvas.height - 1 - up, canvas.height)
        cell = x // across, y // down
        canvas.dot(x, y, dot.pen)
        if dot.pen == "best":
            canvas.sign(*cell, "#" if ascii else "★", "best")
        elif is_few and not ascii:
            canvas.sign(*cell, "·" if dot.pen == "faint" else "•", dot.pen)
        cells.append(cell)
    return cells


def _within(place: int, count: int) -> int:
    return min(max(place, 0), count - 1)


def _runs(canvas: PenCanvas, row: int, columns: int) -> list[Run]:
    cells = (canvas.at(column, row) for column in range(columns))
    return [
        ("".join(character for character, _ in group), pen or "")
        for pen, group in groupby(cells, key=lambda cell: cell[1])
    ]


def _y_labels(axis: Axis, scale: Scale, rows: int, ascii: bool) -> dict[int, str]:
    """The labels of y by their row, its name above them."""
    most = max(rows // _ROWS_A_LABEL, 1)
    ticks = scale.ticks(most)
    places = zip(scale.dots(ticks, rows), ticks, strict=True)
    labels = {rows - 1 - place: number(tick) for place, tick in reversed(list(places))}
    return {row: _text(label, ascii) for row, label in labels.items()}


def _x_axis(axis: Axis, scale: Scale, columns: int, ascii: bool) -> str:
    """Labels below their places, as many as there is room for, and what the axis shows."""
    if axis.names:
        return _named(axis.names, scale, columns, ascii)
    ticks = scale.ticks(max(2, columns // _COLUMNS_A_LABEL))
    line = [" "] * columns
    label = f" {_text(axis.label, ascii)}"
    free = columns - cell_len(label)
    end = 0
    for tick, place in zip(ticks, scale.dots(ticks, columns), strict=True):
        text = _text(number(tick), ascii)
        start = min(max(place - len(text) // 2, 0), columns - len(text))
        if start >= end and start + len(text) < free:
            line[start : start + len(text)] = text
            end = start + len(text) + 1
    return "".join(line)[:free] + label if free >= end - 1 else label.strip()[:columns]


def _named(names: Sequence[tuple[float, str]], scale: Scale, columns: int, ascii: bool) -> str:
    """Names in the middle of their places, shortened to the room between two."""
    places = scale.dots([place for place, _ in names], columns)
    room = max(1, columns // max(1, len(names)) - 1)
    line = ""
    for place, (_, name) in zip(places, names, strict=True):
        text = shorten_middle(_text(name, ascii), room, "~" if ascii else "…")
        start = min(max(place - cell_len(text) // 2, 0), columns - cell_len(text))
        if start >= cell_len(line):
            line += " " * (start - cell_len(line)) + text + " "
    return line.rstrip()


def _text(text: str, ascii: bool) -> str:
    return to_ascii(plain(text)) if ascii else plain(text)
