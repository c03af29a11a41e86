"""Which key of a config is the fidelity: what a trial is given rather than chosen."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Mapping
from itertools import pairwise
from typing import Any

from neps_state.optimizer import OptimizerInfo
from neps_state.space import SearchSpaceTree
from neps_state.trial import Trial

_RUNG = "_rung_"


def fidelity_key(
    info: OptimizerInfo | None, space: SearchSpaceTree | None, trials: Mapping[str, Trial]
) -> str | None:
    """The key of the fidelity in configs: as the run recorded it, its space or its rungs tell.

    NePS before 0.15 records neither; then it is what is the same within each rung, and more in
    each higher one.

    Args:
        info: Who optimizes.
        space: The search space.
        trials: The trials.
    """
    name = _recorded(info)
    if name is None and space is not None:
        if space.fidelity is None:
            return None
        name = space.fidelity.name
    if name is None:
        return _by_rungs(trials)
    sample: Mapping[str, Any] = next((each.config for each in trials.values()), {name: None})
    return name if name in sample else f"ENVIRONMENT__{name}"


def rung_in(trial_id: str) -> int | None:
    """The rung in a trial's id, where it has one."""
    if _RUNG not in trial_id:  # nearly always, and asked of every trial of a run
        return None
    _, _, number = trial_id.rpartition(_RUNG)
    return int(number) if number.isdecimal() else None


def _recorded(info: OptimizerInfo | None) -> str | None:
    derived = None if info is None else info.get("derived")
    fidelity = derived.get("fidelity") if isinstance(derived, Mapping) else None
    name = fidelity.get("name") if isinstance(fidelity, Mapping) else None
    return name if isinstance(name, str) else None


def _by_rungs(trials: Mapping[str, Trial]) -> str | None:
    if not any(_RUNG in trial_id for trial_id in trials):
        return None
    values: defaultdict[str, defaultdict[int, set[float]]] = defaultdict(lambda: defaultdict(set))
    for trial_id, trial in trials.items():
        rung = rung_in(trial_id)
        if rung is not None:
            for key, value in trial.config.items():
                if isinstance(value, int | float):
                    values[key][rung].add(value)
    grown = [
        key for key, by_rung in values.items() if _grows(by_rung[rung] for rung in sorted(by_rung))
    ]
    return grown[0] if len(grown) == 1 else None


def _grows(rungs: Iterable[set[float]]) -> bool:
    """Whether there is one value in each rung, more in each, and more than one rung."""
    values = list(rungs)
    if len(values) < 2 or any(len(each) != 1 for each in values):
        return False
    flat = [value for each in values for value in each]
    return all(lower < higher for lower, higher in pairwise(flat))
