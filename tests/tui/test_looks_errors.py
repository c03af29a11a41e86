"""What the errors in kinds look like: pictures to be looked at whenever one changes."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest
from looks import LARGE, SMALL, Compare, CopyRun, after, app_on

pytestmark = pytest.mark.usefixtures("fixed_time", "fixed_place")


@pytest.mark.parametrize("theme", ["textual-dark", "textual-light"])
@pytest.mark.parametrize("size", [LARGE, SMALL], ids=["large", "small"])
def test_the_kinds_of_errors_look_as_they_did(
    snap_compare: Compare, recorded_run: CopyRun, theme: str, size: tuple[int, int]
) -> None:
    app = app_on(recorded_run("architecture-0.17"), theme)
    assert snap_compare(app, terminal_size=size, run_before=after("E"))


@pytest.mark.parametrize("theme", ["textual-dark", "textual-light"])
@pytest.mark.parametrize("size", [LARGE, SMALL], ids=["large", "small"])
def test_a_searched_traceback_looks_as_it_did(
    snap_compare: Compare, recorded_run: CopyRun, theme: str, size: tuple[int, int]
) -> None:
    app = app_on(recorded_run("hyperband-0.17"), theme)
    keys = ("E", "enter", "j", "slash", *"train", "enter", "n")
    assert snap_compare(app, terminal_size=size, run_before=after(*keys))


def test_oddities_look_as_they_did(
    snap_compare: Compare, run_copy: CopyRun, lose_some: Callable[[Path], None]
) -> None:
    root = run_copy("hyperband-0.17")
    lose_some(root)
    app = app_on(root, "textual-dark")
    assert snap_compare(app, terminal_size=LARGE, run_before=after("E", "G"))


def test_errors_in_ascii_look_as_they_did(snap_compare: Compare, recorded_run: CopyRun) -> None:
    app = app_on(recorded_run("hyperband-0.17"), "textual-dark", ascii=True)
    assert snap_compare(app, terminal_size=SMALL, run_before=after("E"))


def test_no_errors_look_as_they_did(snap_compare: Compare, recorded_run: CopyRun) -> None:
    app = app_on(recorded_run("multiobjective-0.17"), "textual-dark")
    assert snap_compare(app, terminal_size=SMALL, run_before=after("E"))


@pytest.fixture
def lose_some() -> Callable[[Path], None]:
    """Takes two rows out of an error dump, and makes the trial of a third unknown."""

    def lose(root: Path) -> None:
        dump = root / "shared_errors.jsonl"
        lines = dump.read_text().splitlines()[2:]
        lines[-1] = lines[-1].replace("25_rung_0", "99_rung_0")
        dump.write_text("\n".join(lines))

    return lose
