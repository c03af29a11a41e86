"""What the plots look like: pictures to be looked at whenever one changes."""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from pathlib import Path
from typing import Any

import pytest
from textual.pilot import Pilot

from neps_tui.app import NepsTuiApp, Options

CopyRun = Callable[[str], Path]
Compare = Callable[..., bool]
LARGE, SMALL = (160, 48), (80, 24)
pytestmark = pytest.mark.usefixtures("fixed_time")


def plots_of(root: Path, theme: str) -> NepsTuiApp:
    app = NepsTuiApp(root, Options(theme=theme))
    app.animation_level = "none"
    return app


def after(*keys: str) -> Callable[[Pilot[Any]], Awaitable[None]]:
    """Opens the plots once the run is there, presses keys, and waits for what they bring."""

    async def steps(pilot: Pilot[Any]) -> None:
        for _ in range(400):
            view = pilot.app.view
            if view is not None and view.has_run:
                break
            await pilot.pause(0.02)
        await pilot.press("P")
        await pilot.pause(0.2)
        for key in keys:
            await pilot.press(key)
            await pilot.pause(0.05)
        await pilot.pause(0.3)

    return steps


@pytest.mark.parametrize(
    ("size", "theme"),
    [(LARGE, "textual-dark"), (SMALL, "textual-light")],
    ids=["large-dark", "small-light"],
)
@pytest.mark.parametrize(
    ("run", "keys"),
    [
        ("hyperband-0.17", ["left", "left"]),
        ("multiobjective-0.17", ["tab"]),
        ("hyperband-0.17", ["tab"]),
        ("hyperband-0.17", ["tab", "tab"]),
        ("hyperband-0.17", ["tab", "tab", "tab", "g"]),
        ("hyperband-0.17", ["tab", "tab", "tab", "x"]),
        ("architecture-0.17", ["tab", "tab", "tab", "tab"]),
        ("hyperband-0.17", ["shift+tab", "shift+tab"]),
        ("hyperband-0.17", ["shift+tab", "x"]),
    ],
    ids=[
        *("incumbent", "front", "curves", "rungs", "number", "categories", "parallel"),
        *("importance", "distribution"),
    ],
)
def test_a_plot_looks_as_it_did(
    snap_compare: Compare,
    recorded_run: CopyRun,
    run: str,
    keys: list[str],
    theme: str,
    size: tuple[int, int],
) -> None:
    app = plots_of(recorded_run(run), theme)
    assert snap_compare(app, terminal_size=size, run_before=after(*keys))
