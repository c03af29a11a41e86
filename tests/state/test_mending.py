"""Putting right what disagrees: nothing is lost by it, no trial changes, and no kill harms it."""

from __future__ import annotations

import json
import os
import shutil
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from faults import BETWEEN, FAILURES, Fate, deaths

from neps_state import NePSState, State
from neps_state.agreement import disagreements
from neps_state.history import MEND
from neps_state.leftovers import LEAST_AGE, is_running, left_over


def load(root: Path) -> NePSState:
    return NePSState.create_or_load(root, load_only=True)


def flaws(root: Path, trial_id: str) -> list[tuple[str, str]]:
    directory = root / "configs" / f"config_{trial_id}"
    trial = load(root).lock_and_read_trials()[trial_id]
    found = disagreements(directory, trial, os.listdir(directory))
    return [(each.file, each.flaw) for each in found]


def set_aside(path: Path, age: float = 2 * LEAST_AGE) -> None:
    moment = path.stat().st_mtime - age
    os.utime(path, (moment, moment))


@pytest.fixture
def run(mixed_run: NePSState) -> Path:
    return mixed_run.path


def test_whole_files_agree_with_the_cache(run: Path) -> None:
    assert [flaws(run, each) for each in load(run).all_trial_ids()] == [[]] * 6


def test_files_are_written_anew_and_what_they_said_is_kept(run: Path) -> None:
    configs = run / "configs"
    trials = load(run).lock_and_read_trials()
    (configs / "config_1/metadata.json").write_text('{"id": ')
    (configs / "config_2/report.yaml").unlink()
    (configs / "config_3/config.yaml").write_bytes(b"")
    old = json.loads((configs / "config_4/metadata.json").read_text()) | {"state": "evaluating"}
    (configs / "config_4/metadata.json").write_text(json.dumps(old))
    shutil.copy(configs / "config_1/report.yaml", configs / "config_6")
    assert [flaws(run, each) for each in "12346"] == [
        [("metadata", "damaged")],
        [("report", "missing")],
        [("config", "damaged")],
        [("metadata", "different")],
        [("report", "unexpected")],
    ]

    changed = load(run).lock_and_mend_files(["1", "2", "3", "4", "5", "6", "nosuch"])

    assert (set(changed.done), changed.refused) == (set("12346"), {})
    assert [flaws(run, each) for each in "123456"] == [[]] * 6
    for trial_id in "123456":
        assert load(run).lock_and_get_trial_by_id(trial_id) == trials[trial_id]
    (kept,) = load(run).history.changes()
    assert kept.action == MEND
    assert (kept.directory / "config_1/metadata.json").read_text() == '{"id": '
    assert (kept.directory / "config_6/report.yaml").exists()


def test_a_mend_is_not_what_undo_takes_back(run: Path) -> None:
    trials = load(run).lock_and_read_trials()
    load(run).lock_and_reset_trials([trials["2"]])
    (run / "configs/config_1/metadata.json").unlink()
    load(run).lock_and_mend_files(["1"])

    load(run).lock_and_undo()

    assert load(run).lock_and_read_trials()["2"].state is State.CRASHED
    assert flaws(run, "1") == []


def test_a_result_that_only_the_directory_has_is_left(run: Path) -> None:
    directory = run / "configs/config_5"
    shutil.copy(run / "configs/config_1/report.yaml", directory)
    metadata = json.loads((directory / "metadata.json").read_text())
    metadata |= {"state": "success", "time_end": 2_001.0}
    (directory / "metadata.json").write_text(json.dumps(metadata))
    assert flaws(run, "5") == [("metadata", "ahead")]

    assert load(run).lock_and_mend_files(["5"]).done == ()
    assert (directory / "report.yaml").exists()

    earlier = metadata | {"time_end": 1_999.0}
    (directory / "metadata.json").write_text(json.dumps(earlier))
    assert flaws(run, "5") == [("metadata", "different"), ("report", "unexpected")]


