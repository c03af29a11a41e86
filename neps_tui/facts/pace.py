"""How fast a run goes, and when it will be done."""

from __future__ import annotations

from collections.abc import Sequence

from neps_tui.facts.summary import Limit

_RECENT = 60
_STALLED_GAPS = 20
_LEAST_STALL = 60.0


def evaluations_per_second(ended: Sequence[float], now: float) -> float | None:
    """How many trials end in a second, by the latest sixty and the time since.

    Args:
        ended: When trials ended, sorted, seconds since the epoch.
        now: Seconds since the epoch; a run that has stopped slows down with it.

    Returns:
        None before two trials have ended.
    """
    recent = ended[-_RECENT:]
    if len(recent) < 2:
        return None
    span = max(now, recent[-1]) - recent[0]
    return (len(recent) - 1) / span if span > 0 else None


def has_stalled(ended: Sequence[float], now: float) -> bool:
    """Whether the latest trial ended so long ago that the pace before it tells nothing.

    Args:
        ended: When trials ended, sorted, seconds since the epoch.
        now: Seconds since the epoch.
    """
    recent = ended[-_RECENT:]
    if len(recent) < 2:
        return True
    usual_gap = (recent[-1] - recent[0]) / (len(recent) - 1)
    return now - recent[-1] > max(_LEAST_STALL, _STALLED_GAPS * usual_gap)


def seconds_left(
    limits: Sequence[Limit], evaluations: int, per_second: float | None
) -> tuple[float, Limit] | None:
    """When the first limit will be reached, if things go on as they do.

    Args:
        limits: The budget.
        evaluations: How many trials have ended.
        per_second: How many end in a second.

    Returns:
        Seconds from now, and the limit that ends the run; None where nothing tells.
    """
    if not per_second or not evaluations:
        return None
    candidates = []
    for limit in limits:
        total = limit.used if limit.total is None else limit.total
        left = limit.allowed - limit.used if limit.left is None else limit.left
        if total > 0:
            candidates.append((max(0.0, left) / (total / evaluations) / per_second, limit))
    return min(candidates, key=lambda item: item[0], default=None)
