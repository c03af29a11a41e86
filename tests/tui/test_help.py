"""The help: the keys of where one is first, and all of it in reach."""

from __future__ import annotations

import re
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from textual.widgets import Static

from neps_tui.actions import ACTIONS
from neps_tui.facts.field_table import FIELD_TABLE

Drive = Callable[..., None]
CopyRun = Callable[[str], Path]


@pytest.mark.parametrize(
    ("keys", "first"),
    [
        ((), "On the dashboard"),
        (("E",), "In the errors"),
        (("O",), "On the optimizer"),
        (("P",), "In the plots"),
        (("w",), "Among the workers"),
        (("enter",), "On a trial"),
    ],
)
def test_the_help_begins_with_the_screen_it_was_called_from(
    drive: Drive, recorded_run: CopyRun, keys: tuple[str, ...], first: str
) -> None:
    async def steps(dashboard: Any) -> None:
        await dashboard.shows("Evaluated")
        if keys:
            await dashboard.press(*keys)
            await dashboard.until(lambda: len(dashboard.app.screen_stack) == 2, "the view")
        await dashboard.press("question_mark")
        await dashboard.shows("Help")
        lines = dashboard.text().splitlines()
        at = next(row for row, line in enumerate(lines) if "Help" in line)
        assert first in "".join(lines[at + 1 : at + 4])

    drive(recorded_run("hyperband-0.17"), steps)


@pytest.mark.parametrize(("end", "home"), [("G", "g"), ("end", "home")])
def test_the_end_of_the_help_is_one_key_away(
    drive: Drive, recorded_run: CopyRun, end: str, home: str
) -> None:
    async def steps(dashboard: Any) -> None:
        await dashboard.press("question_mark")
        await dashboard.shows("On the dashboard")
        await dashboard.press(end)
        await dashboard.shows("corrupted")
        await dashboard.press(home)
        await dashboard.shows("On the dashboard")

    drive(recorded_run("hyperband-0.17"), steps, size=(80, 24))


def test_the_help_tells_what_filters_can_ask_for(drive: Drive, recorded_run: CopyRun) -> None:
    async def steps(dashboard: Any) -> None:
        await dashboard.press("question_mark", "G")
        for field in FIELD_TABLE:
            await dashboard.shows(field.means)

    drive(recorded_run("hyperband-0.17"), steps)


def test_the_help_tells_of_every_action_there_is(drive: Drive, recorded_run: CopyRun) -> None:
    async def steps(dashboard: Any) -> None:
        await dashboard.press("question_mark")
        await dashboard.shows("On the dashboard")
        told = " ".join(str(dashboard.app.screen.query_one(Static).visual).split())
        for action in ACTIONS:
            assert action.help in told, action.id

    drive(recorded_run("hyperband-0.17"), steps)


@pytest.mark.parametrize("width", [60, 80, 122, 160])
def test_what_a_key_does_stands_beside_it_in_every_terminal(
    drive: Drive, recorded_run: CopyRun, width: int
) -> None:
    async def steps(dashboard: Any) -> None:
        await dashboard.press("question_mark")
        await dashboard.shows("On the dashboard")
        lines = re.findall(r"│  (.*?) *[▁-█]* *│", dashboard.text())
        told = [line for line in lines if line.strip()]
        assert told[0] == "On the dashboard"
        assert all(line.startswith("  ") for line in told[1:])

    drive(recorded_run("hyperband-0.17"), steps, size=(width, 24))
