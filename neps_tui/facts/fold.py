"""Folding snapshots into summaries, at the cost of what changed."""

from __future__ import annotations

import math
from bisect import insort
from collections import Counter, defaultdict
from collections.abc import Iterable
from types import MappingProxyType

from neps_state import MetaData, Report, State, Trial
from neps_state.fidelity import fidelity_key, rung_in
from neps_state.signature import is_signature
from neps_state.snapshot import RunSnapshot
from neps_state.trial import UNFINISHED
from neps_state.values import dominates, objective_values
from neps_tui.facts.budget import limits_of, worker_limits_of
from neps_tui.facts.config_keys import ConfigKeys
from neps_tui.facts.summary import Evaluating, Incumbent, Limit, RunSummary, Span, Usage
from neps_tui.facts.verdicts import UsualDurations, WorkerHistory

_NUMBER = (float, int)
_LATEST = 60
"""How many trials tell how fast a run goes."""


class RunFold:
    """Keeps the running totals of a run, so that a new snapshot costs only its changes."""

    def __init__(self) -> None:
        self._generation = -1
        self._totals = _Totals(None)

    def fold(self, snapshot: RunSnapshot) -> RunSummary:
        """The summary of a snapshot, given that all earlier ones were folded before it."""
        state = snapshot.optimizer_state
        by_worker = bool(worker_limits_of(None if state is None else state.budget))
        key = fidelity_key_of(snapshot)
        changed = snapshot.changed
        kind = (key, by_worker)
        is_new_run = snapshot.generation != self._generation or kind != self._totals.kind
        self._generation = snapshot.generation
        if changed is None or is_new_run or not self._totals.can_add(snapshot, changed):
            self._totals = _Totals(key, by_worker=by_worker)
            self._totals.add_all(snapshot.trials.values())
        else:
            self._totals.add_all(snapshot.trials[trial_id] for trial_id in changed)
        return self._totals.summary(snapshot)


