"""Tests beside real NePS: skipped where it is not installed, unless it has to be."""

from __future__ import annotations

import importlib
import importlib.util
import os
import shutil
import subprocess
import sys
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest

HERE = Path(__file__).resolve().parent
DATA = HERE.parent / "data"
REQUIRED = "NEPS_TUI_REQUIRE_INTEROP"
OLDER = "NEPS_TUI_OLDER_NEPS"
"""Names a directory that holds an older NePS, as `pip install --target` makes it."""
SURROUNDINGS = {"OMP_NUM_THREADS": "1", "PYTHONWARNINGS": "ignore::FutureWarning"}
"""Of a worker: what torch says of its own future is not what NePS warns of."""


@pytest.fixture(scope="session")
def real() -> SimpleNamespace:
    """The parts of real NePS that the tests use."""
    if importlib.util.find_spec("neps") is None:
        reason = f"real NePS is not installed in {sys.prefix}"
        if os.environ.get(REQUIRED) == "1":
            pytest.fail(reason)
        pytest.skip(reason)
    return SimpleNamespace(
        neps=importlib.import_module("neps"),
        state=importlib.import_module("neps.state.neps_state"),
        files=importlib.import_module("neps.state.filebased"),
        optimizer=importlib.import_module("neps.state.optimizer"),
        seeds=importlib.import_module("neps.state.seed_snapshot"),
        trial=importlib.import_module("neps.state.trial"),
        load_optimizer=importlib.import_module("neps.optimizers").load_optimizer,
    )


@pytest.fixture
def copy_run(tmp_path: Path) -> Callable[[str], Path]:
    """Copies a recorded run to where it may be changed."""

    def copy(name: str) -> Path:
        target = tmp_path / name
        shutil.copytree(DATA / "runs" / name, target)
        return target

    return copy


@dataclass
class Workers:
    """Real workers on one run, and what they logged."""

    root: Path
    logs: Path
    environment: Mapping[str, str]
    processes: dict[str, subprocess.Popen[bytes]] = field(default_factory=dict)

    def start(self, worker_id: str, evaluations: int, *extra: str) -> None:
        log = (self.logs / f"{worker_id}.log").open("wb")
        with log:
            self.processes[worker_id] = subprocess.Popen(
                [
                    sys.executable,
                    str(HERE / "real_worker.py"),
                    str(self.root),
                    worker_id,
                    str(evaluations),
                    *extra,
                ],
                stdout=log,
                stderr=subprocess.STDOUT,
                env={**os.environ, **SURROUNDINGS, **self.environment},
                cwd=self.logs,
            )

    def running(self) -> bool:
        return any(process.poll() is None for process in self.processes.values())

    def finish(self) -> None:
        for worker_id, process in self.processes.items():
            assert process.wait(timeout=300) == 0, self.log(worker_id)[-3000:]

    def log(self, worker_id: str) -> str:
        return (self.logs / f"{worker_id}.log").read_text(errors="replace")


@pytest.fixture
def workers(tmp_path: Path, real: Any) -> Iterator[Callable[..., Workers]]:
    """Makes a run's workers; whatever still runs at the end is killed."""
    made: list[Workers] = []

    def make(root: Path, **environment: str) -> Workers:
        logs = tmp_path / "logs"
        logs.mkdir(exist_ok=True)
        made.append(Workers(root, logs, environment))
        return made[-1]

    with _killing(made):
        yield make


@contextmanager
def _killing(made: list[Workers]) -> Iterator[None]:
    try:
        yield
    finally:
        for each in made:
            for process in each.processes.values():
                process.kill()
                process.wait()
