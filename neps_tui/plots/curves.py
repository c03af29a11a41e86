"""Learning curves, many at once: whose is steep, whose crosses whose."""

from __future__ import annotations

import math

from neps_state import Trial
from neps_tui.facts.fold import rung_of
from neps_tui.plots.evaluated import Evaluation, Question
from neps_tui.plots.plot import Axis, Dot, Line, Pen, Plot, Point, thinned

_MOST = 120
_BEST = 10
ALL = "all trials"


def variants(question: Question) -> list[str]:
    """All trials, or those of one rung."""
    return [ALL, *(f"rung {rung}" for rung in question.rungs())]


def curves_plot(question: Question) -> Plot:
    """The learning curves of the best trials over those of others."""
    asked = question.variant or ALL
    found = [
        each
        for each in question.evaluations()
        if asked == ALL or f"rung {rung_of(each.trial)}" == asked
    ]
    curves = [
        (each, points)
        for each in found
        if len(points := learning_curve(each.trial, question.objective)) > 1
    ]
    if not curves:
        return Plot("Learning curves", empty="No trial has reported a learning curve.")
    # The best come last, and so lie over the others.
    curves.sort(key=lambda curve: -curve[0].objective)
    others = max(0, len(curves) - _BEST)
    shown = [curves[index] for index in thinned(others, _MOST)] + curves[others:]
    lines = [Line(points, _pen(each, rank)) for rank, (each, points) in _ranked(shown)]
    dots = [
        Dot(*points[-1], each.id, "best" if each.is_best else _pen(each, rank))
        for rank, (each, points) in _ranked(shown)
    ]
    left_out = len(curves) - len(shown)
    return Plot(
        title=f"Learning curves of {asked}, {len(shown)} of {len(curves)}",
        x=Axis("step"),
        y=Axis(question.objective_label, log=question.log),
        dots=tuple(dots),
        lines=tuple(lines),
        legend=(("good", f"the {min(_BEST, len(curves))} best"), ("faint", "others")),
        notes=(f"{left_out} evenly chosen ones left out, no good one",) if left_out else (),
    )


def _ranked(
    shown: list[tuple[Evaluation, list[Point]]],
) -> list[tuple[int, tuple[Evaluation, list[Point]]]]:
    """Each with its rank, 0 for the best."""
    return [(len(shown) - 1 - index, each) for index, each in enumerate(shown)]


def _pen(each: Evaluation, rank: int) -> Pen:
    if not each.is_chosen:
        return "faint"
    return "best" if rank == 0 else "good" if rank < _BEST else "faint"


def learning_curve(trial: Trial, objective: int = 0) -> list[Point]:
    """Step, from 1, and objective after it, of every step with a number."""
    report = trial.report
    points = []
    for step, value in enumerate((report.learning_curve if report else None) or (), start=1):
        if isinstance(value, list | tuple):
            value = value[objective] if objective < len(value) else None
        if isinstance(value, int | float) and math.isfinite(value):
            points.append((float(step), float(value)))
    return points
