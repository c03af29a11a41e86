"""Spans of time as people type them, read back into seconds."""

from __future__ import annotations

import re

_SECONDS = {
    "ms": 0.001,
    **dict.fromkeys(("s", "sec", "second", "seconds"), 1.0),
    **dict.fromkeys(("m", "min", "minute", "minutes"), 60.0),
    **dict.fromkeys(("h", "hour", "hours"), 3_600.0),
    **dict.fromkeys(("d", "day", "days"), 86_400.0),
}
UNITS = frozenset(_SECONDS)
"""What the units of time are called."""
_PART = re.compile(r"\s*(?P<count>\d+\.?\d*|\.\d+)\s*(?P<unit>[a-z]*)\s*", re.IGNORECASE)


def seconds_in(text: str) -> float | None:
    """How long a span is: `90`, `1.5s`, `2min`, `1h30`, and whatever `duration` writes.

    Args:
        text: Counts with their units; a mere number is in seconds, one after hours in minutes.

    Returns:
        Seconds; None if the text is no span of time.
    """
    number = _number(text)
    return _with_units(text) if number is None else number


def has_unit(text: str) -> bool:
    """Whether a text is a span of time that says in which unit it is."""
    return _number(text) is None and _with_units(text) is not None


def _number(text: str) -> float | None:
    try:
        return float("inf" if text == "∞" else text)
    except ValueError:
        return None


def _with_units(text: str) -> float | None:
    total, position, before = 0.0, 0, ""
    while position < len(text):
        part = _PART.match(text, position)
        if part is None:
            return None
        unit = part["unit"].lower() or ("min" if before.startswith("h") else "")
        if unit not in _SECONDS:
            return None
        total += float(part["count"]) * _SECONDS[unit]
        position, before = part.end(), part["unit"].lower()
    return total if text else None
