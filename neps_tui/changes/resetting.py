"""What resetting trials would do, told before it is done."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from neps_state import State, Trial
from neps_state.snapshot import RunSnapshot
from neps_tui.facts.summary import Evaluating, RunSummary
from neps_tui.words.formatting import duration, number


@dataclass(frozen=True, slots=True)
class Resetting:
    """A reset that is planned.

    Args:
        trials: The trials to reset, as they are now.
        skipped: Ids of those that are pending already.
        errors: How many rows of the error dump go with them.
        at_risk: Those that a worker may still be evaluating.
        results: Those that have succeeded: there is nothing wrong with what they gave.
        abandoned: Ids of those whose workers have certainly left them.
        evaluating: What is known of those being evaluated.
        now: Seconds since the epoch.
    """

    trials: tuple[Trial, ...]
    skipped: tuple[str, ...]
    errors: int
    at_risk: tuple[Trial, ...]
    results: tuple[Trial, ...]
    abandoned: tuple[str, ...]
    evaluating: tuple[Evaluating, ...]
    now: float

    @property
    def is_certain(self) -> bool:
        """Whether every trial among them that counts as evaluating has been abandoned."""
        return not self.at_risk

    def objection(self) -> str | None:
        """Why a person has to insist; None if nothing speaks against it."""
        if self.at_risk:
            return f"a worker may still be evaluating {_listed(self.at_risk)}"
        if self.results:
            return f"{_listed(self.results)} succeeded"
        return None

    def lines(self) -> list[str]:
        """What would be changed, and what is risky about it."""
        lines = []
        if self.trials:
            what = "trial" if len(self.trials) == 1 else "trials"
            lines.append(f"back to pending: {len(self.trials)} {what}, to be evaluated again")
            lines += [f"  {_describe(trial)}" for trial in self.trials]
            lines.append(f"{self._what_goes()} Configs and all other trials stay.")
        if self.skipped:
            lines.append(f"pending already, left alone: {', '.join(self.skipped)}")
        lines += self.risks()
        return lines

    def _what_goes(self) -> str:
        reports = sum(trial.report is not None for trial in self.trials)
        gone = [
            f"{count} {name}" if count == 1 else f"{count} {name}s"
            for count, name in ((reports, "report"), (self.errors, "row"))
            if count
        ]
        if not gone:
            return "No report is lost."
        rows = " of the error dump" if self.errors else ""
        return f"{' and '.join(gone)}{rows} will be taken away, and kept in a backup."

    def risks(self) -> list[str]:
        """What may go wrong, a line for each trial."""
        known = {each.trial_id: each for each in self.evaluating}
        lines = [
            f"risk: {trial.id} succeeded; the run goes on without its result"
            for trial in self.results
        ]
        for trial in self.at_risk:
            worker = trial.metadata.evaluating_worker_id or "a worker"
            started = trial.metadata.time_started
            since = "" if started is None else f", for {duration(max(0.0, self.now - started))} now"
            lines.append(
                f"risk: {worker} may still be evaluating {trial.id}{since}; "
                "its report would then replace the new one"
            )
            suspicion = known.get(trial.id)
            if suspicion is not None and suspicion.reason:
                lines.append(f"  though {suspicion.reason}")
        lines += [f"abandoned: {each}, {known[each].reason}" for each in self.abandoned]
        return lines


def plan_reset(
    snapshot: RunSnapshot, summary: RunSummary, trials: Sequence[Trial], *, now: float
) -> Resetting:
    """Work out what resetting these trials would do.

    Args:
        snapshot: The run as the person sees it.
        summary: Its summary.
        trials: The trials chosen.
        now: Seconds since the epoch.
    """
    pending = [trial for trial in trials if trial.metadata.state is State.PENDING]
    chosen = [trial for trial in trials if trial.metadata.state is not State.PENDING]
    ids = {trial.id for trial in chosen}
    certain = [each for each in summary.abandoned if each in ids]
    return Resetting(
        trials=tuple(chosen),
        skipped=tuple(trial.id for trial in pending),
        errors=sum(error.trial_id in ids for error in snapshot.errors),
        at_risk=tuple(
            trial
            for trial in chosen
            if trial.metadata.state is State.EVALUATING and trial.id not in certain
        ),
        results=tuple(trial for trial in chosen if trial.metadata.state is State.SUCCESS),
        abandoned=tuple(certain),
        evaluating=tuple(each for each in summary.evaluating if each.trial_id in ids),
        now=now,
    )


def _listed(trials: Sequence[Trial]) -> str:
    return ", ".join(trial.id for trial in trials)


def _describe(trial: Trial) -> str:
    objective = trial.report.objective_to_minimize if trial.report is not None else None
    held = "" if objective is None else f", objective {number(objective)}"
    text = f"{trial.id} ({trial.metadata.state.value}{held})"
    if trial.report is not None and trial.report.err is not None:
        error = str(trial.report.err)
        return f"{text} {error[:59]}…" if len(error) > 60 else f"{text} {error}"
    return text
