"""Making a plot: what is asked for, and what has come of it. Done in threads."""

from __future__ import annotations

import time
from dataclasses import dataclass

from neps_tui.plots.catalogue import PlotKind
from neps_tui.plots.drawing import Drawing, draw_plot
from neps_tui.plots.evaluated import Predicate, Question
from neps_tui.plots.kept import Kept
from neps_tui.plots.legend import legend_entries
from neps_tui.plots.plot import Bars, Legend, Plot
from neps_tui.view import RunView


@dataclass(frozen=True, slots=True)
class Wish:
    """What a person wants to see.

    Args:
        kind: Which plot.
        variant: Which of its variants; empty for its first.
        objective: Which of several objectives, from 0.
        log: Whether the objective's axis is to be logarithmic.
        holds: The filter; None lets all trials stand out.
        filter: The filter as it was typed.
    """

    kind: PlotKind
    variant: str = ""
    objective: int = 0
    log: bool = False
    holds: Predicate | None = None
    filter: str = ""

    def question(self, view: RunView, kept: Kept) -> Question:
        """What this means for a run."""
        return Question(view, self.objective, self.variant, self.log, self.holds, kept)


@dataclass(frozen=True, slots=True)
class Made:
    """A plot that was wished for.

    Args:
        wish: The wish.
        view: The run of which it is.
        size: Columns and rows for which it is drawn.
        plot: The plot.
        drawing: The plot drawn; None for a chart of bars.
        legend: What its pens and signs stand for.
        matches: How many trials the filter lets through.
        seconds: How long it took.
    """

    wish: Wish
    view: RunView
    size: tuple[int, int]
    plot: Plot | Bars
    drawing: Drawing | None
    legend: Legend
    matches: int
    seconds: float

    @property
    def is_log(self) -> bool:
        """Whether every axis is logarithmic that was to be."""
        frame = None if self.drawing is None else self.drawing.frame
        if frame is None or not isinstance(self.plot, Plot):
            return True
        plot = self.plot
        return frame.x.log == plot.x.log and frame.y.log == plot.y.log


def make_plot(wish: Wish, view: RunView, kept: Kept, size: tuple[int, int], ascii: bool) -> Made:
    """Make and draw what is wished for.

    Args:
        wish: What.
        view: The run.
        kept: What other questions about this run have found out.
        size: Columns and rows to draw it for.
        ascii: Whether to draw with ASCII characters only.
    """
    begun = time.monotonic()
    question = wish.question(view, kept)
    plot = wish.kind.make(question)
    drawing: Drawing | None = None
    legend: Legend = ()
    if isinstance(plot, Plot):
        drawing = draw_plot(plot, *size, ascii=ascii)
        legend = tuple(legend_entries(plot, ascii=ascii))
    matches = sum(each.is_chosen for each in question.evaluations()) if wish.holds else 0
    return Made(wish, view, size, plot, drawing, legend, matches, time.monotonic() - begun)
