"""What every worker does and did: its trials in time, and what is to be thought of it."""

from __future__ import annotations

import re
from collections import Counter, defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass

from neps_state import State, Trial
from neps_state.signature import is_signature
from neps_state.snapshot import RunSnapshot
from neps_tui.facts.summary import BETWEEN_TRIALS, Evaluating, RunSummary, Standing
from neps_tui.workers.lane import Bar, Lane

_ALIVE: tuple[Standing, ...] = ("working", "late")
_LEFT: tuple[Standing, ...] = ("abandoned", "suspected")
_ACTIVE = ("working", "late", "waiting")
"""States of workers that come and go while all is well."""
_OTHERS = ("gone quiet", "idle", "ended", "no trial yet")
"""Seconds after a report within which a worker is taken to be on its way to its next trial."""
_MARGIN = 0.02
"""Part of the run's length that is shown after its last sign of life."""
_ROOM = 0.1
"""The same where a trial goes on, so that its name is seen."""
_LONG_SILENCE = 10
"""Times the run's length before it, after which a silence leaves no room for all else."""


@dataclass(frozen=True, slots=True)
class Verdict:
    """What is to be thought of a worker.

    Nothing is ever written because of it.

    Args:
        word: A few words.
        colour: A theme variable for text.
        reason: Why, in a sentence without its stop; empty where the word says it.
    """

    word: str
    colour: str
    reason: str = ""

    @property
    def state(self) -> str:
        """The word on what it does now, without one on what it has left."""
        return self.word.partition(",")[0]


@dataclass(frozen=True, slots=True)
class WorkerRow:
    """One worker at one moment.

    Args:
        worker_id: The worker.
        evaluating: The trials that it has taken and not ended, the latest last.
        verdict: What is to be thought of it.
        ended: How many of its trials have ended, in whatever state.
        failed: How many of these crashed, failed or are corrupted.
        busy: Part of its time that it evaluated, from 0 to 1. The time when at least one of
            its trials was evaluated, over the time since it first started one, until now while
            it works and until it last started or ended one otherwise. Only trials that have
            ended, and running ones that are neither quiet nor left, count as evaluated. None
            before any time has passed.
        last_report: When a trial of its own last ended, seconds since the epoch.
    """

    worker_id: str
    evaluating: tuple[Evaluating, ...]
    verdict: Verdict
    ended: int
    failed: int
    busy: float | None
    last_report: float | None

    @property
    def current(self) -> tuple[Evaluating, ...]:
        """The trials that it has taken and not left, the latest last."""
        return _current(self.evaluating)


