"""The table: a cursor that stays on its trial, and nothing painted in vain."""

from __future__ import annotations

import asyncio
import re
from collections.abc import Awaitable, Callable, Sequence

import pytest
from rich.cells import cell_len
from rich.style import Style
from textual.app import App, ComposeResult
from textual.message import Message
from textual.pilot import Pilot
from textual.strip import Strip

from neps_tui.widgets.columns import ColumnLayout
from neps_tui.widgets.table_face import Line, TableFace
from neps_tui.widgets.trial_table import Cell, Column, TrialTable
from neps_tui.widgets.visible_rows import FLASH_TICKS, VisibleRows

COLUMNS = [Column("id", "id"), Column("objective", "objective", "decimal"), Column("note", "note")]
HEIGHT = 12
PAGE = HEIGHT - 1


class CountingTable(TrialTable):
    """Counts the lines that it paints."""

    painted = 0

    def render_line(self, y: int) -> Strip:
        self.painted += 1
        return super().render_line(y)


class TableApp(App[None]):
    def __init__(self, table: CountingTable) -> None:
        super().__init__()
        self.table = table
        self.messages: list[Message] = []
        self.asked: list[str] = []
        self.values: dict[str, str] = {}

    def compose(self) -> ComposeResult:
        yield self.table

    def on_mount(self) -> None:
        self.table.set_columns(COLUMNS)
        self.table.focus()

    def cells(self, key: str) -> Sequence[Cell]:
        self.asked.append(key)
        return [Cell(key), Cell(self.values.get(key, "0.5"), "text-success"), Cell("note")]

    def on_trial_table_cursor_moved(self, message: TrialTable.CursorMoved) -> None:
        self.messages.append(message)

    def on_trial_table_opened(self, message: TrialTable.Opened) -> None:
        self.messages.append(message)

    def on_trial_table_sort_requested(self, message: TrialTable.SortRequested) -> None:
        self.messages.append(message)

    def on_trial_table_marks_changed(self, message: TrialTable.MarksChanged) -> None:
        self.messages.append(message)

    def line(self, y: int) -> str:
        return self.table.render_line(y).text.rstrip()

    def last(self, kind: type[Message]) -> Message | None:
        return next((m for m in reversed(self.messages) if isinstance(m, kind)), None)


Scenario = Callable[[TableApp, Pilot[None]], Awaitable[None]]


def run(
    scenario: Scenario,
    size: tuple[int, int] = (60, HEIGHT),
    table: Callable[[], CountingTable] = CountingTable,
) -> None:
    async def main() -> None:
        app = TableApp(table())
        async with app.run_test(size=size) as pilot:
            await pilot.pause()
            await scenario(app, pilot)

    asyncio.run(main())


def ids(count: int) -> tuple[str, ...]:
    return tuple(f"trial_{n}" for n in range(count))


def test_the_cursor_stays_on_its_trial_when_rows_are_sorted_anew() -> None:
    async def scenario(app: TableApp, pilot: Pilot[None]) -> None:
        keys = ids(100)
        app.table.set_rows(keys, app.cells)
        await pilot.press("j", "down", "down")
        assert app.table.cursor_key == "trial_3"
        app.table.set_rows(keys[::-1], app.cells, ())
        await pilot.pause()
        assert app.table.cursor_key == "trial_3"
        assert app.table.cursor_row == 96
        assert app.table.scroll_offset.y == 100 - PAGE
        assert "trial_3" in app.line(1 + 96 - (100 - PAGE))

    run(scenario)


def test_the_cursor_stays_at_its_place_on_the_screen_when_rows_come_above_it() -> None:
    async def scenario(app: TableApp, pilot: Pilot[None]) -> None:
        keys = ids(100)
        app.table.set_rows(keys, app.cells)
        app.table.move_cursor("trial_50")
        await pilot.press("up", "up")
        before = [app.line(y) for y in range(HEIGHT)]
        app.table.painted = 0
        app.table.set_rows(("new_1", "new_2", *keys), app.cells, {"new_1", "new_2"})
        await pilot.pause()
        assert app.table.painted == 0
        assert [app.line(y) for y in range(HEIGHT)] == before
        assert app.table.cursor_key == "trial_48"

    run(scenario)


