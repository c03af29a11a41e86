"""Every change that the dashboard offers, by the name the table of actions gives it."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence

from neps_state import State, Trial
from neps_tui.changes.budgeting import budget_form
from neps_tui.changes.clearing import plan_clear
from neps_tui.changes.enqueueing import enqueue_form
from neps_tui.changes.form import Form, FormError
from neps_tui.changes.importing import import_form
from neps_tui.changes.plan import Plan
from neps_tui.changes.removing import plan_remove
from neps_tui.changes.reporting import plan_mark, report_form
from neps_tui.changes.resetting import plan_reset
from neps_tui.view import RunView
from neps_tui.words.formatting import few_of


def asked(kind: str, view: RunView, trials: Sequence[Trial], *, now: float) -> Plan | Form:
    """What a person has asked for.

    Args:
        kind: Which change.
        view: The run as the person sees it.
        trials: The trials it is about; some changes take the first of them, or none.
        now: Seconds since the epoch.

    Returns:
        A plan to be confirmed, or a form to be filled in first.

    Raises:
        FormError: It cannot be done in this run; the message says why.
    """
    return _CHANGES[kind](view, trials, now)


def _like(trials: Sequence[Trial]) -> str | None:
    return trials[0].id if trials else None


def _reset_abandoned(view: RunView, now: float) -> Plan:
    if not view.summary.abandoned:
        raise FormError(f"no worker has certainly left a trial{_in_doubt(view, now)}")
    trials = [view.snapshot.trials[each] for each in view.summary.abandoned]
    return plan_reset(view, trials, now=now)


def _in_doubt(view: RunView, now: float) -> str:
    """Trials that may have been left all the same, and how to put them back."""
    doubtful = [
        f"{each.trial_id} ({standing})"
        for each in view.summary.evaluating
        if (standing := each.standing_at(now)) != "working"
    ]
    if not doubtful:
        return ""
    return f"; in doubt are {few_of(doubtful, 3)}: select them and press r, once you know more"


_CHANGES: Mapping[str, Callable[[RunView, Sequence[Trial], float], Plan | Form]] = {
    "reset": lambda view, trials, now: plan_reset(view, trials, now=now),
    "reset_abandoned": lambda view, trials, now: _reset_abandoned(view, now),
    "remove": lambda view, trials, now: plan_remove(view, trials, now=now),
    "report": lambda view, trials, now: report_form(view, trials[0], now=now),
    "mark_failed": lambda view, trials, now: plan_mark(view, trials, State.FAILED, now=now),
    "mark_corrupted": lambda view, trials, now: plan_mark(view, trials, State.CORRUPTED, now=now),
    "enqueue": lambda view, trials, now: enqueue_form(view, _like(trials)),
    "import": lambda view, trials, now: import_form(view),
    "budget": lambda view, trials, now: budget_form(view),
    "clear_errors": lambda view, trials, now: plan_clear(view),
}
