"""A drawing made of braille characters in several colours."""

from __future__ import annotations

from collections.abc import Iterable, Sequence

from neps_tui.plots.plot import PENS, Pen

_RANKS = {pen: rank for rank, pen in enumerate(PENS, start=1)}
"""Of several pens in one character the highest gives it its colour."""
_ASCII: dict[Pen, str] = {"faint": ".", "plain": ":", "best": "#"}
_GAPS: dict[Pen, int] = {"faint": 3, "plain": 2}
"""A line of these pens has only every so manieth of its dots: colour is not all that tells."""
_LONG = 4
"""Blanks from which on they are a run of their own."""
_BITS = (0x01, 0x08, 0x02, 0x10, 0x04, 0x20, 0x40, 0x80)
"""The bit of each dot of a braille character, row by row."""
_BRAILLE = {bits: 0x2800 + bits if bits else ord(" ") for bits in range(256)}

Place = tuple[int, int]


class PenCanvas:
    """Dots and lines in colours; a character holds the dots of all pens in it.

    Args:
        columns: Width in characters.
        rows: Height in characters.
        ascii: Whether to draw with ASCII characters only.
    """

    def __init__(self, columns: int, rows: int, *, ascii: bool = False) -> None:
        self._columns = columns
        self._across, self._down = (1, 1) if ascii else (2, 4)
        self._ascii = ascii
        self._bits = bytearray(columns * rows)
        self._ranks = bytearray(columns * rows)
        self._signs: dict[int, dict[int, tuple[str, str]]] = {}
        self.width = columns * self._across
        self.height = rows * self._down

    def dots(self, xs: Iterable[int], ys: Iterable[int], pen: Pen) -> None:
        """Set dots, all of which are on the canvas."""
        bits, ranks, rank = self._bits, self._ranks, _RANKS[pen]
        columns, across, down = self._columns, self._across, self._down
        for x, y in zip(xs, ys, strict=True):
            at = y // down * columns + x // across
            bits[at] |= _BITS[y % down * across + x % across]
            if ranks[at] < rank:
                ranks[at] = rank

    def line(self, start: Place, end: Place, pen: Pen, phase: int = 0) -> None:
        """Draw what is on the canvas of a straight line.

        Args:
            start: One end.
            end: The other.
            pen: How; some pens leave gaps, and the best one draws twice as thick.
            phase: Where gaps begin: lines side by side are told apart by different ones.
        """
        inside = _clipped(start, end, self.width - 1, self.height - 1)
        if inside is None:
            return
        gap = _GAPS.get(pen, 1)
        is_thick = pen == "best" and not self._ascii
        (x0, y0), (x1, y1) = inside
        if abs(x1 - x0) >= abs(y1 - y0):
            xs, ys = _way(inside, gap, phase)
            if is_thick:
                self.dots(xs, [min(y + 1, self.height - 1) for y in ys], pen)
        else:
            ys, xs = _way(((y0, x0), (y1, x1)), gap, phase)
            if is_thick:
                self.dots([min(x + 1, self.width - 1) for x in xs], ys, pen)
        self.dots(xs, ys, pen)

    def fill(self, start: Place, end: Place, pen: Pen) -> None:
        """Fill what is on the canvas of a rectangle, both corners included."""
        left, right = sorted((start[0], end[0]))
        top, bottom = sorted((start[1], end[1]))
        columns = range(max(left, 0), min(right, self.width - 1) + 1)
        for y in range(max(top, 0), min(bottom, self.height - 1) + 1):
            self.dots(columns, [y] * len(columns), pen)

    def sign(self, column: int, row: int, sign: str, part: str) -> None:
        """Put a sign in place of the character of a cell; of several the last one stays."""
        self._signs.setdefault(row, {})[column] = sign, part

    def has_sign(self, column: int, row: int) -> bool:
        """Whether a cell has a sign in it."""
        return column in self._signs.get(row, {})

    def runs(self, row: int) -> list[tuple[str, str]]:
        """A row as texts and what they are: a pen, or what a sign was said to be.

        A few blanks belong to what stands before them, which makes for few runs.
        """
        start = row * self._columns
        ranks = self._ranks[start : start + self._columns]
        characters: Sequence[str] = self._text(start)
        signs = self._signs.get(row)
        if signs is None and not any(ranks):
            return [("".join(characters), "")]
        parts = [PENS[rank - 1] if rank else "" for rank in ranks]
        if signs is not None:
            characters = list(characters)
            for column, (sign, part) in signs.items():
                characters[column], parts[column] = sign, part
        return _runs(characters, parts)

    def _text(self, start: int) -> str:
        row = self._bits[start : start + self._columns].decode("latin-1")
        if not self._ascii:
            return row.translate(_BRAILLE)
        ranks = self._ranks[start : start + self._columns]
        return "".join(_ASCII.get(PENS[rank - 1], "*") if rank else " " for rank in ranks)


def _runs(characters: Sequence[str], parts: Sequence[str]) -> list[tuple[str, str]]:
    runs: list[tuple[str, str]] = []
    start, now, blanks = 0, "", 0
    for column, (character, part) in enumerate(zip(characters, parts, strict=True)):
        blanks = blanks + 1 if character == " " else 0
        if blanks == _LONG:
            part, column = "", column - blanks + 1
        if part != now and (not blanks or blanks == _LONG):
            if column > start:
                runs.append(("".join(characters[start:column]), now))
            start, now = column, part
    runs.append(("".join(characters[start:]), now))
    return runs


def _way(ends: tuple[Place, Place], gap: int, phase: int) -> tuple[Sequence[int], Sequence[int]]:
    """The whole numbers from one end to the other, and those nearest to the way there."""
    (first, low), (last, high) = sorted(ends)
    along = range(first + (phase - first) % gap, last + 1, gap)
    steps, rise = last - first, high - low
    doubled = 2 * steps or 1
    return along, [low + (2 * (each - first) * rise + steps) // doubled for each in along]


def _clipped(start: Place, end: Place, right: int, bottom: int) -> tuple[Place, Place] | None:
    """The part of a line that is from 0 to the right and to the bottom; None if none is."""
    if all(0 <= x <= right and 0 <= y <= bottom for x, y in (start, end)):
        return start, end
    begin, stop = 0.0, 1.0
    ways = ((start[0], end[0], right), (start[1], end[1], bottom))
    for here, there, most in ways:
        if here == there:
            if not 0 <= here <= most:
                return None
            continue
        sides = sorted(((0 - here) / (there - here), (most - here) / (there - here)))
        begin, stop = max(begin, sides[0]), min(stop, sides[1])
    if begin > stop:
        return None
    (x0, y0), (x1, y1) = (
        tuple(min(max(round(here + (there - here) * share), 0), most) for here, there, most in ways)
        for share in (begin, stop)
    )
    return (x0, y0), (x1, y1)
