"""A screen from which the run can be changed."""

from __future__ import annotations

from collections.abc import Sequence
from typing import ClassVar

from textual.binding import BindingType
from textual.screen import ScreenResultType

from neps_tui.actions import bindings_of
from neps_tui.messages import ChangeAsked
from neps_tui.widgets.refusing import Refusing
from neps_tui.widgets.trial_table import TrialTable

_OF_TRIALS = frozenset({"reset", "remove", "report", "mark_failed", "mark_corrupted"})


def said_of_read_only(why: str) -> str:
    """What to tell whoever would change a run that may not be changed."""
    return f"Read-only: {why}; nothing can be changed from here."


class Changing(Refusing[ScreenResultType]):
    """Asks for changes of the trials that are chosen on it.

    Attributes:
        read_only: Why the run may not be changed from here; empty if it may.
    """

    BINDINGS: ClassVar[list[BindingType]] = [*bindings_of("changes")]
    read_only: str = ""

    def chosen(self) -> Sequence[str]:
        """Ids of the trials that a change would be about."""
        return ()

    def select_none(self) -> bool:
        """Select no trial any more; whether any was selected."""
        were_marked = [table.clear_marks() for table in self.query(TrialTable)]
        return any(were_marked)

    def why_not(self, action: str) -> str | None:
        """Why an action cannot be done now; a change of the run goes by its own name."""
        return said_of_read_only(self.read_only) if action in CHANGES and self.read_only else None

    def action_change(self, kind: str) -> None:
        """Ask for a change of the run.

        Args:
            kind: Which, as in `neps_tui.changes.catalogue`.
        """
        if self.refuses(kind):
            return
        chosen = self.chosen()
        if kind in _OF_TRIALS and not chosen:
            self.notify("Choose a trial first.", markup=False)
        else:
            self.post_message(ChangeAsked(kind, tuple(chosen)))


CHANGES = frozenset(
    {
        *_OF_TRIALS,
        *("enqueue", "reset_abandoned", "import", "budget", "clear_errors", "undo"),
    }
)
