"""A drawing made of braille characters in several colours."""

from __future__ import annotations

from neps_tui.plots.plot import Pen
from neps_tui.widgets.braille import BrailleCanvas

ORDER: tuple[Pen, ...] = ("faint", "plain", "second", "good", "warning", "bad", "best")
"""Of several pens in one character the last of these gives it its colour."""
_ASCII: dict[Pen, str] = {"faint": ".", "plain": "o", "best": "#"}


class PenCanvas:
    """Dots and lines in colours; a character holds the dots of all pens in it.

    Args:
        columns: Width in characters.
        rows: Height in characters.
        ascii: Whether to draw with ASCII characters only.
    """

    def __init__(self, columns: int, rows: int, *, ascii: bool = False) -> None:
        self._ascii = ascii
        self._layers: dict[Pen, BrailleCanvas] = {}
        self._all = BrailleCanvas(columns, rows, ascii=ascii)
        self._size = (columns, rows)
        self._signs: dict[tuple[int, int], tuple[str, Pen]] = {}

    @property
    def width(self) -> int:
        """Dots in a row."""
        return self._all.width

    @property
    def height(self) -> int:
        """Dots in a column."""
        return self._all.height

    def dot(self, x: int, y: int, pen: Pen) -> None:
        """Set one dot."""
        self._all.dot(x, y)
        self._layer(pen).dot(x, y)

    def line(self, start: tuple[int, int], end: tuple[int, int], pen: Pen) -> None:
        """Draw a straight line."""
        self._all.line(*start, *end)
        self._layer(pen).line(*start, *end)

    def sign(self, column: int, row: int, sign: str, pen: Pen) -> None:
        """Put a sign in place of the character of a cell; the pen that covers others wins."""
        before = self._signs.get((column, row))
        if before is None or ORDER.index(before[1]) <= ORDER.index(pen):
            self._signs[column, row] = sign, pen

    def at(self, column: int, row: int) -> tuple[str, Pen | None]:
        """The character at a place and the pen of its colour; None where there is nothing."""
        sign = self._signs.get((column, row))
        if sign is not None:
            return sign
        character = self._all.character(column, row)
        if character == " ":
            return character, None
        pen = next(
            pen
            for pen in reversed(ORDER)
            if pen in self._layers and self._layers[pen].character(column, row) != " "
        )
        return (_ASCII.get(pen, "*") if self._ascii else character), pen

    def _layer(self, pen: Pen) -> BrailleCanvas:
        if pen not in self._layers:
            self._layers[pen] = BrailleCanvas(*self._size, ascii=self._ascii)
        return self._layers[pen]
