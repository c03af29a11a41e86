"""What configs a run accepts: a form with a field for each hyperparameter.

A config that somebody writes by hand reaches a worker unchecked, and what its pipeline does with
an unknown key or a value out of bounds is anybody's guess; so it is checked here, by the search
space and by the configs that the run has.
"""

from __future__ import annotations

import difflib
import math
import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Literal, TypeAlias

from neps_state.exceptions import NePSError
from neps_state.fidelity import fidelity_key
from neps_state.optimizer import OptimizerInfo
from neps_state.readable import KeyNames, chosen_node, readable_value
from neps_state.space import Parameter, SearchSpaceTree, label, short_number
from neps_state.stand_in import StandIn, class_name_of, plain_number
from neps_state.trial import Trial
from neps_state.trial_ids import NewTrialIds, rung_fidelities

FieldKind: TypeAlias = Literal["float", "integer", "choice", "fixed", "any"]

_DOMAIN = re.compile(r"::(?P<kind>float|integer|categorical)__(?P<rest>.+)$")
_SAMPLED = "SAMPLING__"
_SAMPLED_CLASSES = frozenset({"Categorical", "Float", "Integer", "Resample"})
_DEEPEST = 20
_MOST_SHOWN = 12


class ConfigError(NePSError):
    """A config does not fit the run.

    Args:
        reasons: Everything that is wrong with it, a sentence each.
    """

    def __init__(self, reasons: Sequence[str]) -> None:
        super().__init__("; ".join(reasons))
        self.reasons = tuple(reasons)


@dataclass(frozen=True, slots=True)
class Field:
    """One hyperparameter of the form.

    Args:
        key: Its key in configs, as stored.
        name: As a person reads it.
        kind: What may be entered.
        lower: Least number; None if there is no bound.
        upper: Greatest number.
        log: Whether it is sampled on a logarithmic scale.
        choices: What may be chosen, as stored.
        labels: The choices as a person reads them.
        value: What it is unless something else is given, as stored; None if it must be given.
        is_fidelity: Whether it is the fidelity.
        decides: Names of fields that are there only because of what is chosen here.
        opens: Choices that would take fields which are not here.
    """

    key: str
    name: str
    kind: FieldKind
    lower: float | None = None
    upper: float | None = None
    log: bool = False
    choices: tuple[Any, ...] = ()
    labels: tuple[str, ...] = ()
    value: Any = None
    is_fidelity: bool = False
    decides: tuple[str, ...] = ()
    opens: frozenset[Any] = frozenset()

    @property
    def domain(self) -> str:
        """What may be entered, in a few words."""
        if self.kind == "choice":
            shown = " | ".join(self.labels[:_MOST_SHOWN])
            text = f"{shown} | …" if len(self.labels) > _MOST_SHOWN else shown
        elif self.kind in ("float", "integer"):
            bounds = (
                ""
                if self.lower is None
                else f" {short_number(self.lower)} … {short_number(self.upper)}"
            )
            text = f"{self.kind}{bounds}{', log' if self.log else ''}"
        else:
            text = f"always {self.shown}" if self.kind == "fixed" else "anything"
        return f"{text}, the fidelity" if self.is_fidelity else text

    @property
    def shown(self) -> str:
        """The value as a person reads it; empty where there is none yet."""
        if self.value is None:
            return ""
        places = [at for at, choice in enumerate(self.choices) if choice == self.value]
        if places and self.labels:
            return self.labels[places[0]]
        return label(self.value)

    def accept(self, given: Any) -> Any:
        """What to store for a value that somebody gives.

        Args:
            given: A number, a text, or for a choice what it is called.

        Raises:
            ValueError: It does not fit; the message says what would.
        """
        if self.kind == "choice":
            return self._choose(given)
        if self.kind in ("float", "integer"):
            return self._measure(given)
        if self.kind == "fixed" and given != self.value:
            raise ValueError(f"{self.name} is always {self.shown} in this run")
        return given

    def parse(self, text: str) -> Any:
        """What to store for a text that somebody types.

        Raises:
            ValueError: It does not fit; the message says what would.
        """
        text = text.strip()
        if self.kind == "fixed" and text == self.shown:
            return self.value
        if self.kind in ("choice", "fixed"):
            return self.accept(text)
        typed = _typed(text, type(self.value))
        # Of what is no number, say what was typed rather than what it was taken for.
        return self.accept(typed if isinstance(typed, int | float) else text)

    def _choose(self, given: Any) -> Any:
        chosen = self._chosen(given)
        if chosen == self.value or self.value is None:
            return chosen
        if self.decides:
            hanging = ", ".join(self.decides)
            raise ValueError(f"{self.name} cannot be changed here: {hanging} hang on it")
        if chosen in self.opens:
            raise ValueError(
                f"{self.name} cannot become {given} here: that has choices of its own; "
                "start from a trial that has chosen it"
            )
        return chosen

    def _chosen(self, given: Any) -> Any:
        if isinstance(given, str) and given in self.labels:
            return self.choices[self.labels.index(given)]
        for choice in self.choices:
            if type(choice) is type(given) and choice == given:
                return choice
        raise ValueError(f"{self.name} is one of {self.domain}, not {given!r}")

    def _measure(self, given: Any) -> Any:
        is_number = isinstance(given, int | float) and not isinstance(given, bool)
        if not is_number or not math.isfinite(given) or not self._is_whole_enough(given):
            raise ValueError(f"{self.name} is {self.domain}, not {given!r}")
        if self.lower is not None and not self.lower <= given <= (self.upper or math.inf):
            raise ValueError(f"{self.name}: {given:g} is out of bounds ({self.domain})")
        return int(given) if self.kind == "integer" else float(given)

    def _is_whole_enough(self, given: float) -> bool:
        return self.kind != "integer" or given == int(given)


