"""The changes that this program made to a run, as rows of a table and in words."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field

from neps_state.history import Change, History
from neps_state.layout import RunLayout
from neps_tui.changes.undoing import Past, about, listed_ids
from neps_tui.view import RunView
from neps_tui.widgets.columns import Cell, Column
from neps_tui.words.formatting import age, date_and_time

COLUMNS = (
    Column("action", "change", max_width=14),
    Column("when", "when"),
    Column("standing", "standing", max_width=26),
    Column("trials", "trials", max_width=60),
    Column("by", "by", max_width=40),
)
_COLOURS = {"can be undone": "text-success", "changed since": "text-warning"}


@dataclass(frozen=True, slots=True)
class Kept:
    """The changes that are kept, as far as they can be read.

    Args:
        past: The changes.
        begun: How many a kill has cut short.
        failure: Why they cannot be read; None if they can.
    """

    past: Past = field(default_factory=Past)
    begun: int = 0
    failure: str | None = None

    def newest_first(self) -> Sequence[Change]:
        """The changes in the order in which they are listed."""
        return self.past.changes[::-1]

    def find(self, change_id: str) -> Change | None:
        """A change by its id."""
        return next((each for each in self.past.changes if each.id == change_id), None)


def read_kept(view: RunView) -> Kept:
    """Read the changes of a run; what goes wrong is in the answer."""
    history = History(RunLayout(view.snapshot.root))
    try:
        return Kept(Past.read(history, view.snapshot), len(history.begun()))
    except OSError as error:
        return Kept(failure=f"The changes cannot be read: {error}")


def cells(past: Past, change: Change, now: float) -> tuple[Cell, ...]:
    """The cells of a change, in the order of `COLUMNS`."""
    standing = past.standing(change)
    return (
        Cell(change.action, "text-primary"),
        Cell(age(now - change.time), "text-muted"),
        Cell(standing, _COLOURS.get(standing, "text-muted")),
        Cell(listed_ids(change) or about(change).removeprefix(change.action).strip()),
        Cell(change.by, "text-muted"),
    )


def in_words(past: Past, change: Change) -> Iterator[tuple[str, str]]:
    """A change in some lines, with their styles."""
    yield f"{about(change)}\n", "bold"
    why = past.obstacles.get(change.id)
    standing = past.standing(change) + ("" if why is None else f": {why}")
    yield f"{date_and_time(change.time)} by {change.by}, {standing}\n", ""
    if len(change.trial_ids) > 1:
        yield f"trials {', '.join(change.trial_ids)}\n", ""
    if change.undoes is not None:
        yield f"It took back {change.undoes}\n", "$foreground-muted"
    yield f"Kept in {change.directory}", "$foreground-muted"
