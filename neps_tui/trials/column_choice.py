"""Which columns a person wants to see, in which order, and how many of them stay in sight."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import Any

from neps_tui.widgets.columns import Column

ALWAYS_FIRST = ("glyph", "id")
"""Columns that tell which trial a row is: always there, always in front, always in sight."""
_MOST_PINNED = 6


@dataclass(frozen=True, slots=True)
class ColumnChoice:
    """A choice of columns; it holds for runs of any hyperparameters.

    Args:
        order: Keys in the order that a person gave them; others come behind them as usual.
        hidden: Keys of the columns that are not shown.
        pinned: How many columns stay in sight besides those that always do.
    """

    order: tuple[str, ...] = ()
    hidden: frozenset[str] = field(default_factory=frozenset)
    pinned: int = 0

    def ordered(self, columns: Sequence[Column]) -> tuple[Column, ...]:
        """All columns in the order wanted, hidden ones included."""
        wanted = [*ALWAYS_FIRST, *(key for key in self.order if key not in ALWAYS_FIRST)]
        places = {key: place for place, key in enumerate(wanted)}
        return tuple(sorted(columns, key=lambda column: places.get(column.key, len(places))))

    def shown(self, columns: Sequence[Column]) -> tuple[Column, ...]:
        """The columns to show, in their order."""
        return tuple(each for each in self.ordered(columns) if self.is_shown(each.key))

    def is_shown(self, key: str) -> bool:
        """Whether a column is to be shown."""
        return key in ALWAYS_FIRST or key not in self.hidden

    def toggled(self, key: str) -> ColumnChoice:
        """With a column hidden, or shown again."""
        return replace(self, hidden=self.hidden ^ {key})

    def moved(self, columns: Sequence[Column], key: str, step: int) -> ColumnChoice:
        """With a column some places further right, or left where `step` is negative."""
        keys = [each.key for each in self.ordered(columns) if each.key not in ALWAYS_FIRST]
        if key not in keys:
            return self
        at = keys.index(key)
        keys.insert(min(max(at + step, 0), len(keys) - 1), keys.pop(at))
        return replace(self, order=tuple(keys))

    def pinned_to(self, count: int) -> ColumnChoice:
        """With so many columns in sight besides those that always are."""
        return replace(self, pinned=min(max(count, 0), _MOST_PINNED))

    def as_plain(self) -> dict[str, Any]:
        """As it is remembered."""
        return {"order": list(self.order), "hidden": sorted(self.hidden), "pinned": self.pinned}

    @classmethod
    def from_plain(cls, remembered: object) -> ColumnChoice:
        """The choice that was remembered; what makes no sense in it is as if it were not there."""
        if not isinstance(remembered, Mapping):
            return cls()
        pinned = remembered.get("pinned")
        choice = cls(
            tuple(dict.fromkeys(_texts(remembered.get("order")))),
            frozenset(_texts(remembered.get("hidden"))),
        )
        return choice.pinned_to(pinned) if type(pinned) is int else choice


def _texts(value: object) -> list[str]:
    return [each for each in value if isinstance(each, str)] if isinstance(value, list) else []
