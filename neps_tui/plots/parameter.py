"""One hyperparameter against the objective: where it was tried, and where that was good."""

from __future__ import annotations

import math
import zlib
from collections import Counter
from collections.abc import Collection, Sequence
from typing import Any

from neps_tui.plots.evaluated import Evaluation, Question, is_real
from neps_tui.plots.plot import Axis, Dot, Plot, covering
from neps_tui.plots.selection import dots_of, left_out_note, missing_note, trial_legend

_SPREAD = 0.6
_MOST_CATEGORIES = 30


def variants(question: Question) -> list[str]:
    """The hyperparameters in which trials differ."""
    return list(question.varying())


def make(question: Question) -> Plot:
    """Each trial by the value of a hyperparameter and its objective."""
    keys = question.varying()
    if not keys:
        return Plot("Hyperparameters", empty="No hyperparameter differs between trials yet.")
    name = question.variant if question.variant in keys else next(iter(keys))
    key = keys[name]
    found, values, drawn = question.evaluations(), question.values(key), dots_of(question)
    missing = values.count(None)
    notes = [f"{missing} have no {name}"] * bool(missing)
    if question.is_numeric(key):
        axis = Axis(name, log=question.is_log(key))
        shown = [(values[at], found[at]) for at in drawn if values[at] is not None]
        dots = [Dot(float(value), each.objective, each.id, each.pen) for value, each in shown]
    else:
        texts = question.texts(key)
        names = _names(values, texts, {texts[at] for at in drawn if found[at].is_best})
        rarer = len({*texts} - {None}) - len(names)
        notes += [f"{rarer} rarer values are not drawn"] * bool(rarer)
        axis = Axis(name, names=tuple((float(at), text) for at, text in enumerate(names)))
        dots = _in_columns([(texts[at], found[at]) for at in drawn], names)
    return Plot(
        title=f"{question.objective_label} over {name}",
        x=axis,
        y=Axis(question.objective_label, log=question.log),
        dots=covering(dots),
        legend=trial_legend(question),
        notes=(
            *notes,
            *missing_note(question.without_objective()),
            *left_out_note(len(drawn), len(found)),
        ),
    )


def _names(
    values: Sequence[Any], texts: Sequence[str | None], best: Collection[str | None]
) -> list[str]:
    """The categories: all of few, of many those of the best trials and the most frequent."""
    known = {text: value for text, value in zip(texts, values, strict=True) if text is not None}
    counts = Counter(texts)
    often = sorted(known, key=lambda name: (name not in best, -counts[name]))[:_MOST_CATEGORIES]
    return sorted(often, key=lambda name: (_size(known[name]), name))


def _size(value: Any) -> float:
    """Numbers stand in their order, and before everything else."""
    return float(value) if is_real(value) else math.inf


def _in_columns(shown: Sequence[tuple[str | None, Evaluation]], names: Sequence[str]) -> list[Dot]:
    """A column for each category, the trials in it spread a little, always the same way."""
    places = {name: float(at) for at, name in enumerate(names)}
    return [
        Dot(places[text] + _aside(each.id), each.objective, each.id, each.pen)
        for text, each in shown
        if text in places
    ]


def _aside(trial_id: str) -> float:
    return (zlib.crc32(trial_id.encode()) / 0xFFFFFFFF - 0.5) * _SPREAD
