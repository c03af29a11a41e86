"""Rows of the error dump that are about nothing any more."""

from __future__ import annotations

from neps_state import SerializableTrialError, State
from neps_tui.changes.plan import Plan
from neps_tui.view import RunView
from neps_tui.words.formatting import counted


def stale_errors(view: RunView) -> list[SerializableTrialError]:
    """The rows of trials that are no longer crashed, or no longer there."""
    trials = view.snapshot.trials
    return [
        row
        for row in view.snapshot.errors
        if row.trial_id not in trials or trials[row.trial_id].metadata.state is not State.CRASHED
    ]


def plan_clear(view: RunView) -> Plan:
    """Work out what dropping the stale rows would do.

    Args:
        view: The run as the person sees it.
    """
    stale = stale_errors(view)
    return Plan(
        what=f"drop {counted(len(stale), 'error')}",
        done="no longer in the error dump",
        make=lambda state, force: state.lock_and_drop_stale_errors(stale),
        lines=(
            *(f"  {row.trial_id} ({_standing(view, row)}) {row.err_type}" for row in stale),
            f"{len(view.snapshot.errors) - len(stale)} rows of crashed trials stay. "
            "What goes is kept.",
        ),
        nothing=None if stale else "every row of the error dump is of a trial that is crashed",
    )


def _standing(view: RunView, row: SerializableTrialError) -> str:
    trial = view.trial(row.trial_id)
    return "gone" if trial is None else f"now {trial.metadata.state.value}"
