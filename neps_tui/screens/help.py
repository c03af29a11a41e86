"""Every key and what it does, from the tables that bind them."""

from __future__ import annotations

import textwrap
from collections.abc import Iterator
from typing import ClassVar, Literal, TypeAlias

from textual.app import ComposeResult
from textual.binding import Binding, BindingType
from textual.containers import VerticalScroll
from textual.content import Content
from textual.dom import DOMNode
from textual.screen import ModalScreen
from textual.widgets import Static

from neps_state import State
from neps_tui.actions import Place, actions_of
from neps_tui.facts.field_table import FIELD_TABLE, LANGUAGE
from neps_tui.widgets.scrolling import ScrollTarget, scroll, scroll_bindings
from neps_tui.widgets.trial_table import TrialTable
from neps_tui.words.states import INCUMBENT, look

_Part: TypeAlias = Place | Literal["table"]

_TITLES: dict[_Part, str] = {
    "table": "In a table",
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
    "runs": "On the runs of a folder",
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
_LEAST_TEXT, _MOST_TEXT = 20, 84
_AROUND_TEXT = 10
"""Cells of the box for indentation, padding, border and scroll bar."""
_AROUND_BOX = 4
_MOUSE = (
    ("click", "Go to a row, a point or a worker; once more opens its trial."),
    ("ctrl or shift click", "Select a row, or all up to it."),
    ("click on a header", "Sort by the column; once more, the other way round."),
    ("click on the last line", "Do what the key does."),
    ("drag a border", "Give one pane of the first screen more room, the other less."),
    ("two clicks on a title", "Give a pane of the first screen all the room, or give it back."),
    ("wheel", "Scroll; on the timeline with ctrl, see less or more time."),
)


class HelpScreen(ModalScreen[None]):
    """What every key does, first on the screen that it was called from, and what the signs mean.

    Args:
        ascii: Whether only ASCII may be drawn.
    """

    DEFAULT_CSS = """
    HelpScreen {
        align: center middle;
        & > VerticalScroll {
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
        Binding("escape,q,question_mark", "dismiss", "back", id="help.back", tooltip="Go back"),
        *scroll_bindings("help"),
    ]

    def __init__(self, *, ascii: bool = False) -> None:
        super().__init__()
        self._ascii = ascii
        self._box = VerticalScroll(can_focus=False)

    def compose(self) -> ComposeResult:
        """The keys, place by place, and the signs."""
        room = self.app.size.width - _AROUND_BOX - _KEY_WIDTH - _AROUND_TEXT
        width = min(max(room, _LEAST_TEXT), _MOST_TEXT)
        with self._box as box:
            box.border_title = "Help"
            box.styles.width = _KEY_WIDTH + width + _AROUND_TEXT
            yield Static(Content.assemble(*self._parts(width)), markup=False)

    def action_scroll(self, to: ScrollTarget) -> None:
        """Scroll the text."""
        scroll(self._box, to)

    def _parts(self, width: int) -> Iterator[tuple[str, str]]:
        for at, part in enumerate(dict.fromkeys((*self._called_from(), *_TITLES))):
            yield ("\n" if at else "") + f"{_TITLES[part]}\n", "bold $text-primary"
            for keys, text in _keys_of(part):
                yield from _row(_key_names(keys), text, width)
        for title, rows in (
            ("With the mouse", _MOUSE),
            ("Filters", LANGUAGE),
            ("Fields of filters and of sorting", [(each.name, each.means) for each in FIELD_TABLE]),
        ):
            yield f"\n{title}\n", "bold $text-primary"
            for name, text in rows:
                yield from _row(name, text, width)
        yield "\nSigns\n", "bold $text-primary"
        for shown in (INCUMBENT, *(look(state.value) for state in State)):
            yield f"  {shown.sign(self._ascii)} ", shown.colour_style
            yield f"{shown.word}\n", ""

    def _called_from(self) -> Iterator[_Part]:
        """The parts for the screen below, first for what has the keys there."""
        below = next((each for each in reversed(self.app.screen_stack) if each is not self), None)
        if below is None:
            return
        active = {_part_of(each.binding) for each in below.active_bindings.values()}
        if below.focused is not None and not isinstance(below.focused, TrialTable):
            yield from (part for part in _parts_for(below.focused) if part in active)
        yield from (part for part in _parts_for(below) if part in active)


def _parts_for(node: DOMNode) -> Iterator[_Part]:
    """The parts whose keys a screen or widget binds, its own before those it has in common."""
    for kind in type(node).__mro__:
        for binding in vars(kind).get("BINDINGS", ()):
            if isinstance(binding, Binding):
                name = _part_of(binding)
                yield from (part for part in _TITLES if part == name != "everywhere")


def _part_of(binding: Binding) -> str:
    return (binding.id or "").partition(".")[0]


def _keys_of(part: _Part) -> Iterator[tuple[str, str]]:
    if part == "table":
        for binding in TrialTable.BINDINGS:
            if isinstance(binding, Binding):
                yield binding.key, f"{binding.tooltip}."
    else:
        yield from ((action.keys, action.help) for action in actions_of(part))


def _key_names(keys: str) -> str:
    return " ".join(_KEY_NAMES.get(key, key.replace("ctrl+", "^")) for key in keys.split(","))


def _row(name: str, text: str, width: int) -> Iterator[tuple[str, str]]:
    lines = textwrap.wrap(text, width)
    yield f"  {name:<{_KEY_WIDTH}}", "bold"
    yield f"\n{'':<{_KEY_WIDTH + 2}}".join(lines) + "\n", ""
