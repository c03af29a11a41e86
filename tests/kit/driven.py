"""The dashboard driven by keys, in the process of the test."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable
from pathlib import Path

from textual.pilot import Pilot

from neps_tui.app import NepsTuiApp, Options

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


def drive_dashboard(
    root: Path,
    steps: Steps,
    *,
    size: tuple[int, int] = (160, 48),
    options: Options | None = None,
    is_folder: bool = False,
    wait: bool = True,
) -> None:
    """Open the dashboard on a run, wait for its trials, and do some steps."""

    async def run() -> None:
        app = NepsTuiApp(root, options, is_folder=is_folder)
        async with app.run_test(size=size, notifications=True) as pilot:
            dashboard = Dashboard(app, pilot)
            if wait:
                await dashboard.until(
                    lambda: app.view is not None and app.view.has_run, "the run is read"
                )
                await pilot.pause(0.1)
            await steps(dashboard)

    asyncio.run(run())
