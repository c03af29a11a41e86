"""Every worker, what it does, what is to be thought of it, and what it did when."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import replace
from typing import ClassVar

from textual import on
from textual.app import ComposeResult
from textual.binding import BindingType
from textual.containers import Vertical
from textual.content import Content
from textual.events import Resize
from textual.geometry import Size
from textual.message import Message
from textual.widgets import Static

from neps_tui.actions import bindings_of
from neps_tui.screens.changing import Changing
from neps_tui.screens.view_screen import ViewScreen
from neps_tui.view import RunView
from neps_tui.widgets.columns import Cell
from neps_tui.widgets.key_bar import KeyBar
from neps_tui.words.formatting import counted, duration, to_ascii
from neps_tui.workers.activity import WorkerActivity
from neps_tui.workers.rows import (
    Part,
    trial_in_words,
    worker_cells,
    worker_columns,
    worker_in_words,
)
from neps_tui.workers.time_window import clock_time
from neps_tui.workers.timeline import Timeline
from neps_tui.workers.trial_list import list_parts, trials_around

_NARROW, _NARROWEST = 110, 70
_LOW, _LOWEST = 30, 16
_WRAPPED = ("worker", "chosen")
_LEAST_LIST = 5
"""Lines that a list of trials is worth."""
_EMPTY = (
    "No worker yet.\n"
    "Each process that calls neps.run shows here once it is registered or has taken a trial."
)


class _ListedTrials(Static):
    """Lists trials of a worker; how many there is room for, it knows once it is laid out."""

    class Resized(Message):
        """There is room for more trials, or for fewer."""

    def on_resize(self) -> None:
        """Tell."""
        self.post_message(self.Resized())


class WorkersScreen(Changing[None], ViewScreen):
    """Workers in rows with their lanes of trials, and the chosen ones in words below.

    Where the lanes leave room, the trials of the chosen worker are listed there.

    Args:
        read_only: Why the run may not be changed from here; empty if it may.
        ascii: Whether only ASCII may be drawn.
    """

    CSS_PATH = "screen.tcss"
    BINDINGS: ClassVar[list[BindingType]] = [
        # Spelled out: a terminal without Unicode has no sign for it.
        replace(each, show=True, key_display="enter") if each.key == "enter" else each
        for each in bindings_of("workers")
    ]

    def __init__(self, *, read_only: str = "", ascii: bool = False) -> None:
        super().__init__(read_only=read_only, ascii=ascii, id="workers")
        self._activity = WorkerActivity()
        self._timeline = Timeline(ascii=ascii, empty_text=_EMPTY)
        self._texts = {
            "title": Static(id="title", markup=False),
            "list": _ListedTrials(id="list", markup=False),
            "worker": Static(id="worker", markup=False),
            "chosen": Static(id="chosen", markup=False),
        }
        self._room = Vertical(self._timeline, self._texts["list"], id="room")
        self._drawn: dict[str, tuple[Size, Sequence[Part]]] = {}
        self._refused: list[bool] = []
        self._height_of_lanes: int | None = None

    def compose(self) -> ComposeResult:
        """The line about all, the workers, the chosen ones in words, the keys."""
        yield self.header
        yield self._texts["title"]
        yield self._room
        yield self._texts["worker"]
        yield self._texts["chosen"]
        yield KeyBar()

    def on_mount(self) -> None:
        """Let the keys move the cursor."""
        self.set_class(self.ascii, "-ascii")
        self._timeline.focus()

    def on_resize(self, event: Resize) -> None:
        """Shorter names where there is little room."""
        self.set_class(event.size.width < _NARROW, "-narrow")
        self.set_class(event.size.width < _NARROWEST, "-narrowest")
        self.set_class(event.size.height < _LOW, "-low")
        self.set_class(event.size.height < _LOWEST, "-lowest")
        if self.view is not None:
            self.call_after_refresh(self.watch_view)

    def show(self, view: RunView) -> None:
        """Draw a moment of the run."""
        now = view.now()
        self._activity.follow(view.snapshot, view.summary)

        narrow = self.has_class("-narrow")

        def cells(worker: str) -> Sequence[Cell]:
            row = self._activity.row(worker, now)
            return worker_cells(row, now, narrow=narrow, ascii=self.ascii)

        self._timeline.show(
            self._activity, worker_columns(narrow), cells, now, is_past=view.moment is not None
        )
        self._divide_room()
        self._show_words(view)

    def _divide_room(self) -> None:
        """Give the lanes what they can use, and a list of trials what is left."""
        needed = self._timeline.greatest_height
        has_list = 0 < needed <= self._room.size.height - _LEAST_LIST
        height = needed if has_list else None
        if height != self._height_of_lanes:
            self._height_of_lanes = height
            self._timeline.styles.height = "1fr" if height is None else height
            self._texts["list"].display = has_list

    @on(Timeline.CursorMoved)
    @on(_ListedTrials.Resized)
    def _follow_cursor(self) -> None:
        """Put in words what is under the cursor; after a key at once, to be painted with it."""
        if self.view is not None:
            self._show_words(self.view)

    def _show_words(self, view: RunView) -> None:
        now, worker, bar = view.now(), self._timeline.worker, self._timeline.chosen
        row = None if worker is None else self._activity.row(worker, now)
        trial = None if bar is None else view.trial(bar.trial_id)
        self._update("title", list(self._title(view, now)))
        self._update("worker", [] if row is None else list(worker_in_words(row, now)))
        self._update(
            "chosen",
            []
            if trial is None
            else list(trial_in_words(trial, view, now, self.ascii, self._timeline.crowd)),
        )
        self._update("list", self._list(view, now))
        refused = [self.why_not(action) is not None for action in ("open", "see_all")]
        if refused != self._refused:
            # Only then: the footer is made anew each time.
            self._refused = refused
            self.refresh_bindings()

    def _list(self, view: RunView, now: float) -> list[Part]:
        worker, bar = self._timeline.worker, self._timeline.chosen
        if self._height_of_lanes is None or worker is None or bar is None:
            return []
        room = max(self._texts["list"].size.height - 1, 0)
        bars = trials_around(self._activity.lane(worker).bars, bar, room)
        return list_parts(bars, bar, view, now, ascii=self.ascii)

    def _title(self, view: RunView, now: float) -> Iterator[Part]:
        workers, in_sight = len(self._activity.workers), self._timeline.workers_in_sight
        count = str(workers)
        if len(in_sight) < workers:
            count = f"{in_sight.start + 1}–{in_sight.stop} of {workers}"
        room = self._texts["title"].content_size.width - len(f"Workers {count}")
        yield f"Workers {count}", "bold"
        for said in self._kinds(view, now):
            # What has no room is left out whole.
            if (room := room - len(said)) < 0:
                return
            yield said, "$foreground-muted"
        shown = next((each for each in self._extents() if len(each) + 2 <= room), "")
        yield " " * (room - len(shown)) + shown, "$foreground-muted"

    def _kinds(self, view: RunView, now: float) -> Iterator[str]:
        """How many workers there are of each kind, and how many trials they have left."""
        for state, count in self._activity.counts(now).items():
            yield f" · {count} {state}"
        if left := len(view.summary.abandoned):
            yield f" · {counted(left, 'trial')} abandoned"

    def _extents(self) -> Iterator[str]:
        """Which part of the time is in sight, and the same in fewer words."""
        if (edges := self._timeline.edges) is None:
            return
        span = edges[1] - edges[0]
        start, end = (clock_time(edge, span) for edge in edges)
        end = end[7:] if end[:7] == start[:7] else end
        extent = "silence cut" if self._timeline.hides_silence else "whole run"
        if self._timeline.is_zoomed:
            extent = "zoomed"
        yield f"{start} – {end}, {extent}, {duration(span)}"
        yield f"{extent}, {duration(span)}"

    def _update(self, name: str, parts: Sequence[Part]) -> None:
        if self.ascii:
            parts = [(to_ascii(text), style) for text, style in parts]
        drawn = (self._texts[name].content_size, parts)
        if drawn != self._drawn.get(name):
            self._drawn[name] = drawn
            # Each has its height whatever it says.
            self._texts[name].update(self._fitted(name, Content.assemble(*parts)), layout=False)

    def _fitted(self, name: str, content: Content) -> Content:
        """What has room of a text that wraps, and a sign where there was more."""
        size = self._texts[name].content_size
        if name not in _WRAPPED or size.width < 2:
            return content
        lines = content.wrap(size.width)
        if len(lines) <= size.height:
            return content
        last = lines[size.height - 1].rstrip().truncate(size.width - 1)
        more = Content("~" if self.ascii else "…")
        return Content("\n").join([*lines[: size.height - 1], last + more])

    # --- what a person can do ------------------------------------------------------------------

    def action_move(self, rows: int) -> None:
        """Go some workers down."""
        self._timeline.move(rows)
        self._follow_cursor()

    def action_page(self, pages: int) -> None:
        """Go some screenfuls down."""
        self._timeline.page(pages)
        self._follow_cursor()

    def action_first(self) -> None:
        """Go to the first worker."""
        self._timeline.go_first()
        self._follow_cursor()

    def action_last(self) -> None:
        """Go to the last worker."""
        self._timeline.go_last()
        self._follow_cursor()

    def why_not(self, action: str) -> str | None:
        """Why an action cannot be done now; None if it can."""
        if action in ("open", "step", "zoom", "pan", "see_all") and self._timeline.edges is None:
            return "No worker has started a trial yet."
        if action == "open" and self._timeline.chosen is None:
            return "This worker has not started a trial yet."
        timeline = self._timeline
        if action == "see_all" and not (timeline.is_zoomed or timeline.has_silence):
            return "The whole run is in sight already."
        return super().why_not(action)

    def chosen(self) -> Sequence[str]:
        """The trial that the cursor is on."""
        bar = self._timeline.chosen
        return () if bar is None else (bar.trial_id,)

    def action_step(self, trials: int) -> None:
        """Go some trials on in the lane."""
        if not self.refuses("step"):
            self._timeline.step(trials)
            self._follow_cursor()

    def action_zoom(self, steps: int) -> None:
        """See less and larger, or more."""
        if not self.refuses("zoom"):
            self._timeline.zoom(steps)
            self._follow_cursor()

    def action_pan(self, steps: int) -> None:
        """See what was later, or before."""
        if not self.refuses("pan"):
            self._timeline.pan(steps)
            self._follow_cursor()

    def action_see_all(self) -> None:
        """See the whole run."""
        if not self.refuses("see_all"):
            self._timeline.see_all()
            self._follow_cursor()

    def action_open(self) -> None:
        """Show the chosen trial whole."""
        if not self.refuses("open"):
            self._timeline.open()

    @on(Timeline.Opened)
    def _on_opened(self, event: Timeline.Opened) -> None:
        worker = self._activity.worker_of(event.trial_id)
        bars = [] if worker is None else self._activity.lane(worker).bars
        self.open_trial(event.trial_id, tuple(bar.trial_id for bar in bars))
