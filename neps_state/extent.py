"""How much a value is once it is written out: a few bytes can hold more than any disk."""

from __future__ import annotations

from collections.abc import Collection, Iterable
from datetime import date, timedelta, tzinfo
from types import NoneType
from typing import Any

from neps_state.stand_in import StandIn

MOST_VALUES = 1_000_000
"""Values that anything a run holds may expand to."""
_MOST_BITS = 1023
"""Of a whole number: one of more has no float of its size, and one of many more cannot be shown."""
_DEEPEST = 100
_TOO_MUCH = (MOST_VALUES + 1, 0)
_BOUNDED: frozenset[type] = frozenset({float, str, bool, NoneType})
_SCALARS = _BOUNDED | {int}
_LEAVES = (*_SCALARS, bytes, bytearray, complex, date, timedelta, tzinfo, type, StandIn)
"""What holds no other values, or as a stand-in shows itself in a few words."""


def is_small(values: Collection[Any]) -> bool:
    """Whether values can be walked through, copied and shown, by their number, depth and size.

    Args:
        values: They may share parts, each of which counts wherever it stands, and may contain
            themselves.
    """
    # Asked of every trial of a cache: first what nearly always holds.
    if _BOUNDED.issuperset(map(type, values)):
        return True
    if _SCALARS.issuperset(map(type, values)):
        return all(not (type(value) is int and value.bit_length() > _MOST_BITS) for value in values)
    extent, height = _measure(list(values), {}, 0)
    return extent <= MOST_VALUES and height <= _DEEPEST


def shows_little(space: StandIn) -> bool:
    """Whether everything that a stand-in, or any stand-in within it, was made of is small.

    Args:
        space: It may share parts and contain itself: nobody walks from stand-in to stand-in
            without an end of his own.
    """
    seen: set[int] = set()
    waiting: list[Any] = [space]
    while waiting:
        value = waiting.pop()
        if id(value) in seen:
            continue
        seen.add(id(value))
        if isinstance(value, StandIn):
            made_of = value.made_of()
            if not is_small(made_of):
                return False
            waiting += made_of
        else:
            waiting += _parts(value) or ()
    return True


def is_fit_number(value: object) -> bool:
    """Whether it is anything but a whole number that is larger than any float."""
    return not isinstance(value, int) or value.bit_length() <= _MOST_BITS


def _measure(value: Any, known: dict[int, tuple[int, int]], depth: int) -> tuple[int, int]:
    """How many values there are in one, itself included, and how deeply they are nested."""
    parts = _parts(value)
    if parts is None:
        return (1, 0) if isinstance(value, _LEAVES) and is_fit_number(value) else _TOO_MUCH
    if depth > _DEEPEST:
        return _TOO_MUCH
    if id(value) not in known:
        known[id(value)] = _TOO_MUCH  # what contains itself never ends
        inner = [_measure(part, known, depth + 1) for part in parts]
        extent = 1 + sum(extent for extent, _ in inner)
        known[id(value)] = extent, 1 + max((height for _, height in inner), default=0)
    return known[id(value)]


def _parts(value: Any) -> Iterable[Any] | None:
    if isinstance(value, dict):
        return [*value.keys(), *value.values()]
    if isinstance(value, Exception):
        # Its text may be of anything that it was made of.
        return value.__reduce__()[1:]
    return value if isinstance(value, list | tuple | set | frozenset) else None
