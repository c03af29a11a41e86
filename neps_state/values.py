"""What the numbers of a report mean: valid objectives, better and worse."""

from __future__ import annotations

import math
from collections.abc import Sequence

from neps_state.trial import Objective, Report


def objective_values(report: Report | None) -> tuple[float, ...]:
    """The objectives of a report as a tuple; empty where there is none."""
    objective: Objective = None if report is None else report.objective_to_minimize
    if type(objective) is float:  # nearly always, and asked of every trial of a run
        return (objective,)
    if objective is None:
        return ()
    if isinstance(objective, list | tuple):
        return tuple(math.nan if value is None else value for value in objective)
    return (objective,)


def has_valid_objective(report: Report | None) -> bool:
    """Whether there is an objective and no part of it is NaN."""
    values = objective_values(report)
    return bool(values) and not any(map(math.isnan, values))


def dominates(one: Sequence[float], other: Sequence[float]) -> bool:
    """Whether `one` is nowhere worse and somewhere better, all objectives being minimized."""
    return all(a <= b for a, b in zip(one, other, strict=True)) and any(
        a < b for a, b in zip(one, other, strict=True)
    )