class WorkerActivity:
    """Follows what all workers of a run do, at the cost of what changed.

    Imported trials, and those that were reported by hand, belong to no worker.
    """

    def __init__(self) -> None:
        self.workers: tuple[str, ...] = ()
        self._snapshot: RunSnapshot | None = None
        self._summary: RunSummary | None = None
        self._lanes: dict[str, Lane] = {}
        self._worker_of: dict[str, str] = {}
        self._evaluating: Mapping[str, tuple[Evaluating, ...]] = {}
        self._is_spent = False

    def follow(self, snapshot: RunSnapshot, summary: RunSummary) -> None:
        """Take in a moment of the run.

        Args:
            snapshot: The run; all of it is gone through unless it directly follows the last one.
            summary: Its summary.
        """
        if snapshot is not self._snapshot:
            self._place(snapshot)
            self._snapshot = snapshot
        if summary is self._summary:
            return
        if self._summary is None or summary.workers != self._summary.workers:
            self.workers = tuple(sorted(summary.workers, key=_by_number))
        self._summary = summary
        self._is_spent = any(
            not limit.per_worker and limit.fraction >= 1 for limit in summary.limits
        )
        evaluating: defaultdict[str, list[Evaluating]] = defaultdict(list)
        for each in summary.evaluating:
            evaluating[each.worker_id].append(each)
        self._evaluating = {worker: tuple(each) for worker, each in evaluating.items()}

    def lane(self, worker: str) -> Lane:
        """The trials of a worker."""
        return self._lanes.get(worker) or Lane()

    def worker_of(self, trial_id: str) -> str | None:
        """The worker that a trial belongs to."""
        return self._worker_of.get(trial_id)

    def evaluating(self, worker: str) -> tuple[Evaluating, ...]:
        """The trials that a worker has taken and not ended, the latest last."""
        return self._evaluating.get(worker, ())

    def running(self, worker: str, now: float) -> list[Bar]:
        """Bars of the trials that a worker has taken and not ended, up to now.

        That of an abandoned one ends where its worker started the next.
        """
        lane, bars = self.lane(worker), []
        for each in self.evaluating(worker):
            bar = lane.bar(each.trial_id)
            if bar is not None:
                end = lane.next_start(bar) if each.standing == "abandoned" else now
                bars.append(bar._replace(end=max(bar.start, min(end, now))))
        return bars

    def row(self, worker: str, now: float) -> WorkerRow:
        """A worker at a moment, seconds since the epoch."""
        lane, evaluating = self.lane(worker), self.evaluating(worker)
        return WorkerRow(
            worker_id=worker,
            evaluating=evaluating,
            verdict=self.verdict(worker, now),
            ended=lane.ended,
            failed=lane.failed,
            busy=_busy(lane, evaluating, now),
            last_report=lane.last_report,
        )

    def verdict(self, worker: str, now: float) -> Verdict:
        """What is to be thought of a worker at a moment, seconds since the epoch."""
        evaluating = self.evaluating(worker)
        current = _current(evaluating)
        verdict = _verdict_of(current[-1], now) if current else self._without_trial(worker, now)
        left = [each for each in evaluating if each.standing in _LEFT]
        return _having_left(left, verdict) if left else verdict

    def counts(self, now: float) -> Mapping[str, int]:
        """How many workers there are of each kind at a moment, seconds since the epoch.

        Those between two trials are active like those at one: they change places all the time.
        """
        states = Counter(self.verdict(worker, now).state for worker in self.workers)
        counts = {"active": sum(states[state] for state in _ACTIVE)}
        counts |= {state: states[state] for state in _OTHERS}
        return {state: count for state, count in counts.items() if count}

    def _without_trial(self, worker: str, now: float) -> Verdict:
        lane = self.lane(worker)
        if self._is_spent:
            return Verdict("ended", "text-muted", "the budget is spent")
        if self._has_spent_its_own(worker):
            return Verdict("ended", "text-muted", "its own budget is spent")
        if not lane.bars and not lane.ended:
            return Verdict("no trial yet", "text-muted", "the optimizer's state names it")
        last = lane.last_sign
        if last is not None and now - last < BETWEEN_TRIALS:
            return Verdict("waiting", "text-primary", "it has just ended a trial")
        return Verdict(
            "idle", "text-muted", "it waits for a trial or has ended, nothing tells which"
        )

    def _has_spent_its_own(self, worker: str) -> bool:
        summary = self._summary
        used = None if summary is None else summary.used_by_worker.get(worker)
        if summary is None or used is None:
            return False
        return any(
            limit.per_worker and getattr(used, limit.name) >= limit.allowed
            for limit in summary.limits
        )

    def span(self, now: float, *, silence: bool = False) -> tuple[float, float] | None:
        """From when to when there is something to see, seconds since the epoch.

        Until now while a trial is evaluated, and otherwise until shortly after the last sign of
        life: a run that ended yesterday would be a single line of a day. So it would where a
        trial has gone quiet, or takes many times as long as all before it.

        Args:
            now: Seconds since the epoch.
            silence: Whether that, too, is to be seen until now.

        Returns:
            None before a trial has started.
        """
        lanes = [lane for lane in self._lanes.values() if lane.bars]
        if not lanes or self._summary is None:
            return None
        first = min(lane.bars[0].start for lane in lanes)
        last = max(lane.last_sign or first for lane in lanes)
        length = last - first
        if all(each.standing == "abandoned" for each in self._summary.evaluating):
            return first, max(last, min(now, last + _MARGIN * length))
        is_long = not self._summary.busy(now) or now - last > _LONG_SILENCE * length
        if silence or not is_long or self._summary.last_report is None:
            return first, max(now, last)
        return first, max(last, min(now, last + _ROOM * length))

    def _place(self, snapshot: RunSnapshot) -> None:
        before, changed = self._snapshot, snapshot.changed
        if (
            before is None
            or changed is None
            or snapshot.generation != before.generation
            or snapshot.revision != before.revision + 1
        ):
            self._place_all(snapshot.trials)
            return
        for trial_id in changed:
            if (worker := self._worker_of.pop(trial_id, None)) is not None:
                self._lanes[worker].drop(trial_id)
            trial = snapshot.trials.get(trial_id)
            if trial is not None and (worker := _worker_of(trial)) is not None:
                self._worker_of[trial_id] = worker
                self._lanes.setdefault(worker, Lane()).put(trial)

    def _place_all(self, trials: Mapping[str, Trial]) -> None:
        by_worker: defaultdict[str, list[Trial]] = defaultdict(list)
        self._worker_of = {}
        for trial_id, trial in trials.items():
            if (worker := _worker_of(trial)) is not None:
                self._worker_of[trial_id] = worker
                by_worker[worker].append(trial)
        self._lanes = {worker: Lane(each) for worker, each in by_worker.items()}


