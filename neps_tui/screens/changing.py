"""A screen from which the run can be changed."""

from __future__ import annotations

from collections.abc import Sequence
from typing import ClassVar

from textual.binding import BindingType
from textual.screen import ScreenResultType

from neps_tui.actions import bindings_of
from neps_tui.messages import ChangeAsked
from neps_tui.widgets.refusing import Refusing

READ_ONLY = (
    "Read-only: nothing can be changed from here. "
    "Start without --read-only, in the settings too, on a directory that you may write to."
)
_OF_TRIALS = frozenset({"reset", "remove", "report", "mark_failed", "mark_corrupted"})


class Changing(Refusing[ScreenResultType]):
    """Asks for changes of the trials that are chosen on it.

    Attributes:
        can_write: Whether the run may be changed from here.
    """

    BINDINGS: ClassVar[list[BindingType]] = [*bindings_of("changes")]
    can_write: bool = True

    def chosen(self) -> Sequence[str]:
        """Ids of the trials that a change would be about."""
        return ()

    def why_not(self, action: str) -> str | None:
        """Why an action cannot be done now; a change of the run goes by its own name."""
        return READ_ONLY if action in CHANGES and not self.can_write else None

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
