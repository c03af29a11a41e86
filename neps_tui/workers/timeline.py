"""Workers in rows, and under or beside each the trials it evaluated, in time."""

from __future__ import annotations

import math
from collections.abc import Callable, Sequence
from typing import ClassVar

from rich.segment import Segment
from rich.style import Style
from textual import events
from textual.geometry import Region, Size
from textual.message import Message
from textual.reactive import reactive
from textual.scroll_view import ScrollView
from textual.strip import Strip
from textual.widget import Widget

from neps_tui.widgets.columns import COLOURS, Cell, Column, ColumnLayout
from neps_tui.words.formatting import plain, to_ascii
from neps_tui.workers.activity import WorkerActivity
from neps_tui.workers.lane import Bar, Lane
from neps_tui.workers.lane_cursor import LaneCursor
from neps_tui.workers.lane_picture import LANE_LOOKS, LanePicture, Piece, worst_of
from neps_tui.workers.time_window import TimeWindow, Zoom
from neps_tui.workers.timeline_face import (
    Present,
    TimelineLayout,
    draw_axis,
    draw_labels,
    draw_legend,
    draw_row,
    indented,
)

_ZOOM_STEP = 1.5
_PAN_STEP = 0.25
_OTHER_LOOKS = ("header", "cursor", "idle", "axis", "now", "past", "empty")


