"""Whether it is any good: the incumbent over the evaluations, or the Pareto front."""

from __future__ import annotations

from collections.abc import Sequence

from textual.app import ComposeResult

from neps_tui.formatting import number
from neps_tui.panes.pane import Pane
from neps_tui.view import RunView
from neps_tui.widgets.step_curve import StepCurve

_MOST_MARKS = 600
Points = Sequence[tuple[float, float]]


class IncumbentPane(Pane):
    """The best objective so far, with all trials behind it."""

    can_focus = True

    def __init__(self, *, ascii: bool = False) -> None:
        super().__init__(id="incumbent", ascii=ascii)
        self.curve = StepCurve(ascii=ascii, empty_text="No objective yet.")

    def compose(self) -> ComposeResult:
        """The curve, and nothing else."""
        yield self.curve

    def focus_content(self) -> None:
        """Put the focus on the pane itself: its content takes no keys."""
        self.focus()

    def show(self, view: RunView, now: float) -> None:
        """Draw the curve."""
        if view.summary.objectives > 1:
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
