"""Two objectives against each other, and the trials that no other is better than in both."""

from __future__ import annotations

import math
from collections.abc import Iterable
from itertools import combinations
from typing import NamedTuple

from neps_state import Trial
from neps_state.values import objective_values
from neps_tui.plots.evaluated import Question
from neps_tui.plots.plot import Axis, Dot, Line, Pen, Plot, Point, covering
from neps_tui.plots.selection import MOST_DOTS, left_out_note, missing_note, part_of


class _Placed(NamedTuple):
    trial: Trial
    objectives: tuple[float, ...]


def variants(question: Question) -> list[str]:
    """The pairs of objectives."""
    count = question.view.summary.objectives
    return [f"{one + 1} and {other + 1}" for one, other in combinations(range(count), 2)]


def make(question: Question) -> Plot:
    """The trials by two of their objectives, with the front of these two as steps."""
    if question.view.summary.objectives < 2:
        return Plot("Pareto front", empty="There is one objective only: see the incumbent.")
    pair = question.variant or variants(question)[0]
    one, other = (int(part) - 1 for part in pair.split(" and "))
    placed = question.kept.once("objectives", lambda: _placed(question))
    places = [(each.objectives[one], each.objectives[other]) for each in placed]
    holds = question.holds
    chosen = [holds is None or holds(each.trial) for each in placed]
    boundary = _front(places)
    of_pair, of_all = set(boundary), question.view.summary.front
    pens = [
        _pen(place in of_pair, each.trial.metadata.id in of_all, is_chosen)
        for place, each, is_chosen in zip(places, placed, chosen, strict=True)
    ]
    on_front = {at for at, pen in enumerate(pens) if pen in ("best", "second")}
    drawn = part_of(chosen, on_front, MOST_DOTS)
    dots = [Dot(*places[at], placed[at].trial.metadata.id, pens[at]) for at in drawn]
    count, is_all = pens.count("best"), question.view.summary.objectives == 2
    return Plot(
        title=f"Pareto front of objectives {pair}, {count} of {len(places)} trials",
        x=Axis(f"objective {one + 1}"),
        y=Axis(f"objective {other + 1}", log=question.log),
        dots=covering(dots),
        lines=(Line(boundary, "good", step=True),) if boundary else (),
        legend=(
            ("best", "on the front" if is_all else "on the front of these two"),
            ("good", "its boundary"),
            ("second", "on the front of all objectives"),
            ("plain", "dominated"),
            *((("faint", "does not match"),) if holds is not None else ()),
        ),
        notes=(
            *missing_note(question.view.summary.usage.evaluations - len(places)),
            *left_out_note(len(drawn), len(places)),
        ),
        brief=(
            f"Pareto front · {count} trials"
            if is_all
            else f"Front of {pair} · {count} of {len(places)} trials"
        ),
    )


def _pen(is_of_pair: bool, is_of_all: bool, is_chosen: bool) -> Pen:
    """How a trial is drawn: what is on a front stands out, whatever the filter says."""
    if is_of_pair or is_of_all:
        return "best" if is_of_pair else "second"
    return "plain" if is_chosen else "faint"


def _placed(question: Question) -> list[_Placed]:
    """The trials all of whose objectives have a place."""
    count = question.view.summary.objectives
    found = (_Placed(trial, objective_values(trial.report)) for trial in question.reported())
    return [
        each
        for each in found
        if len(each.objectives) == count and all(map(math.isfinite, each.objectives))
    ]


def _front(places: Iterable[Point]) -> list[Point]:
    """The places that none dominates, by their first objective."""
    front: list[Point] = []
    for place in sorted(set(places)):
        if not front or place[1] < front[-1][1]:
            front.append(place)
    return front
