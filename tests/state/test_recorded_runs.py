"""Runs recorded with real NePS are read as NePS itself reads them, by state and reader alike."""

from __future__ import annotations

import math
from collections import Counter
from collections.abc import Callable, Iterable, Mapping
from pathlib import Path
from typing import Any

import pytest

from neps_state import NePSState, SerializableTrialError, State, Trial
from neps_state.optimizer import OptimizationState
from neps_state.reader import RunReader
from neps_state.snapshot import Phase


def as_expected(trial: Trial) -> dict[str, Any]:
    seen, report = trial.metadata, trial.report
    return {
        "state": seen.state.value,
        "config": dict(trial.config),
        "sampling_worker_id": seen.sampling_worker_id,
        "evaluating_worker_id": seen.evaluating_worker_id,
        "time_sampled": seen.time_sampled,
        "time_started": seen.time_started,
        "time_end": seen.time_end,
        "previous_trial_id": seen.previous_trial_id,
        "report": None
        if report is None
        else {
            "objective_to_minimize": report.objective_to_minimize,
            "cost": report.cost,
            "learning_curve": report.learning_curve,
            "reported_as": report.reported_as,
            "err": None if report.err is None else str(report.err),
            "extra": dict(report.extra),
        },
    }


def check_trials(trials: Mapping[str, Trial], expected: Mapping[str, Any]) -> None:
    assert set(trials) == set(expected["trials"])
    for trial_id, wanted in expected["trials"].items():
        assert trials[trial_id].id == trial_id
        assert same(as_expected(trials[trial_id]), wanted), trial_id
    counts = Counter(trial.state.value for trial in trials.values())
    assert counts == expected["counts"]


def check_errors(errors: Iterable[SerializableTrialError], expected: Mapping[str, Any]) -> None:
    rows = [
        {"trial_id": e.trial_id, "worker_id": e.worker_id, "err_type": e.err_type, "err": e.err}
        for e in errors
    ]
    assert rows == expected["errors"]
    assert all(error.tb and "Traceback" in error.tb for error in errors)


def check_optimizer_state(state: OptimizationState, expected: Mapping[str, Any]) -> None:
    assert state.worker_ids == expected["workers"]
    if expected["budget"] is None:
        assert state.budget is None
    else:
        assert state.budget is not None
        assert state.budget.as_recorded() == expected["budget"]


def same(one: Any, other: Any) -> bool:
    """Equality of what a run holds with what the JSON of the expectation can say of it."""
    if isinstance(one, float) and math.isnan(one):
        return bool(other == "nan")
    if isinstance(one, dict) and isinstance(other, dict):
        one = {str(key): value for key, value in one.items()}
        return one.keys() == other.keys() and all(same(one[key], other[key]) for key in one)
    if isinstance(one, list) and isinstance(other, list):
        return len(one) == len(other) and all(map(same, one, other))
    return bool(one == other)


def test_there_are_runs_of_many_kinds(recorded: Any) -> None:
    versions = {name.rpartition("-")[2] for name in recorded.names}
    assert versions >= {"0.13", "0.14", "0.15", "0.16", "0.17"}
    assert len(recorded.names) >= 14


def test_the_state_reads_what_neps_reads(
    recorded: Any, recorded_name: str, copy_run: Callable[[str], Path]
) -> None:
    expected = recorded.expected(recorded_name)
    state = NePSState.create_or_load(copy_run(recorded_name), load_only=True)

    trials = state.lock_and_read_trials()

    check_trials(trials, expected)
    check_errors(state.lock_and_get_errors().errs, expected)
    check_optimizer_state(state.lock_and_get_optimizer_state(), expected)
    info = state.lock_and_get_optimizer_info()
    assert info["name"] == expected["optimizer"]["name"]
    assert same(info["info"], expected["optimizer"]["info"] or {})
    assert same(info.get("derived"), expected["optimizer"]["derived"])
    assert set(state.all_trial_ids()) == set(expected["trials"])


