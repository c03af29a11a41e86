"""A table of any number of rows, of which it draws only those that are seen."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Sequence
from typing import ClassVar

from rich.style import Style
from textual import events
from textual.binding import Binding, BindingType
from textual.geometry import Region, Size
from textual.message import Message
from textual.reactive import reactive
from textual.scroll_view import ScrollView
from textual.strip import Strip
from textual.timer import Timer
from textual.widget import Widget

from neps_tui.widgets.columns import COLOURS, Cell, Column, ColumnLayout
from neps_tui.widgets.table_face import TableFace
from neps_tui.widgets.visible_rows import CellProvider, VisibleRows

__all__ = ["Cell", "Column", "TrialTable"]

_NEEDING_A_ROW = ("mark", "extend", "mark_all", "open")
_SHOWN = ("open", "mark")
"""Bindings that the footer shows."""
FLASH_TICK = 0.5
"""Seconds between two steps in which the highlight of a row fades."""


class TrialTable(ScrollView, can_focus=True):
    """A table whose rows are known by a key, and whose cells are asked for when drawn.

    The cursor stays on its row, not on its place: when rows come, go or change places,
    it goes along with its row, and the table scrolls so that the row stays where it was
    on the screen. With the cursor out of sight, the uppermost row in sight stays there
    instead, unless it went further than a screenful. Only while scrolled to the very top
    does the table stay at the top, as long as the cursor does not leave the screen by it:
    at the top, what comes first is what is watched. And as long as nobody has moved the
    cursor, it stands for nobody's choice: it stays on the first row, whichever that is.

    Only lines whose content differs from what is on the screen are painted again.

    Args:
        pinned: How many columns stay in sight while the others scroll horizontally.
        flash: Whether rows that change are highlighted for a moment.
        ascii: Whether to draw with ASCII characters only.
        empty_text: What to say when there are no rows.
    """

    ALLOW_SELECT = False

    DEFAULT_CSS = (
        """
    TrialTable {
        width: 1fr;
        height: 1fr;
        scrollbar-size: 1 1;
        & > .trial-table--header { color: $text-muted; text-style: bold; }
        & > .trial-table--sorted { color: $text-accent; text-style: bold; }
        & > .trial-table--rule { color: $text-disabled; }
        & > .trial-table--empty { color: $text-muted; }
        & > .trial-table--mark { color: $text-accent; text-style: bold; }
        & > .trial-table--flash { background: $accent 20%; }
        & > .trial-table--cursor {
            color: $block-cursor-blurred-foreground;
            background: $block-cursor-blurred-background;
            text-style: $block-cursor-blurred-text-style;
        }
        &:focus > .trial-table--cursor {
            color: $block-cursor-foreground;
            background: $block-cursor-background;
            text-style: $block-cursor-text-style;
        }
        & > .trial-table--cursor-flash { background: $accent 40%; }
        &:focus > .trial-table--cursor-flash {
            color: $text;
            background: $accent;
            text-style: bold;
        }
    """
        + "\n".join(f"& > .trial-table--{name} {{ color: ${name}; }}" for name in COLOURS)
        + "\n}"
    )

    COMPONENT_CLASSES: ClassVar[set[str]] = {
        "trial-table--header",
        "trial-table--sorted",
        "trial-table--rule",
        "trial-table--empty",
        "trial-table--mark",
        "trial-table--flash",
        "trial-table--cursor",
        "trial-table--cursor-flash",
        *(f"trial-table--{name}" for name in COLOURS),
    }

    BINDINGS: ClassVar[list[BindingType]] = [
        Binding(
            keys,
            action,
            label,
            show=name in _SHOWN,
            # Spelled out: a terminal without Unicode has no sign for it.
            key_display="enter" if keys == "enter" else None,
            id=f"table.{name}",
            tooltip=tooltip,
        )
        for keys, action, label, name, tooltip in (
            ("down,j", "move(1)", "Down", "down", "To the next row"),
            ("up,k", "move(-1)", "Up", "up", "To the row before"),
            ("pagedown,ctrl+d", "page(1)", "Page down", "page_down", "A screenful down"),
            ("pageup,ctrl+u", "page(-1)", "Page up", "page_up", "A screenful up"),
            ("home,g", "first", "First", "first", "To the first row"),
            ("end,G", "last", "Last", "last", "To the last row"),
            ("right,l", "pan(1)", "Right", "right", "Show the columns further right"),
            ("left,h", "pan(-1)", "Left", "left", "Show the columns further left"),
            (
                "space",
                "mark",
                "select",
                "mark",
                "Select this row or not, and go down; or click with ctrl",
            ),
            (
                "shift+down,J",
                "extend(1)",
                "Select on",
                "extend_down",
                "Select it and the next; or click with shift",
            ),
            (
                "shift+up,K",
                "extend(-1)",
                "Select back",
                "extend_up",
                "Select it and the one before",
            ),
            ("asterisk", "mark_all", "Select all", "mark_all", "Select every row that is shown"),
            ("enter", "open", "open", "open", "Show all there is about this row"),
        )
    ]

    empty_text: reactive[str] = reactive("")
    """What to say when there are no rows."""

    class Event(Message):
        """Something that happened in a table."""

        def __init__(self, table: TrialTable) -> None:
            super().__init__()
            self.table = table

        @property
        def control(self) -> TrialTable:
            """The table: an alias for `@on` selectors."""
            return self.table

    class CursorMoved(Event):
        """The cursor came to another row, or there are no rows any more."""

        def __init__(self, table: TrialTable, key: str | None) -> None:
            super().__init__(table)
            self.key = key

        def can_replace(self, message: Message) -> bool:
            """Only the last of several moves matters."""
            return isinstance(message, TrialTable.CursorMoved) and message.table is self.table

    class Opened(Event):
        """A row is to be shown in full."""

        def __init__(self, table: TrialTable, key: str) -> None:
            super().__init__(table)
            self.key = key

    class SortRequested(Event):
        """A column's header was clicked."""

        def __init__(self, table: TrialTable, column_key: str) -> None:
            super().__init__(table)
            self.column_key = column_key

    class MarksChanged(Event):
        """Other rows are marked than before."""

        def __init__(self, table: TrialTable, marked: frozenset[str]) -> None:
            super().__init__(table)
            self.marked = marked

    def __init__(
        self,
        *,
        pinned: int = 1,
        flash: bool = True,
        ascii: bool = False,
        empty_text: str = "",
        name: str | None = None,
        id: str | None = None,
        classes: str | None = None,
    ) -> None:
        super().__init__(name=name, id=id, classes=classes)
        self.set_reactive(TrialTable.empty_text, empty_text)
        self._pinned = pinned
        self._flash = flash
        self._ascii = ascii
        self._keys: Sequence[str] = ()
        self._face = self._new_face(())
        self._visible = VisibleRows(self._face.columns)
        self._sort: dict[str, str] = {}
        self._cursor_row = 0
        self._cursor_key: str | None = None
        self._is_cursor_chosen = False
        self._clicked_key: str | None = None
        self._marked: frozenset[str] = frozenset()
        self._window_of_lines = range(0)
        self._outdated = False
        self._fading: Timer | None = None

    # What is shown

    def set_columns(self, columns: Sequence[Column]) -> None:
        """Show other columns; equal ones, in the same order, change nothing.

        Their widths are found anew. Rows are asked for again when they are next drawn, so
        that `set_rows` can bring a provider of other cells right afterwards.

        Args:
            columns: The columns, in order.
        """
        if tuple(columns) == self._face.columns.columns:
            return
        self._face = self._new_face(columns)
        self._visible.set_columns(self._face.columns)
        self._outdated = True
        self._resize()
        self.refresh()

    def set_rows(
        self,
        keys: Sequence[str],
        cells: CellProvider,
        changed: Collection[str] | None = None,
        *,
        flash: Collection[str] | None = None,
    ) -> None:
        """Show these rows in this order.

        Args:
            keys: All rows, each once. Kept by reference: it must not change afterwards.
            cells: Gives the cells of a row, in the order of the columns; asked only for
                rows that are drawn, and only when they come into sight or have changed.
            changed: The rows that are new or have other cells than before; None if any
                row may have.
            flash: Those of the changed rows to highlight if their cells differ from what
                was shown; by default all of `changed`, and none if that is None.
        """
        news = flash if flash is not None else changed
        if not news or not self._keys or not self._flash:
            news = ()
        stale = None if changed is None else frozenset(changed)
        self._visible.supply(cells, stale, frozenset(news))
        seen = self._is_cursor_chosen and self._is_visible(self._cursor_row)
        steady = self._cursor_row
        top = self.scroll_offset.y
        top_key = self._keys[top] if top < len(self._keys) else None
        was_empty, self._keys = not self._keys, keys
        if was_empty is bool(keys):
            self.refresh_bindings()
        self._find_cursor()
        self._resize()
        if seen and (top or self._cursor_row >= self._page):
            top += self._cursor_row - steady
        elif not seen and top and top_key is not None:
            row = self._row_of(top_key, near=top)
            if row is not None and abs(row - top) < self._page:
                top = row
        top = min(max(top, 0), self.max_scroll_y)
        if top != self.scroll_offset.y:
            self.scroll_to(y=top, animate=False, force=True)
        if not self._is_cursor_chosen and not top:
            self._set_cursor(0)
        self._update()

    def set_sort(self, columns: Sequence[tuple[str, bool]]) -> None:
        """Show by arrows in the header how rows are sorted; sorting is the caller's.

        Args:
            columns: The columns sorted by, the first counting most, each with whether the
                largest comes first. Several are numbered.
        """
        arrows = "^v" if self._ascii else "▲▼"
        numbers = [str(at + 1) for at in range(len(columns))] if len(columns) > 1 else [""]
        sort = {
            key: arrows[descending] + number
            for (key, descending), number in zip(columns, numbers, strict=False)
        }
        if sort != self._sort:
            self._sort = sort
            self._repaint(0)

    def set_pinned(self, pinned: int) -> None:
        """Keep another number of columns in sight while the others scroll."""
        if pinned != self._pinned:
            self._pinned = pinned
            self._face = self._new_face(self._face.columns.columns)
            self._visible.set_columns(self._face.columns)
            self._outdated = True
            self._resize()
            self.refresh()

    @property
    def pinned_in_sight(self) -> int:
        """How many columns stay in sight while the others scroll: those there is room for."""
        return self._face.pinned_within(self._viewport.width)

    # Cursor and marks

    @property
    def keys(self) -> Sequence[str]:
        """Keys of all rows, first to last."""
        return self._keys

    @property
    def cursor_key(self) -> str | None:
        """The row under the cursor; None if there are no rows."""
        return self._cursor_key

    @property
    def cursor_row(self) -> int | None:
        """Which row the cursor is on, from 0; None if there are no rows."""
        return None if self._cursor_key is None else self._cursor_row

    def move_cursor(self, key: str) -> bool:
        """Bring the cursor to a row, and the row into sight.

        Returns:
            Whether there is such a row.
        """
        row = self._row_of(key, near=self._cursor_row)
        if row is not None:
            self._go(row)
        return row is not None

    def settle_cursor(self) -> str | None:
        """Bring the cursor to a row in sight if nobody has moved it and it has gone out of it.

        Returns:
            The row under the cursor then; None if there are no rows.
        """
        if self._keys and not self._is_cursor_chosen and not self._is_visible(self._cursor_row):
            self._set_cursor(min(round(self.scroll_offset.y), len(self._keys) - 1))
            self._update()
        return self._cursor_key

    @property
    def marked(self) -> frozenset[str]:
        """The marked rows, among them those that are not among the rows any more."""
        return self._marked

    def mark(self, keys: Iterable[str]) -> None:
        """Mark rows, besides those that are marked."""
        self._set_marked(self._marked.union(keys))

    def clear_marks(self) -> bool:
        """Unmark all rows.

        Returns:
            Whether any was marked.
        """
        had_marks = bool(self._marked)
        self._set_marked(frozenset())
        return had_marks

    def _set_marked(self, marked: frozenset[str]) -> None:
        if marked != self._marked:
            self._marked = marked
            self._update()
            self.post_message(self.MarksChanged(self, marked))

    def _find_cursor(self) -> None:
        """Find the row of the cursor's key in new rows, or the nearest one if it is gone."""
        key, near = self._cursor_key, self._cursor_row
        row = None if key is None else self._row_of(key, near)
        self._set_cursor(min(near, max(len(self._keys) - 1, 0)) if row is None else row)

    def _row_of(self, key: str, near: int) -> int | None:
        if near < len(self._keys) and self._keys[near] == key:
            return near
        try:
            return self._keys.index(key)
        except ValueError:
            return None

    def _set_cursor(self, row: int) -> None:
        self._cursor_row = row
        key = self._keys[row] if self._keys else None
        if key != self._cursor_key:
            self._cursor_key = key
            self.post_message(self.CursorMoved(self, key))

    def _go(self, row: int) -> None:
        if not self._keys:
            return
        self._is_cursor_chosen = True
        self._set_cursor(min(max(row, 0), len(self._keys) - 1))
        self._reveal_cursor()
        self._update()

    def _reveal_cursor(self) -> None:
        top, row = self.scroll_offset.y, self._cursor_row
        if self._page and not self._is_visible(row):
            top = row if row < top else row - self._page + 1
            self.scroll_to(y=top, animate=False, force=True)

    # Keys and mouse

    def check_action(self, action: str, parameters: tuple[object, ...]) -> bool | None:
        """Grey the keys that need a row where there is none."""
        del parameters
        return True if self._keys or action not in _NEEDING_A_ROW else None

    def action_move(self, rows: int) -> None:
        """Move the cursor by some rows."""
        self.settle_cursor()
        self._go(self._cursor_row + rows)

    def action_page(self, pages: int) -> None:
        """Move the cursor by some screenfuls."""
        self.settle_cursor()
        self._go(self._cursor_row + pages * max(self._page - 1, 1))

    def action_first(self) -> None:
        """Move the cursor to the first row."""
        self._go(0)

    def action_last(self) -> None:
        """Move the cursor to the last row."""
        self._go(len(self._keys) - 1)

    def action_pan(self, columns: int) -> None:
        """Scroll by some columns horizontally."""
        stop = self._face.stop(columns, self.scroll_offset.x, self._viewport.width)
        self.scroll_to(x=stop, animate=False)

    def action_mark(self) -> None:
        """Mark the row under the cursor or not, and go to the next one."""
        key = self.settle_cursor()
        if key is not None:
            self._set_marked(self._marked ^ {key})
            self.action_move(1)

    def action_extend(self, rows: int) -> None:
        """Select the row under the cursor and the one that the cursor goes to."""
        before = self.settle_cursor()
        self.action_move(rows)
        self.mark(key for key in (before, self._cursor_key) if key is not None)

    def action_mark_all(self) -> None:
        """Select every row, or none if all are selected."""
        every = frozenset(self._keys)
        self._set_marked(self._marked - every if every <= self._marked else self._marked | every)

    def action_open(self) -> None:
        """Open the row under the cursor."""
        key = self.settle_cursor()
        if key is not None:
            self.post_message(self.Opened(self, key))

    def on_click(self, event: events.Click) -> None:
        """Sort by a header, go to a row, or open the row that was clicked before.

        With control the row is marked or not, with shift all from the cursor on are marked.
        """
        offset = event.get_content_offset(self)
        if offset is None:
            return
        event.stop()
        if offset.y == 0:
            column = self._face.column_at(offset.x, self.scroll_offset.x, self._viewport.width)
            if column is not None:
                self.post_message(self.SortRequested(self, column.key))
            return
        row = self.scroll_offset.y + offset.y - 1
        if row >= len(self._keys):
            return
        key = self._keys[row]
        if event.ctrl or event.shift:
            self._clicked_key = None
            self._mark_clicked(row, is_range=event.shift)
            return
        again = key == self._cursor_key == self._clicked_key
        self._clicked_key = key
        self._go(row)
        if again:
            self.action_open()

    def _mark_clicked(self, row: int, *, is_range: bool) -> None:
        """Mark a row or not, or mark all from the cursor to it; the cursor goes there."""
        if is_range and self.settle_cursor() is not None:
            first, last = sorted((self._cursor_row, row))
            self.mark(self._keys[first : last + 1])
        else:
            self._set_marked(self._marked ^ {self._keys[row]})
        self._go(row)

    # From rows to lines

    @property
    def _viewport(self) -> Size:
        """What the scrollbars leave of the widget."""
        return self.scrollable_content_region.size

    @property
    def _page(self) -> int:
        """Rows that fit on the screen, below the header."""
        return max(self._viewport.height - 1, 0)

    @property
    def _window(self) -> range:
        """The rows in sight, or that would be if there were as many."""
        top = self.scroll_offset.y
        return range(top, top + self._page)

    def _is_visible(self, row: int) -> bool:
        return row in self._window

    def _update(self) -> None:
        """Bring the lines up to date, and repaint those that look different."""
        self._outdated = False
        before, self._window_of_lines = self._window_of_lines, self._window
        resized = len(before) != self._page
        if resized and (not before or self._cursor_row in before):
            self._reveal_cursor()
        window, had_lines = self._window, bool(self._visible.lines)
        keys = self._keys[window.start : window.stop]
        different = self._visible.show(keys, self._cursor_key, self._marked)
        if different is None:
            self._resize()
        if different is None or had_lines != bool(keys):
            self.refresh()
        else:
            for index in different:
                self._repaint(index + 1)
        if self._visible.flashing and self._fading is None:
            self._fading = self.set_interval(FLASH_TICK, self._fade)

    def _repaint(self, y: int) -> None:
        """Paint one line of the screen again."""
        self.refresh(Region(0, y, self._viewport.width, 1))

    def _fade(self) -> None:
        """Let highlights end."""
        self._visible.fade()
        if not self._visible.flashing and self._fading is not None:
            self._fading.stop()
            self._fading = None
        self._update()

    def _resize(self) -> None:
        """Tell Textual how large the whole table is, if it has changed.

        Assigning `virtual_size` would paint all lines again, and lay out the whole screen: that
        is needed only where a scrollbar comes or goes.
        """
        before, size = self.virtual_size, Size(self._face.width, len(self._keys) + 1)
        if size == before:
            return
        self.set_reactive(Widget.virtual_size, size)
        bars = self._bars_for(size)
        if bars is None or bars != self._bars_for(before):
            self.refresh(repaint=False, layout=True)
            return
        if self.show_vertical_scrollbar:
            self.vertical_scrollbar.window_virtual_size = size.height
        if self.show_horizontal_scrollbar:
            self.horizontal_scrollbar.window_virtual_size = size.width

    def _bars_for(self, size: Size) -> tuple[bool, bool] | None:
        """Whether so large a table scrolls, across and down; None where one bar decides on both."""
        room = self.container_size
        if not room or size.width == room.width or size.height == room.height:
            return None
        return size.width > room.width, size.height > room.height

    def on_resize(self) -> None:
        """Show as many rows as fit now, and the cursor if it was in sight before."""
        self._update()

    def watch_scroll_y(self, old_value: float, new_value: float) -> None:
        """Paint the lines that differ, rather than all."""
        if self.show_vertical_scrollbar:
            self.vertical_scrollbar.position = new_value
        if round(old_value) != round(new_value):
            self._update()

    def watch_empty_text(self) -> None:
        """Say it, if there are no rows."""
        if not self._keys:
            self.refresh()

    # From lines to strips

    def render_line(self, y: int) -> Strip:
        """Draw one line of the screen: the header, a row, or nothing."""
        if self._outdated or self._window != self._window_of_lines:
            self._update()
        left, width = self.scroll_offset.x, self._viewport.width
        if y == 0:
            return self._face.draw_header(self._sort, left, width)
        if not self._keys:
            return self._face.draw_text(self.empty_text, y - 1, width, self._page)
        if y > len(self._visible.lines):
            return Strip.blank(width, self._style_of())
        line = self._visible.lines[y - 1]
        coloured = not (line.look.startswith("cursor") and self.has_focus)
        return self._face.draw_row(line, coloured, left, width)

    def _new_face(self, columns: Sequence[Column]) -> TableFace:
        layout = ColumnLayout(columns, ascii=self._ascii)
        return TableFace(layout, self._pinned, self._ascii, self._style_of)

    def _style_of(self, *parts: str) -> Style:
        names = [f"trial-table--{part}" for part in parts if part]
        return self.get_visual_style(*names).rich_style