def test_at_the_top_new_rows_are_seen_and_the_cursor_goes_along_with_its_trial() -> None:
    async def scenario(app: TableApp, pilot: Pilot[None]) -> None:
        app.table.set_rows(ids(100), app.cells)
        await pilot.press("down", "up")
        app.table.set_rows(("new", *ids(100)), app.cells, {"new"})
        await pilot.pause()
        assert app.table.scroll_offset.y == 0
        assert "new" in app.line(1)
        assert app.table.cursor_key == "trial_0"
        assert app.table.cursor_row == 1

    run(scenario)


def test_a_cursor_nobody_moved_stays_on_the_first_row() -> None:
    async def scenario(app: TableApp, pilot: Pilot[None]) -> None:
        app.table.set_rows(ids(100), app.cells)
        app.table.set_rows((*(f"new_{n}" for n in range(50)), *ids(100)), app.cells)
        await pilot.pause()
        assert app.table.cursor_key == "new_0"
        assert "new_0" in app.line(1)
        await pilot.press("down")
        assert app.table.cursor_key == "new_1"

    run(scenario)


def test_at_the_top_a_cursor_somebody_moved_is_never_pushed_off_the_screen() -> None:
    async def scenario(app: TableApp, pilot: Pilot[None]) -> None:
        app.table.set_rows(ids(100), app.cells)
        await pilot.press("down", "up")
        app.table.set_rows((*(f"new_{n}" for n in range(50)), *ids(100)), app.cells)
        await pilot.pause()
        assert app.table.cursor_key == "trial_0"
        assert "trial_0" in app.line(1)

    run(scenario)


def test_what_is_read_stays_in_place_while_the_cursor_is_out_of_sight() -> None:
    async def scenario(app: TableApp, pilot: Pilot[None]) -> None:
        app.table.set_rows(ids(100), app.cells)
        await pilot.pause()
        app.table.scroll_to(y=60, animate=False)
        await pilot.pause()
        app.table.painted = 0
        app.table.set_rows(("new", *ids(100)), app.cells, {"new"})
        await pilot.pause()
        assert app.table.painted == 0
        assert "trial_60" in app.line(1)
        assert app.table.cursor_key == "trial_0"
        app.table.set_rows(ids(1000)[::-1], app.cells, ())
        await pilot.pause()
        assert app.table.scroll_offset.y == 61

    run(scenario)


def test_the_cursor_is_dimmer_without_focus() -> None:
    async def scenario(app: TableApp, pilot: Pilot[None]) -> None:
        app.table.set_rows(ids(3), app.cells)
        await pilot.pause()
        focused = [segment.style for segment in app.table.render_line(1)]
        other = [segment.style for segment in app.table.render_line(2)]
        app.table.painted = 0
        app.table.blur()
        await pilot.pause()
        assert app.table.painted
        blurred = [segment.style for segment in app.table.render_line(1)]
        assert blurred != focused
        assert blurred != other

    run(scenario)


def test_the_cursor_goes_to_the_nearest_row_when_its_trial_is_gone() -> None:
    async def scenario(app: TableApp, pilot: Pilot[None]) -> None:
        keys = ids(5)
        app.table.set_rows(keys, app.cells)
        await pilot.press("end")
        app.table.set_rows(keys[:3], app.cells, ())
        await pilot.pause()
        assert app.table.cursor_key == "trial_2"
        app.table.set_rows((), app.cells, ())
        await pilot.pause()
        assert app.table.cursor_key is None
        moved = app.last(TrialTable.CursorMoved)
        assert isinstance(moved, TrialTable.CursorMoved)
        assert moved.key is None
        await pilot.press("down", "space", "enter", "pagedown", "G")
        app.table.set_rows(keys, app.cells)
        assert app.table.cursor_key == "trial_0"

    run(scenario)


