"""Runs for the tests: recorded by real NePS, or made here with the core itself."""

from __future__ import annotations

import json
import os
import shutil
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest
from runs import Counting, RunMaker

from neps_state import NePSState

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


@pytest.fixture
def counting() -> Counting:
    return Counting()


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
