"""What a screen draws from: one moment of a run, whole."""

from __future__ import annotations

import time
from dataclasses import dataclass, field

from neps_state import Trial
from neps_state.snapshot import Phase, RunSnapshot
from neps_tui.facts.summary import RunSummary


@dataclass(frozen=True, slots=True, eq=False)
class RunView:
    """A snapshot and its summary; two are equal only if they are the same.

    Args:
        snapshot: The run.
        summary: What it amounts to.
        polling: Why the run is polled instead of watched; None while file events come.
        moment: The moment of the past that this is, seconds since the epoch; None if it is live.
    """

    snapshot: RunSnapshot
    summary: RunSummary = field(default_factory=RunSummary)
    polling: str | None = None
    moment: float | None = None

    @property
    def has_run(self) -> bool:
        """Whether there is a run to show."""
        return self.snapshot.phase is Phase.RUN

    @property
    def is_read(self) -> bool:
        """Whether it is known yet what there is."""
        return self.snapshot.phase is not Phase.UNREAD

    def now(self) -> float:
        """The time by which ages are told, seconds since the epoch."""
        return time.time() if self.moment is None else self.moment

    def trial(self, trial_id: str) -> Trial | None:
        """A trial by its id."""
        return self.snapshot.trials.get(trial_id)
