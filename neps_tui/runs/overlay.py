"""The incumbents of several runs in one plot: how fast each came how far."""

from __future__ import annotations

import math
from collections.abc import Collection, Iterator, Mapping, Sequence

from neps_tui.plots.plot import Axis, Line, Pen, Plot, Point
from neps_tui.runs.line import RunLine
from neps_tui.words.formatting import counted

_SELECTED: tuple[Pen, ...] = ("good", "bad", "second", "warning")
_WIDE = 30.0
"""Ratio of the highest to the lowest value from which on an axis is logarithmic."""


def overlay(lines: Mapping[str, RunLine], here: str | None, selected: Collection[str] = ()) -> Plot:
    """The lowest objective so far over the evaluations, of every run with one objective.

    Args:
        lines: The runs by name.
        here: The run that the cursor is on, which is drawn over all others.
        selected: The runs that are told apart by colours; all others are faint.
    """
    drawn = {name: line for name, line in lines.items() if line.summary.incumbents}
    pens: dict[str, Pen] = dict.fromkeys(drawn, "faint")
    chosen = [name for name in drawn if name in selected and name != here]
    pens |= dict(zip(chosen, _SELECTED, strict=False))
    if here in drawn:
        pens[here] = "best"
    told = [*([here] if here in drawn else []), *chosen[: len(_SELECTED)]]
    others = len(drawn) - len(told)
    legend = [(pens[name], name) for name in told]
    if others:
        legend.append(("faint", counted(others, "other run") if told else "all runs"))
    return Plot(
        title="incumbents over evaluations",
        x=Axis("evaluations"),
        y=Axis("objective", log=_is_wide(drawn.values())),
        lines=tuple(
            Line(list(_steps(line)), pens[name], step=True)
            for name, line in sorted(drawn.items(), key=lambda item: pens[item[0]] != "faint")
        ),
        legend=tuple(legend),
        notes=tuple(_left_out(len(lines) - len(drawn))),
        empty="No run has reported an objective yet.",
    )


def _steps(line: RunLine) -> Iterator[Point]:
    for each in line.summary.incumbents:
        yield float(each.evaluations), each.objective
    yield float(line.summary.usage.evaluations), line.summary.incumbents[-1].objective


def _is_wide(lines: Collection[RunLine]) -> bool:
    objectives = (each.objective for line in lines for each in line.summary.incumbents)
    values = list(filter(math.isfinite, objectives))
    return bool(values) and min(values) > 0 and max(values) > _WIDE * min(values)


def _left_out(count: int) -> Sequence[str]:
    return [f"{counted(count, 'run')} without: several objectives, or none yet"] if count else []
