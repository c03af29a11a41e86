"""The importance of hyperparameters by random forests of scikit-learn, which is optional.

A forest learns the objective from some trials and is asked about the others; what it then knows
less, once the values of one hyperparameter are shuffled among them, is what that hyperparameter is
worth, by itself and together with others (permutation importance on trials held out).
"""

from __future__ import annotations

import gc
from collections.abc import Sequence
from dataclasses import dataclass
from statistics import fmean

from sklearn.ensemble import RandomForestRegressor
from sklearn.inspection import permutation_importance
from sklearn.model_selection import KFold

# The library's objects are many and stay for good: let no full collection stop for them again.
gc.freeze()

_FOLDS = 3
_TREES = 64
_SHUFFLES = 5
_SEED = 0
"""Fixed, so that the same trials give the same picture."""


@dataclass(frozen=True, slots=True)
class Grown:
    """What the forests found.

    Args:
        shares: Of each column its mean, lowest and highest share over the folds, from 0 to 1.
        explained: Mean R² on the trials held out: 1 if all was foretold, 0 or less if nothing was.
        folds: How many forests were grown, each on the trials of the other folds.
    """

    shares: tuple[tuple[float, float, float], ...]
    explained: float
    folds: int = _FOLDS


def shares(columns: Sequence[Sequence[float]], targets: Sequence[float]) -> Grown:
    """Grow forests and ask them.

    Args:
        columns: The hyperparameters, a number or nan for each trial.
        targets: What is foretold, one for each trial; at least as many as there are folds.

    Returns:
        What each column is worth.
    """
    rows = list(zip(*columns, strict=True))
    found: list[list[float]] = []
    explained: list[float] = []
    for learned, held_out in KFold(_FOLDS, shuffle=True, random_state=_SEED).split(rows):
        forest = RandomForestRegressor(_TREES, min_samples_leaf=2, random_state=_SEED)
        forest.fit([rows[index] for index in learned], [targets[index] for index in learned])
        asked = [rows[index] for index in held_out]
        answers = [targets[index] for index in held_out]
        explained.append(float(forest.score(asked, answers)))
        lost = permutation_importance(
            forest, asked, answers, n_repeats=_SHUFFLES, random_state=_SEED
        ).importances_mean
        found.append(_as_shares([float(each) for each in lost]))
    by_column = zip(*found, strict=True)
    return Grown(tuple((fmean(each), min(each), max(each)) for each in by_column), fmean(explained))


def _as_shares(lost: Sequence[float]) -> list[float]:
    """Parts of what is lost in all; what was gained by shuffling was gained by chance."""
    parts = [max(0.0, each) for each in lost]
    whole = sum(parts)
    return [each / whole if whole else 0.0 for each in parts]
