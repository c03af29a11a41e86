"""Whether it is any good: the incumbent over the evaluations, the front, or a plot of choice."""

from __future__ import annotations

from typing import TYPE_CHECKING

from neps_tui.screens.pane import Pane
from neps_tui.view import RunView

if TYPE_CHECKING:
    from neps_tui.plots.chosen import ChosenPlot
    from neps_tui.plots.small_plot import SmallPlot


_AFTER_THE_FIRST_FRAME = 0.1
"""Seconds until what makes plots is imported, which would hold up the frame's way out."""


class IncumbentPane(Pane):
    """The best objective so far, with all trials behind it, or any plot that was chosen."""

    can_focus = True

    def __init__(self, *, ascii: bool = False) -> None:
        super().__init__(id="incumbent", ascii=ascii)
        self._chosen: ChosenPlot | None = None
        self._plot: SmallPlot | None = None

    def focus_content(self) -> None:
        """Put the focus on the plot, or on the pane itself until there is one."""
        if self._plot is None:
            self.screen.set_focus(self)
        else:
            self._plot.focus_plot()

    async def choose(self, chosen: ChosenPlot | None) -> None:
        """Show another plot; None for the incumbent curve or the front."""
        self._chosen = chosen
        if self._plot is not None:
            self._plot.choose(chosen)

    def tick(self, now: float) -> None:
        """Draw what came too soon after the last drawing."""
        if self.view is not None:
            self.show(self.view, now)

    def show(self, view: RunView, now: float) -> None:
        """Draw the plot."""
        del now
        if self._plot is None:
            self.set_title("Incumbent")
            self.call_after_refresh(self.set_timer, _AFTER_THE_FIRST_FRAME, self._open)
        else:
            self._plot.show(view)

    async def _open(self) -> None:
        if self._plot is not None or self.view is None or not self.is_attached:
            return
        from neps_tui.plots.small_plot import SmallPlot

        self._plot = SmallPlot(self._chosen, ascii=self.ascii)
        await self.mount(self._plot)
        if self.has_focus:
            self._plot.focus_plot()
        self._plot.show(self.view)

    def on_small_plot_drawn(self, event: SmallPlot.Drawn) -> None:
        """Say what is drawn."""
        self.set_title(event.title)
