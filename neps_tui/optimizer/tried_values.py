"""Where the tried values of each hyperparameter lie, and where the best do."""

from __future__ import annotations

import heapq
import math
from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from itertools import repeat
from types import MappingProxyType
from typing import Any, TypeAlias

from neps_state import Trial
from neps_state.readable import readable_value
from neps_state.snapshot import RunSnapshot
from neps_tui.facts.config_keys import ConfigKey
from neps_tui.facts.summary import RunSummary
from neps_tui.facts.trial_fields import objective_of
from neps_tui.optimizer.domains import Domain, NumberDomain, domain_of

BEST_SHARE = 0.1
LEAST_BEST = 5

_Bins: TypeAlias = tuple[int | None, ...]


@dataclass(frozen=True, slots=True)
class Spread:
    """Where the values of one hyperparameter lie in its domain.

    Args:
        key: The hyperparameter's key in configs.
        tried: How many trials have a value in each bin.
        best: The same, of the best trials.
        choices: What each bin stands for, where it is a choice.
        domain: The numbers that the bins cut up, where they are numbers.
        incumbent_bin: The bin of the incumbent.
        incumbent: Its value as a person reads it.
    """

    key: str
    tried: tuple[int, ...]
    best: tuple[int, ...]
    choices: tuple[str, ...] = ()
    domain: NumberDomain | None = None
    incumbent_bin: int | None = None
    incumbent: Any = None


@dataclass(frozen=True, slots=True, eq=False)
class Spreads:
    """The spreads of all hyperparameters.

    Args:
        by_key: By the keys of configs.
        tried: How many trials there are.
        best: How many of them count as the best: a tenth of those with an objective, and at
            least five; with several objectives those on the front.
    """

    by_key: Mapping[str, Spread]
    tried: int = 0
    best: int = 0


class TriedValues:
    """Follows a run and counts values, at the cost of what changed."""

    def __init__(self) -> None:
        self._snapshot: RunSnapshot | None = None
        self._keys: tuple[ConfigKey, ...] = ()
        self._domains: dict[str, Domain] = {}
        self._placed: dict[str, tuple[Mapping[str, Any], _Bins]] = {}
        self._counts: list[Counter[int | None]] = []
        self._spreads = Spreads(MappingProxyType({}))

    def follow(self, snapshot: RunSnapshot, summary: RunSummary) -> Spreads:
        """The spreads at a moment; the very same while no trial has changed."""
        before, self._snapshot = self._snapshot, snapshot
        is_other = (
            before is None
            or before.generation != snapshot.generation
            or before.space is not snapshot.space
            or self._keys != summary.config_keys
        )
        if not is_other and before is not None and before.trials is snapshot.trials:
            return self._spreads
        if is_other or not self._place(snapshot.trials):
            self._begin(snapshot, summary)
        self._spreads = self._spread(snapshot, summary)
        return self._spreads

    def _begin(self, snapshot: RunSnapshot, summary: RunSummary) -> None:
        self._keys = keys = summary.config_keys
        configs = [trial.config for trial in snapshot.trials.values()]
        found = {key.key: domain_of(key, keys, snapshot.space, configs) for key in keys}
        self._domains = {key: each for key, each in found.items() if each is not None}
        self._counts = [Counter() for _ in self._domains]
        self._placed = {}
        # No bounds need to be checked: those that are guessed were guessed from these values.
        self._add(dict(zip(snapshot.trials, configs, strict=True)))

    def _place(self, trials: Mapping[str, Trial]) -> bool:
        """Count the trials that were not yet.

        Returns:
            Whether those counted before are still there with the same configs, and bounds that
            are only those of what was tried need not be wider.
        """
        placed = self._placed
        new: dict[str, Mapping[str, Any]] = {}
        for trial_id, trial in trials.items():
            known = placed.get(trial_id)
            if known is None:
                new[trial_id] = trial.config
            elif known[0] is not trial.config and known[0] != trial.config:
                return False
        if len(placed) + len(new) != len(trials):
            return False
        guesses = [
            each
            for each in self._domains.values()
            if isinstance(each, NumberDomain) and not each.is_certain
        ]
        if not all(guess.holds(config) for guess in guesses for config in new.values()):
            return False
        self._add(new)
        return True

    def _add(self, new: Mapping[str, Mapping[str, Any]]) -> None:
        """Count trials, given their configs by their ids."""
        columns = [domain.bins_of(new.values()) for domain in self._domains.values()]
        for count, column in zip(self._counts, columns, strict=True):
            count.update(column)
        rows = zip(*columns, strict=True) if columns else repeat(())
        self._placed.update(
            (trial_id, (config, bins))
            for (trial_id, config), bins in zip(new.items(), rows, strict=False)
        )

    def _spread(self, snapshot: RunSnapshot, summary: RunSummary) -> Spreads:
        best = _best(snapshot, summary)
        incumbent = None if summary.best_id is None else snapshot.trials.get(summary.best_id)
        bins_of_best = [self._placed[trial_id][1] for trial_id in best]
        spreads = {}
        for at, (key, domain) in enumerate(self._domains.items()):
            counts, of_best = self._counts[at], Counter(bins[at] for bins in bins_of_best)
            number = domain if isinstance(domain, NumberDomain) else None
            bins = range(domain.bins) if isinstance(domain, NumberDomain) else domain.order()
            names = () if isinstance(domain, NumberDomain) else domain.choices
            choices = tuple(names[each] for each in bins) if names else ()
            value = None
            if incumbent is not None and key in incumbent.config:
                value = readable_value(key, incumbent.config, snapshot.space)
            spreads[key] = Spread(
                key,
                tuple(counts[each] for each in bins),
                tuple(of_best[each] for each in bins),
                choices,
                number,
                _place(bins, None if incumbent is None else domain.bin_of(incumbent.config)),
                value,
            )
        return Spreads(MappingProxyType(spreads), len(snapshot.trials), len(best))


def _place(bins: Sequence[int], wanted: int | None) -> int | None:
    return None if wanted is None else bins.index(wanted)


def _best(snapshot: RunSnapshot, summary: RunSummary) -> list[str]:
    """Ids of the best trials."""
    if summary.objectives > 1:
        return [trial_id for trial_id in summary.front if trial_id in snapshot.trials]
    rated = [
        (value, trial_id)
        for trial_id, trial in snapshot.trials.items()
        if (value := objective_of(trial)) is not None and math.isfinite(value)
    ]
    count = max(LEAST_BEST, round(BEST_SHARE * len(rated)))
    return [trial_id for _, trial_id in heapq.nsmallest(count, rated)]
