"""How the lines of a table look, and which of its columns is where."""

from __future__ import annotations

import re
from bisect import bisect_left, bisect_right
from collections.abc import Callable, Mapping
from typing import NamedTuple

from rich.cells import cell_len
from rich.segment import Segment
from rich.style import Style
from textual.strip import Strip

from neps_tui.widgets.columns import Column, ColumnLayout, Row
from neps_tui.words.formatting import plain, to_ascii

GUTTER = 2
"""Cells at the left of every row, for its mark."""
_LEAST_TEXT = 6
"""Cells of a text that are worth showing."""
_IN_NUMBER = re.compile(r"\d[\d.e]|[.e+-]\d")
"""Two characters between which a number goes on."""


class Line(NamedTuple):
    """All that decides how the line of one row looks, columns and scrolling aside.

    Attributes:
        row: Its cells.
        look: The part of the table that it is, such as `cursor`; empty for any row.
        marked: Whether it shows a mark.
    """

    row: Row
    look: str = ""
    marked: bool = False


class TableFace:
    """Draws lines: a mark, the columns that stay in sight, and a part of the others.

    Args:
        columns: Where text stands within columns.
        pinned: How many columns stay in sight while the others scroll.
        ascii: Whether to draw with ASCII characters only.
        style: Gives the style of parts of the table, of which later ones prevail.
    """

    def __init__(
        self, columns: ColumnLayout, pinned: int, ascii: bool, style: Callable[..., Style]
    ) -> None:
        self.columns = columns
        self._pinned = min(pinned, len(columns.columns))
        self._ascii = ascii
        self._style = style

    @property
    def width(self) -> int:
        """Cells that all columns take."""
        return GUTTER + self.columns.starts[-1]

    def pinned_within(self, width: int) -> int:
        """Columns that stay in sight: as many as leave half of the width for the others."""
        room = width // 2 - GUTTER
        return bisect_right(self.columns.starts, room, hi=self._pinned + 1) - 1 if room >= 0 else 0

    def column_at(self, x: int, left: int, width: int) -> Column | None:
        """The column at a place of a line.

        Args:
            x: The place, in cells from the left of the line.
            left: How far the line is scrolled.
            width: Cells of the line that are in sight.
        """
        x -= GUTTER
        if x >= self.columns.starts[self.pinned_within(width)]:
            x += left
        index = bisect_right(self.columns.starts, x) - 1
        return self.columns.columns[index] if 0 <= index < len(self.columns.columns) else None

    def stop(self, steps: int, left: int, width: int) -> int:
        """How far to scroll to have another column first, so many steps away."""
        pinned = self.pinned_within(width)
        starts = self.columns.starts
        stops = [start - starts[pinned] for start in starts[pinned:]]
        here = bisect_right(stops, left) - 1 if steps > 0 else bisect_left(stops, left)
        return stops[min(max(here + steps, 0), len(stops) - 1)]

    def draw_header(self, arrows: Mapping[str, str], left: int, width: int) -> Strip:
        """Draw the labels of the columns, some of them with an arrow, by their keys."""
        style, sorted_style = self._style("header"), self._style("sorted")
        labels = [
            Segment(self.columns.place_label(index, arrows[column.key]), sorted_style)
            if column.key in arrows
            else Segment(self.columns.place_label(index), style)
            for index, column in enumerate(self.columns.columns)
        ]
        return self._assemble([Segment(" " * GUTTER, style), *labels], left, width, style)

    def draw_row(self, line: Line, coloured: bool, left: int, width: int) -> Strip:
        """Draw one row, in its cells' own colours or in one."""
        style = self._style(line.look)
        sign = "" if not line.marked else "*" if self._ascii else "●"
        mark_style = self._style(line.look, "mark") if coloured else style
        cells = [
            Segment(
                self.columns.place(index, cell) + " " * self.columns.columns[index].gap,
                self._style(line.look, cell.style) if coloured and cell.style else style,
            )
            for index, cell in enumerate(line.row)
        ]
        return self._assemble([Segment(sign.ljust(GUTTER), mark_style), *cells], left, width, style)

    def draw_text(self, text: str, y: int, width: int, height: int) -> Strip:
        """Draw one line of a text that stands in the upper middle of an empty table."""
        style = self._style("empty")
        text = plain(text, newlines=True)
        lines = (to_ascii(text) if self._ascii else text).splitlines()
        index = y - max((height - len(lines)) // 3, 0)
        line = lines[index].strip() if 0 <= index < len(lines) else ""
        before = max(width - cell_len(line), 0) // 2
        return Strip([Segment(" " * before + line, style)]).adjust_cell_length(width, style)

    def _assemble(self, segments: list[Segment], left: int, width: int, style: Style) -> Strip:
        """Put the pinned columns before the part of the others that is scrolled to."""
        pinned = self.pinned_within(width)
        fixed, others = Strip(segments[: pinned + 1]), Strip(segments[pinned + 1 :])
        if left and pinned:
            rule = Segment("|" if self._ascii else "│", style + self._rule_colour)
            fixed = Strip([*fixed.crop(0, fixed.cell_length - 1), rule])
        room = max(width - fixed.cell_length, 0)
        beyond = others.crop(left + room, left + room + 1).text
        others = self._without_cut_start(others.crop(left, left + room), pinned, left, style)
        others = self._without_cut_number(others, pinned, left, room)
        others = self._with_cut_digits_told(others, room, beyond)
        return Strip.join([fixed, others]).adjust_cell_length(width, style).simplify()

    def _without_cut_start(self, strip: Strip, pinned: int, left: int, style: Style) -> Strip:
        """Blank the column whose start is scrolled away, as at the right end of the table."""
        offset = self.columns.starts[pinned] + left
        if offset in self.columns.starts:
            return strip
        end = self.columns.starts[bisect_right(self.columns.starts, offset)] - offset
        return Strip.join([Strip([Segment(" " * end, style)]), strip.crop(end)])

    def _without_cut_number(self, strip: Strip, pinned: int, left: int, room: int) -> Strip:
        """Leave out the column that the edge cuts, as half a number is another number.

        A text is shown as far as there is room for it.
        """
        starts = self.columns.starts
        offset = starts[pinned] + left
        index = bisect_right(starts, offset + room - 1) - 1
        if not pinned <= index < len(self.columns.widths):
            return strip
        start, end = starts[index] - offset, starts[index] + self.columns.widths[index] - offset
        if end <= room or start <= 0:
            return strip
        column = self.columns.columns[index]
        if column.align == "left" and not column.whole and room - start >= _LEAST_TEXT:
            return strip
        return strip.crop(0, start)

    def _with_cut_digits_told(self, strip: Strip, room: int, beyond: str) -> Strip:
        """Say of a text that it goes on, where the edge would make another number of its digits."""
        is_cut = strip.cell_length == room and _IN_NUMBER.fullmatch(strip.text[-1:] + beyond)
        if not is_cut:
            return strip
        *_, last = strip.crop(room - 1, room)
        told = Segment("~" if self._ascii else "…", last.style)
        return Strip([*strip.crop(0, room - 1), told], room)

    @property
    def _rule_colour(self) -> Style:
        return Style(color=self._style("rule").color)
