"""Which plots there are."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

from neps_tui.plots import curves, distribution, front, importance, incumbent, parameter
from neps_tui.plots.evaluated import Question
from neps_tui.plots.ladder import ladder_plot
from neps_tui.plots.parallel import parallel_plot
from neps_tui.plots.plot import Bars, Plot


def _none(question: Question) -> list[str]:
    del question
    return []


def _always(question: Question) -> bool:
    del question
    return True


def _has_several_objectives(question: Question) -> bool:
    return question.view.summary.objectives > 1


def _has_rungs(question: Question) -> bool:
    return bool(question.view.summary.rungs)


@dataclass(frozen=True, slots=True)
class PlotKind:
    """One kind of plot.

    Args:
        id: Its name in code and in settings.
        name: What it is called.
        make: Makes it.
        variants: What it can be asked to show.
        is_slow: Whether it may take seconds, for which no other plot is to wait.
        has_objective: Whether it is about one objective, which can then be chosen.
        applies: Whether a run has what it shows.
    """

    id: str
    name: str
    make: Callable[[Question], Plot | Bars]
    variants: Callable[[Question], list[str]] = _none
    is_slow: bool = False
    has_objective: bool = True
    applies: Callable[[Question], bool] = _always


PLOTS: tuple[PlotKind, ...] = (
    PlotKind("incumbent", "Incumbent", incumbent.incumbent_plot, incumbent.variants),
    PlotKind(
        "front",
        "Front",
        front.front_plot,
        front.variants,
        has_objective=False,
        applies=_has_several_objectives,
    ),
    PlotKind("curves", "Curves", curves.curves_plot, curves.variants),
    PlotKind("ladder", "Rungs", ladder_plot, applies=_has_rungs),
    PlotKind("parameter", "Parameter", parameter.parameter_plot, parameter.variants),
    PlotKind("parallel", "Parallel", parallel_plot),
    PlotKind(
        "importance",
        "Importance",
        importance.importance_bars,
        importance.variants,
        is_slow=True,
    ),
    PlotKind("distribution", "Distribution", distribution.distribution_plot, distribution.variants),
)