class ConfigForm:
    """The form of a run.

    Args:
        info: Who optimizes.
        space: The search space; None where the run has stored none.
        trials: Every trial of the run.
        template: The config to start from, as stored; None to start from nothing.

    Raises:
        ConfigError: It takes a template, and none is given.
    """

    def __init__(
        self,
        info: OptimizerInfo,
        space: SearchSpaceTree | None,
        trials: Mapping[str, Trial],
        template: Mapping[str, Any] | None = None,
    ) -> None:
        self._info = info
        self._space = space
        self._trials = trials
        self._names = KeyNames()
        for trial in trials.values():
            self._names.learn(trial.config)
        self._names.learn(template or {})
        self._template = dict(template or {})
        self._fidelity = fidelity_key(info, space, trials)
        self._ids: NewTrialIds | None = None
        keys = self._template or self._usual_keys()
        self.fields = tuple(self._field(key) for key in self._in_order(keys))

    def config(self, given: Mapping[str, Any]) -> dict[str, Any]:
        """The whole config, as it is stored.

        Args:
            given: Values by names as a person reads them, or by keys as stored.

        Raises:
            ConfigError: Something in it does not fit, or is missing.
        """
        by_name = {field.name: field for field in self.fields}
        by_key = {field.key: field for field in self.fields}
        values: dict[str, Any] = {field.key: field.value for field in self.fields}
        reasons = []
        for name, value in given.items():
            field = by_name.get(name) or by_key.get(name)
            if field is None:
                reasons.append(self._unknown(name, by_name))
                continue
            try:
                values[field.key] = field.accept(value)
            except ValueError as error:
                reasons.append(str(error))
        told = {field.key for name in given if (field := by_name.get(name) or by_key.get(name))}
        missing = [f for f in self.fields if values[f.key] is None and f.key not in told]
        reasons += [f"{field.name} is missing: {field.domain}" for field in missing]
        reasons += [] if reasons else self._why_no_id(values)
        if reasons:
            raise ConfigError(reasons)
        return values

    def _why_no_id(self, config: Mapping[str, Any]) -> list[str]:
        try:
            if self._ids is None:
                self._ids = NewTrialIds(self._info, self._trials, self._fidelity)
            self._ids.check(config)
        except NePSError as error:
            return [str(error)]
        return []

    def _unknown(self, name: str, known: Iterable[str]) -> str:
        near = difflib.get_close_matches(name, list(known), n=1)
        hint = f": did you mean {near[0]}?" if near else ""
        return f"there is no {name!r} in this run{hint}"

    def _usual_keys(self) -> Iterable[str]:
        configs = [trial.config for trial in self._trials.values()]
        if not configs or not any(key.startswith(_SAMPLED) for key in configs[0]):
            if self._space is not None and not self._is_newer_kind():
                return self._space.parameters
            if configs:
                return configs[0]
        elif all(config.keys() == configs[0].keys() for config in configs):
            return configs[0]
        raise ConfigError(
            ["this run's configs differ in shape: give a trial whose config is to be changed"]
            if configs
            else ["no trial shows yet what a config of this run looks like: start a worker first"]
        )

    def _is_newer_kind(self) -> bool:
        return (self._fidelity is not None and self._fidelity.startswith("ENVIRONMENT__")) or any(
            parameter.kind == "operation"
            for parameter in (self._space.parameters.values() if self._space else ())
        )

    def _in_order(self, keys: Iterable[str]) -> list[str]:
        places = list(self._space.parameters) if self._space is not None else []
        known = list(keys)

        def place(key: str) -> int:
            first = re.split(r"[.\[]", self._names[key], maxsplit=1)[0]
            return places.index(first) if first in places else len(places)

        return sorted(known, key=place)

    def _field(self, key: str) -> Field:
        value = self._template.get(key)
        name = self._names[key]
        if key == self._fidelity:
            return self._fidelity_field(key, name, value)
        parameter = None if self._space is None else self._space.parameters.get(key)
        if parameter is not None:
            return _of_parameter(key, name, parameter, value)
        domain = _DOMAIN.search(key)
        if domain is None:
            return _of_example(key, name, value, self._example(key))
        if domain["kind"] == "categorical":
            return self._choice_field(key, name, value, int(domain["rest"]))
        lower, upper, log = domain["rest"].rsplit("_", 2)
        kind: FieldKind = "float" if domain["kind"] == "float" else "integer"
        return Field(key, name, kind, float(lower), float(upper), log == "True", value=value)

    def _fidelity_field(self, key: str, name: str, value: Any) -> Field:
        rungs = tuple(rung_fidelities(self._info, self._trials, key).values())
        if rungs:
            labels = tuple(label(each) for each in rungs)
            chosen = rungs[0] if value is None else value
            return Field(
                key, name, "choice", choices=rungs, labels=labels, value=chosen, is_fidelity=True
            )
        parameter = None if self._space is None else self._space.fidelity
        if parameter is None:
            return _of_example(key, name, value, self._example(key))
        field = _of_parameter(key, name, parameter, value)
        upper = parameter.upper if value is None else value
        # Whoever samples without rungs gives every trial the whole fidelity.
        return Field(key, name, field.kind, field.lower, field.upper, value=upper, is_fidelity=True)

    def _choice_field(self, key: str, name: str, value: Any, count: int) -> Field:
        """A choice of the newer kind, which is stored as its index."""
        base = self._template or self._example_config(key)
        configs = [{**base, key: index} for index in range(count)]
        labels = tuple(str(readable_value(key, config, self._space)) for config in configs)
        opens = frozenset(
            config[key] for config in configs if _samples(chosen_node(key, config, self._space))
        )
        path = key.partition("::")[0]
        decided = tuple(
            self._names[other] for other in self._template if other.startswith(f"{path}.")
        )
        return Field(
            key,
            name,
            "choice",
            choices=tuple(range(count)),
            labels=labels,
            value=value,
            decides=decided,
            opens=opens,
        )

    def _example_config(self, key: str) -> Mapping[str, Any]:
        configs = (trial.config for trial in self._trials.values())
        return next((config for config in configs if key in config), {})

    def _example(self, key: str) -> Any:
        return self._example_config(key).get(key)


