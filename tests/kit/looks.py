"""What the tests of looks share: an app on a run, keys, and waiting until nothing moves."""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from pathlib import Path
from typing import Any

from textual.pilot import Pilot
from textual.widgets import Input

from neps_tui.app import NepsTuiApp, Options
from neps_tui.widgets.trial_table import FLASH_TICK
from neps_tui.widgets.visible_rows import FLASH_TICKS

CopyRun = Callable[[str], Path]
Compare = Callable[..., bool]
LARGE, SMALL = (160, 48), (80, 24)


def app_on(root: Path, theme: str, *, ascii: bool = False) -> NepsTuiApp:
    """The dashboard on a run, without animations."""
    app = NepsTuiApp(root, Options(theme=theme, ascii=ascii))
    app.animation_level = "none"
    return app


def after(*keys: str, pause: float = 0.0) -> Callable[[Pilot[Any]], Awaitable[None]]:
    """Waits for the run, then presses keys.

    Args:
        keys: The keys.
        pause: Seconds to wait after each, for what another thread brings.
    """

    async def steps(pilot: Pilot[Any]) -> None:
        app = pilot.app
        while isinstance(app, NepsTuiApp) and (app.view is None or not app.view.has_run):
            await pilot.pause(0.02)
        await settled(pilot)
        for key in keys:
            await pilot.press(key)
            await pilot.pause(pause)
        await settled(pilot)

    return steps


def in_the_past(*keys: str) -> Callable[[Pilot[Any]], Awaitable[None]]:
    """Goes back to the run's beginning, and presses keys once that is shown."""

    async def steps(pilot: Pilot[Any]) -> None:
        await after("R")(pilot)
        for key in keys:
            await pilot.press(key)
        # A highlighted row looks settled long before it has faded.
        await pilot.pause(FLASH_TICK * (FLASH_TICKS + 1))
        await settled(pilot)

    return steps


async def settled(pilot: Pilot[Any]) -> None:
    """Waits until the screen stays as it is, however slow the machine."""
    for line in pilot.app.screen.query(Input):
        line.cursor_blink = False
    calm, before = 0, ""
    while calm < 3:
        await pilot.pause(0.2)
        now = pilot.app.export_screenshot()
        calm = calm + 1 if now == before else 0
        before = now
