"""Which worker, and which of its trials, a person looks at."""

from __future__ import annotations

from bisect import bisect_left, bisect_right
from collections.abc import Sequence

from neps_tui.workers.lane import Bar, Lane


class LaneCursor:
    """Stays on its worker and its trial while others come and go.

    Without a trial chosen it is on the worker's latest, whichever that is. In another lane it is
    on the trial nearest in time.

    Attributes:
        worker: The worker; None while there is none.
    """

    def __init__(self) -> None:
        self.worker: str | None = None
        self._row = 0
        self._trial_id: str | None = None
        self._time: float | None = None

    @property
    def follows_latest(self) -> bool:
        """Whether it goes along with the worker's latest trial."""
        return self._time is None

    def row(self, workers: Sequence[str]) -> int:
        """The place of its worker, or of the one that took it."""
        if self.worker is None or self._row >= len(workers) or workers[self._row] != self.worker:
            known = self.worker in workers if self.worker is not None else False
            self._row = (
                workers.index(self.worker)
                if known and self.worker is not None
                else min(self._row, max(len(workers) - 1, 0))
            )
            self.worker = workers[self._row] if workers else None
        return self._row

    def to_row(self, row: int, workers: Sequence[str]) -> None:
        """Go to another worker."""
        if workers:
            self._row = min(max(row, 0), len(workers) - 1)
            if workers[self._row] != self.worker:
                self.worker = workers[self._row]
                self._trial_id = None

    def to_bar(self, bar: Bar) -> None:
        """Go to a trial of the worker."""
        self._trial_id = bar.trial_id
        self._time = bar.start

    def bar(self, lane: Lane) -> Bar | None:
        """The chosen trial in the worker's lane; None where it has none."""
        if not lane.bars:
            return None
        if self._time is None:
            return lane.bars[-1]
        chosen = None if self._trial_id is None else lane.bar(self._trial_id)
        return chosen or _nearest(lane.bars, self._time)

    def step(self, lane: Lane, steps: int) -> None:
        """Go some trials further in the lane; beyond the latest, follow it."""
        bar = self.bar(lane)
        if bar is None:
            return
        at = bisect_left(lane.bars, bar) + steps
        if at >= len(lane.bars):
            self._trial_id = self._time = None
        else:
            self.to_bar(lane.bars[max(at, 0)])


def _nearest(bars: Sequence[Bar], time: float) -> Bar:
    at = bisect_right(bars, time, key=lambda bar: bar.start)
    around = bars[max(at - 1, 0) : at + 1]
    return min(around, key=lambda bar: max(bar.start - time, time - bar.end, 0.0))
