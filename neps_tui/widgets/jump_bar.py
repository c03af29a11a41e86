"""The line in which a trial's id is typed, to go to it."""

from __future__ import annotations

from collections.abc import Sequence

from textual import on
from textual.app import ComposeResult
from textual.containers import Horizontal
from textual.message import Message
from textual.widgets import Input, Static


class JumpBar(Horizontal):
    """An input for ids; tells at each key which trial is meant."""

    DEFAULT_CSS = """
    JumpBar {
        height: 1;
        padding: 0 1;
        background: $panel;
        & > Static { width: auto; padding-right: 1; color: $text-muted; }
        & > Input, & > Input:focus {
            width: 1fr; border: none; height: 1; padding: 0; background: $panel;
        }
    }
    """

    class Typed(Message):
        """Something was typed.

        Args:
            text: The beginning of an id, maybe all of it.
        """

        def __init__(self, text: str) -> None:
            super().__init__()
            self.text = text

    class Left(Message):
        """The trial is found."""

    def __init__(self) -> None:
        super().__init__()
        self.input = Input(placeholder="the beginning of an id; enter stays there", compact=True)

    def compose(self) -> ComposeResult:
        """The question and the input."""
        yield Static("go to trial")
        yield self.input

    def open(self) -> None:
        """Show the line and let the next key be typed into it."""
        self.display = True
        self.input.value = ""
        self.screen.set_focus(self.input)

    @on(Input.Changed)
    def _on_typed(self, event: Input.Changed) -> None:
        event.stop()
        self.post_message(self.Typed(event.value.strip()))

    @on(Input.Submitted)
    def _on_submitted(self, event: Input.Submitted) -> None:
        event.stop()
        self.display = False
        self.post_message(self.Left())


def first_match(ids: Sequence[str], text: str) -> str | None:
    """The id that is meant: the same, or else the first that begins so."""
    if not text:
        return None
    return text if text in ids else next((each for each in ids if each.startswith(text)), None)
