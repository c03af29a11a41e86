"""A place to read that scrolls by vim's keys too."""

from __future__ import annotations

from typing import ClassVar

from textual.binding import Binding, BindingType
from textual.containers import VerticalScroll


class ReadingScroll(VerticalScroll):
    """Scrolls by the arrows and by vim's keys."""

    DEFAULT_CSS = "ReadingScroll { scrollbar-size: 1 1; }"
    BINDINGS: ClassVar[list[BindingType]] = [
        Binding(keys, action, label, show=False, id=f"reading.{action}", tooltip=tooltip)
        for keys, action, label, tooltip in (
            ("j", "scroll_down", "Down", "A line down"),
            ("k", "scroll_up", "Up", "A line up"),
            ("ctrl+d", "page_down", "Page down", "A screenful down"),
            ("ctrl+u", "page_up", "Page up", "A screenful up"),
            ("g", "scroll_home", "Top", "To the first line"),
            ("G", "scroll_end", "Bottom", "To the last line"),
        )
    ]
