"""The best so far, over what was spent until then, with all trials behind it."""

from __future__ import annotations

from collections.abc import Iterator
from itertools import accumulate
from typing import Any

from neps_state import Trial
from neps_tui.plots.evaluated import Evaluation, Question, is_real
from neps_tui.plots.plot import Axis, Dot, Line, Plot, Point, covering
from neps_tui.plots.selection import dots_of, left_out_note, missing_note, trial_legend
from neps_tui.words.formatting import number

_EVALUATIONS, _TIME, _COST, _FIDELITY = "evaluations", "time", "cost", "fidelity"
_HOUR = 3600.0
_UNITS = ((_HOUR * 48, 24 * _HOUR, "days"), (_HOUR * 2, _HOUR, "hours"), (180.0, 60.0, "minutes"))


def variants(question: Question) -> list[str]:
    """What can be spent in this run: the x axes there are."""
    usage = question.view.summary.usage
    spent = [_EVALUATIONS, _TIME]
    return spent + [_COST] * bool(usage.cost) + [_FIDELITY] * bool(usage.fidelities)


def make(question: Question) -> Plot:
    """The objective of each trial, and the lowest until then."""
    found = question.evaluations()
    label, xs, end = _spent(question, found)
    lowest = list(_lowest([(x, each.objective) for x, each in zip(xs, found, strict=True)], end))
    drawn = dots_of(question)
    dots = [Dot(xs[at], found[at].objective, found[at].id, found[at].pen) for at in drawn]
    return Plot(
        title=f"{question.objective_label} over {question.variant or _EVALUATIONS}",
        x=Axis(label),
        y=Axis(question.objective_label, log=question.log),
        dots=covering(dots),
        lines=(Line(lowest, "good", step=True),) if lowest else (),
        legend=(("good", "best so far"), *trial_legend(question)),
        notes=(
            *missing_note(question.without_objective()),
            *left_out_note(len(drawn), len(found)),
        ),
        brief=_brief(question),
    )


def _brief(question: Question) -> str:
    """Which trial is the best, where there is one."""
    spent = question.variant or _EVALUATIONS
    over = "" if spent == _EVALUATIONS else f" over {spent}"
    summary = question.view.summary
    if summary.objectives > 1:
        return f"Lowest {question.objective_label}{over}"
    if not summary.incumbents:
        return f"Incumbent{over}"
    best = summary.incumbents[-1]
    return f"Incumbent{over} · {number(best.objective)} in {best.trial_id}"


def _lowest(points: list[Point], end: float) -> Iterator[Point]:
    """The steps of the lowest value so far, held to the end."""
    best: float | None = None
    for x, y in points:
        if best is None or y < best:
            best = y
            yield x, y
    if best is not None:
        yield end, best


def _spent(question: Question, found: list[Evaluation]) -> tuple[str, list[float], float]:
    """The x axis: its label, what was spent when each trial ended, and what was in all."""
    if question.variant == _TIME:
        return _elapsed(question, found)
    trials = question.reported()
    if question.variant == _COST:
        label, spent = "cost, summed", list(accumulate(map(_cost, trials)))
    elif question.variant == _FIDELITY:
        key = question.view.summary.fidelity_key or _FIDELITY
        label = f"{question.view.summary.names.get(key, key)}, summed"
        spent = list(accumulate(_number(trial.config.get(key)) for trial in trials))
    else:
        label, spent = _EVALUATIONS, [float(number) for number in range(1, len(trials) + 1)]
    return label, [spent[each.ended - 1] for each in found], spent[-1] if spent else 0.0


def _elapsed(question: Question, found: list[Evaluation]) -> tuple[str, list[float], float]:
    # Of all trials: the first ones may have crashed.
    begun = [each.metadata.time_started for each in question.view.snapshot.trials.values()]
    start = min((moment for moment in begun if moment is not None), default=0.0)
    # Imported trials have no times: they were there before the run began.
    ends = [each.trial.metadata.time_end or start for each in found]
    seconds = max(0.0, max(ends, default=start) - start)
    unit, name = next(
        ((unit, name) for least, unit, name in _UNITS if seconds > least), (1.0, "seconds")
    )
    label = f"{name} since the first start"
    return label, [max(0.0, end - start) / unit for end in ends], seconds / unit


def _cost(trial: Trial) -> float:
    return _number(trial.report.cost if trial.report else None)


def _number(value: Any) -> float:
    return float(value) if is_real(value) else 0.0
