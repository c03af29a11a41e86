"""What the screens look like: pictures to be looked at whenever one changes.

Recorded runs at a fixed time, in two sizes and two themes.
"""

from __future__ import annotations

import os
from pathlib import Path

import pytest
from looks import LARGE, SMALL, Compare, CopyRun, after, app_on

pytestmark = pytest.mark.usefixtures("fixed_time", "fixed_place")


@pytest.mark.parametrize("theme", ["textual-dark", "textual-light"])
@pytest.mark.parametrize("size", [LARGE, SMALL], ids=["large", "small"])
def test_the_dashboard_looks_as_it_did(
    snap_compare: Compare, recorded_run: CopyRun, theme: str, size: tuple[int, int]
) -> None:
    app = app_on(recorded_run("hyperband-0.17"), theme)
    assert snap_compare(app, terminal_size=size, run_before=after())


@pytest.fixture
def dated_run(run_copy: CopyRun) -> CopyRun:
    """A recorded run whose files are as old as its trials, whenever it was checked out."""

    def date(name: str) -> Path:
        root = run_copy(name)
        for path in root.rglob("*"):
            os.utime(path, (1_795_448_028.0, 1_795_448_028.0))
        return root

    return date


@pytest.mark.parametrize("theme", ["textual-dark", "textual-light"])
@pytest.mark.parametrize("size", [LARGE, SMALL], ids=["large", "small"])
def test_a_crashed_trial_looks_as_it_did(
    snap_compare: Compare, dated_run: CopyRun, theme: str, size: tuple[int, int]
) -> None:
    app = app_on(dated_run("hyperband-0.17"), theme)
    assert snap_compare(app, terminal_size=size, run_before=after("e", "enter"))


def test_a_trial_with_a_learning_curve_looks_as_it_did(
    snap_compare: Compare, dated_run: CopyRun
) -> None:
    app = app_on(dated_run("hyperband-0.17"), "textual-dark")
    assert snap_compare(app, terminal_size=LARGE, run_before=after("enter"))


def test_asking_before_a_reset_looks_as_it_did(
    snap_compare: Compare, recorded_run: CopyRun
) -> None:
    app = app_on(recorded_run("killed-0.17"), "textual-dark")
    assert snap_compare(app, terminal_size=(100, 30), run_before=after("v", "r"))


def test_several_objectives_look_as_they_did(snap_compare: Compare, recorded_run: CopyRun) -> None:
    app = app_on(recorded_run("multiobjective-0.17"), "textual-dark")
    assert snap_compare(app, terminal_size=LARGE, run_before=after())


def test_an_architecture_space_looks_as_it_did(
    snap_compare: Compare, recorded_run: CopyRun
) -> None:
    app = app_on(recorded_run("architecture-0.17"), "textual-dark")
    assert snap_compare(app, terminal_size=LARGE, run_before=after())
