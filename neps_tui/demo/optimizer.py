"""The demo's optimizer: random search under asynchronous successive halving (ASHA).

A config starts at rung 0 with the smallest fidelity. As soon as it is among the best 1/eta of its
rung it is promoted: the same hyperparameters once more, with eta times the fidelity.
"""

from __future__ import annotations

import math
import re
from collections.abc import Collection, Mapping
from dataclasses import dataclass
from typing import Any

from neps_state.optimizer import BudgetInfo, OptimizerInfo
from neps_state.trial import State, Trial
from neps_tui.demo.space import HPOInteger, SearchSpace

TRIAL_ID = re.compile(r"(?P<config>\d+)(_rung_(?P<rung>\d+))?")


@dataclass(frozen=True)
class SampledConfig:
    """A config to evaluate next.

    Attributes:
        id: Id of the trial that it becomes.
        config: Hyperparameter values, the fidelity among them.
        previous_config_id: The trial it was promoted from, if any.
    """

    id: str
    config: Mapping[str, Any]
    previous_config_id: str | None = None


class AsynchronousHalving:
    """Promotes what can be promoted, and samples a new config otherwise.

    Args:
        space: What to search. Exactly one of its hyperparameters is a fidelity.
        eta: One config in eta is promoted from each rung to the next.

    Raises:
        ValueError: The space has no integer fidelity, or several.
    """

    def __init__(self, space: SearchSpace, *, eta: int = 3) -> None:
        fidelities = {
            name: hyperparameter
            for name, hyperparameter in space.elements.items()
            if isinstance(hyperparameter, HPOInteger) and hyperparameter.is_fidelity
        }
        if len(fidelities) != 1:
            raise ValueError(f"exactly one integer fidelity is needed, got {sorted(fidelities)}")
        self._space = space
        self._eta = eta
        self._fidelity_name, self._fidelity = fidelities.popitem()
        self._rung_to_fidelity = _rungs(self._fidelity, eta)

    @property
    def info(self) -> OptimizerInfo:
        """What a run records about this optimizer."""
        return {
            "name": "asha",
            "info": {"eta": self._eta, "sampler": "uniform"},
            "derived": {
                "bracket_type": "asha",
                "fidelity": {
                    "name": self._fidelity_name,
                    "lower": self._fidelity.lower,
                    "upper": self._fidelity.upper,
                },
                "rung_to_fidelity": self._rung_to_fidelity,
            },
        }

    def __call__(
        self,
        trials: Mapping[str, Trial],
        budget_info: BudgetInfo | None,
        n: int | None = None,
    ) -> SampledConfig | list[SampledConfig]:
        """Decides what to evaluate next.

        Args:
            trials: Every trial of the run by its id.
            budget_info: What may still be spent; asynchronous halving does not look ahead.
            n: How many configs to give, None for a single one outside a list.
        """
        taken_ids = set(trials)
        sampled = []
        for _ in range(1 if n is None else n):
            config = self._promotion(trials, taken_ids) or self._new_config(taken_ids)
            taken_ids.add(config.id)
            sampled.append(config)
        return sampled[0] if n is None else sampled

    def _promotion(
        self, trials: Mapping[str, Trial], taken_ids: Collection[str]
    ) -> SampledConfig | None:
        """Returns the best promotion from the highest rung that has one."""
        top_rung = max(self._rung_to_fidelity)
        for rung in range(top_rung - 1, -1, -1):
            ranked = sorted(
                (objective, trial.id)
                for trial in trials.values()
                if _position(trial.id)[1] == rung
                and (objective := _comparable_objective(trial)) is not None
            )
            for _, trial_id in ranked[: len(ranked) // self._eta]:
                promoted_id = f"{_position(trial_id)[0]}_rung_{rung + 1}"
                if promoted_id not in taken_ids:
                    return SampledConfig(
                        id=promoted_id,
                        config=self._at_rung(trials[trial_id].config, rung + 1),
                        previous_config_id=trial_id,
                    )
        return None

    def _new_config(self, taken_ids: Collection[str]) -> SampledConfig:
        number = 1 + max((_position(trial_id)[0] for trial_id in taken_ids), default=0)
        return SampledConfig(id=f"{number}_rung_0", config=self._at_rung(self._space.sample(), 0))

    def _at_rung(self, config: Mapping[str, Any], rung: int) -> dict[str, Any]:
        return {**config, self._fidelity_name: self._rung_to_fidelity[rung]}


def _rungs(fidelity: HPOInteger, eta: int) -> dict[int, int]:
    """Returns the fidelity of each rung, from the smallest, times eta, up to the largest."""
    rungs = {0: fidelity.lower}
    while (following := rungs[len(rungs) - 1] * eta) <= fidelity.upper:
        rungs[len(rungs)] = following
    return rungs


def _position(trial_id: str) -> tuple[int, int | None]:
    """Returns the number of a trial's config and its rung.

    A person may have enqueued or imported trials with other ids: these have number 0 or no rung.
    """
    match = TRIAL_ID.fullmatch(trial_id)
    if match is None:
        return 0, None
    rung = match["rung"]
    return int(match["config"]), None if rung is None else int(rung)


def _comparable_objective(trial: Trial) -> float | None:
    if trial.metadata.state is not State.SUCCESS or trial.report is None:
        return None
    objective = trial.report.objective_to_minimize
    return objective if isinstance(objective, float) and math.isfinite(objective) else None
