"""Whatever a file of evaluations holds, it is read or refused in one line."""

from __future__ import annotations

import json
import math
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from neps_tui.changes.evaluations import EvaluationsError, Found, read_evaluations
from neps_tui.changes.importing import plan_import
from neps_tui.commands.run_at import read_run
from neps_tui.view import RunView

CopyRun = Callable[[str], Path]

ANYTHING = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=20),
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(st.text(max_size=9), inner),
    max_leaves=12,
)
NAMES = st.sampled_from(["learning_rate", "weight_decay", "optimizer", "epochs", "nosuch"])
FIELDS = st.sampled_from(
    ["objective", "objective_to_minimize", "cost", "learning_curve", "time_end", "state"]
)
RECORDS = st.dictionaries(FIELDS, ANYTHING).flatmap(
    lambda fields: st.dictionaries(NAMES, ANYTHING).map(lambda config: {**fields, "config": config})
)
CELLS = st.text(max_size=12) | st.sampled_from(["0.1", "sgd", "nan", "-inf", '"', "1e999", "3"])

small = settings(max_examples=60)


@pytest.fixture(scope="module")
def view(request: pytest.FixtureRequest) -> RunView:
    return read_run(Path(request.path).parents[1] / "data" / "runs" / "hyperband-0.17")


def read(content: bytes, view: RunView, directory: Path) -> Found | None:
    """What is read, of which a plan can be made; None if the whole file is refused."""
    file = directory / "evaluations"
    file.write_bytes(content)
    try:
        found = read_evaluations(file, view)
    except EvaluationsError:
        return None
    assert plan_import(view, found).what
    for each in found.evaluated:
        assert each.objective
        assert not any(map(math.isinf, each.objective))
        assert each.cost is None or each.cost >= 0
    return found


@small
@given(content=st.binary(max_size=400))
def test_any_bytes_are_read_or_refused(content: bytes, view: RunView, tmp_path: Path) -> None:
    read(content, view, tmp_path)


@small
@given(records=st.lists(RECORDS, min_size=1, max_size=5))
def test_any_json_is_read_or_refused(records: Any, view: RunView, tmp_path: Path) -> None:
    read("\n".join(map(json.dumps, records)).encode(), view, tmp_path)


@small
@given(rows=st.lists(st.lists(CELLS, min_size=1, max_size=6), min_size=1, max_size=6))
def test_any_table_is_read_or_refused(rows: Any, view: RunView, tmp_path: Path) -> None:
    header = "learning_rate,weight_decay,optimizer,epochs,objective,cost"
    text = "\n".join([header, *(",".join(row) for row in rows)])
    read(text.encode(), view, tmp_path)


@small
@given(at=st.integers(0, 400), bit=st.integers(0, 7))
def test_a_flipped_bit_makes_no_evaluation_that_does_not_fit(
    at: int, bit: int, view: RunView, tmp_path: Path
) -> None:
    config = {"learning_rate": 0.01, "weight_decay": 0.1, "optimizer": "sgd", "epochs": 3}
    content = bytearray(json.dumps({"config": config, "objective": 0.3, "cost": 2}).encode())
    content[at % len(content)] ^= 1 << bit
    found = read(bytes(content), view, tmp_path)
    for each in () if found is None else found.evaluated:
        assert set(each.config) == set(config)
        assert each.config["epochs"] in (1, 3, 9, 27)
