"""Three real workers and three hurried people on one run: nothing is lost, nobody dies.

In CI for some seconds; NEPS_TUI_STRESS_EVALUATIONS makes each worker evaluate so many trials.
"""

from __future__ import annotations

import json
import os
import re
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from neps_state import NePSState, State
from neps_state.cache import parse_cache
from neps_state.reader import read_once

pytestmark = pytest.mark.interop

HERE = Path(__file__).resolve().parent
EVALUATIONS = int(os.environ.get("NEPS_TUI_STRESS_EVALUATIONS", "60"))
ALARM = re.compile(r"was given an id of|already exists|WARNING|Error reading|corrupt", re.I)
CHANGERS = 3


def journal_of(path: Path) -> list[dict[str, Any]]:
    return [json.loads(line) for line in path.read_text().splitlines()]


def start_changers(root: Path, tmp_path: Path) -> list[subprocess.Popen[bytes]]:
    return [
        subprocess.Popen(
            [
                *(sys.executable, str(HERE / "changer.py"), str(root)),
                *(str(tmp_path / f"journal-{seed}"), str(seed)),
            ],
            stderr=(tmp_path / f"errors-{seed}").open("wb"),
            env={**os.environ, "PYTHONPATH": os.pathsep.join(sys.path)},
        )
        for seed in range(CHANGERS)
    ]


def test_random_changes_beside_real_workers_lose_nothing(
    tmp_path: Path, workers: Callable[..., Any], real: Any
) -> None:
    root = tmp_path / "run"
    trio = workers(root)
    trio.start("first", 5)
    trio.finish()
    for name in ("alice", "bob", "carol"):
        trio.start(name, EVALUATIONS, "join")
    changers = start_changers(root, tmp_path)
    for worker_id, process in trio.processes.items():
        assert process.wait(timeout=10_000) == 0, trio.log(worker_id)[-3000:]
    (root / "stop").touch()
    for seed, changer in enumerate(changers):
        assert changer.wait(timeout=60) == 0, (tmp_path / f"errors-{seed}").read_text()

    state = NePSState.create_or_load(root, load_only=True)
    trials = state.lock_and_read_trials()
    history = {change.id: change for change in state.history.changes()}
    journals = [journal_of(tmp_path / f"journal-{seed}") for seed in range(CHANGERS)]
    noted = {note["id"] for journal in journals for note in journal if note.get("id")}
    assert noted == history.keys(), "every change that was noted was kept, and no other"
    assert not state.history.begun()

    # What the last change of each trial left is there, unless a worker went on from it.
    undone = {change.undoes for change in history.values()}
    of_trials = [each for each in history.values() if each.action not in ("errors", "budget")]
    last = {each: change for change in of_trials for each in change.trial_ids}
    for trial_id, change in last.items():
        trial = trials.get(trial_id)
        if change.action == "undo" or change.id in undone:
            continue
        if change.action == "remove":
            # The largest id is given away again once it is free.
            assert trial is None or trial.metadata.time_sampled > change.time, trial_id
        elif change.action == "report":
            assert trial is not None
            assert trial.state in (State.SUCCESS, State.CRASHED), trial_id
        elif change.action.startswith("mark-"):
            assert trial is not None
            assert trial.state.value == change.action.removeprefix("mark-"), trial_id
        elif change.action == "reset":
            assert trial is not None
            started = trial.metadata.time_started
            assert trial.state is State.PENDING or (started and started > change.time), trial_id
        else:
            assert trial is not None, f"{trial_id} was added by {change.id}"

    # The run's limit is the one that was set last.
    made = [note for journal in journals for note in journal if note.get("id")]
    limits = {note["id"]: note["limit"] for note in made if "limit" in note}
    of_budget = [each for each in history.values() if limits.keys() & {each.id, each.undoes}]
    set_last = of_budget[-1]
    if set_last.undoes is None:
        budget = state.lock_and_get_optimizer_state().budget
        assert budget is not None
        assert budget.total_evaluations_to_spend == limits[set_last.id]

    # What the last evaluation of each trial came to is there, unless somebody changed it since.
    notes = [note for path in tmp_path.glob("worked-*") for note in journal_of(path)]
    evaluated = {note["trial"]: note for note in sorted(notes, key=lambda note: note["at"])}
    kept = 0
    for trial_id, note in evaluated.items():
        if trial_id in last and last[trial_id].time > note["at"]:
            continue
        trial = trials.get(trial_id)
        assert trial is not None, f"{trial_id} is gone, and nobody removed it"
        assert trial.report is not None, f"what came of {trial_id} is lost"
        assert trial.state is (State.CRASHED if note["objective"] is None else State.SUCCESS)
        assert trial.report.objective_to_minimize == note["objective"], trial_id
        kept += 1
    assert kept, "some evaluation is nobody else's"

    rows = [row.trial_id for row in state.lock_and_get_errors().errs]
    crashed = {key for key, each in trials.items() if each.state is State.CRASHED}
    assert crashed <= set(rows), "no error row is lost"
    assert len(rows) == len(set(rows)), "none is there twice"
    assert set(rows) <= trials.keys(), "none is of a trial that is gone"

    real_trials = real.state.NePSState.create_or_load(root, load_only=True).lock_and_read_trials()
    assert {key: each.metadata.state.value for key, each in real_trials.items()} == {
        key: each.state.value for key, each in trials.items()
    }
    assert parse_cache((root / "configs/.trial_cache.pkl").read_bytes()).damage == []
    assert set(state.all_trial_ids()) == trials.keys()
    for trial_id, trial in trials.items():
        assert state.lock_and_get_trial_by_id(trial_id).state is trial.state
    for name in ("alice", "bob", "carol"):
        assert not ALARM.search(trio.log(name)), trio.log(name)[-2000:]
    assert read_once(root).problems == ()
    done = sum(len(journal) for journal in journals)
    print(f"{done} changes tried, {len(history)} made, {len(trials)} trials at the end")
    print(f"{len(notes)} evaluations, {kept} of them looked for as the last word on their trial")
