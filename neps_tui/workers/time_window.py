"""The part of a run's time that is in sight, and the round times that label it."""

from __future__ import annotations

import math
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import NamedTuple, Self

_STEPS = (
    *(digit * 10.0**exponent for exponent in (-3, -2, -1) for digit in (1, 2, 5)),
    *(1, 2, 5, 10, 15, 30),
    *(60 * minutes for minutes in (1, 2, 5, 10, 15, 30)),
    *(3600 * hours for hours in (1, 2, 3, 6, 12)),
)
_DAY = 86_400
_DAYS = (1, 2, 5, 10, 20, 50, 100, 200, 500, 1000)
_GROWTH = math.log(1.02)
_LEAST_SPAN = 0.01
"""Seconds; less than it takes to evaluate anything."""
_PAUSE = 2
"""Blank cells between two labels."""


@dataclass(frozen=True, slots=True)
class TimeWindow:
    """A stretch of time, cut into half cells.

    Attributes:
        start: Seconds since the epoch.
        step: Seconds in half a cell.
        halves: How many half cells there are.
    """

    start: float
    step: float
    halves: int

    @property
    def end(self) -> float:
        """Seconds since the epoch."""
        return self.start + self.step * self.halves

    def half_at(self, time: float) -> int:
        """The half cell in which a time is, from 0; beyond the window also beyond its halves."""
        return math.floor((time - self.start) / self.step)

    def time_at(self, cell: float) -> float:
        """The time at the left edge of a cell."""
        return self.start + 2 * cell * self.step


@dataclass(frozen=True, slots=True)
class Zoom:
    """Which part of the whole run a person wants to see.

    Attributes:
        span: How many seconds; None for the whole run.
        end: The right edge, seconds since the epoch; None to follow the end of the run.
    """

    span: float | None = None
    end: float | None = None

    def window(self, first: float, last: float, halves: int) -> TimeWindow:
        """The part in sight.

        While time goes by, it stays the same for as long as it can, so that little has to be
        drawn anew: the scale of the whole run grows in steps of 2 %, and a part of it moves by
        half a cell.

        Args:
            first: When the run began, seconds since the epoch.
            last: When it ended or now, likewise.
            halves: How many half cells there are to draw in.
        """
        halves = max(halves, 2)
        if self.span is None:
            needed = max(last - first, _LEAST_SPAN) / halves
            return TimeWindow(
                first, math.exp(math.ceil(math.log(needed) / _GROWTH) * _GROWTH), halves
            )
        step = self.span / halves
        end = last if self.end is None else self.end
        return TimeWindow((math.ceil(end / step) - halves) * step, step, halves)

    def edges(self, first: float, last: float) -> tuple[float, float]:
        """From when to when there is something in sight, seconds since the epoch."""
        if self.span is None:
            return first, last
        end = last if self.end is None else self.end
        return end - self.span, end

    def zoomed(self, factor: float, at: float, first: float, last: float) -> Self:
        """See a larger or smaller part.

        Args:
            factor: How much larger.
            at: The time that stays where it is, seconds since the epoch.
            first: When the run began, likewise.
            last: When it ended or now, likewise.
        """
        start, end = self.edges(first, last)
        at = min(max(at, start), end)
        span = max((end - start) * factor, _LEAST_SPAN)
        return self._placed(
            span, at + (end - at) * span / max(end - start, _LEAST_SPAN), first, last
        )

    def panned(self, part: float, first: float, last: float) -> Self:
        """See what is before or after.

        Args:
            part: How far, as a part of what is in sight; negative for what is before.
            first: When the run began, seconds since the epoch.
            last: When it ended or now, likewise.
        """
        start, end = self.edges(first, last)
        return self._placed(end - start, end + part * (end - start), first, last)

    def revealing(self, start: float, end: float, first: float, last: float) -> Self:
        """See a stretch of time, moving no more than is needed; its end if it is too long.

        Args:
            start: Where it begins, seconds since the epoch.
            end: Where it ends, likewise.
            first: When the run began, likewise.
            last: When it ended or now, likewise.
        """
        left, right = self.edges(first, last)
        span = right - left
        if start < left and end < right:
            return self._placed(span, max(start - span / 10 + span, end), first, last)
        if end > right and start > left:
            return self._placed(span, end + span / 10, first, last)
        return self

    def _placed(self, span: float, end: float, first: float, last: float) -> Self:
        if span >= last - first:
            return type(self)()
        end = max(end, first + span)
        return type(self)(span, None if end >= last else end)


class Tick(NamedTuple):
    """A round time.

    Attributes:
        time: Seconds since the epoch.
        label: What the clock shows then, or the date at midnight.
    """

    time: float
    label: str


def clock_ticks(start: float, end: float, cells: int) -> list[Tick]:
    """Round times in local time, as many as have room for their labels.

    Args:
        start: Seconds since the epoch.
        end: Likewise.
        cells: How much room there is.
    """
    span = max(end - start, 1e-6)
    for step in _STEPS:
        if span / step * (len(_label(datetime.fromtimestamp(start), step)) + 1 + _PAUSE) <= cells:
            return _ticks_within_days(start, end, step)
    days = next((each for each in _DAYS if span / _DAY / each * (6 + 1 + _PAUSE) <= cells), 2000)
    midnight = _midnight(start)
    ticks = []
    for number in range(days, int(span / _DAY) + 3, days):
        day = midnight + timedelta(days=number)
        ticks.append(Tick(day.timestamp(), f"{day:%d %b}"))
    return [tick for tick in ticks if start <= tick.time <= end]


def clock_time(seconds: float, span: float) -> str:
    """What the clock shows, as exactly as it matters within so many seconds, with the date."""
    moment = datetime.fromtimestamp(seconds)
    exact = next((step for step in (0.001, 0.01, 0.1) if span < 1000 * step), 1.0)
    return f"{moment:%d %b} {_label(moment, exact)}"


def _ticks_within_days(start: float, end: float, step: float) -> list[Tick]:
    midnight = _midnight(start).timestamp()
    first, last = math.ceil((start - midnight) / step), math.floor((end - midnight) / step)
    ticks = []
    for number in range(first, last + 1):
        time = midnight + number * step
        # Half a millisecond more: what is 0.3 may be a little less.
        moment = datetime.fromtimestamp(time + 0.0005)
        is_midnight = step >= 60 and moment.hour == moment.minute == 0
        ticks.append(Tick(time, f"{moment:%d %b}" if is_midnight else _label(moment, step)))
    return ticks


def _midnight(time: float) -> datetime:
    return datetime.fromtimestamp(time).replace(hour=0, minute=0, second=0, microsecond=0)


def _label(moment: datetime, step: float) -> str:
    if step >= 60:
        return f"{moment:%H:%M}"
    if step >= 1:
        return f"{moment:%H:%M:%S}"
    digits = 1 if step >= 0.1 else 2 if step >= 0.01 else 3
    return f"{moment:%H:%M:%S}.{moment.microsecond:06}"[: 9 + digits]
