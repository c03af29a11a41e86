"""Who optimizes, with which arguments, within which budget, and when that will be spent."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Literal, TypeAlias

from neps_state import BudgetInfo, State, Trial
from neps_state.snapshot import RunSnapshot
from neps_tui.facts.pace import evaluations_per_second, has_stalled, seconds_left
from neps_tui.facts.summary import Limit, RunSummary, Usage
from neps_tui.words.formatting import duration, number

Fact: TypeAlias = tuple[str, str]
Resource: TypeAlias = Literal["evaluations", "cost", "fidelities"]

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
        is_busy: Whether it is evaluating a trial.
        spendings: Only of what is limited for workers.
    """

    worker_id: str
    is_busy: bool
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
    run = _of_run(summary, now)
    workers = _of_workers(snapshot, summary, budget, now)
    missing = ""
    if state is None:
        missing = "optimizer_state.pkl is not there or cannot be read: limits are not known"
    elif budget is None:
        missing = "this run was started without any limit"
    kept = () if budget is None else tuple(_kept(budget, summary.usage))
    run, end = _end(run, workers)
    return Budgets(run, workers, kept, end, missing)


def _of_run(summary: RunSummary, now: float) -> tuple[Spending, ...]:
    limits = {limit.name: limit for limit in summary.limits if not limit.per_worker}
    used = _used(summary.usage)
    goes_on = summary.busy(now) > 0 and not has_stalled(summary.ended, now)
    pace = evaluations_per_second(summary.ended, now) if goes_on else None
    return tuple(
        _spending(resource, used[resource], limits.get(resource), summary.usage.evaluations, pace)
        for resource in _RESOURCES
        if resource == "evaluations" or resource in limits or used[resource]
    )


def _spending(
    resource: Resource, used: float, limit: Limit | None, evaluations: int, pace: float | None
) -> Spending:
    if limit is None:
        return Spending(resource, used, None)
    left = seconds_left([limit], evaluations, pace)
    return Spending(resource, used, limit.allowed, None if left is None else left[0])


def _used(usage: Usage) -> dict[Resource, float]:
    return {
        "evaluations": usage.evaluations,
        "cost": usage.cost,
        "fidelities": usage.fidelities,
    }


def _of_workers(
    snapshot: RunSnapshot, summary: RunSummary, budget: BudgetInfo | None, now: float
) -> tuple[WorkerSpending, ...]:
    allowed: dict[Resource, float] = {
        resource: limit
        for resource in _RESOURCES
        if (limit := getattr(budget, f"worker_{resource}_to_spend", None)) is not None
    }
    if not allowed:
        return ()
    by_worker: defaultdict[str, list[Trial]] = defaultdict(list)
    for trial in snapshot.trials.values():
        worker = trial.metadata.evaluating_worker_id
        if worker is not None and trial.report is not None and _is_evaluated(trial):
            by_worker[worker].append(trial)
    busy = {
        each.worker_id
        for each in summary.evaluating
        if each.standing_at(now) in ("working", "late")
    }
    return tuple(
        WorkerSpending(
            worker,
            worker in busy,
            _of_worker(by_worker[worker], allowed, summary, worker in busy, now),
        )
        for worker in summary.workers
    )


def _is_evaluated(trial: Trial) -> bool:
    return trial.metadata.state is not State.EXTERNAL


def _of_worker(
    trials: Sequence[Trial],
    allowed: Mapping[Resource, float],
    summary: RunSummary,
    is_busy: bool,
    now: float,
) -> tuple[Spending, ...]:
    usage = _usage(trials, summary.fidelity_key)
    ended = sorted(each.metadata.time_end for each in trials if each.metadata.time_end is not None)
    pace = evaluations_per_second(ended, now) if is_busy and not has_stalled(ended, now) else None
    used = _used(usage)
    return tuple(
        _spending(
            resource,
            used[resource],
            Limit(resource, used[resource], limit),
            usage.evaluations,
            pace,
        )
        for resource, limit in allowed.items()
    )


def _usage(trials: Iterable[Trial], fidelity_key: str | None) -> Usage:
    evaluations, cost, fidelities = 0, 0.0, 0.0
    for trial in trials:
        evaluations += 1
        cost += (trial.report.cost or 0.0) if trial.report is not None else 0.0
        fidelity = None if fidelity_key is None else trial.config.get(fidelity_key)
        fidelities += fidelity if isinstance(fidelity, int | float) else 0.0
    return Usage(evaluations, cost, fidelities)


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
    run: tuple[Spending, ...], workers: tuple[WorkerSpending, ...]
) -> tuple[tuple[Spending, ...], str]:
    """Which limit ends the run first, marked and in words."""
    spent = next((each for each in run if each.is_spent), None)
    if spent is not None:
        return _marked(run, spent), f"the {spent.resource} are spent: workers take no more trials"
    timed = [each for each in run if each.seconds_left is not None]
    first = min(timed, key=lambda each: each.seconds_left or 0.0, default=None)
    alone = _workers_end(workers)
    if first is not None and (alone is None or (first.seconds_left or 0.0) <= alone):
        return _marked(
            run, first
        ), f"{first.resource} end it first, in {duration(first.seconds_left)}"
    if alone is not None:
        return run, f"the workers' own budgets end it first, in {duration(alone)}"
    if workers and all(each.is_done for each in workers):
        return run, "every worker has spent its own budget: a new one may go on"
    return run, ""


def _workers_end(workers: Sequence[WorkerSpending]) -> float | None:
    """Seconds until the last busy worker has spent its own budget; None if one's is not known."""
    left = [each.seconds_left for each in workers if each.is_busy]
    known = [each for each in left if each is not None]
    return max(known) if known and len(known) == len(left) else None


def _marked(run: tuple[Spending, ...], first: Spending) -> tuple[Spending, ...]:
    return tuple(
        Spending(each.resource, each.used, each.allowed, each.seconds_left, each is first)
        for each in run
    )
