"""Folding snapshots into summaries, at the cost of what changed."""

from __future__ import annotations

import math
from collections import Counter, defaultdict
from collections.abc import Iterable
from types import MappingProxyType

from neps_state import State, Trial
from neps_state.fidelity import fidelity_key, rung_in
from neps_state.signature import is_signature
from neps_state.snapshot import RunSnapshot
from neps_state.trial import UNFINISHED
from neps_tui.facts.budget import limits_of, worker_limits_of
from neps_tui.facts.config_keys import ConfigKeys
from neps_tui.facts.latest import Latest
from neps_tui.facts.outcomes import Outcomes
from neps_tui.facts.summary import Evaluating, Limit, RunSummary
from neps_tui.facts.verdicts import UsualDurations, WorkerHistory


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
        self._states: dict[str, State] = {}
        self._counts: Counter[State] = Counter()
        self._unfinished: dict[str, Trial] = {}
        self._latest = Latest()
        self._outcomes = Outcomes(key, by_worker=by_worker)
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
        ordered = sorted(trials, key=_by_end)
        self._note_states(ordered)
        self._note_workers(ordered)
        ended = [trial for trial in ordered if trial.metadata.id not in self._unfinished]
        self._rungs.update(rung for trial in ended if (rung := rung_of(trial)) is not None)
        self._note_durations(ended)
        self._latest.add(ended)
        self._outcomes.add(ended)

    def _note_states(self, trials: Iterable[Trial]) -> None:
        states = self._states
        for trial in trials:
            trial_id, state = trial.metadata.id, trial.metadata.state
            before = states.get(trial_id)
            states[trial_id] = state
            if before is None:
                self._config_keys.learn(trial.config)
            else:
                self._counts[before] -= 1
            self._counts[state] += 1
            if state in UNFINISHED:
                self._unfinished[trial_id] = trial
            elif before is not None:
                self._unfinished.pop(trial_id, None)

    def _note_workers(self, trials: Iterable[Trial]) -> None:
        workers = self._workers
        for trial in trials:
            metadata = trial.metadata
            worker = metadata.evaluating_worker_id
            if (
                worker is not None
                and metadata.state is not State.EXTERNAL
                and (worker in workers or not is_signature(worker))
            ):
                workers[worker].note(metadata)

    def _note_durations(self, ended: Iterable[Trial]) -> None:
        for trial in ended:
            if trial.metadata.state is State.SUCCESS:
                seconds = duration_of(trial)
                if seconds is not None:
                    self._durations.note(self._fidelity_of(trial), seconds)

    def summary(self, snapshot: RunSnapshot) -> RunSummary:
        """What it all amounts to now."""
        state = snapshot.optimizer_state
        outcomes = self._outcomes
        several = outcomes.objectives > 1
        incumbents = () if several else tuple(outcomes.incumbents)
        evaluating = [
            self._evaluating(trial)
            for trial in self._unfinished.values()
            if trial.metadata.state is State.EVALUATING
        ]
        pending = [
            trial for trial in self._unfinished.values() if trial.metadata.state is State.PENDING
        ]
        used = outcomes.by_worker
        by_worker = {} if used is None else {each: used[each] for each in self._workers}
        registered = (state.worker_ids or []) if state is not None else []
        budget = None if state is None else state.budget
        signs = {worker: history.last_sign for worker, history in self._workers.items()}
        return RunSummary(
            counts=MappingProxyType({each: self._counts[each] for each in State}),
            total=len(self._states),
            objectives=outcomes.objectives,
            best_id=incumbents[-1].trial_id if incumbents else None,
            incumbents=incumbents,
            objective_points=tuple(outcomes.points),
            front=MappingProxyType(dict(outcomes.front)),
            rungs=MappingProxyType(dict(sorted(self._rungs.items()))),
            usage=outcomes.usage,
            limits=self._known(limits_of(budget, outcomes.usage, by_worker)),
            worker_limits=worker_limits_of(budget),
            evaluating=tuple(sorted(evaluating, key=lambda each: each.started or 0.0)),
            pending=tuple(trial.metadata.id for trial in sorted(pending, key=_by_sampling)),
            workers=tuple(dict.fromkeys([*registered, *self._workers])),
            used_by_worker=MappingProxyType(by_worker),
            last_signs=MappingProxyType(signs),
            last_report=self._latest.report,
            latest=tuple(self._latest.spans),
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


def _by_end(trial: Trial) -> float:
    ended = trial.metadata.time_end
    if ended is None:
        return math.inf if trial.metadata.state in UNFINISHED else 0.0
    # With a NaN among them, nothing would be in order.
    return 0.0 if math.isnan(ended) else ended


def _by_sampling(trial: Trial) -> float:
    sampled = trial.metadata.time_sampled
    return 0.0 if math.isnan(sampled) else sampled