def test_a_missing_directory_is_made(run: Path) -> None:
    trials = load(run).lock_and_read_trials()
    for trial_id in "35":
        shutil.rmtree(run / f"configs/config_{trial_id}")
    assert set(load(run).lock_and_mend_files("35").done) == {"3", "5"}
    for trial_id in "35":
        assert load(run).lock_and_get_trial_by_id(trial_id) == trials[trial_id]


def test_a_directory_that_was_prepared_takes_the_place_of_a_missing_one(run: Path) -> None:
    trials = load(run).lock_and_read_trials()
    directory, prepared = run / "configs/config_3", run / "configs/.new_3"
    (directory / "checkpoint").write_text("kept")
    directory.rename(prepared)
    (prepared / "config.yaml").write_text("lr: 7\n")

    load(run).lock_and_mend_files(["3"])

    assert not prepared.exists()
    assert (directory / "checkpoint").read_text() == "kept"
    assert load(run).lock_and_get_trial_by_id("3") == trials["3"]


def test_a_directory_that_a_broken_change_has_moved_away_is_not_replaced(run: Path) -> None:
    trials = load(run).lock_and_read_trials()
    change = run / ".neps_tui/backups/.begun-20260101T000000.0Z-remove-1"
    (change / "whole").mkdir(parents=True)
    (change / "change.json").write_text("{")
    (run / "configs/config_3").rename(change / "whole/config_3")

    changed = load(run).lock_and_mend_files(["3"])

    assert changed.done == ()
    assert "whole/config_3" in changed.refused["3"]
    assert not (run / "configs/config_3").exists()
    assert load(run).lock_and_read_trials() == trials


def test_a_whole_directory_is_taken_up_and_another_refused(run: Path) -> None:
    configs = run / "configs"
    shutil.copytree(configs / "config_1", configs / "config_9")
    shutil.copytree(configs / "config_1", configs / "config_8")
    text = (configs / "config_9/metadata.json").read_text()
    (configs / "config_9/metadata.json").write_text(text.replace('"id": "1"', '"id": "9"'))

    changed = load(run).lock_and_take_up(["9", "8", "1"])

    assert changed.done == ("9",)
    assert "copy of trial 1" in changed.refused["8"]
    trials = load(run).lock_and_read_trials()
    assert trials["9"] == load(run).lock_and_get_trial_by_id("9")
    assert "8" not in trials


def test_only_empty_directories_that_nobody_knows_are_removed(run: Path) -> None:
    (run / "configs/config_7").mkdir()
    (run / "configs/config_8").mkdir()
    (run / "configs/config_8/model.pt").touch()
    changed = load(run).lock_and_drop_empty_directories(["7", "8", "1", "../configs"])
    assert set(changed.refused) == {"8"}
    assert set(load(run).all_trial_ids()) == {*"123456", "8"}


def test_the_error_dump_is_written_anew_without_what_nobody_can_read(run: Path) -> None:
    dump = run / "shared_errors.jsonl"
    rows = load(run).lock_and_get_errors().errs
    spoilt = dump.read_bytes().replace(b"\n", b"\n\njunk\n") + b'\n{"trial_id": "4"'
    dump.write_bytes(spoilt)

    changed = load(run).lock_and_mend_errors()

    assert load(run).lock_and_get_errors().errs == rows
    assert all(json.loads(line) for line in dump.read_text().split("\n"))
    kept = run / ".neps_tui/backups" / str(changed.change_id) / dump.name
    assert kept.read_bytes() == spoilt
    assert load(run).lock_and_mend_errors().change_id is None


def test_stale_rows_are_dropped_and_can_be_taken_back(run: Path) -> None:
    state = load(run)
    trial = state.lock_and_read_trials()["2"]
    trial.metadata.state = State.CORRUPTED
    state.put_updated_trial(trial, hints="metadata")
    rows = state.lock_and_get_errors().errs

    assert state.lock_and_drop_stale_errors().done == ("2",)

    assert [row.trial_id for row in state.lock_and_get_errors().errs] == ["4"]
    state.lock_and_undo()
    assert sorted(map(str, state.lock_and_get_errors().errs)) == sorted(map(str, rows))


