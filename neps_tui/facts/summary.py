"""What a whole run amounts to: counts, incumbents, front, use of the budget, workers."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from types import MappingProxyType
from typing import Literal, NamedTuple, TypeAlias, get_args

from neps_state import State
from neps_tui.facts.config_keys import ConfigKey

Standing: TypeAlias = Literal["working", "late", "quiet", "suspected", "abandoned"]
Resource: TypeAlias = Literal["evaluations", "cost", "fidelities"]
Condition: TypeAlias = Literal["live", "idle", "finished", "empty"]
_BUSY: tuple[Standing, ...] = ("working", "late")
_QUIET_FACTOR = 10
_LEAST_QUIET = 60.0
_JUST_REPORTED = 15.0
"""Seconds after a report within which a run is taken to go on."""
BETWEEN_TRIALS = 60.0
"""Seconds that a worker may take from one trial to the next, as the sampling of some does."""


class Span(NamedTuple):
    """From when to when a trial was evaluated, seconds since the epoch, and by whom."""

    start: float
    end: float
    worker: str | None


@dataclass(frozen=True, slots=True)
class Incumbent:
    """A trial that was the best so far when it ended.

    Args:
        trial_id: The trial.
        objective: Its objective.
        evaluations: How many trials had ended by then, it included.
        time: When it ended, seconds since the epoch; None where nobody recorded it.
    """

    trial_id: str
    objective: float
    evaluations: int
    time: float | None


@dataclass(frozen=True, slots=True)
class Usage:
    """What finished trials used, as NePS counts it: trials with a report."""

    evaluations: int = 0
    cost: float = 0.0
    fidelities: float = 0.0


@dataclass(frozen=True, slots=True)
class Limit:
    """One limit of the run's budget, and how much of it is used.

    Args:
        name: What is limited: evaluations, cost or fidelities.
        used: So far; where each worker has the limit to itself, by the one that has most left.
        allowed: At most.
        per_worker: Whether each worker has the limit to itself.
    """

    name: Resource
    used: float
    allowed: float
    per_worker: bool = False

    @property
    def fraction(self) -> float:
        """Used of allowed, from 0 to 1."""
        return min(1.0, self.used / self.allowed) if self.allowed > 0 else 1.0


@dataclass(frozen=True, slots=True)
class Evaluating:
    """A trial some worker has taken.

    Args:
        trial_id: The trial.
        worker_id: The worker.
        started: Seconds since the epoch.
        usual: Seconds that like trials take, by their median; None before one has ended.
        late_after: Seconds after which it takes longer than 95 % of like trials.
        standing: What is to be thought of it when it is neither late nor has gone quiet.
        reason: Why, in a sentence, where it is suspected or abandoned.
        longest: Seconds that it may take by all that is known; it has gone quiet after ten times
            that. None before there is anything to compare it with.
        compared_with: How that is known, in a sentence without its stop.
    """

    trial_id: str
    worker_id: str
    started: float | None
    usual: float | None
    late_after: float | None
    standing: Standing
    reason: str = ""
    longest: float | None = None
    compared_with: str = ""

    def standing_at(self, now: float) -> Standing:
        """What is to be thought of it at a moment, seconds since the epoch."""
        if self.standing != "working" or self.started is None:
            return self.standing
        elapsed = now - self.started
        if self.longest is not None and elapsed > max(_QUIET_FACTOR * self.longest, _LEAST_QUIET):
            return "quiet"
        return "late" if self.late_after is not None and elapsed > self.late_after else "working"

    def reason_at(self, now: float) -> str:
        """Why it has its standing at a moment, in a sentence without its stop.

        Empty where the word says it: it is on time, by something that it can be compared with.
        """
        standing = self.standing_at(now)
        if standing == "quiet":
            return f"{self.compared_with}, this one over ten times as long"
        if standing == "late":
            return self.compared_with
        is_unknown = standing == "working" and self.longest is None
        return self.reason or (self.compared_with if is_unknown else "")


@dataclass(frozen=True, slots=True)
class RunSummary:
    """One moment of a run, folded.

    Args:
        counts: How many trials are in each state; every state is there.
        total: How many trials there are.
        objectives: How many objectives the reports have; 1 before there is one.
        best_id: The incumbent's id, for one objective.
        incumbents: Every trial that was the best when it ended, for one objective.
        objective_points: Of every ended trial with valid objectives, `(number of evaluations,
            objective)`, or the first two objectives where there are several.
        front: The non-dominated trials and their objectives, for several objectives.
        rungs: How many trials have ended at each rung.
        usage: What the finished trials used.
        limits: The run's budget; a worker's own where the run has none.
        worker_limits: What each worker may spend by itself, by what is limited.
        evaluating: The trials being evaluated, by their start.
        pending: Ids of the pending trials, next first.
        workers: Ids of all workers known, from the optimizer's state and from the trials.
        used_by_worker: What each worker used, where each has a budget of its own.
        last_signs: When each worker last started or ended a trial, seconds since the epoch.
        last_report: When a trial last ended, seconds since the epoch.
        latest: From when to when the latest sixty trials were evaluated, by their end.
        fidelity_key: The fidelity's key in configs, where the run has one.
        config_keys: The keys of all configs, in the order in which they were first seen.
    """

    counts: Mapping[State, int] = field(
        default_factory=lambda: MappingProxyType(dict.fromkeys(State, 0))
    )
    total: int = 0
    objectives: int = 1
    best_id: str | None = None
    incumbents: tuple[Incumbent, ...] = ()
    objective_points: tuple[tuple[float, float], ...] = ()
    front: Mapping[str, tuple[float, ...]] = field(default_factory=lambda: MappingProxyType({}))
    rungs: Mapping[int, int] = field(default_factory=lambda: MappingProxyType({}))
    usage: Usage = Usage()
    limits: tuple[Limit, ...] = ()
    worker_limits: Mapping[Resource, float] = field(default_factory=lambda: MappingProxyType({}))
    evaluating: tuple[Evaluating, ...] = ()
    pending: tuple[str, ...] = ()
    workers: tuple[str, ...] = ()
    used_by_worker: Mapping[str, Usage] = field(default_factory=lambda: MappingProxyType({}))
    last_signs: Mapping[str, float] = field(default_factory=lambda: MappingProxyType({}))
    last_report: float | None = None
    latest: tuple[Span, ...] = ()
    fidelity_key: str | None = None
    config_keys: tuple[ConfigKey, ...] = ()

    @property
    def names(self) -> Mapping[str, str]:
        """Readable names of config keys, by the key as stored."""
        return {each.key: each.name for each in self.config_keys}

    @property
    def abandoned(self) -> tuple[str, ...]:
        """Ids of the trials that their workers have certainly left."""
        return tuple(each.trial_id for each in self.evaluating if each.standing == "abandoned")

    def condition(self, now: float) -> Condition:
        """Whether the run is alive, at a moment in seconds since the epoch.

        Live while a worker is busy or has just reported, finished once a budget is spent and
        nobody is busy, idle when nobody is although there is something left to spend.
        """
        if self.busy(now):
            return "live"
        if any(limit.fraction >= 1.0 for limit in self.limits):
            return "finished"
        if self.last_report is not None and now - self.last_report < _JUST_REPORTED:
            return "live"
        return "idle" if self.total else "empty"

    def busy(self, now: float) -> int:
        """How many trials a worker seems to be evaluating."""
        standings = self.standings(now)
        return sum(standings[each] for each in _BUSY)

    def at_work(self, now: float) -> frozenset[str]:
        """The workers that seem to evaluate a trial, and those that are only between two."""
        busy = {each.worker_id for each in self.evaluating if each.standing_at(now) in _BUSY}
        between = {
            worker for worker, sign in self.last_signs.items() if now - sign < BETWEEN_TRIALS
        }
        return frozenset(busy | between)

    def standings(self, now: float) -> Mapping[Standing, int]:
        """How many evaluating trials there are of each standing."""
        counts: dict[Standing, int] = dict.fromkeys(get_args(Standing), 0)
        for each in self.evaluating:
            counts[each.standing_at(now)] += 1
        return counts
