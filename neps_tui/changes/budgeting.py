"""Other limits for the whole run."""

from __future__ import annotations

from collections.abc import Mapping

from neps_state import BudgetInfo
from neps_state.decisions import budgeting
from neps_state.edit import LIMITS, Edit
from neps_tui.changes.form import Entry, Form, FormError, Typed, number_in
from neps_tui.changes.plan import Plan
from neps_tui.view import RunView
from neps_tui.words.formatting import number

_COMES_BACK = (
    "risk: a worker that starts later puts back the limits that its neps.run gives; change them "
    "there too. Those that it does not give stay, and once they are used up it leaves at once"
)
_NAMES = dict(zip(LIMITS, ("evaluations", "cost", "fidelities"), strict=True))


def plan_budget(view: RunView, limits: Mapping[str, float | None]) -> Plan:
    """Work out what other limits would do.

    Args:
        view: The run as the person sees it.
        limits: The new limits by `evaluations`, `cost` and `fidelities`, None for no limit; others
            stay.

    Raises:
        FormError: The run was made by NePS before 0.17.
    """
    state = view.snapshot.optimizer_state
    budget = None if state is None else state.budget
    recorded = {} if budget is None else budget.as_recorded()
    if budget is not None and not recorded.keys() & set(LIMITS):
        raise FormError(
            "this run's workers are of NePS before 0.17, where a budget is each worker's own: "
            "stop them and give neps.run another one"
        )
    seen = {name: getattr(budget or BudgetInfo(), name) for name in LIMITS}
    wanted = {name: limits[short] for name, short in _NAMES.items() if short in limits}
    edit = budgeting(seen, wanted)
    return Plan(
        what="change the budget",
        done="in force from the next trial on",
        make=lambda run, force: run.lock_and_edit(edit, force=force),
        lines=tuple(budget_lines(view, edit)),
        risks=(*budget_risks(view, edit), _COMES_BACK),
        nothing=None if edit else "these are the limits already",
    )


def budget_lines(view: RunView, edit: Edit) -> list[str]:
    """What becomes of each limit that an edit changes, and what is used."""
    if edit.budget is None:
        return []
    before, after = edit.budget
    used = _used(view)
    return [
        f"{_NAMES[name]}: {_limit(before.get(name))} becomes {_limit(limit)}; "
        f"{number(used[name])} used so far"
        for name, limit in after.items()
    ]


def budget_risks(view: RunView, edit: Edit) -> list[str]:
    """A line for each limit that would be spent already."""
    used = _used(view)
    return [
        f"risk: {number(used[name])} {_NAMES[name]} are used already: workers stop"
        for name, limit in ({} if edit.budget is None else edit.budget[1]).items()
        if limit is not None and used[name] >= limit
    ]


def _used(view: RunView) -> dict[str, float]:
    usage = view.summary.usage
    return dict(zip(LIMITS, (usage.evaluations, usage.cost, usage.fidelities), strict=True))


def budget_form(view: RunView) -> Form:
    """What to type for other limits.

    Args:
        view: The run as the person sees it.

    Raises:
        FormError: The run was made by NePS before 0.17.
    """
    plan_budget(view, {})
    state = view.snapshot.optimizer_state
    budget = (None if state is None else state.budget) or BudgetInfo()
    usage = view.summary.usage
    used = {"evaluations": usage.evaluations, "cost": usage.cost, "fidelities": usage.fidelities}

    def make(typed: Typed) -> Plan:
        limits = {name: number_in(typed, name, least=0.0) for name in typed}
        if limits["evaluations"] is not None and limits["evaluations"] % 1:
            raise FormError("evaluations: give a whole number")
        if limits.get("evaluations") is not None:
            limits["evaluations"] = int(limits["evaluations"] or 0)
        return plan_budget(view, limits)

    own = [f"{number(limit)} {name}" for name, limit in view.summary.worker_limits.items()]
    each_worker = f"; besides, each worker has {' and '.join(own)} of its own" if own else ""
    return Form(
        f"The budget of the whole run{each_worker}",
        tuple(
            Entry(
                short,
                f"{number(used[short])} used; nothing for no limit",
                "" if getattr(budget, name) is None else str(getattr(budget, name)),
            )
            for name, short in _NAMES.items()
            if short == "evaluations" or used[short] or getattr(budget, name) is not None
        ),
        make,
    )


def _limit(limit: float | None) -> str:
    return "no limit" if limit is None else number(limit)
