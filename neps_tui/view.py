"""What a screen draws from: one moment of a run, whole."""

from __future__ import annotations

from dataclasses import dataclass, field

from neps_state import Trial
from neps_state.snapshot import Phase, RunSnapshot
from neps_tui.summary import RunSummary


@dataclass(frozen=True, slots=True, eq=False)
class RunView:
    """A snapshot and its summary; two are equal only if they are the same.

    Args:
        snapshot: The run.
        summary: What it amounts to.
        polling: Why the run is polled instead of watched; None while file events come.
    """

    snapshot: RunSnapshot
    summary: RunSummary = field(default_factory=RunSummary)
    polling: str | None = None

    @property
    def has_run(self) -> bool:
        """Whether there is a run to show."""
        return self.snapshot.phase is Phase.RUN

    def trial(self, trial_id: str) -> Trial | None:
        """A trial by its id."""
        return self.snapshot.trials.get(trial_id)
