"""A plot with a line below it, where there is little room: what a pane shows."""

from __future__ import annotations

from textual import on
from textual.app import ComposeResult
from textual.containers import Vertical, VerticalScroll
from textual.geometry import Size
from textual.message import Message
from textual.widgets import Static

from neps_tui.plots.canvas import PlotCanvas
from neps_tui.plots.caption import Caption, inert
from neps_tui.plots.captions import legend_parts, pointed_parts
from neps_tui.plots.chosen import ChosenPlot, usual_plot
from neps_tui.plots.making import Made, Wish
from neps_tui.plots.plot import Bars, Dot
from neps_tui.plots.workshop import Workshop
from neps_tui.screens.threads import Failed, Finished, make_in_thread
from neps_tui.view import RunView

_ROWS_FOR_A_CAPTION = 9
"""Height from which on a line below the plot says what its signs stand for."""
_SCROLL_BAR = 2
"""Columns that bars leave free."""


class SmallPlot(Vertical):
    """Follows the run with the plot that was chosen.

    Args:
        chosen: The plot; None for the usual one.
        ascii: Whether to draw with ASCII characters only.
    """

    DEFAULT_CSS = """
    SmallPlot > Caption { height: 1; display: none; }
    SmallPlot > VerticalScroll { height: 1fr; display: none; scrollbar-size: 1 1; }
    SmallPlot > VerticalScroll > Static { height: auto; }
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
        self._words = Static(markup=False)
        self._bars = VerticalScroll(self._words)
        self._caption = Caption(ascii=ascii)
        self._workshop = Workshop(ascii=ascii)
        self._view: RunView | None = None
        self._shown: tuple[Made, Size] | None = None
        self._dot: Dot | None = None
        self._here = 0

    def compose(self) -> ComposeResult:
        """The plot, and what its signs stand for."""
        yield self._canvas
        yield self._bars
        yield self._caption

    def on_resize(self) -> None:
        """Draw for the new size."""
        self.call_after_refresh(self._follow_if_seen)

    def focus_plot(self) -> None:
        """Let the arrows go from trial to trial, or through bars."""
        # At once: the next key is meant for it.
        self.screen.set_focus(self._bars if self._bars.display else self._canvas)

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
        if self.is_attached and self.screen.is_active:
            self._follow()

    def _follow(self) -> None:
        """Make the plot that is wished for of the moment that is shown, unless that is done."""
        if self._view is None or not self.size:
            return
        # Here, as not every size comes with an event.
        self._caption.display = self.size.height >= _ROWS_FOR_A_CAPTION
        self._workshop.turn_to(self._view)
        wish, room = self._wish(self._view), self._room()
        made, work = self._workshop.made(wish, room), self._workshop.work(wish, room)
        if made is not None:
            self._draw(made)
        elif work is not None:
            make_in_thread(work, self, "plot")

    def _room(self) -> tuple[int, int]:
        """Columns and rows that there are for a plot, also while bars are shown."""
        return self.size.width, self.size.height - self._caption.display

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
        plot, before = made.plot, self._shown
        if before is not None and made is before[0] and self.size == before[1]:
            return
        self._shown = made, self.size
        self._show_bars(isinstance(plot, Bars))
        if isinstance(plot, Bars):
            from neps_tui.plots.bar_lines import bar_lines

            lines = bar_lines(plot, self.size.width - _SCROLL_BAR, ascii=self._ascii)
            self._words.update(inert(lines, ascii=self._ascii))
            self.post_message(self.Drawn(plot.title))
        else:
            self._canvas.set_plot(plot, made.drawing, Size(*made.size))
            self.post_message(self.Drawn(plot.brief or plot.title))
        self._explain()

    def _show_bars(self, is_bars: bool) -> None:
        """Put bars in the place of the plot, or the other way round; the focus stays here."""
        if is_bars is not self._bars.display:
            had_focus = self._canvas.has_focus or self._bars.has_focus
            self._bars.display, self._canvas.display = is_bars, not is_bars
            if had_focus:
                self.focus_plot()

    @on(PlotCanvas.Pointed)
    def _on_pointed(self, event: PlotCanvas.Pointed) -> None:
        self._dot, self._here = event.dot, event.here
        self._explain()

    def _explain(self) -> None:
        """Name the trial under the cursor; without one, say what the signs stand for."""
        if self._dot is not None and not self._bars.display:
            self._caption.say(pointed_parts(self._view, self._dot, self._here))
        elif self._shown is not None:
            parts = legend_parts(self._shown[0], ascii=self._ascii)
            # Half a note says nothing where there is one line for all.
            self._caption.say(part._replace(is_long=False) for part in parts)
