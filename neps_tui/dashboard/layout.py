"""How much room each pane of the first screen has, and which ones are hidden."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field, replace
from itertools import pairwise
from types import MappingProxyType
from typing import Any, Literal, TypeAlias

Direction: TypeAlias = Literal["width", "height"]

DEFAULT_WEIGHTS: Mapping[str, int] = MappingProxyType(
    {
        **{"top": 50, "bottom": 40},
        **{"left": 60, "evaluated": 180},
        **{"evaluating": 30, "pending": 20},
        **{"errors": 90, "incumbent": 80, "optimizer": 70},
    }
)
"""Shares of the box that each is in, beside the others of that box."""

BOXES: Mapping[str, tuple[str, ...]] = MappingProxyType(
    {
        "top": ("left", "evaluated"),
        "left": ("evaluating", "pending"),
        "bottom": ("errors", "incumbent", "optimizer"),
    }
)
"""What is in each box: panes and other boxes."""

_PANES = ("evaluating", "pending", "evaluated", "errors", "incumbent", "optimizer")
_LARGEST = 400
_STEP = 10
"""By how much a key makes a pane larger."""
# Whose share is to change to make a pane wider or taller.
_WIDTHS = {"evaluating": "left", "pending": "left"}
_HEIGHTS = {"evaluated": "top", **dict.fromkeys(BOXES["bottom"], "bottom")}


@dataclass(frozen=True, slots=True)
class PaneLayout:
    """A layout of the first screen.

    Args:
        weights: The share of each pane and box, as in `DEFAULT_WEIGHTS`.
        hidden: The panes that are not shown.
        zoomed: The pane that has all the room; None while they share it.
    """

    weights: Mapping[str, int] = field(default_factory=lambda: DEFAULT_WEIGHTS)
    hidden: frozenset[str] = field(default_factory=frozenset)
    zoomed: str | None = None

    def resized(self, pane: str, direction: Direction, step: int) -> PaneLayout:
        """With more or less room for a pane."""
        name = (_WIDTHS if direction == "width" else _HEIGHTS).get(pane, pane)
        return self._with(**{name: self.weights[name] + step * _STEP})

    def divided(self, one: str, other: str, part: float) -> PaneLayout:
        """With another border between two neighbours.

        Args:
            one: A pane or box.
            other: What stands right of it or below it in the same box.
            part: Of the room of both, how much the first one gets.
        """
        both = self.weights[one] + self.weights[other]
        weight = min(max(round(part * both), 1), both - 1)
        return self._with(**{one: weight, other: both - weight})

    def _with(self, **weights: int) -> PaneLayout:
        bounded = {name: min(max(weight, 1), _LARGEST) for name, weight in weights.items()}
        return replace(self, weights=MappingProxyType({**self.weights, **bounded}))

    def without(self, pane: str) -> PaneLayout:
        """With a pane hidden; the last one stays."""
        hidden = self.hidden | {pane}
        return self if len(hidden) == len(_PANES) else replace(self, hidden=hidden)

    def zooming(self, pane: str | None) -> PaneLayout:
        """With all the room for one pane, which is hidden no more, or for none of them."""
        return replace(self, zoomed=pane, hidden=self.hidden - {pane})

    def showing(self, pane: str) -> PaneLayout:
        """With a pane hidden no more."""
        return replace(self, hidden=self.hidden - {pane})

    def with_all(self) -> PaneLayout:
        """With no pane hidden."""
        return replace(self, hidden=frozenset())

    def shows(self, name: str) -> bool:
        """Whether a pane is shown, or anything in a box."""
        if name in BOXES:
            return any(self.shows(each) for each in BOXES[name])
        return name not in self.hidden

    def neighbours(self) -> Iterator[tuple[str, str, Direction]]:
        """The panes and boxes side by side, or one above the other, and what their border divides.

        What is left or above comes first of the two.
        """
        rows: dict[Direction, tuple[tuple[str, ...], ...]] = {
            "height": (("top", "bottom"), BOXES["left"]),
            "width": (BOXES["top"], BOXES["bottom"]),
        }
        for direction in rows:
            for row in rows[direction]:
                shown = [each for each in row if self.shows(each)]
                yield from ((one, other, direction) for one, other in pairwise(shown))

    def as_plain(self) -> dict[str, Any]:
        """As it is remembered."""
        return {
            "weights": dict(self.weights),
            "hidden": sorted(self.hidden),
            "zoomed": self.zoomed,
        }

    @classmethod
    def from_plain(cls, remembered: object) -> PaneLayout:
        """The layout that was remembered; what makes no sense in it is as if it were not there."""
        if not isinstance(remembered, Mapping):
            return cls()
        weights, hidden = remembered.get("weights"), remembered.get("hidden")
        known = dict(DEFAULT_WEIGHTS)
        if isinstance(weights, Mapping):
            known |= {
                name: weight
                for name, weight in weights.items()
                if name in known and type(weight) is int and 1 <= weight <= _LARGEST
            }
        gone = {each for each in _PANES if isinstance(hidden, list) and each in hidden}
        layout = cls(MappingProxyType(known), frozenset(gone))
        zoomed = remembered.get("zoomed")
        if zoomed in _PANES:
            layout = layout.zooming(zoomed)
        return layout if len(gone) < len(_PANES) else layout.with_all()
