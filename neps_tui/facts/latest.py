"""The trials that ended last, by which one tells how fast a run goes."""

from __future__ import annotations

import math
from collections.abc import Sequence

from neps_state import State, Trial
from neps_tui.facts.summary import Span

_MOST = 60
"""How many trials tell how fast a run goes."""


class Latest:
    """The latest of the trials that have ended.

    Attributes:
        report: When the last one ended, seconds since the epoch; None before there is one.
        spans: From when to when the latest sixty were evaluated, by their end.
    """

    def __init__(self) -> None:
        self.report: float | None = None
        self.spans: list[Span] = []

    def add(self, ended: Sequence[Trial]) -> None:
        """Take in trials that have ended, in the order in which they did."""
        spans: list[Span] = []
        for trial in reversed(ended):
            end = trial.metadata.time_end
            if end is None or not math.isfinite(end):
                continue
            if self.report is None or end > self.report:
                self.report = end
            if trial.metadata.state is not State.EXTERNAL:
                spans.append(_span(trial, end))
                if len(spans) == _MOST:
                    break
        self.spans = sorted([*self.spans, *reversed(spans)], key=_end_of)[-_MOST:]


def _span(trial: Trial, end: float) -> Span:
    start = trial.metadata.time_started
    if start is None or not -math.inf < start <= end:
        # A time that no clock shows tells nothing, nor does a start after the end.
        start = end
    return Span(start, end, trial.metadata.evaluating_worker_id)


def _end_of(span: Span) -> float:
    return span.end
