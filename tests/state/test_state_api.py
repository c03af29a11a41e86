"""`NePSState` as NePS documents it."""

from __future__ import annotations

import json
import math
import threading
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest

from neps_state import (
    BudgetInfo,
    NePSError,
    NePSState,
    OptimizationState,
    OptimizerInfo,
    SeedSnapshot,
    State,
    Trial,
    TrialAlreadyExistsError,
    TrialNotFoundError,
    UnreadableError,
)


def new_state(**fields: Any) -> OptimizationState:
    return OptimizationState(
        **{
            "budget": None,
            "seed_snapshot": SeedSnapshot.new_capture(),
            "shared_state": None,
            **fields,
        }
    )


INFO = OptimizerInfo(name="random_search", info={"eta": 3, "sampler": "uniform"})


# --- create_or_load ------------------------------------------------------------------------------


def test_a_new_run_has_the_files_that_neps_expects(tmp_path: Path) -> None:
    root = tmp_path / "deep" / "run"

    state = NePSState.create_or_load(
        root, optimizer_info=INFO, optimizer_state=new_state(), pipeline_space={"lr": [0, 1]}
    )

    assert {path.name for path in root.iterdir()} == {
        ".optimizer.lock",
        "configs",
        "optimizer_info.yaml",
        "optimizer_state.pkl",
        "pipeline_space.pkl",
    }
    assert state.path == root
    assert state.lock_and_get_optimizer_info() == INFO
    assert state.lock_and_read_trials() == {}
    assert state.all_trial_ids() == []
    assert state.lock_and_get_errors().empty()
    assert state.lock_and_get_next_pending_trial() is None
    assert state.lock_and_get_next_pending_trial(n=3) == []
    assert state.lock_and_get_current_evaluating_trials() == []
    assert state.lock_and_get_search_space() == {"lr": [0, 1]}
    assert state.lock_and_get_global_budgets() == (None, None, None)
    assert state.fidelity_name is None


@pytest.mark.parametrize("there", ["nothing", "an empty directory", "a file"])
def test_loading_only_what_is_no_run_fails_and_makes_nothing(tmp_path: Path, there: str) -> None:
    root = tmp_path / "run"
    if there == "an empty directory":
        root.mkdir()
    elif there == "a file":
        root.write_text("no run")
    before = sorted(tmp_path.rglob("*"))

    with pytest.raises(FileNotFoundError, match=str(root)):
        NePSState.create_or_load(root, load_only=True)

    assert sorted(tmp_path.rglob("*")) == before


def test_loading_only_a_run_makes_nothing(
    copy_run: Callable[[str], Path], listing: Callable[[Path], Any]
) -> None:
    root = copy_run("nan-0.17")
    before = listing(root)

    NePSState.create_or_load(root, load_only=True)

    assert listing(root) == before


@pytest.mark.parametrize("given", [{}, {"optimizer_info": INFO}])
def test_a_run_is_not_made_of_half_a_description(tmp_path: Path, given: Any) -> None:
    with pytest.raises(ValueError, match="give both"):
        NePSState.create_or_load(tmp_path / "run", **given)
    assert not (tmp_path / "run").exists()


@pytest.mark.parametrize(
    "other",
    [
        OptimizerInfo(name="hyperband", info={"eta": 3, "sampler": "uniform"}),
        OptimizerInfo(name="random_search", info={"eta": 4, "sampler": "uniform"}),
        OptimizerInfo(name="random_search", info={"eta": 3}),
        OptimizerInfo(name="random_search", info={}),
    ],
)
def test_a_run_of_another_optimizer_is_refused_and_left_alone(
    tmp_path: Path, other: OptimizerInfo
) -> None:
    root = tmp_path / "run"
    NePSState.create_or_load(root, optimizer_info=INFO, optimizer_state=new_state())
    before = (root / "optimizer_info.yaml").read_bytes()

    with pytest.raises(NePSError, match="nothing was changed"):
        NePSState.create_or_load(root, optimizer_info=other, optimizer_state=new_state())

    assert (root / "optimizer_info.yaml").read_bytes() == before