@pytest.mark.parametrize(
    ("keys", "row"),
    [
        (["j", "j", "k"], 1),
        (["G"], 99),
        (["end", "g"], 0),
        (["pagedown"], PAGE - 1),
        (["ctrl+d", "ctrl+d", "ctrl+u"], PAGE - 1),
        (["up"], 0),
        (["end", "down"], 99),
    ],
)
def test_keys_move_the_cursor_and_it_stays_in_sight(keys: list[str], row: int) -> None:
    async def scenario(app: TableApp, pilot: Pilot[None]) -> None:
        app.table.set_rows(ids(100), app.cells)
        await pilot.press(*keys)
        assert app.table.cursor_row == row
        y = row - app.table.scroll_offset.y + 1
        assert 1 <= y < HEIGHT
        assert f"trial_{row} " in app.line(y)

    run(scenario)


def test_space_marks_and_goes_down() -> None:
    async def scenario(app: TableApp, pilot: Pilot[None]) -> None:
        app.table.set_rows(ids(5), app.cells)
        await pilot.press("space", "space")
        assert app.table.marked == {"trial_0", "trial_1"}
        assert app.table.cursor_key == "trial_2"
        assert [app.line(y)[0] for y in (1, 2, 3)] == ["●", "●", " "]
        await pilot.press("up", "space")
        assert app.table.marked == {"trial_0"}
        changed = app.last(TrialTable.MarksChanged)
        assert isinstance(changed, TrialTable.MarksChanged)
        assert changed.marked == {"trial_0"}
        app.table.mark(["trial_4"])
        assert app.table.marked == {"trial_0", "trial_4"}
        app.table.clear_marks()
        assert app.table.marked == frozenset()

    run(scenario)


def test_enter_and_a_second_click_open_a_trial() -> None:
    async def scenario(app: TableApp, pilot: Pilot[None]) -> None:
        app.table.set_rows(ids(5), app.cells)
        await pilot.press("down", "enter")
        opened = app.last(TrialTable.Opened)
        assert isinstance(opened, TrialTable.Opened)
        assert opened.key == "trial_1"
        assert opened.control is app.table
        app.messages.clear()
        await pilot.click(app.table, offset=(4, 4))
        assert app.table.cursor_key == "trial_3"
        assert app.last(TrialTable.Opened) is None
        await pilot.click(app.table, offset=(4, 4))
        opened = app.last(TrialTable.Opened)
        assert isinstance(opened, TrialTable.Opened)
        assert opened.key == "trial_3"
        await pilot.click(app.table, offset=(4, 9))
        assert app.table.cursor_key == "trial_3"

    run(scenario)


def test_a_click_with_control_selects_a_row_and_one_with_shift_all_from_the_cursor() -> None:
    async def scenario(app: TableApp, pilot: Pilot[None]) -> None:
        table = app.table
        table.set_rows(ids(9), app.cells)
        await pilot.pause()
        await pilot.click(table, offset=(4, 3), control=True)
        assert (table.marked, table.cursor_key) == ({"trial_2"}, "trial_2")
        await pilot.click(table, offset=(4, 5), control=True)
        await pilot.click(table, offset=(4, 3), control=True)
        assert table.marked == {"trial_4"}
        await pilot.click(table, offset=(4, 1), shift=True)
        assert table.marked == {"trial_0", "trial_1", "trial_2", "trial_4"}
        assert table.cursor_key == "trial_0"
        await pilot.click(table, offset=(4, 1), control=True)
        await pilot.click(table, offset=(4, 1))
        assert table.marked == {"trial_1", "trial_2", "trial_4"}
        assert app.last(TrialTable.Opened) is None
        assert table.clear_marks()
        assert not table.clear_marks()

    run(scenario)


