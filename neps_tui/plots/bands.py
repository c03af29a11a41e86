"""Groups of a plot one below the other, each in whole lines, as many as there is room for."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass, replace

from neps_tui.plots.plot import Axis, Plot
from neps_tui.widgets.scale import Scale

TRIALS, LOWEST, HIGHEST = 0.1, 0.25, 0.95
"""Where in a band, from 0 to 1, its trials, the foot and the top of its bars are."""
_LEAST_LINES = 3
"""Lines of a band: the top of the bars, their foot with the name beside it, and the trials."""
_LINES_FOR_A_GAP = 7
"""Lines from which on one between two bands is left empty."""


@dataclass(frozen=True, slots=True)
class BandScale(Scale):
    """A vertical scale on which trials, bars and names of every band have lines of their own.

    Attributes:
        lines: How many lines a band has.
    """

    lines: int = 1

    def dots(self, values: Sequence[float], count: int) -> list[int]:
        """Where places in bands stand, on so many dots."""
        a_line = count / (round(self.high - self.low) * self.lines)
        gap = a_line if self.lines >= _LINES_FOR_A_GAP else 0.0
        room = (self.lines - 1) * a_line - 1 - gap
        return [self._dot(value, a_line, room) for value in values]

    def _dot(self, value: float, a_line: float, room: float) -> int:
        band = math.floor(value)
        foot = (band - self.low) * self.lines * a_line
        within = value - band
        if within < LOWEST:
            return round(foot + (a_line - 1) / 2)
        share = (within - LOWEST) / (HIGHEST - LOWEST)
        return round(foot + a_line + share * room)


def with_room(plot: Plot, lines: int) -> tuple[Plot, int]:
    """What of a plot's bands has room in so many lines, the uppermost first.

    Returns:
        The plot without the others, and how many these are.
    """
    bands = plot.y.bands
    shown = min(bands, max(1, lines // _LEAST_LINES))
    if shown == bands:
        return plot, 0
    low = float(bands - shown)
    return replace(
        plot,
        y=Axis(
            names=tuple(each for each in plot.y.names if each[0] >= low),
            span=(low, float(bands)),
            bands=shown,
        ),
        dots=tuple(dot for dot in plot.dots if dot.y >= low),
        lines=tuple(line for line in plot.lines if line.base is None or line.base >= low),
    ), bands - shown
