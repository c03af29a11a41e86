"""Which trials continue which: one config evaluated over again with more of its fidelity."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection, Iterable, Iterator, Mapping
from dataclasses import dataclass

from neps_state import State, Trial
from neps_state.snapshot import RunSnapshot

_MOST = 200
"""Trials that a lineage has at the most before the shown one, and after it."""
_HIGHEST_GAP = 8
"""Rungs that may lie between two trials of one config."""
_RUNG = "_rung_"


@dataclass(frozen=True, slots=True)
class Step:
    """One trial of a lineage.

    Args:
        trial_id: The trial, which may not be in the run any more.
        branch: How many times the lineage has branched before it.
    """

    trial_id: str
    branch: int = 0


class Lineages:
    """Finds the lineage of any trial; a new snapshot costs only the trials that are new."""

    def __init__(self) -> None:
        self._snapshot: RunSnapshot | None = None
        self._trials: Mapping[str, Trial] = {}
        self._known: set[str] = set()
        self._continued: defaultdict[str, list[str]] = defaultdict(list)

    def follow(self, snapshot: RunSnapshot) -> None:
        """Take in another moment of the run."""
        before, self._snapshot = self._snapshot, snapshot
        if snapshot.trials is self._trials:
            return
        self._trials = snapshot.trials
        changed: Collection[str] | None = snapshot.changed
        if (
            before is None
            or changed is None
            or snapshot.generation != before.generation
            or snapshot.revision != before.revision + 1
            or any(trial_id not in snapshot.trials for trial_id in changed)
        ):
            self._known.clear()
            self._continued.clear()
            changed = tuple(snapshot.trials)
        self._add(trial_id for trial_id in changed if trial_id not in self._known)

    def _add(self, trial_ids: Iterable[str]) -> None:
        for trial_id in trial_ids:
            self._known.add(trial_id)
            previous = _previous(self._trials[trial_id])
            if previous is not None:
                self._continued[previous].append(trial_id)

    def of(self, trial_id: str) -> tuple[Step, ...]:
        """The trials that this one continues, oldest first, it, and those that continue it."""
        back = [*self._back(trial_id)]
        return (*(Step(each) for each in reversed(back)), *self._forward(trial_id, set(back)))

    def _back(self, trial_id: str) -> Iterator[str]:
        seen = {trial_id}
        before = self._before(trial_id)
        while before is not None and before not in seen and len(seen) <= _MOST:
            seen.add(before)
            yield before
            before = self._before(before)

    def _before(self, trial_id: str) -> str | None:
        trial = self._trials.get(trial_id)
        previous = None if trial is None else _previous(trial)
        return previous or self._same_config(trial_id, -1)

    def _forward(self, trial_id: str, seen: set[str]) -> Iterator[Step]:
        waiting = [Step(trial_id)]
        while waiting and len(seen) <= 2 * _MOST:
            step = waiting.pop()
            if step.trial_id in seen:
                continue
            seen.add(step.trial_id)
            yield step
            after = self._after(step.trial_id)
            branch = step.branch + (len(after) > 1)
            waiting += [Step(each, branch) for each in reversed(after)]

    def _after(self, trial_id: str) -> list[str]:
        after = list(self._continued.get(trial_id, ()))
        higher = self._same_config(trial_id, 1)
        if higher is not None and higher not in after and self._before(higher) == trial_id:
            after.append(higher)
        return after

    def _same_config(self, trial_id: str, step: int) -> str | None:
        """The config's trial at the next rung there is: not every run has recorded the links."""
        stem, found, rung = trial_id.rpartition(_RUNG)
        if not found or not rung.isdecimal() or len(rung) > 3:
            return None
        for distance in range(1, _HIGHEST_GAP + 1):
            other = f"{stem}{_RUNG}{int(rung) + step * distance}"
            if other in self._trials:
                return other
        return None


def _previous(trial: Trial) -> str | None:
    # NePS has every imported trial name the one imported before it, which it does not continue.
    is_imported = trial.source == "imported" or trial.metadata.state is State.EXTERNAL
    return None if is_imported else trial.metadata.previous_trial_id
