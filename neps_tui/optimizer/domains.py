"""What a hyperparameter may be, cut into the bins of a small histogram."""

from __future__ import annotations

import math
import sys
from collections.abc import Iterable, Mapping
from typing import Any, TypeAlias

from neps_state.readable import choices_of, readable_value
from neps_state.space import Parameter, SearchSpaceTree, label
from neps_state.stand_in import StandIn, plain_number
from neps_tui.facts.config_keys import ConfigKey
from neps_tui.words.formatting import number

BINS = 16
_MOST_CATEGORIES = 1000
_NUMBERS = frozenset({int, float})
_LARGEST = sys.float_info.max
_WIDE = 1000
"""Tried values that differ by such a factor are seen better on a logarithmic scale."""


class NumberDomain:
    """The numbers between two bounds, on a linear or a logarithmic scale.

    Args:
        key: The hyperparameter's key in configs.
        lower: Lower bound.
        upper: Upper bound, above the lower one.
        log: Whether the scale is logarithmic; only where the lower bound is positive.
        is_integer: Whether only whole numbers are in it.
        is_certain: Whether the bounds are those of the search space, not of what was tried.

    Attributes:
        bins: How many bins there are; of whole numbers each has as many.
    """

    def __init__(
        self,
        key: str,
        lower: float,
        upper: float,
        *,
        log: bool = False,
        is_integer: bool = False,
        is_certain: bool = True,
    ) -> None:
        self.key, self.lower, self.upper = key, lower, upper
        self.log, self.is_integer, self.is_certain = log, is_integer, is_certain
        self.bins = BINS
        if log:
            self._factor = BINS / (math.log(upper / lower) or math.inf)
        elif is_integer:
            integers = int(upper) - int(lower) + 1
            each = math.ceil(integers / BINS)
            self.bins = math.ceil(integers / each)
            self._factor = 1 / each
        else:
            self._factor = BINS / (upper - lower)

    def holds(self, config: Mapping[str, Any]) -> bool:
        """Whether a config's value is within the bounds, if it has one."""
        value: Any = config.get(self.key)
        return type(value) not in _NUMBERS or self.lower <= value <= self.upper

    def bins_of(self, configs: Iterable[Mapping[str, Any]]) -> list[int | None]:
        """The bin of each config's value, the outermost for what is out of bounds."""
        return [self.bin_of(config) for config in configs]

    def bin_of(self, config: Mapping[str, Any]) -> int | None:
        """The bin of a config's value; None where it has no number."""
        value: Any = config.get(self.key)
        if type(value) is not float and type(value) is not int:
            value = plain_number(value)
            if value is None:
                return None
        if value <= self.lower:
            return 0
        if value >= self.upper:
            return self.bins - 1
        if self.log:
            place = math.log(value / self.lower) * self._factor
        else:
            place = (value - self.lower) * self._factor
        # What is not a number is neither below nor above anything.
        return min(int(place), self.bins - 1) if place == place else None


class CategoryDomain:
    """Some choices; those that nobody foretold get bins when one of them is first seen.

    Bins are numbered as they come; `order` puts them so that choices of one kind stand in one
    order wherever they are shown.

    Args:
        key: The hyperparameter's key in configs.
        choices: What is known of beforehand, as a person reads it.
        space: The search space, which tells what a stored index has chosen.
        parents: Keys of the choices that decide what this one chooses from.
    """

    def __init__(
        self,
        key: str,
        choices: Iterable[str],
        space: SearchSpaceTree | None,
        parents: tuple[str, ...] = (),
    ) -> None:
        self.key = key
        self.choices = list(choices)
        self._foretold = len(self.choices)
        self._space = space
        self._parents = parents
        self._bins = {choice: at for at, choice in reversed(list(enumerate(self.choices)))}
        self._known: dict[Any, int | None] = {}

    def order(self) -> list[int]:
        """The bins in the order of the search space, and then those it does not know of by name."""
        others = range(self._foretold, len(self.choices))
        return [*range(self._foretold), *sorted(others, key=lambda at: _natural(self.choices[at]))]

    def holds(self, config: Mapping[str, Any]) -> bool:
        """Whether a config's value has a place: every choice gets one."""
        del config
        return True

    def bins_of(self, configs: Iterable[Mapping[str, Any]]) -> list[int | None]:
        """The bin of each config's choice."""
        return [self.bin_of(config) for config in configs]

    def bin_of(self, config: Mapping[str, Any]) -> int | None:
        """The bin of a config's choice; None where it has none, or there are far too many."""
        if self.key not in config:
            return None
        chosen = config[self.key]
        if self._parents:
            chosen = (chosen, *[config.get(parent) for parent in self._parents])
        try:
            if chosen in self._known:
                return self._known[chosen]
        except TypeError:
            # A list was chosen: there is nothing to look it up by.
            return self._bin_of(config)
        self._known[chosen] = found = self._bin_of(config)
        return found

    def _bin_of(self, config: Mapping[str, Any]) -> int | None:
        text = choice_text(readable_value(self.key, config, self._space))
        if text not in self._bins:
            if self._foretold == len(self.choices):
                self._foretell(config)
            self._add(text)
        return self._bins.get(text)

    def _foretell(self, config: Mapping[str, Any]) -> None:
        """Take in what the space has to choose from where this config chose."""
        for each in choices_of(self.key, config, self._space):
            # As it is read when it has been chosen.
            self._add(choice_text(label(each) if isinstance(each, StandIn) else each))
        self._foretold = len(self.choices)

    def _add(self, text: str) -> None:
        if text not in self._bins and len(self.choices) < _MOST_CATEGORIES:
            self._bins[text] = len(self.choices)
            self.choices.append(text)


