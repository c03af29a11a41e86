"""A change of a run as it is shown before it is made, whoever asks for it and wherever."""

from __future__ import annotations

from collections.abc import Callable, Collection, Sequence
from dataclasses import dataclass
from typing import TypeAlias

from neps_state import Changed, NePSState, State, Trial
from neps_tui.facts.summary import Evaluating
from neps_tui.view import RunView
from neps_tui.words.formatting import counted, duration, few_of, number, plain

Make: TypeAlias = Callable[[NePSState, bool], Changed]
"""Makes a change; told whether to edit even trials that a worker may be evaluating."""
_LONGEST_ERROR = 60


@dataclass(frozen=True, slots=True)
class Plan:
    """What would be done.

    Args:
        what: In a few words, as in `reset 3 trials`.
        done: What to say of those it was done to, as in `pending again`.
        make: Does it, under the run's locks.
        lines: Which trials and files change, and how.
        risks: What may go wrong.
        objection: Why a person has to insist; None if nothing speaks against it.
        nothing: Why there is nothing to do; None if there is.
        refusal: Why it cannot be done, whoever insists; None if it can.
        is_undoable: Whether it can be taken back afterwards.
        undoable_until: What ends that, as in `until a worker takes one`; empty if only further
            changes of the same things do.
    """

    what: str
    done: str
    make: Make
    lines: tuple[str, ...] = ()
    risks: tuple[str, ...] = ()
    objection: str | None = None
    nothing: str | None = None
    refusal: str | None = None
    is_undoable: bool = True
    undoable_until: str = ""

    @property
    def question(self) -> str:
        """What to ask before it is done."""
        return f"{self.what[0].upper()}{self.what[1:]}?"


def named(trials: Sequence[Trial]) -> str:
    """One trial by its id, several by their number."""
    return trials[0].id if len(trials) == 1 else counted(len(trials), "trial")


def listed(trials: Sequence[Trial]) -> str:
    """Trials by their ids, the first of many."""
    return few_of([trial.id for trial in trials])


def results_lost(trials: Sequence[Trial], harm: str) -> list[str]:
    """A line on successes that would go; none where there is none.

    Args:
        trials: Those that succeeded.
        harm: What that means, with `{}` for `its result` or `their results`.
    """
    results = "its result" if len(trials) == 1 else "their results"
    return [f"{listed(trials)} succeeded; {harm.format(results)}"] if trials else []


def describe(trial: Trial) -> str:
    """A trial, its state, and what it gave."""
    report = trial.report
    objective = None if report is None else report.objective_to_minimize
    held = "" if objective is None else f", objective {number(objective)}"
    text = f"{trial.id} ({trial.metadata.state.value}{held})"
    if report is None or report.err is None:
        return text
    # Made inert first: half an escape sequence is no longer known as one.
    error = plain(str(report.err))
    shown = error if len(error) <= _LONGEST_ERROR else f"{error[: _LONGEST_ERROR - 1]}…"
    return f"{text} {shown}"


@dataclass(frozen=True, slots=True)
class Hazard:
    """What may go wrong when trials are touched that a worker may be evaluating.

    Args:
        at_risk: Those that a worker may still be evaluating.
        lines: A line or two for each, and for those that have certainly been left.
    """

    at_risk: tuple[Trial, ...]
    lines: tuple[str, ...]


def hazard(view: RunView, trials: Collection[Trial], harm: str, *, now: float) -> Hazard:
    """Work out what may go wrong.

    Args:
        view: The run as the person sees it.
        trials: The trials that would be touched.
        harm: What happens when their workers report after all.
        now: Seconds since the epoch.
    """
    known = {each.trial_id: each for each in view.summary.evaluating}
    abandoned = set(view.summary.abandoned)
    lines: list[str] = []
    at_risk: list[Trial] = []
    for trial in trials:
        if trial.metadata.state is not State.EVALUATING:
            continue
        if trial.id in abandoned:
            lines.append(f"abandoned: {trial.id}, {known[trial.id].reason}")
            continue
        at_risk.append(trial)
        worker = trial.metadata.evaluating_worker_id or "a worker"
        started = trial.metadata.time_started
        since = "" if started is None else f", for {duration(max(0.0, now - started))} now"
        lines.append(f"risk: {worker} may still be evaluating {trial.id}{since}; {harm}")
        if trial.id in known:
            lines.append(f"  {_standing(known[trial.id], now)}")
    return Hazard(tuple(at_risk), tuple(lines))


def _standing(evaluating: Evaluating, now: float) -> str:
    standing, reason = evaluating.standing_at(now), evaluating.reason_at(now)
    if standing == "suspected":
        return f"though {reason}"
    if standing == "quiet":
        return f"{reason}: its worker may be dead"
    if standing == "late":
        return f"it is late: {reason}"
    if reason:
        return f"{reason}: nothing says whether it has stopped"
    return "it is on time: nothing says that it has stopped"


def best_among(view: RunView, trials: Collection[Trial]) -> list[str]:
    """A line on those of some trials that are the best so far; none where there is none."""
    summary = view.summary
    best = set(summary.front) if summary.objectives > 1 else {summary.best_id}
    found = [trial.id for trial in trials if trial.id in best]
    if not found:
        return []
    where = "on the Pareto front" if summary.objectives > 1 else "the best so far"
    return [f"{few_of(found)} {'is' if len(found) == 1 else 'are'} {where}"]
