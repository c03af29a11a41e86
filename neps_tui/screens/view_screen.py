"""A view of one side of the run that fills the screen, opened by its key and left by escape."""

from __future__ import annotations

from typing import ClassVar

from textual.binding import BindingType

from neps_tui.actions import bindings_of
from neps_tui.messages import TrialOpened
from neps_tui.screens.run_screen import RunScreen


class ViewScreen(RunScreen):
    """Goes back where it was opened; shows trials on asking."""

    BINDINGS: ClassVar[list[BindingType]] = [*bindings_of("view")]

    def begin_with_trial(self, trial_id: str) -> None:
        """Point at what there is of a trial, as the view was opened from it; by default nothing."""

    def action_back(self) -> None:
        """Go back to where the view was opened."""
        self.dismiss()

    def open_trial(self, trial_id: str, order: tuple[str, ...] = ()) -> None:
        """Show a trial whole.

        Args:
            trial_id: The trial.
            order: Ids of the trials it stands among; those of the first screen's table if none.
        """
        self.post_message(TrialOpened(trial_id, order))
