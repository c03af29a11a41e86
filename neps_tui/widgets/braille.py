"""Dots on a grid of characters, eight to a character."""

from __future__ import annotations

_BITS = ((0x01, 0x08), (0x02, 0x10), (0x04, 0x20), (0x40, 0x80))
"""The bit of each dot of a braille character, by row and column."""

_BLANK = 0x2800


class BrailleCanvas:
    """A black and white drawing made of braille characters.

    Dots are counted from the left and, as on a screen, from the top. What lies outside
    is not drawn.

    Args:
        columns: Width in characters.
        rows: Height in characters.
        ascii: Draw with one `*` a character instead.
    """

    def __init__(self, columns: int, rows: int, *, ascii: bool = False) -> None:
        self.columns = max(columns, 0)
        self.rows = max(rows, 0)
        self._ascii = ascii
        self._across, self._down = (1, 1) if ascii else (2, 4)
        self._bits = [bytearray(self.columns) for _ in range(self.rows)]

    @property
    def width(self) -> int:
        """Dots in a row."""
        return self.columns * self._across

    @property
    def height(self) -> int:
        """Dots in a column."""
        return self.rows * self._down

    def dot(self, x: int, y: int) -> None:
        """Set one dot."""
        if 0 <= x < self.width and 0 <= y < self.height:
            row, column = y // self._down, x // self._across
            self._bits[row][column] |= _BITS[y % self._down][x % self._across]

    def line(self, x0: int, y0: int, x1: int, y1: int) -> None:
        """Set the dots of a straight line, both ends included."""
        steps = max(abs(x1 - x0), abs(y1 - y0))
        for step in range(steps + 1):
            share = step / steps if steps else 0
            self.dot(round(x0 + (x1 - x0) * share), round(y0 + (y1 - y0) * share))

    def character(self, column: int, row: int) -> str:
        """The character at a place; a space where no dot is set."""
        bits = self._bits[row][column]
        if not bits:
            return " "
        return "*" if self._ascii else chr(_BLANK + bits)

    def __str__(self) -> str:
        """The whole drawing, one line a row."""
        return "\n".join(
            "".join(self.character(column, row) for column in range(self.columns))
            for row in range(self.rows)
        )
