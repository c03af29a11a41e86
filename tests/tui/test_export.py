"""A run written into one file, as somebody types it."""

from __future__ import annotations

import csv
import json
import sys
from collections.abc import Callable
from pathlib import Path

import pytest

from neps_tui.cli import main

CopyRun = Callable[[str], Path]
DATA = Path(__file__).resolve().parent.parent / "data"


def export(root: Path, place: Path, *options: str) -> int:
    return main(["export", str(root), str(place), *options])


def test_a_csv_has_the_columns_of_neps_own(recorded_run: CopyRun, tmp_path: Path) -> None:
    place = tmp_path / "run.csv"
    assert export(recorded_run("hyperband-0.17"), place) == 0
    with place.open(newline="") as ours, (DATA / "full_csv/hyperband-0.17.csv").open() as theirs:
        assert next(csv.reader(ours)) == next(csv.reader(theirs))
        assert sum(1 for _ in csv.reader(ours)) == 40


def test_json_lines_have_a_trial_each(
    recorded_run: CopyRun, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    place = tmp_path / "run.jsonl"
    assert export(recorded_run("nan-0.17"), place, "--state", "success") == 0
    records = [json.loads(line) for line in place.read_text().splitlines()]
    assert {each["state"] for each in records} == {"success"}
    assert any(each["objective_to_minimize"] == "nan" for each in records)
    assert f"{len(records)} trials in {place}" in capsys.readouterr().out


@pytest.mark.parametrize("ending", ["csv", "jsonl"])
def test_what_was_exported_can_be_imported(
    ending: str,
    recorded_run: CopyRun,
    run_copy: CopyRun,
    tmp_path: Path,
    capsys: pytest.CaptureFixture[str],
) -> None:
    place = tmp_path / f"run.{ending}"
    assert export(recorded_run("killed-0.17"), place, "--state", "success") == 0
    capsys.readouterr()
    assert main(["import", str(run_copy("random-0.17")), str(place), "--dry-run"]) == 0
    said = capsys.readouterr().out
    assert "evaluated elsewhere: 8 evaluations" in said
    assert "they count: 38 of 200 evaluations then" in said


def test_only_what_a_filter_lets_through_is_written(recorded_run: CopyRun, tmp_path: Path) -> None:
    place = tmp_path / "run.jsonl"
    assert export(recorded_run("hyperband-0.17"), place, "--where", "rung=3") == 0
    assert {json.loads(line)["config.epochs"] for line in place.read_text().splitlines()} == {27}


def test_what_cannot_be_written_leaves_what_was_there(
    recorded_run: CopyRun, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    root, place = recorded_run("hyperband-0.17"), tmp_path / "run.csv"
    place.write_text("of last week")
    assert export(root, place, "--where", "epochs>99") == 1
    assert "nothing was written" in capsys.readouterr().err
    assert export(root, tmp_path / "run.xlsx") == 2
    assert "one of .csv, .jsonl, .parquet" in capsys.readouterr().err
    assert export(root, tmp_path / "nowhere/run.csv") == 3
    assert "nowhere" in capsys.readouterr().err
    assert place.read_text() == "of last week"
    assert list(tmp_path.iterdir()) == [place]


def test_parquet_says_what_it_needs(
    recorded_run: CopyRun,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
) -> None:
    monkeypatch.setitem(sys.modules, "pyarrow", None)
    assert export(recorded_run("random-0.17"), tmp_path / "run.parquet") == 2
    assert "pip install pyarrow" in capsys.readouterr().err
    assert list(tmp_path.iterdir()) == []
