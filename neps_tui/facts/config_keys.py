"""The keys of a run's configs: how a person reads them, and which of them vary."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from neps_state.readable import KeyNames
from neps_state.space import SearchSpaceTree

_NUMBERS = frozenset({int, float})


@dataclass(frozen=True, slots=True)
class ConfigKey:
    """One hyperparameter as it stands in configs.

    Args:
        key: As stored.
        name: As a person reads it.
        varies: Whether two trials differ in it.
        is_number: Whether it is a number, by its first value.
    """

    key: str
    name: str
    varies: bool
    is_number: bool


class ConfigKeys:
    """Learns the keys of configs, trial by trial."""

    def __init__(self) -> None:
        self._names = KeyNames()
        self._first: dict[str, Any] = {}
        self._constant: set[str] = set()
        self._frozen: tuple[ConfigKey, ...] | None = ()
        self._space: SearchSpaceTree | None = None

    def learn(self, config: Mapping[str, Any]) -> None:
        """Take in the config of a trial."""
        if not config.keys() <= self._first.keys():
            self._learn_new(config)
        for key in self._constant.intersection(config) if self._constant else ():
            if config[key] != self._first[key]:
                self._constant.remove(key)
                self._frozen = None

    def _learn_new(self, config: Mapping[str, Any]) -> None:
        self._frozen = None
        self._names.learn(config)
        for key in config.keys() - self._first.keys():
            self._first[key] = config[key]
            self._constant.add(key)

    def frozen(self, space: SearchSpaceTree | None) -> tuple[ConfigKey, ...]:
        """What is known now, in the order of the search space.

        Configs themselves do not agree on an order: their text files are sorted, the cache is not.
        """
        if self._frozen is None or space is not self._space:
            self._space = space
            places = {} if space is None else {name: at for at, name in enumerate(space.parameters)}
            keys = [
                ConfigKey(key, self._names[key], key not in self._constant, self._is_number(key))
                for key in self._names.learned()
            ]
            keys.sort(key=lambda each: (places.get(_first_part(each.name), len(places)), each.name))
            self._frozen = tuple(keys)
        return self._frozen

    def _is_number(self, key: str) -> bool:
        # What a categorical of the newer kind stores is a number, but only an index.
        return type(self._first[key]) in _NUMBERS and "::categorical" not in key


def _first_part(name: str) -> str:
    """The parameter of the space that a name begins with, as in `net[0].activation`."""
    return re.split(r"[.\[]", name, maxsplit=1)[0]
