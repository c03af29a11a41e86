"""The ladder of rungs: which trials were promoted, from where to where, and which were dropped."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Mapping

from neps_tui.facts.fold import rung_of
from neps_tui.plots.evaluated import Evaluation, Question
from neps_tui.plots.plot import PENS, Axis, Dot, Line, Pen, Plot, covering
from neps_tui.plots.selection import dots_of, left_out_note, part_of, trial_legend
from neps_tui.words.formatting import number

_MOST_STEPS = 300
Placed = Mapping[str, tuple[int, Evaluation]]
"""The rung of each trial, by its id."""


def variants(question: Question) -> list[str]:
    """There is one thing to show."""
    del question
    return []


def make(question: Question) -> Plot:
    """Rungs side by side, each trial at its objective, joined to what it continues."""
    found = question.evaluations()
    placed = {each.id: (rung, each) for each in found if (rung := rung_of(each.trial)) is not None}
    if not placed:
        return Plot("Rungs", empty="No trial of a rung has an objective yet.")
    goes_on = {each.trial.metadata.previous_trial_id or "" for _, each in placed.values()}
    top = max(rung for rung, _ in placed.values())
    goes_on.update(each.id for rung, each in placed.values() if rung == top)
    drawn = [found[at] for at in dots_of(question) if found[at].id in placed]
    pens = {each.id: _pen(each, each.id in goes_on) for _, each in placed.values()}
    dots = [
        Dot(float(placed[each.id][0]), each.objective, each.id, pens[each.id]) for each in drawn
    ]
    steps = [each for _, each in placed.values() if _before(each) in placed]
    good = {at for at, each in enumerate(steps) if each.is_best}
    shown = part_of([each.is_chosen for each in steps], good, _MOST_STEPS)
    hidden = len(steps) - len(shown)
    lines = [
        Line(
            [_place(placed[end]) for end in (_before(each), each.id)],
            pens[each.id],
            trial_id=each.id,
        )
        for each in (steps[at] for at in shown)
    ]
    return Plot(
        title=f"{question.objective_label} by rung",
        x=Axis("rung", names=tuple(_names(question, placed))),
        y=Axis(question.objective_label, log=question.log),
        dots=covering(dots),
        lines=tuple(sorted(lines, key=lambda line: PENS.index(line.pen))),
        legend=tuple(_legend(question)),
        notes=(
            *left_out_note(len(placed) - len(drawn)),
            *((f"{hidden} steps are not drawn",) if hidden else ()),
        ),
    )


def _before(each: Evaluation) -> str:
    return each.trial.metadata.previous_trial_id or ""


def _place(placed: tuple[int, Evaluation]) -> tuple[float, float]:
    return float(placed[0]), placed[1].objective


def _pen(each: Evaluation, goes_on: bool) -> Pen:
    return "good" if each.pen == "plain" and goes_on else each.pen


def _legend(question: Question) -> Iterator[tuple[Pen, str]]:
    for pen, meaning in trial_legend(question):
        if pen == "plain":
            yield "good", "promoted, or at the top"
            yield "plain", "dropped, or waiting"
        else:
            yield pen, meaning


def _names(question: Question, placed: Placed) -> Iterator[tuple[float, str]]:
    """What each rung is called: its number, its fidelity and how many have come to it."""
    counts = Counter(rung for rung, _ in placed.values())
    key = question.view.summary.fidelity_key
    fidelities = {rung: each.trial.config.get(key or "") for rung, each in placed.values()}
    name = question.view.summary.names.get(key or "", "")
    for rung, count in sorted(counts.items()):
        fidelity = fidelities[rung]
        of = "" if fidelity is None else f" · {name} {number(fidelity)}"
        yield float(rung), f"{rung}{of} · ×{count}"
