"""Budgets, rungs and the spread of tried values, of recorded runs and of runs made here."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import replace
from pathlib import Path
from types import MappingProxyType
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from neps_state import BudgetInfo, MetaData, OptimizationState, Report, SeedSnapshot, State, Trial
from neps_state.reader import RunReader
from neps_state.snapshot import Phase, RunSnapshot
from neps_state.space import Parameter, SearchSpaceTree
from neps_tui.facts.fold import summarize
from neps_tui.optimizer.domains import BINS, CategoryDomain, NumberDomain
from neps_tui.optimizer.facts import Budgets, arguments, budgets, derived
from neps_tui.optimizer.rung_table import rung_table, rung_words
from neps_tui.optimizer.space_rows import (
    SpaceNode,
    SpaceWidths,
    space_cells,
    space_columns,
    space_nodes,
    visible_nodes,
)
from neps_tui.optimizer.tried_values import Spreads, TriedValues
from neps_tui.optimizer.words import budgets_in_words

CopyRun = Callable[[str], Path]
START = 1_795_000_000.0


def read(root: Path) -> RunSnapshot:
    snapshot = RunReader(root).poll()
    assert snapshot is not None
    return snapshot


def trial(
    name: str,
    config: Mapping[str, Any] | None = None,
    objective: Any = None,
    *,
    worker: str = "w1",
    end: float | None = 0.0,
    cost: float = 1.0,
    previous: str | None = None,
) -> Trial:
    state = State.EVALUATING if end is None else State.SUCCESS
    metadata = MetaData(
        name,
        "",
        state,
        previous,
        None,
        worker,
        START,
        worker,
        None,
        None,
        START + (100.0 if end is None else end - 5),
        None if end is None else START + end,
    )
    report = None if end is None else Report(objective, cost, None, {}, None, None, "success", None)
    return Trial(dict(config or {"x": 1.0}), metadata, report)


def run_of(
    *trials: Trial,
    budget: BudgetInfo | None = None,
    derived: Mapping[str, Any] | None = None,
    space: SearchSpaceTree | None = None,
) -> RunSnapshot:
    return RunSnapshot(
        Path("run"),
        Phase.RUN,
        generation=1,
        trials=MappingProxyType({each.id: each for each in trials}),
        optimizer_info={"name": "hyperband", "info": {"eta": 3}, "derived": derived or {}},
        optimizer_state=OptimizationState(budget, SeedSnapshot.new_capture(), None, ["w1", "w2"]),
        space=space,
    )


def budgets_of(snapshot: RunSnapshot, after: float) -> Budgets:
    return budgets(snapshot, summarize(snapshot), START + after)


def going(count: int = 10, **budget: Any) -> RunSnapshot:
    """One trial every ten seconds, and one that is being evaluated."""
    done = [trial(str(at), end=10.0 * at, objective=1.0 / at) for at in range(1, count + 1)]
    return run_of(*done, trial("99", end=None), budget=BudgetInfo(**budget))


# --- budgets -----------------------------------------------------------------------------------


def test_each_limit_says_how_long_it_lasts_and_which_ends_the_run() -> None:
    found = budgets_of(going(total_evaluations_to_spend=110, total_cost_to_spend=30.0), 100.0)
    evaluations, cost = found.run
    assert (evaluations.used, evaluations.allowed) == (10, 110)
    assert evaluations.seconds_left == pytest.approx(1000.0)
    assert cost.seconds_left == pytest.approx(200.0)
    assert [each.ends_first for each in found.run] == [False, True]
    assert found.end == "cost end it first, in 3 min"


def test_limits_of_the_older_generation_of_names_are_found_too() -> None:
    (evaluations, cost) = budgets_of(going(max_evaluations=20, cost_to_spend=40.0), 100.0).run
    assert (evaluations.allowed, cost.allowed) == (20, 40.0)
    (_, cost) = budgets_of(going(max_cost_total=30.0), 100.0).run
    assert cost.allowed == 30.0


def test_a_spent_limit_ends_the_run() -> None:
    found = budgets_of(going(total_evaluations_to_spend=10), 100.0)
    assert found.run[0].is_spent
    assert found.end == "the evaluations are spent: workers take no more trials"


def test_a_run_that_nobody_works_on_has_no_time_left_to_tell() -> None:
    snapshot = going(total_evaluations_to_spend=100)
    trials = {name: each for name, each in snapshot.trials.items() if name != "99"}
    found = budgets_of(replace(snapshot, trials=MappingProxyType(trials)), 200.0)
    assert found.run[0].seconds_left is None
    assert found.end == ""


def test_each_worker_has_its_own_budget() -> None:
    found = budgets_of(going(worker_evaluations_to_spend=20), 100.0)
    first, second = found.workers
    assert (first.worker_id, first.is_at_work, first.spendings[0].used) == ("w1", True, 10)
    assert first.seconds_left == pytest.approx(100.0)
    assert (second.is_at_work, second.spendings[0].used) == (False, 0)
    assert found.end == "the workers' own budgets end it first, in 2 min"


def test_a_worker_may_be_limited_in_each_resource() -> None:
    config = {"x": 0.5, "epochs": 1}
    done = (trial("1_rung_0", config, 0.5), trial("1_rung_1", {**config, "epochs": 3}, 0.4))
    for resource, used in (("evaluations", 2), ("cost", 2.0), ("fidelities", 4)):
        budget = BudgetInfo(**{f"worker_{resource}_to_spend": 10})
        snapshot = run_of(
            *done, trial("2_rung_0", {"x": 0.7, "epochs": 1}, end=None), budget=budget
        )
        (limit,) = summarize(snapshot).limits
        assert (limit.name, limit.per_worker, limit.allowed) == (resource, True, 10)
        assert limit.used == used
        first, second = budgets_of(snapshot, 100.0).workers
        assert [(each.resource, each.used) for each in first.spendings] == [(resource, used)]
        assert [each.used for each in second.spendings] == [0]


def test_a_worker_and_the_run_may_both_be_limited(recorded_run: CopyRun) -> None:
    found = budgets_of(read(recorded_run("hyperband-0.17")), 0.0)
    assert (found.run[0].used, found.run[0].allowed) == (40, 100)
    (worker,) = found.workers
    assert (worker.spendings[0].used, worker.spendings[0].allowed) == (40, 40)
    assert found.end == "every worker has spent its own budget: a new one may go on"


def test_the_counter_that_neps_keeps_is_put_in_words_where_it_differs() -> None:
    same = budgets_of(going(used_evaluations=10, used_cost_budget=10.0), 100.0)
    assert same.kept == ()
    other = budgets_of(going(used_evaluations=11, used_cost_budget=9.0), 100.0)
    assert other.kept == (
        "evaluations 11, not 10: all trials, ended or not, when one was last sampled",
        "cost 9, not 10: what trials had reported when one was last sampled",
    )


def test_a_run_without_optimizer_state_says_so() -> None:
    found = budgets_of(replace(going(), optimizer_state=None), 100.0)
    assert found.missing.startswith("optimizer_state.pkl is not there")
    assert found.run[0].used == 10
    words = "".join(text for line in budgets_in_words(found, 60) for text, _ in line)
    assert "10, without a limit" in words


def test_arguments_and_derived_facts_read_like_facts(recorded_run: CopyRun) -> None:
    snapshot = read(recorded_run("architecture-0.17"))
    assert ("eta", "3") in arguments(snapshot)
    assert derived(snapshot) == [
        ("fidelity", "epochs 1 … 27"),
        ("bracket type", "hyperband"),
    ]


def test_derived_facts_in_an_unknown_shape_are_shown_as_they_are() -> None:
    snapshot = run_of(derived={"fidelity": "epochs", "later": {"eta": 2}})
    assert derived(snapshot) == [("fidelity", "epochs"), ("later.eta", "2")]


# --- rungs -------------------------------------------------------------------------------------


def test_rungs_tell_how_far_trials_have_come(recorded_run: CopyRun) -> None:
    snapshot = read(recorded_run("hyperband-0.17"))
    rungs = rung_table(snapshot, summarize(snapshot))
    assert [(each.rung, each.fidelity, each.evaluated, each.promoted) for each in rungs] == [
        (0, 1, 27, 9),
        (1, 3, 9, 3),
        (2, 9, 3, 1),
        (3, 27, 1, 0),
    ]
    assert (rungs[3].best, rungs[3].best_id) == (pytest.approx(0.1309, abs=1e-4), "15_rung_3")
    assert rungs[1].planned == (9, 9, None, None)


def test_brackets_tell_how_far_they_have_come(recorded_run: CopyRun) -> None:
    snapshot = read(recorded_run("hyperband-0.17"))
    rungs = rung_table(snapshot, summarize(snapshot))
    assert [each.come for each in rungs] == [
        (27, None, None, None),
        (9, 0, None, None),
        (3, 0, 0, None),
        (1, 0, 0, 0),
    ]


def test_a_round_of_brackets_begins_where_the_one_before_was_full() -> None:
    layouts = {"bracket_type": "hyperband", "bracket_layouts": [{0: 2, 1: 1}, {1: 1}]}
    first = [trial("1_rung_0"), trial("2_rung_0"), trial("2_rung_1"), trial("3_rung_1")]
    full, begun = (
        rung_table(snapshot, summarize(snapshot))
        for snapshot in (
            run_of(*first, derived=layouts),
            run_of(*first, trial("4_rung_0"), trial("5_rung_0", end=None), derived=layouts),
        )
    )
    assert [each.come for each in full] == [(2, None), (1, 1)]
    assert [each.come for each in begun] == [(1, None), (0, 0)]


def test_where_promotions_wait_for_nobody_no_trial_is_of_a_bracket(recorded_run: CopyRun) -> None:
    snapshot = read(recorded_run("asha-0.17"))
    assert {each.come for each in rung_table(snapshot, summarize(snapshot))} == {()}


def test_rungs_that_no_optimizer_recorded_are_those_of_the_trials(recorded_run: CopyRun) -> None:
    snapshot = read(recorded_run("hyperband-0.16"))
    rungs = rung_table(snapshot, summarize(snapshot))
    assert [(each.rung, each.fidelity) for each in rungs][:1] == [(0, 1)]
    assert sum(each.evaluated for each in rungs) == len(snapshot.trials)


def test_a_rung_counts_what_runs_at_it() -> None:
    snapshot = run_of(
        trial("1_rung_0", objective=0.5),
        trial("1_rung_1", end=None, previous="1_rung_0"),
        trial("2_rung_0", objective=float("nan")),
    )
    first, second = rung_table(snapshot, summarize(snapshot))
    assert (first.evaluated, first.promoted, first.best_id) == (2, 1, "1_rung_0")
    assert (second.running, second.evaluated, second.best) == (1, 0, None)


def test_an_optimizer_of_one_fidelity_has_no_rungs(recorded_run: CopyRun) -> None:
    snapshot = read(recorded_run("random-0.17"))
    assert rung_table(snapshot, summarize(snapshot)) == ()


# --- where values lie --------------------------------------------------------------------------


def spreads_of(snapshot: RunSnapshot) -> Spreads:
    return TriedValues().follow(snapshot, summarize(snapshot))


@given(st.floats(), st.booleans(), st.booleans())
def test_any_number_has_a_bin_or_is_no_number(value: float, log: bool, is_integer: bool) -> None:
    domain = NumberDomain("x", 1.0, 27.0, log=log, is_integer=is_integer)
    at = domain.bin_of({"x": value})
    assert (at is None) == (value != value)
    assert at is None or 0 <= at < domain.bins


def test_bins_of_whole_numbers_hold_as_many_each() -> None:
    domain = NumberDomain("x", 1, 32, is_integer=True)
    bins = domain.bins_of([{"x": value} for value in range(1, 33)])
    assert domain.bins == BINS
    assert all(bins.count(at) == 2 for at in range(BINS))


def test_bins_are_logarithmic_where_the_space_is() -> None:
    domain = NumberDomain("x", 1e-4, 1.0, log=True)
    assert domain.bins_of([{"x": x} for x in (1e-4, 1e-2 * 1.01, 1.0)]) == [0, 8, 15]


def test_a_choice_that_nobody_foretold_gets_a_bin() -> None:
    domain = CategoryDomain("x", ["adam"], None)
    assert domain.bins_of([{"x": "sgd"}, {"x": "adam"}, {}, {"x": [1, 2]}]) == [1, 0, None, 2]
    assert domain.choices == ["adam", "sgd", "1, 2"]


def test_choices_that_are_numbers_are_choices() -> None:
    space = SearchSpaceTree("S", {"x": Parameter("x", "categorical", choices=(32, 64, 256))})
    spread = spreads_of(run_of(trial("1", {"x": 64}), trial("2", {"x": 256}), space=space))
    assert spread.by_key["x"].choices == ("32", "64", "256")
    assert spread.by_key["x"].tried == (0, 1, 1)


def test_the_best_tenth_but_at_least_five_are_counted_apart() -> None:
    space = SearchSpaceTree("S", {"x": Parameter("x", "float", 0.0, 1.0)})
    trials = [trial(str(at), {"x": at / 100}, objective=at / 100) for at in range(100)]
    spreads = spreads_of(run_of(*trials, space=space))
    spread = spreads.by_key["x"]
    assert (spreads.tried, spreads.best) == (100, 10)
    assert (sum(spread.tried), sum(spread.best)) == (100, 10)
    assert spread.best[0] == 7
    assert (spread.incumbent, spread.incumbent_bin) == (0.0, 0)
    assert spreads_of(run_of(*trials[:7], space=space)).best == 5


def test_of_several_objectives_the_front_is_counted_apart(recorded_run: CopyRun) -> None:
    snapshot = read(recorded_run("multiobjective-0.17"))
    summary = summarize(snapshot)
    spreads = spreads_of(snapshot)
    assert spreads.best == len(summary.front)
    assert spreads.by_key["learning_rate"].incumbent is None


def test_without_a_space_bounds_are_those_of_what_was_tried() -> None:
    trials = [trial(str(at), {"x": 10.0**-at}, objective=1.0) for at in range(6)]
    spread = spreads_of(run_of(*trials)).by_key["x"]
    assert spread.domain is not None
    assert (spread.domain.lower, spread.domain.upper, spread.domain.log) == (1e-5, 1.0, True)
    assert not spread.domain.is_certain


def test_following_a_run_counts_what_reading_it_anew_does(recorded_run: CopyRun) -> None:
    for name in ("architecture-0.17", "random-0.13", "hyperband-0.17"):
        whole = read(recorded_run(name))
        tried = TriedValues()
        names = list(whole.trials)
        for count in (1, 5, 6, 12, 8, len(names)):
            part = {each: whole.trials[each] for each in names[:count]}
            snapshot = replace(whole, trials=MappingProxyType(part))
            summary = summarize(snapshot)
            found = tried.follow(snapshot, summary)
            fresh = TriedValues().follow(snapshot, summary)
            for key, spread in fresh.by_key.items():
                again = found.by_key[key]
                assert (again.tried, again.best) == (spread.tried, spread.best), (name, key, count)
        assert tried.follow(snapshot, summary) is found


def test_ten_thousand_trials_are_followed() -> None:
    names = [f"h{at}" for at in range(8)]
    space = SearchSpaceTree("S", {name: Parameter(name, "float", 0.0, 1.0) for name in names})
    trials = [
        trial(str(at), dict.fromkeys(names, at * 7 % 100 / 100), objective=at % 97)
        for at in range(10_000)
    ]
    first = run_of(*trials[:-1], space=space)
    tried = TriedValues()
    tried.follow(first, summarize(first))
    second = run_of(*trials, space=space)
    summary = summarize(second)
    found = tried.follow(second, summary)
    rung_table(second, summary)
    assert found.tried == 10_000


# --- the space in rows -------------------------------------------------------------------------


def rows_of(snapshot: RunSnapshot, *, ascii: bool = False) -> list[tuple[str, ...]]:
    summary, spreads = summarize(snapshot), spreads_of(snapshot)
    nodes = space_nodes(snapshot, summary, spreads)
    columns = space_columns(spreads, summary.objectives, SpaceWidths())
    return [
        tuple(
            cell.text
            for cell in space_cells(
                node, spreads, SpaceWidths(), is_unfolded=node.starts_unfolded, ascii=ascii
            )
        )[: len(columns)]
        for node in visible_nodes(nodes, {})
    ]


def test_a_hyperparameter_has_its_domain_and_two_histograms(recorded_run: CopyRun) -> None:
    rows = {row[0].strip(): row[1:] for row in rows_of(read(recorded_run("hyperband-0.17")))}
    assert rows["learning_rate"] == (
        "float 1e-5 … 0.1, log",
        "▕▁▂▁▁  ▂▇▇▂▅▇▇▁▂▁▏",
        "▕       ▂   ★▂   ▏",
        "★ 0.00964",
    )
    assert rows["▾ optimizer"] == ("sgd | lion | adam", "", "", "★ lion")
    assert rows["lion"][1:] == ("▇▇▇▇▇▇▇▇▇▇▇▇▇▇ 17", "▇▇▇▇▇▇▇▇▇▇▇▇▇▇▇ 3", "★")


def test_an_architecture_space_unfolds_into_its_operations(recorded_run: CopyRun) -> None:
    snapshot = read(recorded_run("architecture-0.17"))
    nodes = space_nodes(snapshot, summarize(snapshot), spreads_of(snapshot))
    by_name = {node.name: node for node in nodes}
    assert [child.name for child in by_name["block"].children][:2] == ["Conv", "Pool"]
    conv = by_name["block"].children[0]
    assert [(child.name, child.domain) for child in conv.children] == [
        ("[0]", "3 | 5 | 7"),
        ("activation", "resampled relu | gelu | silu"),
    ]
    net = by_name["net"]
    assert net.domain == "operation Sequential"
    # Each part once, with what was chosen for it, and within it what that choice has to choose.
    assert [child.name for child in net.children] == ["[0]", "[1]", "[2]"]
    first = net.children[0]
    assert first.key is not None
    assert [child.name for child in first.children] == ["Conv", "Pool", "activation", "[0]"]
    assert first.starts_unfolded


@pytest.mark.parametrize(
    ("width", "said"),
    [
        (40, "float 1e-5 … 0.1, log, prior 0.001"),
        (30, "float 1e-5 … 0.1, log"),
        (18, "float 1e-5 … 0.1"),
    ],
)
def test_a_domain_leaves_out_whole_parts_where_there_is_no_room(width: int, said: str) -> None:
    node = SpaceNode("lr", "lr", "float 1e-5 … 0.1, log, prior 0.001")
    spreads = Spreads(MappingProxyType({}))
    widths = SpaceWidths(domain=width)
    assert space_cells(node, spreads, widths, is_unfolded=False)[1].text == said


def test_choices_for_which_there_is_no_room_are_left_out_whole() -> None:
    node = SpaceNode("size", "size", "32 | 64 | 128 | 256, prior 64")
    spreads = Spreads(MappingProxyType({}))
    cells = space_cells(node, spreads, SpaceWidths(domain=15), is_unfolded=False)
    assert cells[1].text == "32 | 64 | …"


def test_every_node_has_an_id_of_its_own(recorded_run: CopyRun) -> None:
    def ids(nodes: tuple[SpaceNode, ...]) -> list[str]:
        return [each for node in nodes for each in (node.id, *ids(node.children))]

    snapshot = read(recorded_run("architecture-0.17"))
    found = ids(space_nodes(snapshot, summarize(snapshot), spreads_of(snapshot)))
    assert len(set(found)) == len(found)


@pytest.mark.parametrize("name", ["random-0.13", "random-0.14", "architecture-0.17", "nan-0.17"])
def test_ascii_stays_ascii(recorded_run: CopyRun, name: str) -> None:
    for row in rows_of(read(recorded_run(name)), ascii=True):
        # The table itself rewrites what separates bounds.
        assert "".join(row).replace("…", "").isascii()


def test_old_runs_have_rows_from_their_configs(recorded_run: CopyRun) -> None:
    rows = {row[0].strip(): row[1] for row in rows_of(read(recorded_run("random-0.13")))}
    assert rows["learning_rate"] == "tried 1.01e-5 … 0.0359, log"
    assert rows["▾ optimizer"] == "adam | lion | sgd"


# --- choices in one order, names in full -------------------------------------------------------


def test_choices_stand_in_the_order_of_the_space_wherever_they_are_shown(
    recorded_run: CopyRun,
) -> None:
    snapshot = read(recorded_run("architecture-0.17"))
    summary = summarize(snapshot)
    spreads = TriedValues().follow(snapshot, summary)
    found = {key.name: spreads.by_key[key.key] for key in summary.config_keys}
    assert {found[f"net[{at}]"].choices for at in range(3)} == {("Conv", "Pool")}
    sizes = {each.choices for name, each in found.items() if name.endswith("[0]") and "][" in name}
    sizes |= {found["block[0]"].choices}
    assert sizes == {("3", "5", "7")}
    activations = {each.choices for name, each in found.items() if name.endswith("activation")}
    assert activations == {("relu", "gelu", "silu")}
    for each in found.values():
        if each.choices and each.incumbent is not None and each.incumbent_bin is not None:
            assert each.choices[each.incumbent_bin] == str(each.incumbent)


def test_choices_of_which_nothing_is_known_are_sorted_by_size_and_name() -> None:
    domain = CategoryDomain("x", (), None)
    for value in ("b", "10", "a", "9"):
        assert domain.bin_of({"x": value}) is not None
    assert [domain.choices[at] for at in domain.order()] == ["9", "10", "a", "b"]
    known = CategoryDomain("x", ("c", "a"), None)
    assert known.bin_of({"x": "b"}) == 2
    assert [known.choices[at] for at in known.order()] == ["c", "a", "b"]


def test_names_have_the_room_they_need_where_there_is_some() -> None:
    nodes = [
        SpaceNode("a", "net[0].activation", "relu | gelu | silu", 1),
        SpaceNode("b", "learning_rate", "float 1e-5 … 0.1, log"),
    ]
    assert SpaceWidths.within(90, nodes).name >= len("    net[0].activation")
    assert SpaceWidths.within(90, nodes[1:]).histogram == BINS + 2


def test_the_short_names_of_the_rung_table_are_explained(recorded_run: CopyRun) -> None:
    snapshot = read(recorded_run("hyperband-0.17"))
    said = rung_words(rung_table(snapshot, summarize(snapshot)))
    assert said == "wait: pending; up: promoted; b0 … b3: done/planned"
    assert "pending" in rung_words(())


def test_nothing_is_said_of_fidelities_spent_before_one_can_be_told() -> None:
    budget = BudgetInfo(fidelities_to_spend=450)
    first = run_of(trial("1_rung_0", {"x": 0.5, "epochs": 1}, 0.5), budget=budget)
    assert summarize(first).limits == ()
    later = run_of(
        trial("1_rung_0", {"x": 0.5, "epochs": 1}, 0.5),
        trial("2_rung_0", {"x": 0.7, "epochs": 1}, 0.6),
        trial("1_rung_1", {"x": 0.5, "epochs": 3}, 0.4),
        budget=budget,
    )
    (limit,) = summarize(later).limits
    assert (limit.name, limit.used, limit.allowed) == ("fidelities", 5, 450)
