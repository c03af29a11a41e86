"""What the configs of some trials have in common, and others have not.

A condition such as `weight_decay > 0.8` is named only if so many of the trials would hardly meet it
by chance: by the tail of the hypergeometric distribution (Fisher's exact test), times the number of
conditions that were tried.
"""

from __future__ import annotations

import math
from collections.abc import Iterable, KeysView
from dataclasses import dataclass

from neps_state import Trial
from neps_state.readable import readable_value
from neps_state.space import SearchSpaceTree
from neps_tui.errors.config_splits import Choices, Chosen, Config, Numbers, Split, choice_of
from neps_tui.facts.config_keys import ConfigKey
from neps_tui.words.formatting import number

LEAST_TRIALS = 3
"""Fewer trials have nothing in common that could be told from chance."""
_GREATEST_CHANCE = 0.05
_LEAST_ODDS = 3
"""How many times as high the odds of a condition have to be among the trials as among the others:
of very many trials a slight difference is no chance either, but nothing to act on."""


@dataclass(frozen=True, slots=True)
class Trait:
    """What many of some trials meet, and few others.

    Args:
        key: The hyperparameter, as stored in configs.
        text: The condition, as in `weight_decay > 0.8`.
        met: How many of the trials meet it.
        trials: How many trials they are.
        met_by_others: How many other trials meet it.
        others: How many others there are.
        chance: At most how likely it is that any condition stands out as much by chance.
    """

    key: str
    text: str
    met: int
    trials: int
    met_by_others: int
    others: int
    chance: float

    def __str__(self) -> str:
        return f"{self.text} in {self.met} of {self.trials}"

    @property
    def of_others(self) -> str:
        """How often others meet it, as in `3 of 92 others`."""
        return f"{self.met_by_others} of {self.others} others"


class ConfigsCompared:
    """The configs of trials, to compare those of some trials with all the others.

    Trials of one config at several rungs count each.

    Args:
        keys: The keys of the configs.
        space: The search space, which knows what an index chooses.
    """

    def __init__(self, keys: tuple[ConfigKey, ...], space: SearchSpaceTree | None) -> None:
        self.keys = keys
        self.space = space
        self._configs: dict[str, Config] = {}
        self._columns = [
            Numbers(key) if key.is_number else Choices(key) for key in keys if key.varies
        ]

    @property
    def trial_ids(self) -> KeysView[str]:
        """The trials taken in."""
        return self._configs.keys()

    def add(self, trials: Iterable[Trial]) -> None:
        """Take in trials; each only once."""
        new = {trial.metadata.id: trial.config for trial in trials}
        self._configs |= new
        for column in self._columns:
            column.add(new.values())

    def overrepresented(self, trial_ids: Iterable[str], comparisons: int = 1) -> list[Trait]:
        """What trials have in common, most telling first, at most once for a hyperparameter.

        Args:
            trial_ids: Some of the trials taken in.
            comparisons: For how many sets of trials this is asked.
        """
        some = [self._configs[trial_id] for trial_id in trial_ids]
        if len(some) < LEAST_TRIALS or len(some) == len(self._configs):
            return []
        tries = comparisons * sum(column.tries(len(some)) for column in self._columns)
        found = (self._condition(column, some, tries) for column in self._columns)
        return sorted(
            (each for each in found if each is not None),
            key=lambda trait: (trait.chance, trait.text),
        )

    def _condition(self, column: Numbers | Choices, some: list[Config], tries: int) -> Trait | None:
        splits = filter(_is_telling, column.splits(some, len(self._configs)))
        chances = [(_chance(split), split) for split in splits]
        if not chances:
            return None
        chance, split = min(chances, key=lambda each: each[0])
        if chance * tries > _GREATEST_CHANCE:
            return None
        return Trait(
            key=column.key.key,
            text=f"{column.key.name} {self._said(column.key.key, split.condition, some)}",
            met=split.met,
            trials=split.trials,
            met_by_others=split.met_by_others,
            others=split.others,
            chance=chance * tries,
        )

    def _said(self, key: str, condition: str | Chosen, some: Iterable[Config]) -> str:
        if isinstance(condition, str):
            return condition
        example = next(each for each in some if choice_of(each, key) == condition.choice)
        return f"= {number(readable_value(key, example, self.space))}"


def _is_telling(split: Split) -> bool:
    """Whether at least half of the trials meet the condition, and so much fewer of the others."""
    missed, missed_by_others = split.trials - split.met, split.others - split.met_by_others
    is_likelier = split.met * missed_by_others >= _LEAST_ODDS * split.met_by_others * missed
    return split.met * 2 >= split.trials and missed_by_others > 0 and is_likelier


def _chance(split: Split) -> float:
    """How likely as many or more of the trials meet it, had they been drawn blindly."""
    return hypergeometric_tail(split.met, split.trials, split.met_by_all, split.all)


def hypergeometric_tail(met: int, drawn: int, marked: int, everything: int) -> float:
    """How likely a blind draw has as many marked things in it, or more.

    Args:
        met: Marked things in the draw.
        drawn: Things drawn.
        marked: Marked things there are.
        everything: Things there are.
    """
    term = total = 1.0
    for each in range(met, min(drawn, marked)):
        term *= (drawn - each) * (marked - each)
        term /= (each + 1) * (everything - drawn - marked + each + 1)
        total += term
        if term < total * 1e-12:
            break
    first = (
        _log_choose(marked, met)
        + _log_choose(everything - marked, drawn - met)
        - _log_choose(everything, drawn)
    )
    return min(math.exp(first) * total, 1.0)


def _log_choose(things: int, chosen: int) -> float:
    return math.lgamma(things + 1) - math.lgamma(chosen + 1) - math.lgamma(things - chosen + 1)