class _Totals:
    """Sums over the trials of one run, to which trials can only be added."""

    def __init__(self, key: str | None, *, by_worker: bool = False) -> None:
        self.kind = (key, by_worker)
        self.fidelity_key = key
        self._by_worker: defaultdict[str, Usage] | None = defaultdict(Usage) if by_worker else None
        self._states: dict[str, State] = {}
        self._counts: Counter[State] = Counter()
        self._unfinished: dict[str, Trial] = {}
        self._last_report: float | None = None
        self._latest: list[Span] = []
        self._evaluations = 0
        self._cost = 0.0
        self._fidelities = 0.0
        self._objectives = 1
        self._incumbents: list[Incumbent] = []
        self._points: list[tuple[float, float]] = []
        self._front: dict[str, tuple[float, ...]] = {}
        self._rungs: Counter[int] = Counter()
        self._workers: defaultdict[str, WorkerHistory] = defaultdict(WorkerHistory)
        self._durations = UsualDurations()
        self._config_keys = ConfigKeys()

    def can_add(self, snapshot: RunSnapshot, changed: Iterable[str]) -> bool:
        """Whether no trial went away or back: what was added up stays true."""
        return all(
            each in snapshot.trials and self._states.get(each, State.PENDING) in UNFINISHED
            for each in changed
        )

    def add_all(self, trials: Iterable[Trial]) -> None:
        """Take in trials that are new or have gone forward."""
        # Incumbents are found in the order in which trials ended.
        for trial in sorted(trials, key=_by_end):
            self._add(trial)

    def _add(self, trial: Trial) -> None:
        metadata = trial.metadata
        trial_id, state, worker = metadata.id, metadata.state, metadata.evaluating_worker_id
        if (before := self._states.get(trial_id)) is not None:
            self._counts[before] -= 1
        else:
            self._config_keys.learn(trial.config)
        self._states[trial_id] = state
        self._counts[state] += 1
        if (
            worker is not None
            and state is not State.EXTERNAL
            and (worker in self._workers or not is_signature(worker))
        ):
            self._workers[worker].note(metadata)
        if state in UNFINISHED:
            self._unfinished[trial_id] = trial
            return
        if before is not None:
            self._unfinished.pop(trial_id, None)
        self._add_finished(trial, metadata)

    def _add_finished(self, trial: Trial, metadata: MetaData) -> None:
        if metadata.time_end is not None and math.isfinite(metadata.time_end):
            self._add_end(metadata.time_end, metadata)
        if (rung := rung_of(trial)) is not None:
            self._rungs[rung] += 1
        fidelity = self._fidelity_of(trial)
        if metadata.state is State.SUCCESS and (seconds := duration_of(trial)) is not None:
            self._durations.note(fidelity, seconds)
        report = trial.report
        if report is None:
            return
        self._evaluations += 1
        self._cost += report.cost or 0.0
        if isinstance(fidelity, _NUMBER):
            self._fidelities += fidelity
        if self._by_worker is not None and metadata.state is not State.EXTERNAL:
            self._note_worker(metadata.evaluating_worker_id, report, fidelity)
        values = objective_values(report)
        if values and not any(map(math.isnan, values)):
            self._add_objective(metadata, values)

    def _add_end(self, ended: float, metadata: MetaData) -> None:
        if self._last_report is None or ended > self._last_report:
            self._last_report = ended
        if metadata.state is State.EXTERNAL:
            return
        started = metadata.time_started
        if started is None or not -math.inf < started <= ended:
            # A time that no clock shows tells nothing, nor does a start after the end.
            started = ended
        insort(self._latest, Span(started, ended, metadata.evaluating_worker_id), key=_end_of)
        del self._latest[:-_LATEST]

    def _note_worker(self, worker: str | None, report: Report, fidelity: object) -> None:
        if worker is None or self._by_worker is None:
            return
        before = self._by_worker[worker]
        self._by_worker[worker] = Usage(
            before.evaluations + 1,
            before.cost + (report.cost or 0.0),
            before.fidelities + (fidelity if isinstance(fidelity, _NUMBER) else 0.0),
        )

    def _add_objective(self, metadata: MetaData, values: tuple[float, ...]) -> None:
        if len(values) > 1:
            if self._objectives == 1:
                self._points.clear()
            self._objectives = max(self._objectives, len(values))
            self._points.append((values[0], values[1]))
            self._add_to_front(metadata.id, values)
            return
        self._points.append((self._evaluations, values[0]))
        if not self._incumbents or values[0] < self._incumbents[-1].objective:
            self._incumbents.append(
                Incumbent(metadata.id, values[0], self._evaluations, metadata.time_end)
            )

    def _add_to_front(self, trial_id: str, values: tuple[float, ...]) -> None:
        peers = {k: v for k, v in self._front.items() if len(v) == len(values)}
        if any(dominates(other, values) for other in peers.values()):
            return
        self._front = {k: v for k, v in peers.items() if not dominates(values, v)}
        self._front[trial_id] = values

    def summary(self, snapshot: RunSnapshot) -> RunSummary:
        """What it all amounts to now."""
        state = snapshot.optimizer_state
        several = self._objectives > 1
        usage = Usage(self._evaluations, self._cost, self._fidelities)
        evaluating = [
            self._evaluating(trial)
            for trial in self._unfinished.values()
            if trial.metadata.state is State.EVALUATING
        ]
        pending = [
            trial for trial in self._unfinished.values() if trial.metadata.state is State.PENDING
        ]
        used = self._by_worker
        by_worker = {} if used is None else {each: used[each] for each in self._workers}
        registered = (state.worker_ids or []) if state is not None else []
        budget = None if state is None else state.budget
        signs = {worker: history.last_sign for worker, history in self._workers.items()}
        return RunSummary(
            counts=MappingProxyType({each: self._counts[each] for each in State}),
            total=len(self._states),
            objectives=self._objectives,
            best_id=None if several or not self._incumbents else self._incumbents[-1].trial_id,
            incumbents=() if several else tuple(self._incumbents),
            objective_points=tuple(self._points),
            front=MappingProxyType(dict(self._front)),
            rungs=MappingProxyType(dict(sorted(self._rungs.items()))),
            usage=usage,
            limits=self._known(limits_of(budget, usage, by_worker)),
            worker_limits=worker_limits_of(budget),
            evaluating=tuple(sorted(evaluating, key=lambda each: each.started or 0.0)),
            pending=tuple(trial.metadata.id for trial in sorted(pending, key=_by_sampling)),
            workers=tuple(dict.fromkeys([*registered, *self._workers])),
            used_by_worker=MappingProxyType(by_worker),
            last_signs=MappingProxyType(signs),
            last_report=self._last_report,
            latest=tuple(self._latest),
            fidelity_key=self.fidelity_key,
            config_keys=self._config_keys.frozen(snapshot.space),
        )

    def _known(self, limits: tuple[Limit, ...]) -> tuple[Limit, ...]:
        """The limits without that of fidelities, where none has been told from other values yet."""
        has_fidelity = self.fidelity_key is not None
        return tuple(each for each in limits if has_fidelity or each.name != "fidelities")

    def _evaluating(self, trial: Trial) -> Evaluating:
        worker = trial.metadata.evaluating_worker_id or ""
        history = self._workers.get(worker, WorkerHistory())
        fidelity = self._fidelity_of(trial)
        standing, reason = history.verdict(trial.metadata.time_started)
        longest, compared_with = self._durations.longest(fidelity)
        return Evaluating(
            trial_id=trial.metadata.id,
            worker_id=worker,
            started=trial.metadata.time_started,
            usual=self._durations.usual(fidelity),
            late_after=self._durations.late_after(fidelity),
            standing=standing,
            reason=reason,
            longest=longest,
            compared_with=compared_with,
        )

    def _fidelity_of(self, trial: Trial) -> object:
        if self.fidelity_key is None:
            return None
        value = trial.config.get(self.fidelity_key)
        return value if isinstance(value, int | float | str) else None


def summarize(snapshot: RunSnapshot) -> RunSummary:
    """The summary of one snapshot on its own."""
    return RunFold().fold(snapshot)


def fidelity_key_of(snapshot: RunSnapshot) -> str | None:
    """The key of the fidelity in configs, where the run has one."""
    return fidelity_key(snapshot.optimizer_info, snapshot.space, snapshot.trials)


def rung_of(trial: Trial) -> int | None:
    """The rung that a trial was evaluated at, where there are rungs."""
    return rung_in(trial.metadata.id)


def duration_of(trial: Trial) -> float | None:
    """Seconds that an evaluation took, as the worker measured it or by its times."""
    metadata = trial.metadata
    if metadata.evaluation_duration is not None:
        return metadata.evaluation_duration
    if metadata.time_started is None or metadata.time_end is None:
        return None
    return metadata.time_end - metadata.time_started


def _end_of(span: Span) -> float:
    return span.end


def _by_end(trial: Trial) -> float:
    ended = trial.metadata.time_end
    return math.inf if ended is None and trial.metadata.state in UNFINISHED else ended or 0.0


def _by_sampling(trial: Trial) -> float:
    sampled = trial.metadata.time_sampled
    return 0.0 if math.isnan(sampled) else sampled
