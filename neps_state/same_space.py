"""Whether two pipeline spaces, both read inertly, are the same search."""

from __future__ import annotations

from typing import Any

from neps_state.pickles import dump_state
from neps_state.stand_in import StandIn

_RECONSTRUCT = "_reconstruct_pipeline_space_with_class"


def is_same_space(one: Any, other: Any) -> bool:
    """Compare two spaces by their pickles.

    NePS's newer spaces may be of a class of any name, as long as they have the same parameters.
    """
    return dump_state(_without_class(one)) == dump_state(_without_class(other))


def _without_class(space: Any) -> Any:
    if isinstance(space, StandIn) and space.name == _RECONSTRUCT and len(space.args) >= 3:
        return space.args[2:]
    return space
