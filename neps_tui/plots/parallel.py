"""Parallel coordinates: a line for each trial through all its hyperparameters."""

from __future__ import annotations

import math
from collections.abc import Callable, Iterator, Sequence
from typing import Any

from neps_tui.facts.config_keys import ConfigKey
from neps_tui.plots.evaluated import Evaluation, Question, is_real
from neps_tui.plots.plot import Axis, Dot, Line, Pen, Plot, thinned
from neps_tui.words.formatting import number

_MOST_LINES = 150
_BEST = 10
_MOST_AXES = 12

Place = Callable[[Evaluation], float | None]


def parallel_plot(question: Question) -> Plot:
    """Every axis from its lowest (or first) value at the bottom to its highest at the top."""
    found = sorted(question.evaluations(), key=lambda each: -each.objective)
    keys = list(question.varying().values())
    left_out = [key.name for key in keys[_MOST_AXES:]]
    keys = keys[:_MOST_AXES]
    if not found or not keys:
        return Plot("Parallel coordinates")
    axes: list[tuple[str, Place]] = [(key.name, _place(question, key, found)) for key in keys]
    objectives = [each.objective for each in found]
    axes.append((question.objective_label, _scaled(objectives, lambda each: each.objective)))
    chosen = [each for each in found if each.is_chosen]
    others = max(0, len(chosen) - _BEST)
    shown = [chosen[index] for index in thinned(others, _MOST_LINES)] + chosen[others:]
    brushed = [each for each in found if not each.is_chosen]
    behind = [brushed[index] for index in thinned(len(brushed), _MOST_LINES)]
    lines = [Line(((float(at), 0.0), (float(at), 1.0)), "second") for at in range(len(axes))]
    lines += [Line(_points(each, axes), "faint") for each in behind]
    dots = []
    for index, each in enumerate(shown):
        points, pen = _points(each, axes), _pen(len(shown) - 1 - index, len(brushed))
        lines.append(Line(points, pen))
        dots.append(Dot(*points[-1], each.id, pen))
    drawn = len(shown) + len(behind)
    return Plot(
        title=f"Parallel coordinates, {drawn} of {len(found)} trials",
        x=Axis(names=tuple((float(at), name) for at, (name, _) in enumerate(axes))),
        y=Axis("lowest to highest"),
        dots=tuple(dots),
        lines=tuple(lines),
        legend=(("good", f"the {_BEST} best"), ("best", "the best"), ("faint", "others")),
        notes=tuple(_notes(len(found) - drawn, left_out)),
    )


def _notes(trials_left_out: int, names_left_out: Sequence[str]) -> Iterator[str]:
    yield "objective: lower is better"
    if trials_left_out:
        yield f"{trials_left_out} evenly chosen trials left out, no good one"
    if names_left_out:
        yield f"without {', '.join(names_left_out)}"


def _points(each: Evaluation, axes: Sequence[tuple[str, Place]]) -> list[tuple[float, float]]:
    """Where the line of a trial goes; it passes by axes on which the trial has no value."""
    return [
        (float(at), place)
        for at, (_, place_of) in enumerate(axes)
        if (place := place_of(each)) is not None
    ]


def _pen(rank: int, brushed: int) -> Pen:
    if rank == 0:
        return "best"
    return "good" if rank < _BEST else "plain" if brushed else "faint"


def _place(question: Question, key: ConfigKey, found: Sequence[Evaluation]) -> Place:
    """Where on its axis a hyperparameter puts a trial, from 0 to 1."""
    values = [question.value(each.trial, key) for each in found]
    numbers = [value for value in values if is_real(value)]
    if key.is_number and len(numbers) == sum(value is not None for value in values):
        log = question.is_log(key) and all(value > 0 for value in numbers)
        turned = math.log if log else float

        def place(each: Evaluation) -> float | None:
            value: Any = question.value(each.trial, key)
            return turned(value) if is_real(value) else None

        return _scaled([turned(value) for value in numbers], place)
    names = sorted({number(value) for value in values if value is not None})
    places = {name: at / max(1, len(names) - 1) for at, name in enumerate(names)}
    return lambda each: places.get(number(question.value(each.trial, key)))


def _scaled(values: Sequence[float], place: Place) -> Place:
    low, high = min(values, default=0.0), max(values, default=1.0)
    span = (high - low) or 1.0

    def scaled(each: Evaluation) -> float | None:
        value = place(each)
        return None if value is None else (value - low) / span

    return scaled
