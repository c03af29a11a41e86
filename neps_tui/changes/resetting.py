"""Trials back to pending."""

from __future__ import annotations

from collections.abc import Sequence

from neps_state import State, Trial
from neps_tui.changes.plan import Plan, best_among, describe, hazard, listed, named, results_lost
from neps_tui.view import RunView
from neps_tui.words.formatting import counted

_HARM = "its report would still count, and the trial be evaluated twice"


def plan_reset(view: RunView, trials: Sequence[Trial], *, now: float) -> Plan:
    """Work out what resetting these trials would do.

    Args:
        view: The run as the person sees it.
        trials: The trials chosen.
        now: Seconds since the epoch.
    """
    pending = [trial for trial in trials if trial.metadata.state is State.PENDING]
    chosen = [trial for trial in trials if trial.metadata.state is not State.PENDING]
    results = [trial for trial in chosen if trial.metadata.state is State.SUCCESS]
    danger = hazard(view, chosen, _HARM, now=now)
    skipped = f"pending already, left alone: {listed(pending)}"
    nothing = None if chosen else "these trials are pending already"
    return Plan(
        what=f"reset {named(chosen or trials)}",
        done="pending again",
        make=lambda state, force: state.lock_and_reset_trials(
            chosen, force=force or not danger.at_risk
        ),
        lines=(*_lines(view, chosen), *([skipped] if pending else [])),
        risks=(
            *(f"risk: {line}" for line in best_among(view, results)),
            *(f"risk: {line}" for line in results_lost(results, "the run goes on without {}")),
            *danger.lines,
        ),
        objection=_objection(danger.at_risk, results),
        nothing=nothing,
        undoable_until=f"until a worker takes {'it' if len(chosen) == 1 else 'one of them'}",
    )


def _objection(at_risk: Sequence[Trial], results: Sequence[Trial]) -> str | None:
    if at_risk:
        return f"a worker may still be evaluating {listed(at_risk)}"
    return f"{listed(results)} succeeded" if results else None


def _lines(view: RunView, trials: Sequence[Trial]) -> list[str]:
    if not trials:
        return []
    trial_ids = {trial.id for trial in trials}
    reports = sum(trial.report is not None for trial in trials)
    rows = sum(error.trial_id in trial_ids for error in view.snapshot.errors)
    gone = [*([counted(reports, "report")] if reports else [])]
    gone += [f"{counted(rows, 'row')} of the error dump"] if rows else []
    what_goes = (
        f"{' and '.join(gone)} will be taken away, and kept" if gone else "No report is lost"
    )
    return [
        f"back to pending: {counted(len(trials), 'trial')}, to be evaluated again",
        *(f"  {describe(trial)}" for trial in trials),
        f"{what_goes}. Configs, logs and other files of theirs stay.",
    ]
