"""Who optimizes, with which arguments, within which budget, and when that will be spent."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any, TypeAlias

from neps_state import BudgetInfo
from neps_state.snapshot import RunSnapshot
from neps_tui.facts.pace import Outlook
from neps_tui.facts.summary import Limit, Resource, RunSummary, Usage
from neps_tui.words.formatting import duration, number

Fact: TypeAlias = tuple[str, str]

_RESOURCES: tuple[Resource, ...] = ("evaluations", "cost", "fidelities")


@dataclass(frozen=True, slots=True)
class Spending:
    """How much of something is used, and when its limit will be reached.

    Args:
        resource: What is spent.
        used: So far, by the trials' reports.
        allowed: At most; None where there is no limit.
        seconds_left: Until the limit is reached if things go on as they do; None where nothing
            tells, or nothing goes on.
        ends_first: Whether it is the limit that ends the run.
    """

    resource: Resource
    used: float
    allowed: float | None
    seconds_left: float | None = None
    ends_first: bool = False

    @property
    def fraction(self) -> float | None:
        """Used of allowed, from 0 to 1; None where there is no limit."""
        if self.allowed is None:
            return None
        return min(1.0, self.used / self.allowed) if self.allowed > 0 else 1.0

    @property
    def is_spent(self) -> bool:
        """Whether the limit is reached."""
        return self.fraction is not None and self.fraction >= 1.0


@dataclass(frozen=True, slots=True)
class WorkerSpending:
    """What one worker has used of what each worker may.

    Args:
        worker_id: The worker.
        is_at_work: Whether it is evaluating a trial, or between two.
        spendings: Only of what is limited for workers.
    """

    worker_id: str
    is_at_work: bool
    spendings: tuple[Spending, ...]

    @property
    def seconds_left(self) -> float | None:
        """Until the first of its limits is reached."""
        left = (each.seconds_left for each in self.spendings)
        return min((each for each in left if each is not None), default=None)

    @property
    def is_done(self) -> bool:
        """Whether one of its limits is reached."""
        return any(each.is_spent for each in self.spendings)


@dataclass(frozen=True, slots=True)
class Budgets:
    """What may be spent and what has been.

    Args:
        run: Of the whole run, each resource that is limited or used.
        workers: Of each worker, where workers are limited.
        kept: In what the counters that NePS keeps differ from the reports, in sentences.
        end: What ends the run first and when, in a sentence; empty where nothing tells.
        missing: Why nothing is known of limits, in a sentence; empty if it is.
    """

    run: tuple[Spending, ...]
    workers: tuple[WorkerSpending, ...] = ()
    kept: tuple[str, ...] = ()
    end: str = ""
    missing: str = ""


def optimizer_name(snapshot: RunSnapshot) -> str | None:
    """What the optimizer is called; None before the run has said so."""
    info = snapshot.optimizer_info
    return None if info is None else str(info["name"])


def arguments(snapshot: RunSnapshot) -> list[Fact]:
    """What the optimizer was made with."""
    info = snapshot.optimizer_info
    given = None if info is None else info["info"]
    return _facts(given) if isinstance(given, Mapping) else []


def derived(snapshot: RunSnapshot) -> list[Fact]:
    """What NePS, since 0.17, derived from the arguments and the search space, in a person's words.

    Rungs and brackets are drawn in their table, and come here only in a shape unknown to it.
    """
    recorded = derived_facts(snapshot)
    fidelity = recorded.get("fidelity")
    facts: list[Fact] = []
    if isinstance(fidelity, Mapping):
        name = str(fidelity.get("name", "")).removeprefix("ENVIRONMENT__")
        lower, upper = fidelity.get("lower"), fidelity.get("upper")
        bounds = "" if lower is None or upper is None else f" {number(lower)} … {number(upper)}"
        facts.append(("fidelity", name + bounds))
    for key, value in recorded.items():
        if key in ("rung_to_fidelity", "bracket_layouts", "rung_sizes"):
            continue
        if key != "fidelity" or not isinstance(fidelity, Mapping):
            facts += _facts({str(key).replace("_", " "): value})
    return facts


def derived_facts(snapshot: RunSnapshot) -> Mapping[Any, Any]:
    """What NePS derived, as recorded; nothing before 0.17."""
    info = snapshot.optimizer_info
    recorded = None if info is None else info.get("derived")
    return recorded if isinstance(recorded, Mapping) else {}


def _facts(mapping: Mapping[Any, Any], prefix: str = "", depth: int = 0) -> list[Fact]:
    facts: list[Fact] = []
    for key, value in mapping.items():
        name = f"{prefix}{key}"
        if isinstance(value, Mapping) and value and depth < 3:
            facts += _facts(value, f"{name}.", depth + 1)
        else:
            facts.append((name, number(value, digits=6)))
    return facts


def budgets(snapshot: RunSnapshot, summary: RunSummary, now: float) -> Budgets:
    """What is spent of what, by the trials' reports as NePS itself counts.

    Args:
        snapshot: The run.
        summary: What it amounts to.
        now: Seconds since the epoch.
    """
    state = snapshot.optimizer_state
    budget = None if state is None else state.budget
    outlook = Outlook(summary, now)
    run = _of_run(summary, outlook)
    workers = _of_workers(summary, outlook)
    missing = ""
    if state is None:
        missing = "optimizer_state.pkl is not there or cannot be read: limits are not known"
    elif budget is None:
        missing = "this run was started without any limit"
    kept = () if budget is None else tuple(_kept(budget, summary.usage))
    run, end = _end(run, workers, outlook)
    return Budgets(run, workers, kept, end, missing)


def _of_run(summary: RunSummary, outlook: Outlook) -> tuple[Spending, ...]:
    limits = {limit.name: limit for limit in summary.limits if not limit.per_worker}
    used = _used(summary.usage)
    return tuple(
        _spending(resource, used[resource], limits.get(resource), outlook)
        for resource in _RESOURCES
        if resource == "evaluations" or resource in limits or used[resource]
    )


def _spending(resource: Resource, used: float, limit: Limit | None, outlook: Outlook) -> Spending:
    if limit is None:
        return Spending(resource, used, None)
    return Spending(resource, used, limit.allowed, outlook.seconds_left(limit))


def _used(usage: Usage) -> dict[Resource, float]:
    return {
        "evaluations": usage.evaluations,
        "cost": usage.cost,
        "fidelities": usage.fidelities,
    }


def _of_workers(summary: RunSummary, outlook: Outlook) -> tuple[WorkerSpending, ...]:
    if not summary.worker_limits:
        return ()
    return tuple(
        WorkerSpending(
            worker,
            worker in outlook.at_work,
            tuple(_of_worker(limit, worker, outlook) for limit in outlook.limits_of_worker(worker)),
        )
        for worker in summary.workers
    )


def _of_worker(limit: Limit, worker: str, outlook: Outlook) -> Spending:
    left = outlook.seconds_left(limit) if worker in outlook.at_work else None
    return Spending(limit.name, limit.used, limit.allowed, left)


def _kept(budget: BudgetInfo, usage: Usage) -> Iterator[str]:
    """What NePS has counted itself, where it differs from the reports, and what it counts."""
    then = "when one was last sampled"
    pairs = (
        ("evaluations", budget.used_evaluations, usage.evaluations, "all trials, ended or not,"),
        ("cost", budget.used_cost_budget, usage.cost, "what trials had reported"),
    )
    for name, kept, used, counted in pairs:
        if abs(kept - used) > 1e-9 * max(1.0, abs(used)):
            yield f"{name} {number(kept)}, not {number(used)}: {counted} {then}"


def _end(
    run: tuple[Spending, ...], workers: tuple[WorkerSpending, ...], outlook: Outlook
) -> tuple[tuple[Spending, ...], str]:
    """Which limit ends the run first, marked and in words."""
    spent = next((each for each in run if each.is_spent), None)
    if spent is not None:
        return _marked(run, spent.resource), (
            f"the {spent.resource} are spent: workers take no more trials"
        )
    if workers and all(each.is_done for each in workers):
        return run, "every worker has spent its own budget: a new one may go on"
    if outlook.end is None:
        return run, ""
    seconds, limit = outlook.end
    if limit.per_worker:
        return run, f"the workers' own budgets end it first, in {duration(seconds)}"
    return _marked(run, limit.name), f"{limit.name} end it first, in {duration(seconds)}"


def _marked(run: tuple[Spending, ...], first: Resource) -> tuple[Spending, ...]:
    return tuple(
        Spending(each.resource, each.used, each.allowed, each.seconds_left, each.resource == first)
        for each in run
    )
