"""What runs now: each trial with its elapsed time against what such trials take."""

from __future__ import annotations

from collections.abc import Sequence

from neps_tui.dashboard.panes.table_pane import TablePane
from neps_tui.facts.summary import Evaluating, Standing
from neps_tui.trials.config_columns import ConfigColumns
from neps_tui.view import RunView
from neps_tui.widgets.columns import Cell, Column
from neps_tui.widgets.table_face import GUTTER
from neps_tui.words.formatting import bar, clock, duration

_COLUMNS = (
    Column("id", "trial", gap=1),
    Column("worker", "worker", gap=1),
    Column("elapsed", "since", "right", gap=1),
    Column("usual", "usual"),
)
_WITHOUT_WORKERS = tuple(column for column in _COLUMNS if column.key != "worker")
_REST_WIDTH = GUTTER + len(_COLUMNS) + len("00:00") + len("abandoned")
_COLOURS: dict[Standing, str] = {
    "working": "text-success",
    "late": "text-warning",
    "quiet": "text-error",
    "suspected": "text-warning",
    "abandoned": "text-error",
}
_ODD: tuple[Standing, ...] = ("late", "quiet", "suspected", "abandoned")
_BAR_WIDTH = 3


class EvaluatingPane(TablePane):
    """The trials that workers have taken."""

    def __init__(self, *, ascii: bool = False) -> None:
        super().__init__(id="evaluating", empty_text="Nothing runs.", ascii=ascii)

    def show(self, view: RunView, now: float) -> None:
        """Draw the trials being evaluated."""
        self._draw(view, now, view.snapshot.changed)

    def tick(self, now: float) -> None:
        """Let the clocks run."""
        if self.view is not None and self.view.summary.evaluating:
            self._draw(self.view, now, frozenset())

    def _draw(
        self, view: RunView, now: float, flash: Sequence[str] | frozenset[str] | None
    ) -> None:
        evaluating = view.summary.evaluating
        columns = _COLUMNS if self._has_room(evaluating) else _WITHOUT_WORKERS
        configs = ConfigColumns(view, self.content_size.width)
        rows = {
            each.trial_id: [
                *self._cells(each, now, columns),
                *configs.cells(view.trial(each.trial_id)),
            ]
            for each in evaluating
        }
        self.set_rows([*columns, *configs.columns], rows, None, flash=flash)
        standings = view.summary.standings(now)
        self.set_title(
            f"Evaluating {len(evaluating)}",
            *(
                f"{count} {name}"
                for name, count in standings.items()
                if count and name != "working"
            ),
        )

    def _has_room(self, evaluating: Sequence[Evaluating]) -> bool:
        """Whether the workers' names leave room for how long trials take."""
        taken = max((len(each.trial_id) + len(each.worker_id) for each in evaluating), default=0)
        return taken + _REST_WIDTH <= self.content_size.width

    def _cells(self, each: Evaluating, now: float, columns: Sequence[Column]) -> Sequence[Cell]:
        standing = each.standing_at(now)
        colour = _COLOURS[standing]
        elapsed = None if each.started is None else max(0.0, now - each.started)
        cells = {
            "id": Cell(each.trial_id),
            "worker": Cell(each.worker_id or "–", "text-muted"),
            "elapsed": Cell(_elapsed(elapsed), colour),
            "usual": Cell(self._of_usual(each, elapsed, standing), colour),
        }
        return [cells[column.key] for column in columns]

    def _of_usual(self, each: Evaluating, elapsed: float | None, standing: Standing) -> str:
        if standing != "working":
            return standing
        if each.usual is None or elapsed is None:
            return ""
        part = min(1.0, elapsed / each.usual) if each.usual > 0 else 1.0
        return f"{bar(part, _BAR_WIDTH, self.ascii)} {duration(each.usual)}"


def _elapsed(seconds: float | None) -> str:
    if seconds is None:
        return "–"
    return clock(seconds) if seconds < 86400 else duration(seconds)
