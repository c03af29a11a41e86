"""A run as it was at any moment of its past, told from its trials' own times.

What a trial was before is not recorded, but follows: it was not there before it was sampled,
pending until it was started, evaluating until it ended. A trial that was reset shows only its
last turn. Limits and search space are those of now. What the optimizer kept, and which workers
had joined without taking a trial, nobody knows of the past.
"""

from __future__ import annotations

import math
from bisect import bisect_left, bisect_right
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import replace
from types import MappingProxyType

from neps_state import MetaData, SerializableTrialError, State, Trial
from neps_state.trial import UNFINISHED
from neps_state.values import dominates, objective_values
from neps_tui.facts.fold import RunFold
from neps_tui.view import RunView

_CRASHED = frozenset({State.CRASHED, State.FAILED})
_FIRST = -(1 << 40)
"""Where revisions and generations of the past begin: no moment of it directly follows one of the
present, nor the other way round."""


class RunHistory:
    """The past of one run.

    Going forward costs what changed meanwhile; going back also costs adding all up again. Only
    one thread at a time may ask for a moment; what else there is to know does not change.

    Args:
        view: The run as it is now.

    Attributes:
        incumbents: When better trials ended, ascending, seconds since the epoch; of several
            objectives, when a trial came on the Pareto front.
        crashes: When trials crashed or failed, likewise.
    """

    def __init__(self, view: RunView) -> None:
        self._view = view
        self._fold = RunFold()
        self._trials: dict[str, Trial] = {}
        self._errors: tuple[SerializableTrialError, ...] = ()
        self._moment: float | None = None
        self._revision = _FIRST
        state = view.snapshot.optimizer_state
        self._optimizer_state = None if state is None else replace(state, worker_ids=None)
        self._events = sorted(
            (moment, trial_id)
            for trial_id, trial in view.snapshot.trials.items()
            for moment in _moments(trial)
        )
        several = view.summary.objectives > 1
        self.incumbents: Sequence[float] = (
            list(_advances(view.snapshot.trials.values()))
            if several
            else [each.time for each in view.summary.incumbents if each.time is not None]
        )
        self.crashes: Sequence[float] = sorted(
            trial.metadata.time_end
            for trial in view.snapshot.trials.values()
            if trial.metadata.state in _CRASHED and trial.metadata.time_end is not None
        )

    @property
    def start(self) -> float:
        """When the first thing happened, seconds since the epoch."""
        return self._events[0][0] if self._events else self._view.now()

    @property
    def end(self) -> float:
        """When the last thing happened, seconds since the epoch."""
        return self._events[-1][0] if self._events else self._view.now()

    def at(self, moment: float) -> RunView:
        """The run at a moment, seconds since the epoch."""
        before, self._moment = self._moment, moment
        changed = None if before is None else dict.fromkeys(self._between(before, moment))
        self._trials = self._trials_at(moment, changed)
        self._revision += 1
        self._note_errors()
        past = replace(
            self._view.snapshot,
            trials=MappingProxyType(self._trials),
            changed=None if changed is None else frozenset(changed),
            errors=self._errors,
            optimizer_state=self._optimizer_state,
            revision=self._revision,
            generation=_FIRST,
        )
        return RunView(past, self._fold.fold(past), None, moment)

    def _between(self, one: float, other: float) -> Iterator[str]:
        """Ids of the trials to which something happened between two moments."""
        first, last = (
            bisect_right(self._events, (moment, "\U0010ffff")) for moment in sorted((one, other))
        )
        return (trial_id for _, trial_id in self._events[first:last])

    def _trials_at(self, moment: float, changed: Iterable[str] | None) -> dict[str, Trial]:
        """The trials that had been sampled, as they were.

        Args:
            moment: Seconds since the epoch.
            changed: Those that are others than when it was last asked; None for all.
        """
        now = self._view.snapshot.trials
        then = {} if changed is None else self._trials.copy()
        for trial_id in now if changed is None else changed:
            trial = _as_it_was(now[trial_id], moment)
            if trial is not None:
                then[trial_id] = trial
            else:
                then.pop(trial_id, None)
        return then

    def _note_errors(self) -> None:
        """Have the errors that had happened; the very same while no other one has."""
        errors = self._view.snapshot.errors
        had_happened = tuple(row for row in errors if self._has_ended(row.trial_id))
        if had_happened != self._errors:
            self._errors = had_happened

    def _has_ended(self, trial_id: str) -> bool:
        trial = self._trials.get(trial_id)
        return trial is not None and trial.metadata.state not in UNFINISHED


def _moments(trial: Trial) -> Iterator[float]:
    """When something happened to a trial."""
    metadata = trial.metadata
    for moment in (metadata.time_sampled, metadata.time_started, metadata.time_end):
        if moment is not None and math.isfinite(moment):
            yield moment


def _as_it_was(trial: Trial, moment: float) -> Trial | None:
    """A trial at a moment; None if it had not been sampled yet."""
    now = trial.metadata
    if now.time_sampled > moment:
        return None
    if now.state is State.EXTERNAL:
        return trial
    if now.time_end is not None and now.time_end <= moment:
        return trial
    if now.time_end is None and now.state not in UNFINISHED:
        # Marked by hand: nobody recorded when it ended.
        return trial
    if now.time_started is None or now.time_started > moment:
        return _earlier(trial, State.PENDING)
    return _earlier(trial, State.EVALUATING)


def _earlier(trial: Trial, state: State) -> Trial:
    now = trial.metadata
    started = now.time_started if state is State.EVALUATING else None
    worker = now.evaluating_worker_id if state is State.EVALUATING else None
    metadata = MetaData(
        id=now.id,
        location=now.location,
        state=state,
        previous_trial_id=now.previous_trial_id,
        previous_trial_location=now.previous_trial_location,
        sampling_worker_id=now.sampling_worker_id,
        time_sampled=now.time_sampled,
        evaluating_worker_id=worker,
        time_started=started,
    )
    return Trial(trial.config, metadata, None, trial.source)


def _advances(trials: Iterable[Trial]) -> Iterator[float]:
    """When a trial ended that none before it dominated."""
    ended = sorted(
        (trial.metadata.time_end, objective_values(trial.report))
        for trial in trials
        if trial.report is not None and trial.metadata.time_end is not None
    )
    front: list[tuple[float, ...]] = []
    for moment, values in ended:
        if not values or any(map(math.isnan, values)):
            continue
        peers = [other for other in front if len(other) == len(values)]
        if not any(dominates(other, values) for other in peers):
            front = [*(other for other in peers if not dominates(values, other)), values]
            yield moment


def neighbour(moments: Sequence[float], moment: float, step: int) -> float | None:
    """The moment after another one, or before it for a step of -1; None if there is none."""
    at = bisect_right(moments, moment) if step > 0 else bisect_left(moments, moment) - 1
    return moments[at] if 0 <= at < len(moments) else None
