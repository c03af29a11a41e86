"""The runs of a folder as rows of a table: columns, order, cells."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping, Sequence
from typing import Any

from neps_state import State
from neps_tui.facts.pace import Outlook
from neps_tui.facts.trial_fields import SortKey, is_missing, sort_key
from neps_tui.runs.line import RunLine
from neps_tui.widgets.columns import Cell, Column
from neps_tui.words.formatting import MISSING, age, duration, number, percent, to_ascii
from neps_tui.words.states import CONDITIONS

COLUMNS = (
    Column("run", "run", max_width=36),
    Column("condition", "condition"),
    Column("best", "best", "decimal"),
    Column("trial", "in trial", max_width=14),
    Column("evaluated", "evaluated", "right"),
    Column("budget", "of budget", "right"),
    Column("busy", "busy", "right"),
    Column("crashed", "crashed", "right"),
    Column("report", "last report", "right"),
    Column("end", "done in", "right"),
    Column("optimizer", "optimizer", max_width=22),
    Column("wrong", "to look at", max_width=60),
)


class RunRows:
    """Which line stands where, and what it says.

    Args:
        ascii: Whether only ASCII may be drawn.

    Attributes:
        sorting: The column sorted by, and whether the largest comes first.
        now: The moment by which ages are told, seconds since the epoch.
    """

    def __init__(self, *, ascii: bool = False) -> None:
        self._ascii = ascii
        self._lines: Mapping[str, RunLine] = {}
        self.sorting = ("run", False)
        self.now = 0.0

    def show(self, lines: Mapping[str, RunLine]) -> None:
        """Take in the runs as they are now, by their names."""
        self._lines = lines

    def sort_by(self, column: str) -> None:
        """Sort by a column; by the same again, the other way round."""
        now_by, descending = self.sorting
        self.sorting = (column, column == now_by and not descending)

    def sort_next(self) -> None:
        """Sort by the column after the one sorted by."""
        keys = [column.key for column in COLUMNS]
        self.sorting = (keys[(keys.index(self.sorting[0]) + 1) % len(keys)], False)

    def reverse(self) -> None:
        """Turn the sorting round."""
        column, descending = self.sorting
        self.sorting = (column, not descending)

    def order(self) -> list[str]:
        """Names of the runs, first to last; what has no value comes last either way."""
        column, descending = self.sorting
        names = sorted(self._lines, key=_natural)
        if column == "run":
            return names[::-1] if descending else names
        keys = {name: self._sort_key(column, line) for name, line in self._lines.items()}
        names.sort(key=lambda name: keys[name], reverse=descending)
        return sorted(names, key=lambda name: is_missing(keys[name]))

    def cells(self, name: str) -> Sequence[Cell]:
        """What the row of a run says."""
        line = self._lines.get(name)
        if line is None:
            return [Cell("") for _ in COLUMNS]
        if not line.is_read:
            return [Cell(name), Cell("to be read", "text-muted"), *map(_nothing, COLUMNS[2:])]
        return [_CELLS[column.key](line, self.now, self._ascii) for column in COLUMNS]

    def _sort_key(self, column: str, line: RunLine) -> SortKey:
        return sort_key(_VALUES[column](line, self.now) if line.is_read else None)


def _natural(name: str) -> list[tuple[int, str]]:
    """A sort key that puts run_9 before run_10."""
    parts = re.split(r"(\d+)", name)
    return [(int(part) if part.isdecimal() else -1, part) for part in parts]


def _nothing(column: Column) -> Cell:
    del column
    return Cell("")


def _best(line: RunLine) -> float | None:
    summary = line.summary
    return summary.incumbents[-1].objective if summary.incumbents else None


def _budget(line: RunLine) -> float | None:
    limits = line.summary.limits
    return max((limit.fraction for limit in limits), default=None)


def _end_shown(line: RunLine, now: float) -> float | None:
    end = Outlook(line.summary, now).end
    return None if end is None or line.summary.condition(now) != "live" else end[0]


def wrong_with(line: RunLine, now: float) -> str:
    """What of a run somebody should look at, in a few words; empty if nothing."""
    standings = line.summary.standings(now)
    odd = [f"{standings[each]} {each}" for each in ("abandoned", "quiet") if standings[each]]
    is_stuck = line.summary.condition(now) == "idle" and (
        line.summary.pending or line.summary.evaluating
    )
    return ", ".join(
        [*map(str, line.problems[:1]), *odd, *(["needs a worker"] if is_stuck and not odd else [])]
    )


_VALUES: Mapping[str, Callable[[RunLine, float], Any]] = {
    "condition": lambda line, now: list(CONDITIONS).index(line.summary.condition(now)),
    "best": lambda line, now: _best(line),
    "trial": lambda line, now: line.summary.best_id,
    "evaluated": lambda line, now: line.summary.usage.evaluations,
    "budget": lambda line, now: _budget(line),
    "busy": lambda line, now: line.summary.busy(now),
    "crashed": lambda line, now: line.summary.counts[State.CRASHED],
    "report": lambda line, now: line.summary.last_report,
    "end": _end_shown,
    "optimizer": lambda line, now: line.optimizer or None,
    "wrong": lambda line, now: wrong_with(line, now) or None,
}


def _condition_cell(line: RunLine, now: float, ascii: bool) -> Cell:
    shown = CONDITIONS[line.summary.condition(now)]
    return Cell(f"{shown.sign(ascii)} {shown.word}", shown.colour)


def _best_cell(line: RunLine, now: float, ascii: bool) -> Cell:
    del now, ascii
    if line.summary.objectives > 1:
        return Cell(f"front of {len(line.summary.front)}", "text-accent")
    best = _best(line)
    return Cell(MISSING, "text-muted") if best is None else Cell(number(best), "text-accent")


def _crashed_cell(line: RunLine, now: float, ascii: bool) -> Cell:
    del now, ascii
    crashed, ended = line.summary.counts[State.CRASHED], line.summary.usage.evaluations
    if not crashed:
        return Cell("0", "text-muted")
    return Cell(f"{crashed} ({percent(crashed, ended)})" if ended else str(crashed), "text-error")


def _busy_cell(line: RunLine, now: float, ascii: bool) -> Cell:
    del ascii
    busy, known = line.summary.busy(now), len(line.summary.workers)
    return Cell(f"{busy} of {known}", "" if busy else "text-muted")


def _report_cell(line: RunLine, now: float, ascii: bool) -> Cell:
    del ascii
    last = line.summary.last_report
    return Cell(MISSING if last is None else age(now - last), "text-muted")


def _end_cell(line: RunLine, now: float, ascii: bool) -> Cell:
    end = _end_shown(line, now)
    if end is None:
        return Cell(to_ascii(MISSING) if ascii else MISSING, "text-muted")
    return Cell(duration(end))


def _budget_cell(line: RunLine, now: float, ascii: bool) -> Cell:
    del now, ascii
    used = _budget(line)
    return Cell(MISSING, "text-muted") if used is None else Cell(percent(used, 1.0))


_CELLS: Mapping[str, Callable[[RunLine, float, bool], Cell]] = {
    "run": lambda line, now, ascii: Cell(line.name),
    "condition": _condition_cell,
    "best": _best_cell,
    "trial": lambda line, now, ascii: Cell(line.summary.best_id or MISSING, "text-muted"),
    "evaluated": lambda line, now, ascii: Cell(str(line.summary.usage.evaluations)),
    "budget": _budget_cell,
    "busy": _busy_cell,
    "crashed": _crashed_cell,
    "report": _report_cell,
    "end": _end_cell,
    "optimizer": lambda line, now, ascii: Cell(line.optimizer or MISSING, "text-muted"),
    "wrong": lambda line, now, ascii: Cell(wrong_with(line, now), "text-warning"),
}
