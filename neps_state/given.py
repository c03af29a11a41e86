"""What a person gives a run: configs to be evaluated, and what was evaluated elsewhere."""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from neps_state.optimizer import BudgetInfo
from neps_state.trial import MetaData, Report, State, Trial


@dataclass(frozen=True, slots=True)
class GivenConfig:
    """A config that nobody sampled, as an optimizer would give it.

    Args:
        id: The id of the new trial.
        config: Keys and values as stored.
    """

    id: str
    config: Mapping[str, Any]

    @property
    def previous_config_id(self) -> None:
        """It continues no other trial."""


@dataclass(frozen=True, slots=True)
class GivenConfigs:
    """An optimizer that returns the configs it was given.

    Args:
        configs: Keys and values as stored.
        ids: The ids of the new trials.
    """

    configs: Sequence[Mapping[str, Any]]
    ids: Sequence[str]

    def __call__(
        self,
        trials: Mapping[str, Trial],
        budget_info: BudgetInfo | None,
        n: int | None = None,
    ) -> list[GivenConfig]:
        """What was given, whatever is asked."""
        del trials, budget_info, n
        return [GivenConfig(*each) for each in zip(self.ids, self.configs, strict=True)]


@dataclass(frozen=True, slots=True)
class Evaluated:
    """A config with what came of evaluating it elsewhere.

    Args:
        config: Keys and values as stored in the run that it comes to.
        objective: One number for each objective.
        cost: What it cost, if that is known.
        learning_curve: Objectives on the way, if they are known.
        duration: How long it took, in seconds.
        time_started: When it began, in seconds since the epoch.
        time_end: When it ended.
    """

    config: Mapping[str, Any]
    objective: Sequence[float]
    cost: float | None = None
    learning_curve: Sequence[float] | None = None
    duration: float | None = None
    time_started: float | None = None
    time_end: float | None = None

    def as_trial(self, trial_id: str, location: str, by: str) -> Trial:
        """An external trial of the run.

        Args:
            trial_id: Its new id.
            location: Its directory there.
            by: Who imports it.
        """
        # NePS's brackets take nothing but floats for an objective.
        values = [float(value) for value in self.objective]
        metadata = MetaData(
            id=trial_id,
            location=location,
            state=State.EXTERNAL,
            previous_trial_id=None,
            previous_trial_location=None,
            sampling_worker_id=by,
            time_sampled=math.nan,
            evaluating_worker_id=by,
            evaluation_duration=self.duration,
            time_started=self.time_started,
            time_end=self.time_end,
        )
        report = Report(
            objective_to_minimize=values[0] if len(values) == 1 else values,
            cost=self.cost,
            learning_curve=None if self.learning_curve is None else list(self.learning_curve),
            extra={},
            err=None,
            tb=None,
            reported_as="success",
            evaluation_duration=self.duration,
        )
        return Trial(dict(self.config), metadata, report, source="imported")
