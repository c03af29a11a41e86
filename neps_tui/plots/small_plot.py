"""A plot with a line below it, where there is little room: what a pane shows."""

from __future__ import annotations

from textual import on
from textual.app import ComposeResult
from textual.containers import Vertical
from textual.geometry import Size
from textual.message import Message

from neps_tui.plots.canvas import PlotCanvas
from neps_tui.plots.caption import Caption
from neps_tui.plots.captions import legend_parts, pointed_parts
from neps_tui.plots.chosen import ChosenPlot, usual_plot
from neps_tui.plots.making import Made, Wish
from neps_tui.plots.plot import Dot, Plot
from neps_tui.plots.threads import Failed, Finished, make_in_thread
from neps_tui.plots.workshop import Workshop
from neps_tui.view import RunView

_ROWS_FOR_A_CAPTION = 9
"""Height from which on a line below the plot says what its signs stand for."""


class SmallPlot(Vertical):
    """Follows the run with the plot that was chosen.

    Args:
        chosen: The plot; None for the usual one.
        ascii: Whether to draw with ASCII characters only.
    """

    DEFAULT_CSS = """
    SmallPlot > Caption { height: 1; display: none; }
    """

    class Drawn(Message):
        """Another plot is drawn.

        Args:
            title: What it shows, in few words.
        """

        def __init__(self, title: str) -> None:
            super().__init__()
            self.title = title

    def __init__(self, chosen: ChosenPlot | None = None, *, ascii: bool = False) -> None:
        super().__init__()
        self._chosen = chosen
        self._ascii = ascii
        self._canvas = PlotCanvas(ascii=ascii)
        self._caption = Caption(ascii=ascii)
        self._workshop = Workshop(ascii=ascii)
        self._view: RunView | None = None
        self._shown: Made | None = None
        self._dot: Dot | None = None
        self._here = 0

    def compose(self) -> ComposeResult:
        """The plot, and what its signs stand for."""
        yield self._canvas
        yield self._caption

    def on_resize(self) -> None:
        """Draw for the new size, with a caption where there is room."""
        self._caption.display = self.size.height >= _ROWS_FOR_A_CAPTION
        self.call_after_refresh(self._follow_if_seen)

    def focus_plot(self) -> None:
        """Let the arrows go from trial to trial."""
        self._canvas.focus()

    def choose(self, chosen: ChosenPlot | None) -> None:
        """Show another plot; None for the usual one."""
        self._chosen = chosen
        self._follow()

    def show(self, view: RunView) -> None:
        """Draw a moment of the run, though not all the time while it goes on."""
        self._view = view
        self._follow_if_seen()

    def _follow_if_seen(self) -> None:
        """Not under another screen: its keys and plots need the time."""
        if self.screen.is_active:
            self._follow()

    def _follow(self) -> None:
        """Make the plot that is wished for of the moment that is shown, unless that is done."""
        if self._view is None or not self._canvas.size:
            return
        self._workshop.turn_to(self._view)
        wish, room = self._wish(self._view), (self._canvas.size.width, self._canvas.size.height)
        made, work = self._workshop.made(wish, room), self._workshop.work(wish, room)
        if made is not None:
            self._draw(made)
        elif work is not None:
            make_in_thread(work, self)

    def _wish(self, view: RunView) -> Wish:
        return (self._chosen or usual_plot(view)).wish(view)

    @on(Finished)
    def _on_finished(self, event: Finished) -> None:
        self._workshop.take(event.made)
        if self._view is not None and event.made.wish == self._wish(self._view):
            self._draw(event.made)
        # Something else may have been wished for meanwhile.
        self._follow()

    @on(Failed)
    def _on_failed(self, event: Failed) -> None:
        raise event.error

    def _draw(self, made: Made) -> None:
        plot = made.plot
        if made is not self._shown and isinstance(plot, Plot):
            self._shown = made
            self._canvas.set_plot(plot, made.drawing, Size(*made.size))
            self.post_message(self.Drawn(plot.brief or plot.title))
            self._explain()

    @on(PlotCanvas.Pointed)
    def _on_pointed(self, event: PlotCanvas.Pointed) -> None:
        self._dot, self._here = event.dot, event.here
        self._explain()

    def _explain(self) -> None:
        """Name the trial under the cursor; without one, say what the signs stand for."""
        if self._dot is not None:
            self._caption.say(pointed_parts(self._view, self._dot, self._here))
        elif self._shown is not None:
            parts = legend_parts(self._shown, ascii=self._ascii)
            # Half a note says nothing where there is one line for all.
            self._caption.say(part._replace(is_long=False) for part in parts)
