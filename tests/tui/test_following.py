"""Commands that go on looking at a run, as a shell script uses them."""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import pytest
from outcome import Outcome
from runs import RunMaker

from neps_state import BudgetInfo, NePSState
from neps_tui.cli import main
from neps_tui.commands import following

CopyRun = Callable[[str], Path]


@contextmanager
def command(*words: object) -> Iterator[subprocess.Popen[str]]:
    """A command at work; killed in the end, if it has not come to its own."""
    process = subprocess.Popen(
        [sys.executable, "-m", "neps_tui", *map(str, words)],
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
    )
    try:
        yield process
    finally:
        process.kill()
        process.communicate()


def line_of(process: subprocess.Popen[str]) -> dict[str, Any]:
    assert process.stdout is not None
    record: dict[str, Any] = json.loads(process.stdout.readline())
    return record


def test_each_change_is_a_line_of_json(tmp_path: Path) -> None:
    root = tmp_path / "run"
    state = RunMaker().mixed(root)
    with command("status", root, "--watch") as process:
        assert line_of(process)["counts"]["pending"] == 1
        RunMaker().evaluate(state, state.lock_and_read_trials()["6"], objective=0.01)
        record = line_of(process)
        while record["counts"]["success"] != 3:
            record = line_of(process)
        assert record["best"]["id"] == "6"
        process.send_signal(signal.SIGINT)
        _, said = process.communicate(timeout=20)
        assert said == "neps-tui: stopped\n"


@pytest.mark.parametrize("words", [("wait",), ("status", "--watch")])
def test_nobody_waits_for_a_folder_of_runs_to_become_one(
    words: tuple[str, ...], recorded_run: CopyRun
) -> None:
    folder = recorded_run("hyperband-0.17").parent
    refused = Outcome(words[0], folder, *words[1:])
    assert refused.status == 2
    assert "is no NePS run, but holds some; give one of" in refused.error


@pytest.mark.parametrize("poll", [(), ("--poll", "0.1")])
def test_a_wait_ends_when_the_run_is_finished(tmp_path: Path, poll: Any) -> None:
    root = tmp_path / "run"
    with command("wait", root, "--timeout", "60", *poll) as process:
        state = RunMaker().create(root, budget=BudgetInfo(total_evaluations_to_spend=1))
        (trial,) = RunMaker().sample(state, 1)
        assert process.poll() is None
        RunMaker().evaluate(state, trial, started=time.time())
        out, _ = process.communicate(timeout=30)
        assert out == "finished: 1 evaluation, the best 0.5\n"
        assert process.returncode == 0


def test_a_wait_ends_at_a_target(recorded_run: CopyRun, capsys: pytest.CaptureFixture[str]) -> None:
    root = str(recorded_run("hyperband-0.17"))
    assert main(["wait", root, "--objective", "0.14"]) == 0
    assert capsys.readouterr().out == "0.1309 by trial 15_rung_3, after 40 evaluations\n"
    assert main(["wait", root, "--objective", "0.01", "--timeout", "0.1"]) == 4
    assert "40 evaluations, the best 0.1309" in capsys.readouterr().err


def test_a_finished_run_that_missed_its_target_says_what_it_reached(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    state = RunMaker().create(tmp_path / "run", budget=BudgetInfo(total_evaluations_to_spend=1))
    RunMaker().evaluate(state, RunMaker().sample(state, 1)[0])
    assert main(["wait", str(tmp_path / "run"), "--objective", "0.1"]) == 1
    assert "finished, and the best is 0.5" in capsys.readouterr().err


def test_a_wait_ends_at_the_first_error(
    recorded_run: CopyRun, capsys: pytest.CaptureFixture[str]
) -> None:
    assert main(["wait", str(recorded_run("random-0.17")), "--errors"]) == 1
    said = capsys.readouterr().err
    assert "5 errors, the last of trial 30: TrainingDiverged" in said
    assert "\x1b" not in said


def test_a_wait_gives_up_where_nobody_works_any_more(
    recorded_run: CopyRun, capsys: pytest.CaptureFixture[str]
) -> None:
    assert main(["wait", str(recorded_run("random-0.17")), "--idle", "60"]) == 3
    assert "nobody has worked for" in capsys.readouterr().err


def test_a_wait_for_a_run_that_never_comes_says_so(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert main(["wait", str(tmp_path / "none"), "--timeout", "0.1"]) == 4
    assert "there is no directory" in capsys.readouterr().err


def test_a_run_that_is_replaced_is_followed_on(tmp_path: Path) -> None:
    root = tmp_path / "run"
    RunMaker().mixed(root)
    with command("status", root, "--watch") as process:
        assert line_of(process)["total"] == 6
        root.rename(tmp_path / "old")
        state: NePSState = RunMaker().create(root)
        RunMaker().sample(state, 2)
        while line_of(process)["total"] != 2:
            pass


def test_a_target_of_a_run_with_several_objectives_is_wrong_usage(
    recorded_run: CopyRun, capsys: pytest.CaptureFixture[str]
) -> None:
    assert main(["wait", str(recorded_run("multiobjective-0.17")), "--objective", "0.1"]) == 2
    assert "this run has 2" in capsys.readouterr().err


def test_how_often_to_look_may_stand_in_the_settings(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    settings = Path(os.environ["XDG_CONFIG_HOME"]) / "neps-tui" / "settings.toml"
    settings.parent.mkdir(parents=True)
    settings.write_text("poll = 0.1\n")

    def nobody(*_: object, **__: object) -> None:
        raise AssertionError("nothing is watched where it is polled")

    monkeypatch.setattr(following, "RunWatcher", nobody)
    assert main(["wait", str(tmp_path / "none"), "--timeout", "0.3"]) == 4
