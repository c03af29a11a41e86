"""One trial's learning curve, over the incumbent's and over those of its config's other rungs."""

from __future__ import annotations

from collections.abc import Sequence

from neps_state import Trial
from neps_state.values import objective_values
from neps_tui.plots.curves import is_of_unknown_objective, learning_curve
from neps_tui.plots.plot import Axis, Dot, Line, Pen, Plot

_LEAST = 2
"""Points below which there is no curve."""


def one_trial_plot(
    trial: Trial, lineage: Sequence[Trial], incumbent: Trial | None, *, objective: int = 0
) -> Plot | None:
    """The learning curve of a trial among those that it is best compared with.

    Args:
        trial: The trial.
        lineage: Trials that evaluate the same config.
        incumbent: The best trial, where there is one.
        objective: Which objective.

    Returns:
        None if the trial has no curve.
    """
    if len(learning_curve(trial, objective)) < _LEAST:
        return None
    is_best = incumbent is not None and incumbent.id == trial.id
    named: list[tuple[Trial, Pen]] = [
        (each, "plain")
        for each in lineage
        if each.id != trial.id and (incumbent is None or each.id != incumbent.id)
    ]
    legend: list[tuple[Pen, str]] = [("best" if is_best else "own", "this trial")]
    if incumbent is not None and not is_best:
        named.append((incumbent, "best"))
    named.append((trial, "best" if is_best else "own"))
    curves = [(each, pen, learning_curve(each, objective)) for each, pen in named]
    shown = [(each, pen, points) for each, pen, points in curves if len(points) >= _LEAST]
    if any(pen == "best" for _, pen, _ in shown) and incumbent is not None and not is_best:
        legend.append(("best", f"incumbent {incumbent.id}"))
    if any(pen == "plain" for _, pen, _ in shown):
        legend.append(("plain", "its other rungs"))
    return Plot(
        title="",
        x=Axis("step"),
        y=Axis(_label([each for each, _, _ in shown], objective)),
        dots=tuple(Dot(*points[-1], each.id, pen) for each, pen, points in shown),
        lines=tuple(Line(points, pen, trial_id=each.id) for each, pen, points in shown),
        legend=tuple(legend),
    )


def _label(trials: Sequence[Trial], objective: int) -> str:
    """What the curves are of."""
    if all(len(objective_values(each.report)) < 2 for each in trials):
        return "objective"
    is_unknown = any(is_of_unknown_objective(each) for each in trials)
    return "value" if is_unknown else f"objective {objective + 1}"
