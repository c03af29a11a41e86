"""The dashboard on recorded runs, driven by keys."""

from __future__ import annotations

import shutil
import time
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from driven import drive_dashboard

from neps_tui.trial.copying import path_lines
from neps_tui.words.text_lines import Line

RUNS = Path(__file__).resolve().parent.parent / "data" / "runs"


@pytest.fixture
def fixed_time(monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    """A minute and a half after the recorded runs ended, in a known time zone."""
    monkeypatch.setenv("TZ", "UTC")
    time.tzset()
    monkeypatch.setattr(time, "time", lambda: 1_795_448_028.0 + 90.0)
    yield
    monkeypatch.undo()
    time.tzset()


@pytest.fixture
def fixed_place(monkeypatch: pytest.MonkeyPatch) -> None:
    """Paths that are shown are the same wherever the tests run."""

    def lines(path: Path, width: int) -> list[Line]:
        at = path.parts.index("configs") - 1
        return path_lines(Path("/scratch/runs", *path.parts[at:]), width)

    for module in ("panes", "tail_screen"):
        monkeypatch.setattr(f"neps_tui.trial.{module}.path_lines", lines)


@pytest.fixture(autouse=True)
def no_memory(tmp_path_factory: pytest.TempPathFactory, monkeypatch: pytest.MonkeyPatch) -> None:
    """Nothing is remembered or set from one test to the next, nor by whoever runs them."""
    monkeypatch.setenv("XDG_STATE_HOME", str(tmp_path_factory.mktemp("state")))
    monkeypatch.setenv("XDG_CONFIG_HOME", str(tmp_path_factory.mktemp("config")))


@pytest.fixture
def run_copy(tmp_path: Path) -> Callable[[str], Path]:
    """Copies a recorded run to where it may be changed."""

    def copy(name: str) -> Path:
        target = tmp_path / name
        shutil.copytree(RUNS / name, target)
        return target

    return copy


@pytest.fixture
def recorded_run() -> Callable[[str], Path]:
    return lambda name: RUNS / name


@pytest.fixture
def drive() -> Callable[..., None]:
    """Opens the dashboard on a run, waits for its trials, and does some steps."""
    return drive_dashboard
