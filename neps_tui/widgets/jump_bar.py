"""The line in which a trial's id is typed, to go to it."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import ClassVar

from textual import on
from textual.app import ComposeResult
from textual.binding import Binding, BindingType
from textual.containers import Horizontal
from textual.message import Message
from textual.widgets import Input, Static

from neps_tui.words.formatting import plain, to_ascii


class JumpBar(Horizontal):
    """An input for ids; says at each key which trial is meant, and tab completes its id.

    Enter leaves the line, but not while no trial is meant.

    Args:
        ids: Gives the ids of the trials that can be gone to.
        ascii: Whether only ASCII may be drawn.
    """

    DEFAULT_CSS = """
    JumpBar {
        height: 1;
        padding: 0 1;
        background: $panel;
        & > Static { width: auto; color: $text-muted; }
        & > Input, & > Input:focus {
            width: 1fr; border: none; height: 1; padding: 0 1; background: $panel;
        }
        &.-wrong > .meant { color: $text-warning; }
    }
    """

    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("tab", "complete", "complete", show=False, id="jump.complete"),
    ]

    class Typed(Message):
        """A trial is meant.

        Args:
            trial_id: The trial.
        """

        def __init__(self, trial_id: str) -> None:
            super().__init__()
            self.trial_id = trial_id

    class Left(Message):
        """The trial is found."""

    def __init__(self, ids: Callable[[], Sequence[str]], *, ascii: bool = False) -> None:
        super().__init__()
        self.input = Input(placeholder="an id or its beginning", compact=True)
        self._ids = ids
        self._ascii = ascii
        self._said = Static(classes="meant", markup=False)

    def compose(self) -> ComposeResult:
        """The question, the input, and which trial is meant."""
        yield Static("go to trial", markup=False)
        yield self.input
        yield self._said

    def open(self) -> None:
        """Show the line and let the next key be typed into it."""
        self.display = True
        self.input.value = ""
        self._say("enter goes there, escape leaves, tab completes")
        self.screen.set_focus(self.input)

    def action_complete(self) -> None:
        """Type the rest of the id that is meant."""
        if (meant := self._meant()) is not None:
            self.input.value = meant
            self.input.action_end()

    def _typed(self) -> str:
        return self.input.value.strip()

    def _meant(self) -> str | None:
        return first_match(self._ids(), self._typed())

    def _say(self, text: str, *, wrong: bool = False) -> None:
        self.set_class(wrong, "-wrong")
        text = plain(text)
        self._said.update(to_ascii(text) if self._ascii else text)

    @on(Input.Changed)
    def _on_typed(self, event: Input.Changed) -> None:
        event.stop()
        meant = self._meant()
        if meant is not None:
            self._say(meant)
            self.post_message(self.Typed(meant))
        elif self._typed():
            self._say(f"no trial in the table begins with {self._typed()}", wrong=True)
        else:
            self._say("")

    @on(Input.Submitted)
    def _on_submitted(self, event: Input.Submitted) -> None:
        event.stop()
        if self._typed() and self._meant() is None:
            return
        self.display = False
        self.post_message(self.Left())


def first_match(ids: Sequence[str], text: str) -> str | None:
    """The id that is meant: the same, or else the first that begins so."""
    if not text:
        return None
    return text if text in ids else next((each for each in ids if each.startswith(text)), None)
