"""The end of a text that grows, followed until one scrolls up."""

from __future__ import annotations

from collections.abc import Sequence
from typing import ClassVar

from rich.cells import cell_len, chop_cells
from rich.segment import Segment
from textual.binding import Binding, BindingType
from textual.geometry import Size
from textual.message import Message
from textual.scroll_view import ScrollView
from textual.strip import Strip

from neps_tui.words.formatting import to_ascii

_MOST_LINES = 40_000
"""Lines that are kept."""


class TailView(ScrollView, can_focus=True):
    """Lines of inert text, long ones wrapped; stays at the end while it follows.

    Args:
        ascii: Whether only ASCII may be drawn.

    Attributes:
        has_dropped: Whether its first lines were too many to be kept.
    """

    ALLOW_SELECT = False
    DEFAULT_CSS = """
    TailView {
        height: 1fr;
        padding: 0 1;
        overflow: hidden auto;
        scrollbar-size: 1 1;
        scrollbar-gutter: stable;
        & > .tail--note { color: $text-error; text-style: italic; }
        & > .tail--open { color: $text-primary; }
    }
    """
    COMPONENT_CLASSES: ClassVar[set[str]] = {"tail--note", "tail--open"}
    BINDINGS: ClassVar[list[BindingType]] = [
        Binding(keys, action, label, show=False, id=f"tail_view.{action}", tooltip=tooltip)
        for keys, action, label, tooltip in (
            ("down,j", "scroll_down", "Down", "A line down"),
            ("up,k", "scroll_up", "Up", "A line up"),
            ("pagedown,ctrl+d", "page_down", "Page down", "A screenful down"),
            ("pageup,ctrl+u", "page_up", "Page up", "A screenful up"),
        )
    ]

    class Followed(Message):
        """It follows the end, or does not any more."""

    class TopReached(Message):
        """The first line came into sight."""

    class BottomReached(Message):
        """The last line came into sight, after which the file goes on."""

    class StartAsked(Message):
        """The beginning of the file is to be shown."""

    class EndAsked(Message):
        """The end of the file is to be shown."""

    def __init__(self, *, ascii: bool = False, id: str | None = None) -> None:
        super().__init__(id=id)
        self._ascii = ascii
        self._lines: list[tuple[str, str]] = []
        self._open_line = ""
        self._rows: list[tuple[str, str]] = []
        self._open_rows: list[tuple[str, str]] = []
        self._width = 0
        self._is_following = True
        self._is_cut = False
        self.has_dropped = False

    @property
    def is_following(self) -> bool:
        """Whether it stays at the end."""
        return self._is_following

    @property
    def has_room(self) -> bool:
        """Whether more lines from before can be kept."""
        return len(self._lines) < _MOST_LINES

    def begin(self, lines: Sequence[str], open_line: str, *, is_cut: bool, at_end: bool) -> None:
        """Show other lines in place of all.

        Args:
            lines: Whole lines.
            open_line: What follows them.
            is_cut: Whether the file goes on after them.
            at_end: Whether to show the last of them, and follow; else the first.
        """
        self._lines, self._rows = [], []
        self._open_line, self._open_rows = "", []
        self.has_dropped = False
        self._set_following(at_end)
        self.append(lines, open_line, is_cut=is_cut)
        if not at_end:
            self.scroll_to(y=0, animate=False, force=True, immediate=True)

    def append(
        self, lines: Sequence[str], open_line: str, note: str = "", *, is_cut: bool = False
    ) -> None:
        """Add lines at the end.

        Args:
            lines: Whole lines.
            open_line: What follows them, in place of the open line before.
            note: What happened before these lines.
            is_cut: Whether the file goes on after them.
        """
        self._is_cut = is_cut
        if not lines and not note and open_line == self._open_line:
            return
        if note:
            if self._open_line:
                lines_before = [(self._open_line, "")]
                self._open_line = ""
            else:
                lines_before = []
            self._add([*lines_before, (f"({note})", "note")])
        self._add([(line, "") for line in lines])
        self._open_line = open_line
        self._open_rows = self._wrap([(open_line, "open")]) if open_line else []
        self._settle()

    def prepend(self, lines: Sequence[str]) -> None:
        """Add lines from before; those in sight stay where they are."""
        added = [(line, "") for line in lines]
        rows = self._wrap(added)
        self._lines[:0] = added
        self._rows[:0] = rows
        self._settle(down=len(rows))

    def follow(self) -> None:
        """Go to the end, and stay there."""
        self._set_following(True)
        self.scroll_end(animate=False, force=True, immediate=True)

    def _add(self, lines: list[tuple[str, str]]) -> None:
        self._lines += lines
        self._rows += self._wrap(lines)

    def _settle(self, down: int = 0) -> None:
        """Let the scrollbar know, and bring the lines that belong there into sight."""
        too_many = len(self._lines) - _MOST_LINES
        if too_many > 0 and self._is_following:
            dropped = len(self._wrap(self._lines[:too_many]))
            del self._lines[:too_many]
            del self._rows[:dropped]
            self.has_dropped = True
        self.virtual_size = Size(self._width, len(self._rows) + len(self._open_rows))
        if self._is_following:
            self.scroll_end(animate=False, force=True, immediate=True)
        elif down:
            self.scroll_to(y=self.scroll_offset.y + down, animate=False, force=True, immediate=True)
        self.refresh()
        self.call_after_refresh(self._place_thumb)
        if self._is_cut and self.virtual_size.height <= self.size.height:
            # There is nothing to scroll by which more could be asked for.
            self.post_message(self.BottomReached())

    def _place_thumb(self) -> None:
        """Show where one is: the scrollbar may not have been there yet when it was scrolled."""
        if self.show_vertical_scrollbar:
            self.vertical_scrollbar.position = self.scroll_y

    def _wrap(self, lines: Sequence[tuple[str, str]]) -> list[tuple[str, str]]:
        width = self._width
        rows: list[tuple[str, str]] = []
        for line, kind in lines:
            text = to_ascii(line) if self._ascii else line
            if width < 1 or (len(text) <= width and text.isascii()) or cell_len(text) <= width:
                rows.append((text, kind))
            elif text.isascii():
                rows += [(text[at : at + width], kind) for at in range(0, len(text), width)]
            else:
                rows += [(piece, kind) for piece in chop_cells(text, width)]
        return rows

    def on_resize(self) -> None:
        """Wrap the lines to the new width."""
        width = self.scrollable_content_region.width
        if width != self._width:
            self._width = width
            self._rows = self._wrap(self._lines)
            self._open_rows = self._wrap([(self._open_line, "open")]) if self._open_line else []
        self._settle()

    def watch_scroll_y(self, old_value: float, new_value: float) -> None:
        """Stop following when scrolled up, and take it up again at the end."""
        super().watch_scroll_y(old_value, new_value)
        if round(new_value) == round(old_value):
            return
        is_at_end = new_value >= self.max_scroll_y
        self._set_following(is_at_end and not self._is_cut)
        if is_at_end and self._is_cut:
            self.post_message(self.BottomReached())
        if round(new_value) == 0 and not self._is_following:
            self.post_message(self.TopReached())

    def action_scroll_home(self) -> None:
        """Ask for the beginning of the file, of which this may be a part only."""
        self.post_message(self.StartAsked())

    def action_scroll_end(self) -> None:
        """Ask for the end of the file."""
        self.post_message(self.EndAsked())

    def _set_following(self, is_following: bool) -> None:
        if is_following != self._is_following:
            self._is_following = is_following
            self.post_message(self.Followed())

    def render_line(self, y: int) -> Strip:
        """Draw one line of the screen."""
        width, at = self.scrollable_content_region.width, self.scroll_offset.y + y
        base = self.rich_style
        if at >= len(self._rows) + len(self._open_rows):
            return Strip.blank(width, base)
        rows = self._rows
        text, kind = rows[at] if at < len(rows) else self._open_rows[at - len(rows)]
        style = self.get_visual_style(f"tail--{kind}").rich_style if kind else base
        return Strip([Segment(text, style)]).adjust_cell_length(width, base)
