"""The limits of a run, in the field names of every NePS version."""

from __future__ import annotations

from neps_state import BudgetInfo
from neps_tui.facts.summary import Limit, Usage


def limits_of(budget: BudgetInfo | None, usage: Usage) -> tuple[Limit, ...]:
    """What the run may spend, and has.

    Up to NePS 0.16 the limits were the run's; from 0.17 on, the run's are called `total_…` and
    `worker_…` is what each worker may spend by itself.

    Args:
        budget: As the optimizer's state has it.
        usage: What the finished trials used.
    """
    if budget is None:
        return ()
    older_cost = budget.cost_to_spend if budget.cost_to_spend is not None else budget.max_cost_total
    rows: tuple[tuple[str, float, float | None, float | None, float | None], ...] = (
        (
            "evaluations",
            usage.evaluations,
            budget.total_evaluations_to_spend,
            budget.max_evaluations,
            budget.worker_evaluations_to_spend,
        ),
        (
            "cost",
            usage.cost,
            budget.total_cost_to_spend,
            older_cost,
            budget.worker_cost_to_spend,
        ),
        (
            "fidelities",
            usage.fidelities,
            budget.total_fidelities_to_spend,
            budget.fidelities_to_spend,
            budget.worker_fidelities_to_spend,
        ),
    )
    limits = []
    for name, used, total, older, per_worker in rows:
        allowed = total if total is not None else older
        if allowed is not None:
            limits.append(Limit(name, used, allowed))
        elif per_worker is not None:
            limits.append(Limit(name, used, per_worker, per_worker=True))
    return tuple(limits)
