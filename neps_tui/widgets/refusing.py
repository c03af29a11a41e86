"""Saying why something cannot be done now, instead of doing nothing."""

from __future__ import annotations

from textual.screen import Screen, ScreenResultType


def purpose(action: str) -> str:
    """By what name an action is refused: a change of the run by what it changes, others by theirs.

    Args:
        action: The action as it is bound, as `sort` or `change('reset')`.
    """
    called, _, argument = action.partition("(")
    name = called.rpartition(".")[2]
    return argument.strip("'\")") if name == "change" else name


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
