"""The ladder of rungs: which trials were promoted, from where to where, and which were not."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Mapping, Sequence, Set
from itertools import pairwise

from neps_tui.facts.fold import rung_of
from neps_tui.facts.promotion import previous_id, promoted
from neps_tui.plots.evaluated import Evaluation, Question
from neps_tui.plots.plot import PENS, Axis, Dot, Line, Pen, Plot, covering
from neps_tui.plots.selection import (
    dots_of,
    left_out_note,
    lowest,
    missing_note,
    part_of,
    trial_legend,
)
from neps_tui.words.formatting import number

_MOST_WAYS = 12
"""Ways from rung to rung that are drawn at the most: of more no single one can be followed."""
_BEST_WAYS = 3
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
    went_on = promoted(question.view.snapshot.trials)
    top = max(question.rungs())
    drawn = [found[at] for at in dots_of(question) if found[at].id in placed]
    pens = {
        each.id: _pen(each, each.id in went_on or rung == top) for rung, each in placed.values()
    }
    dots = [
        Dot(float(placed[each.id][0]), each.objective, each.id, pens[each.id]) for each in drawn
    ]
    ways = _ways(placed)
    shown = _chosen(ways)
    lines = [
        Line([_place(placed[each.id]) for each in step], pens[step[1].id], trial_id=step[1].id)
        for way in shown
        for step in pairwise(way)
    ]
    return Plot(
        title=f"{question.objective_label} by rung",
        x=Axis("rung", names=tuple(_names(question, placed, went_on))),
        y=Axis(question.objective_label, log=question.log),
        dots=covering(dots),
        lines=tuple(sorted(lines, key=lambda line: PENS.index(line.pen))),
        legend=tuple(_legend(question)),
        notes=(
            *missing_note(question.without_objective()),
            *left_out_note(len(drawn), len(placed)),
            *_ways_note(len(shown), len(ways)),
        ),
    )


def _ways(placed: Placed) -> list[list[Evaluation]]:
    """The trials of each config that was promoted, from rung to rung."""
    before = {each.id: previous_id(each.trial) for _, each in placed.values()}
    continued = {*before.values()}
    ways = []
    for trial_id in before:
        if trial_id in continued or before[trial_id] not in placed:
            continue
        way: dict[str, Evaluation] = {}
        at = trial_id
        while at in placed and at not in way:
            way[at] = placed[at][1]
            at = before[at]
        ways.append([*way.values()][::-1])
    return ways


def _chosen(ways: Sequence[Sequence[Evaluation]]) -> list[Sequence[Evaluation]]:
    """All of few ways, of many the best and evenly many of the others."""
    ends = [way[-1] for way in ways]
    good = lowest(ends, _BEST_WAYS) | {at for at, each in enumerate(ends) if each.is_best}
    return [ways[at] for at in part_of([each.is_chosen for each in ends], good, _MOST_WAYS)]


def _ways_note(drawn: int, count: int) -> tuple[str, ...]:
    if drawn == count:
        return ()
    return (f"the ways of {drawn} of {count} promoted configs are drawn, those of the best too",)


def _place(placed: tuple[int, Evaluation]) -> tuple[float, float]:
    return float(placed[0]), placed[1].objective


def _pen(each: Evaluation, goes_on: bool) -> Pen:
    return "good" if each.pen == "plain" and goes_on else each.pen


def _legend(question: Question) -> Iterator[tuple[Pen, str]]:
    view = question.view
    is_over = view.summary.condition(view.now()) == "finished"
    for pen, meaning in trial_legend(question):
        if pen == "plain":
            yield "good", "promoted, or at the top"
            yield "plain", "dropped" if is_over else "not promoted so far"
        else:
            yield pen, meaning


def _names(question: Question, placed: Placed, went_on: Set[str]) -> Iterator[tuple[float, str]]:
    """What each rung is called: its number, its fidelity, and what came of its trials."""
    key = question.view.summary.fidelity_key
    fidelities = {rung: each.trial.config.get(key or "") for rung, each in placed.values()}
    name = question.view.summary.names.get(key or "", "")
    trials = question.view.snapshot.trials
    gone_on = Counter(rung_of(trials[trial_id]) for trial_id in went_on)
    for rung, count in question.view.summary.rungs.items():
        fidelity = fidelities.get(rung)
        of = "" if fidelity is None else f" · {name} {number(fidelity)}"
        came = f"{gone_on[rung]} of {count} promoted" if gone_on[rung] else f"{count} came"
        yield float(rung), f"{rung}{of} · {came}"
