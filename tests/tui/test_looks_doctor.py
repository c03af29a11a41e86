"""What the doctor looks like: pictures to be looked at whenever one changes."""

from __future__ import annotations

import json
import os
import shutil
import time
from pathlib import Path

import pytest
from looks import LARGE, SMALL, Compare, CopyRun, after, app_on

from neps_tui.doctor import examine as examining

SIZES = pytest.mark.parametrize(
    ("size", "theme"),
    [(LARGE, "textual-dark"), (SMALL, "textual-light")],
    ids=["large-dark", "small-light"],
)
_AN_HOUR_AFTER = 1_795_448_222.0 + 3600.0


@pytest.fixture(autouse=True)
def later(fixed_time: None, monkeypatch: pytest.MonkeyPatch) -> None:
    """After the recorded runs, so that none of their times is in the future."""
    monkeypatch.setattr(time, "time", lambda: _AN_HOUR_AFTER)
    monkeypatch.setattr(examining, "_PAUSE", 0.05)
    monkeypatch.setattr(examining, "_PAUSE_FOR_TORN", 0.05)


@pytest.fixture
def here(run_copy: CopyRun, monkeypatch: pytest.MonkeyPatch) -> CopyRun:
    """Copies a recorded run and names it without its place, which is another one each time."""

    def copy(name: str) -> Path:
        root = run_copy(name)
        monkeypatch.chdir(root.parent)
        return Path(name)

    return copy


@pytest.fixture
def ill_run(here: CopyRun) -> Path:
    """A run with many things wrong."""
    root = here("killed-0.17")
    configs = root / "configs"
    for trial_id in "1234567":
        path = configs / f"config_{trial_id}/metadata.json"
        path.write_text(json.dumps(json.loads(path.read_text()) | {"state": "evaluating"}))
    (configs / "config_9/report.yaml").unlink()
    shutil.copy(configs / "config_1/report.yaml", configs / "config_11")
    shutil.rmtree(configs / "config_12")
    shutil.copytree(configs / "config_6", configs / "config_6_backup")
    (configs / "config_99").mkdir()
    left = root / ".shared_errors.jsonl.999999999-0123abcd.new"
    left.touch()
    os.utime(left, (_AN_HOUR_AFTER - 600, _AN_HOUR_AFTER - 600))
    with (root / "shared_errors.jsonl").open("a") as dump:
        dump.write("\n{")
    return root


@SIZES
def test_findings_look_as_they_did(
    snap_compare: Compare, ill_run: Path, theme: str, size: tuple[int, int]
) -> None:
    steps = after("D", *["j"] * 4, pause=0.3)
    assert snap_compare(app_on(ill_run, theme), terminal_size=size, run_before=steps)


@SIZES
def test_asking_before_a_mend_looks_as_it_did(
    snap_compare: Compare, ill_run: Path, theme: str, size: tuple[int, int]
) -> None:
    steps = after("D", "F", pause=0.5)
    assert snap_compare(app_on(ill_run, theme), terminal_size=size, run_before=steps)


@SIZES
def test_nothing_wrong_looks_as_it_did(
    snap_compare: Compare, here: CopyRun, theme: str, size: tuple[int, int]
) -> None:
    app = app_on(here("random-0.15"), theme)
    assert snap_compare(app, terminal_size=size, run_before=after("D", pause=0.3))


def test_findings_look_as_they_did_in_ascii(snap_compare: Compare, ill_run: Path) -> None:
    app = app_on(ill_run, "textual-dark", ascii=True)
    assert snap_compare(app, terminal_size=(100, 30), run_before=after("D", "j", pause=0.3))