Domain: TypeAlias = NumberDomain | CategoryDomain


def _natural(text: str) -> tuple[bool, float, str]:
    """Numbers by their size, then everything else by name."""
    try:
        value = float(text)
    except ValueError:
        return True, 0.0, text
    return False, value, text


def choice_text(value: Any) -> str:
    """A choice as a person reads it."""
    return number(label(value) if isinstance(value, StandIn) else value)


def domain_of(
    key: ConfigKey,
    keys: Iterable[ConfigKey],
    space: SearchSpaceTree | None,
    tried: Iterable[Mapping[str, Any]],
) -> Domain | None:
    """The domain of a hyperparameter, by the search space or, without one, by what was tried.

    Args:
        key: The hyperparameter.
        keys: All keys of configs.
        space: The search space, where the run has stored one.
        tried: The configs of all trials.

    Returns:
        None for a number of which no two values were tried and no bounds are known.
    """
    parameter = None if space is None else space.parameters.get(key.name)
    if parameter is not None and parameter.kind in ("float", "integer"):
        return _bounded(key.key, parameter)
    # Choices may be numbers.
    if not key.is_number or (parameter is not None and parameter.kind == "categorical"):
        parents = tuple(
            each.key for each in keys if each.key != key.key and _decides(each.key, key.key)
        )
        choices = () if parameter is None else map(choice_text, parameter.choices)
        return CategoryDomain(key.key, choices, space, parents)
    return _sampled_bounds(key.key) or _tried_bounds(key.key, tried)


def is_log(
    key: ConfigKey,
    keys: Iterable[ConfigKey],
    space: SearchSpaceTree | None,
    tried: Iterable[Mapping[str, Any]],
) -> bool:
    """Whether the domain of a hyperparameter is on a logarithmic scale; see `domain_of`."""
    domain = domain_of(key, keys, space, tried)
    return isinstance(domain, NumberDomain) and domain.log


def _decides(parent: str, key: str) -> bool:
    """Whether what one key chose is a part of the path of another."""
    return key.startswith(parent.rpartition("::")[0] + ".sampled_value")


def _bounded(key: str, parameter: Parameter) -> NumberDomain | None:
    if parameter.lower is None or parameter.upper is None:
        return None
    is_integer = parameter.kind == "integer"
    return _number_domain(key, parameter.lower, parameter.upper, parameter.log, is_integer)


def _sampled_bounds(key: str) -> NumberDomain | None:
    """The bounds that a key of the newer kind tells, as in `…::float__1e-05_0.1_True`."""
    kind, _, bounds = key.rpartition("::")[2].partition("__")
    parts = bounds.split("_")
    if kind not in ("float", "integer") or len(parts) != 3:
        return None
    try:
        lower, upper = float(parts[0]), float(parts[1])
    except ValueError:
        return None
    return _number_domain(key, lower, upper, parts[2] == "True", kind == "integer")


def _is_finite(value: float) -> bool:
    # Larger whole numbers do not fit into a float.
    return -_LARGEST < value < _LARGEST


def _tried_bounds(key: str, tried: Iterable[Mapping[str, Any]]) -> NumberDomain | None:
    found: Iterable[Any] = (config.get(key) for config in tried)
    values = [value for value in found if type(value) in _NUMBERS and _is_finite(value)]
    if not values:
        return None
    lower, upper = min(values), max(values)
    is_integer = all(type(value) is int for value in values)
    log = 0 < lower <= upper / _WIDE
    return _number_domain(key, lower, upper, log, is_integer, is_certain=False)


def _number_domain(
    key: str, lower: float, upper: float, log: bool, is_integer: bool, *, is_certain: bool = True
) -> NumberDomain | None:
    # Whole numbers may be too large for a float, and a range for any.
    try:
        lower, upper = float(lower), float(upper)
    except OverflowError:
        return None
    if not (math.isfinite(upper - lower) and lower < upper):
        return None
    log = log and lower > 0
    return NumberDomain(key, lower, upper, log=log, is_integer=is_integer, is_certain=is_certain)
