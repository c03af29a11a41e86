"""What is left of a dashboard that broke down: a file to report it with, and a line to say so."""

from __future__ import annotations

from io import StringIO
from pathlib import Path

from rich.console import Console
from textual.app import App

from neps_state.files import replace_file
from neps_tui.places import own_directory

_WIDTH = 120


class Breakdown:
    """Takes what an app would print of its own failure, so that none of it reaches the screen.

    Args:
        app: The app, before it runs.
    """

    def __init__(self, app: App[None]) -> None:
        self._told = StringIO()
        app.error_console = Console(
            file=self._told, width=_WIDTH, markup=False, highlight=False, color_system=None
        )

    def message(self) -> str:
        """Say in a line what happened, having kept the rest in a file."""
        text = self._told.getvalue()
        lines = [line for line in text.splitlines() if line.strip(" │╭╮╰╯─")]
        reason = lines[-1].strip() if lines else "nobody knows why"
        return (
            f"the dashboard broke down: {reason}; the run goes on, and what was asked of it was "
            f"done whole or not at all; {_kept(text)}"
        )


def _kept(text: str) -> str:
    try:
        path = _file()
        path.parent.mkdir(parents=True, exist_ok=True)
        replace_file(path, text.encode())
    except OSError as error:
        return f"what there is to report of it could not be kept: {error}"
    return f"please report {path}"


def _file() -> Path:
    return own_directory("XDG_STATE_HOME", ".local/state") / "breakdown.txt"
