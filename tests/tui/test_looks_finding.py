"""What finding things looks like: pictures to be looked at whenever one changes."""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from typing import Any

import pytest
from looks import LARGE, SMALL, Compare, CopyRun, after, app_on, settled
from textual.pilot import Pilot
from textual.widgets import Input

from neps_tui.dashboard.layout import PaneLayout
from neps_tui.remembered import remember

BOTH_THEMES = pytest.mark.parametrize("theme", ["textual-dark", "textual-light"])
BOTH_SIZES = pytest.mark.parametrize("size", [LARGE, SMALL], ids=["large", "small"])

pytestmark = pytest.mark.usefixtures("fixed_time", "fixed_place")


@pytest.fixture(autouse=True)
def no_plot(no_memory: None) -> None:
    """The pane of the plot is hidden: what a thread draws later would not come below a dialog."""
    remember("panes", PaneLayout().without("incumbent").as_plain())


def after_typing(*keys: str) -> Callable[[Pilot[Any]], Awaitable[None]]:
    """Waits for the run, then presses keys; cursors stand, and what is said for seconds goes."""

    async def steps(pilot: Pilot[Any]) -> None:
        await after()(pilot)
        for key in keys:
            await pilot.press(key)
            await pilot.pause()
            if isinstance(pilot.app.focused, Input):
                pilot.app.focused.cursor_blink = False
        pilot.app.clear_notifications()
        await settled(pilot)

    return steps


@BOTH_THEMES
@BOTH_SIZES
@pytest.mark.parametrize("keys", [("question_mark",), ("question_mark", "G")], ids=["top", "end"])
def test_the_help_looks_as_it_did(
    snap_compare: Compare,
    recorded_run: CopyRun,
    keys: tuple[str, ...],
    theme: str,
    size: tuple[int, int],
) -> None:
    app = app_on(recorded_run("hyperband-0.17"), theme)
    assert snap_compare(app, terminal_size=size, run_before=after_typing(*keys))


@BOTH_THEMES
@BOTH_SIZES
def test_what_the_palette_finds_looks_as_it_did(
    snap_compare: Compare, recorded_run: CopyRun, theme: str, size: tuple[int, int]
) -> None:
    app = app_on(recorded_run("hyperband-0.17"), theme)
    keys = ("ctrl+p", *"13", "underscore", *"rung")
    assert snap_compare(app, terminal_size=size, run_before=after_typing(*keys))


@BOTH_THEMES
def test_panes_that_were_arranged_look_as_they_did(
    snap_compare: Compare, recorded_run: CopyRun, theme: str
) -> None:
    app = app_on(recorded_run("hyperband-0.17"), theme)
    hidden_wider_and_lower = ("n", "x", "e", "greater_than_sign", "greater_than_sign", "minus")
    assert snap_compare(app, terminal_size=LARGE, run_before=after_typing(*hidden_wider_and_lower))


@BOTH_THEMES
def test_a_zoomed_pane_looks_as_it_did(
    snap_compare: Compare, recorded_run: CopyRun, theme: str
) -> None:
    app = app_on(recorded_run("hyperband-0.17"), theme)
    assert snap_compare(app, terminal_size=LARGE, run_before=after_typing("o", "z"))
