"""The trials that plots are about: those that have ended with objectives, as they ended."""

from __future__ import annotations

import math
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any, NamedTuple

from neps_state import Trial
from neps_state.readable import readable_value
from neps_state.values import objective_values
from neps_tui.facts.config_keys import ConfigKey
from neps_tui.facts.fold import rung_of
from neps_tui.view import RunView

Predicate = Callable[[Trial], bool]


class Evaluation(NamedTuple):
    """A trial that has ended with objectives.

    Attributes:
        trial: The trial.
        objective: The objective that is looked at.
        is_best: Whether it is the incumbent or on the front.
        is_chosen: Whether the filter lets it through.
    """

    trial: Trial
    objective: float
    is_best: bool
    is_chosen: bool

    @property
    def id(self) -> str:
        """The trial's id."""
        return self.trial.metadata.id


def is_real(value: Any) -> bool:
    """Whether a value is a number that has a place on an axis."""
    return isinstance(value, int | float) and math.isfinite(value)


@dataclass(frozen=True, slots=True)
class Question:
    """What a plot is asked to show.

    Args:
        view: The run.
        objective: Which of several objectives, from 0.
        variant: Which of the plot's own variants, such as a hyperparameter; see the plots.
        log: Whether the objective's axis is to be logarithmic.
        holds: The filter; None lets all through.
    """

    view: RunView
    objective: int = 0
    variant: str = ""
    log: bool = False
    holds: Predicate | None = None
    _evaluations: list[list[Evaluation]] = field(default_factory=list, repr=False)

    @property
    def objective_label(self) -> str:
        """What the objective's axis is called."""
        several = self.view.summary.objectives > 1
        return f"objective {self.objective + 1}" if several else "objective"

    def evaluations(self) -> list[Evaluation]:
        """The trials with a finite objective, in the order in which they ended."""
        if not self._evaluations:
            self._evaluations.append(self._find())
        return self._evaluations[0]

    def without_objective(self) -> int:
        """How many ended trials have none that could be drawn."""
        return self.view.summary.usage.evaluations - len(self.evaluations())

    def _find(self) -> list[Evaluation]:
        summary = self.view.summary
        best = set(summary.front) | ({summary.best_id} if summary.best_id else set())
        found = []
        for trial_id, trial in self.view.snapshot.trials.items():
            values = objective_values(trial.report)
            if len(values) <= self.objective or not math.isfinite(values[self.objective]):
                continue
            chosen = self.holds is None or self.holds(trial)
            found.append(Evaluation(trial, values[self.objective], trial_id in best, chosen))
        found.sort(key=lambda each: each.trial.metadata.time_end or 0.0)
        return found

    def value(self, trial: Trial, key: ConfigKey) -> Any:
        """A hyperparameter's value as a person reads it; None where the trial has none."""
        if key.key not in trial.config:
            return None
        return readable_value(key.key, trial.config, self.view.snapshot.space)

    def varying(self) -> Mapping[str, ConfigKey]:
        """The hyperparameters in which trials differ, by name, the fidelity last."""
        keys = sorted(self.view.summary.config_keys, key=self.is_fidelity)
        return {key.name: key for key in keys if key.varies}

    def is_fidelity(self, key: ConfigKey) -> bool:
        """Whether a key is the fidelity: a trial is given it, nobody looks for the best one."""
        return key.key == self.view.summary.fidelity_key

    def is_log(self, key: ConfigKey) -> bool:
        """Whether the search space samples a hyperparameter on a logarithmic scale."""
        space = self.view.snapshot.space
        parameter = None if space is None else space.parameters.get(key.name)
        return parameter is not None and parameter.log

    def rungs(self) -> list[int]:
        """The rungs at which trials have ended."""
        return sorted(
            {rung for each in self.evaluations() if (rung := rung_of(each.trial)) is not None}
        )
