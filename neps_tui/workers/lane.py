"""The trials of one worker, in time."""

from __future__ import annotations

import math
from bisect import bisect_left, bisect_right, insort
from collections.abc import Iterable, Sequence
from typing import NamedTuple

from neps_state import State, Trial
from neps_state.trial import UNFINISHED

FAILED = frozenset({State.FAILED, State.CRASHED, State.CORRUPTED})
"""States of trials that have ended and gave nothing."""


class Bar(NamedTuple):
    """One trial in the time of its worker.

    Attributes:
        start: Seconds since the epoch.
        end: Likewise; infinite while it is evaluated.
        trial_id: The trial.
        state: Its state.
    """

    start: float
    end: float
    trial_id: str
    state: State


class Lane:
    """The trials of one worker, by their start.

    Attributes:
        bars: Those that were started, each once.
        failed: How many of those that have ended crashed, failed or are corrupted.
        version: Another number after each change.
    """

    def __init__(self, trials: Iterable[Trial] = ()) -> None:
        self.failed = 0
        self.version = 0
        self._ended: dict[str, State] = {}
        self._bars: dict[str, Bar] = {}
        self._longest = 0.0
        self._sums: tuple[int, float, float | None] = (-1, 0.0, None)
        for trial in trials:
            self._note(trial)
        self.bars: list[Bar] = sorted(self._bars.values())

    @property
    def ended(self) -> int:
        """How many trials have ended."""
        return len(self._ended)

    @property
    def first(self) -> float | None:
        """When it first started a trial, seconds since the epoch."""
        return self.bars[0].start if self.bars else None

    @property
    def last_report(self) -> float | None:
        """When a trial last ended, seconds since the epoch."""
        return self._summed()[1]

    @property
    def last_sign(self) -> float | None:
        """When it last started or ended a trial, seconds since the epoch."""
        if not self.bars:
            return None
        return max(self.bars[-1].start, self.last_report or -math.inf)

    def put(self, trial: Trial) -> None:
        """Take in a trial, in the place of what was known of it."""
        self.drop(trial.metadata.id)
        if (bar := self._note(trial)) is not None:
            insort(self.bars, bar)

    def drop(self, trial_id: str) -> None:
        """Forget a trial, if it is known."""
        self.failed -= self._ended.pop(trial_id, None) in FAILED
        if (bar := self._bars.pop(trial_id, None)) is not None:
            del self.bars[bisect_left(self.bars, bar)]
        self.version += 1

    def _note(self, trial: Trial) -> Bar | None:
        trial_id, state = trial.metadata.id, trial.metadata.state
        if state not in UNFINISHED:
            self._ended[trial_id] = state
            self.failed += state in FAILED
        bar = _bar_of(trial)
        if bar is not None:
            self._bars[trial_id] = bar
            if bar.end != math.inf:
                self._longest = max(self._longest, bar.end - bar.start)
        return bar

    def bar(self, trial_id: str) -> Bar | None:
        """The bar of a trial."""
        return self._bars.get(trial_id)

    def ended_between(self, start: float, end: float) -> Sequence[Bar]:
        """The bars, by their start, among which are all that have ended and reach into a time.

        Args:
            start: Seconds since the epoch.
            end: Likewise.
        """
        first = bisect_left(self.bars, start - self._longest, key=_start_of)
        return self.bars[first : bisect_right(self.bars, end, key=_start_of)]

    def next_start(self, bar: Bar) -> float:
        """When the trial after one was started; infinite if there is none."""
        at = bisect_right(self.bars, bar)
        return self.bars[at].start if at < len(self.bars) else math.inf

    def covered(self, until: float | None = None) -> float:
        """Seconds in which at least one trial that has ended was evaluated.

        Args:
            until: Count only up to then, seconds since the epoch; None for all.
        """
        last_report = self.last_report
        if until is None or last_report is None or until >= last_report:
            return self._summed()[0]
        return _covered(self.bars, until)[0]

    def _summed(self) -> tuple[float, float | None]:
        if self._sums[0] != self.version:
            covered, reach = _covered(self.bars, math.inf)
            self._sums = (self.version, covered, None if reach == -math.inf else reach)
        return self._sums[1:]


def _start_of(bar: Bar) -> float:
    return bar.start


def _covered(bars: Iterable[Bar], until: float) -> tuple[float, float]:
    """Seconds within any of the ended bars, and where the last of them ends."""
    covered, reach = 0.0, -math.inf
    for start, end, _, _ in bars:
        if start >= until:
            break
        if end == math.inf:
            continue
        end = min(end, until)
        if end > reach:
            covered += end - max(start, reach)
            reach = end
    return covered, reach


def _bar_of(trial: Trial) -> Bar | None:
    metadata = trial.metadata
    start, end = metadata.time_started, metadata.time_end
    if start is None or not math.isfinite(start) or metadata.state is State.PENDING:
        return None
    if metadata.state is State.EVALUATING:
        end = math.inf
    elif end is None or not math.isfinite(end):
        end = start + (metadata.evaluation_duration or 0.0)
    return Bar(start, max(start, end), metadata.id, metadata.state)
