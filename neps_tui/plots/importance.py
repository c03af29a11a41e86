"""How much each hyperparameter matters for the objective.

By rank correlation, which needs nothing: Spearman's for a number, the correlation ratio of the
ranks for a category; both are 0 where nothing depends on it and 1 where the objective follows from
it alone. Only what a hyperparameter does by itself is seen, not what two do together.

By a random forest, where scikit-learn is installed, which sees that too; see `forest.py`.
"""

from __future__ import annotations

import math
from collections.abc import Iterator, Sequence
from dataclasses import replace
from functools import cache
from importlib.util import find_spec
from typing import Any

from neps_tui.facts.config_keys import ConfigKey
from neps_tui.plots.evaluated import Evaluation, Question, is_real
from neps_tui.plots.plot import Bar, Bars, thinned
from neps_tui.plots.rank_correlation import correlation, correlation_ratio, ranks
from neps_tui.words.formatting import number

FOREST = "random forest"
RANKS = "rank correlation"
_LEAST_TRIALS = {RANKS: 8, FOREST: 20}
_MOST_TRIALS = {RANKS: 4000, FOREST: 2000}
_NORMAL_95 = 1.96


@cache
def has_forest() -> bool:
    """Whether the library is installed by which forests are grown."""
    return find_spec("sklearn") is not None


def variants(question: Question) -> list[str]:
    """The methods there are, the best first."""
    del question
    return [FOREST, RANKS] if has_forest() else [RANKS]


def make(question: Question) -> Bars:
    """The hyperparameters, the most important first, each with its uncertainty."""
    found = [each for each in question.evaluations() if each.is_chosen]
    asked = question.variant or variants(question)[0]
    method = RANKS if len(found) < _LEAST_TRIALS[asked] else asked
    title = f"Importance for {question.objective_label}, by {method}"
    least = _LEAST_TRIALS[method]
    if len(found) < least:
        return Bars(title, empty=f"It takes {least} trials with an objective.")
    sample = [found[index] for index in thinned(len(found), _MOST_TRIALS[method])]
    bars = (_by_forest if method == FOREST else _by_ranks)(question, title, sample)
    if method == asked:
        return bars
    return replace(bars, notes=(f"a {asked} takes {_LEAST_TRIALS[asked]} trials", *bars.notes))


def _by_ranks(question: Question, title: str, sample: Sequence[Evaluation]) -> Bars:
    bars = []
    for key in question.varying().values():
        pairs = [
            (value, each.objective)
            for each in sample
            if (value := question.value(each.trial, key)) is not None
        ]
        if len(pairs) >= _LEAST_TRIALS[RANKS]:
            bar = _rank_bar(key, [value for value, _ in pairs], [one for _, one in pairs])
            is_fidelity = question.is_fidelity(key)
            bars.append(bar._replace(text=f"{bar.text}, the fidelity") if is_fidelity else bar)
    bars.sort(key=lambda bar: -bar.value)
    hint = () if has_forest() else ("with scikit-learn installed, a random forest sees these too",)
    return Bars(
        title,
        tuple(bars),
        notes=(
            f"of {len(sample)} trials; 95 % intervals by Fisher's z; "
            "each hyperparameter by itself: neither interactions nor a best value in the middle "
            "are seen, nor trials without an objective",
            *hint,
        ),
    )


def _rank_bar(key: ConfigKey, values: Sequence[Any], objectives: Sequence[float]) -> Bar:
    count = len(values)
    ranked = ranks(objectives)
    if _is_numeric(key, values):
        signed = correlation(ranks([float(value) for value in values]), ranked)
        strength = abs(signed)
        way = "rather lower is better" if signed > 0 else "rather higher is better"
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


def _is_numeric(key: ConfigKey, values: Sequence[Any]) -> bool:
    return key.is_number and all(map(is_real, values))


def _by_forest(question: Question, title: str, sample: Sequence[Evaluation]) -> Bars:
    # Imported when it is asked for: it takes a second, and is not there for everybody.
    from neps_tui.plots.forest import shares

    keys = list(question.varying().values())
    columns = [list(_column(question, key, sample)) for key in keys]
    grown = shares(columns, ranks([each.objective for each in sample]))
    if grown.explained <= 0:
        said = "A forest grown on some trials foretells nothing of the others yet."
        return Bars(title, empty=f"{said} The other method may tell more.")
    bars = [_forest_bar(question, key, *each) for key, each in zip(keys, grown.shares, strict=True)]
    bars.sort(key=lambda bar: -bar.value)
    return Bars(
        title,
        tuple(bars),
        notes=(
            f"of {len(sample)} trials: share of what is lost by shuffling the hyperparameter, "
            f"mean and range of {grown.folds} folds; the forest explains "
            f"{grown.explained:.0%} of the ranks of trials it has not seen",
        ),
    )


def _forest_bar(question: Question, key: ConfigKey, mean: float, low: float, high: float) -> Bar:
    fidelity = ", the fidelity" if question.is_fidelity(key) else ""
    doubt = "" if low > 0 else ", may be chance"
    text = f"{mean:.0%} ({low:.0%} to {high:.0%}){fidelity}{doubt}"
    return Bar(key.name, mean, low, high, text)


def _column(question: Question, key: ConfigKey, sample: Sequence[Evaluation]) -> Iterator[float]:
    """A hyperparameter as numbers: choices are numbered as they come, nan is none."""
    values = [question.value(each.trial, key) for each in sample]
    if _is_numeric(key, [value for value in values if value is not None]):
        yield from (math.nan if value is None else float(value) for value in values)
        return
    numbers: dict[str, float] = {}
    for value in values:
        name = "" if value is None else number(value)
        yield math.nan if value is None else numbers.setdefault(name, float(len(numbers)))
