"""How objectives are distributed, group by group."""

from __future__ import annotations

import math
from collections import defaultdict

from neps_tui.facts.fold import rung_of
from neps_tui.plots.evaluated import Evaluation, Question
from neps_tui.plots.plot import Axis, Line, Pen, Plot, Point
from neps_tui.words.formatting import number

_MOST_BINS = 40
_PENS: tuple[Pen, ...] = ("good", "second", "warning", "bad", "plain")
STATE, RUNG, WORKER = "state", "rung", "worker"
_EDGE = 0.02


def variants(question: Question) -> list[str]:
    """What trials can be grouped by: state, rung, worker, or a categorical hyperparameter."""
    categories = [name for name, key in question.varying().items() if not key.is_number]
    return [STATE, *([RUNG] if question.rungs() else []), WORKER, *categories]


def distribution_plot(question: Question) -> Plot:
    """How many trials of each group have which objective; the largest groups are shown."""
    by = question.variant or STATE
    groups: defaultdict[str, list[float]] = defaultdict(list)
    for each in question.evaluations():
        if each.is_chosen:
            groups[_group(question, each, by)].append(each.objective)
    if not groups:
        return Plot("Distribution of objectives")
    largest = sorted(groups.items(), key=lambda group: (-len(group[1]), group[0]))
    shown = largest[: len(_PENS)]
    low, high = _range([value for _, values in shown for value in values])
    bins = min(_MOST_BINS, 4 + math.isqrt(sum(len(values) for _, values in shown)))
    lines = [
        Line(_steps(values, low, high, bins), pen, step=True)
        for (_, values), pen in zip(shown, _PENS, strict=False)
    ]
    beyond = sum(value > high for _, values in shown for value in values)
    notes = [f"{len(largest) - len(shown)} smaller groups left out"] * (len(largest) > len(shown))
    notes += [f"{beyond} above {number(high)}, counted there"] * bool(beyond)
    return Plot(
        title=f"Distribution of {question.objective_label} by {by}",
        x=Axis(question.objective_label),
        y=Axis("trials"),
        lines=tuple(reversed(lines)),
        legend=tuple(
            (pen, f"{name} {len(values)}")
            for (name, values), pen in zip(shown, _PENS, strict=False)
        ),
        notes=tuple(notes),
    )


def _group(question: Question, each: Evaluation, by: str) -> str:
    if by == STATE:
        return each.trial.metadata.state.value
    if by == RUNG:
        return f"rung {rung_of(each.trial)}"
    if by == WORKER:
        return each.trial.metadata.evaluating_worker_id or "no worker"
    key = question.varying().get(by)
    return "none" if key is None else number(question.value(each.trial, key))


def _range(values: list[float]) -> tuple[float, float]:
    """From the lowest to where nearly all are, so that one diverged trial leaves room."""
    values = sorted(values)
    high = values[min(len(values) - 1, math.ceil((1 - _EDGE) * len(values)))]
    return values[0], high if high > values[0] else values[0] + 1.0


def _steps(values: list[float], low: float, high: float, bins: int) -> list[Point]:
    """A histogram as steps."""
    width = (high - low) / bins
    counts = [0] * bins
    for value in values:
        counts[min(bins - 1, int((value - low) / width))] += 1
    return [
        (low, 0.0),
        *((low + index * width, float(count)) for index, count in enumerate(counts)),
        (high, float(counts[-1])),
    ]
