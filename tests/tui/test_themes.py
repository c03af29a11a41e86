"""Themes: one that nobody's eyes confuse, and that the choice is remembered."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from textual.color import Color

from neps_tui.app import Options
from neps_tui.remembered import recall
from neps_tui.themes import COLOUR_BLIND_DARK, COLOUR_BLIND_LIGHT, OTHER_SHADE, THEMES

Drive = Callable[..., None]
CopyRun = Callable[[str], Path]


@pytest.mark.parametrize("name", [COLOUR_BLIND_DARK, COLOUR_BLIND_LIGHT])
def test_good_and_bad_differ_in_brightness_or_blue(name: str) -> None:
    """Who cannot tell red from green still sees blue, and how bright something is."""
    theme = next(each for each in THEMES if each.name == name)
    assert theme.success is not None
    assert theme.error is not None
    good, bad = Color.parse(theme.success), Color.parse(theme.error)
    assert abs(good.b - bad.b) > 80 or abs(good.brightness - bad.brightness) > 0.25


def test_every_shade_leads_back() -> None:
    for one, other in OTHER_SHADE.items():
        assert OTHER_SHADE[other] == one


def test_the_theme_is_remembered(drive: Drive, recorded_run: CopyRun) -> None:
    async def turn(dashboard: Any) -> None:
        await dashboard.shows("Evaluated 40")
        await dashboard.press("T")
        assert dashboard.app.theme == "neps-colour-blind-light"

    async def look(dashboard: Any) -> None:
        await dashboard.shows("Evaluated 40")
        assert dashboard.app.theme == "neps-colour-blind-light"

    dark = Options(theme="neps-colour-blind-dark")
    drive(recorded_run("hyperband-0.17"), turn, options=dark)
    assert recall()["theme"] == "neps-colour-blind-light"
    drive(recorded_run("hyperband-0.17"), look)
