"""Choosing, ordering and pinning the columns of the table, and sorting by several of them."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import ClassVar

from textual.app import ComposeResult
from textual.binding import Binding, BindingType
from textual.containers import Vertical
from textual.content import Content
from textual.screen import ModalScreen
from textual.widgets import OptionList, Static
from textual.widgets.option_list import Option

from neps_tui.trials.column_choice import ALWAYS_FIRST, ColumnChoice, Sorting
from neps_tui.widgets.columns import Column
from neps_tui.widgets.key_bar import KeyBar
from neps_tui.words.formatting import plain, to_ascii

Apply = Callable[[ColumnChoice, Sorting], int]


class ColumnsScreen(ModalScreen[None]):
    """The columns in their order; what is changed is seen at once in the table behind.

    Args:
        columns: All columns there are.
        choice: Which of them are shown now, and in which order.
        sorting: What the table is sorted by.
        apply: Takes what is chosen, and tells how many of the pinned columns there is room for.
        ascii: Whether only ASCII may be drawn.
    """

    DEFAULT_CSS = """
    ColumnsScreen {
        align: right top;
        background: $background 20%;
        & > Vertical {
            width: 44;
            max-height: 100%;
            margin: 2 0 1 0;
            border: round $primary;
            border-title-style: bold;
            background: $surface;
        }
        & > Vertical.-ascii { border: ascii $primary; }
        OptionList, OptionList:focus {
            height: 1fr;
            border: none;
            background: $surface;
            background-tint: $foreground 0%;
        }
        #explained { padding: 0 1; color: $text-muted; }
        KeyBar { dock: bottom; }
    }
    """
    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("escape,enter,q,c", "dismiss", "done", id="columns.done", tooltip="Go back"),
        Binding(
            "space", "show_or_hide", "show or hide", id="columns.toggle", tooltip="Show or hide it"
        ),
        Binding("K,shift+up", "shift(-1)", "up", id="columns.left", tooltip="Move it up"),
        Binding("J,shift+down", "shift(1)", "down", id="columns.right", tooltip="Move it down"),
        Binding("p", "pin", "pin", id="columns.pin", tooltip="Keep it and those before in sight"),
        Binding("s", "sort", "sort", id="columns.sort", tooltip="Sort by it alone"),
        Binding("a", "sort_also", "and by", id="columns.also", tooltip="Sort by it as well"),
        Binding("j", "cursor(1)", "down", show=False, id="columns.down"),
        Binding("k", "cursor(-1)", "up", show=False, id="columns.up"),
    ]

    def __init__(
        self,
        columns: Sequence[Column],
        choice: ColumnChoice,
        sorting: Sorting,
        apply: Apply,
        *,
        ascii: bool = False,
    ) -> None:
        super().__init__()
        self._columns = columns
        self._choice = choice
        self._sorting = sorting
        self._apply = apply
        self._ascii = ascii
        self._pinned_in_sight = 0
        self._list = OptionList()

    def compose(self) -> ComposeResult:
        """The list of columns and the keys."""
        with Vertical(classes="-ascii" if self._ascii else "") as box:
            box.border_title = "Columns"
            # The columns, what is said below them, and the frame.
            box.styles.height = len(self._choosable()) + 4
            yield self._list
            yield Static("Shown in the table at once, and remembered.", id="explained")
        yield KeyBar()

    def on_mount(self) -> None:
        """List the columns."""
        self._change(self._choice)
        self._list.focus()

    def action_cursor(self, step: int) -> None:
        """Go to another column."""
        if step > 0:
            self._list.action_cursor_down()
        else:
            self._list.action_cursor_up()

    def on_option_list_option_selected(self) -> None:
        """A click shows or hides."""
        self.action_show_or_hide()

    def action_show_or_hide(self) -> None:
        """Show the column, or hide it."""
        self._change(self._choice.toggled(self._key()))

    def action_shift(self, step: int) -> None:
        """Move the column."""
        self._change(self._choice.moved(self._columns, self._key(), step), follow=step)

    def action_pin(self) -> None:
        """Keep this column and those before it in sight; again, none."""
        shown = [each.key for each in self._choosable() if self._choice.is_shown(each.key)]
        count = shown.index(self._key()) + 1 if self._key() in shown else 0
        self._change(self._choice.pinned_to(0 if count == self._choice.pinned else count))

    def action_sort(self) -> None:
        """Sort by the column alone; again, the other way round."""
        key = self._key()
        descending = self._sorting == ((key, False),)
        self._sorting = ((key, descending),)
        self._change(self._choice)

    def action_sort_also(self) -> None:
        """Sort by the column after the others; again the other way round, and again not."""
        key = self._key()
        now = dict(self._sorting)
        if key not in now:
            now[key] = False
        elif not now[key]:
            now[key] = True
        else:
            del now[key]
        self._sorting = tuple(now.items()) or self._sorting
        self._change(self._choice)

    def _choosable(self) -> list[Column]:
        ordered = self._choice.ordered(self._columns)
        return [each for each in ordered if each.key not in ALWAYS_FIRST]

    def _key(self) -> str:
        return self._choosable()[self._list.highlighted or 0].key

    def _change(self, choice: ColumnChoice, follow: int = 0) -> None:
        self._choice = choice
        self._fill((self._list.highlighted or 0) + follow)
        # The table takes longer, and stands behind.
        self.call_after_refresh(self._show_in_table)

    def _show_in_table(self) -> None:
        before = self._pinned_in_sight
        self._pinned_in_sight = self._apply(self._choice, self._sorting)
        if self._pinned_in_sight != before:
            self._fill(self._list.highlighted or 0)

    def _fill(self, highlighted: int) -> None:
        columns = self._choosable()
        self._list.set_options(Option(self._line(each)) for each in columns)
        self._list.highlighted = min(max(highlighted, 0), len(columns) - 1)

    def _line(self, column: Column) -> Content:
        box = "[x]" if self._choice.is_shown(column.key) else "[ ]"
        shown = [each.key for each in self._choosable() if self._choice.is_shown(each.key)]
        pinned = ""
        if column.key in shown[: self._choice.pinned]:
            fits = column.key in shown[: self._pinned_in_sight]
            pinned = "  pinned" if fits else "  too wide to pin"
        by = dict(self._sorting)
        place = f"{list(by).index(column.key) + 1}" if column.key in by and len(by) > 1 else ""
        arrows = "^v" if self._ascii else "▲▼"
        arrow = f"  {arrows[by[column.key]]}{place}" if column.key in by else ""
        name = plain(column.label or column.key)
        # In one colour: that of the cursor goes with no other.
        said = Content.assemble(f"{box} {name}", (arrow, "bold"), (pinned, "italic"))
        return Content(to_ascii(said.plain)) if self._ascii else said
