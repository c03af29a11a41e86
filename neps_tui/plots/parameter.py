"""One hyperparameter against the objective: where it was tried, and where that was good."""

from __future__ import annotations

import zlib
from typing import Any

from neps_tui.facts.config_keys import ConfigKey
from neps_tui.plots.evaluated import Evaluation, Question, is_real
from neps_tui.plots.plot import Axis, Dot, Pen, Plot
from neps_tui.words.formatting import number

_SPREAD = 0.6
_MOST_CATEGORIES = 30


def variants(question: Question) -> list[str]:
    """The hyperparameters in which trials differ."""
    return list(question.varying())


def parameter_plot(question: Question) -> Plot:
    """Each trial by the value of a hyperparameter and its objective."""
    keys = question.varying()
    if not keys:
        return Plot("Hyperparameters", empty="No hyperparameter differs between trials yet.")
    name = question.variant if question.variant in keys else next(iter(keys))
    key = keys[name]
    found = [
        (value, each)
        for each in question.evaluations()
        if (value := question.value(each.trial, key)) is not None
    ]
    missing = len(question.evaluations()) - len(found)
    is_number = key.is_number and all(is_real(value) for value, _ in found)
    dots, axis = _numbers(found, key, question) if is_number else _categories(found, name)
    dots.sort(key=lambda dot: ("faint", "plain", "best").index(dot.pen))
    return Plot(
        title=f"{question.objective_label} over {name}",
        x=axis,
        y=Axis(question.objective_label, log=question.log),
        dots=tuple(dots),
        legend=(("best", "best"), ("plain", "trial")),
        notes=(f"{missing} have no {name}",) if missing else (),
    )


def _numbers(
    found: list[tuple[Any, Evaluation]], key: ConfigKey, question: Question
) -> tuple[list[Dot], Axis]:
    dots = [Dot(float(value), each.objective, each.id, _pen(each)) for value, each in found]
    return dots, Axis(key.name, log=question.is_log(key))


def _categories(found: list[tuple[Any, Evaluation]], name: str) -> tuple[list[Dot], Axis]:
    """A column for each category, the trials in it spread a little, always the same way."""
    names = sorted({number(value) for value, _ in found})[:_MOST_CATEGORIES]
    places = {each: float(at) for at, each in enumerate(names)}
    dots = [
        Dot(places[text] + _aside(each.id), each.objective, each.id, _pen(each))
        for value, each in found
        if (text := number(value)) in places
    ]
    return dots, Axis(name, names=tuple((at, text) for text, at in places.items()))


def _aside(trial_id: str) -> float:
    return (zlib.crc32(trial_id.encode()) / 0xFFFFFFFF - 0.5) * _SPREAD


def _pen(each: Evaluation) -> Pen:
    return "best" if each.is_best else "plain" if each.is_chosen else "faint"