def test_a_click_on_a_header_asks_for_sorting_by_its_column() -> None:
    async def scenario(app: TableApp, pilot: Pilot[None]) -> None:
        app.table.set_rows(ids(5), app.cells)
        await pilot.pause()
        await pilot.click(app.table, offset=(app.line(0).index("objective") + 2, 0))
        asked = app.last(TrialTable.SortRequested)
        assert isinstance(asked, TrialTable.SortRequested)
        assert asked.column_key == "objective"
        assert app.table.cursor_key == "trial_0"
        app.table.set_sort([("objective", False)])
        assert "objective▲" in app.line(0)
        app.table.set_sort([("objective", True)])
        assert "objective▼" in app.line(0)

    run(scenario)


def test_the_first_column_stays_in_sight_while_others_scroll() -> None:
    async def scenario(app: TableApp, pilot: Pilot[None]) -> None:
        columns = [Column("id", "id"), *(Column(f"c{n}", f"column_{n}") for n in range(12))]
        app.table.set_columns(columns)
        app.table.set_rows(
            ids(30), lambda key: [Cell(key), *(Cell(f"value_{n}") for n in range(12))]
        )
        await pilot.pause()
        assert "column_0" in app.line(0)
        await pilot.press("l", "right")
        for y, first, second in ((0, "id", "column_2"), (1, "trial_0", "value_2")):
            assert first in app.line(y)
            assert second in app.line(y)
            assert "_0  " not in app.line(y).replace("trial_0  ", "")
        await pilot.click(app.table, offset=(app.line(0).index("column_2"), 0))
        asked = app.last(TrialTable.SortRequested)
        assert isinstance(asked, TrialTable.SortRequested)
        assert asked.column_key == "c2"
        for _ in range(20):
            await pilot.press("l")
        assert "column_11" in app.line(0)
        await pilot.press(*("h" * 20))
        assert app.table.scroll_offset.x == 0

    run(scenario)


def test_a_hundred_thousand_rows_ask_for_a_screenful_of_cells() -> None:
    async def scenario(app: TableApp, pilot: Pilot[None]) -> None:
        app.table.set_rows(ids(100_000), app.cells)
        await pilot.pause()
        assert len(app.asked) <= 2 * HEIGHT
        app.asked.clear()
        await pilot.press("G")
        await pilot.pause()
        assert "trial_99999" in app.line(PAGE)
        assert len(app.asked) <= 2 * HEIGHT

    run(scenario)


def test_the_same_rows_paint_nothing() -> None:
    async def scenario(app: TableApp, pilot: Pilot[None]) -> None:
        app.table.set_rows(ids(100), app.cells)
        await pilot.pause()
        app.table.painted = 0
        app.table.set_columns(list(COLUMNS))
        app.table.set_rows(ids(100), app.cells, ())
        app.table.set_rows(ids(100), app.cells, None)
        app.table.set_rows(ids(100), app.cells, ids(100))
        app.table.set_sort([])
        await pilot.pause()
        assert app.table.painted == 0

    run(scenario)


def test_other_columns_come_with_a_provider_of_other_cells() -> None:
    async def scenario(app: TableApp, pilot: Pilot[None]) -> None:
        app.table.set_rows(ids(3), lambda key: [Cell("a text of some width")])
        await pilot.pause()
        app.table.set_columns([Column("a", "a", gap=1), Column("b", "b")])
        app.table.set_rows(ids(3), lambda key: [Cell("x"), Cell("y")])
        await pilot.pause()
        assert app.line(0) == "  a b"
        assert app.line(1) == "  x y"

    run(scenario)


def test_only_lines_that_differ_are_painted() -> None:
    async def scenario(app: TableApp, pilot: Pilot[None]) -> None:
        app.table.set_rows(ids(100), app.cells)
        await pilot.pause()
        app.table.painted = 0
        app.values["trial_4"] = app.values["trial_90"] = "0.7"
        app.asked.clear()
        app.table.set_rows(ids(100), app.cells, {"trial_4", "trial_90"})
        await pilot.pause()
        assert app.table.painted == 1
        assert app.asked == ["trial_4"]
        assert "0.7" in app.line(5)

    run(scenario, table=lambda: CountingTable(flash=False))


