"""What the optimizer view looks like: pictures to be looked at whenever one changes."""

from __future__ import annotations

import time
from collections.abc import Awaitable, Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
from textual.pilot import Pilot

from neps_tui.app import NepsTuiApp, Options

CopyRun = Callable[[str], Path]
Compare = Callable[..., bool]
SECONDS_AFTER = 90.0
LARGE, SMALL = (160, 48), (80, 24)


@pytest.fixture(autouse=True)
def fixed_time(monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    """A minute and a half after the recorded runs ended, in a known time zone."""
    monkeypatch.setenv("TZ", "UTC")
    time.tzset()
    monkeypatch.setattr(time, "time", lambda: 1_795_448_028.0 + SECONDS_AFTER)
    yield
    monkeypatch.undo()
    time.tzset()


def after(*keys: str) -> Callable[[Pilot[Any]], Awaitable[None]]:
    """Waits for the run, then presses keys."""

    async def steps(pilot: Pilot[Any]) -> None:
        app = pilot.app
        assert isinstance(app, NepsTuiApp)
        while app.view is None or not app.view.has_run:
            await pilot.pause(0.02)
        await settled(pilot)
        await pilot.press(*keys)
        await settled(pilot)

    return steps


async def settled(pilot: Pilot[Any]) -> None:
    """Waits until the screen stays as it is, however slow the machine."""
    calm, before = 0, ""
    while calm < 3:
        await pilot.pause(0.2)
        now = pilot.app.export_screenshot()
        calm = calm + 1 if now == before else 0
        before = now


def app_on(root: Path, theme: str, *, ascii: bool = False) -> NepsTuiApp:
    app = NepsTuiApp(root, Options(theme=theme, ascii=ascii))
    app.animation_level = "none"
    return app


@pytest.mark.parametrize("theme", ["textual-dark", "textual-light"])
@pytest.mark.parametrize("size", [LARGE, SMALL], ids=["large", "small"])
def test_the_optimizer_looks_as_it_did(
    snap_compare: Compare, recorded_run: CopyRun, theme: str, size: tuple[int, int]
) -> None:
    app = app_on(recorded_run("hyperband-0.17"), theme)
    assert snap_compare(app, terminal_size=size, run_before=after("O", "j"))


@pytest.mark.parametrize("theme", ["textual-dark", "textual-light"])
@pytest.mark.parametrize("size", [LARGE, SMALL], ids=["large", "small"])
def test_an_unfolded_state_looks_as_it_did(
    snap_compare: Compare, recorded_run: CopyRun, theme: str, size: tuple[int, int]
) -> None:
    app = app_on(recorded_run("architecture-0.17"), theme)
    keys = ("O", "tab", "j", "l", "j", "l", "j", "j")
    assert snap_compare(app, terminal_size=size, run_before=after(*keys))


def test_budgets_in_a_small_terminal_look_as_they_did(
    snap_compare: Compare, recorded_run: CopyRun
) -> None:
    app = app_on(recorded_run("killed-0.17"), "textual-dark")
    assert snap_compare(app, terminal_size=SMALL, run_before=after("O", "tab", "tab"))


def test_several_objectives_look_as_they_did(snap_compare: Compare, recorded_run: CopyRun) -> None:
    app = app_on(recorded_run("primo-0.17"), "textual-dark")
    assert snap_compare(app, terminal_size=LARGE, run_before=after("O"))


def test_a_run_without_a_space_looks_as_it_did_in_ascii(
    snap_compare: Compare, recorded_run: CopyRun
) -> None:
    app = app_on(recorded_run("random-0.13"), "textual-dark", ascii=True)
    assert snap_compare(app, terminal_size=LARGE, run_before=after("O"))
