"""Every key and what it does, from the tables that bind them."""

from __future__ import annotations

import textwrap
from collections.abc import Iterator
from typing import ClassVar

from textual.app import ComposeResult
from textual.binding import Binding, BindingType
from textual.containers import VerticalScroll
from textual.content import Content
from textual.screen import ModalScreen
from textual.widgets import Static

from neps_state import State
from neps_tui.actions import Place, actions_of
from neps_tui.widgets.trial_table import TrialTable
from neps_tui.words.states import INCUMBENT, look

_TITLES: dict[Place, str] = {
    "dashboard": "On the dashboard",
    "changes": "Changing the run",
    "trial": "On a trial",
    "tail": "In a file",
    "view": "In a view",
    "workers": "Among the workers",
    "plots": "In the plots",
    "errors": "In the errors",
    "optimizer": "On the optimizer",
    "history": "In the history",
    "doctor": "At the doctor",
    "replay": "In a replay",
    "everywhere": "Everywhere",
}
_KEY_NAMES = {
    "slash": "/",
    "question_mark": "?",
    "left_square_bracket": "[",
    "right_square_bracket": "]",
    "escape": "esc",
    "equals_sign": "=",
    "pagedown": "page down",
    "pageup": "page up",
    "plus": "+",
    "minus": "-",
    "asterisk": "*",
    "number_sign": "#",
    "greater_than_sign": ">",
    "less_than_sign": "<",
    "shift+right": "shift right",
    "shift+left": "shift left",
    "shift+tab": "shift tab",
}
_KEY_WIDTH = 24
_TEXT_WIDTH = 42
_FILTERS = (
    ("state:crashed", "The field is or contains the text."),
    ("learning_rate<1e-3", "Compare with = != < <= > >=."),
    ("has:error", "There is a value at all."),
    ('"out of memory"', "Found in id, worker, config or error."),
    ("rung=2 not worker:w1", "Both must hold; or and ( ) combine."),
)


class HelpScreen(ModalScreen[None]):
    """What every key does, and what the signs mean.

    Args:
        ascii: Whether only ASCII may be drawn.
    """

    DEFAULT_CSS = """
    HelpScreen {
        align: center middle;
        & > VerticalScroll {
            width: 90;
            max-width: 96%;
            height: auto;
            max-height: 90%;
            border: round $primary;
            border-title-style: bold;
            background: $surface;
            padding: 1 2;
        }
    }
    """
    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("escape,q,question_mark", "dismiss", "back", id="help.back", tooltip="Go back")
    ]

    def __init__(self, *, ascii: bool = False) -> None:
        super().__init__()
        self._ascii = ascii

    def compose(self) -> ComposeResult:
        """The keys, place by place, and the signs."""
        with VerticalScroll() as box:
            box.border_title = "Help"
            yield Static(Content.assemble(*self._parts()))

    def _parts(self) -> Iterator[tuple[str, str]]:
        yield "In a table\n", "bold $text-primary"
        for binding in TrialTable.BINDINGS:
            if isinstance(binding, Binding):
                yield from _row(binding.key, f"{binding.tooltip}.")
        for place, title in _TITLES.items():
            yield f"\n{title}\n", "bold $text-primary"
            for action in actions_of(place):
                yield from _row(action.keys, action.help)
        yield "\nFilters\n", "bold $text-primary"
        for example, meaning in _FILTERS:
            yield from _row(example, meaning)
        yield "\nSigns\n", "bold $text-primary"
        for shown in (INCUMBENT, *(look(state.value) for state in State)):
            yield f"  {shown.sign(self._ascii)} ", shown.colour_style
            yield f"{shown.word}\n", ""


def _row(keys: str, text: str) -> Iterator[tuple[str, str]]:
    names = " ".join(_KEY_NAMES.get(key, key.replace("ctrl+", "^")) for key in keys.split(","))
    lines = textwrap.wrap(text, _TEXT_WIDTH)
    yield f"  {names:<{_KEY_WIDTH}}", "bold"
    yield f"\n{'':<{_KEY_WIDTH + 2}}".join(lines) + "\n", ""
