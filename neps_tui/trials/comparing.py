"""How a value of a trial is compared with what somebody typed: by how both read."""

from __future__ import annotations

import math
import operator
import re
from collections.abc import Callable, Mapping
from typing import Any, TypeAlias

from neps_state import Trial
from neps_tui.facts.trial_fields import Field
from neps_tui.words.formatting import MISSING, age, duration

Predicate: TypeAlias = Callable[[Trial], bool]

ORDERS: Mapping[str, Callable[[Any, Any], bool]] = {
    "<": operator.lt,
    "<=": operator.le,
    ">": operator.gt,
    ">=": operator.ge,
}
_NOTHING = frozenset({"none", MISSING})


def has(field: Field) -> Predicate:
    """Whether a trial has a value at all."""
    return lambda trial: field(trial) not in (None, "")


def contains_anywhere(text: str, error: Field) -> Predicate:
    """Whether the id, the worker, the config or the error contains a text.

    Args:
        text: The text, in any case.
        error: Gives the error in words, its kind included.
    """
    wanted = text.lower()

    def holds(trial: Trial) -> bool:
        metadata = trial.metadata
        places: list[Any] = [metadata.id, metadata.evaluating_worker_id, *trial.config.values()]
        if trial.report is not None:
            # A traceback names the kind of the error, and is there already.
            places += [trial.report.tb, trial.report.err if trial.report.tb else error(trial)]
        return any(wanted in str(place).lower() for place in places if place is not None)

    return holds


def matches(field: Field, text: str) -> Predicate:
    """Whether a value is a text, or contains it."""
    wanted, is_same = text.lower(), _sameness(text)

    def holds(trial: Trial) -> bool:
        value = field(trial)
        return is_same(value) or (value is not None and wanted in str(value).lower())

    return holds


def matches_name(field: Field, text: str) -> Predicate:
    """Whether a name is a text, or contains it without a part of a number being left over.

    A number is that of a config, not of a rung: `2` is in `2_rung_0`, but not in `6_rung_2`.
    """
    is_same = _sameness(text)
    before = r"(?<!\d)(?<!_rung_)" if text[:1].isdigit() else ""
    after = r"(?!\d)" if text[-1:].isdigit() else ""
    contains = re.compile(before + re.escape(text) + after, re.IGNORECASE).search

    def holds(trial: Trial) -> bool:
        value = field(trial)
        return is_same(value) or (value is not None and contains(str(value)) is not None)

    return holds


def equals(field: Field, text: str) -> Predicate:
    """Whether a value is what a text says: the same number, nan, inf, none, or the same text."""
    is_same = _sameness(text)
    return lambda trial: is_same(field(trial))


def equals_error(field: Field, text: str) -> Predicate:
    """Whether an error, its kind or its message is the text."""
    is_same = _sameness(text)

    def holds(trial: Trial) -> bool:
        value = str(field(trial))
        kind, _, message = value.partition(": ")
        return is_same(value or None) or is_same(kind or None) or is_same(message or None)

    return holds


def compares(field: Field, order: str, bound: float) -> Predicate:
    """Whether a number is less, more and so on than another; what is no number never is."""
    compare = ORDERS[order]

    def holds(trial: Trial) -> bool:
        value = field(trial)
        return isinstance(value, int | float) and compare(value, bound)

    return holds


def ago(field: Field, now: Callable[[], float]) -> Field:
    """How long ago a moment is, in seconds, by when it is asked."""

    def seconds(trial: Trial) -> float | None:
        moment = field(trial)
        return None if moment is None else now() - moment

    return seconds


def reads_as_span(field: Field, seconds: float) -> Predicate:
    """Whether something took as long as a span, as far as a person is told."""
    wanted = duration(seconds)
    return lambda trial: duration(field(trial)) == wanted


def reads_as_age(field: Field, seconds: float) -> Predicate:
    """Whether something is as long ago as a span, as far as a person is told."""
    wanted = age(seconds)
    return lambda trial: age(field(trial)) == wanted


def _sameness(text: str) -> Callable[[Any], bool]:
    wanted = text.lower()
    if wanted in _NOTHING:
        return lambda value: value is None or str(value).lower() == wanted
    try:
        number = float(text.replace("∞", "inf"))
    except ValueError:
        return lambda value: value is not None and str(value).lower() == wanted
    if math.isnan(number):
        return lambda value: value != value or str(value).lower() == wanted

    def is_same(value: Any) -> bool:
        if isinstance(value, int | float) and not isinstance(value, bool):
            return value == number
        return value is not None and str(value).lower() == wanted

    return is_same
