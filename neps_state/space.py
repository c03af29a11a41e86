"""A search space as an inert tree: what may be chosen, without running anyone's code."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Literal, TypeAlias

from neps_state.extent import shows_little
from neps_state.stand_in import StandIn, class_name_of, name_of, plain_number

Kind: TypeAlias = Literal["float", "integer", "categorical", "constant", "operation", "other"]

_KINDS: Mapping[str, Kind] = {
    "float": "float",
    "integer": "integer",
    "categorical": "categorical",
    "constant": "constant",
    "operation": "operation",
}
_UNSET = "_get_unset_singleton"
_DEEPEST = 4
"""Choices within choices that are named; each level may be eight times as long."""


@dataclass(frozen=True, slots=True)
class Parameter:
    """One hyperparameter or architectural choice.

    Args:
        name: As the user wrote it.
        kind: What it is.
        lower: Lower bound of a number.
        upper: Upper bound of a number.
        log: Whether a number is sampled on a log scale.
        prior: The user's prior, if any.
        is_fidelity: Whether it is the fidelity.
        choices: What a categorical chooses from, or the value of a constant: plain values, and
            stand-ins for nested choices and operations.
        node: The stand-in it was read from.
    """

    name: str
    kind: Kind
    lower: float | None = None
    upper: float | None = None
    log: bool = False
    prior: Any = None
    is_fidelity: bool = False
    choices: tuple[Any, ...] = ()
    node: Any = None

    def summary(self) -> str:
        """The domain in a few words, as in `float 1e-05 … 0.1, log`."""
        if self.kind in ("float", "integer"):
            bounds = (
                f" {short_number(self.lower)} … {short_number(self.upper)}"
                if self._is_bounded
                else ""
            )
            text = f"{self.kind}{bounds}"
            text += ", log" if self.log else ""
        elif self.choices:
            text = f"{self.kind} " + " | ".join(label(choice) for choice in self.choices[:8])
            text += " | …" if len(self.choices) > 8 else ""
        else:
            text = f"{self.kind} {label(self.node)}"
        text += ", fidelity" if self.is_fidelity else ""
        return text if self.prior is None else f"{text}, prior {label(self.prior)}"

    @property
    def _is_bounded(self) -> bool:
        return self.lower is not None and self.upper is not None


@dataclass(frozen=True, slots=True)
class SearchSpaceTree:
    """All parameters of a run's search space.

    Args:
        name: The class of the space.
        parameters: By name, in the user's order.
    """

    name: str
    parameters: Mapping[str, Parameter]

    @property
    def fidelity(self) -> Parameter | None:
        """The fidelity, if the space has one."""
        return next((each for each in self.parameters.values() if each.is_fidelity), None)


def space_tree(space: Any) -> SearchSpaceTree | None:
    """The tree of a pipeline space that was read inertly.

    Returns:
        None where it is nothing that looks like a space.

    Raises:
        ValueError: It holds more than could be shown.
    """
    if not isinstance(space, StandIn):
        return None
    if not shows_little(space):
        raise ValueError("it holds values beyond all measure")
    elements: Any = space.fields.get("elements")
    title = class_name_of(space)
    if space.name == "_reconstruct_pipeline_space_with_class" and len(space.args) >= 3:
        title, elements = str(space.args[1]).rpartition(".")[2], space.args[2]
    if not isinstance(elements, Mapping):
        elements = space.fields
    parameters = {
        str(name): parameter_of(str(name), node)
        for name, node in elements.items()
        if not str(name).startswith("_") or isinstance(node, StandIn)
    }
    return SearchSpaceTree(title, parameters) if parameters else None


def parameter_of(name: str, node: Any) -> Parameter:
    """One entry of a space."""
    if not isinstance(node, StandIn):
        return Parameter(name, "constant", choices=(node,), node=node)
    class_name = class_name_of(node).removeprefix("HPO").lower()
    is_fidelity = bool(attribute(node, "is_fidelity")) or "fidelity" in class_name
    domain = attribute(node, "domain") if "fidelity" in class_name else None
    shown = domain if isinstance(domain, StandIn) else node
    kind_name = class_name_of(shown).removeprefix("HPO").lower().removesuffix("fidelity")
    choices = attribute(shown, "choices")
    constant = attribute(shown, "value")
    return Parameter(
        name=name,
        kind=_KINDS.get(kind_name, "other"),
        lower=_number(attribute(shown, "lower")),
        upper=_number(attribute(shown, "upper")),
        log=bool(attribute(shown, "log")),
        prior=_set(attribute(shown, "prior")),
        is_fidelity=is_fidelity,
        choices=tuple(choices) if isinstance(choices, list | tuple) else _given(constant),
        node=shown,
    )


def attribute(node: StandIn, name: str) -> Any:
    """An attribute by its public name, which newer versions of NePS keep behind an underscore."""
    fields = node.fields
    return fields.get(name, fields.get(f"_{name}"))


def label(value: Any, depth: int = 0) -> str:
    """A choice as a person would name it."""
    if not isinstance(value, StandIn):
        return str(value)
    number = plain_number(value)
    if number is not None:
        return str(number)
    if depth > _DEEPEST:
        return "…"
    source = attribute(value, "source")
    if source is not None:
        return label(source, depth + 1)
    operator = attribute(value, "operator")
    if operator is not None:
        return _operator_label(operator)
    choices = attribute(value, "choices")
    if isinstance(choices, list | tuple):
        return " | ".join(label(choice, depth + 1) for choice in choices[:8])
    return str(value)


def short_number(number: float | None) -> str:
    """A bound in as few characters as it takes, as `1e-5`."""
    return f"{number:g}".replace("e-0", "e-").replace("e+0", "e+")


def _operator_label(operator: Any) -> str:
    name = name_of(operator)
    return str(operator) if name is None else name.rpartition(".")[2]


def _number(value: Any) -> float | None:
    if isinstance(value, bool):
        return None
    if isinstance(value, int | float):
        return value
    return plain_number(value)


def _set(value: Any) -> Any:
    """None for NePS's own marker of what the user left unset."""
    return None if isinstance(value, StandIn) and value.name == _UNSET else value


def _given(value: Any) -> tuple[Any, ...]:
    return () if value is None else (value,)