def test_only_what_nobody_will_rename_is_moved_away(run: Path) -> None:
    dead = 999_999_999
    assert not is_running(dead)
    configs = run / "configs"
    files = {
        "old": run / f".shared_errors.jsonl.{dead}-0123abcd.new",
        "young": configs / f".a.{dead}-0123abcd.new",
        "alive": configs / f".a.{os.getpid()}-0123abcd.new",
        "odd": configs / ".a.new",
    }
    for path in files.values():
        path.write_text("half")
    prepared = configs / ".new_77"
    own = configs / "config_1/.new_idea"
    for directory in (prepared, own):
        directory.mkdir()
    for path in (files["old"], files["alive"], files["odd"], prepared, own):
        set_aside(path)
    outside = run.parent / f".a.{dead}-0123abcd.new"
    outside.write_text("half")
    set_aside(outside)

    load(run).lock_and_clear_leftovers([*files.values(), prepared, own, outside])

    gone = {path for path in (*files.values(), prepared, own, outside) if not path.exists()}
    assert gone == {files["old"], prepared}
    (change,) = load(run).history.changes()
    assert {path.name for path in change.directory.glob("leftovers/*/*")} == {
        files["old"].name,
        ".new_77",
    }
    assert list(left_over(configs, os.listdir(configs), 1e12)) == [files["young"]]


@pytest.mark.parametrize(
    "spoil",
    [lambda data: data + data[:200], lambda data: b"", None],
    ids=["torn", "empty", "missing"],
)
def test_a_cache_is_mended_at_once_and_not_at_the_next_write(
    spoil: Callable[[bytes], bytes] | None, run: Path
) -> None:
    cache = run / "configs/.trial_cache.pkl"
    trials = load(run).lock_and_read_trials()
    if spoil is None:
        cache.unlink()
    else:
        cache.write_bytes(spoil(cache.read_bytes()))

    assert load(run).lock_and_mend_cache().change_id

    assert load(run).lock_and_read_trials() == trials
    assert load(run).lock_and_mend_cache().change_id is None


@pytest.mark.parametrize("fate", [BETWEEN, *FAILURES], ids=lambda fate: fate.name)
def test_whatever_cuts_a_mend_short_leaves_a_run_that_can_be_mended(
    fate: Fate, tmp_path: Path, make: Any
) -> None:
    template = tmp_path / "run"
    before = make.mixed(template).lock_and_read_trials()
    configs = template / "configs"
    (configs / "config_1/metadata.json").write_text("{")
    (configs / "config_2/report.yaml").unlink()
    shutil.rmtree(configs / "config_3")
    with (template / "shared_errors.jsonl").open("ab") as dump:
        dump.write(b"\njunk")
    left = configs / ".a.999999999-0123abcd.new"
    left.write_text("half")
    set_aside(left)

    def mend(root: Path) -> None:
        state = load(root)
        state.lock_and_mend_files(before)
        state.lock_and_mend_errors()
        state.lock_and_clear_leftovers([root / left.relative_to(template)])

    for root in deaths(template, tmp_path, mend, fate):
        assert load(root).lock_and_read_trials() == before
        mend(root)
        state = load(root)
        assert state.lock_and_read_trials() == before
        for trial_id, trial in before.items():
            # Moved with the run, by this test.
            assert state.lock_and_get_trial_by_id(trial_id) == trial
        assert [row.trial_id for row in state.lock_and_get_errors().errs] == ["2", "4"]
        assert state.history.begun() == []
        kept = [p.read_text() for p in root.glob(".neps_tui/backups/*/config_1/metadata.json")]
        assert "{" in kept
        assert not (root / left.relative_to(template)).exists()
