"""The dashboard on recorded runs, driven by keys."""

from __future__ import annotations

import asyncio
import shutil
import time
from collections.abc import Awaitable, Callable, Iterator
from pathlib import Path

import pytest
from textual.pilot import Pilot

from neps_tui.app import NepsTuiApp, Options
from neps_tui.trial.copying import path_lines
from neps_tui.words.text_lines import Line

RUNS = Path(__file__).resolve().parent.parent / "data" / "runs"
_PATIENCE = 20.0

Steps = Callable[["Dashboard"], Awaitable[None]]


class Dashboard:
    """The running app, as a person at the keys sees it."""

    def __init__(self, app: NepsTuiApp, pilot: Pilot[None]) -> None:
        self.app = app
        self.pilot = pilot

    async def press(self, *keys: str) -> None:
        await self.pilot.press(*keys)
        await self.pilot.pause()

    async def until(self, holds: Callable[[], bool], what: str) -> None:
        """Wait until something shows; a test fails rather than hangs."""
        for _ in range(int(_PATIENCE / 0.02)):
            if holds():
                return
            await self.pilot.pause(0.02)
        raise AssertionError(f"never happened: {what}\n{self.text()}")

    async def shows(self, text: str) -> None:
        await self.until(lambda: text in self.text(), f"{text!r} on the screen")

    def text(self) -> str:
        """What the screen says, line by line."""
        width, height = self.app.size
        strips = self.app.screen._compositor.render_strips()
        return "\n".join(strip.text.rstrip() for strip in strips[:height]) if width else ""


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

    def drive_dashboard(
        root: Path,
        steps: Steps,
        *,
        size: tuple[int, int] = (160, 48),
        options: Options | None = None,
        choices: tuple[Path, ...] = (),
        wait: bool = True,
    ) -> None:
        async def run() -> None:
            app = NepsTuiApp(root, options, choices=choices)
            async with app.run_test(size=size, notifications=True) as pilot:
                dashboard = Dashboard(app, pilot)
                if wait:
                    await dashboard.until(
                        lambda: app.view is not None and app.view.has_run, "the run is read"
                    )
                    await pilot.pause(0.1)
                await steps(dashboard)

        asyncio.run(run())

    return drive_dashboard
