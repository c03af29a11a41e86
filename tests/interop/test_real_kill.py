"""Whenever one of our changes is killed, real NePS reads a whole run, with it or without."""

from __future__ import annotations

import shutil
from pathlib import Path
from typing import Any

import pytest
from faults import BETWEEN, deaths
from operations import OPERATIONS
from runs import RunMaker

from neps_state import NePSState

pytestmark = pytest.mark.interop

UNDONE = {
    "remove and undo": "remove",
    "reset and undo": "reset",
    "enqueue and undo": "enqueue",
}
"""An undo of a change may be killed in the change itself."""


def as_read(root: Path, real: Any) -> dict[str, tuple[str, str]]:
    """What real NePS makes of the run: of each trial its state and what was reported."""
    state = real.state.NePSState.create_or_load(root, load_only=True)
    state.lock_and_get_errors()
    state.lock_and_get_optimizer_state()
    trials = state.lock_and_read_trials()
    return {
        trial_id: (
            trial.metadata.state.value,
            "nothing" if trial.report is None else str(trial.report.objective_to_minimize),
        )
        for trial_id, trial in trials.items()
    }


@pytest.mark.parametrize("name", [name for name in OPERATIONS if OPERATIONS[name].is_action])
def test_a_killed_change_has_happened_or_has_not(name: str, tmp_path: Path, real: Any) -> None:
    make = RunMaker()
    template = tmp_path / "run"
    make.mixed(template)

    def run(root: Path, name: str = name) -> None:
        OPERATIONS[name].run(NePSState.create_or_load(root, load_only=True), make)

    wholes = [as_read(template, real)]
    for each in dict.fromkeys([name, UNDONE.get(name, name)]):
        done = tmp_path / each
        shutil.copytree(template, done)
        run(done, each)
        wholes.append(as_read(done, real))
    for root in deaths(template, tmp_path, run, BETWEEN):
        assert as_read(root, real) in wholes
