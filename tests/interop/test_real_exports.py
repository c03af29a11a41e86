"""What is exported is what real NePS makes a data frame of, as pandas reads it."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from neps_state import read_table
from neps_tui.cli import main

pytestmark = pytest.mark.interop
pandas = pytest.importorskip("pandas")

WITHOUT_CRASHES = ("multiobjective-0.17", "nan-0.17")
"""NePS cannot read crashes of classes that it cannot import."""


def of_neps(root: Path, real: Any) -> Any:
    """The data frame of `neps.status`, as it comes from its file."""
    frame, _ = real.neps.status(root, print_summary=False)
    place = root.parent / "theirs.csv"
    frame.to_csv(place)
    return pandas.read_csv(place, index_col="id")


@pytest.mark.parametrize("name", WITHOUT_CRASHES)
def test_a_csv_is_the_frame_of_neps(
    name: str, copy_run: Callable[[str], Path], real: Any, tmp_path: Path
) -> None:
    root = copy_run(name)
    assert main(["export", str(root), str(tmp_path / "ours.csv")]) == 0
    ours = pandas.read_csv(tmp_path / "ours.csv", index_col="id")
    pandas.testing.assert_frame_equal(
        ours.sort_index(), of_neps(root, real).sort_index(), check_dtype=False
    )


@pytest.mark.parametrize("name", ["hyperband-0.17", "architecture-0.17", *WITHOUT_CRASHES])
def test_parquet_holds_what_the_table_holds(
    name: str, copy_run: Callable[[str], Path], tmp_path: Path
) -> None:
    pytest.importorskip("pyarrow", reason="pyarrow is not installed")
    root = copy_run(name)
    assert main(["export", str(root), str(tmp_path / "run.parquet")]) == 0
    frame = pandas.read_parquet(tmp_path / "run.parquet")
    told = pandas.DataFrame(read_table(root))
    assert list(frame.columns) == list(told.columns)
    assert list(frame["id"]) == list(told["id"])
    for name in ("time_started", "evaluation_duration"):
        pandas.testing.assert_series_equal(frame[name], told[name], check_dtype=False)
