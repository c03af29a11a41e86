"""The error dump: read whatever it holds, changed only where it must be."""

from __future__ import annotations

import json
from collections import Counter
from dataclasses import asdict
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from neps_state import ErrDump, NePSState, SerializableTrialError, SerializedError
from neps_state.errors import (
    add_errors,
    drop_errors,
    lines_that_stop_neps,
    parse_errors,
    read_errors,
)


def error(trial_id: str, text: str = "boom") -> SerializableTrialError:
    return SerializableTrialError(trial_id, "worker_0", "ValueError", text, "Traceback …")


TEXTS = st.text(st.characters(codec=None), max_size=30)
ERRORS = st.builds(
    SerializableTrialError,
    trial_id=TEXTS,
    worker_id=TEXTS,
    err_type=TEXTS,
    err=TEXTS,
    tb=st.none() | TEXTS,
)


@given(first=st.lists(ERRORS, max_size=5), second=st.lists(ERRORS, max_size=5))
def test_what_is_added_is_read_back_behind_what_was_there(
    first: list[SerializableTrialError], second: list[SerializableTrialError], tmp_path: Path
) -> None:
    path = tmp_path / "shared_errors.jsonl"
    path.unlink(missing_ok=True)

    add_errors(path, first)
    add_errors(path, second)

    assert read_errors(path).errs == first + second


@given(st.binary(max_size=200))
def test_any_bytes_are_read_as_rows_or_bad_lines(data: bytes) -> None:
    parsed = parse_errors(data)

    lines = [number for number, line in enumerate(data.split(b"\n"), 1) if line.strip()]
    assert len(parsed.errs) + len(parsed.bad_lines) == len(lines)


@given(errors=st.lists(ERRORS, max_size=6), data=st.data())
def test_dropping_some_errors_leaves_all_others_as_they_were(
    errors: list[SerializableTrialError], data: st.DataObject, tmp_path: Path
) -> None:
    path = tmp_path / "shared_errors.jsonl"
    path.unlink(missing_ok=True)
    add_errors(path, errors)
    places = data.draw(st.sets(st.integers(0, max(len(errors) - 1, 0)))) if errors else set()

    drop_errors(path, [errors[place] for place in places])

    left = [each for place, each in enumerate(errors) if place not in places]
    assert Counter(read_errors(path).errs) == Counter(left)


def test_lines_that_cannot_be_read_survive_every_change(tmp_path: Path) -> None:
    path = tmp_path / "shared_errors.jsonl"
    add_errors(path, [error("1"), error("2")])
    path.write_bytes(path.read_bytes() + b'\n{"trial_id": "3", "wor\n[1, 2]')

    add_errors(path, [error("4")])
    drop_errors(path, [error("1")])

    assert path.read_bytes().split(b"\n")[1:3] == [b'{"trial_id": "3", "wor', b"[1, 2]"]
    assert [each.trial_id for each in read_errors(path).errs] == ["2", "4"]


def test_dropping_nothing_writes_nothing(tmp_path: Path) -> None:
    path = tmp_path / "shared_errors.jsonl"
    drop_errors(path, [error("1")])
    assert not path.exists()
    add_errors(path, [error("1")])
    before = path.stat()

    drop_errors(path, [error("2")])
    drop_errors(path, [])

    assert (path.stat().st_ino, path.stat().st_mtime_ns) == (before.st_ino, before.st_mtime_ns)


def test_no_newline_ends_the_file_as_neps_has_it(tmp_path: Path) -> None:
    path = tmp_path / "shared_errors.jsonl"

    add_errors(path, [error("1"), error("2", "two\nlines")])

    assert [json.loads(line)["err"] for line in path.read_text().split("\n")] == [
        "boom",
        "two\nlines",
    ]


@pytest.mark.parametrize("cut", [1, 10, 40, 70])
def test_a_half_written_last_line_is_told_from_a_bad_one(tmp_path: Path, cut: int) -> None:
    path = tmp_path / "shared_errors.jsonl"
    add_errors(path, [error("1"), error("2")])
    whole = path.read_bytes()
    second = whole.index(b"\n") + 1

    parsed = parse_errors(whole[: second + cut])
    assert (len(parsed.errs), parsed.bad_lines, parsed.torn) == (1, (2,), True)
    bad = parse_errors(whole[: second + cut] + b"\n" + whole[:second])
    assert (len(bad.errs), bad.bad_lines, bad.torn) == (2, (2,), False)


@pytest.mark.parametrize("encoding", ["utf-16", "utf-16-le", "utf-32-be", "utf-8-sig"])
def test_a_row_that_neps_cannot_decode_is_a_bad_line(encoding: str) -> None:
    row = json.dumps(asdict(error("1"))).encode(encoding)
    assert parse_errors(row).errs == ()
    assert lines_that_stop_neps(row)


def test_a_row_that_neps_takes_for_two_lines_stops_it() -> None:
    row = json.dumps(asdict(error("1"))).encode().replace(b", ", b",\r")
    assert lines_that_stop_neps(row)
    whole = json.dumps(asdict(error("1"))).encode()
    assert lines_that_stop_neps(whole + b"\r\n" + whole) == []


def test_a_row_of_another_shape_is_read_as_far_as_it_goes() -> None:
    row = {"trial_id": "7", "err": 3, "tb": ["x"], "new_field": 1}

    (read,) = parse_errors(json.dumps(row).encode()).errs

    assert read == SerializableTrialError("7", "", "", "", None)


def test_a_dump_knows_its_errors_by_trial() -> None:
    dump = ErrDump([error("1"), error("2"), error("1", "again")])

    assert len(dump) == 3
    assert dump
    assert [each.err for each in dump.of_trials({"1"}).errs] == ["boom", "again"]
    assert [each.trial_id for each in dump.without_trials({"1"}).errs] == ["2"]


def test_the_latest_error_can_be_raised() -> None:
    dump = ErrDump()
    assert dump.empty()
    assert dump.latest_err_as_raisable() is None
    dump.append(error("1"))
    dump.append(error("2", "[bold]out of memory[/]"))

    latest = dump.latest_err_as_raisable()

    assert isinstance(latest, SerializedError)
    assert "Trial 2" in str(latest)
    assert "[bold]out of memory[/]" in str(latest)
    assert "Traceback …" in str(latest)


def test_a_crash_reported_through_the_state_is_in_the_dump(tmp_path: Path, make: Any) -> None:
    class TrainingDiverged(RuntimeError):
        pass

    state: NePSState = make.create(tmp_path / "run")
    (trial,) = make.sample(state, 1)

    make.evaluate(state, trial, err=TrainingDiverged("loss is \x1b[31mred\x1b[0m"), worker="w")

    (row,) = state.lock_and_get_errors().errs
    assert row == SerializableTrialError(
        "1", "w", "TrainingDiverged", "loss is \x1b[31mred\x1b[0m", "Traceback: of a test"
    )
    assert str(state.lock_and_read_trials()["1"].report.err) == "loss is \x1b[31mred\x1b[0m"
