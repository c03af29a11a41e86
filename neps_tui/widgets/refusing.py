"""Saying why something cannot be done now, instead of doing nothing."""

from __future__ import annotations

from textual.screen import Screen, ScreenResultType


class Refusing(Screen[ScreenResultType]):
    """A screen that greys what is impossible, and tells the reason to who tries all the same."""

    def why_not(self, action: str) -> str | None:
        """Why an action cannot be done now; None if it can."""
        del action
        return None

    def refuses(self, action: str) -> bool:
        """Whether an action cannot be done now, having said why."""
        reason = self.why_not(action)
        if reason is not None:
            self.notify(reason, severity="warning", markup=False)
        return reason is not None
