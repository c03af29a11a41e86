"""Rows of texts as lines of a given width: columns below each other, long texts wrapped."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from itertools import zip_longest
from typing import TypeAlias

from rich.cells import cell_len, chop_cells

Part: TypeAlias = tuple[str, str]
"""A text without line breaks, and its style."""
Line: TypeAlias = Sequence[Part]

_GAP = 2
_LEAST = 4
"""Cells below which a column is not made narrower."""
_CUTS = " ,;/(_."
"""Characters after which a text is best cut."""


def row_lines(rows: Sequence[Sequence[Part]], width: int) -> list[Line]:
    """Put rows in columns as wide as what stands in them, or as there is room for.

    Args:
        rows: Each a text for every column, or for the first ones; texts are inert.
        width: In cells.
    """
    count = max(map(len, rows), default=0)
    natural = [
        max((cell_len(row[at][0]) for row in rows if at < len(row)), default=0)
        for at in range(count)
    ]
    widths = _fitting(natural, max(width - _GAP * (count - 1), _LEAST * count))
    return [line for row in rows for line in _lines(row, widths)]


def wrapped(text: str, width: int) -> Iterator[str]:
    """A text in pieces of a width in cells, cut where that wastes little room."""
    while cell_len(text) > width:
        head = chop_cells(text[:width], width)[0]
        cut = max(head.rfind(sign) for sign in _CUTS) + 1
        if cut <= width * 2 // 3:
            cut = len(head)
        yield text[:cut]
        text = text[cut:]
    yield text


def _fitting(natural: Sequence[int], room: int) -> list[int]:
    """Widths that fit: columns that need less than their share leave it to the others."""
    widths = list(natural)
    wide = list(range(len(natural)))
    while wide and sum(widths) > room:
        share = (room - sum(natural[at] for at in range(len(natural)) if at not in wide)) // len(
            wide
        )
        narrow = [at for at in wide if natural[at] <= share]
        if not narrow:
            for at in wide:
                widths[at] = max(share, _LEAST)
            break
        wide = [at for at in wide if at not in narrow]
    return widths


def _lines(row: Sequence[Part], widths: Sequence[int]) -> Iterator[Line]:
    columns = [
        [(piece, style) for piece in wrapped(text, width)]
        for (text, style), width in zip(row, widths, strict=False)
    ]
    for pieces in zip_longest(*columns, fillvalue=("", "")):
        line = []
        for (text, style), width in zip(pieces, widths, strict=False):
            line.append((text + " " * (width - cell_len(text) + _GAP), style))
        text, style = line[-1]
        yield (*line[:-1], (text.rstrip(), style))