def _samples(node: Any, depth: int = 0) -> bool:
    """Whether something is left to be sampled in a part of a space."""
    if isinstance(node, StandIn):
        name = class_name_of(node)
        if name in _SAMPLED_CLASSES or depth > _DEEPEST:
            return True
        return any(_samples(value, depth + 1) for value in (*node.args, *node.fields.values()))
    if isinstance(node, Mapping):
        return any(_samples(value, depth + 1) for value in node.values())
    return isinstance(node, list | tuple) and any(_samples(each, depth + 1) for each in node)


def _of_parameter(key: str, name: str, parameter: Parameter, value: Any) -> Field:
    if parameter.kind in ("float", "integer"):
        kind: FieldKind = "float" if parameter.kind == "float" else "integer"
        return Field(key, name, kind, parameter.lower, parameter.upper, parameter.log, value=value)
    if parameter.kind == "categorical" and parameter.choices:
        labels = tuple(label(choice) for choice in parameter.choices)
        return Field(key, name, "choice", choices=parameter.choices, labels=labels, value=value)
    if parameter.kind == "constant" and parameter.choices:
        return Field(key, name, "fixed", value=parameter.choices[0])
    return Field(key, name, "any", value=value)


def _of_example(key: str, name: str, value: Any, example: Any) -> Field:
    """A field of which nothing is known but what other trials have in it."""
    shown = plain_number(example) if isinstance(example, StandIn) else example
    if isinstance(shown, bool) or not isinstance(shown, int | float):
        return Field(key, name, "any", value=value)
    return Field(key, name, "integer" if isinstance(shown, int) else "float", value=value)


def _typed(text: str, kind: type) -> Any:
    """A text as the number it spells, unless a text is what is wanted."""
    if kind is str:
        return text
    for read in (int, float):
        try:
            return read(text)
        except ValueError:
            continue
    return {"true": True, "false": False}.get(text.lower(), text)
