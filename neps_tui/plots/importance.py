"""How much each hyperparameter matters, by rank correlation with the objective.

For a number it is Spearman's correlation, for a category the correlation ratio of the ranks:
both are 0 where nothing depends on it and 1 where the objective follows from it alone. Only what
a single hyperparameter does by itself is seen, not what two do together.
"""

from __future__ import annotations

import math
from collections import defaultdict
from collections.abc import Sequence
from typing import Any

from neps_tui.facts.config_keys import ConfigKey
from neps_tui.plots.evaluated import Question, is_real
from neps_tui.plots.plot import Bar, Bars, thinned
from neps_tui.words.formatting import number

_LEAST_TRIALS = 8
_MOST_TRIALS = 4000
_NORMAL_95 = 1.96


def importance_bars(question: Question) -> Bars:
    """The hyperparameters, the most important first, with the 95 % interval of each."""
    title = f"Importance for {question.objective_label}, by rank correlation"
    found = [each for each in question.evaluations() if each.is_chosen]
    if len(found) < _LEAST_TRIALS:
        return Bars(title, empty=f"It takes {_LEAST_TRIALS} trials with an objective.")
    sample = [found[index] for index in thinned(len(found), _MOST_TRIALS)]
    bars = []
    for key in question.varying().values():
        pairs = [
            (value, each.objective)
            for each in sample
            if (value := question.value(each.trial, key)) is not None
        ]
        if len(pairs) >= _LEAST_TRIALS:
            bar = _bar(key, [value for value, _ in pairs], [one for _, one in pairs])
            is_fidelity = question.is_fidelity(key)
            bars.append(bar._replace(text=f"{bar.text}, the fidelity") if is_fidelity else bar)
    bars.sort(key=lambda bar: -bar.value)
    return Bars(
        title,
        tuple(bars),
        notes=(
            f"of {len(sample)} trials; 95 % intervals by Fisher's z; "
            "each hyperparameter by itself, interactions are not seen",
        ),
    )


def _bar(key: ConfigKey, values: Sequence[Any], objectives: Sequence[float]) -> Bar:
    count = len(values)
    ranked = ranks(objectives)
    if key.is_number and all(map(is_real, values)):
        signed = correlation(ranks([float(value) for value in values]), ranked)
        strength = abs(signed)
        way = "higher is worse" if signed > 0 else "higher is better"
    else:
        names = [number(value) for value in values]
        strength = correlation_ratio(names, ranked)
        way = f"{len(set(names))} choices"
    z = math.atanh(min(strength, 0.999999))
    margin = _NORMAL_95 / math.sqrt(max(1, count - 3))
    low, high = math.tanh(max(0.0, z - margin)), math.tanh(z + margin)
    doubt = "" if low > 0 else ", may be chance"
    return Bar(
        key.name, strength, low, high, f"{strength:.2f} ({low:.2f} to {high:.2f}), {way}{doubt}"
    )


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
