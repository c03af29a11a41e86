"""The best so far, over what was spent until then, with all trials behind it."""

from __future__ import annotations

import math
from collections.abc import Callable, Iterator
from itertools import accumulate
from typing import Any

from neps_state import Trial
from neps_tui.plots.evaluated import Evaluation, Question, is_real
from neps_tui.plots.plot import Axis, Dot, Line, Pen, Plot, Point

_EVALUATIONS, _TIME, _COST, _FIDELITY = "evaluations", "time", "cost", "fidelity"
_HOUR = 3600.0
_UNITS = ((_HOUR * 48, 24 * _HOUR, "days"), (_HOUR * 2, _HOUR, "hours"), (180.0, 60.0, "minutes"))


def variants(question: Question) -> list[str]:
    """What can be spent in this run: the x axes there are."""
    usage = question.view.summary.usage
    spent = [_EVALUATIONS, _TIME]
    return spent + [_COST] * bool(usage.cost) + [_FIDELITY] * bool(usage.fidelities)


def incumbent_plot(question: Question) -> Plot:
    """The objective of each trial, and the lowest until then."""
    found = question.evaluations()
    label, xs = _spent(question, found)
    dots = []
    for x, each in zip(xs, found, strict=True):
        pen: Pen = "best" if each.is_best else "plain" if each.is_chosen else "faint"
        dots.append(Dot(x, each.objective, each.id, pen))
    dots.sort(key=lambda dot: dot.pen == "best")
    points = [(x, each.objective) for x, each in zip(xs, found, strict=True)]
    lowest = list(_lowest(points))
    left_out = question.without_objective()
    return Plot(
        title=f"{question.objective_label} over {question.variant or _EVALUATIONS}",
        x=Axis(label),
        y=Axis(question.objective_label, log=question.log),
        dots=tuple(dots),
        lines=(Line(lowest, "good", step=True),) if lowest else (),
        legend=(("good", "best so far"), ("plain", "trial"), ("best", "incumbent")),
        notes=(f"{left_out} ended without an objective",) if left_out else (),
    )


def _lowest(points: list[Point]) -> Iterator[Point]:
    """The steps of the lowest value so far, held to the end."""
    best: float | None = None
    for x, y in points:
        if best is None or y < best:
            best = y
            yield x, y
    if best is not None and points:
        yield points[-1][0], best


def _spent(question: Question, found: list[Evaluation]) -> tuple[str, list[float]]:
    """The x axis: its label, and what was spent when each trial ended."""
    if question.variant == _TIME:
        return _elapsed(found)
    if question.variant == _COST:
        return "cost", list(accumulate(_cost(each.trial) for each in found))
    if question.variant == _FIDELITY:
        fidelity = _fidelity(question)
        return "fidelity", list(accumulate(fidelity(each.trial) for each in found))
    return "evaluations", [float(number) for number in range(1, len(found) + 1)]


def _elapsed(found: list[Evaluation]) -> tuple[str, list[float]]:
    begun = [each.trial.metadata.time_started for each in found]
    start = min((moment for moment in begun if moment is not None), default=0.0)
    # Imported trials have no times: they were there before the run began.
    ends = [each.trial.metadata.time_end or start for each in found]
    seconds = max(0.0, max(ends, default=start) - start)
    unit, name = next(
        ((unit, name) for least, unit, name in _UNITS if seconds > least), (1.0, "seconds")
    )
    return name, [max(0.0, end - start) / unit for end in ends]


def _cost(trial: Trial) -> float:
    cost = (trial.report.cost if trial.report else None) or 0.0
    return cost if math.isfinite(cost) else 0.0


def _fidelity(question: Question) -> Callable[[Trial], float]:
    key = question.view.summary.fidelity_key

    def value(trial: Trial) -> float:
        found: Any = trial.config.get(key) if key is not None else None
        return float(found) if is_real(found) else 0.0

    return value
