"""How much one thing follows from another, by their ranks."""

from __future__ import annotations

import math
from collections import defaultdict
from collections.abc import Sequence


def ranks(values: Sequence[float]) -> list[float]:
    """Ranks from 0, equal values at their mean rank."""
    order = sorted(range(len(values)), key=values.__getitem__)
    found = [0.0] * len(values)
    start = 0
    while start < len(order):
        stop = start
        while stop < len(order) and values[order[stop]] == values[order[start]]:
            stop += 1
        for index in order[start:stop]:
            found[index] = (start + stop - 1) / 2
        start = stop
    return found


def correlation(one: Sequence[float], other: Sequence[float]) -> float:
    """Pearson's correlation, from -1 to 1; 0 where either does not vary."""
    mean_one, mean_other = math.fsum(one) / len(one), math.fsum(other) / len(other)
    shared = math.fsum((a - mean_one) * (b - mean_other) for a, b in zip(one, other, strict=True))
    spread_one = math.fsum((a - mean_one) ** 2 for a in one)
    spread_other = math.fsum((b - mean_other) ** 2 for b in other)
    if not spread_one or not spread_other:
        return 0.0
    return max(-1.0, min(1.0, shared / math.sqrt(spread_one * spread_other)))


def correlation_ratio(groups: Sequence[str], values: Sequence[float]) -> float:
    """How much of the spread of values is between groups, from 0 to 1, corrected for chance."""
    mean = math.fsum(values) / len(values)
    by_group: defaultdict[str, list[float]] = defaultdict(list)
    for group, value in zip(groups, values, strict=True):
        by_group[group].append(value)
    whole = math.fsum((value - mean) ** 2 for value in values)
    freedom = len(values) - len(by_group)
    if not whole or freedom <= 0:
        return 0.0
    within = math.fsum(
        math.fsum((value - centre) ** 2 for value in each)
        for each in by_group.values()
        for centre in (math.fsum(each) / len(each),)
    )
    # As adjusted R²: many groups explain something of any values.
    explained = 1.0 - (within / freedom) / (whole / (len(values) - 1))
    return math.sqrt(max(0.0, explained))
