"""What went wrong: the error dump, newest first."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping, Sequence

from neps_state import SerializableTrialError, Trial
from neps_tui.dashboard.panes.table_pane import TablePane
from neps_tui.view import RunView
from neps_tui.widgets.columns import Cell, Column

_COLUMNS = (
    Column("trial", "trial"),
    Column("type", "error", max_width=20),
    Column("message", "message", max_width=60),
    Column("worker", "worker", max_width=16),
)


class ErrorsPane(TablePane):
    """The rows of the error dump."""

    def __init__(self, *, ascii: bool = False) -> None:
        super().__init__(id="errors", empty_text="No errors.", ascii=ascii)
        self._drawn: object = None

    def show(self, view: RunView, now: float) -> None:
        """Draw the error dump."""
        errors = view.snapshot.errors
        if errors is self._drawn:
            return
        self._drawn = errors
        rows = {
            f"{number}:{error.trial_id}": (
                Cell(error.trial_id),
                Cell(error.err_type, "text-error"),
                Cell(error.err),
                Cell(error.worker_id, "text-muted"),
            )
            for number, error in _newest_first(errors, view.snapshot.trials)
        }
        self.set_rows(_COLUMNS, rows, None)
        kinds = Counter(error.err_type for error in errors)
        listed = ", ".join(f"{count} {kind}" for kind, count in kinds.most_common(3))
        self.set_title(f"Errors {len(errors)}", listed)

    def trial_of(self, key: str) -> str:
        """The trial of an error's row."""
        return key.partition(":")[2]


def _newest_first(
    errors: Sequence[SerializableTrialError], trials: Mapping[str, Trial]
) -> list[tuple[int, SerializableTrialError]]:
    """The errors by when their trials ended, each with its place in the dump.

    The dump is in this order too, unless an undo has put rows back at its end. A row whose trial
    has no end, as that was reset, counts as new as the newest before it.
    """
    dated = []
    latest = 0.0
    for number, error in enumerate(errors):
        trial = trials.get(error.trial_id)
        ended = None if trial is None else trial.metadata.time_end
        dated.append((latest if ended is None else ended, number))
        latest = max(latest, dated[-1][0])
    return [(number, errors[number]) for _, number in sorted(dated, reverse=True)]
