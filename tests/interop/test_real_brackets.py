"""Brackets that NePS deals out anew at every sample are told as NePS itself deals them."""

from __future__ import annotations

import random
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from neps_state.reader import RunReader
from neps_tui.facts.fold import rung_of
from neps_tui.optimizer.brackets import come_in_brackets
from neps_tui.optimizer.facts import derived_facts

pytestmark = pytest.mark.interop


@pytest.mark.parametrize("seed", range(5))
@pytest.mark.parametrize("name", ["hyperband-0.17", "architecture-0.17"])
def test_brackets_have_come_as_far_as_real_neps_says(
    copy_run: Callable[[str], Path], real: Any, name: str, seed: int
) -> None:
    import pandas
    from neps.optimizers.utils.brackets import Hyperband

    snapshot = RunReader(copy_run(name)).poll()
    layouts = derived_facts(snapshot)["bracket_layouts"]
    if seed:
        # Small brackets, so that several rounds of them are begun.
        layouts = [{0: 3, 1: 2}, {1: 2, 2: 1}]
    known = sorted(snapshot.trials)
    trials = [
        snapshot.trials[each] for each in random.Random(seed).sample(known, len(known) - seed)
    ]
    at_rungs: dict[int, list[Any]] = {}
    for trial in trials:
        at_rungs.setdefault(rung_of(trial) or 0, []).append(trial)

    index = sorted((int(each.metadata.id.split("_")[0]), rung_of(each)) for each in trials)
    table = pandas.DataFrame(
        {"config": [{}] * len(index), "perf": [0.5] * len(index)},
        index=pandas.MultiIndex.from_tuples(index, names=["id", "rung"]),
    )
    rounds = [
        [{rung.value: len(rung) for rung in sync.rungs} for sync in dealt.sh_brackets]
        for dealt in Hyperband.create_repeating(table, bracket_layouts=layouts)
    ]
    begun = [each for each in rounds if any(any(bracket.values()) for bracket in each)]
    assert come_in_brackets(at_rungs, layouts) == begun[-1]
