"""What the signs of a plot stand for, each as it is drawn."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator

from neps_tui.plots.drawing import dot_sign
from neps_tui.plots.pens import PenCanvas
from neps_tui.plots.plot import Pen, Plot


def legend_entries(plot: Plot, *, ascii: bool = False) -> Iterator[tuple[Pen, str]]:
    """The pens that are in a plot, each with its signs and what they mean.

    Args:
        plot: The plot.
        ascii: Whether with ASCII characters only.
    """
    counts = Counter(dot.pen for dot in plot.dots)
    lines = {line.pen: line.base is not None for line in plot.lines}
    for pen, meaning in plot.legend:
        signs = _line(pen, lines[pen], ascii) if pen in lines else ""
        if counts[pen]:
            signs += dot_sign(pen, counts[pen], ascii=ascii) or _dot(pen, ascii)
        if signs:
            yield pen, f"{signs} {meaning}"


def _line(pen: Pen, is_filled: bool, ascii: bool) -> str:
    canvas = PenCanvas(2, 1, ascii=ascii)
    if is_filled:
        canvas.fill((0, 0), (canvas.width, canvas.height), pen)
    else:
        middle = (canvas.height - 1) // 2
        canvas.line((0, middle), (canvas.width - 1, middle), pen)
    return _drawn(canvas)


def _dot(pen: Pen, ascii: bool) -> str:
    canvas = PenCanvas(1, 1, ascii=ascii)
    canvas.dots([0], [(canvas.height - 1) // 2], pen)
    return _drawn(canvas)


def _drawn(canvas: PenCanvas) -> str:
    return "".join(text for text, _ in canvas.runs(0)).rstrip()
