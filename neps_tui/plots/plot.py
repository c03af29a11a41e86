"""What a plot is made of: dots that stand for trials, lines, and two axes."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Literal, NamedTuple, TypeAlias, get_args

Pen: TypeAlias = Literal["faint", "plain", "second", "good", "warning", "bad", "best", "own"]
"""How something is drawn, from the one that others cover to the one that covers others."""

PENS: tuple[Pen, ...] = get_args(Pen)

Legend: TypeAlias = tuple[tuple[Pen, str], ...]
"""What pens stand for."""

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
        base: The y down to which all below it is filled; None for a line alone.
        trial_id: The trial that it stands for; empty if it stands for none.
    """

    points: Sequence[Point]
    pen: Pen = "plain"
    step: bool = False
    base: float | None = None
    trial_id: str = ""


class Label(NamedTuple):
    """A few words at a place of the plot.

    Attributes:
        x: In the unit of the x axis; the words begin right of it.
        y: In the unit of the y axis.
        text: The words.
        room: How long they may be, in the unit of the x axis; they are shortened to it.
    """

    x: float
    y: float
    text: str
    room: float


@dataclass(frozen=True, slots=True)
class Axis:
    """One axis.

    Args:
        label: What it shows.
        log: Whether equal ratios are equally long, where what is shown allows it.
        names: Names of places in place of numbers, as for categories.
        span: Where it begins and ends; None to see all that is drawn.
        bands: How many groups are one below the other, each as long as the number 1.
    """

    label: str = ""
    log: bool = False
    names: tuple[tuple[float, str], ...] = ()
    span: tuple[float, float] | None = None
    bands: int = 0


@dataclass(frozen=True, slots=True)
class Plot:
    """A plot.

    Args:
        title: What it shows, in a few words.
        x: The horizontal axis.
        y: The vertical axis.
        dots: The trials; what is worth most comes last and covers the others.
        lines: Lines, likewise.
        labels: Words in the plot, over its lines.
        legend: What the pens stand for.
        notes: What is left out, and why.
        empty: What to say where there is nothing to draw.
        brief: The title where there is little room; empty if it is brief enough.
    """

    title: str
    x: Axis = Axis()
    y: Axis = Axis()
    dots: tuple[Dot, ...] = ()
    lines: tuple[Line, ...] = ()
    labels: tuple[Label, ...] = ()
    legend: Legend = ()
    notes: tuple[str, ...] = ()
    empty: str = "No trial has an objective yet."
    brief: str = ""


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


def covering(dots: Iterable[Dot]) -> tuple[Dot, ...]:
    """The dots in such an order that what is worth most covers the others."""
    return tuple(sorted(dots, key=lambda dot: PENS.index(dot.pen)))


def thinned(count: int, most: int) -> list[int]:
    """Evenly chosen numbers out of `range(count)`, at most so many."""
    if count <= most:
        return list(range(count))
    return [index * count // most for index in range(most)]
