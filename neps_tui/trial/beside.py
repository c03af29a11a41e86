"""Which trial another one is compared with, and why that one."""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from neps_state import Trial
from neps_state.values import dominates, objective_values
from neps_tui.view import RunView
from neps_tui.words.formatting import number, plain


@dataclass(frozen=True, slots=True)
class Beside:
    """The trial that another one is compared with.

    Args:
        trial: The trial.
        called: What it is called, as in `incumbent 15_rung_3`.
        why: Why it is this one, in a sentence; empty where that goes without saying.
    """

    trial: Trial
    called: str
    why: str = ""


def beside_of(trial: Trial, view: RunView) -> Beside | None:
    """The trial to compare one with: the incumbent, or of several objectives one on the front.

    Of those on the front, the nearest of the trials that dominate it; of one that is on the front
    itself, the nearest of all.

    Args:
        trial: The trial.
        view: The run.

    Returns:
        None if there is none, as for the incumbent itself and, of several objectives, for a trial
        without them.
    """
    best = view.trial(view.summary.best_id or "")
    if best is not None:
        is_itself = best.id == trial.id
        return None if is_itself else Beside(best, f"incumbent {plain(best.id)}")
    return _on_front(trial, view)


def _on_front(trial: Trial, view: RunView) -> Beside | None:
    own = objective_values(trial.report)
    others = {
        trial_id: values
        for trial_id, values in view.summary.front.items()
        if trial_id != trial.id and len(values) == len(own)
    }
    if not others or not all(map(math.isfinite, own)):
        return None
    better = {each: values for each, values in others.items() if dominates(values, own)}
    nearest = view.trial(_nearest(own, better or others))
    if nearest is None:
        return None
    name = plain(nearest.id)
    relation = "which dominates this trial" if better else "the nearest to this trial"
    objectives = number(list(others[nearest.id]), 4)
    return Beside(nearest, f"front {name}", f"{name} is on the front, {relation}: {objectives}")


def _nearest(own: Sequence[float], others: Mapping[str, Sequence[float]]) -> str:
    """The nearest by its objectives, each measured by how far apart they all are in it."""
    columns = zip(own, *others.values(), strict=True)
    spans = [(max(column) - min(column)) or 1.0 for column in columns]

    def distance(trial_id: str) -> float:
        apart = zip(own, others[trial_id], spans, strict=True)
        return math.hypot(*((one - other) / span for one, other, span in apart))

    return min(others, key=distance)
