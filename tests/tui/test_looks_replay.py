"""What a run's past looks like: pictures to be looked at whenever one changes."""

from __future__ import annotations

import pytest
from looks import LARGE, SMALL, Compare, CopyRun, app_on, in_the_past

BOTH_THEMES = pytest.mark.parametrize("theme", ["textual-dark", "textual-light"])
BOTH_SIZES = pytest.mark.parametrize("size", [LARGE, SMALL], ids=["large", "small"])
TO_THE_MIDDLE = ("L", "L", "L", "L", "L")

pytestmark = pytest.mark.usefixtures("fixed_time", "fixed_place")


@BOTH_THEMES
@BOTH_SIZES
@pytest.mark.parametrize("run", ["hyperband-0.17", "multiobjective-0.17"])
def test_the_middle_of_a_run_looks_as_it_did(
    snap_compare: Compare, recorded_run: CopyRun, run: str, theme: str, size: tuple[int, int]
) -> None:
    app = app_on(recorded_run(run), theme)
    steps = in_the_past(*TO_THE_MIDDLE)
    assert snap_compare(app, terminal_size=size, run_before=steps)


@BOTH_SIZES
def test_the_beginning_looks_as_it_did_in_ascii(
    snap_compare: Compare, recorded_run: CopyRun, size: tuple[int, int]
) -> None:
    app = app_on(recorded_run("hyperband-0.17"), "textual-dark", ascii=True)
    assert snap_compare(app, terminal_size=size, run_before=in_the_past())


@BOTH_SIZES
def test_a_trial_of_the_past_looks_as_it_did(
    snap_compare: Compare, recorded_run: CopyRun, size: tuple[int, int]
) -> None:
    app = app_on(recorded_run("hyperband-0.17"), "textual-dark")
    keys = (*TO_THE_MIDDLE, "t", "enter", "shift+tab")
    assert snap_compare(app, terminal_size=size, run_before=in_the_past(*keys))


def test_the_optimizer_of_the_past_looks_as_it_did(
    snap_compare: Compare, recorded_run: CopyRun
) -> None:
    app = app_on(recorded_run("killed-0.17"), "textual-dark")
    steps = in_the_past(*TO_THE_MIDDLE, "O", "tab")
    assert snap_compare(app, terminal_size=LARGE, run_before=steps)
