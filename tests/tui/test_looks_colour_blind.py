"""The themes for colour-blind eyes: pictures to be looked at whenever one changes."""

from __future__ import annotations

import os
from pathlib import Path

import pytest
from looks import LARGE, Compare, CopyRun, after, app_on, in_the_past
from test_looks_workers import Host, every_kind

from neps_tui.themes import THEMES
from neps_tui.view import RunView

DARK, LIGHT = "neps-colour-blind-dark", "neps-colour-blind-light"
BOTH_THEMES = pytest.mark.parametrize("theme", [DARK, LIGHT], ids=["dark", "light"])

pytestmark = pytest.mark.usefixtures("fixed_time", "fixed_place")


@pytest.fixture
def dated_run(run_copy: CopyRun) -> CopyRun:
    """A recorded run whose files are as old as its trials, whenever it was checked out."""

    def date(name: str) -> Path:
        root = run_copy(name)
        for path in root.rglob("*"):
            os.utime(path, (1_795_448_028.0, 1_795_448_028.0))
        return root

    return date


@BOTH_THEMES
@pytest.mark.parametrize(
    ("run", "keys"),
    [
        ("hyperband-0.17", []),
        ("architecture-0.17", ["E"]),
        ("hyperband-0.17", ["O"]),
        ("hyperband-0.17", ["e", "enter"]),
    ],
    ids=["dashboard", "errors", "optimizer", "trial"],
)
def test_a_screen_looks_as_it_did(
    snap_compare: Compare, dated_run: CopyRun, run: str, keys: list[str], theme: str
) -> None:
    app = app_on(dated_run(run), theme)
    assert snap_compare(app, terminal_size=LARGE, run_before=after(*keys, pause=0.15))


class ColourBlindHost(Host):
    """Shows workers in one of these themes."""

    def __init__(self, view: RunView, theme: str) -> None:
        super().__init__(view, "textual-dark")
        for each in THEMES:
            self.register_theme(each)
        self.theme = theme


@BOTH_THEMES
def test_workers_of_every_kind_look_as_they_did(snap_compare: Compare, theme: str) -> None:
    app = ColourBlindHost(every_kind(), theme)
    keys = ("down", "down", "down")
    assert snap_compare(app, terminal_size=LARGE, run_before=after(*keys))


@BOTH_THEMES
def test_the_past_looks_as_it_did(snap_compare: Compare, recorded_run: CopyRun, theme: str) -> None:
    app = app_on(recorded_run("hyperband-0.17"), theme)
    steps = in_the_past("L", "L", "L", "L", "L")
    assert snap_compare(app, terminal_size=LARGE, run_before=steps)
