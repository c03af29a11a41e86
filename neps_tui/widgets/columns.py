"""The columns of a table: what a cell is, how wide columns are, where text stands in them."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from itertools import accumulate
from typing import Literal, NamedTuple

from rich.cells import cell_len

from neps_tui.words.formatting import decimal_parts, plain, shorten_middle, to_ascii

COLOURS = (
    *("text-success", "text-error", "text-warning", "text-primary", "text-secondary"),
    *("text-accent", "text-muted"),
)
"""Theme variables that a cell may name as its style: legible in dark and in light themes.
Each is styled anew for each table, so there are no more of them than are used."""


@dataclass(frozen=True, slots=True)
class Cell:
    """What stands in one place of a table.

    Attributes:
        text: Any text; it is shown inert and is never markup.
        style: One of `COLOURS`, or empty for the colour of the table.
    """

    text: str
    style: str = ""


@dataclass(frozen=True, slots=True)
class Column:
    """One column of a table.

    Attributes:
        key: Identifies the column.
        label: Its header.
        align: On which side text stands, or that numbers stand with their decimal points
            below each other (and what is no number, on the right).
        max_width: Longer text is shortened in its middle.
        gap: Blank cells after the column.
        whole: Whether text that the edge of the screen would cut is left out, as numbers are.
    """

    key: str
    label: str
    align: Literal["left", "right", "decimal"] = "left"
    max_width: int = 24
    gap: int = 2
    whole: bool = False


class Fitted(NamedTuple):
    """A cell made inert and short enough for its column, and measured.

    Attributes:
        text: Safe to draw.
        style: As in `Cell`.
        width: Cells that the text takes.
        fraction: Of these, the ones from the decimal point on; None if the text does not
            take part in decimal alignment.
    """

    text: str
    style: str
    width: int
    fraction: int | None


Row = tuple[Fitted, ...]


class ColumnLayout:
    """Widths of columns, which only grow, so that a table never jumps back and forth.

    Args:
        columns: The columns, in order.
        ascii: Whether to write with ASCII characters only.
    """

    def __init__(self, columns: Sequence[Column], *, ascii: bool = False) -> None:
        self.columns = tuple(columns)
        self._ascii = ascii
        self.labels = [self._shortened(column, column.label) for column in self.columns]
        self.widths = [cell_len(label) for label in self.labels]
        self._wholes = [0] * len(self.columns)
        self._fractions = [0] * len(self.columns)

    @property
    def starts(self) -> list[int]:
        """Where each column starts, and at the end where the last one ends, with its gap."""
        spans = (
            width + column.gap for width, column in zip(self.widths, self.columns, strict=True)
        )
        return list(accumulate(spans, initial=0))

    def fit(self, cells: Sequence[Cell]) -> Row:
        """Make one row's cells ready to draw; cells without a column are left out."""
        return tuple(
            self._fitted(column, cell) for column, cell in zip(self.columns, cells, strict=False)
        )

    def grow(self, row: Row) -> bool:
        """Make room for a row.

        Returns:
            Whether any column became wider or moved its decimal point.
        """
        grown = False
        for index, cell in enumerate(row):
            width = cell.width
            if cell.fraction is not None:
                whole = cell.width - cell.fraction
                if whole > self._wholes[index]:
                    self._wholes[index] = whole
                if cell.fraction > self._fractions[index]:
                    self._fractions[index] = cell.fraction
                    grown = True
                width = self._wholes[index] + self._fractions[index]
            if width > self.widths[index]:
                self.widths[index] = width
                grown = True
        return grown

    def place(self, index: int, cell: Fitted) -> str:
        """Put a cell's text where it belongs within its column, which must have grown for it.

        Returns:
            Text of exactly the width of the column.
        """
        width = self.widths[index]
        if self.columns[index].align == "left":
            return cell.text + " " * (width - cell.width)
        after = 0 if cell.fraction is None else self._fractions[index] - cell.fraction
        return " " * (width - cell.width - after) + cell.text + " " * after

    def place_label(self, index: int, arrow: str = "") -> str:
        """Put a column's label over it, with an arrow that may reach into the gap.

        Returns:
            Text of exactly the width of the column and its gap.
        """
        column, label = self.columns[index], self.labels[index]
        missing = self.widths[index] - cell_len(label)
        before = 0 if column.align == "left" else missing
        after = missing - before + column.gap - len(arrow)
        return " " * before + label + (arrow if after >= 0 else "") + " " * max(after, 0)

    def _fitted(self, column: Column, cell: Cell) -> Fitted:
        text = self._shortened(column, cell.text)
        parts = decimal_parts(text) if column.align == "decimal" else None
        return Fitted(
            text, cell.style, cell_len(text), None if parts is None else cell_len(parts[1])
        )

    def _shortened(self, column: Column, text: str) -> str:
        text = plain(text)
        if self._ascii:
            return shorten_middle(to_ascii(text), column.max_width, "~")
        return shorten_middle(text, column.max_width)
