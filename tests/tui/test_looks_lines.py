"""What the lines below the table look like: pictures to look at whenever one changes."""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from typing import Any

import pytest
from looks import LARGE, SMALL, Compare, CopyRun, after, app_on, settled
from textual.pilot import Pilot
from textual.widgets import Input

THEMES_AND_SIZES = pytest.mark.parametrize(
    ("theme", "size"),
    [("textual-dark", LARGE), ("textual-light", SMALL)],
    ids=["dark-large", "light-small"],
)
LINES = {
    "begun": ("hyperband-0.17", ("slash", *"rung=0", "space", "o")),
    "candidates": ("hyperband-0.17", ("slash", *"optimizer", "colon", "tab", "tab")),
    "wrong": ("hyperband-0.17", ("slash", *"state", "colon", *"late")),
    "elsewhere": ("killed-0.17", ("number_sign", *"10")),
}

pytestmark = pytest.mark.usefixtures("fixed_time", "fixed_place")


def typed(*keys: str) -> Callable[[Pilot[Any]], Awaitable[None]]:
    """Opens a line by the first key and types the others into it, with a cursor that stands."""

    async def steps(pilot: Pilot[Any]) -> None:
        await after()(pilot)
        await pilot.press(keys[0])
        await pilot.pause()
        assert isinstance(pilot.app.focused, Input)
        pilot.app.focused.cursor_blink = False
        await pilot.press(*keys[1:])
        await settled(pilot)

    return steps


@pytest.mark.parametrize("line", LINES)
@THEMES_AND_SIZES
def test_the_lines_below_the_table_look_as_they_did(
    snap_compare: Compare, recorded_run: CopyRun, line: str, theme: str, size: tuple[int, int]
) -> None:
    root, keys = LINES[line]
    app = app_on(recorded_run(root), theme)
    assert snap_compare(app, terminal_size=size, run_before=typed(*keys))


def test_candidates_look_as_they_did_in_ascii(snap_compare: Compare, recorded_run: CopyRun) -> None:
    app = app_on(recorded_run("hyperband-0.17"), "textual-dark", ascii=True)
    keys = ("slash", *"optimizer", "colon", "tab")
    assert snap_compare(app, terminal_size=SMALL, run_before=typed(*keys))
