"""A plot as lines of text whose parts are named, and where each of its dots went."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from itertools import pairwise

from rich.cells import cell_len

from neps_tui.plots.axes import Lettering
from neps_tui.plots.bands import BandScale, with_room
from neps_tui.plots.pens import PenCanvas
from neps_tui.plots.places import Places
from neps_tui.plots.plot import Axis, Dot, Label, Line, Pen, Plot, Point
from neps_tui.widgets.scale import LARGEST, Scale
from neps_tui.words.formatting import decimal_parts

Run = tuple[str, str]
"""Text and the part of the plot that it is: a pen, `axis`, or empty."""

_ROWS_FOR_A_NAME = 14
"""Height from which on the vertical axis has its name above it."""
_FEW = 200
"""Dots of a pen up to which each gets a sign that is easier to see than one braille dot."""
_STARS: dict[Pen, tuple[str, str]] = {"best": ("★", "#"), "second": ("☆", "+")}
"""Signs of what stands out however many there are, in Unicode and in ASCII."""
_LEAST_ROOM = 4
"""Cells below which no name is shortened to fit in."""
_HAIR = 1e-6
"""Part of a scale by which numbers may differ without being seen to."""
_FAR = 3.0
"""Quartile ranges beyond which a dot is drawn at the edge, not to flatten the others."""


@dataclass(frozen=True, slots=True)
class Frame:
    """Where the numbers of a plot are on the screen.

    Args:
        left: Columns beside the plot itself.
        top: Lines above it.
        columns: Its width.
        rows: Its height.
        x: Its horizontal scale.
        y: Its vertical scale.
    """

    left: int
    top: int
    columns: int
    rows: int
    x: Scale
    y: Scale

    def canvas(self, *, ascii: bool) -> PenCanvas:
        """Something to draw on in it."""
        return PenCanvas(self.columns, self.rows, ascii=ascii)

    def cell(self, column: int, row: int) -> tuple[int, int]:
        """Where on the screen a cell of the canvas is."""
        return column + self.left, row + self.top

    def places(self, canvas: PenCanvas, points: Sequence[Point]) -> tuple[list[int], list[int]]:
        """Where points are on a canvas, or beyond it."""
        xs = self.x.dots([point[0] for point in points], canvas.width)
        ups = self.y.dots([point[1] for point in points], canvas.height)
        bottom = canvas.height - 1
        return xs, [bottom - up for up in ups]


@dataclass(frozen=True, slots=True)
class Drawing:
    """A plot that is drawn.

    Args:
        lines: Its lines, each of runs of text.
        dots: The dots that could be drawn, in the order of the plot.
        cells: Column and row of each of these.
        words: Column and row of each cell that has a letter of words in the plot.
        beyond: How many dots are drawn at the edge, as they are far beyond it.
        cut: How many lines go on beyond the edge.
        hidden: How many groups one below the other have no room.
        frame: Where the numbers are; None where nothing could be drawn.
        places: Finds the dots by their cells.
    """

    lines: tuple[tuple[Run, ...], ...] = ()
    dots: tuple[Dot, ...] = ()
    cells: tuple[tuple[int, int], ...] = ()
    words: frozenset[tuple[int, int]] = frozenset()
    beyond: int = 0
    cut: int = 0
    hidden: int = 0
    frame: Frame | None = None
    places: Places = field(default_factory=Places)


def draw_plot(plot: Plot, width: int, height: int, *, ascii: bool = False) -> Drawing:
    """Draw a plot.

    Args:
        plot: What to draw.
        width: In cells.
        height: In lines; the last one or two are the x axis.
        ascii: Whether to draw with ASCII characters only.
    """
    plot, hidden = with_room(plot, height - 1)
    dots = [dot for dot in plot.dots if _is_finite(dot)]
    if not (dots or plot.lines) or height < 4 or width < 20:
        return Drawing()
    lines = [line for each in plot.lines if (line := _finite_part(each)).points]
    letters = Lettering(ascii)
    frame, beside, below = _framed(plot, dots, lines, width, height, letters)
    canvas = frame.canvas(ascii=ascii)
    draw_lines(canvas, frame, lines)
    cells = tuple(frame.cell(*each) for each in _draw_dots(canvas, frame, dots, ascii))
    words = _write_labels(canvas, frame, plot.labels, letters)
    word_cells = frozenset(frame.cell(*each) for each in words)
    above = [(letters.name(plot.y, frame.y).ljust(width), "axis")] * frame.top
    blank = " " * frame.left
    drawn = (
        *((line,) for line in above),
        *(
            ((beside.get(row, "").rjust(frame.left - 1) + " ", "axis"), *canvas.runs(row))
            for row in range(frame.rows)
        ),
        *(((blank + line, "axis"),) for line in below),
    )
    beyond = sum(not frame.y.low <= dot.y <= frame.y.high for dot in dots)
    cut = sum(_leaves(line, frame.y) for line in lines)
    places = Places(dots, cells)
    return Drawing(drawn, tuple(dots), cells, word_cells, beyond, cut, hidden, frame, places)


def _framed(
    plot: Plot,
    dots: Sequence[Dot],
    lines: Sequence[Line],
    width: int,
    height: int,
    letters: Lettering,
) -> tuple[Frame, Mapping[int, str], Sequence[str]]:
    """What is left of the size beside the words of the axes, and these words."""
    x, y = _scales(plot, dots, lines)
    top = 1 if plot.y.label and height >= _ROWS_FOR_A_NAME else 0
    rows = height - top - 1
    if plot.y.bands:
        a_band = max(1, rows // plot.y.bands)
        y = BandScale(y.low, y.high, lines=a_band)
        top, rows = top + rows - a_band * plot.y.bands, a_band * plot.y.bands
    beside = letters.beside(plot.y, y, rows, width)
    left = _widest(beside)
    below = letters.below(plot.x, x, width - left)
    if len(below) > 1:
        rows -= len(below) - 1
        beside = letters.beside(plot.y, y, rows, width)
        left = max(left, _widest(beside))
        below = letters.below(plot.x, x, width - left)
    return Frame(left, top, width - left, rows, x, y), beside, below


def _widest(labels: Mapping[int, str]) -> int:
    return max(map(cell_len, labels.values()), default=0) + 1


def _is_finite(place: Dot | Point) -> bool:
    return abs(place[0]) <= LARGEST and abs(place[1]) <= LARGEST


def _finite_part(line: Line) -> Line:
    return line._replace(points=[point for point in line.points if _is_finite(point)])


def _scales(plot: Plot, dots: Sequence[Dot], lines: Sequence[Line]) -> tuple[Scale, Scale]:
    across = [x for line in lines for x, _ in line.points]
    best = [dot.y for dot in dots if dot.pen in _STARS]
    up = [y for line in lines if line.pen != "faint" for _, y in line.points]
    ends = [end for line in lines if line.pen == "faint" for end in _ends(line)]
    return (
        _scale(plot.x, [dot.x for dot in dots], across),
        _scale(plot.y, _near([dot.y for dot in dots]), best, up, _near(ends)),
    )


def _ends(line: Line) -> tuple[float, float]:
    """The lowest and the highest place of a line."""
    heights = [y for _, y in line.points]
    return min(heights), max(heights)


def _leaves(line: Line, scale: Scale) -> bool:
    low, high = _ends(line)
    hair = _HAIR * (scale.high - scale.low)
    return low < scale.low - hair or high > scale.high + hair


def _near(values: Sequence[float]) -> list[float]:
    """The values that are not so far out that they would flatten the rest."""
    if len(values) < 8:
        return list(values)
    ordered = sorted(values)
    first, third = ordered[len(ordered) // 4], ordered[3 * len(ordered) // 4]
    reach = _FAR * (third - first)
    return [value for value in values if first - reach <= value <= third + reach]


def _scale(axis: Axis, *values: Sequence[float]) -> Scale:
    every = [value for some in values for value in some]
    if axis.span is not None:
        every = [*axis.span]
    elif axis.names:
        every = [place + side for place, _ in axis.names for side in (-0.5, 0.5)]
    return Scale.around(min(every, default=0.0), max(every, default=1.0), log=axis.log)


def draw_lines(canvas: PenCanvas, frame: Frame, lines: Iterable[Line]) -> None:
    """Draw lines on a canvas of a frame."""
    for phase, line in enumerate(lines):
        xs, ys = frame.places(canvas, line.points)
        places = list(zip(xs, ys, strict=True))
        if len(places) == 1:
            canvas.line(places[0], places[0], line.pen)
        for start, end in pairwise(places):
            corner = (end[0], start[1]) if line.step else start
            if line.base is not None:
                (bottom,) = frame.places(canvas, [(0.0, line.base)])[1]
                canvas.fill(start, (end[0], bottom), line.pen)
                continue
            canvas.line(start, corner, line.pen, phase)
            canvas.line(corner, end, line.pen, phase)


def _draw_dots(
    canvas: PenCanvas, frame: Frame, dots: Sequence[Dot], ascii: bool
) -> list[tuple[int, int]]:
    """Draw the dots; where each went, in cells."""
    across, down = (1, 1) if ascii else (2, 4)
    xs, ys = frame.places(canvas, [(dot.x, dot.y) for dot in dots])
    right, bottom = canvas.width - 1, canvas.height - 1
    xs = [min(max(x, 0), right) for x in xs]
    ys = [min(max(y, 0), bottom) for y in ys]
    pens = [dot.pen for dot in dots]
    signs = _signs(Counter(pens), ascii)
    for pen in signs:
        chosen = [at for at, each in enumerate(pens) if each == pen]
        canvas.dots([xs[at] for at in chosen], [ys[at] for at in chosen], pen)
    cells = [(x // across, y // down) for x, y in zip(xs, ys, strict=True)]
    for cell, pen in zip(cells, pens, strict=True):
        if sign := signs[pen]:
            canvas.sign(*cell, sign, pen)
    return cells


def _signs(counts: Mapping[Pen, int], ascii: bool) -> dict[Pen, str]:
    """The signs that dots of each pen get; an empty one where braille dots have to do."""
    return {pen: dot_sign(pen, count, ascii=ascii) for pen, count in counts.items()}


def dot_sign(pen: Pen, count: int, *, ascii: bool) -> str:
    """The sign of dots of a pen, if there are so many; empty where each is a braille dot."""
    if pen in _STARS:
        return _STARS[pen][ascii]
    if count > _FEW:
        return ""
    if pen == "faint":
        return "." if ascii else "·"
    return "o" if ascii else "•"


def _write_labels(
    canvas: PenCanvas, frame: Frame, labels: Sequence[Label], letters: Lettering
) -> Iterator[tuple[int, int]]:
    """Write words over lines, though not over each other, nor over the signs of trials."""
    for label in labels:
        start, end = frame.x.dots([label.x, label.x + label.room], frame.columns)
        (up,) = frame.y.dots([label.y], frame.rows)
        row = min(max(frame.rows - 1 - up, 0), frame.rows - 1)
        room = min(end, frame.columns) - start - 1
        text = letters.shortened(label.text, room)
        if text != label.text and (room < _LEAST_ROOM or decimal_parts(label.text)):
            continue  # half a number, or a single letter, says less than nothing
        for at, letter in enumerate(_cells(text), start=start + 1):
            if not canvas.has_sign(at, row):
                canvas.sign(at, row, letter, "axis")
                yield at, row


def _cells(text: str) -> Iterator[str]:
    """What stands in each cell; nothing where a wide character reaches into."""
    for character in text:
        yield character
        yield from [""] * (cell_len(character) - 1)
