"""The first lines of the screen: is it alive, is it any good, is something wrong."""

from __future__ import annotations

from collections.abc import Iterable, Iterator

from rich.cells import cell_len
from textual.app import ComposeResult
from textual.containers import Vertical
from textual.content import Content
from textual.widgets import Static

from neps_state import State
from neps_tui.facts.pace import Outlook
from neps_tui.view import RunView
from neps_tui.words.formatting import (
    age,
    bar,
    counted,
    date_and_time,
    duration,
    number,
    percent,
    plain,
    shorten_middle,
    to_ascii,
)
from neps_tui.words.states import CONDITIONS, INCUMBENT, look

Part = tuple[str, str]
STALE_AFTER = 3.0
"""Seconds without a look at the run after which what is shown counts as stale."""
_BAR_WIDTH = 30


class RunHeader(Vertical):
    """Two lines about the whole run, and a third while there is something to say.

    Args:
        read_only: Whether no change of the run is allowed.
        ascii: Whether only ASCII may be drawn.
    """

    DEFAULT_CSS = """
    RunHeader {
        height: auto;
        background: $panel;
        padding: 0 1;
        & > Static { width: 1fr; height: 1; }
        & > #notice { color: $text-warning; display: none; height: auto; max-height: 3; }
        & > #notice.-shown { display: block; }
    }
    """

    def __init__(self, *, read_only: bool = False, ascii: bool = False) -> None:
        super().__init__()
        self._read_only = read_only
        self._ascii = ascii
        self._lines = (Static(id="run", markup=False), Static(id="progress", markup=False))
        self._notice = Static(id="notice", markup=False)
        self._drawn: list[object] = [None, None, None]

    def compose(self) -> ComposeResult:
        """The lines."""
        yield from self._lines
        yield self._notice

    def draw(self, view: RunView, now: float, data_age: float, notice: str | None) -> None:
        """Draw the run.

        Args:
            view: The run.
            now: Seconds since the epoch.
            data_age: Seconds since the run was last looked at.
            notice: Something more to say: a command under way, or a failure.
        """
        width = self.content_size.width
        middle = list(self._alive_parts(view, now, data_age))
        left, right = self._run_parts(view), self._best_parts(view, now)
        # Which moment of the past it is may never be left out.
        taken = 0 if view.moment is None else _width(middle[:1]) + 2
        if taken and _width(left) + taken + _width(right) + 2 > width:
            left = left[:1]
        first = _fit(left, right, width - taken)
        self._update(0, _with_middle(first, middle, width))
        progress = list(self._progress_parts(view, now, width))
        used = sum(cell_len(text) for text, _ in progress)
        progress += _outlook_parts(Outlook(view.summary, now), width - used)
        self._update(1, _whole_parts(progress, width))
        said = notice or _problems(view)
        if said != self._drawn[2]:
            self._drawn[2] = said
            text = plain(said or "")
            self._notice.update(Content(to_ascii(text) if self._ascii else text))
            self._notice.set_class(bool(said), "-shown")

    def _update(self, line: int, parts: list[Part]) -> None:
        if self._ascii:
            parts = [(to_ascii(text), style) for text, style in parts]
        if parts != self._drawn[line]:
            self._drawn[line] = parts
            self._lines[line].update(Content.assemble(*parts), layout=False)

    def _run_parts(self, view: RunView) -> list[Part]:
        info = view.snapshot.optimizer_info
        name = plain(view.snapshot.root.name)
        if info is None:
            return [(name, "bold")]
        return [(name, "bold"), (" · ", "$foreground-muted"), (plain(info["name"]), "")]

    def _best_parts(self, view: RunView, now: float) -> list[Part]:
        summary = view.summary
        if summary.objectives > 1:
            return [(f"Pareto front of {len(summary.front)}", "bold $text-accent")]
        if summary.best_id is None:
            return []
        best = summary.incumbents[-1]
        when = "" if best.time is None else f", {age(now - best.time)}"
        return [
            (f"{INCUMBENT.sign(self._ascii)} {number(best.objective)}", "bold $text-accent"),
            (f"  {plain(best.trial_id)}{when}", "$foreground-muted"),
        ]

    def _alive_parts(self, view: RunView, now: float, data_age: float) -> Iterator[Part]:
        dot = "*" if self._ascii else "●"
        if not view.has_run:
            doing = "waiting" if view.is_read else "reading"
            yield f"{dot} {doing}", "bold $text-warning"
            return
        condition = view.summary.condition(now)
        if view.moment is not None:
            yield f"{dot} past {date_and_time(view.moment, tenths=True)}", "bold $text-warning"
        elif data_age > STALE_AFTER:
            yield f"{dot} stale, {duration(data_age)} old", "bold $text-error"
        else:
            yield f"{dot} {condition}", CONDITIONS[condition].colour_style
        if view.polling is not None and view.moment is None:
            yield " · polled", "$text-warning"
        if self._read_only:
            yield " · read-only", "$text-warning"
        busy = view.summary.busy(now)
        known = len(view.summary.workers)
        if known:
            yield f" · {busy} of {known} {'worker' if known == 1 else 'workers'} busy", ""
        if view.summary.last_report is not None:
            yield f" · last report {age(now - view.summary.last_report)}", "$foreground-muted"

    def _progress_parts(self, view: RunView, now: float, width: int) -> Iterator[Part]:
        if not view.has_run:
            yield plain(view.snapshot.waiting_for), ""
            return
        summary = view.summary
        used = 0
        for part in self._count_parts(view, now):
            used += cell_len(part[0])
            yield part
        limit = next((each for each in summary.limits if not each.per_worker), None)
        if limit is None:
            yield f"  {counted(summary.usage.evaluations, 'evaluation')}", ""
        else:
            room = min(_BAR_WIDTH, max(0, width - used - 52))
            if room >= 5:
                yield "  " + bar(limit.fraction, room, self._ascii), "$text-primary"
            yield f"  {number(limit.used)} / {number(limit.allowed)} {limit.name}", ""
        is_stuck = summary.condition(now) == "idle" and (summary.pending or summary.evaluating)
        if is_stuck and view.moment is None:
            yield " · needs a worker", "$text-warning"

    def _count_parts(self, view: RunView, now: float) -> Iterator[Part]:
        counts = view.summary.counts
        ended = view.summary.usage.evaluations
        for state in State:
            count = counts[state]
            if count or state in (State.EVALUATING, State.PENDING, State.SUCCESS):
                shown = look(state.value)
                share = f" ({percent(count, ended)})" if state is State.CRASHED and ended else ""
                yield f"{shown.sign(self._ascii)} {count}{share}", shown.colour_style
                if state is State.EVALUATING and (odd := _odd(view, now)):
                    yield f" ({odd})", "$text-error"
                yield "  ", ""


