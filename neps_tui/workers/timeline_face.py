"""Where the parts of a timeline are, and how its lines look apart from the bars."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import NamedTuple

from rich.cells import cell_len, set_cell_size

from neps_tui.widgets.columns import ColumnLayout, Row
from neps_tui.words.formatting import duration, to_ascii
from neps_tui.workers.lane_picture import Piece
from neps_tui.workers.time_window import TimeWindow, clock_ticks, clock_time

_GUTTER = 1
"""Blank cells at the left and between rows and lanes beside them."""
_WIDE = 130
"""Cells in which there is room for lanes beside the rows."""
_LEAST_LANE = 60
_HIGHEST_LANE = 3
_LANE_PART = 0.45
_LEAST_TEXT = 8
"""Cells of a text that are worth showing."""
_AROUND = 2
"""Lines above and below the workers: labels and axis."""
_ROOMY = 20
"""Lines of the widget in which there is always one for the legend."""
_LEGEND = (
    *(("success", "█", "=", "success"), ("evaluating", "▒▶", "->", "evaluating")),
    *(("crashed", "✘", "X", "crashed"), ("failed", "✖", "x", "failed")),
    *(("text-warning", "⚠", "!", "corrupted"), ("crashed", "▃", ":", "some failed")),
    *(("idle", "─", ".", "waits"), ("chosen", "█", "#", "chosen")),
)
"""Looks, signs with Unicode and without, and what they stand for."""


@dataclass(frozen=True, slots=True)
class TimelineLayout:
    """Where everything is, in cells.

    Attributes:
        page: Lines for workers.
        lines: Lines that each worker has.
        lane: Which of these the lane has.
        columns: How many columns are shown whole.
        rest: Room for the last column, which is cut; 0 for none.
        left: Where lanes begin.
        width: How wide lanes are.
    """

    page: int
    lines: int
    lane: range
    columns: int
    rest: int
    left: int
    width: int

    @classmethod
    def fitting(
        cls, width: int, height: int, workers: int, widths: Sequence[int]
    ) -> TimelineLayout:
        """The best one for a size.

        Lanes are below the rows, as high as there is room for with a blank line below them.
        If not all workers fit so, lanes are beside the rows in wide terminals.

        Args:
            width: Cells of the widget.
            height: Its lines.
            workers: How many workers there are.
            widths: Cells of the columns with their gaps.
        """
        page = max(height - _AROUND - (height >= _ROOMY), 0)
        if width >= _WIDE and 2 * workers > page:
            room = width - max(_LEAST_LANE, int(width * _LANE_PART))
            columns, used = _fitting(widths[:-1], room)
            left = used + _GUTTER
            return cls(page, 1, range(1), columns, 0, left, max(width - left - _GUTTER, 2))
        columns, used = _fitting(widths[:-1], width)
        lines = min(max(page // max(workers, 1), 2), _HIGHEST_LANE + 2)
        rest = width - used - _GUTTER if columns == len(widths) - 1 else 0
        return cls(
            page=page,
            lines=lines,
            lane=range(1, max(lines - 1, 2)),
            columns=columns,
            rest=rest if rest >= _LEAST_TEXT else 0,
            left=_GUTTER,
            width=max(width - 2 * _GUTTER, 2),
        )

    @staticmethod
    def greatest_height(workers: int) -> int:
        """Lines of the widget beyond which more would stay blank."""
        return workers * (_HIGHEST_LANE + 2) + _AROUND + 1

    def axis(self, workers: int) -> int:
        """The line of the axis: right below the last worker's lane, or the last line."""
        blank = self.lines - self.lane.stop
        return 1 + min(self.page, workers * self.lines - blank)

    @property
    def named(self) -> int:
        """The line of the lane that has names and signs in it."""
        return self.lane[len(self.lane) // 2]

    def lines_of(self, row: int) -> tuple[int, int]:
        """The first line of a worker, and the one after its last, unscrolled."""
        return row * self.lines, (row + 1) * self.lines

    def place(self, line: int) -> tuple[int, int]:
        """The worker of an unscrolled line, and which of its lines it is."""
        return divmod(line, self.lines)


def _fitting(widths: Sequence[int], room: int) -> tuple[int, int]:
    """How many columns there is room for, and how much they take with the gutter."""
    used = _GUTTER
    for index, width in enumerate(widths):
        if used + width > room:
            return index, used
        used += width
    return len(widths), used


def draw_labels(columns: ColumnLayout, layout: TimelineLayout) -> list[Piece]:
    """The labels of the columns."""
    texts = [columns.place_label(index) for index in range(layout.columns)]
    if layout.rest:
        texts.append(columns.place_label(len(columns.columns) - 1)[: layout.rest])
    return [Piece(" " * _GUTTER + "".join(texts), ("header",))]


def draw_row(
    columns: ColumnLayout, layout: TimelineLayout, row: Row, is_chosen: bool, ascii: bool
) -> list[Piece]:
    """What is told of a worker, in the colours of its cells or in that of the cursor."""
    texts = [
        (columns.place(index, cell) + " " * columns.columns[index].gap, cell.style)
        for index, cell in enumerate(row[: layout.columns])
    ]
    if layout.rest and row:
        texts.append((_cut(row[-1].text, layout.rest, ascii), row[-1].style))
    if is_chosen:
        return [Piece(" " * _GUTTER + "".join(text for text, _ in texts), ("cursor",))]
    return [
        Piece(" " * _GUTTER),
        *(Piece(text, (style,) if style else ()) for text, style in texts),
    ]


def _cut(text: str, width: int, ascii: bool) -> str:
    if cell_len(text) <= width:
        return set_cell_size(text, width)
    return set_cell_size(text, width - 1) + ("~" if ascii else "…")


class Present(NamedTuple):
    """The moment up to which the run is shown.

    Attributes:
        time: Seconds since the epoch.
        is_past: Whether it is a moment of the past.
        goes_on: Whether trials go on until then where it is out of sight.
    """

    time: float
    is_past: bool = False
    goes_on: bool = False


def draw_axis(
    window: TimeWindow, layout: TimelineLayout, present: Present, ascii: bool
) -> list[Piece]:
    """Round times, and where the present is, or how far off if trials go on until then."""
    mark = "|" if ascii else "╵"
    cells = [" "] * layout.width
    taken = layout.width
    text, start = _present_label(window, layout.width, present, mark)
    text = to_ascii(text) if ascii else text
    is_now: range = range(0)
    if text and start >= 0:
        is_now = range(start, start + len(text))
        cells[is_now.start : is_now.stop] = text
        taken = start - 1
    for tick in clock_ticks(window.start, window.end, layout.width):
        at = window.half_at(tick.time) // 2
        text = mark + tick.label
        if at >= 0 and at + len(text) <= taken:
            cells[at : at + len(text)] = text
    before = "".join(cells[: is_now.start]) if is_now else "".join(cells)
    pieces = [Piece(" " * layout.left), Piece(before, ("axis",))]
    if is_now:
        look = "past" if present.is_past else "now"
        pieces.append(Piece("".join(cells[is_now.start : is_now.stop]), (look,)))
        pieces.append(Piece("".join(cells[is_now.stop :])))
    return pieces


def _present_label(window: TimeWindow, width: int, present: Present, mark: str) -> tuple[str, int]:
    """What is said of the present, and in which cell that starts; no text if it is no matter."""
    name = "now"
    if present.is_past:
        name = f"past {clock_time(present.time, window.end - window.start)}"
    at = window.half_at(present.time) // 2
    if 0 <= at <= width:
        at = min(at, width - 1)
        if at + 1 + len(name) <= width:
            return f"{mark}{name}", at
        return f"{name}{mark}", at - len(name)
    if at > width and present.goes_on:
        text = f"{duration(present.time - window.end)} to {name} →"
        return text, width - len(text)
    return "", 0


def draw_legend(layout: TimelineLayout, ascii: bool) -> list[Piece]:
    """What the bars and signs stand for, the most needed first, as many as have room."""
    pieces = [Piece(" " * _GUTTER)]
    room = layout.left + layout.width - _GUTTER
    for look, sign, ascii_sign, words in _LEGEND:
        sign = ascii_sign if ascii else sign
        if room < len(sign) + 1 + len(words):
            break
        looks = ("on-success", look) if words == "some failed" else (look,)
        pieces += [Piece(sign, looks), Piece(f" {words}  ", ("axis",))]
        room -= len(sign) + 1 + len(words) + 2
    return pieces


def indented(pieces: Sequence[Piece], left: int) -> list[Piece]:
    """Pieces with blanks after them, up to a cell."""
    room = left - sum(cell_len(piece.text) for piece in pieces)
    return [*pieces, Piece(" " * room)] if room > 0 else list(pieces)
