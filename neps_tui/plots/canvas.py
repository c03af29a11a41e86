"""A plot with a cursor that goes from trial to trial."""

from __future__ import annotations

from collections.abc import Mapping
from typing import ClassVar

from rich.segment import Segment
from rich.style import Style
from textual import events
from textual.binding import Binding, BindingType
from textual.geometry import Region, Size
from textual.message import Message
from textual.strip import Strip
from textual.widget import Widget

from neps_tui.plots.drawing import Drawing, draw_lines, draw_plot
from neps_tui.plots.places import Places
from neps_tui.plots.plot import PENS, Dot, Plot
from neps_tui.words.formatting import plain, to_ascii

_ENTER = {"enter": "enter"}
"""Spelled out: a terminal without Unicode has no sign for it."""
_NO_SIZE = Size(0, 0)
_NOTHING = Drawing()
_NO_ROOM = "There is too little room for a plot."


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
        & > .plot--own { color: $text-primary; }
        & > .plot--pointed { color: $foreground; text-style: bold; }
        & > .plot--cursor { color: $block-cursor-foreground; background: $block-cursor-background; }
    }
    """
    COMPONENT_CLASSES: ClassVar[set[str]] = {
        f"plot--{part}" for part in ("axis", "empty", *PENS, "pointed", "cursor")
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
            here: How many trials are at this place, it included.
        """

        def __init__(self, dot: Dot | None, here: int = 1) -> None:
            super().__init__()
            self.dot = dot
            self.here = here

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
        self._plot = Plot("", empty="")
        self._drawing: Drawing | None = None
        self._drawn_size = _NO_SIZE
        self._styles: dict[str, Style] = {}
        self._cursor: str | None = None
        self._traced: dict[int, dict[int, str]] = {}

    @property
    def plot(self) -> Plot:
        """What is drawn."""
        return self._plot

    @property
    def beyond(self) -> int:
        """How many trials are drawn at the edge, as they are far beyond it."""
        return self._draw().beyond

    @property
    def here(self) -> int:
        """How many trials are under the cursor, one on top of the other."""
        cell = self._find().cell(self._cursor)
        return 0 if cell is None else len(self._find().here(cell))

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
        self._plot, self._drawing = plot, None
        if drawing is not None and size == self.size:
            self._drawing, self._drawn_size = drawing, size
        if self._cursor is not None:
            self._point_at(next((dot for dot in plot.dots if dot.trial_id == self._cursor), None))
        self.refresh()

    def on_resize(self) -> None:
        """Say how many trials are at the place now."""
        self.post_message(self.Pointed(self._find().dot(self._cursor), self.here))

    def check_action(self, action: str, parameters: tuple[object, ...]) -> bool | None:
        """Grey the keys that need a trial where there is none."""
        del parameters
        return True if self._plot.dots or action not in ("go", "open") else None

    def action_go(self, across: int, down: int) -> None:
        """Go to the nearest trial in a direction; first of all to the best."""
        places = self._find()
        cell = places.cell(self._cursor)
        dot = places.first() if cell is None else places.towards(cell, across, down)
        if dot is not None:
            self._point_at(dot)

    def step(self, step: int) -> None:
        """Go to the next trial from left to right, or to the one before, hidden or not."""
        dot = self._find().step(self._cursor, step)
        if dot is not None:
            self._point_at(dot)

    def action_open(self) -> None:
        """Show the trial under the cursor whole."""
        if self._cursor is not None:
            self.post_message(self.Opened(self._cursor))

    def on_click(self, event: events.Click) -> None:
        """Point at the nearest trial; open it if it was pointed at before."""
        offset = event.get_content_offset(self)
        if offset is None:
            return
        places = self._find()
        dot = places.nearest((offset.x, offset.y))
        if dot is None:
            return
        if places.cell(dot.trial_id) == places.cell(self._cursor):
            self.action_open()
        else:
            self._point_at(dot)

    def _point_at(self, dot: Dot | None) -> None:
        changed = self._rows_of_cursor()
        self._cursor = None if dot is None else dot.trial_id
        self._traced = self._trace()
        changed |= self._rows_of_cursor()
        self.post_message(self.Pointed(dot, self.here))
        self.refresh(*(Region(0, row, self.size.width, 1) for row in sorted(changed)))

    def _rows_of_cursor(self) -> set[int]:
        """The lines that look another way because of the cursor."""
        cell = self._find().cell(self._cursor)
        return {*self._traced, *((cell[1],) if cell is not None else ())}

    def _trace(self) -> dict[int, dict[int, str]]:
        """The lines of the trial pointed at, over all others: what stands in which row and cell."""
        drawing = self._draw()
        frame = drawing.frame
        lines = [line for line in self._plot.lines if line.trial_id == self._cursor]
        if not lines or frame is None or self._cursor is None:
            return {}
        canvas = frame.canvas(ascii=self._ascii)
        draw_lines(canvas, frame, [line._replace(pen="best") for line in lines])
        covered = drawing.words.union(drawing.cells)
        rows = {}
        for row in range(frame.rows):
            text = "".join(part for part, _ in canvas.runs(row))
            line = row + frame.top
            rows[line] = {
                at: sign
                for at, sign in enumerate(text, start=frame.left)
                if sign != " " and (at, line) not in covered
            }
        return {line: signs for line, signs in rows.items() if signs}

    def _find(self) -> Places:
        return self._draw().places

    def _draw(self) -> Drawing:
        if not self.size:
            # Hidden: what was drawn will do when it is seen again.
            return _NOTHING
        drawing = self._drawing
        if drawing is None or self._drawn_size != self.size:
            drawing = draw_plot(self._plot, *self.size, ascii=self._ascii)
            self._drawing, self._drawn_size = drawing, self.size
            self._traced = self._trace()
        return drawing

    def notify_style_update(self) -> None:
        """Look the colours of another theme up again."""
        super().notify_style_update()
        self._styles.clear()

    def _style(self, part: str) -> Style:
        """The style of a part of the plot; of none, that of the background."""
        if part not in self._styles:
            named = (f"plot--{part}",) if part else ()
            self._styles[part] = self.get_visual_style(*named).rich_style
        return self._styles[part]

    def render_line(self, y: int) -> Strip:
        """Draw one line of the plot."""
        width, height = self.size
        drawing = self._draw()
        if not drawing.lines:
            has_something = self._plot.dots or self._plot.lines
            said = _NO_ROOM if has_something else plain(self._plot.empty)
            text = said[:width] if y == (height - 1) // 2 else ""
            text = to_ascii(text) if self._ascii else text
            return Strip([Segment(text.center(width), self._style("empty"))])
        strip = Strip(Segment(text, self._style(part)) for text, part in drawing.lines[y])
        strip = strip.adjust_cell_length(width, self._style(""))
        if y in self._traced:
            strip = self._over(strip, self._traced[y], "pointed")
        cell = drawing.places.cell(self._cursor)
        if cell is not None and cell[1] == y:
            under = strip.crop(cell[0], cell[0] + 1).text
            strip = self._over(strip, {cell[0]: under}, "cursor")
        return strip

    def _over(self, strip: Strip, signs: Mapping[int, str], part: str) -> Strip:
        """A line with some signs in it put in place of others."""
        parts, end = [], 0
        for column, sign in sorted(signs.items()):
            parts += [strip.crop(end, column), Strip([Segment(sign, self._style(part))])]
            end = column + 1
        return Strip.join([*parts, strip.crop(end, strip.cell_length)])
