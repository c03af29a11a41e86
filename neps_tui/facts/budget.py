"""The limits of a run, in the field names of every NePS version."""

from __future__ import annotations

from collections.abc import Mapping
from types import MappingProxyType

from neps_state import BudgetInfo
from neps_tui.facts.summary import Limit, Resource, Usage


def worker_limits_of(budget: BudgetInfo | None) -> Mapping[Resource, float]:
    """What each worker may spend by itself, by what is limited."""
    if budget is None:
        return MappingProxyType({})
    allowed: dict[Resource, float | None] = {
        "evaluations": budget.worker_evaluations_to_spend,
        "cost": budget.worker_cost_to_spend,
        "fidelities": budget.worker_fidelities_to_spend,
    }
    return MappingProxyType({name: each for name, each in allowed.items() if each is not None})


def limits_of(
    budget: BudgetInfo | None,
    usage: Usage,
    used_by_worker: Mapping[str, Usage] = MappingProxyType({}),
) -> tuple[Limit, ...]:
    """What the run may spend, and has.

    Up to NePS 0.16 the limits were the run's; from 0.17 on, the run's are called `total_…` and
    `worker_…` is what each worker may spend by itself.

    Args:
        budget: As the optimizer's state has it.
        usage: What the finished trials used.
        used_by_worker: The same by each worker, where each has a budget of its own.
    """
    if budget is None:
        return ()
    older_cost = budget.cost_to_spend if budget.cost_to_spend is not None else budget.max_cost_total
    of_workers = worker_limits_of(budget)
    rows: tuple[tuple[Resource, float | None, float | None], ...] = (
        ("evaluations", budget.total_evaluations_to_spend, budget.max_evaluations),
        ("cost", budget.total_cost_to_spend, older_cost),
        ("fidelities", budget.total_fidelities_to_spend, budget.fidelities_to_spend),
    )
    limits = []
    for name, total, older in rows:
        allowed = total if total is not None else older
        if allowed is not None:
            limits.append(Limit(name, getattr(usage, name), allowed))
        elif name in of_workers:
            used = min((getattr(each, name) for each in used_by_worker.values()), default=0.0)
            limits.append(Limit(name, used, of_workers[name], per_worker=True))
    return tuple(limits)
