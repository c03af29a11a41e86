"""The line from which a run's past is replayed: which moment is shown, and how to go on."""

from __future__ import annotations

import time
from datetime import datetime
from typing import ClassVar

from textual import events
from textual.app import RenderResult
from textual.binding import BindingType
from textual.content import Content
from textual.message import Message
from textual.timer import Timer
from textual.widget import Widget

from neps_tui.actions import bindings_of
from neps_tui.replay.history import RunHistory
from neps_tui.words.formatting import bar, duration, number, percent, to_ascii

_SPEEDS = (1, 10, 60, 600, 3600, 10_000)
_FRAME = 0.1
"""Seconds between two frames while it plays."""
_STEP = 0.01
"""Of the whole, what one step goes on."""
_LONGEST_BAR, _SHORTEST_BAR = 40, 6
_WORDS_WIDTH = 66


class ReplayBar(Widget, can_focus=True):
    """Goes through the past of a run by itself or by keys, and tells which moment it is at.

    Args:
        history: The past.
        ascii: Whether only ASCII may be drawn.
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
    BINDINGS: ClassVar[list[BindingType]] = [*bindings_of("replay")]

    class Moved(Message):
        """Another moment is to be shown.

        Args:
            moment: Seconds since the epoch.
        """

        def __init__(self, moment: float) -> None:
            super().__init__()
            self.moment = moment

        def can_replace(self, message: Message) -> bool:
            """Only the last of several moves matters."""
            return isinstance(message, ReplayBar.Moved)

    class Left(Message):
        """The present is to be shown again."""

    def __init__(self, history: RunHistory, *, ascii: bool = False) -> None:
        super().__init__()
        self._history = history
        self._ascii = ascii
        self._speed = _SPEEDS[0]
        self._timer: Timer | None = None
        self._played_at = 0.0
        self.moment = history.start

    @property
    def is_playing(self) -> bool:
        """Whether time goes by."""
        return self._timer is not None

    def on_mount(self) -> None:
        """Show the beginning, at a speed at which the whole takes about half a minute."""
        whole = self._history.end - self._history.start
        self._speed = next((each for each in _SPEEDS if whole / each <= 30), _SPEEDS[-1])
        self._go(self._history.start)

    def action_play(self) -> None:
        """Let time go by, or stop it; from the end, begin anew."""
        if self._timer is not None:
            self._pause()
        else:
            if self.moment >= self._history.end:
                self._go(self._history.start)
            self._played_at = time.monotonic()
            self._timer = self.set_interval(_FRAME, self._play)
        self.refresh()

    def _play(self) -> None:
        now = time.monotonic()
        elapsed, self._played_at = now - self._played_at, now
        self._go(self.moment + elapsed * self._speed)
        if self.moment >= self._history.end:
            self._pause()

    def _pause(self) -> None:
        if self._timer is not None:
            self._timer.stop()
            self._timer = None
        self.refresh()

    def action_step(self, steps: int) -> None:
        """Go on or back by hundredths of the whole."""
        self._pause()
        self._go(self.moment + steps * _STEP * (self._history.end - self._history.start))

    def action_speed(self, step: int) -> None:
        """Let time go by faster or slower."""
        at = _SPEEDS.index(self._speed) + step
        self._speed = _SPEEDS[min(max(at, 0), len(_SPEEDS) - 1)]
        self.refresh()

    def action_incumbent(self, step: int) -> None:
        """Go to when the next better trial ended, or the one before."""
        self._pause()
        self._go(self._history.next_incumbent(self.moment, step))

    def action_crash(self, step: int) -> None:
        """Go to when the next trial crashed, or the one before."""
        self._pause()
        self._go(self._history.next_crash(self.moment, step))

    def action_edge(self, last: bool) -> None:
        """Go to the end or to the beginning."""
        self._pause()
        self._go(self._history.end if last else self._history.start)

    def action_leave(self) -> None:
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
            self._pause()
            self._go(self._history.start + part * (self._history.end - self._history.start))

    def _go(self, moment: float) -> None:
        self.moment = min(max(moment, self._history.start), self._history.end)
        self.post_message(self.Moved(self.moment))
        self.refresh()

    def _before(self) -> str:
        return f"{'>' if self.is_playing else '='} REPLAY  "

    def _bar_length(self) -> int:
        room = self.content_size.width - _WORDS_WIDTH
        return min(max(room, _SHORTEST_BAR), _LONGEST_BAR)

    def render(self) -> RenderResult:
        """The moment, how far it is, and how fast time goes by."""
        start, end = self._history.start, self._history.end
        part = (self.moment - start) / (end - start) if end > start else 1.0
        clock = datetime.fromtimestamp(self.moment).strftime("%Y-%m-%d %H:%M:%S")
        text = (
            f"{self._before()}{bar(part, self._bar_length(), self._ascii)}  {clock}"
            f" · {duration(self.moment - start)} in · {percent(part, 1)}"
            f" · ×{number(self._speed)}{'' if self.is_playing else ', stopped'}"
        )
        return Content(to_ascii(text) if self._ascii else text)
