"""How far brackets have come: which trials are of which, as NePS deals them out.

NePS keeps no bracket of a trial. It deals the configs out anew each time it samples: one belongs
to the bracket whose lowest rung it began at, as many as that rung holds, by their numbers; those
that come after are of the next round of brackets.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from neps_state import Trial
from neps_state.trial import UNFINISHED

Layout = Mapping[int, int]
"""How many trials a bracket has at each rung."""


def come_in_brackets(
    at_rungs: Mapping[int, Sequence[Trial]], layouts: Sequence[Layout]
) -> list[Layout]:
    """How many trials have ended at each rung of each bracket, in the round that has begun last.

    Args:
        at_rungs: The trials at each rung.
        layouts: The brackets, in NePS's order.

    Returns:
        A count for each rung of each bracket.
    """
    began = _began_at(at_rungs)
    members = [_numbers(began, min(layout)) for layout in layouts]
    capacities = [max(1, layout[min(layout)]) for layout in layouts]
    rounds = [(len(each) - 1) // most for each, most in zip(members, capacities, strict=True)]
    current = max(rounds, default=0)
    come: list[Layout] = []
    for each, most, layout in zip(members, capacities, layouts, strict=True):
        own = set(each[current * most : (current + 1) * most])
        come.append({rung: _ended(at_rungs.get(rung, ()), own) for rung in layout})
    return come


def _began_at(at_rungs: Mapping[int, Sequence[Trial]]) -> dict[int, int]:
    """The lowest rung of each config, by its number."""
    began: dict[int, int] = {}
    for rung in sorted(at_rungs, reverse=True):
        for trial in at_rungs[rung]:
            if (number := _number_of(trial)) is not None:
                began[number] = rung
    return began


def _numbers(began: Mapping[int, int], rung: int) -> list[int]:
    return sorted(number for number, lowest in began.items() if lowest == rung)


def _ended(trials: Sequence[Trial], own: set[int]) -> int:
    return sum(
        trial.metadata.state not in UNFINISHED and _number_of(trial) in own for trial in trials
    )


def _number_of(trial: Trial) -> int | None:
    """The number of a trial's config, as in `12_rung_2`."""
    config = trial.metadata.id.partition("_rung_")[0]
    return int(config) if config.isdecimal() and len(config) < 10 else None
