"""What is news about a run: a new best, a crash, an abandoned trial, the end; each thing once."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Literal, TypeAlias

from neps_state import State, Trial
from neps_tui.facts.trial_fields import natural_id
from neps_tui.view import RunView
from neps_tui.words.formatting import counted, few_of, number

NewsKind: TypeAlias = Literal["best", "crash", "abandoned", "end"]
_MOST_NAMED = 3


@dataclass(frozen=True, slots=True)
class News:
    """Something that has happened to a run.

    Args:
        kind: What sort of thing.
        text: What happened, in a few words. A text of the run may be in it.
        trial_id: The trial that it happened to, the first of several; None for the end.
    """

    kind: NewsKind
    text: str
    trial_id: str | None = None


class NewsFeed:
    """Tells what is new about a run, never twice; what it finds at first is no news.

    A trial that crashes again, after a reset, is news again; so is the end of a run that went on.
    """

    def __init__(self) -> None:
        self._generation: int | None = None
        self._best: tuple[str, float] | None = None
        self._front: frozenset[str] = frozenset()
        self._crashes: dict[str, float | None] = {}
        self._abandoned: dict[str, str] = {}
        self._revision = 0
        self._has_ended = False

    def of(self, view: RunView, now: float) -> list[News]:
        """What is new since the last time.

        Args:
            view: The run as it is.
            now: Seconds since the epoch: a run ends when nobody works on it any more.
        """
        if not view.has_run:
            return []
        snapshot = view.snapshot
        is_first = snapshot.generation != self._generation
        # What changed is told by the snapshot before, which may have been passed over.
        changed = snapshot.changed if snapshot.revision <= self._revision + 1 else None
        self._generation, self._revision = snapshot.generation, snapshot.revision
        if is_first:
            self._crashes, self._abandoned = {}, {}
            self._best, self._front, self._has_ended = None, frozenset(), False
        found = [
            *self._bests(view),
            *self._crashed(view, changed),
            *self._left(view),
            *self._end(view, now),
        ]
        return [] if is_first else found

    def _bests(self, view: RunView) -> Iterator[News]:
        summary = view.summary
        if summary.objectives > 1:
            front = frozenset(summary.front)
            come, self._front = sorted(front - self._front, key=natural_id), front
            if come:
                named = few_of(come, _MOST_NAMED)
                yield News("best", f"{named} on the Pareto front of {len(front)}", come[0])
            return
        if not summary.incumbents:
            self._best = None
            return
        best = summary.incumbents[-1]
        before, self._best = self._best, (best.trial_id, best.objective)
        # A best that was reset or removed leaves an older one, which is not new.
        if before is None or best.objective < before[1]:
            said = f"best {number(best.objective)} by {best.trial_id}"
            was = "" if before is None else f", before {number(before[1])}"
            yield News("best", said + was, best.trial_id)

    def _crashed(self, view: RunView, changed: frozenset[str] | None) -> Iterator[News]:
        trials = view.snapshot.trials
        come = []
        for trial_id in trials if changed is None else changed:
            trial = trials.get(trial_id)
            if trial is None or trial.state is not State.CRASHED:
                self._crashes.pop(trial_id, None)
                continue
            ended = trial.metadata.time_end
            if trial_id not in self._crashes or self._crashes[trial_id] != ended:
                self._crashes[trial_id] = ended
                come.append(trial)
        if come:
            last = max(come, key=lambda trial: trial.metadata.time_end or 0.0)
            why = _error_of(last)
            if len(come) == 1:
                yield News("crash", f"{last.id} crashed{why}", last.id)
            else:
                told = f"{counted(len(come), 'trial')} crashed, the last {last.id}{why}"
                yield News("crash", told, last.id)

    def _left(self, view: RunView) -> Iterator[News]:
        left = {
            each.trial_id: each.worker_id
            for each in view.summary.evaluating
            if each.standing == "abandoned"
        }
        come = sorted(left.items() - self._abandoned.items(), key=lambda each: natural_id(each[0]))
        self._abandoned = left
        if come:
            named = few_of([trial_id for trial_id, _ in come], _MOST_NAMED)
            yield News("abandoned", f"{named} abandoned; A resets all such", come[0][0])

    def _end(self, view: RunView, now: float) -> Iterator[News]:
        had_ended, self._has_ended = self._has_ended, view.summary.condition(now) == "finished"
        if self._has_ended and not had_ended:
            ended = counted(view.summary.usage.evaluations, "evaluation")
            best = f", best {number(self._best[1])} by {self._best[0]}" if self._best else ""
            yield News("end", f"finished after {ended}{best}")


def _error_of(trial: Trial) -> str:
    """What a trial crashed with, as far as it is known."""
    err = None if trial.report is None else trial.report.err
    return "" if err is None else f": {err}"
