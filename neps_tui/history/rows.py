"""The changes that this program made to a run, as rows of a table and in words."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from neps_state.history import Change, History
from neps_state.layout import RunLayout
from neps_tui.changes.undoing import listed_ids
from neps_tui.view import RunView
from neps_tui.widgets.columns import Cell, Column
from neps_tui.words.formatting import age, date_and_time

COLUMNS = (
    Column("action", "change", max_width=16),
    Column("trials", "trials", max_width=40),
    Column("when", "when"),
    Column("standing", "standing"),
    Column("by", "by", max_width=40),
)


@dataclass(frozen=True, slots=True)
class Past:
    """The changes that are kept.

    Args:
        changes: All of them, newest first.
        undoable: Ids of those that can be taken back.
        begun: How many a kill has cut short.
        failure: Why they cannot be read; None if they can.
    """

    changes: tuple[Change, ...] = ()
    undoable: frozenset[str] = frozenset()
    begun: int = 0
    failure: str | None = None

    def find(self, change_id: str) -> Change | None:
        """A change by its id."""
        return next((each for each in self.changes if each.id == change_id), None)

    def standing(self, change: Change) -> str:
        """What became of a change."""
        if change.undoes is not None:
            return "took one back"
        if change.id in self.undoable:
            return "can be undone"
        return "undone"


def read_past(view: RunView) -> Past:
    """Read the changes of a run; what goes wrong is in the answer."""
    history = History(RunLayout(view.snapshot.root))
    try:
        changes = tuple(reversed(history.changes()))
        undoable = frozenset(change.id for change in history.undoable())
        return Past(changes, undoable, len(history.begun()))
    except OSError as error:
        return Past(failure=f"The changes cannot be read: {error}")


def cells(past: Past, change: Change, now: float) -> tuple[Cell, ...]:
    """The cells of a change, in the order of `COLUMNS`."""
    standing = past.standing(change)
    return (
        Cell(change.action, "text-primary"),
        Cell(listed_ids(change)),
        Cell(age(now - change.time), "text-muted"),
        Cell(standing, "text-success" if change.id in past.undoable else "text-muted"),
        Cell(change.by, "text-muted"),
    )


def in_words(past: Past, change: Change) -> Iterator[tuple[str, str]]:
    """A change in some lines, with their styles."""
    yield f"{change.action} {', '.join(change.trial_ids)}\n", "bold"
    yield f"{date_and_time(change.time)} by {change.by}, {past.standing(change)}\n", ""
    if change.undoes is not None:
        yield f"It took back {change.undoes}\n", "$foreground-muted"
    yield f"Kept in {change.directory}", "$foreground-muted"
