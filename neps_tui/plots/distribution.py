"""How objectives are distributed, group below group."""

from __future__ import annotations

import math
from collections import defaultdict
from collections.abc import Iterator, Mapping, Sequence

from neps_tui.facts.fold import rung_of
from neps_tui.plots.bands import HIGHEST, LOWEST, TRIALS
from neps_tui.plots.evaluated import Evaluation, Question
from neps_tui.plots.plot import Axis, Dot, Line, Plot, Point, covering
from neps_tui.plots.selection import dots_of, left_out_note, missing_note, trial_legend
from neps_tui.words.formatting import number

STATE, RUNG, WORKER = "state", "rung", "worker"
_MOST_GROUPS = 6
_MOST_BINS = 40
_EDGE = 0.02
"""Share of the trials that may lie beyond the end of the axis."""


def variants(question: Question) -> list[str]:
    """What trials can be grouped by: rung, a categorical hyperparameter, worker, state."""
    categories = [name for name, key in question.varying().items() if not key.is_number]
    return [*([RUNG] if question.rungs() else []), *categories, WORKER, STATE]


def make(question: Question) -> Plot:
    """How many trials of each group have which objective; the largest groups are shown."""
    by = question.variant or variants(question)[0]
    label = question.objective_label
    title = f"Distribution of {label} by {by}"
    found, names = question.evaluations(), _groups(question, by)
    groups: defaultdict[str, list[float]] = defaultdict(list)
    for each, name in zip(found, names, strict=True):
        if each.is_chosen:
            groups[name].append(each.objective)
    if not groups:
        return Plot(title)
    largest = sorted(groups, key=lambda name: (-len(groups[name]), name))[:_MOST_GROUPS]
    bands = {name: float(at) for at, name in enumerate(reversed(_in_order(largest)))}
    values = [value for name in bands for value in groups[name]]
    bins = _Bins(values, log=question.log)
    drawn = dots_of(question)
    dots = [_dot(found[at], bands[names[at]], bins) for at in drawn if names[at] in bands]
    beyond = sum(value > bins.high for value in values)
    notes = [f"{len(groups) - len(bands)} smaller groups left out"] * (len(groups) > len(bands))
    notes += [f"{beyond} beyond {number(bins.high)}, counted there"] * bool(beyond)
    return Plot(
        title=title,
        x=Axis(label, log=question.log, span=(bins.low, bins.high)),
        y=Axis(
            names=tuple(_names(groups, bands, bins)),
            span=(0.0, float(len(bands))),
            bands=len(bands),
        ),
        dots=covering(dots),
        lines=tuple(
            Line(bins.steps(groups[name], at), "good", step=True, base=at + LOWEST)
            for name, at in bands.items()
        ),
        legend=(("good", "how many trials, as counted at the left"), *trial_legend(question)),
        notes=(
            *notes,
            *missing_note(question.without_objective()),
            *left_out_note(len(drawn), len(found)),
        ),
        brief=f"{label} by {by}, distribution",
    )


def _names(
    groups: Mapping[str, Sequence[float]], bands: Mapping[str, float], bins: _Bins
) -> Iterator[tuple[float, str]]:
    """The words beside the groups: how many trials their highest bars stand for, and their names.

    A name comes after the number, which it covers where there is only one line for both.
    """
    for name, at in bands.items():
        yield at + HIGHEST, f"{max(bins.counts(groups[name]))}"
        yield at + LOWEST, "0"
    for name, at in bands.items():
        yield at + 0.5, f"{name} · {len(groups[name])}"


def _groups(question: Question, by: str) -> list[str]:
    """The group of each evaluation."""
    found = question.evaluations()
    if by == STATE:
        return [each.trial.metadata.state.value for each in found]
    if by == RUNG:
        return [f"rung {rung_of(each.trial)}" for each in found]
    if by == WORKER:
        return [each.trial.metadata.evaluating_worker_id or "no worker" for each in found]
    key = question.varying().get(by)
    return (
        ["none"] * len(found) if key is None else [each or "none" for each in question.texts(key)]
    )


def _in_order(names: Sequence[str]) -> list[str]:
    """By name, rung 10 after rung 9."""
    return sorted(names, key=lambda name: (len(name) if name.startswith("rung ") else 0, name))


def _dot(each: Evaluation, band: float, bins: _Bins) -> Dot:
    x = min(max(each.objective, bins.low), bins.high)
    return Dot(x, band + TRIALS, each.id, each.pen)


class _Bins:
    """Equally wide stretches of the axis, to the end of which nearly all values are.

    One diverged trial so leaves room for the others.
    """

    def __init__(self, values: Sequence[float], *, log: bool) -> None:
        ordered = sorted(values)
        self.low = ordered[0]
        high = ordered[min(len(ordered) - 1, math.ceil((1 - _EDGE) * len(ordered)))]
        self.high = high if high > self.low else self.low + 1.0
        self._count = min(_MOST_BINS, 4 + math.isqrt(len(ordered)))
        self._is_log = log and self.low > 0

    def counts(self, values: Sequence[float]) -> list[int]:
        """How many of some values are in each."""
        counts = [0] * self._count
        start, width = self._scaled(self.low), self._width
        for value in values:
            counts[min(self._count - 1, int((self._scaled(value) - start) / width))] += 1
        return counts

    @property
    def _width(self) -> float:
        return (self._scaled(self.high) - self._scaled(self.low)) / self._count

    def steps(self, values: Sequence[float], band: float) -> list[Point]:
        """The histogram of some values, as high as its band."""
        counts = self.counts(values)
        start, width = self._scaled(self.low), self._width
        a_trial = (HIGHEST - LOWEST) / max(counts)
        edges = [start + index * width for index in range(self._count + 1)]
        heights = [band + LOWEST + count * a_trial for count in [*counts, counts[-1]]]
        return [
            (math.exp(edge) if self._is_log else edge, height)
            for edge, height in zip(edges, heights, strict=True)
        ]

    def _scaled(self, value: float) -> float:
        return math.log(value) if self._is_log else value
