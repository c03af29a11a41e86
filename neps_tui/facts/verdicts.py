"""Whether a worker has left its trial, and how long one may take before it is missed.

A killed worker's trial stays `evaluating` for ever, and NePS has no heartbeat. But a worker
evaluates one trial at a time: one that has started a later trial has abandoned the earlier,
unless the user's pipeline is asynchronous, that is, submits a job and reports it later. Then the
finished trials of a worker overlap in time. Before some have finished, a verdict is a suspicion.
"""

from __future__ import annotations

import math
from bisect import bisect_left
from collections import defaultdict
from typing import NamedTuple, TypeGuard

from neps_state import MetaData
from neps_tui.facts.summary import Standing
from neps_tui.words.formatting import duration, number

_ENOUGH_FOR_LATE = 5
_ENOUGH_FOR_SYNCHRONOUS = 2
_CLOCK_SLACK = 0.01


class WorkerHistory:
    """What one worker has started and ended.

    Attributes:
        last_start: When it last started a trial, seconds since the epoch.
        overlaps: Whether two of its finished trials overlap in time.
        finished: How many it has ended.
    """

    def __init__(self) -> None:
        self.last_start: float | None = None
        self.overlaps = False
        self._spans: list[tuple[float, float]] = []

    @property
    def finished(self) -> int:
        """How many trials it has ended."""
        return len(self._spans)

    @property
    def last_sign(self) -> float:
        """When it last started a trial or ended the latest, seconds since the epoch."""
        ended = self._spans[-1][1] if self._spans else -math.inf
        return max(ended, -math.inf if self.last_start is None else self.last_start)

    def note(self, metadata: MetaData) -> None:
        """Take in a trial of this worker; times that no clock shows tell nothing."""
        start, end = metadata.time_started, metadata.time_end
        if start is None or not math.isfinite(start):
            return
        if self.last_start is None or start > self.last_start:
            self.last_start = start
        if end is None or not math.isfinite(end):
            return
        spans = self._spans
        if not spans or start >= spans[-1][0]:
            at = len(spans)
            spans.append((start, end))
        else:
            at = bisect_left(spans, (start, end))
            spans.insert(at, (start, end))
            self.overlaps |= end > spans[at + 1][0] + _CLOCK_SLACK
        if at and spans[at - 1][1] > start + _CLOCK_SLACK:
            self.overlaps = True

    def verdict(self, started: float | None) -> tuple[Standing, str]:
        """What is to be thought of a trial that this worker is said to evaluate.

        Args:
            started: When it started it, seconds since the epoch.
        """
        if started is None or self.last_start is None or self.last_start <= started:
            return "working", ""
        if self.overlaps:
            return "working", "its worker evaluates several trials at once"
        if self.finished >= _ENOUGH_FOR_SYNCHRONOUS:
            return "abandoned", "its worker has started a later trial"
        return "suspected", "its worker has started a later trial, or evaluates several at once"


class UsualDurations:
    """How long trials of each fidelity took that succeeded: others may end at any moment."""

    def __init__(self) -> None:
        self._by_fidelity: defaultdict[object, list[float]] = defaultdict(list)
        self._unsorted: set[object] = set()
        self._longest: float | None = None
        self._slowest: _Slowest | None = None

    def note(self, fidelity: object, seconds: float) -> None:
        """Take in a trial that has succeeded; times that no clock shows tell nothing."""
        if not math.isfinite(seconds):
            return
        self._by_fidelity[fidelity].append(seconds)
        self._unsorted.add(fidelity)
        if self._longest is None or seconds > self._longest:
            self._longest = seconds
        if _is_measure(fidelity) and (
            self._slowest is None or seconds > self._slowest.scaled_to(fidelity)
        ):
            self._slowest = _Slowest(seconds, fidelity)

    def usual(self, fidelity: object) -> float | None:
        """The median of like trials, in seconds."""
        durations = self._sorted(fidelity)
        return durations[len(durations) // 2] if durations else None

    def late_after(self, fidelity: object) -> float | None:
        """The 95th percentile of like trials, in seconds, once there are a few."""
        durations = self._sorted(fidelity)
        if len(durations) < _ENOUGH_FOR_LATE:
            return None
        return durations[min(len(durations) - 1, int(0.95 * len(durations)))]

    def longest(self, fidelity: object) -> tuple[float | None, str]:
        """How long a trial may take by all that is known, and how that is known.

        A few like trials tell by their 95th percentile, fewer by the longest of them. Without
        any, the longest of all trials does; a fidelity which is larger than theirs takes longer
        in proportion.

        Returns:
            Seconds, None before any trial has succeeded; and a sentence without its stop.
        """
        durations = self._sorted(fidelity)
        if (late_after := self.late_after(fidelity)) is not None:
            return late_after, f"95 % of like trials take at most {duration(late_after)}"
        if durations:
            took = f"took {duration(durations[-1])}"
            if len(durations) == 1:
                return durations[-1], f"the only like trial so far {took}"
            return durations[-1], f"the longest of {len(durations)} like trials {took}"
        return self._longest_of_others(fidelity)

    def _longest_of_others(self, fidelity: object) -> tuple[float | None, str]:
        longest, slowest = self._longest, self._slowest
        if longest is None:
            return None, "no trial has succeeded yet to compare with"
        if slowest is not None and _is_measure(fidelity):
            scaled = slowest.scaled_to(fidelity)
            if scaled > longest:
                return scaled, (
                    f"fidelity {number(slowest.fidelity)} took up to {duration(slowest.seconds)}, "
                    f"so {number(fidelity)} may take {duration(scaled)}"
                )
        took = duration(longest)
        return longest, f"no like trial has succeeded yet, the longest of others took {took}"

    def _sorted(self, fidelity: object) -> list[float]:
        durations = self._by_fidelity[fidelity]
        if fidelity in self._unsorted:
            self._unsorted.remove(fidelity)
            durations.sort()
        return durations


class _Slowest(NamedTuple):
    """The trial that took longest for each unit of its fidelity.

    Attributes:
        seconds: How long it took.
        fidelity: Its fidelity.
    """

    seconds: float
    fidelity: float

    def scaled_to(self, fidelity: float) -> float:
        """Seconds that another fidelity takes in proportion."""
        return self.seconds / self.fidelity * fidelity


def _is_measure(fidelity: object) -> TypeGuard[float]:
    return isinstance(fidelity, float | int) and 0 < fidelity < math.inf
