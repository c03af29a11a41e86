"""Runs for the tests: recorded by real NePS, or made here with the core itself."""

from __future__ import annotations

import json
import os
import shutil
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest

from neps_state import (
    BudgetInfo,
    NePSState,
    OptimizationState,
    OptimizerInfo,
    Report,
    SeedSnapshot,
    Trial,
)

DATA = Path(__file__).resolve().parent.parent / "data"


@dataclass
class Recorded:
    """Runs that real NePS left, and what it reads from them."""

    directory: Path

    @property
    def names(self) -> list[str]:
        return sorted(path.name for path in (self.directory / "runs").iterdir())

    def path(self, name: str) -> Path:
        return self.directory / "runs" / name

    def expected(self, name: str) -> dict[str, Any]:
        text = (self.directory / "expected" / f"{name}.json").read_text()
        content: dict[str, Any] = json.loads(text)
        return content


def pytest_generate_tests(metafunc: pytest.Metafunc) -> None:
    if "recorded_name" in metafunc.fixturenames:
        metafunc.parametrize("recorded_name", Recorded(DATA).names)


@pytest.fixture(autouse=True)
def _no_power_cut(monkeypatch: pytest.MonkeyPatch) -> None:
    """Waiting for the disk takes most of the time here, and no test pulls the plug."""
    monkeypatch.setattr(os, "fsync", lambda descriptor: None)


@pytest.fixture(scope="session")
def recorded() -> Recorded:
    return Recorded(DATA)


@pytest.fixture
def copy_run(tmp_path: Path, recorded: Recorded) -> Callable[[str], Path]:
    """Copies a recorded run to where it may be changed."""

    def copy(name: str) -> Path:
        target = tmp_path / name
        shutil.copytree(recorded.path(name), target)
        return target

    return copy


@dataclass
class Sampled:
    id: str
    config: dict[str, Any]
    previous_config_id: str | None = None


class Counting:
    """An optimizer that samples the ids 1, 2, 3 …"""

    def __call__(
        self,
        trials: Any,
        budget_info: BudgetInfo | None = None,
        n: int | None = None,
    ) -> Any:
        numbers = [int(trial_id.partition("_")[0]) for trial_id in trials]
        start = max(numbers, default=0) + 1
        made = [Sampled(str(start + i), {"lr": 0.1 / (start + i)}) for i in range(n or 1)]
        return made if n is not None else made[0]


@pytest.fixture
def counting() -> Counting:
    return Counting()


class RunMaker:
    """Makes runs with the core itself and takes their trials where a test wants them."""

    info = OptimizerInfo(name="counting", info={"step": 1})

    def create(self, root: Path, **kwargs: Any) -> NePSState:
        state = OptimizationState(
            budget=kwargs.pop("budget", BudgetInfo(total_evaluations_to_spend=100)),
            seed_snapshot=SeedSnapshot.new_capture(),
            shared_state=None,
            worker_ids=None,
        )
        return NePSState.create_or_load(
            root, optimizer_info=self.info, optimizer_state=state, **kwargs
        )

    def sample(self, state: NePSState, n: int, worker: str = "worker_0") -> list[Trial]:
        return state.lock_and_sample_trial(Counting(), worker_id=worker, n=n)

    def evaluate(
        self,
        state: NePSState,
        trial: Trial,
        *,
        objective: float | list[float] | None = 0.5,
        err: Exception | None = None,
        worker: str = "worker_0",
        started: float = 1_000.0,
    ) -> Report:
        trial.set_evaluating(time_started=started, worker_id=worker)
        state.put_updated_trial(trial, hints="metadata")
        report = trial.set_complete(
            report_as="success" if err is None else "crashed",
            time_end=started + 1,
            objective_to_minimize=objective if err is None else None,
            cost=1.0,
            learning_curve=None,
            err=err,
            tb=None if err is None else "Traceback: of a test",
            extra={"note": "läuft ✓"},
            evaluation_duration=1.0,
        )
        state.lock_and_report_trial_evaluation(trial, report, worker_id=worker)
        return report

    def mixed(self, root: Path, crashed: Sequence[int] = (2, 4), n: int = 6) -> NePSState:
        """A run of `n` trials: some crashed, the last pending, the one before it evaluating."""
        state = self.create(root)
        trials = self.sample(state, n)
        for number, trial in enumerate(trials[:-2], start=1):
            err = ValueError(f"[bold]boom[/] {number}") if number in crashed else None
            self.evaluate(state, trial, objective=0.1 * number, err=err)
        trials[-2].set_evaluating(time_started=2_000.0, worker_id="worker_0")
        state.put_updated_trial(trials[-2], hints="metadata")
        return state


@pytest.fixture
def make() -> RunMaker:
    return RunMaker()


@pytest.fixture
def mixed_run(tmp_path: Path, make: RunMaker) -> NePSState:
    """Trials 1 and 3 succeeded, 2 and 4 crashed, 5 is evaluating, 6 pending."""
    return make.mixed(tmp_path / "run")


@pytest.fixture
def listing() -> Callable[[Path], dict[str, tuple[int, int, int, int]]]:
    """Everything about the files below a directory that a writer would change."""

    def list_all(root: Path) -> dict[str, tuple[int, int, int, int]]:
        found = {}
        for path in [root, *root.rglob("*")]:
            status = path.lstat()
            found[str(path)] = (
                status.st_ino,
                status.st_mode,
                0 if path.is_dir() else status.st_size,
                status.st_mtime_ns,
            )
        return found

    return list_all
