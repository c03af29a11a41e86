"""Asking before the run is changed: what, which trials, what may go wrong."""

from __future__ import annotations

from collections.abc import Sequence
from typing import ClassVar

from textual import on
from textual.app import ComposeResult
from textual.binding import Binding, BindingType
from textual.containers import Horizontal, Vertical, VerticalScroll
from textual.content import Content
from textual.screen import ModalScreen
from textual.widgets import Button, Static

from neps_tui.widgets.scrolling import ScrollTarget, scroll, scroll_bindings
from neps_tui.words.formatting import plain


class ConfirmScreen(ModalScreen[bool]):
    """A question with two answers; the harmless one has the focus.

    Args:
        question: What would be done.
        lines: What would change.
        risks: What may go wrong.
        label: What the answer that does it is called.
    """

    DEFAULT_CSS = """
    ConfirmScreen {
        align: center middle;
        & > Vertical {
            width: 84;
            max-width: 96%;
            height: auto;
            max-height: 90%;
            border: round $warning;
            background: $surface;
            padding: 1 2;
        }
        #question { text-style: bold; }
        #about { height: auto; max-height: 45vh; margin: 1 0; }
        #risks { color: $text-warning; margin-bottom: 1; }
        #risks.-empty { display: none; }
        #answers { height: auto; align-horizontal: right; }
        #answers > Button { margin-left: 2; }
    }
    """
    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("y", "answer(True)", "yes", id="confirm.yes", tooltip="Do it"),
        Binding("n,escape", "answer(False)", "no", id="confirm.no", tooltip="Leave it as it is"),
        Binding("left,h", "app.focus_previous", "left", show=False, id="confirm.left"),
        Binding("right,l", "app.focus_next", "right", show=False, id="confirm.right"),
        *scroll_bindings("confirm"),
    ]
    AUTO_FOCUS = "#no"

    def __init__(
        self, question: str, lines: Sequence[str], risks: Sequence[str], label: str
    ) -> None:
        super().__init__()
        self._question = question
        self._lines = lines
        self._risks = risks
        self._label = label
        self._about = VerticalScroll(id="about", can_focus=False)

    def compose(self) -> ComposeResult:
        """Question, risks, changes, answers."""
        with Vertical():
            yield Static(_text([self._question]), id="question")
            with self._about:
                # First, as the list of what changes may be longer than the screen.
                yield Static(
                    _text(self._risks), id="risks", classes="" if self._risks else "-empty"
                )
                yield Static(_text(self._lines))
            with Horizontal(id="answers"):
                yield Button(_text(["No, leave it (n)"]), id="no")
                yield Button(_text([f"{self._label} (y)"]), id="yes", variant="warning")

    def action_scroll(self, to: ScrollTarget) -> None:
        """See more of what would change."""
        scroll(self._about, to)

    def action_answer(self, answer: bool) -> None:
        """Answer by a key."""
        self.dismiss(answer)

    @on(Button.Pressed)
    def _on_pressed(self, event: Button.Pressed) -> None:
        self.dismiss(event.button.id == "yes")


def _text(lines: Sequence[str]) -> Content:
    return Content("\n".join(plain(line) for line in lines))
