"""The runs of a folder: which are alive, which are good, and the way into each."""

from __future__ import annotations

import time
from collections import Counter
from collections.abc import Iterator
from pathlib import Path
from typing import ClassVar

from textual import on
from textual.app import ComposeResult
from textual.binding import BindingType
from textual.containers import Vertical
from textual.content import Content
from textual.events import Resize
from textual.reactive import reactive
from textual.widgets import Static

from neps_tui.actions import bindings_of
from neps_tui.messages import RunChosen
from neps_tui.plots.canvas import PlotCanvas
from neps_tui.plots.caption import Caption
from neps_tui.plots.captions import PEN_STYLES, Part
from neps_tui.runs.line import RunLine
from neps_tui.runs.overlay import overlay
from neps_tui.runs.rows import COLUMNS, RunRows
from neps_tui.widgets.key_bar import KeyBar
from neps_tui.widgets.refusing import Refusing
from neps_tui.widgets.trial_table import TrialTable
from neps_tui.words.formatting import counted, plain, to_ascii
from neps_tui.words.states import CONDITIONS

_AGES_EVERY = 5.0
_ROOM_FOR_BOTH = 30
"""Height from which on there is room for the table and the plot."""


class RunsScreen(Refusing[None]):
    """A table of runs, and their incumbents overlaid.

    Args:
        directory: The folder.
        ascii: Whether only ASCII may be drawn.
    """

    BINDINGS: ClassVar[list[BindingType]] = [*bindings_of("runs", "everywhere")]
    AUTO_FOCUS = "TrialTable"

    lines: reactive[tuple[RunLine, ...] | None] = reactive(None, repaint=False)
    """The runs as they are now; None before any has been found."""

    def __init__(self, directory: Path, *, ascii: bool = False) -> None:
        super().__init__(classes="-ascii" if ascii else None)
        self._directory = directory
        self._ascii = ascii
        self._rows = RunRows(ascii=ascii)
        self._by_name: dict[str, RunLine] = {}
        self._table = TrialTable(ascii=ascii, empty_text=f"Looking for runs in {directory} …")
        self._canvas = PlotCanvas(ascii=ascii)
        self._caption = Caption(ascii=ascii)
        self._title = Static(id="folder", markup=False)
        self._title_drawn: list[tuple[str, str]] = []
        self._swapped = False

    def compose(self) -> ComposeResult:
        """The line about all, the table, the plot and the keys."""
        yield self._title
        yield self._table
        with Vertical(id="overlay") as pane:
            pane.border_title = "Incumbents"
            yield self._canvas
            yield self._caption
        yield KeyBar()

    def on_mount(self) -> None:
        """Draw the runs that are known by now, and let ages grow."""
        self._table.set_columns(COLUMNS)
        self._arrange(self.size.height)
        self._draw_title()
        self._draw()
        self.set_interval(_AGES_EVERY, self._draw)

    def on_resize(self, event: Resize) -> None:
        """Table and plot where there is room, else one of them."""
        if event.size != self.app.size:
            # See `RunScreen`: of two sizes at once Textual would answer each with the other one.
            event.prevent_default()
        self._arrange(event.size.height)

    def _arrange(self, height: int) -> None:
        is_low = height < _ROOM_FOR_BOTH
        self.set_class(is_low, "-low")
        self.set_class(self._swapped is not is_low, "-plot-hidden")
        self.set_class(is_low and self._swapped, "-plot-alone")

    def watch_lines(self) -> None:
        """Draw the runs as they are now."""
        if self.lines is not None and self.is_mounted:
            self._draw()

    def _draw(self) -> None:
        if self.lines is None:
            return
        before, self._by_name = self._by_name, {line.name: line for line in self.lines}
        self._table.empty_text = f"There is no NePS run in {plain(str(self._directory))} any more."
        self._rows.now = time.time()
        self._rows.show(self._by_name)
        changed = {
            name
            for name, line in self._by_name.items()
            if (known := before.get(name)) is not line and known is not None and known.is_read
        }
        self._table.set_sort([self._rows.sorting])
        # Ages and verdicts change by themselves, so that any row may be another.
        self._table.set_rows(self._rows.order(), self._rows.cells, None, flash=changed)
        self._draw_title()
        if all(line.is_read for line in self.lines):
            # Not with each of a hundred runs: the reading has the processor first.
            self._draw_plot()

    def _draw_title(self) -> None:
        parts = list(self._title_parts())
        if self._ascii:
            parts = [(to_ascii(text), style) for text, style in parts]
        if parts != self._title_drawn:
            self._title_drawn = parts
            self._title.update(Content.assemble(*parts))

    def _title_parts(self) -> Iterator[tuple[str, str]]:
        yield plain(str(self._directory)), "bold"
        if self.lines is None:
            return
        yield f" · {counted(len(self.lines), 'run')}", ""
        read = [line for line in self.lines if line.is_read]
        if len(read) < len(self.lines):
            yield f" · {len(read)} of them read …", "$text-warning"
        now = time.time()
        conditions = Counter(line.summary.condition(now) for line in read)
        for name, shown in CONDITIONS.items():
            if count := {str(each): number for each, number in conditions.items()}.get(name):
                yield f" · {shown.sign(self._ascii)} {count} {name}", shown.colour_style

    def _draw_plot(self) -> None:
        plot = overlay(self._by_name, self._table.cursor_key, self._table.marked)
        if plot != self._canvas.plot:
            self._canvas.set_plot(plot)
        signs = "=" if self._ascii else "━"
        self._caption.say(
            [
                *(Part(f"{signs} {name}", PEN_STYLES[pen]) for pen, name in plot.legend),
                *(Part(note, is_long=True) for note in plot.notes),
            ]
        )

    # --- what a person can do ------------------------------------------------------------------

    @on(TrialTable.CursorMoved)
    @on(TrialTable.MarksChanged)
    def _on_pointed(self) -> None:
        self._draw_plot()

    @on(TrialTable.Opened)
    def _on_opened(self, event: TrialTable.Opened) -> None:
        line = self._by_name.get(event.key)
        if line is not None:
            self.post_message(RunChosen(line.root))

    @on(TrialTable.SortRequested)
    def _on_sort(self, event: TrialTable.SortRequested) -> None:
        self._rows.sort_by(event.column_key)
        self._draw()

    def action_sort(self) -> None:
        """Sort by the next column."""
        self._rows.sort_next()
        self._draw()

    def action_reverse_sort(self) -> None:
        """Turn the sorting round."""
        self._rows.reverse()
        self._draw()

    def action_incumbents(self) -> None:
        """Show the plot of all incumbents, or the table alone."""
        self._swapped = not self._swapped
        self._arrange(self.size.height)
        if self._table.display:
            self._table.focus()
