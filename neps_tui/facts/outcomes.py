"""What the evaluations that have ended gave and used: incumbents, front, cost, fidelities."""

from __future__ import annotations

import math
from collections import defaultdict
from collections.abc import Iterable

from neps_state import Report, State, Trial
from neps_state.values import dominates, objective_values
from neps_tui.facts.summary import Incumbent, Usage

_NUMBER = (float, int)


class Outcomes:
    """Sums over the trials that have ended, to which more can be added.

    Args:
        fidelity_key: The fidelity's key in configs, where the run has one.
        by_worker: Whether what each worker used is to be told apart.

    Attributes:
        usage: What all of them used.
        by_worker: What each worker used, where that is told apart.
        objectives: How many objectives there are; 1 before there is one.
        points: Of each with valid objectives, the number of evaluations by then and its objective,
            or the first two objectives where there are several.
        incumbents: Each that was the best so far, for one objective.
        front: Those that no other dominates and their objectives, for several objectives.
    """

    def __init__(self, fidelity_key: str | None, *, by_worker: bool = False) -> None:
        self.usage = Usage()
        self.by_worker: defaultdict[str, Usage] | None = defaultdict(Usage) if by_worker else None
        self.objectives = 1
        self.points: list[tuple[float, float]] = []
        self.incumbents: list[Incumbent] = []
        self.front: dict[str, tuple[float, ...]] = {}
        self._fidelity_key = fidelity_key

    def add(self, ended: Iterable[Trial]) -> None:
        """Take in trials that have ended, in the order in which they did."""
        evaluations, cost = self.usage.evaluations, self.usage.cost
        fidelities = self.usage.fidelities
        for trial in ended:
            report = trial.report
            if report is None:
                continue
            evaluations += 1
            cost += report.cost or 0.0
            if self._fidelity_key is not None:
                fidelities += _number_or_none(trial.config.get(self._fidelity_key))
            if self.by_worker is not None and trial.metadata.state is not State.EXTERNAL:
                self._note_worker(trial, report)
            self._add_objectives(trial, objective_values(report), evaluations)
        self.usage = Usage(evaluations, cost, fidelities)

    def _note_worker(self, trial: Trial, report: Report) -> None:
        worker = trial.metadata.evaluating_worker_id
        if worker is None or self.by_worker is None:
            return
        key, before = self._fidelity_key, self.by_worker[worker]
        self.by_worker[worker] = Usage(
            before.evaluations + 1,
            before.cost + (report.cost or 0.0),
            before.fidelities + (0.0 if key is None else _number_or_none(trial.config.get(key))),
        )

    def _add_objectives(self, trial: Trial, values: tuple[float, ...], evaluations: int) -> None:
        if not values or any(map(math.isnan, values)):
            return
        if len(values) > 1:
            if self.objectives == 1:
                self.points.clear()
            self.objectives = max(self.objectives, len(values))
            self.points.append((values[0], values[1]))
            self._add_to_front(trial.metadata.id, values)
            return
        (objective,) = values
        self.points.append((evaluations, objective))
        if not self.incumbents or objective < self.incumbents[-1].objective:
            ended = trial.metadata.time_end
            self.incumbents.append(Incumbent(trial.metadata.id, objective, evaluations, ended))

    def _add_to_front(self, trial_id: str, values: tuple[float, ...]) -> None:
        peers = {k: v for k, v in self.front.items() if len(v) == len(values)}
        if any(dominates(other, values) for other in peers.values()):
            return
        self.front = {k: v for k, v in peers.items() if not dominates(values, v)}
        self.front[trial_id] = values


def _number_or_none(value: object) -> float:
    return value if isinstance(value, _NUMBER) else 0.0
