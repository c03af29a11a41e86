"""Which trials continue which, and what a lineage says of them."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import replace
from pathlib import Path
from types import MappingProxyType

import pytest

from neps_state import Trial
from neps_state.reader import RunReader
from neps_state.snapshot import Phase, RunSnapshot
from neps_tui.facts.fold import summarize
from neps_tui.trial.lineage import Lineages
from neps_tui.trial.lineage_rows import lineage_lines
from neps_tui.view import RunView


def trial(trial_id: str, previous: str | None = None) -> Trial:
    return Trial.new(
        trial_id=trial_id,
        config={"x": 1.0},
        location="",
        previous_trial=previous,
        previous_trial_location=None,
        time_sampled=0.0,
        worker_id="worker_0",
    )


def run_of(*trials: Trial) -> RunSnapshot:
    by_id = {each.id: each for each in trials}
    return RunSnapshot(Path("run"), Phase.RUN, trials=MappingProxyType(by_id))


def lineage(snapshot: RunSnapshot, trial_id: str) -> list[str]:
    lineages = Lineages()
    lineages.follow(snapshot)
    return [step.trial_id for step in lineages.of(trial_id)]


@pytest.mark.parametrize("shown", ["15_rung_0", "15_rung_2", "15_rung_3"])
def test_every_rung_of_a_config_is_in_the_lineage(
    recorded_run: Callable[[str], Path], shown: str
) -> None:
    snapshot = RunReader(recorded_run("hyperband-0.17")).poll()
    assert lineage(snapshot, shown) == ["15_rung_0", "15_rung_1", "15_rung_2", "15_rung_3"]


def test_imported_trials_do_not_continue_each_other(recorded_run: Callable[[str], Path]) -> None:
    snapshot = RunReader(recorded_run("import-0.17")).poll()
    assert snapshot.trials["3"].metadata.previous_trial_id == "2"
    assert lineage(snapshot, "3") == ["3"]


def test_rungs_belong_together_even_where_no_link_was_recorded() -> None:
    snapshot = run_of(trial("4_rung_0"), trial("4_rung_2"), trial("5_rung_1"), trial("4_rung_1"))
    assert lineage(snapshot, "4_rung_1") == ["4_rung_0", "4_rung_1", "4_rung_2"]


def test_a_trial_continued_by_several_shows_all_of_them() -> None:
    snapshot = run_of(trial("1"), trial("2", "1"), trial("3", "1"), trial("4", "2"))
    lineages = Lineages()
    lineages.follow(snapshot)
    assert [(each.trial_id, each.branch) for each in lineages.of("1")] == [
        ("1", 0),
        ("2", 1),
        ("4", 1),
        ("3", 1),
    ]
    assert [each.trial_id for each in lineages.of("4")] == ["1", "2", "4"]


def test_trials_that_name_each_other_do_not_hang_it() -> None:
    snapshot = run_of(trial("1", "2"), trial("2", "1"), trial("3", "3"))
    assert sorted(lineage(snapshot, "1")) == ["1", "2"]
    assert lineage(snapshot, "3") == ["3"]


def test_a_very_long_lineage_is_bounded() -> None:
    snapshot = run_of(*(trial(str(n), str(n - 1) if n else None) for n in range(5000)))
    found = lineage(snapshot, "2500")
    assert "2500" in found
    assert len(found) < 1000


def test_an_ancestor_that_is_gone_is_named() -> None:
    snapshot = run_of(trial("2", "1"))
    view = RunView(snapshot, summarize(snapshot))
    lineages = Lineages()
    lineages.follow(snapshot)
    lines = lineage_lines(lineages.of("2"), "2", view, 10.0)
    assert "1" in lines[1]
    assert "not in the run" in lines[1]
    assert lines[2].startswith("» 2")


def test_new_trials_join_and_removed_ones_leave() -> None:
    first = run_of(trial("1"))
    lineages = Lineages()
    lineages.follow(first)
    two = {**first.trials, "2": trial("2", "1")}
    second = replace(first, trials=MappingProxyType(two), revision=1, changed=frozenset({"2"}))
    lineages.follow(second)
    assert [step.trial_id for step in lineages.of("1")] == ["1", "2"]
    third = replace(first, revision=2, changed=frozenset({"2"}))
    lineages.follow(third)
    assert [step.trial_id for step in lineages.of("1")] == ["1"]


class OnlyLookedUp(dict[str, Trial]):
    """Trials that are never to be gone through."""

    def __iter__(self) -> Iterator[str]:
        raise AssertionError("all trials were gone through")

    keys = values = items = __iter__  # type: ignore[assignment]


def test_following_costs_only_what_is_new() -> None:
    many = {str(n): trial(str(n)) for n in range(20_000)}
    snapshot = RunSnapshot(Path("run"), Phase.RUN, trials=MappingProxyType(many))
    lineages = Lineages()
    lineages.follow(snapshot)
    more = OnlyLookedUp({**many, "new": trial("new", "7")})
    following = replace(snapshot, trials=more, revision=1, changed=frozenset({"new"}))
    lineages.follow(following)
    found = lineages.of("7")
    assert [step.trial_id for step in found] == ["7", "new"]
