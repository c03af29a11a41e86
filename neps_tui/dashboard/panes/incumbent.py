"""Whether it is any good: the incumbent over the evaluations, the front, or a plot of choice."""

from __future__ import annotations

import time
from collections.abc import Sequence
from typing import TYPE_CHECKING

from textual.app import ComposeResult

from neps_state.snapshot import RunSnapshot
from neps_tui.screens.pane import Pane
from neps_tui.view import RunView
from neps_tui.widgets.step_curve import StepCurve
from neps_tui.words.formatting import number

if TYPE_CHECKING:
    from neps_tui.plots.canvas import PlotCanvas
    from neps_tui.plots.chosen import ChosenPlot

_MOST_MARKS = 600
_PLOTTED_EVERY = 1.0
"""Seconds between two drawings of a chosen plot, which may take more than a curve."""
Points = Sequence[tuple[float, float]]


class IncumbentPane(Pane):
    """The best objective so far, with all trials behind it, or any plot that was chosen."""

    can_focus = True

    def __init__(self, *, ascii: bool = False) -> None:
        super().__init__(id="incumbent", ascii=ascii)
        self.curve = StepCurve(ascii=ascii, empty_text="No objective yet.")
        self._chosen: ChosenPlot | None = None
        self._canvas: PlotCanvas | None = None
        self._plotted: RunSnapshot | None = None
        self._plotted_at = 0.0

    def compose(self) -> ComposeResult:
        """The curve, and nothing else."""
        yield self.curve

    def focus_content(self) -> None:
        """Put the focus on the plot, or on the pane itself: the curve takes no keys."""
        (self._canvas or self).focus()

    async def choose(self, chosen: ChosenPlot | None) -> None:
        """Show another plot; None for the incumbent curve or the front."""
        self._chosen, self._plotted = chosen, None
        self.curve.display = chosen is None
        if chosen is None and self._canvas is not None:
            await self._canvas.remove()
            self._canvas = None
        elif chosen is not None and self._canvas is None:
            from neps_tui.plots.canvas import PlotCanvas

            self._canvas = PlotCanvas(ascii=self.ascii)
            await self.mount(self._canvas)
        if self.view is not None:
            self.show(self.view, self.view.now())

    def tick(self, now: float) -> None:
        """Draw what came too soon after the last drawing."""
        if self.view is not None and self._chosen is not None:
            self.show(self.view, now)

    def _show_chosen(self, view: RunView, chosen: ChosenPlot) -> None:
        before, is_soon = self._plotted, time.monotonic() - self._plotted_at < _PLOTTED_EVERY
        is_like = before is not None and before.generation == view.snapshot.generation
        # Not of the past: whatever is shown of it is of the same moment.
        may_wait = is_soon and is_like and view.moment is None
        if self._canvas is None or view.snapshot is before or may_wait:
            return
        from neps_tui.plots.plot import Plot

        self._plotted, self._plotted_at = view.snapshot, time.monotonic()
        plot = chosen.make(view)
        if isinstance(plot, Plot):
            self._canvas.set_plot(plot)
        self.set_title(plot.title)

    def show(self, view: RunView, now: float) -> None:
        """Draw the curve, or the plot."""
        if self._chosen is not None:
            self._show_chosen(view, self._chosen)
        elif view.summary.objectives > 1:
            self._show_front(view)
        else:
            self._show_incumbents(view)

    def _show_incumbents(self, view: RunView) -> None:
        summary = view.summary
        points = [(float(each.evaluations), each.objective) for each in summary.incumbents]
        if points:
            points.append((float(summary.usage.evaluations), points[-1][1]))
            best = summary.incumbents[-1]
            self.set_title("Incumbent", f"{number(best.objective)} in {best.trial_id}")
        else:
            self.set_title("Incumbent")
        self.curve.set_points(points, marks=thin(summary.objective_points), x_label="evaluations")

    def _show_front(self, view: RunView) -> None:
        front = sorted((values[0], values[1]) for values in view.summary.front.values())
        self.set_title("Pareto front", f"{len(front)} trials")
        marks = thin(view.summary.objective_points)
        self.curve.set_points(front, marks=marks, x_label="objective 1")


def thin(points: Points, most: int = _MOST_MARKS) -> Points:
    """At most so many points: of each stretch the lowest, the highest and two between them."""
    if len(points) <= most:
        return points
    stretch = 4 * len(points) / most
    kept: list[tuple[float, float]] = []
    for index in range(most // 4):
        part = points[int(index * stretch) : int((index + 1) * stretch)]
        kept += [min(part, key=_height), max(part, key=_height), part[0], part[len(part) // 2]]
    return kept


def _height(point: tuple[float, float]) -> float:
    return point[1]
