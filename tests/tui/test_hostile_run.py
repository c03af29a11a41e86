"""Texts of a run reach a terminal inert, however they are made, by every command and every key."""

from __future__ import annotations

import csv
import importlib.util
import io
import json
import os
import re
import subprocess
import sys
from collections.abc import Sequence
from pathlib import Path
from types import ModuleType

import pytest
from hostile_run import EVERYTHING, MARK, MARKUP, make_hostile_run

TESTS = Path(__file__).resolve().parent.parent
FORBIDDEN = re.compile("[\x00-\x09\x0b-\x1f\x7f-\x9f\u061c\u200e\u200f\u202a-\u202e\u2066-\u2069]")
"""Controls but the line feed, C1, and what turns the direction of text."""
OBEYED = re.compile(
    rb"\x1b\]52;c;"
    + MARK.encode()
    + rb"|\x1b\]0;|\x1b\]8;|\x1b\[6n|\x1b\[3J|\x1b[P_]"
    + MARK.encode()
    + rb"|\x1bc|\x1b\(0"
    rb"|\xc2[\x80-\x9f]|\xd8\x9c|\xe2\x80[\x8e\x8f\xaa-\xae]|\xe2\x81[\xa6-\xa9]"
    rb"|[\x00\x05\x0e\x0f]"
)
"""What of the run's sequences Textual never writes of its own accord."""


@pytest.fixture(scope="module")
def hostile(tmp_path_factory: pytest.TempPathFactory) -> Path:
    root = tmp_path_factory.mktemp("hostile") / "run"
    make_hostile_run(root)
    return root


@pytest.fixture(scope="module")
def ids(hostile: Path) -> list[str]:
    names = os.listdir(hostile / "configs")
    return sorted(name.removeprefix("config_") for name in names if name.startswith("config_"))


def asked(root: Path, *words: str, answer: str = "") -> subprocess.CompletedProcess[bytes]:
    return subprocess.run(
        [sys.executable, "-m", "neps_tui", words[0], root, *words[1:]],
        capture_output=True,
        input=answer.encode(),
        check=False,
        timeout=60,
    )


def check_inert(done: subprocess.CompletedProcess[bytes]) -> None:
    for stream in (done.stdout, done.stderr):
        text = stream.decode()
        found = FORBIDDEN.search(text)
        assert found is None, repr(text[max(0, found.start() - 80) : found.end() + 20])
        assert 'Traceback (most recent call last):\n  File "/work' not in text
    assert b"Traceback (most recent" not in done.stderr
    assert done.returncode in range(5)


LOOKS: tuple[Sequence[str], ...] = (
    ("status",),
    ("status", "--json"),
    ("trials",),
    ("trials", "--csv"),
    ("trials", "--json"),
    ("trials", "--where", f"error~{MARK} | learning_rate<1"),
    ("trials", "--where", f"{EVERYTHING}<1".replace("\0", "").replace("\ud800", "")),
    ("trials", "--sort", "-error,learning_rate,worker,took"),
    ("trials", "--sort", "nothing"),
    ("errors",),
    ("errors", "--json"),
    ("optimizer",),
    ("optimizer", "--json"),
    ("doctor",),
    ("doctor", "--json"),
    ("doctor", "--fix", "--dry-run"),
    ("undo", "--list"),
    ("undo", "--dry-run"),
    ("reset", "--state", "crashed", "--dry-run"),
    ("remove", "--state", "crashed", "evaluating", "--dry-run"),
    ("errors", "--clear", "--dry-run"),
    ("budget", "--evaluations", "200", "--dry-run"),
)


@pytest.mark.parametrize(
    "words", LOOKS, ids=lambda words: " ".join(words)[:30].encode("unicode_escape").decode()
)
def test_a_command_writes_nothing_that_a_terminal_obeys(
    words: Sequence[str], hostile: Path
) -> None:
    check_inert(asked(hostile, *words))


def test_every_trial_is_told_of_inertly(hostile: Path, ids: list[str]) -> None:
    for trial_id in (ids[0], ids[1], ids[5], ids[-1]):
        for form in ((), ("--json",)):
            done = asked(hostile, "trial", trial_id, *form)
            assert done.returncode == 0, done.stderr
            check_inert(done)


def test_changes_of_hostile_trials_are_planned_inertly(
    hostile: Path, ids: list[str], tmp_path: Path
) -> None:
    one = ids[3]
    more = tmp_path / f"more{one[1:12]}.jsonl"
    more.write_text(json.dumps({"config": {EVERYTHING: EVERYTHING}, "objective": 1.0}) + "\n")
    table = tmp_path / "more.csv"
    with table.open("w", newline="", errors="replace") as stream:
        csv.writer(stream).writerows([[EVERYTHING.replace("\0", ""), "objective"], [MARKUP, 1]])
    for words in (
        ("reset", one, "--force"),
        ("remove", one),
        ("report", one, "--objective", "0.1"),
        ("report", one, "--crashed", EVERYTHING.replace("\0", "").replace("\ud800", "")),
        ("mark", one, "--failed"),
        ("enqueue", "--config", json.dumps({EVERYTHING: EVERYTHING}), "--like", one),
        ("enqueue", "--config", "{}", "--like", one),
        ("import", str(more)),
        ("import", str(table)),
        ("undo", one),
        ("trial", f"none{one}"),
        ("reset", f"none{one}"),
    ):
        extra = () if words[0] == "trial" else ("--dry-run",)
        check_inert(asked(hostile, *words, *extra))


