"""How an evaluation ended, told by hand; and trials marked as not to be trusted."""

from __future__ import annotations

import math
from collections.abc import Sequence
from typing import Literal

from neps_state import State, Trial
from neps_state.decisions import marking, reporting
from neps_state.signature import signature
from neps_tui.changes.form import Entry, Form, FormError, Typed, number_in
from neps_tui.changes.plan import Plan, best_among, describe, hazard, listed, named
from neps_tui.view import RunView
from neps_tui.words.formatting import counted, number

_HARM = "its report would then replace this one"


def plan_report(
    view: RunView,
    trial: Trial,
    *,
    objective: Sequence[float] = (),
    message: str | None = None,
    cost: float | None = None,
    now: float,
) -> Plan:
    """Work out what reporting the end of an evaluation would do.

    Args:
        view: The run as the person sees it.
        trial: The trial.
        objective: What came out, one number for each objective; empty if it crashed.
        message: Why it crashed; None if it did not.
        cost: What it cost, if that is known.
        now: Seconds since the epoch.

    Raises:
        FormError: The run has another number of objectives, or a number can be none.
    """
    expected = view.summary.objectives
    if objective and view.summary.usage.evaluations and len(objective) != expected:
        raise FormError(f"this run has {counted(expected, 'objective')}, not {len(objective)}")
    if any(map(math.isinf, objective)):
        raise FormError("an objective is a finite number, or nan")
    if cost is not None and not 0 <= cost < math.inf:
        raise FormError(f"a cost is a number from 0 on, not {cost:g}")
    rows = [error for error in view.snapshot.errors if error.trial_id == trial.id]
    edit = reporting(
        trial, rows, objective=objective, message=message, cost=cost, by=signature(), now=now
    )
    danger = hazard(view, [trial], _HARM, now=now)
    said = f"crashed: {message}" if message is not None else _objectives(objective)
    said += "" if cost is None else f", cost {number(cost)}"
    return Plan(
        what=f"report {trial.id} as {'crashed' if message is not None else 'a success'}",
        done="reported",
        make=lambda state, force: state.lock_and_edit(edit, force=force or not danger.at_risk),
        lines=(f"reported by hand: {describe(trial)}", f"  {said}", *_what_goes(trial, len(rows))),
        risks=(*_risks(trial, objective), *danger.lines),
        objection=_objection(trial, danger.at_risk),
    )


def report_form(view: RunView, trial: Trial, *, now: float) -> Form:
    """What to type for a report by hand.

    Args:
        view: The run as the person sees it.
        trial: The trial.
        now: Seconds since the epoch.
    """
    count = view.summary.objectives
    names = ["objective"] if count == 1 else [f"objective {at + 1}" for at in range(count)]

    def make(typed: Typed) -> Plan:
        values = [number_in(typed, name) for name in names]
        message = typed["crashed"].strip()
        objective = [value for value in values if value is not None]
        if message and objective:
            raise FormError("either an objective, or why it crashed: not both")
        if not message and len(objective) < count:
            raise FormError("give every objective, or say why it crashed")
        cost = number_in(typed, "cost")
        return plan_report(
            view, trial, objective=objective, message=message or None, cost=cost, now=now
        )

    return Form(
        f"Report {describe(trial)}",
        (
            *(Entry(name, "a number, least is best") for name in names),
            Entry("cost", "a number, or nothing"),
            Entry("crashed", "or why it crashed, in words"),
        ),
        make,
    )


def plan_mark(
    view: RunView,
    trials: Sequence[Trial],
    state: Literal[State.FAILED, State.CORRUPTED],
    *,
    now: float,
) -> Plan:
    """Work out what marking trials as failed or corrupted would do.

    Args:
        view: The run as the person sees it.
        trials: The trials chosen.
        state: What they are to be.
        now: Seconds since the epoch.
    """
    chosen = [trial for trial in trials if trial.metadata.state is not state]
    danger = hazard(view, chosen, _HARM, now=now)
    edit = marking(chosen, state, now=now)
    return Plan(
        what=f"mark {named(chosen or trials)} as {state.value}",
        done=f"marked as {state.value}",
        make=lambda run, force: run.lock_and_edit(edit, force=force or not danger.at_risk),
        lines=(
            f"{state.value} from now on: {counted(len(chosen), 'trial')}, not evaluated again",
            *(f"  {describe(trial)}" for trial in chosen),
            "Their reports and files stay, and the optimizer goes on learning from the reports. "
            "Errors of theirs stay until they are cleared.",
        ),
        risks=(
            *(
                f"risk: {line}, and stays so: NePS goes by its report"
                for line in best_among(view, chosen)
            ),
            *danger.lines,
        ),
        objection=f"a worker may still be evaluating {listed(danger.at_risk)}"
        if danger.at_risk
        else None,
        nothing=None if chosen else f"these trials are {state.value} already",
    )


def _objectives(objective: Sequence[float]) -> str:
    said = ", ".join(number(value) for value in objective)
    return f"{'objective' if len(objective) == 1 else 'objectives'} {said}"


def _what_goes(trial: Trial, rows: int) -> list[str]:
    gone = [*(["the report it has"] if trial.report is not None else [])]
    gone += [f"{counted(rows, 'row')} of the error dump"] if rows else []
    return [
        f"In the place of {' and '.join(gone)}, which {'are' if len(gone) > 1 else 'is'} kept."
    ] * bool(gone)


def _risks(trial: Trial, objective: Sequence[float]) -> list[str]:
    risks = []
    if trial.metadata.state is State.PENDING:
        risks.append(f"risk: {trial.id} is pending: a worker may take it at any moment")
    if trial.metadata.state is State.SUCCESS:
        risks.append(f"risk: {trial.id} succeeded; its result is replaced")
    if any(math.isnan(value) for value in objective):
        risks.append("risk: NePS counts nan as a success")
    return risks


def _objection(trial: Trial, at_risk: Sequence[Trial]) -> str | None:
    if at_risk:
        return f"a worker may still be evaluating {listed(at_risk)}"
    return f"{trial.id} succeeded" if trial.metadata.state is State.SUCCESS else None
