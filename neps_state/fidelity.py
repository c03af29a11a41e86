"""Which key of a config is the fidelity: what a trial is given rather than chosen."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any

from neps_state.optimizer import OptimizerInfo
from neps_state.space import SearchSpaceTree


def fidelity_key(
    info: OptimizerInfo | None, space: SearchSpaceTree | None, configs: Iterable[Mapping[str, Any]]
) -> str | None:
    """The key of the fidelity in configs: as the run recorded it, or as its space tells.

    Args:
        info: Who optimizes.
        space: The search space.
        configs: Configs of the run, of which the first is looked at.
    """
    name = _recorded(info)
    if name is None and space is not None and space.fidelity is not None:
        name = space.fidelity.name
    if name is None:
        return None
    sample: Mapping[str, Any] = next(iter(configs), {name: None})
    return name if name in sample else f"ENVIRONMENT__{name}"


def _recorded(info: OptimizerInfo | None) -> str | None:
    derived = None if info is None else info.get("derived")
    fidelity = derived.get("fidelity") if isinstance(derived, Mapping) else None
    name = fidelity.get("name") if isinstance(fidelity, Mapping) else None
    return name if isinstance(name, str) else None