def test_arguments_that_the_run_never_recorded_may_be_added(tmp_path: Path) -> None:
    more = OptimizerInfo(name=INFO["name"], info={**INFO["info"], "new_option": True})
    NePSState.create_or_load(tmp_path, optimizer_info=INFO, optimizer_state=new_state())

    state = NePSState.create_or_load(tmp_path, optimizer_info=more, optimizer_state=new_state())

    assert state.lock_and_get_optimizer_info() == INFO


def test_the_state_of_a_run_that_is_there_counts_and_not_the_one_given(tmp_path: Path) -> None:
    first = new_state(budget=BudgetInfo(total_evaluations_to_spend=5), worker_ids=["a"])
    NePSState.create_or_load(tmp_path, optimizer_info=INFO, optimizer_state=first)

    state = NePSState.create_or_load(
        tmp_path, optimizer_info=INFO, optimizer_state=new_state(worker_ids=["b"])
    )

    assert state.lock_and_get_optimizer_state().worker_ids == ["a"]
    assert state.lock_and_get_global_budgets() == (5, None, None)


def test_another_pipeline_space_is_refused(tmp_path: Path) -> None:
    def create(space: Any) -> NePSState:
        return NePSState.create_or_load(
            tmp_path, optimizer_info=INFO, optimizer_state=new_state(), pipeline_space=space
        )

    create({"lr": [0, 1]})
    create({"lr": [0, 1]})
    create(None)
    with pytest.raises(NePSError, match="another pipeline space"):
        create({"lr": [0, 2]})


class Space:
    """A space of the user's own class."""

    def __init__(self, upper: int) -> None:
        self.upper = upper


def test_a_space_of_a_class_of_its_own_is_compared_and_kept(tmp_path: Path) -> None:
    def create(upper: int) -> NePSState:
        return NePSState.create_or_load(
            tmp_path,
            optimizer_info=INFO,
            optimizer_state=new_state(),
            pipeline_space=Space(upper),
        )

    state = create(1)
    assert create(1) == state
    with pytest.raises(NePSError, match="another pipeline space"):
        create(2)
    assert state.lock_and_get_search_space().fields == {"upper": 1}


FILES = ["optimizer_info.yaml", "optimizer_state.pkl", "pipeline_space.pkl"]


