"""How fast a run goes, and when it will be done: the one answer for every view of it."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection, Iterable, Sequence
from dataclasses import replace

from neps_tui.facts.summary import BETWEEN_TRIALS, Limit, RunSummary, Span, Usage

_STALLED_GAPS = 20


def evaluations_per_second(spans: Sequence[Span], now: float) -> float | None:
    """How many trials end in a second, by those given and the time since.

    Minutes in which nobody evaluated anything do not count: a run that was stopped for a night
    goes on as fast as before.

    Args:
        spans: From when to when trials were evaluated, by their end.
        now: Seconds since the epoch; a run that has stopped slows down with it.

    Returns:
        None before two trials have ended.
    """
    if len(spans) < 2:
        return None
    seconds = max(now, spans[-1].end) - spans[0].end - _silence(spans)
    return (len(spans) - 1) / seconds if seconds > 0 else None


def pace_of(spans: Sequence[Span], at_work: Collection[str], now: float) -> float | None:
    """How many trials will end in a second, if those at work go on as all did.

    A worker that died takes its share of the pace with it, and one that came brings as much as the
    others have.

    Args:
        spans: From when to when trials were evaluated, by their end.
        at_work: The workers that evaluate something now; if there are none, the pace is that of
            those who did.
        now: Seconds since the epoch.

    Returns:
        None before two trials have ended.
    """
    pace = evaluations_per_second(spans, now)
    if not pace:
        return pace
    turns: defaultdict[str | None, list[Span]] = defaultdict(list)
    for span in spans:
        turns[span.worker].append(span)
    present = 0.0
    for worker, own in turns.items():
        until = max(now, own[-1].end) if worker in at_work else own[-1].end
        since = max(spans[0].end, min(span.start for span in own))
        present += max(0.0, until - since - _silence(own))
    usual = present * pace / (len(spans) - 1)
    return pace * len(at_work) / usual if at_work and usual > 0 else pace


def _silence(spans: Sequence[Span]) -> float:
    """Seconds within which no trial was evaluated, where they are too many for a break."""
    silent = 0.0
    next_start = spans[-1].start
    for before in reversed(spans[:-1]):
        gap = next_start - before.end
        if gap > BETWEEN_TRIALS:
            silent += gap
        next_start = min(next_start, before.start)
    return silent


def has_stalled(spans: Sequence[Span], now: float) -> bool:
    """Whether the latest trial ended so long ago that the pace before it tells nothing.

    Args:
        spans: From when to when trials were evaluated, by their end.
        now: Seconds since the epoch.
    """
    pace = evaluations_per_second(spans, spans[-1].end) if spans else None
    if pace is None:
        return True
    return now - spans[-1].end > max(BETWEEN_TRIALS, _STALLED_GAPS / pace)


class Outlook:
    """When the limits of a run will be reached, if it goes on as it does.

    Args:
        summary: The run.
        now: Seconds since the epoch.
    """

    def __init__(self, summary: RunSummary, now: float) -> None:
        self._summary = summary
        self._evaluations = summary.usage.evaluations
        goes_on = summary.condition(now) == "live" and not has_stalled(summary.latest, now)
        self.at_work = summary.at_work(now)
        self.per_second = pace_of(summary.latest, self.at_work, now) if goes_on else None

    @property
    def limits(self) -> tuple[Limit, ...]:
        """The run's limits, a worker's own by the one that has most left of those at work."""
        return tuple(
            self._most_left(each) if each.per_worker else each for each in self._summary.limits
        )

    @property
    def end(self) -> tuple[float, Limit] | None:
        """When the first limit ends the run, and which: seconds from now; None if nothing tells.

        Where workers have limits of their own, the last of those at work has to reach one.
        """
        run = self._first(each for each in self._summary.limits if not each.per_worker)
        workers = [self._first(self.limits_of_worker(each)) for each in self.at_work]
        known = [each for each in workers if each is not None]
        are_known = bool(known) and len(known) == len(workers)
        last = max(known, key=_seconds) if are_known else None
        return min((each for each in (run, last) if each is not None), key=_seconds, default=None)

    def limits_of_worker(self, worker: str) -> tuple[Limit, ...]:
        """What one worker may spend by itself, and has."""
        used = self._summary.used_by_worker.get(worker, Usage())
        return tuple(
            Limit(resource, float(getattr(used, resource)), allowed, per_worker=True)
            for resource, allowed in self._summary.worker_limits.items()
        )

    def seconds_left(self, limit: Limit) -> float | None:
        """Until a limit is reached; None where nothing tells.

        Args:
            limit: One of the run, or of a worker, which gets on as each of those at work does.
        """
        total = float(getattr(self._summary.usage, limit.name))
        if not self.per_second or not self._evaluations or total <= 0:
            return None
        share = len(self.at_work) if limit.per_worker else 1
        left = max(0.0, limit.allowed - limit.used)
        return left * share / (total / self._evaluations) / self.per_second

    def _first(self, limits: Iterable[Limit]) -> tuple[float, Limit] | None:
        timed = ((self.seconds_left(each), each) for each in limits)
        known = [(seconds, each) for seconds, each in timed if seconds is not None]
        return min(known, key=_seconds, default=None)

    def _most_left(self, limit: Limit) -> Limit:
        used = self._summary.used_by_worker
        workers = self.at_work or used.keys()
        least = (getattr(used.get(each, Usage()), limit.name) for each in workers)
        return replace(limit, used=min(least, default=limit.used))


def _seconds(end: tuple[float, Limit]) -> float:
    return end[0]
