"""Two objectives against each other, and the trials that no other is better than in both."""

from __future__ import annotations

import math
from collections.abc import Iterable
from itertools import combinations

from neps_state.values import objective_values
from neps_tui.plots.evaluated import Question
from neps_tui.plots.plot import Axis, Dot, Line, Plot, Point


def variants(question: Question) -> list[str]:
    """The pairs of objectives."""
    count = question.view.summary.objectives
    return [f"{one + 1} and {other + 1}" for one, other in combinations(range(count), 2)]


def front_plot(question: Question) -> Plot:
    """The trials by two of their objectives, with the front of these two as steps."""
    if question.view.summary.objectives < 2:
        return Plot("Pareto front", empty="There is one objective only: see the incumbent.")
    pair = question.variant or variants(question)[0]
    one, other = (int(part) - 1 for part in pair.split(" and "))
    places = []
    for trial_id, trial in question.view.snapshot.trials.items():
        values = objective_values(trial.report)
        if len(values) > max(one, other) and all(map(math.isfinite, values)):
            chosen = question.holds is None or question.holds(trial)
            places.append(((values[one], values[other]), trial_id, chosen))
    front = _front(place for place, _, _ in places)
    on_front = set(front)
    dots = [
        Dot(*place, trial_id, "best" if place in on_front else "plain" if chosen else "faint")
        for place, trial_id, chosen in places
    ]
    dots.sort(key=lambda dot: dot.pen == "best")
    return Plot(
        title=f"Pareto front of objectives {pair}, {len(front)} trials",
        x=Axis(f"objective {one + 1}"),
        y=Axis(f"objective {other + 1}", log=question.log),
        dots=tuple(dots),
        lines=(Line(front, "good", step=True),) if front else (),
        legend=(("best", "on the front"), ("plain", "dominated")),
    )


def _front(places: Iterable[Point]) -> list[Point]:
    """The places that none dominates, by their first objective."""
    front: list[Point] = []
    for place in sorted(set(places)):
        if not front or place[1] < front[-1][1]:
            front.append(place)
    return front