def test_the_records_for_scripts_hold_the_texts_all_the_same(hostile: Path, ids: list[str]) -> None:
    records = [json.loads(line) for line in asked(hostile, "trials", "--json").stdout.splitlines()]
    assert ids[0] in {record["id"] for record in records}
    rows = list(csv.reader(io.StringIO(asked(hostile, "trials", "--csv").stdout.decode())))
    assert len(rows) == len(records) + 1
    assert {len(row) for row in rows} == {len(rows[0])}


# --- the dashboard -------------------------------------------------------------------------------


def terminal_module() -> ModuleType:
    place = TESTS / "benchmarks" / "terminal.py"
    spec = importlib.util.spec_from_file_location("terminal", place)
    assert spec is not None
    assert spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


ESCAPE, TAB, ENTER = "\x1b", "\t", "\r"
WAYS: tuple[Sequence[str], ...] = (
    # The dashboard's panes, sorted by every column, and the columns themselves.
    ("t", "j", "s", "s", "s", "S", "G", "g", "c", "j", " ", ESCAPE),
    ("v", "j", "n", "j", "e", "j", "p", "o", "j", "j", "z", "z", "t"),
    # A trial with all its parts, its neighbours, and its hostile files.
    ("t", "g", ENTER, TAB, "j", "j", TAB, "j", TAB, "j", TAB, "j", ENTER, "G", ESCAPE),
    ("c", "]", TAB, "j", "]", "]", "y", "Y", ESCAPE, ESCAPE),
    # Other views.
    ("E", "j", TAB, "j", TAB, "j", "/", MARK, ENTER, "n", "N", ESCAPE, ESCAPE),
    ("O", "j", " ", "j", ENTER, TAB, "j", TAB, "j", ENTER, "j", ENTER, TAB, "j", ENTER, ESCAPE),
    ("w", "j", "j", "h", "h", "+", "+", "-", "l", ESCAPE),
    ("P", "x", "x", "n", "n", TAB, "x", "n", TAB, "x", TAB, "x", "n", TAB, "x", TAB, "n", ESCAPE),
    ("P", "/", MARK, ENTER, ESCAPE, ESCAPE),
    ("R", "l", "l", "L", "b", "x", "X", ESCAPE),
    ("H", "j", "u", "n", ESCAPE, ESCAPE),
    ("D", "j", "j", "F", ESCAPE, ESCAPE, ESCAPE),
    # Dialogs, each answered no.
    ("t", "g", "r", ESCAPE, "d", ESCAPE, "i", "1", ESCAPE, ESCAPE, "m", ESCAPE, "M", ESCAPE),
    ("a", "x", ESCAPE, ESCAPE, "A", ESCAPE, "I", "x", ESCAPE, ESCAPE, "B", "9", ESCAPE, ESCAPE),
    ("C", ESCAPE, "u", ESCAPE),
    # Palette with ids, help, completion of a filter with hostile values, jump.
    ("\x10", "1", "2", ESCAPE, "?", "j", ESCAPE, "/", "o", "p", "t", TAB, ":", TAB, ESCAPE),
    ("/", "w", "o", "r", "k", "e", "r", ":", TAB, ENTER, ESCAPE, "#", "1", "\x1b[B", ENTER, ESCAPE),
)


def check_bytes(chunks: Sequence[tuple[float, bytes]], keys: Sequence[str]) -> None:
    written = b"".join(data for _, data in chunks)
    found = OBEYED.search(written)
    if found is not None:
        raise AssertionError(f"{keys}: {written[max(0, found.start() - 90) : found.end() + 90]!r}")


@pytest.mark.parametrize(("columns", "rows"), [(160, 48), (80, 24)])
def test_no_view_and_no_dialog_lets_a_sequence_of_the_run_through(
    columns: int, rows: int, hostile: Path, tmp_path: Path
) -> None:
    terminal_of = terminal_module().Terminal
    command = [sys.executable, "-m", "neps_tui", str(hostile)]
    memory = {"XDG_STATE_HOME": str(tmp_path)}
    with terminal_of(command, columns, rows, environment=memory) as terminal:
        terminal.read_for(0.5)
        terminal.settle(0.6, 40.0)
        for keys in WAYS:
            for key in keys:
                terminal.send(key)
                # Escape alone is told from a sequence by the time that passes.
                terminal.read_for(0.16 if key == ESCAPE else 0.06)
            terminal.send(ESCAPE)
            terminal.read_for(0.2)
            check_bytes(terminal.chunks, keys)
        alive = len(terminal.chunks)
        terminal.send("?")
        terminal.read_for(1.0)
        assert len(terminal.chunks) > alive
        terminal.send(ESCAPE)
        terminal.read_for(0.4)
        for _ in range(4):
            terminal.send("q")
            try:
                terminal.read_for(0.6)
            except EOFError:
                break
        status = terminal._process.wait(10)
        written = b"".join(data for _, data in terminal.chunks)
    check_bytes(terminal.chunks, ())
    assert b"Traceback" not in written[-3000:]
    assert status == 0
    assert b"\x1b[?1049l" in written[-3000:]
