"""What is told of a worker, and of one of its trials, in words."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Sequence
from typing import TypeAlias

from neps_state import State, Trial
from neps_tui.facts.fold import duration_of
from neps_tui.facts.summary import Evaluating
from neps_tui.facts.trial_fields import error_text
from neps_tui.view import RunView
from neps_tui.widgets.columns import Cell, Column
from neps_tui.words.formatting import MISSING, age, bar, clock, duration, number, percent, plain
from neps_tui.words.states import INCUMBENT, look
from neps_tui.workers.activity import COLOURS, WorkerRow, standing_word
from neps_tui.workers.lane import FAILED, Bar
from neps_tui.workers.time_window import clock_time

Part: TypeAlias = tuple[str, str]
_BAR_WIDTH = 3
_DAY = 86_400
_LONGEST_ERROR = 200


def worker_columns(narrow: bool = False) -> tuple[Column, ...]:
    """The columns of a table of workers, the most telling first.

    Args:
        narrow: Whether there is little room.
    """
    gap, name = (1, 12) if narrow else (2, 24)
    return (
        Column("worker", "worker", max_width=name, gap=gap),
        Column("verdict", "verdict", max_width=20, gap=gap),
        Column("evaluates", "evaluates", max_width=14 if narrow else 40, gap=gap),
        Column("since", "since", "right", gap=gap),
        Column("usual", "usual", gap=gap),
        Column("ended", "done", "right", gap=gap),
        Column("failed", "failed", "right", gap=gap),
        Column("busy", "busy", "right", gap=gap),
        Column("report", "reported", "right", gap=gap),
        Column("reason", "why", max_width=200),
    )


def worker_cells(
    row: WorkerRow, now: float, *, narrow: bool = False, ascii: bool = False
) -> Sequence[Cell]:
    """The cells of one worker, for these columns.

    Args:
        row: The worker.
        now: Seconds since the epoch.
        narrow: Whether there is little room.
        ascii: Whether only ASCII may be drawn.
    """
    latest = row.current[-1] if row.current else None
    colour = "text-muted" if latest is None else COLOURS[latest.standing_at(now)]
    report = MISSING if row.last_report is None else age(now - row.last_report)
    return (
        Cell(row.worker_id),
        Cell(row.verdict.word, row.verdict.colour),
        Cell(_evaluates(row, narrow)),
        Cell("" if latest is None else _elapsed(latest, now), colour),
        Cell("" if latest is None else _of_usual(latest, now, ascii), colour),
        Cell(str(row.ended)),
        Cell(str(row.failed), "text-error" if row.failed else "text-muted"),
        Cell(MISSING if row.busy is None else percent(row.busy, 1.0)),
        Cell(report, "text-muted"),
        Cell(row.verdict.reason, "text-muted"),
    )


def worker_in_words(row: WorkerRow, now: float) -> Iterator[Part]:
    """A worker in a line: texts and their styles.

    Args:
        row: The worker.
        now: Seconds since the epoch.
    """
    yield plain(row.worker_id), "bold"
    yield f" {row.verdict.word}", f"${row.verdict.colour}".replace("text-muted", "foreground-muted")
    if row.verdict.reason:
        yield f": {plain(row.verdict.reason)}", ""
    facts = []
    if len(row.current) > 1:
        facts.append(f"evaluates {plain(_evaluates(row))}")
    if row.ended:
        failed = f", {row.failed} failed ({percent(row.failed, row.ended)})" if row.failed else ""
        facts.append(f"{row.ended} done{failed}")
    if row.busy is not None:
        facts.append(f"busy {percent(row.busy, 1.0)} of its time")
    if row.last_report is not None:
        facts.append(f"reported {age(now - row.last_report)}")
    yield "".join(f" · {fact}" for fact in facts), "$foreground-muted"


def trial_in_words(
    trial: Trial, view: RunView, now: float, ascii: bool, crowd: Sequence[Bar] = ()
) -> Iterator[Part]:
    """A trial in a line: texts and their styles.

    Args:
        trial: The trial.
        view: The run.
        now: Seconds since the epoch.
        ascii: Whether only ASCII may be drawn.
        crowd: The trials that share its cell in the lane, it included.
    """
    metadata, report = trial.metadata, trial.report
    is_best = trial.id == view.summary.best_id or trial.id in view.summary.front
    shown = INCUMBENT if is_best else look(trial.state.value)
    yield f"{shown.sign(ascii)} {plain(trial.id)}", f"bold {shown.colour_style}"
    yield f" {trial.state.value}", shown.colour_style
    running = next((each for each in view.summary.evaluating if each.trial_id == trial.id), None)
    if running is not None:
        yield from _standing(running, now)
    if len(crowd) > 1:
        yield f" · {_crowd_in_words(crowd)}", "$foreground-muted"
    if report is not None and report.objective_to_minimize is not None:
        yield f" · objective {number(report.objective_to_minimize)}", ""
    if metadata.time_started is not None:
        yield f" · {_times(trial, now)}", "$foreground-muted"
    if running is not None and running.usual is not None:
        yield f", usually {duration(running.usual)}", "$foreground-muted"
    if running is None and (error := error_text(trial)):
        yield f" · {plain(error[:_LONGEST_ERROR])}", "$text-error"


def _crowd_in_words(crowd: Sequence[Bar]) -> str:
    counts = Counter(bar.state for bar in crowd if bar.state in FAILED)
    failed = "".join(f", {count} {state.value}" for state, count in counts.most_common())
    return f"one of {len(crowd)} trials in its cell{failed}"


def _times(trial: Trial, now: float) -> str:
    start, end = trial.metadata.time_started, trial.metadata.time_end
    assert start is not None
    if end is None:
        running = f", for {clock(now - start)}" if trial.state is State.EVALUATING else ""
        return f"since {clock_time(start, now - start)}{running}"
    first, last = (clock_time(time, end - start) for time in (start, end))
    # The day is said once.
    last = last[7:] if last[:7] == first[:7] else last
    return f"{first} – {last}, took {duration(duration_of(trial))}"


def _standing(running: Evaluating, now: float) -> Iterator[Part]:
    standing = running.standing_at(now)
    if standing != "working":
        yield f", {standing_word(standing)}", f"${COLOURS[standing]}"
    if reason := running.reason_at(now):
        yield f": {plain(reason)}", ""


def _evaluates(row: WorkerRow, narrow: bool = False) -> str:
    """All that it evaluates, the latest first, or how many there are besides that."""
    trials = [each.trial_id for each in reversed(row.current)]
    if narrow and len(trials) > 1:
        return f"{trials[0]} +{len(trials) - 1}"
    return ", ".join(trials)


def _elapsed(each: Evaluating, now: float) -> str:
    if each.started is None:
        return MISSING
    seconds = max(0.0, now - each.started)
    return clock(seconds) if seconds < _DAY else duration(seconds)


def _of_usual(each: Evaluating, now: float, ascii: bool) -> str:
    if each.usual is None or each.started is None:
        return ""
    elapsed = max(0.0, now - each.started)
    part = min(1.0, elapsed / each.usual) if each.usual > 0 else 1.0
    return f"{bar(part, _BAR_WIDTH, ascii)} {duration(each.usual)}"
