"""Real NePS workers go on undisturbed while we change their run."""

from __future__ import annotations

import os
import re
import subprocess
import sys
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from neps_state import NePSState, State, Trial
from neps_state.cache import parse_cache
from neps_state.reader import RunReader, read_once

pytestmark = pytest.mark.interop

REPEATED_ID = re.compile(r"was given an id of|already exists")
RESETS = 12


def attempts(root: Path, trial_id: str) -> list[str]:
    path = root / "configs" / f"config_{trial_id}" / "attempts"
    return path.read_text().split() if path.exists() else []


def crashed_in(trials: Any) -> list[Trial]:
    return [trial for trial in trials.values() if trial.state is State.CRASHED]


def reset_through_the_core(root: Path, trial: Trial) -> bool:
    state = NePSState.create_or_load(root, load_only=True)
    return state.lock_and_reset_trials([trial]).done == (trial.id,)


def reset_through_the_command(root: Path, trial: Trial) -> bool:
    done = subprocess.run(
        [sys.executable, "-m", "neps_tui", "reset", str(root), trial.id, "--yes"],
        capture_output=True,
        text=True,
        cwd=root.parent,
    )
    assert done.returncode == 0, done.stderr
    return True


@pytest.mark.parametrize(
    ("reset", "extra"),
    [
        pytest.param(reset_through_the_core, (), id="random search, by the core"),
        pytest.param(reset_through_the_core, ("fidelity",), id="hyperband, by the core"),
        pytest.param(reset_through_the_command, (), id="random search, by the command"),
    ],
)
def test_trials_reset_beside_two_workers_are_evaluated_again_and_no_other_error_is_lost(
    tmp_path: Path,
    workers: Callable[..., Any],
    reset: Callable[[Path, Trial], bool],
    extra: tuple[str, ...],
) -> None:
    root = tmp_path / "run"
    pair = workers(root)
    pair.start("alice", 60, *extra)
    pair.start("bob", 60, "join", *extra)
    reader = RunReader(root)
    chosen: list[str] = []

    while pair.running():
        waiting = [t for t in crashed_in(reader.poll().trials) if t.id not in chosen]
        if len(chosen) < RESETS and waiting and reset(root, waiting[0]):
            chosen.append(waiting[0].id)
        time.sleep(0.05)  # beside their work, not instead of it

    pair.finish()
    state = NePSState.create_or_load(root, load_only=True)
    trials = state.lock_and_read_trials()
    assert len(chosen) == RESETS
    for trial_id in chosen:
        assert len(attempts(root, trial_id)) == 2, trial_id
        assert trials[trial_id].state is State.SUCCESS, trial_id
    rows = [error.trial_id for error in state.lock_and_get_errors().errs]
    assert sorted(rows) == sorted(trial.id for trial in crashed_in(trials))
    assert len(trials) == len(state.all_trial_ids())
    assert parse_cache((root / "configs/.trial_cache.pkl").read_bytes()).damage == []
    for worker_id in ("alice", "bob"):
        assert not REPEATED_ID.search(pair.log(worker_id))
    assert {name for each in trials for name in attempts(root, each)} == {"alice", "bob"}
    assert read_once(root).problems == ()


def test_workers_and_our_own_changes_of_every_kind_get_along(
    tmp_path: Path, workers: Callable[..., Any]
) -> None:
    root = tmp_path / "run"
    pair = workers(root)
    pair.start("alice", 70)
    pair.start("bob", 70, "join")
    reader = RunReader(root)
    removed: list[str] = []
    budgets = 0
    seen_ids: set[str] = set()

    while pair.running():
        snapshot = reader.poll()
        missing = seen_ids - snapshot.trials.keys() - set(removed)
        assert not missing, "no trial ever vanishes from the screen by itself"
        seen_ids |= snapshot.trials.keys() - set(removed)
        crashed = [t for t in crashed_in(snapshot.trials) if t.id not in removed]
        if crashed and len(removed) < 5:
            state = NePSState.create_or_load(root, load_only=True)
            state.lock_and_remove_trial_by_id(crashed[0].id)
            removed.append(crashed[0].id)
            seen_ids.discard(crashed[0].id)
            budgets += 1
            state.lock_and_update_global_budgets(
                total_evaluations_to_spend=1000 + budgets,
                total_cost_to_spend=None,
                total_fidelities_to_spend=None,
            )
        time.sleep(0.05)

    pair.finish()
    state = NePSState.create_or_load(root, load_only=True)
    trials = state.lock_and_read_trials()
    assert len(removed) == 5
    assert state.lock_and_get_global_budgets()[0] == 1000 + budgets
    assert state.lock_and_get_optimizer_state().worker_ids == ["alice", "bob"]
    rows = [error.trial_id for error in state.lock_and_get_errors().errs]
    assert sorted(rows) == sorted(trial.id for trial in crashed_in(trials))
    assert {t.state for t in trials.values()} <= {State.SUCCESS, State.CRASHED}


