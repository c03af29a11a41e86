"""A chart of horizontal bars, with what is uncertain about each, as styled text."""

from __future__ import annotations

from textwrap import wrap

from rich.cells import cell_len

from neps_tui.plots.plot import Bars
from neps_tui.words.formatting import shorten_middle

_LONGEST_NAME = 28
_LEAST_BAR = 20


def bar_lines(chart: Bars, width: int, *, ascii: bool = False) -> list[tuple[str, str]]:
    """Draw a chart of bars: name, bar up to the value, its interval, what is said of it; notes.

    Args:
        chart: What to draw.
        width: In cells.
        ascii: Whether to draw with ASCII characters only.

    Returns:
        Texts and their styles.
    """
    if not chart.bars:
        return [(chart.empty, "$foreground-muted")]
    names = min(_LONGEST_NAME, max(cell_len(bar.name) for bar in chart.bars))
    texts = max(cell_len(bar.text) for bar in chart.bars)
    room = width - names - 2
    # Where there is little room, what is said stands below the bar.
    beside = room - texts - 2 >= _LEAST_BAR
    length = room - texts - 2 if beside else room
    parts: list[tuple[str, str]] = []
    for bar in chart.bars:
        name = shorten_middle(bar.name, names)
        parts.append((name + " " * (names - cell_len(name) + 2), "bold"))
        parts += _bar(bar.value, bar.low, bar.high, length, ascii)
        below = "\n" + " " * (names + 2)
        parts.append((("  " if beside else below) + bar.text + "\n", "$foreground-muted"))
    for note in chart.notes:
        parts += [(f"\n{line}", "$foreground-muted") for line in wrap(note, max(1, width))]
    return parts


def _bar(value: float, low: float, high: float, length: int, ascii: bool) -> list[tuple[str, str]]:
    """Certain up to the low end, then its value, and uncertain up to the high end."""
    full, half, line, rest = ("#", "=", "-", " ") if ascii else ("█", "▓", "─", " ")
    first, middle, last = (round(part * length) for part in (low, value, high))
    return [
        (full * first + half * (middle - first), "$text-primary"),
        (line * (last - middle), "$text-primary"),
        (rest * (length - last), ""),
    ]
