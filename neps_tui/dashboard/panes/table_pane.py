"""A pane that is a table of trials."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence

from textual.app import ComposeResult

from neps_tui.screens.pane import Pane
from neps_tui.widgets.columns import Cell, Column
from neps_tui.widgets.trial_table import TrialTable


class TablePane(Pane):
    """A table, whose rows stand for trials.

    Args:
        id: The pane's id.
        empty_text: What to say while there are no rows.
        pinned: How many columns stay while the others scroll.
        ascii: Whether only ASCII may be drawn.
    """

    DEFAULT_CSS = """
    TablePane { padding: 0; }
    """

    def __init__(self, *, id: str, empty_text: str, pinned: int = 1, ascii: bool = False) -> None:
        super().__init__(id=id, ascii=ascii)
        self.table = TrialTable(pinned=pinned, ascii=ascii, empty_text=empty_text)

    def compose(self) -> ComposeResult:
        """The table, and nothing else."""
        yield self.table

    def focus_content(self) -> None:
        """Put the focus on the table."""
        # At once: the next key is meant for it.
        self.screen.set_focus(self.table)

    def chosen(self) -> Sequence[str]:
        """The selected trials, or else the one under the cursor."""
        keys: Collection[str] = self.table.marked
        if not keys and (key := self.table.settle_cursor()) is not None:
            keys = [key]
        return list(dict.fromkeys(self.trial_of(key) for key in sorted(keys)))

    def point_at(self, trial_id: str) -> None:
        """Bring the cursor to the first row of a trial, if it has one."""
        for key in self.table.keys:
            if self.trial_of(key) == trial_id:
                self.table.move_cursor(key)
                return

    def trial_of(self, key: str) -> str:
        """The id of the trial that a row stands for."""
        return key

    def set_rows(
        self,
        columns: Sequence[Column],
        rows: Mapping[str, Sequence[Cell]],
        changed: Collection[str] | None,
        flash: Collection[str] | None = None,
    ) -> None:
        """Show a few rows, made beforehand."""
        self.table.set_columns(columns)
        self.table.set_rows(list(rows), rows.__getitem__, changed, flash=flash)