def test_rows_out_of_sight_come_without_painting() -> None:
    async def scenario(app: TableApp, pilot: Pilot[None]) -> None:
        app.table.set_rows(ids(100), app.cells)
        await pilot.pause()
        app.table.painted = 0
        app.table.set_rows(ids(101), app.cells, {"trial_100"})
        await pilot.pause()
        assert app.table.painted == 0
        await pilot.press("G")
        assert app.table.cursor_key == "trial_100"

    run(scenario)


def test_the_scrollbar_follows_the_rows_and_comes_and_goes_with_them() -> None:
    async def scenario(app: TableApp, pilot: Pilot[None]) -> None:
        laid_out = 0

        def count(_: object) -> None:
            nonlocal laid_out
            laid_out += 1

        table = app.table
        app.screen.screen_layout_refresh_signal.subscribe(table, count)
        for rows, has_bar, needs_layout in (
            *((100, True, True), (200, True, False), (150, True, False)),
            *((3, False, True), (4, False, False), (PAGE, False, True), (PAGE + 1, True, True)),
        ):
            laid_out = 1
            while laid_out:
                # What the step before has brought about may still be on its way.
                laid_out = 0
                await pilot.pause(0.1)
            table.set_rows(ids(rows), app.cells)
            await pilot.pause()
            assert table.show_vertical_scrollbar is has_bar
            assert bool(laid_out) is needs_layout
            if has_bar:
                assert table.vertical_scrollbar.window_virtual_size == rows + 1
                assert table.max_scroll_y == rows + 1 - HEIGHT

    run(scenario)


def test_a_changed_row_is_highlighted_unless_its_cells_are_the_same() -> None:
    async def scenario(app: TableApp, pilot: Pilot[None]) -> None:
        def background(y: int) -> object:
            style = next(iter(app.table.render_line(y))).style
            return style and style.bgcolor

        app.table.set_rows(ids(9), app.cells)
        await pilot.pause()
        app.values["trial_4"] = app.values["trial_6"] = "0.7"
        changed = {"trial_4", "trial_5", "trial_6"}
        app.table.set_rows(ids(9), app.cells, changed, flash=changed - {"trial_6"})
        assert background(5) != background(9)
        assert background(6) == background(9)
        assert background(7) == background(9)

    run(scenario)


def test_the_first_rows_are_not_highlighted() -> None:
    async def scenario(app: TableApp, pilot: Pilot[None]) -> None:
        app.table.set_rows(ids(9), app.cells, ids(9))
        await pilot.pause()
        backgrounds = {
            segment.style.bgcolor
            for y in range(2, HEIGHT)
            for segment in app.table.render_line(y)
            if segment.style
        }
        assert len(backgrounds) == 1

    run(scenario)


def test_what_a_run_contains_is_shown_inert() -> None:
    async def scenario(app: TableApp, pilot: Pilot[None]) -> None:
        text = "[bold]x[/]\x1b[31m\x07\ny"
        app.table.set_rows([text], lambda key: [Cell(key), Cell("[/]"), Cell("\x1b]0;t\x07z")])
        await pilot.pause()
        assert "[bold]x[/]␇ y" in app.line(1)
        assert "[/]" in app.line(1)
        assert app.line(1).endswith("z")
        assert "\x1b" not in app.line(1)

    run(scenario)


def test_every_line_fills_the_table_exactly() -> None:
    async def scenario(app: TableApp, pilot: Pilot[None]) -> None:
        app.values["trial_3"] = "漢字漢字漢字漢字漢字漢字漢字漢字"
        app.table.set_rows(ids(5), app.cells)
        await pilot.pause()
        for _ in range(4):
            width = app.table.scrollable_content_region.width
            assert {app.table.render_line(y).cell_length for y in range(HEIGHT)} == {width}
            await pilot.press("l")

    run(scenario, size=(33, HEIGHT))


