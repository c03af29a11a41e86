"""What a plot is made of: dots that stand for trials, lines, and two axes."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Literal, NamedTuple, TypeAlias

Pen: TypeAlias = Literal["faint", "plain", "second", "good", "warning", "bad", "best"]
"""How something is drawn, from the one that others cover to the one that covers others."""

Point: TypeAlias = tuple[float, float]


class Dot(NamedTuple):
    """One trial at a place of the plot.

    Attributes:
        x: In the unit of the x axis.
        y: In the unit of the y axis.
        trial_id: The trial.
        pen: How it is drawn; what is `best` is drawn as a sign of its own.
    """

    x: float
    y: float
    trial_id: str
    pen: Pen = "plain"


class Line(NamedTuple):
    """Points joined by lines.

    Attributes:
        points: In the order in which they are joined.
        pen: How it is drawn.
        step: Whether a value holds until the next one; otherwise straight lines join them.
    """

    points: Sequence[Point]
    pen: Pen = "plain"
    step: bool = False


@dataclass(frozen=True, slots=True)
class Axis:
    """One axis.

    Args:
        label: What it shows.
        log: Whether equal ratios are equally long, where what is shown allows it.
        names: Names of places in place of numbers, as for categories.
    """

    label: str = ""
    log: bool = False
    names: tuple[tuple[float, str], ...] = ()


@dataclass(frozen=True, slots=True)
class Plot:
    """A plot.

    Args:
        title: What it shows, in a few words.
        x: The horizontal axis.
        y: The vertical axis.
        dots: The trials; what is worth most comes last and covers the others.
        lines: Lines, likewise.
        legend: What the pens stand for.
        notes: What is left out, and why.
        empty: What to say where there is nothing to draw.
    """

    title: str
    x: Axis = Axis()
    y: Axis = Axis()
    dots: tuple[Dot, ...] = ()
    lines: tuple[Line, ...] = ()
    legend: tuple[tuple[Pen, str], ...] = ()
    notes: tuple[str, ...] = ()
    empty: str = "No trial has an objective yet."


class Bar(NamedTuple):
    """One bar of a chart of bars.

    Attributes:
        name: What it stands for.
        value: Its length, from 0 to 1.
        low: Where its uncertainty begins.
        high: Where it ends.
        text: What is said of it.
    """

    name: str
    value: float
    low: float
    high: float
    text: str


@dataclass(frozen=True, slots=True)
class Bars:
    """A chart of horizontal bars.

    Args:
        title: What it shows, and by which method.
        bars: Longest first.
        notes: What to know about it.
        empty: What to say where there is nothing to draw.
    """

    title: str
    bars: tuple[Bar, ...] = ()
    notes: tuple[str, ...] = ()
    empty: str = "Too few trials have ended yet."


def thinned(count: int, most: int) -> list[int]:
    """Evenly chosen numbers out of `range(count)`, at most so many."""
    if count <= most:
        return list(range(count))
    return [index * count // most for index in range(most)]
