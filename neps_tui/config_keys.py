"""The keys of a run's configs: how a person reads them, and which of them vary."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from neps_state.readable import KeyNames


@dataclass(frozen=True, slots=True)
class ConfigKey:
    """One hyperparameter as it stands in configs.

    Args:
        key: As stored.
        name: As a person reads it.
        varies: Whether two trials differ in it.
        is_number: Whether all its values are numbers.
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
        self._varying: set[str] = set()
        self._words: set[str] = set()
        self._frozen: tuple[ConfigKey, ...] | None = ()

    def learn(self, config: Mapping[str, Any]) -> None:
        """Take in the config of a trial."""
        if self._names.learn(config):
            self._frozen = None
        for key, value in config.items():
            if key not in self._varying and self._first.setdefault(key, value) != value:
                self._varying.add(key)
                self._frozen = None
            if key not in self._words and not _is_number(value):
                self._words.add(key)
                self._frozen = None

    def frozen(self) -> tuple[ConfigKey, ...]:
        """What is known now, in the order in which keys were first seen."""
        if self._frozen is None:
            self._frozen = tuple(
                ConfigKey(key, self._names[key], key in self._varying, key not in self._words)
                for key in self._names.learned()
            )
        return self._frozen


def _is_number(value: object) -> bool:
    return isinstance(value, int | float) and not isinstance(value, bool)
