"""The plot that a person wants to see on the first screen."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import asdict, dataclass, replace
from typing import Any

from neps_tui.plots.catalogue import PLOTS
from neps_tui.plots.kept import Kept
from neps_tui.plots.making import Wish
from neps_tui.view import RunView


@dataclass(frozen=True, slots=True)
class ChosenPlot:
    """A plot as it was asked for.

    Args:
        kind: Which, as in the catalogue.
        variant: Which of its variants; empty for its first.
        objective: Which of several objectives, from 0.
        log: Whether the objective's axis is logarithmic.
    """

    kind: str
    variant: str = ""
    objective: int = 0
    log: bool = False

    def wish(self, view: RunView) -> Wish:
        """What this means for a run, which may be another than that for which it was chosen."""
        kind = next(each for each in PLOTS if each.id == self.kind)
        objective = min(self.objective, view.summary.objectives - 1)
        wish = Wish(kind, self.variant, objective, self.log)
        if self.variant and self.variant not in kind.variants(wish.question(view, Kept())):
            return replace(wish, variant="")
        return wish

    def as_plain(self) -> dict[str, Any]:
        """As it is remembered."""
        return asdict(self)

    @classmethod
    def from_plain(cls, remembered: object) -> ChosenPlot | None:
        """The plot that was remembered; None where it makes no sense."""
        if not isinstance(remembered, Mapping):
            return None
        kind, variant = remembered.get("kind"), remembered.get("variant", "")
        objective, log = remembered.get("objective", 0), remembered.get("log", False)
        if kind not in {each.id for each in PLOTS}:
            return None
        if not isinstance(variant, str) or type(objective) is not int or objective < 0:
            return None
        return cls(str(kind), variant, objective, log is True)


def usual_plot(view: RunView) -> ChosenPlot:
    """The plot that is there before anybody has chosen one."""
    return ChosenPlot("front" if view.summary.objectives > 1 else "incumbent")
