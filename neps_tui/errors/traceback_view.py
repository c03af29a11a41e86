"""A traceback to read and to search, whatever it holds and however long it is."""

from __future__ import annotations

import re
from bisect import bisect_right
from collections.abc import Sequence
from typing import ClassVar, NamedTuple

from rich.cells import cell_len
from rich.segment import Segment
from rich.style import Style
from textual.binding import Binding, BindingType
from textual.geometry import Size
from textual.reactive import reactive
from textual.scroll_view import ScrollView
from textual.strip import Strip

from neps_tui.errors.own_first import ReadLine, own_first
from neps_tui.words.formatting import plain, to_ascii

_LONGEST = 200_000
"""Characters of a traceback that are shown: its end, which tells what went wrong."""
_MOST_LINES = 20_000
_MOST_MATCHES = 9_999
_LEAST_WIDTH = 8
"""Cells below which lines are not wrapped."""
_CUTS = ((" ", 2), ("/,", 4))
"""After which characters a line is best cut, and which part of it at the most stays blank then."""


class Row(NamedTuple):
    """A line of the screen: a part of a line of the traceback."""

    line: int
    start: int
    stop: int
    indent: int


class _Match(NamedTuple):
    line: int
    start: int
    stop: int


class TracebackView(ScrollView, can_focus=True):
    """Lines coloured by what they are, long ones wrapped; matches of a search stand out.

    Args:
        ascii: Whether only ASCII may be drawn.
        id: The widget's id.
    """

    ALLOW_SELECT = False
    DEFAULT_CSS = """
    TracebackView {
        height: 1fr;
        overflow: hidden auto;
        scrollbar-size: 1 1;
        scrollbar-gutter: stable;
        & > .traceback--own-frame { color: $text-primary; text-style: bold; }
        & > .traceback--own-code { color: $foreground; }
        & > .traceback--library { color: $text-muted; }
        & > .traceback--note { color: $text-muted; text-style: italic; }
        & > .traceback--error { color: $text-error; text-style: bold; }
        & > .traceback--match { background: $warning 35%; }
        & > .traceback--current { color: $block-cursor-foreground; background: $warning; }
    }
    """
    COMPONENT_CLASSES: ClassVar[set[str]] = {
        *(f"traceback--{kind}" for kind in ("own-frame", "own-code", "library", "note", "error")),
        *("traceback--match", "traceback--current"),
    }
    BINDINGS: ClassVar[list[BindingType]] = [
        Binding(keys, action, label, show=False, id=f"traceback.{action}", tooltip=tooltip)
        for keys, action, label, tooltip in (
            ("down,j", "scroll_down", "Down", "A line down"),
            ("up,k", "scroll_up", "Up", "A line up"),
            ("pagedown,ctrl+d", "page_down", "Page down", "A screenful down"),
            ("pageup,ctrl+u", "page_up", "Page up", "A screenful up"),
            ("home,g", "scroll_home", "Top", "To the first line"),
            ("end,G", "scroll_end", "Bottom", "To the last line"),
        )
    ]

    query_text: reactive[str] = reactive("")
    """What is searched for."""

    def __init__(self, *, ascii: bool = False, id: str | None = None) -> None:
        super().__init__(id=id)
        self._ascii = ascii
        self._text = ""
        self._lines: Sequence[str] = ()
        self._kinds: Sequence[str] = ()
        self._rows: list[Row] = []
        self._width = 0
        self._matches: list[_Match] = []
        self._current = 0

    def set_text(self, text: str) -> None:
        """Show a traceback, the user's own frames first; the one that is shown changes nothing.

        Args:
            text: As the worker printed it: any text, however long.
        """
        if text == self._text:
            return
        self._text = text
        shown = plain(text[-_LONGEST:].rstrip(), newlines=True)
        lines = (to_ascii(shown) if self._ascii else shown).split("\n")
        left_out = max(len(text) - _LONGEST, 0) + sum(map(len, lines[:-_MOST_LINES]))
        lines = lines[-_MOST_LINES:]
        read = own_first(lines)
        if left_out:
            read.append(ReadLine(f"({left_out} characters left out)", "note"))
        self._lines, self._kinds = [line.text for line in read], [line.kind for line in read]
        self._find()
        self._wrap()
        self.scroll_home(animate=False, force=True, immediate=True)

    # --- search --------------------------------------------------------------------------------

    @property
    def found(self) -> str:
        """Which match is shown of how many, in words; empty while nothing is searched for."""
        if not self.query_text:
            return ""
        count = len(self._matches)
        more = "+" if count == _MOST_MATCHES else ""
        return f"{self._current + 1} of {count}{more}" if count else "no match"

    @property
    def has_matches(self) -> bool:
        """Whether what is searched for is there."""
        return bool(self._matches)

    def watch_query_text(self) -> None:
        """Search anew, and show the match nearest below the first line in sight."""
        self._find()
        top = self.scroll_offset.y
        line = self._rows[top].line if top < len(self._rows) else 0
        below = (at for at, match in enumerate(self._matches) if match.line >= line)
        self._current = next(below, 0)
        self._reveal()

    def next_match(self, step: int) -> None:
        """Show another match, beginning again after the last one.

        Args:
            step: How many matches further.
        """
        if self._matches:
            self._current = (self._current + step) % len(self._matches)
            self._reveal()

    def _find(self) -> None:
        self._current, self._matches = 0, []
        query = to_ascii(self.query_text) if self._ascii else self.query_text
        if not query:
            return
        # Capitals are told apart only if there are any, as in vim with smartcase.
        flags = re.IGNORECASE if query == query.lower() else 0
        wanted = re.compile(re.escape(query), flags)
        for number, line in enumerate(self._lines):
            for match in wanted.finditer(line):
                self._matches.append(_Match(number, match.start(), match.end()))
                if len(self._matches) == _MOST_MATCHES:
                    return

    def _reveal(self) -> None:
        self.refresh()
        if not self._matches:
            return
        match = self._matches[self._current]
        row = bisect_right(self._rows, (match.line, match.start, len(self._text) + 1)) - 1
        top, height = self.scroll_offset.y, self.scrollable_content_region.height
        if not top <= row < top + height:
            self.scroll_to(y=max(row - height // 3, 0), animate=False, force=True)

    # --- lines ---------------------------------------------------------------------------------

    def on_resize(self) -> None:
        """Wrap the lines to the new width."""
        if self.scrollable_content_region.width != self._width:
            self._wrap()

    def _wrap(self) -> None:
        self._width = self.scrollable_content_region.width
        self._rows = [
            row
            for number, line in enumerate(self._lines)
            for row in rows_of(number, line, self._width)
        ]
        self.virtual_size = Size(self._width, len(self._rows))
        self.refresh()

    def render_line(self, y: int) -> Strip:
        """Draw one line of the screen."""
        width, at = self._width, self.scroll_offset.y + y
        if at >= len(self._rows):
            return Strip.blank(width, self.rich_style)
        row = self._rows[at]
        base = self._style_of(self._kinds[row.line])
        parts = [Segment(" " * row.indent, base), *self._parts(row, base)]
        return Strip(parts).adjust_cell_length(width, base)

    def _parts(self, row: Row, base: Style) -> list[Segment]:
        """The row's text, cut where a match begins or ends."""
        text, at = self._lines[row.line], row.start
        parts: list[Segment] = []
        first = bisect_right(self._matches, (row.line, row.start - len(self.query_text) - 1, 0))
        for number in range(first, len(self._matches)):
            match = self._matches[number]
            if match.line != row.line or match.start >= row.stop:
                break
            start, stop = max(match.start, at), min(match.stop, row.stop)
            if stop <= start:
                continue
            style = self._style_of("current" if number == self._current else "match")
            parts += [Segment(text[at:start], base), Segment(text[start:stop], base + style)]
            at = stop
        return [*parts, Segment(text[at : row.stop], base)]

    def _style_of(self, part: str) -> Style:
        return self.get_visual_style(f"traceback--{part}").rich_style


def rows_of(number: int, line: str, width: int) -> list[Row]:
    """A line's parts, each as wide as the screen at the most.

    Args:
        number: Which line of the traceback it is.
        line: Its text.
        width: Cells of the screen.
    """
    # Marks below a line of code say nothing once they are torn from it.
    if width < _LEAST_WIDTH or cell_len(line) <= width or not line.strip(" ^~"):
        return [Row(number, 0, len(line), 0)]
    indent = min(len(line) - len(line.lstrip()) + 2, width // 4)
    rows, start = [], 0
    while start < len(line):
        used = indent if start else 0
        stop = _stop(line, start, width - used)
        rows.append(Row(number, start, stop, used))
        start = stop
    return rows


def _stop(line: str, start: int, room: int) -> int:
    """Where a part of a line ends: where it can be cut, if that wastes little room."""
    stop = _last_fitting(line, start, room)
    if stop < len(line):
        for signs, part in _CUTS:
            for at in range(stop, max(stop - room // part, start), -1):
                if line[at - 1] in signs and not line[start:at].isspace():
                    return at
    return stop


def _last_fitting(line: str, start: int, room: int) -> int:
    if line.isascii():
        return min(start + room, len(line))
    for at in range(start, len(line)):
        room -= cell_len(line[at])
        if room < 0:
            return at
    return len(line)
