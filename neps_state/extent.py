"""How much a value is once it is written out: a few bytes can hold more than any disk."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

MOST_VALUES = 1_000_000
"""Values that anything a run holds may expand to."""
_DEEPEST = 200
_SCALARS = frozenset({float, int, str, bool, type(None)})


def is_small(values: Iterable[Any]) -> bool:
    """Whether values can be walked through, copied and shown, by their number and their depth.

    Args:
        values: They may share parts, each of which counts wherever it stands, and may contain
            themselves.
    """
    if _SCALARS.issuperset(map(type, values)):
        return True
    return _extent(list(values), {}, 0) <= MOST_VALUES


def _extent(value: Any, known: dict[int, int], depth: int) -> int:
    parts = _parts(value)
    if parts is None:
        return 1
    if depth > _DEEPEST:
        return MOST_VALUES + 1
    if id(value) not in known:
        known[id(value)] = MOST_VALUES + 1  # what contains itself never ends
        known[id(value)] = 1 + sum(_extent(part, known, depth + 1) for part in parts)
    return known[id(value)]


def _parts(value: Any) -> Iterable[Any] | None:
    if isinstance(value, dict):
        return [*value.keys(), *value.values()]
    return value if isinstance(value, list | tuple | set | frozenset) else None
