"""Trials out of the run."""

from __future__ import annotations

from collections.abc import Collection, Sequence

from neps_state import State, Trial
from neps_state.decisions import removing
from neps_state.history import KEPT
from neps_state.trial_ids import counts_trials, given_again, stays_countable
from neps_tui.changes.plan import Plan, best_among, describe, hazard, listed, named, results_lost
from neps_tui.view import RunView
from neps_tui.words.formatting import counted, few_of

_HARM = "it would fail when it reports, and stop"


def plan_remove(view: RunView, trials: Sequence[Trial], *, now: float) -> Plan:
    """Work out what removing these trials would do.

    Args:
        view: The run as the person sees it.
        trials: The trials chosen.
        now: Seconds since the epoch.
    """
    trial_ids = {trial.id for trial in trials}
    rows = [error for error in view.snapshot.errors if error.trial_id in trial_ids]
    danger = hazard(view, trials, _HARM, now=now)
    edit = removing(trials, rows)
    dumped = f" {counted(len(rows), 'row')} of the error dump with them." if rows else ""
    return Plan(
        what=f"remove {named(trials)}",
        done="out of the run",
        make=lambda state, force: state.lock_and_edit(edit, force=force or not danger.at_risk),
        lines=(
            f"out of the run: {counted(len(trials), 'trial')}, directories and all",
            *(f"  {describe(trial)}" for trial in trials),
            f"They are kept in .neps_tui/backups for {KEPT}.{dumped} All other trials stay.",
        ),
        risks=(*removal_risks(view, trials), *danger.lines),
        objection=_objection(view, trials, danger.at_risk),
        undoable_until=_end_of_undo(view, trial_ids),
    )


def _end_of_undo(view: RunView, trial_ids: Collection[str]) -> str:
    info = view.snapshot.optimizer_info
    again = None if info is None else given_again(info, view.snapshot.trials, trial_ids)
    return "" if again is None else f"until a worker samples, which takes the id {again} again"


def removal_risks(view: RunView, trials: Sequence[Trial]) -> list[str]:
    """A line for each thing that goes wrong without these trials, evaluating or not."""
    results = [trial for trial in trials if trial.metadata.state is State.SUCCESS]
    lines = (
        *best_among(view, trials),
        *_promoted(view, {trial.id for trial in trials}),
        *_counting(view, trials),
        *results_lost(results, "the optimizer forgets {}"),
    )
    return [f"risk: {line}" for line in lines]


def removal_objection(view: RunView, trials: Sequence[Trial]) -> str | None:
    """Why a person has to insist on taking trials out of a run; None if nothing asks for it."""
    return "the workers of this optimizer would stop" if _counting(view, trials) else None


def _promoted(view: RunView, trial_ids: set[str]) -> list[str]:
    """Trials that stay and go on from one that goes."""
    heirs: dict[str, list[str]] = {}
    for trial in view.snapshot.trials.values():
        parent = trial.metadata.previous_trial_id
        if parent in trial_ids and trial.id not in trial_ids:
            heirs.setdefault(parent, []).append(trial.id)
    return [
        f"{few_of(mine)} {'was' if len(mine) == 1 else 'were'} promoted from {parent}, "
        "and may read its checkpoint"
        for parent, mine in heirs.items()
    ]


def _counting(view: RunView, trials: Sequence[Trial]) -> list[str]:
    info = view.snapshot.optimizer_info
    if info is None or not counts_trials(info) or not trials:
        return []
    if stays_countable(view.snapshot.trials.keys() - {trial.id for trial in trials}):
        return []
    return [
        f"{info['name']} numbers trials by how many there are: without {listed(trials)} it gives "
        "the next one an id that is taken, and its workers stop"
    ]


def _objection(view: RunView, trials: Sequence[Trial], at_risk: Sequence[Trial]) -> str | None:
    if at_risk:
        return f"a worker may still be evaluating {listed(at_risk)}"
    return removal_objection(view, trials)
