"""The trials of one worker around the one that a person looks at, as a small list."""

from __future__ import annotations

import math
from bisect import bisect_left
from collections.abc import Iterator, Sequence
from typing import TypeAlias

from neps_tui.facts.fold import duration_of
from neps_tui.facts.trial_fields import error_text
from neps_tui.view import RunView
from neps_tui.widgets.columns import Cell, Column, ColumnLayout
from neps_tui.words.formatting import MISSING, clock, duration, number
from neps_tui.words.states import INCUMBENT, look
from neps_tui.workers.lane import Bar
from neps_tui.workers.time_window import clock_time

Part: TypeAlias = tuple[str, str]
_COLUMNS = (
    Column("id", "trial"),
    Column("state", "state"),
    Column("objective", "objective", "decimal"),
    Column("started", "started"),
    Column("took", "took", "right"),
    Column("error", "error", max_width=200),
)
_LONGEST_ERROR = 200


def trials_around(bars: Sequence[Bar], chosen: Bar, count: int) -> Sequence[Bar]:
    """As many trials as there is room for, the latest first: the chosen one is among them.

    Args:
        bars: All trials of the worker, by their start.
        chosen: One of them.
        count: How many there is room for.
    """
    at = bisect_left(bars, chosen)
    stop = min(max(at + (count + 1) // 2, count), len(bars))
    return bars[max(stop - count, 0) : stop][::-1]


def list_parts(
    bars: Sequence[Bar], chosen: Bar, view: RunView, now: float, *, ascii: bool = False
) -> list[Part]:
    """A line of labels and one for each trial: texts and their styles, with line breaks.

    Args:
        bars: The trials.
        chosen: The one that is marked.
        view: The run.
        now: Seconds since the epoch.
        ascii: Whether only ASCII may be drawn.
    """
    layout = ColumnLayout(_COLUMNS, ascii=ascii)
    # Times are as exact as it takes to tell the trials apart.
    span = bars[0].start - bars[-1].start if bars else 0.0
    rows = [layout.fit([*_cells(bar, view, now, span, ascii)]) for bar in bars]
    for row in rows:
        layout.grow(row)
    labels = "".join(layout.place_label(index) for index in range(len(_COLUMNS)))
    parts = [(f"  {labels.rstrip()}", "bold $foreground-muted")]
    mark = "# " if ascii else "› "
    for bar, row in zip(bars, rows, strict=True):
        is_chosen = bar.trial_id == chosen.trial_id
        parts.append((f"\n{mark if is_chosen else '  '}", "bold"))
        for index, cell in enumerate(row):
            # Blanks at the end would be cut with a sign for more.
            is_last = index == len(row) - 1
            gap = " " * _COLUMNS[index].gap
            text = cell.text if is_last else layout.place(index, cell) + gap
            style = f"${cell.style}".replace("text-muted", "foreground-muted") if cell.style else ""
            parts.append((text, f"bold {style}" if is_chosen else style))
    return parts


def _cells(bar: Bar, view: RunView, now: float, span: float, ascii: bool) -> Iterator[Cell]:
    trial = view.trial(bar.trial_id)
    is_best = bar.trial_id == view.summary.best_id or bar.trial_id in view.summary.front
    shown = INCUMBENT if is_best else look(bar.state.value)
    report = None if trial is None else trial.report
    objective = None if report is None else report.objective_to_minimize
    yield Cell(f"{shown.sign(ascii)} {bar.trial_id}", shown.colour)
    yield Cell(bar.state.value, shown.colour)
    yield Cell("" if objective is None else number(objective))
    yield Cell(clock_time(bar.start, span), "text-muted")
    if bar.end == math.inf:
        yield Cell(f"for {clock(max(now - bar.start, 0.0))}")
    else:
        yield Cell(MISSING if trial is None else duration(duration_of(trial)))
    error = "" if trial is None else error_text(trial)
    yield Cell((error or "")[:_LONGEST_ERROR], "text-error")
