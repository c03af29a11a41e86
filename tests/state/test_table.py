"""A run as one table: what NePS's own `summary/full.csv` has, without NePS."""

from __future__ import annotations

import csv
import math
from pathlib import Path
from typing import Any

import pytest

from neps_state.reader import read_once
from neps_state.table import read_table, table_of

DATA = Path(__file__).resolve().parent.parent / "data"
RECORDED = sorted(path.stem for path in (DATA / "full_csv").glob("*.csv"))


def same(theirs: str, ours: Any) -> bool:
    """Whether a cell of NePS's file says what ours does."""
    if ours is None or (isinstance(ours, float) and math.isnan(ours)):
        return theirs in ("", "nan")
    if isinstance(ours, bool) or not isinstance(ours, int | float):
        return theirs == str(ours)
    return float(theirs) == ours


@pytest.mark.parametrize("name", RECORDED)
def test_it_has_the_columns_and_cells_of_the_file_that_neps_wrote(name: str) -> None:
    with (DATA / f"full_csv/{name}.csv").open(newline="") as stream:
        header, *lines = csv.reader(stream)

    table = table_of(read_once(DATA / "runs" / name).trials.values())

    assert list(table.columns) == header
    assert len(table.rows) == len(lines)
    ours = {row[0]: row for row in table.rows}
    for line in lines:
        for column, theirs, value in zip(header, line, ours[line[0]], strict=True):
            assert same(theirs, value), (line[0], column)


def test_records_make_a_data_frame_in_a_line() -> None:
    records = read_table(DATA / "runs/hyperband-0.17")
    assert len(records) == 40
    best = min(
        (each for each in records if each["objective_to_minimize"] is not None),
        key=lambda each: each["objective_to_minimize"],
    )
    assert (best["id"], best["config.epochs"], best["state"]) == ("15_rung_3", 27, "success")


def test_no_run_is_told_from_one_without_trials(tmp_path: Path, make: Any) -> None:
    with pytest.raises(FileNotFoundError, match="no NePS run"):
        read_table(tmp_path / "none")
    make.create(tmp_path / "run")
    assert read_table(tmp_path / "run") == []
    assert table_of([]).columns == ("id",)


def test_what_is_nested_in_what_was_returned_has_names_with_dots(make: Any, tmp_path: Path) -> None:
    state = make.mixed(tmp_path / "run")
    trial = state.lock_and_read_trials()["1"]
    trial.report.extra = {"val": {"acc": 0.5, "f1": [1, 2]}, "empty": {}}
    (record,) = table_of([trial]).records()
    assert (record["extra.val.acc"], record["extra.val.f1"]) == (0.5, [1, 2])
    assert record["extra.empty"] == {}
