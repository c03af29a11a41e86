"""The line in which something to search for is typed, and what was found."""

from __future__ import annotations

from textual.app import ComposeResult
from textual.containers import Horizontal
from textual.widgets import Input, Static


class SearchLine(Horizontal):
    """An input after a slash, and a count; `Input.Changed` tells what is typed."""

    DEFAULT_CSS = """
    SearchLine {
        height: 1;
        background: $panel;
        padding: 0 1;
        & > .slash { width: 2; color: $text-accent; }
        & > Input, & > Input:focus {
            width: 1fr; border: none; height: 1; padding: 0; background: $panel;
        }
        & > .found { width: auto; padding: 0 0 0 2; color: $text-muted; }
    }
    """

    def __init__(self) -> None:
        super().__init__()
        self.input = Input(placeholder="search the traceback", compact=True)
        self._found = Static(classes="found", markup=False)
        self._said = ""

    def compose(self) -> ComposeResult:
        """The slash, the input and the count."""
        yield Static("/", classes="slash", markup=False)
        yield self.input
        yield self._found

    def say(self, text: str) -> None:
        """Say what was found."""
        if text != self._said:
            self._said = text
            self._found.update(text)
