"""The line in which a trial's id is typed, to go to it."""

from __future__ import annotations

from collections.abc import Callable, Collection, Sequence
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

    Enter leaves the line, but not while no trial is meant; one that cannot be gone to is opened.

    Args:
        ids: Gives the ids of the trials that can be gone to.
        all_ids: Gives those of the trials that there are.
        whereabouts: Says of a trial that cannot be gone to why, as in `is pending`.
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
        """The trial is found.

        Args:
            to_open: The trial, if it cannot be gone to.
        """

        def __init__(self, to_open: str | None) -> None:
            super().__init__()
            self.to_open = to_open

    def __init__(
        self,
        ids: Callable[[], Sequence[str]],
        all_ids: Callable[[], Collection[str]],
        whereabouts: Callable[[str], str],
        *,
        ascii: bool = False,
    ) -> None:
        super().__init__()
        self.input = Input(placeholder="an id or its beginning", compact=True)
        self._ids = ids
        self._all_ids = all_ids
        self._whereabouts = whereabouts
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
        return first_match(self._ids(), self._all_ids(), self._typed())

    def _say(self, text: str, *, wrong: bool = False) -> None:
        self.set_class(wrong, "-wrong")
        text = plain(text)
        self._said.update(to_ascii(text) if self._ascii else text)

    @on(Input.Changed)
    def _on_typed(self, event: Input.Changed) -> None:
        event.stop()
        meant = self._meant()
        if meant is not None and meant in self._ids():
            self._say(meant)
            self.post_message(self.Typed(meant))
        elif meant is not None:
            self._say(f"{meant} {self._whereabouts(meant)}; enter opens it")
        elif self._typed():
            self._say(f"no trial of the run begins with {self._typed()}", wrong=True)
        else:
            self._say("")

    @on(Input.Submitted)
    def _on_submitted(self, event: Input.Submitted) -> None:
        event.stop()
        meant = self._meant()
        if self._typed() and meant is None:
            return
        self.display = False
        self.post_message(self.Left(None if meant in self._ids() else meant))


def first_match(here: Sequence[str], everywhere: Collection[str], text: str) -> str | None:
    """The id that is meant: the same, or else the first that begins so, of those here rather.

    Args:
        here: Ids that can be gone to.
        everywhere: All there are.
        text: What is typed of it.
    """
    if not text:
        return None
    if text in everywhere:
        return text
    begun = (each for ids in (here, everywhere) for each in ids if each.startswith(text))
    return next(begun, None)