def test_the_reader_reads_what_neps_reads(
    recorded: Any, recorded_name: str, copy_run: Callable[[str], Path]
) -> None:
    expected = recorded.expected(recorded_name)

    snapshot = RunReader(copy_run(recorded_name)).poll()

    assert snapshot.phase is Phase.RUN
    check_trials(snapshot.trials, expected)
    check_errors(snapshot.errors, expected)
    assert snapshot.optimizer_state is not None
    check_optimizer_state(snapshot.optimizer_state, expected)
    assert snapshot.optimizer_info is not None
    assert snapshot.optimizer_info["name"] == expected["optimizer"]["name"]
    assert snapshot.problems == ()


def test_each_trials_own_files_say_the_same_as_the_cache(
    recorded: Any, recorded_name: str, copy_run: Callable[[str], Path]
) -> None:
    expected = recorded.expected(recorded_name)
    state = NePSState.create_or_load(copy_run(recorded_name), load_only=True)

    for trial_id, wanted in expected["trials"].items():
        assert same(as_expected(state.lock_and_get_trial_by_id(trial_id)), wanted), trial_id
        assert same(as_expected(state.unsafe_retry_get_trial_by_id(trial_id)), wanted), trial_id


def test_the_best_trial_is_the_one_neps_names(
    recorded: Any, recorded_name: str, copy_run: Callable[[str], Path]
) -> None:
    expected = recorded.expected(recorded_name)
    state = NePSState.create_or_load(copy_run(recorded_name), load_only=True)

    valid = state._trial_repo.get_valid_evaluated_trials()

    objectives = {key: t.report.objective_to_minimize for key, t in valid.items() if t.report}
    if expected["multiobjective"]:
        assert all(isinstance(objective, list) for objective in objectives.values())
    else:
        best = min(objectives, key=objectives.__getitem__)
        assert {"id": best, "objective": objectives[best]} == expected["best"]


def test_reading_a_run_changes_no_trial(
    recorded_name: str,
    copy_run: Callable[[str], Path],
    listing: Callable[[Path], dict[str, tuple[int, ...]]],
) -> None:
    root = copy_run(recorded_name)
    before = listing(root)

    RunReader(root).poll()

    assert listing(root) == before


def test_a_trial_left_evaluating_by_a_killed_worker_is_found(
    copy_run: Callable[[str], Path],
) -> None:
    state = NePSState.create_or_load(copy_run("killed-0.17"), load_only=True)

    (evaluating,) = state.lock_and_get_current_evaluating_trials()
    assert evaluating.id == "10"
    assert evaluating.state is State.EVALUATING
    pending = state.lock_and_get_next_pending_trial(10)
    assert {trial.state for trial in pending} == {State.PENDING}
    times = [trial.metadata.time_sampled for trial in pending]
    assert times == sorted(times)


def test_a_users_own_exception_is_shown_without_its_module(
    copy_run: Callable[[str], Path],
) -> None:
    state = NePSState.create_or_load(copy_run("random-0.17"), load_only=True)
    report = state.lock_and_read_trials()["14"].report

    assert report is not None
    assert str(report.err).startswith("loss is [bold]nan[/bold]")
    assert (type(report.err).__name__, getattr(report.err, "name", None)) == (
        "StandIn",
        "TrainingDiverged",
    )


@pytest.mark.parametrize("name", ["hyperband-0.17", "architecture-0.17", "asha-0.17"])
def test_the_fidelitys_key_is_known_where_the_run_recorded_it(
    name: str, copy_run: Callable[[str], Path]
) -> None:
    state = NePSState.create_or_load(copy_run(name), load_only=True)

    assert state.fidelity_name is not None
    assert all(state.fidelity_name in t.config for t in state.lock_and_read_trials().values())


def test_a_run_of_an_older_version_has_no_fidelity_name(copy_run: Callable[[str], Path]) -> None:
    assert (
        NePSState.create_or_load(copy_run("hyperband-0.16"), load_only=True).fidelity_name is None
    )
