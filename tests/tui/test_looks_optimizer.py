"""What the optimizer view looks like: pictures to be looked at whenever one changes."""

from __future__ import annotations

import pytest
from looks import LARGE, SMALL, Compare, CopyRun, after, app_on

pytestmark = pytest.mark.usefixtures("fixed_time", "fixed_place")


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
