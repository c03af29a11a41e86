"""Completing a filter that is being typed: keys, operators, and values of the run."""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from neps_state.snapshot import RunSnapshot
from neps_tui.facts.summary import RunSummary
from neps_tui.facts.trial_fields import ALL_STATES, TrialFields
from neps_tui.words.formatting import number, plain

_LAST = re.compile(
    r'(?:^|[\s(])(?P<field>[^\s()<>=!:"]+)(?P<operator>[:=<>!]+)(?P<value>[^\s()"]*)$'
)
_WORD = re.compile(r'(?:^|[\s(])(?P<word>[^\s()<>=!:"]+)$')
_MOST_VALUES = 50
_LOOKED_AT = 2000
"""Trials whose values are offered: looking at all would take too long for a key."""


@dataclass(frozen=True, slots=True)
class Completions:
    """What a filter of one run may be made of.

    Args:
        fields: Names of fields, the hyperparameters' first.
        values: Values of fields that have few, by the field.
    """

    fields: tuple[str, ...]
    values: dict[str, tuple[str, ...]]

    def complete(self, text: str) -> str | None:
        """The filter with its last word completed; None where nothing would be added."""
        found = _LAST.search(text)
        if found is not None:
            values = self.values.get(found["field"], ())
            if found["field"] == "has":
                values = self.fields
            return _completed(text, found["value"], values)
        found = _WORD.search(text)
        if found is None:
            return None
        whole = _completed(text, found["word"], self.fields)
        if whole is None or whole != text:
            return whole
        operator = ":" if found["word"] in self.values else "<"
        return text + operator if found["word"] in self.fields else None


def _completed(text: str, begun: str, words: Sequence[str]) -> str | None:
    """The text with what is begun at its end made whole, by the first word that begins so."""
    for word in words:
        if word.lower().startswith(begun.lower()):
            return text[: len(text) - len(begun)] + word
    return None


def completions_of(snapshot: RunSnapshot, summary: RunSummary) -> Completions:
    """What a filter of this run may be made of."""
    fields = TrialFields(snapshot, summary)
    trials = list(snapshot.trials.values())[-_LOOKED_AT:]
    values: dict[str, tuple[str, ...]] = {
        "state": ALL_STATES,
        "worker": tuple(summary.workers),
        "rung": tuple(str(rung) for rung in summary.rungs),
    }
    for key in summary.config_keys:
        if not key.is_number:
            field = fields[key.key]
            values[key.name] = _few(field(trial) for trial in trials)
    kinds = _few(error.err_type for error in snapshot.errors[-_LOOKED_AT:])
    values["error"] = kinds
    return Completions(
        _typable(("has", *fields.names())),
        {name: _typable(some) for name, some in values.items() if some},
    )


def _typable(texts: Iterable[str]) -> tuple[str, ...]:
    """Those that hold nothing but what can be typed, and drawn as it is."""
    return tuple(text for text in texts if plain(text) == text)


def _few(values: Iterable[object]) -> tuple[str, ...]:
    texts = dict.fromkeys(number(value) for value in values if value is not None)
    return tuple(f'"{text}"' if " " in text else text for text in list(texts)[:_MOST_VALUES])
