"""What is next: the sampled trials that no worker has taken yet."""

from __future__ import annotations

import math

from neps_state import Trial
from neps_tui.dashboard.panes.table_pane import TablePane
from neps_tui.trials.config_columns import ConfigColumns
from neps_tui.view import RunView
from neps_tui.widgets.columns import Cell, Column
from neps_tui.words.formatting import age

_COLUMNS = (Column("id", "trial"), Column("sampled", "sampled", "right"), Column("parent", "after"))


class PendingPane(TablePane):
    """The pending trials, in the order in which workers take them."""

    def __init__(self, *, ascii: bool = False) -> None:
        super().__init__(id="pending", empty_text="Nothing waits to be taken.", ascii=ascii)

    def show(self, view: RunView, now: float) -> None:
        """Draw the pending trials."""
        self._draw(view, now, view.snapshot.changed)

    def tick(self, now: float) -> None:
        """Let ages grow."""
        if self.view is not None and self.view.summary.pending:
            self._draw(self.view, now, frozenset())

    def _draw(self, view: RunView, now: float, flash: frozenset[str] | None) -> None:
        pending = view.summary.pending
        configs = ConfigColumns(view, self.content_size.width)
        trials = [view.snapshot.trials[each] for each in pending]
        rows = {each.id: (*_cells(each, now), *configs.cells(each)) for each in trials}
        self.set_rows((*_COLUMNS, *configs.columns), rows, None, flash=flash)
        self.set_title(f"Pending {len(pending)}")


def _cells(trial: Trial, now: float) -> tuple[Cell, ...]:
    sampled = trial.metadata.time_sampled
    when = "–" if math.isnan(sampled) else age(now - sampled)
    return (
        Cell(trial.metadata.id),
        Cell(when, "text-muted"),
        Cell(trial.metadata.previous_trial_id or "", "text-muted"),
    )
