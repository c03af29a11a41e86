"""When a trial was sampled, started and ended, and the line that shows how long each took."""

from __future__ import annotations

import math
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime

from neps_state import State, Trial
from neps_tui.facts.fold import duration_of
from neps_tui.view import RunView
from neps_tui.words.formatting import MISSING, age, duration, plain
from neps_tui.words.text_lines import Line, Part, row_lines

_WAITING, _EVALUATING = "$text-secondary", "$text-primary"
_LATE, _TO_COME = "$text-error", "$foreground-disabled"


@dataclass(frozen=True, slots=True)
class Timing:
    """The times of a trial.

    Args:
        sampled: When it was sampled, seconds since the epoch; None where nobody recorded it.
        started: When it was started, likewise.
        ended: When it ended, likewise.
        sampled_by: The worker that sampled it.
        evaluated_by: The worker that evaluated it.
        waiting: Seconds from being sampled to being started, or until now.
        evaluating: Seconds of evaluation, or until now; None before it was started.
        usual: Seconds that like trials take, while it is running.
        standing: What is to be thought of it while it is running; else empty.
        is_over: Whether it neither waits nor runs.
        now: Seconds since the epoch.
    """

    sampled: float | None
    started: float | None
    ended: float | None
    sampled_by: str | None
    evaluated_by: str | None
    waiting: float | None
    evaluating: float | None
    usual: float | None
    standing: str
    is_over: bool
    now: float


def timing_of(trial: Trial, view: RunView, now: float) -> Timing:
    """The times of a trial as they are at a moment, seconds since the epoch."""
    metadata = trial.metadata
    sampled, started = _known(metadata.time_sampled), _known(metadata.time_started)
    is_running = metadata.state is State.EVALUATING
    is_pending = metadata.state is State.PENDING
    running = next((each for each in view.summary.evaluating if each.trial_id == trial.id), None)
    until = started if started is not None else now if is_pending else None
    standing = ""
    if running is not None:
        standing = running.standing_at(now)
        reason = running.reason_at(now)
        standing += f": {reason}" if reason else ""
    return Timing(
        sampled=sampled,
        started=started,
        ended=_known(metadata.time_end),
        sampled_by=metadata.sampling_worker_id,
        evaluated_by=metadata.evaluating_worker_id,
        waiting=None if sampled is None or until is None else until - sampled,
        # Not less than nothing: clocks of machines differ.
        evaluating=(None if started is None else max(now - started, 0.0))
        if is_running
        else duration_of(trial),
        usual=None if running is None else running.usual,
        standing=standing,
        is_over=not (is_running or is_pending),
        now=now,
    )


def timing_lines(timing: Timing, width: int, *, ascii: bool = False) -> list[Line]:
    """Draw the times: the line first, what its parts are, and each moment by the clock."""
    bar = [*_bar(timing, width, ascii)]
    lines: list[Line] = [bar, *row_lines([_legend(timing, ascii)], width)] if bar else []
    return [*lines, *row_lines([*_moments(timing)], width)]


def said(timing: Timing) -> Iterator[tuple[str, str]]:
    """The times in words: what, and when or how long."""
    if timing.waiting is not None:
        yield "waited" if timing.started is not None else "waiting", duration(timing.waiting)
    if timing.evaluating is not None:
        usual = "" if timing.usual is None else f" of usually {duration(timing.usual)}"
        text = f"{duration(timing.evaluating)}{usual}"
        yield ("evaluated" if timing.is_over else "evaluating"), text


def _known(moment: float | None) -> float | None:
    return None if moment is None or not math.isfinite(moment) else moment


def _moments(timing: Timing) -> Iterator[tuple[Part, ...]]:
    moments = (
        ("sampled", timing.sampled, timing.sampled_by),
        ("started", timing.started, timing.evaluated_by),
        ("ended", timing.ended, None),
    )
    for name, moment, worker in moments:
        if moment is not None:
            by = f" by {plain(worker)}" if worker else ""
            text = f"{clock_time(moment, timing.now)}, {age(timing.now - moment)}{by}"
            yield (name, "$foreground 70%"), (text, "")
        elif name == "sampled":
            yield (name, "$foreground 70%"), (MISSING, "")
    if timing.standing:
        style = "" if _is_on_time(timing) else _LATE
        yield ("standing", "$foreground 70%"), (plain(timing.standing), style)


def clock_time(moment: float, now: float) -> str:
    """A moment by the clock, with its date unless it is today's (seconds since the epoch)."""
    try:
        there, today = datetime.fromtimestamp(moment), datetime.fromtimestamp(now)
    except (OverflowError, ValueError, OSError):
        return MISSING
    return there.strftime("%H:%M:%S" if there.date() == today.date() else "%Y-%m-%d %H:%M")


def _legend(timing: Timing, ascii: bool) -> tuple[Part, ...]:
    waited, evaluated = (".", "#") if ascii else ("░", "█")
    signs = {"wait": (waited, _WAITING), "eval": (evaluated, _colour(timing))}
    parts: list[Part] = []
    for what, text in said(timing):
        sign, style = signs[what[:4]]
        parts.append((f"{sign} {what} {text}", style))
    return tuple(parts)


def _colour(timing: Timing) -> str:
    return _EVALUATING if _is_on_time(timing) else _LATE


def _is_on_time(timing: Timing) -> bool:
    return timing.standing.partition(":")[0] in ("", "working")


def _bar(timing: Timing, width: int, ascii: bool) -> Iterator[Part]:
    """Waiting and evaluating, as long as they took; a running trial grows towards the usual."""
    waiting, evaluating = max(timing.waiting or 0.0, 0.0), max(timing.evaluating or 0.0, 0.0)
    to_come = max((timing.usual or 0.0) - evaluating, 0.0)
    whole = waiting + evaluating + to_come
    if whole <= 0 or width < 3:
        return
    cells = _shares((waiting, evaluating, to_come), width)
    signs = (".", "#", "-") if ascii else ("░", "█", "─")
    styles = (_WAITING, _colour(timing), _TO_COME)
    for sign, count, style in zip(signs, cells, styles, strict=True):
        if count:
            yield sign * count, style


def _shares(seconds: tuple[float, ...], width: int) -> list[int]:
    """Cells for each duration: by its share, at least one for whatever took any time."""
    whole = sum(seconds)
    cells = [max(round(each / whole * width), 1) if each > 0 else 0 for each in seconds]
    longest = seconds.index(max(seconds))
    cells[longest] += width - sum(cells)
    return cells
