"""The rows of a table that are in sight, and which of them look different than before."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from itertools import zip_longest

from neps_tui.widgets.columns import Cell, ColumnLayout, Row
from neps_tui.widgets.table_face import Line

CellProvider = Callable[[str], Sequence[Cell]]

FLASH_TICKS = 3
"""How often highlights have to fade until they end."""


class VisibleRows:
    """Asks for the cells of rows in sight, remembers them, and compares.

    Rows out of sight are forgotten, so that both time and memory go with the height of
    the screen and not with the number of rows.

    Args:
        columns: The columns, which grow for the rows in sight.
    """

    def __init__(self, columns: ColumnLayout) -> None:
        self.lines: list[Line] = []
        self._columns = columns
        self._provide: CellProvider = lambda _: ()
        self._rows: dict[str, Row] = {}
        self._stale: frozenset[str] | None = None
        self._news: frozenset[str] = frozenset()
        self._flashing: dict[str, int] = {}

    @property
    def flashing(self) -> bool:
        """Whether any row is highlighted."""
        return bool(self._flashing)

    def supply(
        self, provide: CellProvider, stale: frozenset[str] | None, news: frozenset[str]
    ) -> None:
        """Say where cells come from now.

        Args:
            provide: Gives the cells of a row.
            stale: Rows whose cells have to be asked for again; None for all.
            news: Rows to highlight if their cells turn out to be different.
        """
        self._provide, self._stale, self._news = provide, stale, news

    def set_columns(self, columns: ColumnLayout) -> None:
        """Have other columns, for which all cells are asked for again."""
        self._columns = columns
        self._stale = None

    def show(
        self, keys: Sequence[str], cursor: str | None, marked: frozenset[str]
    ) -> list[int] | None:
        """Have these rows in sight.

        Args:
            keys: The rows, from the top of the screen.
            cursor: The row under the cursor.
            marked: The marked rows.

        Returns:
            The lines that look different now, from 0; None if all do, as columns grew.
        """
        stale, news = self._stale, self._news
        self._stale = self._news = frozenset()
        rows, grown = {}, False
        for key in keys:
            row = self._rows.get(key)
            if row is None or stale is None or key in stale:
                row = self._columns.fit(self._provide(key))
                grown |= self._columns.grow(row)
                if key in news and row != self._rows.get(key):
                    self._flashing[key] = FLASH_TICKS
            rows[key] = row
        self._rows = rows
        before = self.lines
        self.lines = [
            Line(
                rows[key],
                _look(is_cursor=key == cursor, is_flashing=key in self._flashing),
                key in marked,
            )
            for key in keys
        ]
        if grown:
            return None
        pairs = enumerate(zip_longest(before, self.lines))
        return [index for index, (old, new) in pairs if old != new]

    def fade(self) -> None:
        """Bring highlights nearer to their end."""
        self._flashing = {key: left - 1 for key, left in self._flashing.items() if left > 1}


def _look(*, is_cursor: bool, is_flashing: bool) -> str:
    if is_cursor:
        return "cursor-flash" if is_flashing else "cursor"
    return "flash" if is_flashing else ""
