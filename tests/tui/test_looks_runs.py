"""What a folder of runs looks like: pictures to be looked at whenever one changes."""

from __future__ import annotations

import shutil
from collections.abc import Awaitable, Callable
from pathlib import Path
from typing import Any

import pytest
from looks import LARGE, SMALL, Compare, CopyRun, settled
from textual.pilot import Pilot

from neps_tui.app import NepsTuiApp, Options
from neps_tui.runs.screen import RunsScreen

pytestmark = pytest.mark.usefixtures("fixed_time", "no_memory")

RUNS = (
    *("architecture-0.17", "hyperband-0.16", "hyperband-0.17", "killed-0.17"),
    *("multiobjective-0.17", "random-0.13", "random-0.17"),
)


@pytest.fixture
def folder(tmp_path: Path, recorded_run: CopyRun, monkeypatch: pytest.MonkeyPatch) -> Path:
    """Runs in a folder whose name is always the same."""
    for name in RUNS:
        shutil.copytree(recorded_run(name), tmp_path / "runs" / name)
    monkeypatch.chdir(tmp_path)
    return Path("runs")


def once_read(*keys: str) -> Callable[[Pilot[Any]], Awaitable[None]]:
    """Waits until all runs have been read, then presses keys."""

    async def steps(pilot: Pilot[Any]) -> None:
        screen = pilot.app.screen
        assert isinstance(screen, RunsScreen)
        while not (screen.lines and all(line.is_read for line in screen.lines)):
            await pilot.pause(0.02)
        for key in keys:
            await pilot.press(key)
        await settled(pilot)

    return steps


@pytest.mark.parametrize(
    ("size", "theme", "keys"),
    [
        (LARGE, "textual-dark", ()),
        (LARGE, "textual-light", ("j", "space", "space", "end")),
        (SMALL, "textual-dark", ()),
        (SMALL, "textual-light", ("p",)),
    ],
    ids=["large-dark", "large-light-selected", "small-dark", "small-light-plot"],
)
def test_the_runs_of_a_folder_look_as_they_did(
    snap_compare: Compare, folder: Path, size: tuple[int, int], theme: str, keys: tuple[str, ...]
) -> None:
    app = NepsTuiApp(folder, Options(theme=theme), is_folder=True)
    assert snap_compare(app, terminal_size=size, run_before=once_read(*keys))


def test_the_runs_of_a_folder_look_as_they_did_in_ascii(
    snap_compare: Compare, folder: Path
) -> None:
    app = NepsTuiApp(folder, Options(theme="textual-dark", ascii=True), is_folder=True)
    assert snap_compare(app, terminal_size=LARGE, run_before=once_read())
