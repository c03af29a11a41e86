"""A plot with a cursor that goes from trial to trial."""

from __future__ import annotations

from typing import ClassVar

from rich.segment import Segment
from textual import events
from textual.binding import Binding, BindingType
from textual.geometry import Region, Size
from textual.message import Message
from textual.strip import Strip
from textual.widget import Widget

from neps_tui.plots.drawing import Drawing, draw_plot
from neps_tui.plots.plot import Dot, Plot
from neps_tui.words.formatting import plain, to_ascii

_ENTER = {"enter": "enter"}
"""Spelled out: a terminal without Unicode has no sign for it."""
_NO_SIZE = Size(0, 0)
_NEAR_ROWS = 2
"""How much farther a row is than a column, as cells are about twice as high as wide."""


class PlotCanvas(Widget, can_focus=True):
    """Draws a plot; the arrows go to the nearest trial in their direction.

    Args:
        ascii: Whether to draw with ASCII characters only.
    """

    ALLOW_SELECT = False
    DEFAULT_CSS = """
    PlotCanvas {
        width: 1fr;
        height: 1fr;
        & > .plot--axis { color: $text-muted; }
        & > .plot--empty { color: $text-muted; }
        & > .plot--faint { color: $foreground 30%; }
        & > .plot--plain { color: $foreground 65%; }
        & > .plot--second { color: $text-secondary; }
        & > .plot--good { color: $text-primary; }
        & > .plot--warning { color: $text-warning; }
        & > .plot--bad { color: $text-error; }
        & > .plot--best { color: $text-accent; text-style: bold; }
        & > .plot--cursor { color: $block-cursor-foreground; background: $block-cursor-background; }
    }
    """
    COMPONENT_CLASSES: ClassVar[set[str]] = {
        f"plot--{part}"
        for part in (
            *("axis", "empty", "faint", "plain", "second", "good", "warning", "bad", "best"),
            "cursor",
        )
    }
    BINDINGS: ClassVar[list[BindingType]] = [
        Binding(
            keys,
            action,
            label,
            show=name == "open",
            key_display=_ENTER.get(keys),
            id=f"plot.{name}",
            tooltip=tip,
        )
        for keys, action, label, name, tip in (
            ("left,h", "go(-1, 0)", "Left", "left", "To the next trial on the left"),
            ("right,l", "go(1, 0)", "Right", "right", "To the next trial on the right"),
            ("up,k", "go(0, -1)", "Up", "up", "To the next trial above"),
            ("down,j", "go(0, 1)", "Down", "down", "To the next trial below"),
            ("enter", "open", "open", "open", "Show the trial whole"),
        )
    ]

    class Pointed(Message):
        """The cursor is on another trial, or on none.

        Args:
            dot: The trial and its place.
        """

        def __init__(self, dot: Dot | None) -> None:
            super().__init__()
            self.dot = dot

    class Opened(Message):
        """A trial is to be shown whole.

        Args:
            trial_id: The trial.
        """

        def __init__(self, trial_id: str) -> None:
            super().__init__()
            self.trial_id = trial_id

    def __init__(self, *, ascii: bool = False, id: str | None = None) -> None:
        super().__init__(id=id)
        self._ascii = ascii
        self._plot = Plot("")
        self._drawing: Drawing | None = None
        self._drawn_for: tuple[int, Size] | None = None
        self._cursor: str | None = None

    @property
    def plot(self) -> Plot:
        """What is drawn."""
        return self._plot

    @property
    def beyond(self) -> int:
        """How many trials are drawn at the edge, as they are far beyond it."""
        return self._draw().beyond

    def set_plot(self, plot: Plot, drawing: Drawing | None = None, size: Size = _NO_SIZE) -> None:
        """Draw another plot; the cursor stays on its trial if that is in it.

        Args:
            plot: The plot.
            drawing: What `draw_plot` made of it, elsewhere and beforehand; it is made here if
                the size has changed meanwhile.
            size: The size for which that was made.
        """
        if plot is self._plot:
            return
        self._plot = plot
        if drawing is not None and size == self.size:
            self._drawing, self._drawn_for = drawing, (id(plot), size)
        if self._cursor is not None and self._place(self._cursor) is None:
            self._point_at(None)
        self.refresh()

    def action_go(self, across: int, down: int) -> None:
        """Go to the nearest trial in a direction; first of all to the best."""
        drawing = self._draw()
        here = None if self._cursor is None else self._place(self._cursor)
        if here is None:
            self._point_at(drawing.dots[-1] if drawing.dots else None)
            return
        best: tuple[int, int] | None = None
        for index, cell in enumerate(drawing.cells):
            ahead = (cell[0] - here[0]) * across + (cell[1] - here[1]) * down * _NEAR_ROWS
            aside = abs(cell[0] - here[0]) * abs(down) + abs(cell[1] - here[1]) * abs(across) * 2
            if ahead > 0 and (best is None or (ahead + 2 * aside, index) < best):
                best = ahead + 2 * aside, index
        if best is not None:
            self._point_at(drawing.dots[best[1]])

    def action_open(self) -> None:
        """Show the trial under the cursor whole."""
        if self._cursor is not None:
            self.post_message(self.Opened(self._cursor))

    def on_click(self, event: events.Click) -> None:
        """Point at the nearest trial; open it if it was pointed at before."""
        offset = event.get_content_offset(self)
        drawing = self._draw()
        cells = drawing.cells
        if offset is None or not cells:
            return

        def far(index: int) -> int:
            column, row = cells[index]
            return abs(column - offset.x) + _NEAR_ROWS * abs(row - offset.y)

        dot = drawing.dots[min(reversed(range(len(cells))), key=far)]
        if dot.trial_id == self._cursor:
            self.action_open()
        self._point_at(dot)

    def _point_at(self, dot: Dot | None) -> None:
        places = [None if self._cursor is None else self._place(self._cursor)]
        self._cursor = None if dot is None else dot.trial_id
        places.append(None if self._cursor is None else self._place(self._cursor))
        self.post_message(self.Pointed(dot))
        self.refresh(*(Region(0, at[1], self.size.width, 1) for at in places if at is not None))

    def _place(self, trial_id: str) -> tuple[int, int] | None:
        """The cell of a trial; of several dots of one, the last."""
        drawing = self._draw()
        for dot, cell in zip(reversed(drawing.dots), reversed(drawing.cells), strict=True):
            if dot.trial_id == trial_id:
                return cell
        return None

    def _draw(self) -> Drawing:
        size = self.size
        if self._drawing is None or self._drawn_for != (id(self._plot), size):
            self._drawn_for = (id(self._plot), size)
            self._drawing = draw_plot(self._plot, size.width, size.height, ascii=self._ascii)
        return self._drawing

    def render_line(self, y: int) -> Strip:
        """Draw one line of the plot."""
        width, height = self.size
        lines = self._draw().lines
        background = self.get_visual_style().rich_style
        if not lines:
            text = plain(self._plot.empty) if y == (height - 1) // 2 else ""
            text = to_ascii(text) if self._ascii else text
            style = self.get_visual_style("plot--empty").rich_style
            return Strip([Segment(text.center(width), style)]).adjust_cell_length(width)
        strip = Strip(
            Segment(
                text,
                self.get_visual_style(f"plot--{part}").rich_style if part else background,
            )
            for text, part in lines[y]
        ).adjust_cell_length(width, background)
        place = None if self._cursor is None else self._place(self._cursor)
        if place is not None and place[1] == y:
            return self._with_cursor(strip, place[0], width)
        return strip

    def _with_cursor(self, strip: Strip, column: int, width: int) -> Strip:
        under = strip.crop(column, column + 1).text
        style = self.get_visual_style("plot--cursor").rich_style
        cursor = Strip([Segment(under, style)])
        return Strip.join([strip.crop(0, column), cursor, strip.crop(column + 1, width)])
