"""The ladder of rungs: which trials were promoted, from where to where, and which were dropped."""

from __future__ import annotations

from neps_tui.facts.fold import rung_of
from neps_tui.plots.evaluated import Evaluation, Question
from neps_tui.plots.plot import Axis, Dot, Line, Pen, Plot


def ladder_plot(question: Question) -> Plot:
    """Rungs side by side, each trial at its objective, joined to what it continues."""
    placed = {
        each.id: (float(rung), each)
        for each in question.evaluations()
        if (rung := rung_of(each.trial)) is not None
    }
    if not placed:
        return Plot("Rungs", empty="This run has no rungs: its optimizer is not multi-fidelity.")
    promoted = {each.trial.metadata.previous_trial_id for _, each in placed.values()}
    top = max(rung for rung, _ in placed.values())
    dots = [
        Dot(rung, each.objective, each.id, _pen(each, rung == top or each.id in promoted))
        for rung, each in placed.values()
    ]
    dots.sort(key=lambda dot: ("faint", "plain", "good", "best").index(dot.pen))
    lines = [
        Line(((before[0], before[1].objective), (rung, each.objective)), "plain")
        for rung, each in placed.values()
        if (before := placed.get(each.trial.metadata.previous_trial_id or "")) is not None
    ]
    rungs = sorted({rung for rung, _ in placed.values()})
    counts = {rung: sum(1 for at, _ in placed.values() if at == rung) for rung in rungs}
    return Plot(
        title="Rungs: " + ", ".join(f"{rung:.0f}: {count}" for rung, count in counts.items()),
        x=Axis("rung", names=tuple((rung, f"{rung:.0f}") for rung in rungs)),
        y=Axis(question.objective_label, log=question.log),
        dots=tuple(dots),
        lines=tuple(lines),
        legend=(
            ("good", "promoted, or at the top"),
            ("faint", "dropped, or still waiting"),
            ("plain", "from rung to rung"),
        ),
    )


def _pen(each: Evaluation, goes_on: bool) -> Pen:
    if each.is_best:
        return "best"
    return "good" if goes_on and each.is_chosen else "faint"
