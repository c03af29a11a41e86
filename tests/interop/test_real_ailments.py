"""What doctor calls an error stops real NePS, and what it calls less does not."""

from __future__ import annotations

import copy
import pickle
import sys
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from types import ModuleType
from typing import Any

import pytest
from ailments import AILMENTS, Ailment
from yaml import YAMLError

from neps_tui.doctor.finding import Severity
from neps_tui.doctor.kinds import KINDS

pytestmark = pytest.mark.interop

MADE_AGAIN = {"directory-unknown", "directory-empty", "directory-incomplete"}
"""What stops a worker that gives the id again."""


@pytest.fixture(autouse=True)
def users_own_module(monkeypatch: pytest.MonkeyPatch) -> None:
    """The module of the recorded exceptions, as whoever made the runs had it."""
    module = ModuleType("objectives")
    own = {"__module__": module.__name__}
    module.TrainingDiverged = type("TrainingDiverged", (RuntimeError,), own)  # type: ignore[attr-defined]
    monkeypatch.setitem(sys.modules, module.__name__, module)


def use(real: Any, root: Path) -> set[str]:
    """Read all that a worker reads at its start; the ids of the trials."""
    state = real.state.NePSState.create_or_load(root, load_only=True)
    state.lock_and_get_errors()
    return set(state.lock_and_read_trials())


def write(real: Any, root: Path, ailment: Ailment) -> None:
    """Write what a worker would next to the trials that something is wrong with."""
    repo = real.state.TrialRepo(root / "configs")
    known = repo.latest()
    for trial_id in ailment.trials:
        trial = copy.deepcopy(known.get(trial_id) or known["2"])
        trial.metadata = replace(trial.metadata, id=trial_id)
        if ailment.kind in MADE_AGAIN:
            repo.store_new_trial(trial)
        elif trial_id in known:
            repo.update_trial(trial, hints=["metadata", "report"] if trial.report else ["metadata"])


def is_harmed(real: Any, root: Path, ailment: Ailment, trial_ids: set[str]) -> bool:
    """Whether real NePS loses trials, or stops when it reads or writes."""
    failures = (
        *(OSError, EOFError, AttributeError, ValueError, pickle.UnpicklingError),
        *(YAMLError, real.neps.exceptions.NePSError),
    )
    try:
        if use(real, root) != trial_ids:
            return True
        write(real, root, ailment)
    except failures:
        return True
    return False


@pytest.mark.parametrize("name", AILMENTS)
def test_an_error_harms_real_workers_and_nothing_else_does(
    name: str, real: Any, copy_run: Callable[[str], Path]
) -> None:
    ailment = AILMENTS[name]
    root = copy_run(ailment.run)
    trial_ids = use(real, root)
    ailment.make(root)

    is_error = KINDS[ailment.kind].severity is Severity.ERROR
    assert is_harmed(real, root, ailment, trial_ids) is is_error
