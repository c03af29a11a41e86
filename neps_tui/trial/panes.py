"""The sides of one trial, each in a frame: error, learning curve, lineage, files."""

from __future__ import annotations

import time
from collections.abc import Sequence
from pathlib import Path

from textual.app import ComposeResult

from neps_tui.errors.traceback_view import TracebackView
from neps_tui.plots.canvas import PlotCanvas
from neps_tui.plots.plot import Pen, Plot
from neps_tui.screens.pane import Pane
from neps_tui.trial.copying import path_lines
from neps_tui.trial.details import ErrorOfTrial, error_lines
from neps_tui.trial.directory import Entry, Listing
from neps_tui.trial.file_rows import FILE_COLUMNS, file_cells, said_of
from neps_tui.trial.lineage import Step
from neps_tui.trial.lineage_rows import lineage_cells, lineage_columns
from neps_tui.view import RunView
from neps_tui.widgets.columns import Cell
from neps_tui.widgets.fitted_text import FittedText
from neps_tui.widgets.trial_table import TrialTable
from neps_tui.words.text_lines import Line

_SIGNS: dict[Pen, tuple[str, str, str]] = {
    "best": ("★", "#", "bold $text-accent"),
    "own": ("●", "*", "$text-primary"),
    "plain": ("●", "o", "$foreground-muted"),
}


class _ChoiceTable(TrialTable):
    """A table of which one row is opened, and none is selected for anything else."""

    def check_action(self, action: str, parameters: tuple[object, ...]) -> bool | None:
        """Take away the keys that select rows."""
        del parameters
        return action not in ("mark", "mark_all", "extend")


class ErrorPane(Pane):
    """What went wrong: the traceback, the user's own frames first."""

    def __init__(self, *, ascii: bool = False) -> None:
        super().__init__(id="error", ascii=ascii)
        self._about: FittedText[ErrorOfTrial | None] = FittedText(error_lines, ascii=ascii)
        self.traceback = TracebackView(ascii=ascii)

    def compose(self) -> ComposeResult:
        """What the traceback does not tell, and the traceback."""
        yield self._about
        yield self.traceback

    def draw(self, error: ErrorOfTrial) -> None:
        """Show an error."""
        self.set_title("Error of an evaluation before" if error.is_past else "Error")
        self._about.show(error)
        self._about.display = error.is_past or not error.traceback
        self.traceback.set_text(error.traceback or "(no traceback was kept)")


class CurvePane(Pane):
    """The learning curve, and what each of its lines stands for."""

    def __init__(self, *, ascii: bool = False) -> None:
        super().__init__(id="curve", ascii=ascii)
        self._legend: FittedText[tuple[tuple[Pen, str], ...]] = FittedText(
            self._legend_lines, ascii=ascii
        )
        self.canvas = PlotCanvas(ascii=ascii)

    def compose(self) -> ComposeResult:
        """The legend, and the plot."""
        yield self._legend
        yield self.canvas

    def draw(self, plot: Plot) -> None:
        """Show a plot."""
        self.set_title("Learning curve", f"{plot.y.label} after each step")
        self._legend.show(plot.legend)
        if plot != self.canvas.plot:
            self.canvas.set_plot(plot)

    def _legend_lines(self, legend: Sequence[tuple[Pen, str]], width: int) -> list[Line]:
        del width
        parts = []
        for pen, meaning in legend:
            sign, ascii_sign, style = _SIGNS[pen]
            parts += [(ascii_sign if self.ascii else sign, style), (f" {meaning}  ", "")]
        return [parts]


class LineagePane(Pane):
    """The trials of one config, rung by rung."""

    def __init__(self, *, ascii: bool = False) -> None:
        super().__init__(id="lineage", ascii=ascii)
        self.table = _ChoiceTable(ascii=ascii, flash=False)
        self._shown: tuple[object, ...] = ()
        self._steps: dict[str, Step] = {}

    def compose(self) -> ComposeResult:
        """The table."""
        yield self.table

    def draw(self, steps: Sequence[Step], trial_id: str, view: RunView) -> None:
        """Show a lineage, the cursor on the shown trial until somebody moves it."""
        is_other = self._shown[:1] != (trial_id,)
        self._shown = (trial_id, view)
        self._steps = {step.trial_id: step for step in steps}
        self.set_title("Lineage", f"{len(steps)} trials")

        def cells(key: str) -> tuple[Cell, ...]:
            return lineage_cells(self._steps[key], trial_id, view, view.now(), ascii=self.ascii)

        self.table.set_columns(lineage_columns(view))
        self.table.set_rows(tuple(self._steps), cells)
        if is_other:
            self.table.move_cursor(trial_id)


class FilesPane(Pane):
    """What lies in the trial's directory."""

    def __init__(self, *, ascii: bool = False) -> None:
        super().__init__(id="files", ascii=ascii)
        self.table = _ChoiceTable(ascii=ascii, flash=False, empty_text="reading …")
        self._where: FittedText[Path] = FittedText(path_lines, ascii=ascii)
        self._entries: dict[str, Entry] = {}

    def compose(self) -> ComposeResult:
        """Where the directory is, and the table."""
        yield self._where
        yield self.table

    def entry(self, place: str) -> Entry | None:
        """The entry at a place, as it was when the directory was last read."""
        return self._entries.get(place)

    def clear(self) -> None:
        """Show that nothing is known yet."""
        self.set_title("Files")
        self._entries = {}
        self.table.empty_text = "reading …"
        self.table.set_rows((), lambda _: ())

    def draw(self, listing: Listing, *, is_past: bool) -> None:
        """Show a directory as it is now, whichever moment else is shown.

        Args:
            listing: What is in it.
            is_past: Whether the rest of the screen shows a moment of the past.
        """
        now = time.time()
        self.set_title("Files", "as they are now, not then" if is_past else "", said_of(listing))
        self._where.show(listing.directory)
        self._entries = {entry.place: entry for entry in listing.entries}
        self.table.empty_text = listing.problem or "The directory is empty."
        self.table.set_columns(FILE_COLUMNS if self._entries else ())
        self.table.set_rows(
            tuple(self._entries), lambda place: file_cells(self._entries[place], now)
        )