def test_a_theme_changes_the_colours() -> None:
    async def scenario(app: TableApp, pilot: Pilot[None]) -> None:
        def colours() -> list[object]:
            return [segment.style for segment in app.table.render_line(2)]

        app.table.set_rows(ids(5), app.cells)
        await pilot.pause()
        dark = colours()
        app.theme = "textual-light"
        await pilot.pause()
        await pilot.pause()
        assert not set(map(str, dark)) & set(map(str, colours()))
        for theme in app.available_themes:
            app.theme = theme
            await pilot.pause()

    run(scenario)


def test_an_empty_table_says_why() -> None:
    async def scenario(app: TableApp, pilot: Pilot[None]) -> None:
        assert any("no [b]trials" in app.line(y) for y in range(HEIGHT))
        app.table.empty_text = "nothing matches"
        await pilot.pause()
        assert any(app.line(y).strip() == "nothing matches" for y in range(HEIGHT))
        app.table.set_rows(ids(1), app.cells)
        await pilot.pause()
        assert not any("nothing" in app.line(y) for y in range(HEIGHT))

    run(scenario, table=lambda: CountingTable(empty_text="no [b]trials"))


def test_ascii_is_enough() -> None:
    async def scenario(app: TableApp, pilot: Pilot[None]) -> None:
        app.values["trial_1"] = "–"
        app.values["trial_2"] = "漢字"
        app.table.set_rows(ids(5), app.cells)
        app.table.set_sort([("objective", True)])
        await pilot.press("space", "l", "l")
        assert all(app.line(y).isascii() for y in range(HEIGHT))

    run(scenario, size=(30, HEIGHT), table=lambda: CountingTable(ascii=True))


@pytest.mark.parametrize("size", [(1, 1), (2, 2), (5, 3), (200, 60)])
def test_any_size_will_do(size: tuple[int, int]) -> None:
    async def scenario(app: TableApp, pilot: Pilot[None]) -> None:
        app.table.set_rows(ids(50), app.cells)
        await pilot.press("j", "G", "l", "space", "h")
        await pilot.resize_terminal(60, HEIGHT)
        await pilot.pause()
        y = 49 - app.table.scroll_offset.y + 1
        assert "trial_49" in app.line(y)

    run(scenario, size=size)


def place(layout: ColumnLayout, texts: Sequence[str]) -> list[str]:
    rows = [layout.fit([Cell(text)]) for text in texts]
    for row in rows:
        layout.grow(row)
    return [layout.place(0, row[0]) for row in rows]


def test_numbers_stand_with_their_decimal_points_below_each_other() -> None:
    layout = ColumnLayout([Column("x", "x", "decimal")])
    assert place(layout, ["0.1309", "27", "-1.5", "1e-5", "crash", "–"]) == [
        " 0.1309",
        "27     ",
        "-1.5   ",
        " 1e-5  ",
        "  crash",
        "      –",
    ]


def test_columns_only_grow() -> None:
    layout = ColumnLayout([Column("x", "label")])
    wide, narrow = layout.fit([Cell("a long text")]), layout.fit([Cell("a")])
    assert layout.grow(wide)
    assert not layout.grow(narrow)
    assert layout.widths == [11]


def test_long_text_is_shortened_in_its_middle() -> None:
    layout = ColumnLayout([Column("x", "learning_rate", max_width=9)])
    assert place(layout, ["a_categorical_choice", "漢字漢字漢字"])[0] == "a_ca…oice"
    assert layout.place_label(0) == "lear…rate  "
    assert cell_len(place(layout, ["漢字漢字漢字"])[0]) == 9


def test_an_arrow_needs_no_room_of_its_own() -> None:
    layout = ColumnLayout([Column("x", "objective", "decimal", gap=1)])
    assert layout.place_label(0, "▲") == "objective▲"


