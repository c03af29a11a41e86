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
from neps_tui.plots.kept import Kept
from neps_tui.plots.plot import Pen
from neps_tui.view import RunView
from neps_tui.words.formatting import number

Predicate = Callable[[Trial], bool]

_PLAIN = {float, int, bool, str, type(None)}
"""Types of values that read as they are stored."""


class Evaluation(NamedTuple):
    """A trial that has ended with objectives.

    Attributes:
        trial: The trial.
        objective: The objective that is looked at.
        ended: How many trials had ended with a report by then, it included.
        is_best: Whether it is the incumbent or on the front.
        is_chosen: Whether the filter lets it through.
    """

    trial: Trial
    objective: float
    ended: int
    is_best: bool = False
    is_chosen: bool = True

    @property
    def id(self) -> str:
        """The trial's id."""
        return self.trial.metadata.id

    @property
    def pen(self) -> Pen:
        """How its dot is drawn."""
        return "best" if self.is_best else "plain" if self.is_chosen else "faint"


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
        kept: What other questions about the same view have found out.
    """

    view: RunView
    objective: int = 0
    variant: str = ""
    log: bool = False
    holds: Predicate | None = None
    kept: Kept = field(default_factory=Kept, repr=False, compare=False)

    @property
    def objective_label(self) -> str:
        """What the objective's axis is called."""
        several = self.view.summary.objectives > 1
        return f"objective {self.objective + 1}" if several else "objective"

    def reported(self) -> list[Trial]:
        """The trials that ended with a report, whatever it says, in the order of their ends."""

        def find() -> list[Trial]:
            trials = self.view.snapshot.trials.values()
            found = [trial for trial in trials if trial.report is not None]
            return sorted(found, key=lambda trial: trial.metadata.time_end or 0.0)

        return self.kept.once("reported", find)

    def evaluations(self) -> list[Evaluation]:
        """The trials with a finite objective, in the order in which they ended."""
        everyone = self.kept.once(("ended", self.objective), self._find)
        holds = self.holds
        if holds is None:
            return everyone
        return self.kept.last(
            ("chosen", self.objective),
            holds,
            lambda: [each._replace(is_chosen=holds(each.trial)) for each in everyone],
        )

    def without_objective(self) -> int:
        """How many ended trials have none that could be drawn."""
        return self.view.summary.usage.evaluations - len(self.evaluations())

    def _find(self) -> list[Evaluation]:
        summary, at = self.view.summary, self.objective
        best = set(summary.front) | ({summary.best_id} if summary.best_id else set())
        found = []
        for ended, trial in enumerate(self.reported(), start=1):
            values = objective_values(trial.report)
            if len(values) > at and math.isfinite(values[at]):
                is_best = trial.metadata.id in best
                found.append(Evaluation(trial, values[at], ended, is_best))
        return found

    def value(self, trial: Trial, key: ConfigKey) -> Any:
        """A hyperparameter's value as a person reads it; None where the trial has none."""
        if key.key not in trial.config:
            return None
        return readable_value(key.key, trial.config, self.view.snapshot.space)

    def values(self, key: ConfigKey) -> list[Any]:
        """The same of every evaluation."""

        def find() -> list[Any]:
            trials = [each.trial for each in self.evaluations()]
            found = [trial.config.get(key.key) for trial in trials]
            if "::categorical" not in key.key and {type(value) for value in found} <= _PLAIN:
                return found
            return [self.value(trial, key) for trial in trials]

        return self.kept.once(("values", self.objective, key.key), find)

    def texts(self, key: ConfigKey) -> list[str | None]:
        """The same in words, as of a categorical hyperparameter."""

        def find() -> list[str | None]:
            return [None if value is None else number(value) for value in self.values(key)]

        return self.kept.once(("texts", self.objective, key.key), find)

    def is_numeric(self, key: ConfigKey) -> bool:
        """Whether every evaluation that has a value has a number that has a place on an axis."""
        return key.is_number and all(
            is_real(value) for value in self.values(key) if value is not None
        )

    def varying(self) -> Mapping[str, ConfigKey]:
        """The hyperparameters in which trials differ, by name, the fidelity last."""
        keys = sorted(self.view.summary.config_keys, key=self.is_fidelity)
        return {key.name: key for key in keys if key.varies}

    def is_fidelity(self, key: ConfigKey) -> bool:
        """Whether a key is the fidelity: a trial is given it, nobody looks for the best one."""
        return key.key == self.view.summary.fidelity_key

    def is_log(self, key: ConfigKey) -> bool:
        """Whether a hyperparameter is seen better on a logarithmic scale.

        By the search space or, where none is stored, by what was tried.
        """
        # Imported when a hyperparameter is shown: what is shown first has none on its axes.
        from neps_tui.optimizer.domains import is_log

        def find() -> bool:
            snapshot = self.view.snapshot
            configs = [trial.config for trial in snapshot.trials.values()]
            return is_log(key, self.view.summary.config_keys, snapshot.space, configs)

        return self.kept.once(("log", key.key), find)

    def rungs(self) -> list[int]:
        """The rungs at which trials have ended."""
        return list(self.view.summary.rungs)
