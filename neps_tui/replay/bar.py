"""The line from which a run's past is replayed: which moment is shown, and how to go on."""

from __future__ import annotations

import time
from collections.abc import Callable, Sequence

from textual import events, on, work
from textual.app import RenderResult
from textual.content import Content
from textual.message import Message
from textual.timer import Timer
from textual.widget import Widget

from neps_tui.replay.history import RunHistory, neighbour
from neps_tui.view import RunView
from neps_tui.words.formatting import bar, date_and_time, duration, number, percent, to_ascii

_SPEEDS = (1, 10, 60, 600, 3600, 10_000)
_FRAME = 0.1
"""Seconds between two frames while it plays."""
_STEP = 0.01
"""Of the whole, what one step goes on."""
_PATIENCE = 0.03
"""Seconds after which it is said that a moment is still being got to."""
_LONGEST_BAR, _SHORTEST_BAR = 40, 6
_WORDS_WIDTH, _NARROW_WORDS_WIDTH = 71, 66
_NARROW = 100
"""Cells below which the day is left to the header, and a key to the help, for more of the bar."""


class ReplayBar(Widget, can_focus=True):
    """Goes through the past of a run, by itself or where it is told to; says which moment it is at.

    What a moment was like is found in a thread, one moment at a time: of many trials that takes
    longer than a key may. Meanwhile the bar is at the new moment already, and the screen still
    shows the one before, by its own name.

    Args:
        view: The run as it is now.
        ascii: Whether only ASCII may be drawn.

    Attributes:
        moment: The moment that is wanted, seconds since the epoch.
    """

    ALLOW_SELECT = False
    DEFAULT_CSS = """
    ReplayBar {
        height: 1;
        padding: 0 1;
        background: $warning-muted;
        color: $text-warning;
        &:focus { background: $warning; color: auto; text-style: bold; }
    }
    """

    class Opened(Message):
        """The past is known."""

        def __init__(self, history: RunHistory) -> None:
            super().__init__()
            self.history = history

    class Moved(Message):
        """Another moment is to be shown.

        Args:
            view: The run at that moment.
        """

        def __init__(self, view: RunView) -> None:
            super().__init__()
            self.view = view

    class Left(Message):
        """The present is to be shown again."""

    def __init__(self, view: RunView, *, ascii: bool = False) -> None:
        super().__init__()
        self._told = self._live = view
        self._ascii = ascii
        self._history: RunHistory | None = None
        self._speed = _SPEEDS[0]
        self._timer: Timer | None = None
        self._played_at = 0.0
        self.moment = view.now()
        self._shown: float | None = None
        self._is_looking = False
        self._looked_at = 0.0

    @property
    def is_playing(self) -> bool:
        """Whether time goes by."""
        return self._timer is not None

    @property
    def is_there(self) -> bool:
        """Whether the screen shows the moment that is wanted."""
        return self._shown == self.moment

    # --- finding moments -----------------------------------------------------------------------

    def on_mount(self) -> None:
        """Find out about the past, once there is something to see."""
        self.call_after_refresh(self._open)

    @work(thread=True)
    def _open(self) -> None:
        self.post_message(self.Opened(RunHistory(self._told)))

    @on(Opened)
    def _on_opened(self, event: Opened) -> None:
        """Show the beginning, at a speed at which the whole takes about half a minute.

        Where it was known before, only more of it is: the moment stays.
        """
        known, history = self._history, event.history
        self._history = history
        # Which jumps are possible is known only now.
        self.screen.refresh_bindings()
        if known is not None:
            self._shown = None
            self._go(history, self.moment)
            return
        whole = history.end - history.start
        self._speed = next((each for each in _SPEEDS if whole / each <= 30), _SPEEDS[-1])
        self._go(history, history.start)

    # --- what has happened since it was opened -------------------------------------------------

    def note_live(self, view: RunView) -> None:
        """Say how much has happened that is not in this past."""
        self._live = view
        self.refresh()

    def take_in(self) -> None:
        """Have what has happened since in the past too, and stay at the moment."""
        if self._history is not None and self._live is not self._told:
            self._told = self._live
            self._open()

    # --- going about ---------------------------------------------------------------------------

    def _jump(self, where: Callable[[RunHistory], float]) -> None:
        """Go to a moment that the past tells, and stay there."""
        if self._history is not None:
            self._pause()
            self._go(self._history, where(self._history))

    def _go(self, history: RunHistory, moment: float) -> None:
        self.moment = min(max(moment, history.start), history.end)
        self.refresh()
        # Not before that is painted: two threads at once make each other slow.
        self.call_after_refresh(self._begin)

    def _begin(self) -> None:
        """Have the moment found that is wanted now, unless another one still is."""
        if self._history is None or self._is_looking or self.is_there:
            return
        self._is_looking = True
        self._looked_at = time.monotonic()
        self.set_timer(_PATIENCE, self.refresh)
        self._look(self._history, self.moment)

    @work(thread=True)
    def _look(self, history: RunHistory, moment: float) -> None:
        self.post_message(self.Moved(history.at(moment)))

    @on(Moved)
    def _on_moved(self, event: Moved) -> None:
        """Show what was found; while keys go on, what they left behind is not worth painting."""
        self._is_looking = False
        if event.view.moment == self.moment or self.is_playing:
            self._shown = event.view.moment
            self.refresh()
        else:
            event.stop()
        self._begin()

    # --- where to ------------------------------------------------------------------------------

    def play(self) -> None:
        """Let time go by, or stop it; from the end, begin anew."""
        if self._timer is not None:
            self._pause()
        elif self._history is not None:
            if self.moment >= self._history.end:
                self._go(self._history, self._history.start)
            self._played_at = time.monotonic()
            self._timer = self.set_interval(_FRAME, self._play)
        self.refresh()

    def _play(self) -> None:
        if self._history is None or not self.is_there:
            return
        now = time.monotonic()
        elapsed, self._played_at = now - self._played_at, now
        self._go(self._history, self.moment + elapsed * self._speed)
        if self.moment >= self._history.end:
            self._pause()

    def _pause(self) -> None:
        if self._timer is not None:
            self._timer.stop()
            self._timer = None
        self.refresh()

    def change_speed(self, step: int) -> None:
        """Let time go by faster or slower."""
        at = _SPEEDS.index(self._speed) + step
        self._speed = _SPEEDS[min(max(at, 0), len(_SPEEDS) - 1)]
        self.refresh()

    def step(self, steps: int) -> None:
        """Go on or back by hundredths of the whole."""
        self._jump(lambda past: self.moment + steps * _STEP * (past.end - past.start))

    def jump_to_edge(self, *, last: bool) -> None:
        """Go to the end or to the beginning."""
        self._jump(lambda past: past.end if last else past.start)

    def jump_to_incumbent(self, step: int) -> None:
        """Go to when the next better trial ended, or the one before for a step of -1."""
        self._jump_along("better trial ended", lambda past: past.incumbents, step)

    def jump_to_crash(self, step: int) -> None:
        """Go to when the next trial crashed, or the one before for a step of -1."""
        self._jump_along("trial crashed", lambda past: past.crashes, step)

    def _jump_along(
        self, what: str, moments: Callable[[RunHistory], Sequence[float]], step: int
    ) -> None:
        if self._history is None:
            return
        there = neighbour(moments(self._history), self.moment, step)
        if there is None:
            side = "after" if step > 0 else "before"
            self.notify(f"No {what} {side} this moment.", markup=False)
        else:
            self._jump(lambda past: there)

    def why_not(self, action: str) -> str | None:
        """Why a jump cannot be made in this past at all."""
        if self._history is None:
            return None
        if action == "crash" and not self._history.crashes:
            return "No trial of this run crashed."
        if action == "incumbent" and not self._history.incumbents:
            return "No trial of this run has an objective."
        return None

    def leave(self) -> None:
        """Show the present again."""
        self._pause()
        self.post_message(self.Left())

    def on_click(self, event: events.Click) -> None:
        """Go to where the bar was clicked."""
        offset = event.get_content_offset(self)
        start = len(self._before())
        length = self._bar_length()
        if offset is not None and start <= offset.x < start + length:
            part = (offset.x - start + 0.5) / length
            self._jump(lambda past: past.start + part * (past.end - past.start))

    # --- drawing -------------------------------------------------------------------------------

    def _before(self) -> str:
        return f"{'>' if self.is_playing else '='} REPLAY  "

    @property
    def _is_narrow(self) -> bool:
        return self.content_size.width < _NARROW

    def _bar_length(self) -> int:
        words = _NARROW_WORDS_WIDTH if self._is_narrow else _WORDS_WIDTH
        room = self.content_size.width - words
        return min(max(room, _SHORTEST_BAR), _LONGEST_BAR)

    def render(self) -> RenderResult:
        """The moment, how far it is, and how fast time goes by."""
        text = self._before() + self._said()
        return Content(to_ascii(text) if self._ascii else text)

    def _said(self) -> str:
        if self._history is None:
            return "finding out about the past …"
        start, end = self._history.start, self._history.end
        part = (self.moment - start) / (end - start) if end > start else 1.0
        passed = duration(self.moment - start)
        moment = date_and_time(self.moment, tenths=True, date=not self._is_narrow)
        return (
            f"{bar(part, self._bar_length(), self._ascii)}"
            f"  {moment} · {passed} in · {percent(part, 1)}"
            f" · ×{number(self._speed)}{self._said_of_progress()}{self._said_of_news()}"
        )

    def _said_of_news(self) -> str:
        since = self._live.summary.usage.evaluations - self._told.summary.usage.evaluations
        if since <= 0:
            return ""
        return (
            f" · {since} since" if self._is_narrow else f" · {since} ended since, R takes them in"
        )

    def _said_of_progress(self) -> str:
        if self.is_playing:
            return ""
        is_late = self._is_looking and time.monotonic() - self._looked_at >= _PATIENCE
        return ", on its way" if is_late else ", stopped"