def standing_word(standing: Standing) -> str:
    """A standing as a person says it."""
    return "gone quiet" if standing == "quiet" else standing


COLOURS: Mapping[Standing, str] = {
    "working": "text-success",
    "late": "text-warning",
    "quiet": "text-error",
    "suspected": "text-warning",
    "abandoned": "text-error",
}
"""Theme variables for the standings."""


def _current(evaluating: Iterable[Evaluating]) -> tuple[Evaluating, ...]:
    return tuple(each for each in evaluating if each.standing not in _LEFT)


def _verdict_of(latest: Evaluating, now: float) -> Verdict:
    standing = latest.standing_at(now)
    return Verdict(standing_word(standing), COLOURS[standing], latest.reason_at(now))


def _having_left(left: Sequence[Evaluating], verdict: Verdict) -> Verdict:
    """The same with a word on the trials that the worker has left."""
    by_reason: defaultdict[str, list[str]] = defaultdict(list)
    for each in left:
        by_reason[f"{each.standing}: {each.reason}"].append(each.trial_id)
    reasons = [f"{', '.join(trials)} {reason}" for reason, trials in by_reason.items()]
    sure = all(each.standing == "abandoned" for each in left)
    is_well = verdict.state not in ("late", "gone quiet")
    return Verdict(
        f"{verdict.word}, left {len(left)}{'' if sure else '?'}",
        COLOURS[left[0].standing] if is_well else verdict.colour,
        "; ".join(filter(None, [verdict.reason, *reasons])),
    )


def _busy(lane: Lane, evaluating: Iterable[Evaluating], now: float) -> float | None:
    first, last = lane.first, lane.last_sign
    if first is None or last is None:
        return None
    starts = [
        each.started
        for each in evaluating
        if each.started is not None and each.standing_at(now) in _ALIVE
    ]
    if starts:
        earliest = min(starts)
        busy, until = lane.covered(earliest) + max(0.0, now - earliest), now
    else:
        busy, until = lane.covered(), last
    return min(1.0, busy / (until - first)) if until > first else None


def _worker_of(trial: Trial) -> str | None:
    worker = trial.metadata.evaluating_worker_id
    is_evaluated = trial.metadata.state is not State.EXTERNAL
    return worker if is_evaluated and worker is not None and not is_signature(worker) else None


def _by_number(worker: str) -> list[tuple[int, str]]:
    """A sort key that puts worker 9 before worker 10."""
    return [
        (int(part), "") if part.isdecimal() else (-1, part) for part in re.split(r"(\d+)", worker)
    ]
