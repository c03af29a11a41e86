"""Which trials somebody has changed: what they were before, their own times do not tell."""

from __future__ import annotations

from pathlib import Path

from neps_state.history import History
from neps_state.layout import RunLayout


def changed_by_hand(root: Path) -> frozenset[str]:
    """Ids of the trials that were reset, reported or otherwise changed with this program.

    Args:
        root: The run directory; where its changes cannot be read, nothing is known of them.
    """
    try:
        changes = History(RunLayout(root)).changes()
    except OSError:
        return frozenset()
    return frozenset(trial_id for change in changes for trial_id in change.trial_ids)
