"""Which trials were promoted: continued at a higher rung."""

from __future__ import annotations

from collections.abc import Mapping

from neps_state import Trial
from neps_tui.facts.fold import rung_of


def previous_id(trial: Trial) -> str:
    """Id of the trial that one continues: it says so, or its own id does; empty without rungs."""
    rung = rung_of(trial)
    if rung is None:
        return ""
    config = trial.metadata.id.rpartition("_rung_")[0]
    return trial.metadata.previous_trial_id or f"{config}_rung_{rung - 1}"


def promoted(trials: Mapping[str, Trial]) -> set[str]:
    """Ids of the trials that another one continues."""
    return {previous for trial in trials.values() if (previous := previous_id(trial)) in trials}
