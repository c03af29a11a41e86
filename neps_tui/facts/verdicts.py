"""Whether a worker has left its trial.

A killed worker's trial stays `evaluating` for ever, and NePS has no heartbeat. But a worker
evaluates one trial at a time: one that has started a later trial has abandoned the earlier,
unless the user's pipeline is asynchronous, that is, submits a job and reports it later. Then the
finished trials of a worker overlap in time. Before some have finished, a verdict is a suspicion.
"""

from __future__ import annotations

from bisect import bisect_left
from collections import defaultdict

from neps_state import MetaData
from neps_tui.facts.summary import Standing

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

    def note(self, metadata: MetaData) -> None:
        """Take in a trial of this worker."""
        start, end = metadata.time_started, metadata.time_end
        if start is None:
            return
        if self.last_start is None or start > self.last_start:
            self.last_start = start
        if end is None:
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
    """How long finished trials of each fidelity took."""

    def __init__(self) -> None:
        self._by_fidelity: defaultdict[object, list[float]] = defaultdict(list)
        self._unsorted: set[object] = set()

    def note(self, fidelity: object, seconds: float) -> None:
        """Take in a finished trial."""
        self._by_fidelity[fidelity].append(seconds)
        self._unsorted.add(fidelity)

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

    def _sorted(self, fidelity: object) -> list[float]:
        durations = self._by_fidelity[fidelity]
        if fidelity in self._unsorted:
            self._unsorted.remove(fidelity)
            durations.sort()
        return durations
