"""The optimizer's side of a run: who samples, within which budget, with which random states."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, fields
from typing import Any, NotRequired, Protocol, Self, TypedDict, runtime_checkable

from neps_state.extent import is_small
from neps_state.seeds import SeedSnapshot
from neps_state.trial import Trial
from neps_state.twin import CheckedTwin, sealed

_OLDER_FIELDS = ("max_cost_total", "cost_to_spend", "max_evaluations", "fidelities_to_spend")


class OptimizerInfo(TypedDict):
    """The content of `optimizer_info.yaml`; `derived` since NePS 0.17."""

    name: str
    info: Mapping[str, Any]
    derived: NotRequired[Mapping[str, Any]]


@sealed
@dataclass
class BudgetInfo(CheckedTwin):
    """What may be spent and what has been, in the field names of every NePS version.

    Up to 0.16 the limits were called `max_cost_total` (0.13), `cost_to_spend`, `max_evaluations`
    and `fidelities_to_spend`; from 0.17 there are limits for one worker and for the whole run. A
    budget holds only the fields it was made or read with; the others answer None.
    """

    worker_cost_to_spend: float | None = None
    used_cost_budget: float = 0.0
    worker_evaluations_to_spend: int | None = None
    used_evaluations: int = 0
    worker_fidelities_to_spend: float | None = None
    total_evaluations_to_spend: int | None = None
    total_cost_to_spend: float | None = None
    total_fidelities_to_spend: float | None = None

    max_cost_total: float | None = None
    cost_to_spend: float | None = None
    max_evaluations: int | None = None
    fidelities_to_spend: float | None = None

    def __post_init__(self) -> None:
        # NePS of either generation should read back no more fields than it knows.
        for name in _OLDER_FIELDS:
            if vars(self)[name] is None:
                del vars(self)[name]

    def clone(self) -> Self:
        """A copy with the same fields."""
        copy = type(self).__new__(type(self))
        vars(copy).update(vars(self))
        return copy

    def is_sound(self) -> bool:
        """Whether every field that it was read with is a number, or none where it may be."""
        recorded = vars(self)
        known = [recorded[field.name] for field in fields(self) if field.name in recorded]
        return (
            all(isinstance(each, float | int | None) for each in known)
            and recorded.get("used_cost_budget", 0.0) is not None
            and recorded.get("used_evaluations", 0) is not None
            and is_small(recorded.values())
        )

    def as_recorded(self) -> dict[str, Any]:
        """The fields this budget was made or read with, unknown ones included."""
        return dict(vars(self))


@sealed
@dataclass
class OptimizationState(CheckedTwin):
    """The content of `optimizer_state.pkl`.

    Args:
        budget: Limits and use; None where the run has none.
        seed_snapshot: The random states after the last sample.
        shared_state: What the optimizer keeps between samples.
        worker_ids: Every worker that ever joined; None before NePS 0.14.
    """

    budget: BudgetInfo | None
    seed_snapshot: SeedSnapshot
    shared_state: dict[str, Any] | None
    worker_ids: list[str] | None = None


class SampledConfig(Protocol):
    """What an optimizer gives when asked."""

    @property
    def id(self) -> str:
        """The id of the new trial."""
        ...

    @property
    def config(self) -> Mapping[str, Any]:
        """Its configuration."""
        ...

    @property
    def previous_config_id(self) -> str | None:
        """The trial that it continues, if any."""
        ...


@runtime_checkable
class AskFunction(Protocol):
    """An optimizer, of this package or of NePS."""

    def __call__(
        self,
        trials: Mapping[str, Trial],
        budget_info: BudgetInfo | None,
        n: int | None = None,
    ) -> Any:
        """Sample.

        Args:
            trials: Every trial of the run, by id.
            budget_info: A copy of the budget, with what is used up to now.
            n: How many configurations; None for one that is not in a list.

        Returns:
            A `SampledConfig`, or a list of them.
        """
        ...


def optimizer_info_matches(on_disk: OptimizerInfo, given: OptimizerInfo) -> bool:
    """Whether `given` describes the optimizer of a run: same name, no recorded argument changed.

    Arguments that the run never recorded may be added, as NePS 0.17 has it.
    """
    recorded, provided = on_disk["info"] or {}, given["info"] or {}
    return on_disk["name"] == given["name"] and all(
        name in provided and provided[name] == value for name, value in recorded.items()
    )