class Timeline(ScrollView, can_focus=True, inherit_bindings=False):
    """A table of workers in which each has a lane of bars, one for each of its trials.

    The lanes are below the rows if there is room for all workers so or none beside them, and
    beside them otherwise. What a bar looks like, and what many in one cell, says
    `LanePicture`. The cursor is on a worker and on one of its trials. The right edge follows
    the end of the run while it is there. A long silence at its end is out of sight at first.

    The keys are the screen's. The wheel scrolls the workers, or zooms where all
    are in sight; with control it always zooms, with shift it pans. A click chooses a trial, and
    opens it if it is chosen already.

    Only lines whose content differs from what is on the screen are painted again.

    Args:
        ascii: Whether to draw with ASCII characters only.
    """

    ALLOW_SELECT = False

    DEFAULT_CSS = (
        """
    Timeline {
        width: 1fr;
        height: 1fr;
        overflow-x: hidden;
        scrollbar-size: 1 1;
        & > .timeline--header { color: $text-muted; text-style: bold; }
        & > .timeline--axis { color: $text-muted; }
        & > .timeline--empty { color: $text-muted; }
        & > .timeline--now { color: $text-accent; text-style: bold; }
        & > .timeline--past { color: $text-warning; text-style: bold; }
        & > .timeline--idle { color: $foreground 20%; }
        & > .timeline--cursor {
            color: $block-cursor-foreground;
            background: $block-cursor-background;
            text-style: $block-cursor-text-style;
        }
        & > .timeline--chosen { color: $foreground; }
        & > .timeline--on-chosen { color: $background; background: $foreground; }
    """
        + "\n".join(
            f"& > .timeline--{name} {{ color: ${colour}; }}"
            f"& > .timeline--on-{name} {{ color: {text}; background: ${colour}; }}"
            for name, colour, text in (
                ("evaluating", "primary", "auto"),
                ("success", "success-darken-2", "auto"),
                ("unknown", "warning", "auto"),
                ("corrupted", "warning", "auto"),
                ("failed", "error", "auto"),
                ("crashed", "error", "auto"),
            )
        )
        + "\n".join(f"& > .timeline--{name} {{ color: ${name}; }}" for name in COLOURS)
        + "\n}"
    )

    COMPONENT_CLASSES: ClassVar[set[str]] = {
        f"timeline--{name}"
        for name in (*_OTHER_LOOKS, *COLOURS, *LANE_LOOKS, *(f"on-{each}" for each in LANE_LOOKS))
    }

    empty_text: reactive[str] = reactive("")
    """What to say when there are no workers."""

    class CursorMoved(Message):
        """Another worker, trial or part of the time is looked at."""

        def can_replace(self, message: Message) -> bool:
            """Only the last of several moves matters."""
            return isinstance(message, Timeline.CursorMoved)

    class Opened(Message):
        """A trial is to be shown in full."""

        def __init__(self, trial_id: str) -> None:
            super().__init__()
            self.trial_id = trial_id

    def __init__(self, *, ascii: bool = False, empty_text: str = "", id: str | None = None) -> None:
        super().__init__(id=id)
        self.set_reactive(Timeline.empty_text, empty_text)
        self._ascii = ascii
        self._activity = WorkerActivity()
        self._columns = ColumnLayout((), ascii=ascii)
        self._cells: Callable[[str], Sequence[Cell]] = lambda _: ()
        self._now = 0.0
        self._is_past = False
        self._zoom = Zoom()
        self._shows_silence = False
        self._cursor = LaneCursor()
        self._pictures: dict[str, tuple[Lane, int, TimeWindow, LanePicture]] = {}
        self._lines: list[list[Piece]] = []
        self._composed_for: tuple[object, ...] = ()

    # What is shown

    def show(
        self,
        activity: WorkerActivity,
        columns: Sequence[Column],
        cells: Callable[[str], Sequence[Cell]],
        now: float,
        *,
        is_past: bool = False,
    ) -> None:
        """Show a moment of the run.

        Args:
            activity: What the workers do; it may change afterwards only to be shown again.
            columns: What is told of each worker, the most important first. The last one has
                what room the others leave, and none beside lanes.
            cells: Gives the cells of a worker's row.
            now: Seconds since the epoch.
            is_past: Whether that is a moment of the past.
        """
        if tuple(columns) != self._columns.columns:
            self._columns = ColumnLayout(columns, ascii=self._ascii)
        self._activity, self._cells = activity, cells
        self._now, self._is_past = now, is_past
        self._cursor.row(activity.workers)
        self._update()

    @property
    def worker(self) -> str | None:
        """The worker under the cursor."""
        return self._cursor.worker

    @property
    def chosen(self) -> Bar | None:
        """The trial under the cursor; its end is infinite while it is evaluated."""
        worker = self._cursor.worker
        return None if worker is None else self._cursor.bar(self._activity.lane(worker))

    @property
    def crowd(self) -> Sequence[Bar]:
        """The trials that end in the same cell as the one under the cursor, it included."""
        bar, window = self.chosen, self._window
        if bar is None or window is None or self.worker is None or bar.end == math.inf:
            return ()
        cell = window.half_at(bar.end) // 2
        start, end = window.time_at(cell), window.time_at(cell + 1)
        bars = self._activity.lane(self.worker).bars
        return [each for each in bars if start <= each.end < end]

    @property
    def edges(self) -> tuple[float, float] | None:
        """From when to when is in sight, seconds since the epoch; None before there is any."""
        span = self._span
        return None if span is None else self._zoom.edges(*span)

    @property
    def is_zoomed(self) -> bool:
        """Whether a person has chosen what is in sight."""
        return self._zoom.span is not None

    @property
    def has_silence(self) -> bool:
        """Whether the run ends with a long silence, which leaves no room for what was before."""
        return self._activity.span(self._now) != self._activity.span(self._now, silence=True)

    @property
    def hides_silence(self) -> bool:
        """Whether that is out of sight."""
        return self.has_silence and not self._shows_silence

    @property
    def workers_in_sight(self) -> range:
        """The places of the workers of which all is in sight."""
        layout, scrolled = self._layout, self.scroll_offset.y
        blank = layout.lines - layout.lane.stop
        last = (scrolled + layout.page + blank) // layout.lines
        return range(-(-scrolled // layout.lines), min(last, len(self._activity.workers)))

    @property
    def greatest_height(self) -> int:
        """Lines beyond which more would stay blank."""
        return TimelineLayout.greatest_height(len(self._activity.workers))

    # What a person can do

    def move(self, rows: int) -> None:
        """Go some workers down."""
        self._go(self._cursor.row(self._activity.workers) + rows)

    def page(self, pages: int) -> None:
        """Go some screenfuls of workers down."""
        layout = self._layout
        self.move(pages * max(layout.page // layout.lines - 1, 1))

    def go_first(self) -> None:
        """Go to the first worker."""
        self._go(0)

    def go_last(self) -> None:
        """Go to the last worker."""
        self._go(len(self._activity.workers) - 1)

    def step(self, trials: int) -> None:
        """Go some trials on in the worker's lane."""
        if self._cursor.worker is not None:
            self._cursor.step(self._activity.lane(self._cursor.worker), trials)
            self._reveal_trial()
            self._moved()

    def zoom(self, steps: int) -> None:
        """See less and larger, or with negative steps more, around the trial under the cursor."""
        bar, span = self.chosen, self._span
        if bar is None or span is None:
            return
        if steps < 0 and not self.is_zoomed:
            self._shows_silence = True
        end = min(bar.end, span[1])
        is_now = self._cursor.follows_latest and span[1] >= self._now
        self._zoom_at(steps, end if is_now else (bar.start + end) / 2)

    def pan(self, steps: int) -> None:
        """See what was later, or with negative steps before, by a quarter of what is in sight."""
        span = self._span
        if span is not None:
            self._zoom = self._zoom.panned(steps * _PAN_STEP, *span)
            self._moved()

    def see_all(self) -> None:
        """See the whole run; from there, again without a long silence at its end."""
        self._shows_silence = self.is_zoomed or not self._shows_silence
        self._zoom = Zoom()
        self._moved()

    def open(self) -> None:
        """Show the trial under the cursor in full."""
        if (bar := self.chosen) is not None:
            self.post_message(self.Opened(bar.trial_id))

    def _go(self, row: int) -> None:
        self._cursor.to_row(row, self._activity.workers)
        self._reveal_row()
        self._moved()

    def _zoom_at(self, steps: int, time: float) -> None:
        span = self._span
        if span is not None:
            self._zoom = self._zoom.zoomed(_ZOOM_STEP**-steps, time, *span)
            self._moved()

    def _moved(self) -> None:
        self._update()
        self.post_message(self.CursorMoved())

    def _reveal_trial(self) -> None:
        bar, span = self.chosen, self._span
        if bar is not None and span is not None:
            self._zoom = self._zoom.revealing(bar.start, min(bar.end, span[1]), *span)

    def _reveal_row(self) -> None:
        layout = self._layout
        top, bottom = layout.lines_of(self._cursor.row(self._activity.workers))
        scrolled = self.scroll_offset.y
        if top < scrolled:
            self.scroll_to(y=top, animate=False, force=True)
        elif bottom > scrolled + layout.page:
            self.scroll_to(y=bottom - layout.page, animate=False, force=True)

    # Mouse

    def on_click(self, event: events.Click) -> None:
        """Choose a worker and a trial; open the trial that was chosen before."""
        offset = event.get_content_offset(self)
        layout, workers = self._layout, self._activity.workers
        if offset is None or not 1 <= offset.y <= layout.page:
            return
        row, part = layout.place(offset.y - 1 + self.scroll_offset.y)
        if row >= len(workers):
            return
        event.stop()
        cell = offset.x - layout.left
        in_lane = part in layout.lane and 0 <= cell < layout.width
        bar = self._bar_at(workers[row], cell) if in_lane else None
        if bar is not None and (workers[row], bar) == (self.worker, self.chosen):
            self.open()
            return
        self._cursor.to_row(row, workers)
        if bar is not None:
            self._cursor.to_bar(bar)
        self._moved()

    def on_mouse_scroll_down(self, event: events.MouseScrollDown) -> None:
        """Scroll, zoom or pan."""
        self._wheel(event, 1)

    def on_mouse_scroll_up(self, event: events.MouseScrollUp) -> None:
        """Scroll, zoom or pan."""
        self._wheel(event, -1)

    def _wheel(self, event: events.MouseEvent, direction: int) -> None:
        sideways = isinstance(event, events.MouseScrollLeft | events.MouseScrollRight)
        if not (sideways or event.ctrl or event.shift) and self.max_scroll_y > 0:
            return
        event.prevent_default()
        event.stop()
        if sideways or event.shift:
            self.pan(direction)
        elif (window := self._window) is not None:
            self._zoom_at(-direction, window.time_at(event.x - self._layout.left))

    def _bar_at(self, worker: str, cell: int) -> Bar | None:
        """The trial that is seen in a cell of a lane."""
        window, lane = self._window, self._activity.lane(worker)
        if window is None:
            return None
        within = []
        ends = {bar.trial_id: bar.end for bar in self._activity.running(worker, self._now)}
        for bar in lane.bars:
            first, last = (
                window.half_at(time) // 2 for time in (bar.start, ends.get(bar.trial_id, bar.end))
            )
            if first <= cell <= last:
                within.append(bar)
        chosen = self.chosen
        return chosen if chosen in within else worst_of(within)

    # From workers to lines

    @property
    def _viewport(self) -> Size:
        return self.scrollable_content_region.size

    @property
    def _layout(self) -> TimelineLayout:
        widths = [
            width + column.gap
            for width, column in zip(self._columns.widths, self._columns.columns, strict=True)
        ]
        size = self._viewport
        return TimelineLayout.fitting(size.width, size.height, len(self._activity.workers), widths)

    @property
    def _span(self) -> tuple[float, float] | None:
        return self._activity.span(self._now, silence=self._shows_silence)

    @property
    def _window(self) -> TimeWindow | None:
        span = self._span
        return None if span is None else self._zoom.window(*span, 2 * self._layout.width)

    def _update(self) -> None:
        """Bring the lines up to date, and repaint those that look different."""
        self._resize()
        before, self._lines = self._lines, self._compose_lines()
        self._composed_for = (self._viewport, self.scroll_offset.y)
        if len(before) != len(self._lines):
            self.refresh()
            return
        for y, (old, new) in enumerate(zip(before, self._lines, strict=True)):
            if old != new:
                self.refresh(Region(0, y, self._viewport.width, 1))

    def _resize(self) -> None:
        """Tell Textual how large all of it is, if that has changed."""
        layout = self._layout
        lines = len(self._activity.workers) * layout.lines
        size = Size(self._viewport.width, lines + self._viewport.height - layout.page)
        if size != self.virtual_size:
            # Assigning it would paint all lines again.
            self.set_reactive(Widget.virtual_size, size)
            self.refresh(repaint=False, layout=True)

    def _compose_lines(self) -> list[list[Piece]]:
        workers, height = self._activity.workers, self._viewport.height
        if not workers or height < 3:
            return self._empty_lines(height)
        scrolled = self.scroll_offset.y
        layout = self._layout
        places = [layout.place(line) for line in range(scrolled, scrolled + layout.page)]
        rows = {
            row: self._columns.fit(self._cells(workers[row]))
            for row in dict.fromkeys(row for row, _ in places)
            if row < len(workers)
        }
        for row in rows.values():
            self._columns.grow(row)
        # Columns may have become wider.
        layout, window = self._layout, self._window
        self._forget_pictures({workers[row] for row in rows})
        cursor = self._cursor.row(workers)
        lines = [draw_labels(self._columns, layout)]
        lanes: dict[tuple[int, bool], list[Piece]] = {}
        for number, part in places:
            line: list[Piece] = []
            if number in rows and part == 0:
                line = draw_row(self._columns, layout, rows[number], number == cursor, self._ascii)
            if number in rows and part in layout.lane and window is not None:
                which = (number, part == layout.named)
                if which not in lanes:
                    lanes[which] = self._lane(workers[number], window, named=which[1])
                line = [*indented(line, layout.left), *lanes[which]]
            lines.append(line)
        lines += [[] for _ in range(height - len(lines))]
        if window is not None:
            at = layout.axis(len(workers))
            present = Present(self._now, self._is_past, self.hides_silence and not self.is_zoomed)
            lines[at] = draw_axis(window, layout, present, self._ascii)
            if at + 1 < height:
                lines[at + 1] = draw_legend(layout, self._ascii)
        return lines

    def _empty_lines(self, height: int) -> list[list[Piece]]:
        text = plain(self.empty_text, newlines=True)
        said = (to_ascii(text) if self._ascii else text).splitlines()
        before = max((height - len(said)) // 3, 0)
        lines = [[Piece(line.strip().center(self._viewport.width), ("empty",))] for line in said]
        return [*([] for _ in range(before)), *lines, *([] for _ in range(height))][:height]

    def _lane(self, worker: str, window: TimeWindow, named: bool) -> list[Piece]:
        lane = self._activity.lane(worker)
        ended = self._pictures.get(worker)
        if ended is None or ended[0] is not lane or ended[1:3] != (lane.version, window):
            picture = LanePicture(window, self._ascii)
            picture.add(lane.ended_between(window.start, window.end))
            ended = self._pictures[worker] = (lane, lane.version, window, picture)
        picture = ended[-1].copy()
        running = self._activity.running(worker, self._now)
        picture.add(running)
        chosen = self.chosen if worker == self.worker else None
        if chosen is not None:
            ends = (bar for bar in running if bar.trial_id == chosen.trial_id)
            picture.choose(next(ends, chosen))
        first, last = lane.first, lane.last_sign
        there = range(0)
        if first is not None and last is not None:
            there = range(window.half_at(first), window.half_at(last) + 1)
        return picture.pieces(there, named)

    def _forget_pictures(self, in_sight: set[str]) -> None:
        for worker in self._pictures.keys() - in_sight:
            del self._pictures[worker]

    # From lines to strips

    def on_resize(self) -> None:
        """Draw in the new size, with the cursor in sight."""
        self._reveal_row()
        self._update()

    def watch_scroll_y(self, old_value: float, new_value: float) -> None:
        """Paint the lines that differ, rather than all."""
        if self.show_vertical_scrollbar:
            self.vertical_scrollbar.position = new_value
        if round(old_value) != round(new_value):
            self._moved()

    def watch_empty_text(self) -> None:
        """Say it, if there are no workers."""
        if not self._activity.workers:
            self._update()

    def render_line(self, y: int) -> Strip:
        """Draw one line: labels, a worker, a lane, the axis, or nothing."""
        if self._composed_for != (self._viewport, self.scroll_offset.y):
            self._update()
        line = self._lines[y] if y < len(self._lines) else []
        strip = Strip(Segment(text, self._style_of(looks)) for text, looks in line)
        is_cursor = any("cursor" in looks for _, looks in line) and self._layout.lane.start
        rest = self._style_of(("cursor",) if is_cursor else ())
        return strip.adjust_cell_length(self._viewport.width, rest).simplify()

    def _style_of(self, looks: tuple[str, ...]) -> Style:
        return self.get_visual_style(*(f"timeline--{name}" for name in looks)).rich_style
