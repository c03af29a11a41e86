"""Learning curves, many at once: whose is steep, whose crosses whose."""

from __future__ import annotations

import math
from collections.abc import Sequence
from typing import Any

from neps_state import Trial
from neps_state.values import objective_values
from neps_tui.facts.fold import rung_of
from neps_tui.plots.evaluated import Question
from neps_tui.plots.plot import PENS, Axis, Dot, Line, Plot, Point, thinned
from neps_tui.plots.selection import (
    BEST,
    left_out_note,
    line_legend,
    line_pen,
    lowest,
    missing_note,
    part_of,
)

_MOST = 100
_LEAST = 2
"""Steps below which there is no curve."""
_MOST_STEPS = 2_000
"""Steps of a curve that are drawn, more than any terminal has columns."""
ALL = "all trials"


def variants(question: Question) -> list[str]:
    """All trials, or those of one rung."""
    return [ALL, *(f"rung {rung}" for rung in question.rungs())]


def make(question: Question) -> Plot:
    """The learning curves of the best trials over those of others."""
    asked = question.variant or ALL
    title = f"Learning curves of {asked}"
    ended = [each for each in question.evaluations() if _is_of(asked, each.trial)]
    found = [each for each in ended if _has_steps(each.trial)]
    best = lowest(found, BEST)
    good = best | {at for at, each in enumerate(found) if each.is_best}
    shown = part_of([each.is_chosen for each in found], good, _MOST)
    curves = [
        (found[at], line_pen(question, found[at], at in good), points)
        for at in shown
        if len(points := learning_curve(found[at].trial, question.objective)) >= _LEAST
    ]
    if not curves:
        whose = "" if asked == ALL else f" of {asked}"
        said = f"No trial{whose} has reported a learning curve of more than one step."
        return Plot(title, empty=said)
    label, flat_note = _label(question, [each.trial for each, _, _ in curves])
    # The best come last, and so lie over the others.
    curves.sort(key=lambda curve: (PENS.index(curve[1]), -curve[0].objective))
    return Plot(
        title=f"{title}, {len(curves)} of {len(found)}",
        x=Axis("step"),
        y=Axis(label, log=question.log),
        dots=tuple(Dot(*points[-1], each.id, pen) for each, pen, points in curves),
        lines=tuple(Line(points, pen, trial_id=each.id) for each, pen, points in curves),
        legend=line_legend(question, len(best)),
        notes=(
            *flat_note,
            *missing_note(sum(_is_of(asked, each) for each in question.reported()) - len(ended)),
            *_short_note(len(ended) - len(found) + len(shown) - len(curves)),
            *left_out_note(len(shown), len(found)),
        ),
        brief=f"Curves of {asked}, {len(curves)} of {len(found)}",
    )


def _is_of(asked: str, trial: Trial) -> bool:
    return asked in (ALL, f"rung {rung_of(trial)}")


def _short_note(count: int) -> tuple[str, ...]:
    return (f"{count} without a curve of several steps",) if count else ()


def _has_steps(trial: Trial) -> bool:
    curve = None if trial.report is None else trial.report.learning_curve
    return curve is not None and len(curve) >= _LEAST


def _label(question: Question, trials: Sequence[Trial]) -> tuple[str, tuple[str, ...]]:
    """What the curves are of, and what is to be known of it."""
    several = question.view.summary.objectives > 1
    if several and any(is_of_unknown_objective(trial) for trial in trials):
        return "learning curve", ("one number a step: nobody says of which objective",)
    return question.objective_label, ()


def is_of_unknown_objective(trial: Trial) -> bool:
    """Whether nothing tells which of several objectives a trial's learning curve is of."""
    return trial.report is not None and _is_flat(trial.report.learning_curve)


def _is_flat(curve: Sequence[Any] | None) -> bool:
    return curve is not None and not any(isinstance(step, list | tuple) for step in curve)


def learning_curve(trial: Trial, objective: int = 0) -> list[Point]:
    """Step, from 1, and objective after it, of every step with a number; of many some."""
    curve = _of_objective(trial, objective)
    kept = [*thinned(len(curve) - 1, _MOST_STEPS), len(curve) - 1] if curve else []
    return [
        (float(at + 1), float(curve[at]))
        for at in kept
        if isinstance(curve[at], int | float) and math.isfinite(curve[at])
    ]


def _of_objective(trial: Trial, objective: int) -> Sequence[Any]:
    """The curve of one of several objectives.

    NePS's own curves hold the objectives of a step together; what a pipeline reports it does not
    look at, and that may as well be a curve for each objective.
    """
    curve: Sequence[Any] = (trial.report.learning_curve if trial.report else None) or ()
    if _is_flat(curve):
        return curve
    rows = [step if isinstance(step, list | tuple) else () for step in curve]
    count = len(objective_values(trial.report))
    if len(rows) == count and objective < count and any(len(row) != count for row in rows):
        return rows[objective]
    return [row[objective] if objective < len(row) else None for row in rows]