def test_a_worker_reads_on_after_our_next_write_mended_a_torn_cache(
    tmp_path: Path, workers: Callable[..., Any]
) -> None:
    root = tmp_path / "run"
    first = workers(root)
    first.start("alice", 12)
    first.finish()
    cache = root / "configs/.trial_cache.pkl"
    with cache.open("ab") as stream:
        stream.write(cache.read_bytes()[:77])
    state = NePSState.create_or_load(root, load_only=True)
    crashed = crashed_in(state.lock_and_read_trials())
    assert crashed

    assert state.lock_and_reset_trials(crashed).done
    second = workers(root)
    second.start("bob", 12)
    second.finish()

    trials = state.lock_and_read_trials()
    assert all(trials[trial.id].state is State.SUCCESS for trial in crashed)
    assert len(trials) > 12
    assert not REPEATED_ID.search(second.log("bob"))


def test_a_worker_whose_files_are_json_gets_our_changes_in_json(
    tmp_path: Path, workers: Callable[..., Any], monkeypatch: pytest.MonkeyPatch
) -> None:
    root = tmp_path / "run"
    first = workers(root, NEPS_CONFIG_SERIALIZE_FORMAT="json")
    first.start("alice", 10)
    first.finish()
    state = NePSState.create_or_load(root, load_only=True)
    crashed = crashed_in(state.lock_and_read_trials())
    assert crashed

    assert state.lock_and_reset_trials(crashed).done
    chosen = state.lock_and_get_trial_by_id(crashed[0].id)
    chosen.config = {**chosen.config, "decay": 0.25}
    state.put_updated_trial(chosen, hints=["config", "metadata"])
    second = workers(root, NEPS_CONFIG_SERIALIZE_FORMAT="json")
    second.start("bob", 10)
    second.finish()

    trials = state.lock_and_read_trials()
    assert all(trials[trial.id].state is State.SUCCESS for trial in crashed)
    assert trials[chosen.id].config["decay"] == 0.25
    assert not list(root.rglob("*.yaml")) or [p.name for p in root.rglob("*.yaml")] == [
        "optimizer_info.yaml"
    ]


def test_workers_of_an_older_neps_get_along_with_our_changes(
    tmp_path: Path, workers: Callable[..., Any]
) -> None:
    older = os.environ.get("NEPS_TUI_OLDER_NEPS")
    if not older:
        pytest.skip("NEPS_TUI_OLDER_NEPS names no directory with an older NePS")
    root = tmp_path / "run"
    first = workers(root, PYTHONPATH=older)
    first.start("alice", 12)
    first.finish()
    state = NePSState.create_or_load(root, load_only=True)
    crashed = crashed_in(state.lock_and_read_trials())
    assert crashed

    assert set(state.lock_and_reset_trials(crashed).done) == {trial.id for trial in crashed}
    state.lock_and_set_new_worker_id("ours")
    second = workers(root, PYTHONPATH=older)
    second.start("bob", 12)
    second.finish()

    trials = state.lock_and_read_trials()
    assert all(trials[trial.id].state is State.SUCCESS for trial in crashed)
    workers_known = state.lock_and_get_optimizer_state().worker_ids
    assert workers_known is not None
    assert {"alice", "ours", "bob"} <= set(workers_known)
    assert not REPEATED_ID.search(second.log("bob"))
