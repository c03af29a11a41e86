"""Parallel coordinates: a line for each trial through all its hyperparameters."""

from __future__ import annotations

import math
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from neps_tui.facts.config_keys import ConfigKey
from neps_tui.plots.evaluated import Question, is_real
from neps_tui.plots.plot import PENS, Axis, Dot, Label, Line, Plot, Point
from neps_tui.plots.selection import (
    BEST,
    left_out_note,
    line_legend,
    line_pen,
    lowest,
    missing_note,
    part_of,
)
from neps_tui.words.formatting import number

_MOST_LINES = 60
_MOST_AXES = 12
_MOST_NAMES = 8
_DIGITS = 3
_ROOM = 0.85
"""Of the way to the next axis, how much the names of places on an axis may take."""


@dataclass(frozen=True, slots=True)
class _Upright:
    """One of the axes side by side.

    Args:
        name: What it shows.
        places: Where on it each evaluation is, from 0 to 1; None where it has no value.
        names: What some places on it are called.
    """

    name: str
    places: Sequence[float | None]
    names: Sequence[tuple[float, str]]


def variants(question: Question) -> list[str]:
    """There is one thing to show."""
    del question
    return []


def make(question: Question) -> Plot:
    """Every axis from its lowest (or first) value at the bottom to its highest at the top."""
    found, keys = question.evaluations(), list(question.varying().values())
    if not found or not keys:
        return Plot("Parallel coordinates")
    axes = [_kept_upright(question, key) for key in keys[:_MOST_AXES]]
    axes.append(question.kept.once(("upright", question.objective), lambda: _objectives(question)))
    best = lowest(found, BEST)
    good = best | {at for at, each in enumerate(found) if each.is_best}
    shown = part_of([each.is_chosen for each in found], good, _MOST_LINES)
    drawn = [(found[at], at, line_pen(question, found[at], at in good)) for at in shown]
    drawn.sort(key=lambda each: (PENS.index(each[2]), -each[0].objective))
    uprights = [Line(((float(at), 0.0), (float(at), 1.0)), "plain") for at in range(len(axes))]
    lines = [Line(list(_points(axes, at)), pen, trial_id=each.id) for each, at, pen in drawn]
    return Plot(
        title=f"Parallel coordinates, {len(drawn)} of {len(found)} trials",
        x=Axis(names=tuple((float(at), axis.name) for at, axis in enumerate(axes))),
        y=Axis(names=((0.0, "low"), (1.0, "high")), span=(0.0, 1.0)),
        dots=tuple(
            Dot(float(len(axes) - 1), axes[-1].places[at] or 0.0, each.id, pen)
            for each, at, pen in drawn
        ),
        lines=(*uprights, *lines),
        labels=tuple(
            Label(float(at), place, name, _ROOM)
            for at, axis in enumerate(axes)
            for place, name in axis.names
        ),
        legend=line_legend(question, len(best)),
        notes=(
            *missing_note(question.without_objective()),
            *left_out_note(len(drawn), len(found)),
            *_without([key.name for key in keys[_MOST_AXES:]]),
        ),
        brief=f"Parallel coordinates, {len(drawn)} of {len(found)}",
    )


def _without(names: Sequence[str]) -> Iterator[str]:
    if names:
        yield f"no room for {', '.join(names)}"


def _points(axes: Sequence[_Upright], trial: int) -> Iterator[Point]:
    """Where the line of a trial goes; it passes by axes on which the trial has no value."""
    for at, axis in enumerate(axes):
        place = axis.places[trial]
        if place is not None:
            yield float(at), place


def _kept_upright(question: Question, key: ConfigKey) -> _Upright:
    name = ("upright", question.objective, key.key)
    return question.kept.once(name, lambda: _upright(question, key))


def _objectives(question: Question) -> _Upright:
    found = question.evaluations()
    return _numbers(question.objective_label, [each.objective for each in found], log=False)


def _upright(question: Question, key: ConfigKey) -> _Upright:
    values = question.values(key)
    if question.is_numeric(key):
        return _numbers(key.name, values, log=question.is_log(key))
    texts = question.texts(key)
    names = sorted({text for text in texts if text is not None})
    places = {name: at / max(1, len(names) - 1) for at, name in enumerate(names)}
    named = [(places[name], name) for name in names] if len(names) <= _MOST_NAMES else []
    return _Upright(key.name, [None if each is None else places[each] for each in texts], named)


def _numbers(name: str, values: Sequence[float | None], *, log: bool) -> _Upright:
    """From the lowest of some numbers to the highest."""
    real = [value for value in values if value is not None and is_real(value)]
    low, high = min(real, default=0.0), max(real, default=1.0)
    turned = math.log if log and low > 0 else float
    start = turned(low)
    span = (turned(high) - start) or 1.0
    places = [None if value is None else (turned(value) - start) / span for value in values]
    return _Upright(name, places, [(0.0, number(low, _DIGITS)), (1.0, number(high, _DIGITS))])