def test_news_under_the_cursor_are_highlighted_too() -> None:
    async def scenario(app: TableApp, pilot: Pilot[None]) -> None:
        def background() -> object:
            style = next(iter(app.table.render_line(1))).style
            return style and style.bgcolor

        app.table.set_rows(ids(9), app.cells)
        app.table.focus()
        await pilot.pause()
        cursor = background()
        app.values["trial_9"] = "0.1"
        app.table.set_rows(["trial_9", *ids(9)], app.cells, {"trial_9"})
        await pilot.pause()
        assert app.table.cursor_key == "trial_9"
        assert background() != cursor
        for _ in range(100):
            if background() == cursor:
                break
            await pilot.pause(0.05)
        assert background() == cursor

    run(scenario)


def test_a_highlight_ends_after_some_ticks() -> None:
    layout = ColumnLayout([Column("x", "x")])
    rows = VisibleRows(layout)
    rows.supply(lambda key: [Cell("old")], None, frozenset())
    assert rows.show(["a", "b"], cursor=None, marked=frozenset()) is None
    rows.supply(lambda key: [Cell("new")], frozenset("a"), frozenset("a"))
    assert rows.show(["a", "b"], cursor=None, marked=frozenset()) == [0]
    for _ in range(FLASH_TICKS):
        assert rows.flashing
        assert rows.lines[0].look == "flash"
        rows.fade()
    assert not rows.flashing
    assert rows.show(["a", "b"], cursor=None, marked=frozenset()) == [0]
    assert rows.lines[0].look == ""


def test_rows_out_of_sight_are_forgotten() -> None:
    asked: list[str] = []

    def cells(key: str) -> list[Cell]:
        asked.append(key)
        return [Cell(key)]

    rows = VisibleRows(ColumnLayout([Column("x", "x")]))
    rows.supply(cells, None, frozenset())
    for keys in ("ab", "bc", "ab"):
        rows.show(keys, cursor=None, marked=frozenset())
    assert asked == ["a", "b", "c", "a"]


def test_half_a_number_is_never_shown_at_the_edge() -> None:
    async def scenario(app: TableApp, pilot: Pilot[None]) -> None:
        app.values["trial_0"] = "0.000123456"
        app.table.set_rows(ids(3), app.cells)
        await pilot.pause()
        assert "0.000" not in app.line(1)
        assert app.line(1).split() == ["trial_0"]
        assert "objective" not in app.line(0)

    run(scenario, size=(18, HEIGHT))


def test_a_text_is_shown_as_far_as_there_is_room() -> None:
    class LongNotes(TableApp):
        def cells(self, key: str) -> Sequence[Cell]:
            return [Cell(key), Cell("0.5"), Cell("a long note on it")]

    async def main() -> None:
        app = LongNotes(CountingTable())
        async with app.run_test(size=(30, HEIGHT)) as pilot:
            app.table.set_rows(ids(3), app.cells)
            await pilot.pause()
            assert " ".join(app.line(1).split()).startswith("trial_0 0.5 a long")

    asyncio.run(main())


@pytest.mark.parametrize("value", ["0.483, 4.5678", "worker_1234567", "1.5e-10", "12345678901"])
def test_digits_of_a_text_that_are_cut_at_the_edge_read_as_no_other_number(value: str) -> None:
    layout = ColumnLayout([Column("id", "id"), Column("note", "note")])
    row = layout.fit([Cell("trial_0"), Cell(value)])
    layout.grow(row)
    face = TableFace(layout, 1, ascii=False, style=lambda *_: Style())
    whole = set(re.findall(r"\d[\d.]*", value))
    for width in range(16, 40):
        shown = face.draw_row(Line(row), True, 0, width).text[11:].rstrip()
        assert shown.endswith("…") or set(re.findall(r"\d[\d.]*", shown)) <= whole
    assert shown == value
