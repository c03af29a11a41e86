"""The demo's search space, with the attribute names that NePS gives its own.

The classes are stored in the run's `pipeline_space.pkl`, so whoever shows a NePS search space can
show this one too.
"""

from __future__ import annotations

import math
import random
from dataclasses import dataclass
from typing import Any, TypeAlias


@dataclass
class HPOFloat:
    """A real hyperparameter.

    Attributes:
        lower: Smallest value.
        upper: Largest value.
        log: Whether values are drawn uniformly in their logarithm.
        prior: The value an expert would try first, if any.
        is_fidelity: Whether the value says how much is spent on an evaluation.
    """

    lower: float
    upper: float
    log: bool = False
    prior: float | None = None
    is_fidelity: bool = False

    def sample(self) -> float:
        """Draws a value with the global random generator."""
        if self.log:
            return math.exp(random.uniform(math.log(self.lower), math.log(self.upper)))
        return random.uniform(self.lower, self.upper)


@dataclass
class HPOInteger:
    """A whole-numbered hyperparameter.

    Attributes:
        lower: Smallest value.
        upper: Largest value, itself included.
        log: Whether values are drawn uniformly in their logarithm.
        prior: The value an expert would try first, if any.
        is_fidelity: Whether the value says how much is spent on an evaluation.
    """

    lower: int
    upper: int
    log: bool = False
    prior: int | None = None
    is_fidelity: bool = False

    def sample(self) -> int:
        """Draws a value with the global random generator."""
        if self.log:
            return round(math.exp(random.uniform(math.log(self.lower), math.log(self.upper))))
        return random.randint(self.lower, self.upper)


@dataclass
class HPOCategorical:
    """A hyperparameter with a few unordered choices.

    Attributes:
        choices: The values it can take.
        prior: The choice an expert would try first, if any.
    """

    choices: list[float | int | str]
    prior: float | int | str | None = None

    def sample(self) -> float | int | str:
        """Draws a choice with the global random generator."""
        return random.choice(self.choices)


Hyperparameter: TypeAlias = HPOFloat | HPOInteger | HPOCategorical


@dataclass
class SearchSpace:
    """Named hyperparameters, at most one of them a fidelity.

    Attributes:
        elements: Every hyperparameter by its name.
    """

    elements: dict[str, Hyperparameter]

    def sample(self) -> dict[str, Any]:
        """Draws a config with the global random generator, the fidelity left out."""
        return {
            name: hyperparameter.sample()
            for name, hyperparameter in self.elements.items()
            if isinstance(hyperparameter, HPOCategorical) or not hyperparameter.is_fidelity
        }


def image_classifier_space() -> SearchSpace:
    """Returns the hyperparameters of a small image classifier, trained for 1 to 27 epochs."""
    return SearchSpace(
        elements={
            "learning_rate": HPOFloat(1e-5, 1e-1, log=True, prior=1e-3),
            "weight_decay": HPOFloat(1e-5, 1e-1, log=True),
            "dropout": HPOFloat(0.0, 0.6),
            "batch_size": HPOCategorical([32, 64, 128, 256], prior=64),
            "optimizer": HPOCategorical(["adam", "sgd", "lion"], prior="adam"),
            "epochs": HPOInteger(1, 27, is_fidelity=True),
        }
    )