@pytest.mark.parametrize("file", FILES)
def test_a_run_is_loaded_while_a_worker_writes_one_of_its_files(
    copy_run: Callable[[str], Path], file: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    path = copy_run("random-0.17") / file
    whole = path.read_bytes()
    path.write_bytes(whole[:5])
    monkeypatch.setattr("time.sleep", lambda seconds: path.write_bytes(whole))

    state = NePSState.create_or_load(path.parent, load_only=True)

    assert state.lock_and_get_optimizer_state().worker_ids == ["worker_0"]


@pytest.mark.parametrize("file", FILES)
def test_a_run_with_a_damaged_file_is_unreadable_by_name(
    copy_run: Callable[[str], Path], file: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    root = copy_run("random-0.17")
    (root / file).write_bytes((root / file).read_bytes()[:5])
    monkeypatch.setattr("time.sleep", lambda seconds: None)

    with pytest.raises(UnreadableError, match=file):
        NePSState.create_or_load(root, load_only=True)


def test_many_threads_make_one_run(tmp_path: Path) -> None:
    made: list[NePSState] = []
    start = threading.Barrier(5)

    def create() -> None:
        start.wait()
        made.append(
            NePSState.create_or_load(
                tmp_path / "run", optimizer_info=INFO, optimizer_state=new_state()
            )
        )

    threads = [threading.Thread(target=create) for _ in range(5)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert len(made) == 5
    assert all(state == made[0] for state in made)


# --- equality ------------------------------------------------------------------------------------


def test_two_states_of_one_run_are_equal(copy_run: Callable[[str], Path]) -> None:
    for name in ("hyperband-0.17", "architecture-0.17", "random-0.13"):
        root = copy_run(name)
        one, other = (NePSState.create_or_load(root, load_only=True) for _ in range(2))
        assert one == other
        other.lock_and_set_new_worker_id("another")
        assert NePSState.create_or_load(root, load_only=True) != one


def test_states_of_different_runs_differ(copy_run: Callable[[str], Path]) -> None:
    one = NePSState.create_or_load(copy_run("random-0.17"), load_only=True)
    other = NePSState.create_or_load(copy_run("nan-0.17"), load_only=True)

    assert one != other
    assert one != "a run"
    with pytest.raises(TypeError):
        hash(one)


# --- workers -------------------------------------------------------------------------------------


def test_worker_ids_are_counted_or_given_and_never_twice(tmp_path: Path, make: Any) -> None:
    state: NePSState = make.create(tmp_path)

    assert state.lock_and_set_new_worker_id() == "worker_0"
    assert state.lock_and_set_new_worker_id("mine") == "mine"
    assert state.lock_and_set_new_worker_id() == "worker_2"
    with pytest.raises(NePSError, match="mine"):
        state.lock_and_set_new_worker_id("mine")
    assert state.lock_and_get_optimizer_state().worker_ids == ["worker_0", "mine", "worker_2"]


def test_a_run_older_than_worker_ids_gets_its_first(copy_run: Callable[[str], Path]) -> None:
    state = NePSState.create_or_load(copy_run("random-0.13"), load_only=True)

    assert state.lock_and_set_new_worker_id() == "worker_0"
    assert state.lock_and_get_optimizer_state().worker_ids == ["worker_0"]


# --- sampling ------------------------------------------------------------------------------------


def test_a_sampled_trial_is_pending_and_on_disk(tmp_path: Path, make: Any, counting: Any) -> None:
    state: NePSState = make.create(tmp_path)

    trial = state.lock_and_sample_trial(counting, worker_id="w")

    assert isinstance(trial, Trial)
    assert (trial.id, trial.state) == ("1", State.PENDING)
    assert trial.metadata.sampling_worker_id == "w"
    assert trial.metadata.location == str(tmp_path / "configs/config_1")
    assert state.lock_and_read_trials() == {"1": trial}
    assert state.lock_and_get_trial_by_id("1") == trial
    assert state.lock_and_get_next_pending_trial() == trial


def test_many_are_sampled_at_once_and_even_one_in_a_list(
    tmp_path: Path, make: Any, counting: Any
) -> None:
    state: NePSState = make.create(tmp_path)

    three = state.lock_and_sample_trial(counting, worker_id="w", n=3)
    one = state.lock_and_sample_trial(counting, worker_id="w", n=1)

    assert [trial.id for trial in (*three, *one)] == ["1", "2", "3", "4"]
    assert set(state.all_trial_ids()) == {"1", "2", "3", "4"}
    assert [t.id for t in state.lock_and_get_next_pending_trial(2)] == ["1", "2"]


def test_the_optimizer_is_told_what_is_used_of_the_budget(mixed_run: NePSState) -> None:
    told: list[Any] = []

    class Asked:
        def __call__(self, trials: Any, budget_info: Any, n: int | None = None) -> Any:
            told.append((set(trials), budget_info))

            @dataclass
            class Sampled:
                id: str = "7"
                config: Any = None
                previous_config_id: str = "3"

            return Sampled(config={"lr": 1})

    trial = mixed_run.lock_and_sample_trial(Asked(), worker_id="w")

    ((trials, budget),) = told
    assert trials == {"1", "2", "3", "4", "5", "6"}
    assert (budget.used_evaluations, budget.used_cost_budget) == (6, 4.0)
    assert trial.metadata.previous_trial_id == "3"
    assert trial.metadata.previous_trial_location == str(mixed_run.path / "configs/config_3")
    parent = mixed_run.path / "configs/config_7/previous_trial_id.txt"
    assert parent.read_text() == "3"
    budget.used_evaluations = 10_000
    state = mixed_run.lock_and_get_optimizer_state()
    assert state.budget is not None
    assert state.budget.used_evaluations == 6


@dataclass
class Fixed:
    """An optimizer that always gives the same."""

    id: str
    previous: str | None = None
    count: int = 1

    def __call__(self, trials: Any, budget_info: Any, n: int | None = None) -> Any:
        @dataclass
        class Sampled:
            id: str
            config: Any
            previous_config_id: str | None

        return [Sampled(self.id, {"lr": 1}, self.previous)] * self.count


def test_an_id_that_is_taken_is_refused_and_nothing_is_written(mixed_run: NePSState) -> None:
    before = mixed_run.lock_and_read_trials()

    with pytest.raises(TrialAlreadyExistsError, match="trial 3 already exists"):
        mixed_run.lock_and_sample_trial(Fixed("3"), worker_id="w")

    assert mixed_run.lock_and_read_trials() == before


def test_a_trial_that_continues_an_unknown_one_is_refused(mixed_run: NePSState) -> None:
    with pytest.raises(NePSError, match="trial 99"):
        mixed_run.lock_and_sample_trial(Fixed("7", previous="99"), worker_id="w")
    assert "7" not in mixed_run.all_trial_ids()


def test_one_id_twice_in_a_batch_is_refused_and_nothing_is_written(mixed_run: NePSState) -> None:
    with pytest.raises(TrialAlreadyExistsError):
        mixed_run.lock_and_sample_trial(Fixed("7", count=2), worker_id="w", n=2)
    assert "7" not in mixed_run.lock_and_read_trials()
    assert "7" not in mixed_run.all_trial_ids()


def test_two_trials_for_a_question_for_one_are_refused(mixed_run: NePSState) -> None:
    with pytest.raises(NePSError, match="gave 2"):
        mixed_run.lock_and_sample_trial(Fixed("7", count=2), worker_id="w")


@pytest.mark.parametrize("bad", ["../7", "a/b", "", "x" * 300, "nul\0"])
def test_an_id_that_is_no_file_name_leaves_the_run(mixed_run: NePSState, bad: str) -> None:
    outside = sorted(mixed_run.path.parent.iterdir())

    with pytest.raises((NePSError, OSError, ValueError)):
        mixed_run.lock_and_sample_trial(Fixed(bad), worker_id="w")

    assert sorted(mixed_run.path.parent.iterdir()) == outside
    assert set(mixed_run.lock_and_read_trials()) == {"1", "2", "3", "4", "5", "6"}


# --- evaluating ----------------------------------------------------------------------------------


def test_a_report_is_in_the_cache_and_in_the_trials_own_files(tmp_path: Path, make: Any) -> None:
    state: NePSState = make.create(tmp_path)
    (trial,) = make.sample(state, 1)

    report = make.evaluate(state, trial, objective=[0.5, math.nan])

    for read in (state.lock_and_read_trials()["1"], state.lock_and_get_trial_by_id("1")):
        assert read.state is State.SUCCESS
        assert read.report == report
        assert read.metadata.time_end == 1001.0
    assert state.lock_and_get_errors().empty()


def test_the_pending_trial_sampled_first_comes_first(tmp_path: Path, make: Any) -> None:
    state: NePSState = make.create(tmp_path)
    trials = make.sample(state, 3)
    trials[0].metadata.time_sampled = trials[2].metadata.time_sampled + 1
    state.put_updated_trial(trials[0], hints="metadata")

    assert [each.id for each in state.lock_and_get_next_pending_trial(5)] == ["2", "3", "1"]
    one = state.lock_and_get_next_pending_trial()
    assert one is not None
    assert one.id == "2"


def test_hints_say_what_is_written(mixed_run: NePSState) -> None:
    trial = mixed_run.lock_and_get_trial_by_id("1")
    directory = mixed_run.path / "configs/config_1"
    trial.config = {"lr": 9}
    trial.metadata.time_end = 9.0

    mixed_run.put_updated_trial(trial, hints="metadata")
    assert json.loads((directory / "metadata.json").read_text())["time_end"] == 9.0
    assert mixed_run.lock_and_get_trial_by_id("1").config != {"lr": 9}

    mixed_run.put_updated_trial(trial, hints=["config"])
    assert mixed_run.lock_and_get_trial_by_id("1").config == {"lr": 9}

    (directory / "report.yaml").unlink()
    mixed_run.put_updated_trial(trial)
    assert (directory / "report.yaml").exists()


def test_hints_that_cannot_be_followed_are_refused_before_anything_is_written(
    mixed_run: NePSState,
) -> None:
    pending = mixed_run.lock_and_get_trial_by_id("6")
    cache = (mixed_run.path / "configs/.trial_cache.pkl").read_bytes()

    with pytest.raises(ValueError, match="no report"):
        mixed_run.put_updated_trial(pending, hints="report")
    with pytest.raises(ValueError, match="hint"):
        mixed_run.put_updated_trial(pending, hints="everything")  # type: ignore[arg-type]

    assert (mixed_run.path / "configs/.trial_cache.pkl").read_bytes() == cache


def test_a_trial_that_is_not_there_is_not_found(mixed_run: NePSState) -> None:
    for trial_id in ("99", "../configs/config_1", "", "a/b"):
        with pytest.raises(TrialNotFoundError):
            mixed_run.lock_and_get_trial_by_id(trial_id)
        with pytest.raises(TrialNotFoundError):
            mixed_run.unsafe_retry_get_trial_by_id(trial_id)
        with pytest.raises(TrialNotFoundError):
            mixed_run.lock_and_reset_trial_by_id(trial_id)
        with pytest.raises(TrialNotFoundError):
            mixed_run.lock_and_remove_trial_by_id(trial_id)


def test_an_unsafe_read_waits_until_a_writer_is_done(
    mixed_run: NePSState, monkeypatch: pytest.MonkeyPatch
) -> None:
    metadata = mixed_run.path / "configs/config_1/metadata.json"
    whole = metadata.read_bytes()
    metadata.write_bytes(whole[:30])
    monkeypatch.setattr("time.sleep", lambda seconds: metadata.write_bytes(whole))

    assert mixed_run.unsafe_retry_get_trial_by_id("1").id == "1"


def test_an_unsafe_read_gives_up_in_the_end(
    mixed_run: NePSState, monkeypatch: pytest.MonkeyPatch
) -> None:
    (mixed_run.path / "configs/config_1/metadata.json").write_bytes(b"{")
    monkeypatch.setattr("time.sleep", lambda seconds: None)

    with pytest.raises(NePSError, match="trial 1 stayed unreadable"):
        mixed_run.unsafe_retry_get_trial_by_id("1")


# --- importing -----------------------------------------------------------------------------------


@dataclass
class Imported:
    id: str
    config: dict[str, Any]
    result: dict[str, Any]


def test_imported_trials_are_external_with_their_reports(mixed_run: NePSState) -> None:
    given = [
        Imported("7", {"lr": 0.1}, {"objective_to_minimize": 0.3, "cost": 2.0}),
        Imported("8", {"lr": 0.2}, {"objective_to_minimize": [0.1, 0.2]}),
    ]

    imported = mixed_run.lock_and_import_trials(given, worker_id="importer")

    assert [trial.id for trial in imported] == ["7", "8"]
    for read in (
        mixed_run.lock_and_read_trials(),
        {each: mixed_run.lock_and_get_trial_by_id(each) for each in ("7", "8")},
    ):
        assert read["7"].state is State.EXTERNAL
        assert read["7"].source == "imported"
        assert math.isnan(read["7"].metadata.time_sampled)
        assert read["8"].metadata.previous_trial_id == "7"
        report = read["7"].report
        assert report is not None
        assert (report.objective_to_minimize, report.cost) == (0.3, 2.0)
        assert (report.reported_as, report.err) == ("success", None)


def test_importing_an_id_that_is_taken_imports_nothing(mixed_run: NePSState) -> None:
    given = [
        Imported("7", {}, {"objective_to_minimize": 1.0}),
        Imported("3", {}, {"objective_to_minimize": 1.0}),
    ]

    with pytest.raises(TrialAlreadyExistsError):
        mixed_run.lock_and_import_trials(given, worker_id="importer")

    assert set(mixed_run.lock_and_read_trials()) == {"1", "2", "3", "4", "5", "6"}
    assert set(mixed_run.all_trial_ids()) == {"1", "2", "3", "4", "5", "6"}


def test_importing_nothing_changes_nothing_and_no_list_is_refused(mixed_run: NePSState) -> None:
    assert mixed_run.lock_and_import_trials([], worker_id="w") == []
    with pytest.raises(ValueError, match="list"):
        mixed_run.lock_and_import_trials("trials.csv", worker_id="w")  # type: ignore[arg-type]


# --- resetting and removing ----------------------------------------------------------------------


def test_a_reset_makes_one_trial_pending_and_touches_nothing_else(
    mixed_run: NePSState, listing: Callable[[Path], Any]
) -> None:
    before = mixed_run.lock_and_read_trials()
    other_files = listing(mixed_run.path / "configs/config_4")

    mixed_run.lock_and_reset_trial_by_id("2")

    after = mixed_run.lock_and_read_trials()
    trial = after.pop("2")
    assert (trial.state, trial.report) == (State.PENDING, None)
    assert trial.config == before.pop("2").config
    assert after == before
    assert mixed_run.lock_and_get_trial_by_id("2") == trial
    assert [error.trial_id for error in mixed_run.lock_and_get_errors().errs] == ["4"]
    assert listing(mixed_run.path / "configs/config_4") == other_files
    assert not (mixed_run.path / "configs/config_2/report.yaml").exists()


def test_what_a_reset_takes_away_is_kept(mixed_run: NePSState) -> None:
    report = (mixed_run.path / "configs/config_2/report.yaml").read_bytes()

    changed = mixed_run.lock_and_reset_trials([mixed_run.lock_and_read_trials()["2"]])

    (change,) = mixed_run.history.changes()
    assert change.id == changed.change_id
    backup = change.directory
    assert backup.is_relative_to(mixed_run.path)
    assert (backup / "config_2/report.yaml").read_bytes() == report
    assert json.loads((backup / "errors.jsonl").read_text())["trial_id"] == "2"
    assert json.loads((backup / "change.json").read_text())["trials"] == ["2"]


def test_many_trials_are_reset_at_once(tmp_path: Path, make: Any) -> None:
    crashed = tuple(range(1, 70))
    state = make.mixed(tmp_path / "run", crashed=crashed, n=72)
    seen = [t for t in state.lock_and_read_trials().values() if t.state is State.CRASHED]

    changed = state.lock_and_reset_trials(seen)

    assert set(changed.done) == {str(number) for number in crashed}
    assert changed.refused == {}
    assert state.lock_and_get_errors().empty()
    assert len(state.lock_and_get_next_pending_trial(200)) == 70


def test_only_what_still_is_as_it_was_seen_is_reset(mixed_run: NePSState, make: Any) -> None:
    seen = mixed_run.lock_and_read_trials()
    now = mixed_run.lock_and_read_trials()["2"]
    now.metadata.time_end = 5_000.0
    mixed_run.put_updated_trial(now, hints="metadata")
    mixed_run.lock_and_remove_trial_by_id("1")

    changed = mixed_run.lock_and_reset_trials([seen[each] for each in ("1", "2", "4", "5", "6")])

    assert changed.done == ("4",)
    assert set(changed.refused) == {"1", "2", "5", "6"}
    assert "no longer" in changed.refused["1"]
    assert "changed meanwhile" in changed.refused["2"]
    assert "worker_0 may still" in changed.refused["5"]
    assert "pending already" in changed.refused["6"]
    assert [error.trial_id for error in mixed_run.lock_and_get_errors().errs] == ["2"]


def test_an_evaluating_trial_is_reset_only_by_force(mixed_run: NePSState) -> None:
    seen = mixed_run.lock_and_read_trials()["5"]

    assert mixed_run.lock_and_reset_trials([seen]).done == ()
    assert mixed_run.lock_and_reset_trials([seen], force=True).done == ("5",)

    trial = mixed_run.lock_and_read_trials()["5"]
    assert trial.state is State.PENDING
    assert trial.metadata.time_started is None


def test_a_removed_trial_is_gone_and_kept(mixed_run: NePSState) -> None:
    log = mixed_run.path / "configs/config_2/train.log"
    log.write_text("what the pipeline wrote")

    mixed_run.lock_and_remove_trial_by_id("2")

    assert set(mixed_run.lock_and_read_trials()) == {"1", "3", "4", "5", "6"}
    assert set(mixed_run.all_trial_ids()) == {"1", "3", "4", "5", "6"}
    assert [error.trial_id for error in mixed_run.lock_and_get_errors().errs] == ["4"]
    (kept,) = mixed_run.path.rglob("train.log")
    assert kept.read_text() == "what the pipeline wrote"
    assert "backups" in str(kept)
    with pytest.raises(TrialNotFoundError):
        mixed_run.lock_and_remove_trial_by_id("2")


def test_a_trial_that_only_has_a_directory_can_be_reset_and_removed(
    mixed_run: NePSState,
) -> None:
    cache = mixed_run.path / "configs/.trial_cache.pkl"
    trials = mixed_run.lock_and_read_trials()
    cache.unlink()
    state = NePSState.create_or_load(mixed_run.path, load_only=True)

    state.lock_and_reset_trial_by_id("2")
    state.lock_and_remove_trial_by_id("4")

    assert set(state.lock_and_read_trials()) == set(trials) - {"4"}


# --- budget --------------------------------------------------------------------------------------


def test_a_budget_given_in_parts_keeps_the_rest(tmp_path: Path, make: Any) -> None:
    state: NePSState = make.create(tmp_path, budget=None)

    def update(**limits: Any) -> None:
        names = ("evaluations", "cost", "fidelities")
        state.lock_and_update_global_budgets(
            **{f"total_{name}_to_spend": limits.get(name) for name in names}
        )

    update(evaluations=10)
    update(cost=2.5)
    update()
    update(fidelities=7.0)

    assert state.lock_and_get_global_budgets() == (10, 2.5, 7.0)


@pytest.mark.parametrize("name", ["random-0.13", "hyperband-0.16", "random-0.17"])
def test_setting_a_budget_keeps_everything_else_of_the_state(
    name: str, copy_run: Callable[[str], Path]
) -> None:
    state = NePSState.create_or_load(copy_run(name), load_only=True)
    before = state.lock_and_get_optimizer_state()
    assert before.budget is not None

    state.lock_and_update_global_budgets(
        total_evaluations_to_spend=321, total_cost_to_spend=None, total_fidelities_to_spend=None
    )

    after = state.lock_and_get_optimizer_state()
    assert after.seed_snapshot == before.seed_snapshot
    assert after.worker_ids == before.worker_ids
    assert after.budget is not None
    assert after.budget.as_recorded() == {
        **before.budget.as_recorded(),
        "total_evaluations_to_spend": 321,
    }


def test_setting_no_limit_writes_nothing(mixed_run: NePSState) -> None:
    before = _written(mixed_run.path / "optimizer_state.pkl")

    mixed_run.lock_and_update_global_budgets(
        total_evaluations_to_spend=None, total_cost_to_spend=None, total_fidelities_to_spend=None
    )

    assert _written(mixed_run.path / "optimizer_state.pkl") == before


def _written(path: Path) -> tuple[int, int, int, int]:
    """Says whether a file was written or replaced; reading it changes nothing of this."""
    file = path.stat()
    return file.st_ino, file.st_size, file.st_mtime_ns, file.st_ctime_ns


# --- spaces --------------------------------------------------------------------------------------


def test_a_space_is_inert_unless_its_real_objects_are_asked_for(tmp_path: Path) -> None:
    state = NePSState.create_or_load(
        tmp_path,
        optimizer_info=INFO,
        optimizer_state=new_state(),
        pipeline_space=Path("/not/inert"),
    )

    assert state.lock_and_get_search_space(real_objects=True) == Path("/not/inert")
    assert "PosixPath" in repr(state.lock_and_get_search_space())


def test_a_run_without_a_space_has_none(copy_run: Callable[[str], Path]) -> None:
    state = NePSState.create_or_load(copy_run("random-0.13"), load_only=True)

    assert state.lock_and_get_search_space() is None
    assert state.lock_and_get_search_space(real_objects=True) is None


def test_patience_is_a_matter_of_the_caller(mixed_run: NePSState) -> None:
    hasty = mixed_run.with_lock_timeout(0.5)

    assert [hasty._trial_lock.timeout, hasty._optimizer_lock.timeout, hasty._err_lock.timeout] == [
        0.5
    ] * 3
    assert mixed_run._trial_lock.timeout == 120.0
    assert hasty.lock_and_read_trials() == mixed_run.lock_and_read_trials()
