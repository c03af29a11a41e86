"""Which columns a person wants to see, in which order, how many stay in sight, and the sorting."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import Any, TypeAlias

from neps_tui.widgets.columns import Column

ALWAYS_FIRST = ("glyph", "id")
"""Columns that tell which trial a row is: always there, always in front, always in sight."""

Sorting: TypeAlias = tuple[tuple[str, bool], ...]
"""The columns sorted by, the first counting most, each with whether it is descending."""


@dataclass(frozen=True, slots=True)
class ColumnChoice:
    """A choice of columns; it holds for runs of any hyperparameters.

    Args:
        order: Keys in the order that a person gave them; a column of another run, which is not
            among them, comes right behind the one that it usually follows.
        hidden: Keys of the columns that are not shown.
        pinned: How many columns stay in sight besides those that always do.
        sorting: What rows are sorted by; empty where nobody has chosen it.
    """

    order: tuple[str, ...] = ()
    hidden: frozenset[str] = field(default_factory=frozenset)
    pinned: int = 0
    sorting: Sorting = ()

    def ordered(self, columns: Sequence[Column]) -> tuple[Column, ...]:
        """All columns in the order wanted, hidden ones included."""
        keys = [each.key for each in columns]
        wanted = [*ALWAYS_FIRST, *(key for key in self.order if key not in ALWAYS_FIRST)]
        places = {key: at for at, key in enumerate(_with_others(_in_terms_of(wanted, keys), keys))}
        return tuple(sorted(columns, key=lambda column: places[column.key]))

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
        # What this run has not is kept for the runs that have it.
        return replace(self, order=tuple(_with_others(keys, _in_terms_of(self.order, keys))))

    def pinned_to(self, count: int) -> ColumnChoice:
        """With so many columns in sight besides those that always are."""
        return replace(self, pinned=max(count, 0))

    def as_plain(self) -> dict[str, Any]:
        """As it is remembered."""
        return {
            "order": list(self.order),
            "hidden": sorted(self.hidden),
            "pinned": self.pinned,
            "sorting": [[key, descending] for key, descending in self.sorting],
        }

    @classmethod
    def from_plain(cls, remembered: object) -> ColumnChoice:
        """The choice that was remembered; what makes no sense in it is as if it were not there."""
        if not isinstance(remembered, Mapping):
            return cls()
        pinned = remembered.get("pinned")
        choice = cls(
            tuple(dict.fromkeys(_texts(remembered.get("order")))),
            frozenset(_texts(remembered.get("hidden"))),
            sorting=_sorting(remembered.get("sorting")),
        )
        return choice.pinned_to(pinned) if type(pinned) is int else choice


def _texts(value: object) -> list[str]:
    return [each for each in value if isinstance(each, str)] if isinstance(value, list) else []


def _sorting(value: object) -> Sorting:
    pairs = value if isinstance(value, list) else []
    found = {
        pair[0]: pair[1]
        for pair in pairs
        if isinstance(pair, list) and [type(each) for each in pair] == [str, bool]
    }
    return tuple(found.items())


def _with_others(order: Sequence[str], usual: Sequence[str]) -> list[str]:
    """Keys in an order, and those it does not know each behind the one that it usually follows."""
    merged = list(order)
    known = set(order)
    for at, key in enumerate(usual):
        if key not in known:
            known.add(key)
            merged.insert(merged.index(usual[at - 1]) + 1 if at else 0, key)
    return merged


def _in_terms_of(order: Sequence[str], keys: Sequence[str]) -> list[str]:
    """An order in which a run's first objective stands for the only one, or the other way round."""
    for other, own in (("objective", "objective1"), ("objective1", "objective")):
        if own in keys and own not in order:
            return [own if key == other else key for key in order]
    return list(order)
