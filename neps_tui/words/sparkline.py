"""Histograms one line high, drawn with block characters."""

from __future__ import annotations

from collections.abc import Sequence

_BLOCKS = "▁▂▃▅▇"
_ASCII_BLOCKS = ".:=%#"


def sparkline(
    counts: Sequence[int],
    width: int,
    *,
    mark: int | None = None,
    gap: bool = False,
    ascii: bool = False,
) -> str:
    """Draw how often each of some bins was hit, between the edges of what can be hit.

    Where there is less room than there are bins, neighbours are put together.

    Args:
        counts: One for each bin; a bin that was hit at all shows at least the lowest block.
        width: Cells to fill exactly, edges included.
        mark: The bin to mark with a star.
        gap: Whether bins stand apart, as those of categories do.
        ascii: Whether to draw with ASCII characters only.

    Returns:
        As in `▕ ▂▇★▁   ▏`; blank where nothing was counted at all.
    """
    room = width - 2
    if room < 1 or not any(counts):
        return " " * width
    merged = -(-len(counts) // room)
    counts = [sum(counts[at : at + merged]) for at in range(0, len(counts), merged)]
    mark = None if mark is None else mark // merged
    left, right = "[]" if ascii else "▕▏"
    share, wider = divmod(room, len(counts))
    cells = ""
    for at, count in enumerate(counts):
        block = _block(count, max(counts), ascii)
        length = share + (at < wider)
        apart = gap and length > 1
        drawn = block * (length - apart)
        if at == mark:
            middle = (len(drawn) - 1) // 2
            drawn = drawn[:middle] + ("*" if ascii else "★") + drawn[middle + 1 :]
        cells += drawn + " " * apart
    return left + cells + right


def _block(count: int, most: int, ascii: bool) -> str:
    blocks = _ASCII_BLOCKS if ascii else _BLOCKS
    if count <= 0:
        return " "
    return blocks[max(0, -(-count * len(blocks) // most) - 1)]


def count_bar(count: int, most: int, width: int, *, ascii: bool = False) -> str:
    """Draw one count beside others, with its number.

    Args:
        count: The count.
        most: The largest of all.
        width: Cells to take at the most.
        ascii: Whether to draw with ASCII characters only.

    Returns:
        As in `▇▇▇▇ 12`; only the number where it is 0.
    """
    number = str(count)
    room = width - len(number) - 1
    if count <= 0 or most <= 0 or room < 1:
        return number
    length = max(1, round(room * count / most))
    return ("#" if ascii else "▇") * length + f" {number}"
