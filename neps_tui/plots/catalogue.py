"""Which plots there are, by name: each is imported when it is first made."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from importlib import import_module
from typing import Protocol, cast

from neps_tui.plots.evaluated import Question
from neps_tui.plots.plot import Bars, Plot


class PlotModule(Protocol):
    """What the module of a plot has."""

    def make(self, question: Question, /) -> Plot | Bars:
        """Make the plot."""

    def variants(self, question: Question, /) -> list[str]:
        """What it can be asked to show."""


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
        id: Its name in code and in settings, which is that of its module.
        name: What it is called.
        is_slow: Whether it may take seconds, for which no other plot is to wait.
        has_objective: Whether it is about one objective, which can then be chosen.
        applies: Whether a run has what it shows.
    """

    id: str
    name: str
    is_slow: bool = False
    has_objective: bool = True
    applies: Callable[[Question], bool] = _always

    def make(self, question: Question) -> Plot | Bars:
        """Make it."""
        return self._module.make(question)

    def variants(self, question: Question) -> list[str]:
        """What it can be asked to show; nothing where there is one thing only."""
        return self._module.variants(question)

    @property
    def _module(self) -> PlotModule:
        return cast(PlotModule, import_module(f"neps_tui.plots.{self.id}"))


PLOTS: tuple[PlotKind, ...] = (
    PlotKind("incumbent", "Incumbent"),
    PlotKind("front", "Front", has_objective=False, applies=_has_several_objectives),
    PlotKind("curves", "Curves"),
    PlotKind("ladder", "Rungs", applies=_has_rungs),
    PlotKind("parameter", "Parameter"),
    PlotKind("parallel", "Parallel"),
    PlotKind("importance", "Importance", is_slow=True),
    PlotKind("distribution", "Distribution"),
)
