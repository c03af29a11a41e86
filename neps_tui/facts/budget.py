"""The limits of a run, in the field names of every NePS version."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from types import MappingProxyType

from neps_state import BudgetInfo
from neps_tui.facts.summary import Limit, Usage


def has_worker_limits(budget: BudgetInfo | None) -> bool:
    """Whether each worker has a budget of its own."""
    return budget is not None and not (
        budget.worker_evaluations_to_spend is None
        and budget.worker_cost_to_spend is None
        and budget.worker_fidelities_to_spend is None
    )


def limits_of(
    budget: BudgetInfo | None,
    usage: Usage,
    used_by_worker: Mapping[str, Usage] = MappingProxyType({}),
    at_work: Collection[str] = (),
) -> tuple[Limit, ...]:
    """What the run may spend, and has.

    Up to NePS 0.16 the limits were the run's; from 0.17 on, the run's are called `total_…` and
    `worker_…` is what each worker may spend by itself.

    Args:
        budget: As the optimizer's state has it.
        usage: What the finished trials used.
        used_by_worker: The same by each worker, where each has a budget of its own.
        at_work: The workers that are evaluating a trial, or between two.
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
            limits.append(_worker_limit(name, used, per_worker, used_by_worker, at_work))
    return tuple(limits)


def _worker_limit(
    name: str,
    total: float,
    allowed: float,
    used_by_worker: Mapping[str, Usage],
    at_work: Collection[str],
) -> Limit:
    used: list[float] = [
        getattr(each, name)
        for worker, each in used_by_worker.items()
        if not at_work or worker in at_work
    ]
    left = sum(max(0.0, allowed - each) for each in used) if at_work else None
    return Limit(name, min(used, default=0.0), allowed, per_worker=True, total=total, left=left)
