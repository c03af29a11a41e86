"""What the window that chooses columns looks like: pictures to look at whenever one changes."""

from __future__ import annotations

import pytest
from looks import LARGE, SMALL, Compare, CopyRun, after, app_on

BOTH_THEMES = pytest.mark.parametrize("theme", ["textual-dark", "textual-light"])
BOTH_SIZES = pytest.mark.parametrize("size", [LARGE, SMALL], ids=["large", "small"])

pytestmark = pytest.mark.usefixtures("fixed_time", "fixed_place")


@BOTH_THEMES
@BOTH_SIZES
def test_chosen_columns_look_as_they_did(
    snap_compare: Compare, recorded_run: CopyRun, theme: str, size: tuple[int, int]
) -> None:
    app = app_on(recorded_run("hyperband-0.17"), theme)
    hidden_pinned_and_sorted = ("c", "p", "down", "a", "down", "down", "space", "K")
    assert snap_compare(app, terminal_size=size, run_before=after(*hidden_pinned_and_sorted))


def test_columns_look_as_they_did_in_ascii(snap_compare: Compare, recorded_run: CopyRun) -> None:
    app = app_on(recorded_run("architecture-0.17"), "textual-dark", ascii=True)
    assert snap_compare(app, terminal_size=SMALL, run_before=after("c", "p", "s"))