def _outlook_parts(outlook: Outlook, room: int) -> list[Part]:
    """How fast a run goes and when it will be done; where there is room for one, the latter."""
    pace: list[Part] = []
    if outlook.per_second is not None:
        pace.append((f" · {number(outlook.per_second * 3600, 2)}/h", "$foreground-muted"))
    if (end := outlook.end) is None:
        return pace
    text = f" · done in {duration(end[0])}" if end[0] > 0 else " · budget spent"
    if sum(cell_len(each) for each, _ in pace) + cell_len(text) > room:
        pace = []
    return [*pace, (text, "")]


def _whole_parts(parts: Iterable[Part], width: int) -> list[Part]:
    """As many parts as there is room for, none of them cut; the first one is always there."""
    kept: list[Part] = []
    used = 0
    for text, style in parts:
        used += cell_len(text.rstrip())
        if kept and used > width:
            break
        used += cell_len(text) - cell_len(text.rstrip())
        kept.append((text, style))
    return kept


def _odd(view: RunView, now: float) -> str:
    """The evaluating trials that are not simply being worked on, as in `1 abandoned`."""
    standings = view.summary.standings(now)
    return ", ".join(
        f"{count} {name}" for name, count in standings.items() if count and name != "working"
    )


def _problems(view: RunView) -> str | None:
    problems = view.snapshot.problems
    if not problems:
        return None
    more = f" (and {len(problems) - 1} more)" if len(problems) > 1 else ""
    return f"{problems[0]}{more}"


def _width(parts: list[Part]) -> int:
    return sum(cell_len(text) for text, _ in parts)


def _fit(left: list[Part], right: list[Part], width: int) -> tuple[list[Part], list[Part]]:
    """Shorten the name on the left until both ends fit."""
    room = width - _width(right) - _width(left[1:]) - 2
    text, style = left[0]
    return [(shorten_middle(text, max(8, room)), style), *left[1:]], right


def _with_middle(ends: tuple[list[Part], list[Part]], middle: list[Part], width: int) -> list[Part]:
    """Put parts between two ends, as many as there is room for."""
    left, right = ends
    while middle and _width(left) + _width(middle) + _width(right) + 4 > width:
        middle = middle[:-1]
    free = max(2, width - _width(left) - _width(middle) - _width(right))
    before = free // 2 if middle else free
    return [*left, (" " * before, ""), *middle, (" " * (free - before), ""), *right]
