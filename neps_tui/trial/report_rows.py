"""The report of a trial: what NePS knows the meaning of, and what the pipeline returned besides."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, TypeAlias

from neps_state import Trial
from neps_tui.trial.values import cut, value_text
from neps_tui.words.formatting import counted, number, plain
from neps_tui.words.text_lines import Line, row_lines

_Row: TypeAlias = tuple[str, str]

_MOST_ROWS = 300
_DEEPEST = 8
_NAME = "$foreground 70%"


@dataclass(frozen=True, slots=True)
class ReportRows:
    """A report in rows of a name and a value.

    Args:
        known: What NePS knows the meaning of; empty if there is no report.
        extra: Whatever else the pipeline returned, nested names indented.
    """

    known: tuple[_Row, ...] = ()
    extra: tuple[_Row, ...] = ()


def report_rows(trial: Trial) -> ReportRows:
    """Objectives, cost and learning curve; and everything else that the pipeline returned."""
    report = trial.report
    if report is None:
        return ReportRows()
    objective = report.objective_to_minimize
    if isinstance(objective, list | tuple):
        rows = [(f"objective {at}", number(each, 8)) for at, each in enumerate(objective, start=1)]
    else:
        rows = [("objective", number(objective, 8))]
    rows.append(("cost", number(report.cost, 6)))
    if report.learning_curve:
        rows.append(("learning curve", counted(len(report.learning_curve), "point")))
    extra: list[_Row] = []
    for row in _nested(report.extra):
        if len(extra) >= _MOST_ROWS:
            extra.append(("…", "the rest is left out"))
            break
        extra.append(row)
    return ReportRows(tuple(rows), tuple(extra))


def report_lines(rows: ReportRows, width: int) -> list[Line]:
    """Draw a report; what only the pipeline knows the meaning of stands under a heading."""
    if not rows.known:
        return [[("none yet: it comes when the evaluation ends", _NAME)]]
    lines = _lines(rows.known, width)
    if rows.extra:
        heading = "extra, as the pipeline returned it"
        lines += [*row_lines([((heading, f"bold {_NAME}"),)], width), *_lines(rows.extra, width)]
    return lines


def _lines(rows: Sequence[_Row], width: int) -> list[Line]:
    return row_lines([((name, _NAME), (value, "")) for name, value in rows], width)


def _nested(value: Any, depth: int = 0) -> Iterator[_Row]:
    for key, item in _items(value):
        name = "  " * depth + cut(plain(str(key)))
        if _is_deep(item) and depth < _DEEPEST:
            yield name, ""
            yield from _nested(item, depth + 1)
        else:
            yield name, value_text(item)


def _items(value: Any) -> Iterable[tuple[Any, Any]]:
    if isinstance(value, Mapping):
        return value.items()
    return [*enumerate(value)] if isinstance(value, list | tuple) else []


def _is_deep(value: object) -> bool:
    if isinstance(value, Mapping):
        return bool(value)
    return isinstance(value, list | tuple) and any(
        isinstance(each, Mapping | list | tuple) for each in value
    )
