"""What one trial looks like: pictures to be looked at whenever one changes."""

from __future__ import annotations

import os
import time
from collections.abc import Callable
from pathlib import Path

import pytest
from looks import LARGE, SMALL, Compare, CopyRun, after, app_on

WRITTEN = 1_795_448_028.0 + 30.0
KILLED = 1_795_448_222.0
BOTH_THEMES = pytest.mark.parametrize("theme", ["textual-dark", "textual-light"])
BOTH_SIZES = pytest.mark.parametrize("size", [LARGE, SMALL], ids=["large", "small"])

pytestmark = pytest.mark.usefixtures("fixed_time", "fixed_place")


@pytest.fixture
def written(run_copy: CopyRun) -> Callable[[str], Path]:
    """A recorded run whose trials have written files of their own, all at a known time."""

    def write(name: str) -> Path:
        root = run_copy(name)
        for directory in (root / "configs").glob("config_*"):
            (directory / "checkpoints").mkdir()
            (directory / "checkpoints" / "last.pt").write_bytes(b"PK\x03\x04" + bytes(12_345_678))
            log = "".join(f"epoch {epoch}: loss {1 / epoch:.4f}\n" for epoch in range(1, 120))
            (directory / "train.log").write_text(log + "epoch 120:  40%")
            (directory / "latest.log").symlink_to("train.log")
            for path in (*directory.rglob("*"), directory):
                os.utime(path, (WRITTEN, WRITTEN), follow_symlinks=False)
        return root

    return write


@BOTH_THEMES
@BOTH_SIZES
def test_an_incumbent_looks_as_it_did(
    snap_compare: Compare, written: CopyRun, theme: str, size: tuple[int, int]
) -> None:
    app = app_on(written("hyperband-0.17"), theme)
    assert snap_compare(app, terminal_size=size, run_before=after("enter", pause=0.15))


@BOTH_THEMES
@BOTH_SIZES
def test_a_rung_among_others_looks_as_it_did(
    snap_compare: Compare, written: CopyRun, theme: str, size: tuple[int, int]
) -> None:
    app = app_on(written("hyperband-0.17"), theme)
    keys = ["enter", *["right_square_bracket"] * 3]
    small = ["tab"] if size == SMALL else []
    assert snap_compare(app, terminal_size=size, run_before=after(*keys, *small, pause=0.15))


@BOTH_THEMES
@BOTH_SIZES
def test_an_architecture_as_stored_looks_as_it_did(
    snap_compare: Compare, written: CopyRun, theme: str, size: tuple[int, int]
) -> None:
    app = app_on(written("architecture-0.17"), theme)
    keys = ("enter", "right_square_bracket", "c")
    assert snap_compare(app, terminal_size=size, run_before=after(*keys, pause=0.15))


@BOTH_THEMES
@BOTH_SIZES
def test_an_abandoned_trial_looks_as_it_did(
    snap_compare: Compare,
    written: CopyRun,
    monkeypatch: pytest.MonkeyPatch,
    theme: str,
    size: tuple[int, int],
) -> None:
    # The last worker started its last trial after the other recorded runs had ended.
    monkeypatch.setattr(time, "time", lambda: KILLED + 60.0)
    app = app_on(written("killed-0.17"), theme)
    assert snap_compare(app, terminal_size=size, run_before=after("v", "enter", pause=0.15))


@BOTH_THEMES
@BOTH_SIZES
def test_a_followed_file_looks_as_it_did(
    snap_compare: Compare, written: CopyRun, theme: str, size: tuple[int, int]
) -> None:
    app = app_on(written("hyperband-0.17"), theme)
    keys = ("enter", "shift+tab", "j", "enter")
    assert snap_compare(app, terminal_size=size, run_before=after(*keys, pause=0.15))


def test_a_refused_file_looks_as_it_did(snap_compare: Compare, written: CopyRun) -> None:
    app = app_on(written("hyperband-0.17"), "textual-dark")
    keys = ("enter", "shift+tab", "j", "j", "j", "enter")
    assert snap_compare(app, terminal_size=SMALL, run_before=after(*keys, pause=0.15))


@BOTH_SIZES
def test_files_and_lineage_look_as_they_did(
    snap_compare: Compare, written: CopyRun, size: tuple[int, int]
) -> None:
    app = app_on(written("hyperband-0.17"), "textual-dark")
    keys = ("enter", "shift+tab", "shift+tab") if size == SMALL else ("enter", "shift+tab")
    assert snap_compare(app, terminal_size=size, run_before=after(*keys, pause=0.15))


def test_several_objectives_look_as_they_did(snap_compare: Compare, written: CopyRun) -> None:
    app = app_on(written("multiobjective-0.17"), "textual-dark")
    assert snap_compare(app, terminal_size=LARGE, run_before=after("enter", pause=0.15))


@BOTH_SIZES
def test_a_trial_in_ascii_looks_as_it_did(
    snap_compare: Compare, written: CopyRun, size: tuple[int, int]
) -> None:
    app = app_on(written("hyperband-0.17"), "textual-dark", ascii=True)
    keys = ["enter", *["right_square_bracket"] * 3]
    assert snap_compare(app, terminal_size=size, run_before=after(*keys, pause=0.15))
