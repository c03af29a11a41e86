"""What a chart looks like, as lines of text whose parts are named."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, field
from itertools import groupby
from typing import Literal

from rich.cells import cell_len

from neps_tui.widgets.braille import BrailleCanvas
from neps_tui.widgets.scale import LARGEST, Scale
from neps_tui.words.formatting import number, plain, shorten_middle, to_ascii

Point = tuple[float, float]
Part = Literal["line", "mark", "axis"]
Run = tuple[str, Part]

ROWS_A_LABEL = 3
"""There is at most one label on the y axis for that many rows."""

SAMPLE = 4_000
"""Of about so many dots, evenly chosen, the range of most dots is taken."""

NARROWEST_PLOT = 8
"""Columns below which a plot gets no labels."""


@dataclass(frozen=True)
class Chart:
    """A curve over faint dots, with labelled axes.

    Attributes:
        points: The curve, in ascending order of x. NaN and infinite ones are left out.
        marks: Dots behind the curve, in any order. The range of y comes from the curve and
            the middle half of these, so that one diverged trial does not flatten the
            curve; dots outside of it are left out.
        log: Whether y is logarithmic, if nothing within its range forbids it.
        step: Whether a value holds until the next one, and the last one to the end of x;
            otherwise straight lines join the points.
        x_label: What x counts.
        y_format: Writes the labels of y.
        ascii: Whether to draw with ASCII characters only.
    """

    points: Sequence[Point] = ()
    marks: Sequence[Point] = ()
    log: bool = False
    step: bool = True
    x_label: str = ""
    y_format: Callable[[float], str] = field(default=number)
    ascii: bool = False

    def draw(self, width: int, height: int) -> list[list[Run]]:
        """Draw the chart.

        Args:
            width: In cells.
            height: In lines.

        Returns:
            A list of runs of text for each line, none of which is wider than `width`; no
            lines if there is nothing to draw.
        """
        points = _finite(self.points)
        marks = _finite(self.marks)
        if not points and not marks:
            return []
        rows = height - 1 if height > 2 and width >= NARROWEST_PLOT else height
        x_scale = Scale.around(*_range(x for x, _ in points + marks))
        y_scale = Scale.around(*_y_range(points, marks), log=self.log)
        labels = self._y_labels(y_scale, rows)
        margin = max(map(cell_len, labels.values()), default=0) + 1
        if width - margin < NARROWEST_PLOT:
            labels, margin = {}, 0
        plot = self._plot(points, marks, x_scale, y_scale, width - margin, rows)
        lines: list[list[Run]] = []
        for row, runs in enumerate(plot):
            label = labels.get(row, "").rjust(margin - 1) + " " if margin else ""
            lines.append([(label, "axis"), *runs] if label else runs)
        if rows < height:
            lines.append([(" " * margin + self._x_axis(x_scale, width - margin), "axis")])
        return lines

    def _y_labels(self, scale: Scale, rows: int) -> dict[int, str]:
        """The labels of y by their row; of two that fall on one, the lower."""
        most = max((rows + ROWS_A_LABEL - 1) // ROWS_A_LABEL, 1)
        ticks = scale.ticks(most)
        return {
            rows - 1 - dot: self._text(self.y_format(tick))
            for dot, tick in reversed(list(zip(scale.dots(ticks, rows), ticks, strict=True)))
        }

    def _x_axis(self, scale: Scale, width: int) -> str:
        start, end = self._text(number(scale.low)), self._text(number(scale.high))
        room = width - len(start) - len(end)
        if room < 1:
            return end.rjust(width)[:width]
        label = shorten_middle(self._text(self.x_label), room - 2, "~" if self.ascii else "…")
        before = (room - cell_len(label)) // 2
        return start + " " * before + label + " " * (room - cell_len(label) - before) + end

    def _text(self, text: str) -> str:
        return to_ascii(plain(text)) if self.ascii else plain(text)

    def _plot(
        self,
        points: Sequence[Point],
        marks: Sequence[Point],
        x_scale: Scale,
        y_scale: Scale,
        columns: int,
        rows: int,
    ) -> list[list[Run]]:
        curve = BrailleCanvas(columns, rows, ascii=self.ascii)
        dots = BrailleCanvas(columns, rows, ascii=self.ascii)

        def place(places: Sequence[Point]) -> Iterable[tuple[int, int]]:
            xs = x_scale.dots([x for x, _ in places], curve.width)
            ys = y_scale.dots([y for _, y in places], curve.height)
            return zip(xs, (curve.height - 1 - y for y in ys), strict=True)

        for x, y in set(place(marks)):
            dots.dot(x, y)
        _trace(curve, place(points), self.step)

        def at(column: int, row: int) -> tuple[str, Part]:
            character = curve.character(column, row)
            if character != " ":
                return character, "line"
            character = dots.character(column, row)
            return "." if self.ascii and character != " " else character, "mark"

        return [
            [
                ("".join(character for character, _ in group), part)
                for part, group in groupby(
                    (at(column, row) for column in range(columns)), lambda cell: cell[1]
                )
            ]
            for row in range(rows)
        ]


def _trace(canvas: BrailleCanvas, dots: Iterable[tuple[int, int]], step: bool) -> None:
    """Draw a curve through dots, of which many may share a column."""
    last: tuple[int, int] | None = None
    for x, group in groupby(dots, lambda dot: dot[0]):
        ys = [y for _, y in group]
        if last is not None:
            last_x, last_y = last
            if step:
                canvas.line(last_x, last_y, x, last_y)
                canvas.line(x, last_y, x, ys[0])
            else:
                canvas.line(last_x, last_y, x, ys[0])
        canvas.line(x, min(ys), x, max(ys))
        last = x, ys[-1]
    if step and last is not None:
        canvas.line(*last, canvas.width - 1, last[1])


def _finite(points: Sequence[Point]) -> list[Point]:
    return [(x, y) for x, y in points if abs(x) <= LARGEST and abs(y) <= LARGEST]


def _range(values: Iterable[float]) -> tuple[float, float]:
    values = list(values)
    return min(values), max(values)


def _y_range(points: Sequence[Point], marks: Sequence[Point]) -> tuple[float, float]:
    ys = sorted(y for _, y in marks[:: len(marks) // SAMPLE + 1])
    middle = ys[len(ys) // 4 : len(ys) - len(ys) // 4]
    return _range([*(y for _, y in points), *middle])
