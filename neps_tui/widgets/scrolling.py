"""The keys that scroll a text in a dialog, whose focus is elsewhere."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Literal, TypeAlias

from textual.binding import Binding
from textual.containers import VerticalScroll

ScrollTarget: TypeAlias = Literal["down", "up", "page_down", "page_up", "home", "end"]

_KEYS: tuple[tuple[str, ScrollTarget, str], ...] = (
    ("down,j", "down", "A line down"),
    ("up,k", "up", "A line up"),
    ("pagedown,ctrl+d", "page_down", "A screenful down"),
    ("pageup,ctrl+u", "page_up", "A screenful up"),
    ("home,g", "home", "To the first line"),
    ("end,G", "end", "To the last line"),
)


def scroll_bindings(place: str) -> Iterator[Binding]:
    """Bindings to an `action_scroll(to)`, which are not shown in the last line.

    Args:
        place: What their ids begin with.
    """
    for keys, to, tooltip in _KEYS:
        yield Binding(keys, f"scroll('{to}')", to, show=False, id=f"{place}.{to}", tooltip=tooltip)


def scroll(box: VerticalScroll, to: ScrollTarget) -> None:
    """Scroll a box to where a key asked for, at once."""
    scrolls = {
        "down": box.scroll_down,
        "up": box.scroll_up,
        "page_down": box.scroll_page_down,
        "page_up": box.scroll_page_up,
        "home": box.scroll_home,
        "end": box.scroll_end,
    }
    scrolls[to](animate=False)
