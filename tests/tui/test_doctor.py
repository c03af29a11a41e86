"""The doctor: each ailment found, and nothing else; what can be mended, mended and nothing else."""

from __future__ import annotations

import fcntl
import json
import os
import shutil
import subprocess
import sys
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from ailments import (
    AILMENTS,
    DEAD,
    NOW,
    add_error,
    append,
    cache_of,
    change_metadata,
    copy_trial,
    cut_change_short,
    directory,
    edit_state,
    halve,
    known,
    leave,
    load,
    replace_by_directory,
)
from outcome import Outcome

from neps_state import Trial
from neps_state.layout import RunLayout
from neps_state.pickles import dump_state
from neps_tui.demo.run import DemoRun
from neps_tui.doctor import examine as examining
from neps_tui.doctor import lock_probe, trials
from neps_tui.doctor.examine import examine
from neps_tui.doctor.finding import Finding, Severity
from neps_tui.doctor.kinds import KINDS

CopyRun = Callable[[str], Path]
RUNS = Path(__file__).resolve().parent.parent / "data" / "runs"
# The worker of this run was killed.
TRULY_THERE = {"killed-0.17": {"trial-quiet"}}


@pytest.fixture(autouse=True)
def no_pause(monkeypatch: pytest.MonkeyPatch) -> None:
    """Nobody writes to the copies: time stands still, and a second look can be taken at once."""
    monkeypatch.setattr(time, "time", lambda: NOW)
    monkeypatch.setattr(examining, "_PAUSE", 0.01)
    monkeypatch.setattr(examining, "_PAUSE_FOR_TORN", 0.01)


def kinds(root: Path) -> set[str]:
    return {finding.kind for finding in examine(root)}


def finding(root: Path, kind: str) -> Finding:
    (found,) = [each for each in examine(root) if each.kind == kind]
    return found


MENDABLE = [name for name, ailment in AILMENTS.items() if KINDS[ailment.kind].mend is not None]


@pytest.mark.parametrize("run", sorted(path.name for path in RUNS.iterdir()))
def test_nothing_is_wrong_with_the_recorded_runs_but_what_is_truly_there(run: str) -> None:
    assert {each.kind for each in examine(RUNS / run, may_probe=False)} == TRULY_THERE.get(
        run, set()
    )


@pytest.mark.parametrize("name", AILMENTS)
def test_an_ailment_is_found_and_nothing_else(name: str, run_copy: CopyRun) -> None:
    ailment = AILMENTS[name]
    root = run_copy(ailment.run)
    usual = kinds(root)
    ailment.make(root)

    found = {each.kind: each for each in examine(root)}

    quiet = {"trial-quiet"}
    assert found.keys() - quiet == {ailment.kind} | ailment.also | (usual - quiet)
    one = found[ailment.kind]
    assert one.trials == ailment.trials
    assert one.severity is KINDS[ailment.kind].severity
    assert all((one.message, one.effect, one.remedy))
    assert "{" not in one.effect + one.remedy.replace(str(root), "")


@pytest.mark.parametrize("name", MENDABLE)
def test_an_ailment_is_mended_and_all_else_is_as_before(name: str, run_copy: CopyRun) -> None:
    ailment = AILMENTS[name]
    root = run_copy(ailment.run)
    usual = kinds(root)
    before = whole(root)
    ailment.make(root)

    mended = Outcome("doctor", root, "--fix", "--yes")

    assert "mended: " in mended.output, mended.output + mended.error
    assert mended.status == 0
    assert kinds(root) == usual | ailment.after
    after = whole(root)
    for trial_id in ailment.trials if ailment.kind == "directory-unknown" else ():
        assert after[0].pop(trial_id) == after[1].pop(trial_id)
        after[2] = {path: data for path, data in after[2].items() if f"_{trial_id}/" not in path}
    if ailment.kind == "change-cut-short" and after[0] != before[0]:
        # The change was finished, which is what had been wanted.
        assert Outcome("undo", root, "--yes").status == 0
        after = whole(root)
    assert after[0] == before[0], "the cache"
    assert after[1] == before[1], "the directories"
    paths = after[2].keys() | before[2].keys()
    touched = [path for path in paths if after[2].get(path) != before[2].get(path)]
    assert all(path in MAY_DIFFER or path.startswith("configs/config_") for path in touched)
    assert after[3] == before[3], "the errors"


MAY_DIFFER = {"configs/.trial_cache.pkl", "shared_errors.jsonl"}


def whole(root: Path) -> list[dict[str, Any]]:
    """All of a run: trials by the cache, by their directories, other files, errors."""
    state = load(root)
    files = {
        str(path.relative_to(root)): path.read_bytes()
        for path in root.rglob("*")
        if path.is_file() and not {".neps_tui"} & set(path.relative_to(root).parts)
        if ".damaged-" not in path.name and path.suffix != ".lock"
    }
    ids = state.all_trial_ids()
    by_directory = {each: _sorted_text(state.lock_and_get_trial_by_id(each)) for each in ids}
    by_cache = {key: _sorted_text(each) for key, each in state.lock_and_read_trials().items()}
    rows = dict(enumerate(sorted(map(str, state.lock_and_get_errors().errs))))
    return [by_cache, by_directory, files, rows]


def _sorted_text(trial: Trial) -> str:
    """All of a trial, as text: an exception is equal only to itself."""
    report = None
    if trial.report is not None:
        extra = trial.report.extra
        fields = vars(trial.report) | {"err": str(trial.report.err)}
        report = fields | {"extra": sorted((extra or {}).items(), key=str)}
    return str((sorted(trial.config.items()), vars(trial.metadata), report))


@pytest.mark.parametrize("name", sorted(set(AILMENTS) - set(MENDABLE)))
def test_what_no_mend_is_known_for_stays_as_it_is(name: str, run_copy: CopyRun) -> None:
    root = run_copy(AILMENTS[name].run)
    AILMENTS[name].make(root)
    # The locks are tried in a directory of our own.
    paths = [path for path in root.rglob("*") if path.name != ".neps_tui"]
    before = [path.stat().st_mtime_ns for path in paths]

    left = Outcome("doctor", root, "--fix", "--yes")

    is_bad = KINDS[AILMENTS[name].kind].severity is not Severity.NOTE
    assert left.status == (1 if is_bad else 0)
    assert "can be mended without a risk" in left.output
    assert [path.stat().st_mtime_ns for path in paths] == before


# --- single ones ---------------------------------------------------------------------------------


def test_many_of_a_kind_are_one_finding(run_copy: CopyRun) -> None:
    root = run_copy("random-0.17")
    for trial_id in load(root).all_trial_ids():
        (directory(root, trial_id) / "metadata.json").unlink()
    found = finding(root, "metadata-missing")
    assert found.message == ("30 trials have no metadata.json: 1, 2, 3, 4, 5, 6 and 24 more")
    assert (len(found.trials), len(found.details)) == (30, 30)


def test_what_is_only_just_being_written_is_not_told(run_copy: CopyRun) -> None:
    root = run_copy("random-0.17")
    path = directory(root, "2") / "metadata.json"
    text = path.read_text()
    path.write_text("")
    assert examine(root, wait=lambda seconds: path.write_text(text)) == ()


def test_what_is_wrong_in_another_way_by_now_is_not_told(run_copy: CopyRun) -> None:
    root = run_copy("random-0.17")
    change_metadata(root, "2", state="pending")
    found = examine(root, wait=lambda seconds: change_metadata(root, "2", state="evaluating"))
    assert found == ()


def test_a_torn_record_is_given_more_time(
    run_copy: CopyRun, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(examining, "_PAUSE", 0.5)
    monkeypatch.setattr(examining, "_PAUSE_FOR_TORN", 1.0)
    waits: list[float] = []
    root = run_copy("random-0.17")
    change_metadata(root, "2", state="pending")
    examine(root, wait=waits.append)
    append(root, dump_state(known(root, "2"))[:-9])
    examine(root, wait=waits.append)
    assert waits == [0.5, 1.0]


def test_a_held_lock_is_told_with_the_process_that_holds_it(run_copy: CopyRun) -> None:
    root = run_copy("random-0.17")
    script = (
        "import fcntl, sys, time\n"
        "stream = open(sys.argv[1], 'r+b')\n"
        "fcntl.lockf(stream, fcntl.LOCK_EX)\n"
        "print('held', flush=True)\n"
        "time.sleep(60)\n"
    )
    holder = subprocess.Popen(
        [sys.executable, "-c", script, str(RunLayout(root).trial_lock)], stdout=subprocess.PIPE
    )
    try:
        assert holder.stdout is not None
        holder.stdout.readline()
        found = finding(root, "lock-held")
        assert f"process {holder.pid} (" in found.message
        assert "which runs since 20" in found.message
        assert "trial lock" in found.message
    finally:
        holder.kill()
        holder.communicate()
    assert "lock-held" not in kinds(root)


def test_a_lock_that_this_program_holds_is_not_told(run_copy: CopyRun) -> None:
    root = run_copy("random-0.17")
    with RunLayout(root).trial_lock.open("r+b") as stream:
        fcntl.flock(stream, fcntl.LOCK_EX)
        assert kinds(root) == set()


@pytest.mark.parametrize(("had", "names"), [(["record"], ["lockf"]), (["flock"], ["flock"])])
def test_locks_that_keep_nobody_out_are_told(
    had: list[str], names: list[str], run_copy: CopyRun, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(lock_probe, "_had_by_second_process", lambda path: had)
    found = finding(run_copy("random-0.17"), "locks-useless")
    assert found.severity is Severity.ERROR
    assert all(name in found.message for name in names)


def test_locks_that_cannot_be_tried_are_told(run_copy: CopyRun) -> None:
    root = run_copy("random-0.17")
    (root / ".neps_tui").write_text("in the way")
    assert kinds(root) == {"locks-untried"}


def test_what_may_not_be_written_is_told(
    run_copy: CopyRun, monkeypatch: pytest.MonkeyPatch
) -> None:
    root = run_copy("random-0.17")
    refused = {str(RunLayout(root).trial_lock), str(directory(root, "2"))}
    access = os.access
    monkeypatch.setattr(
        os, "access", lambda path, right: str(path) not in refused and access(path, right)
    )
    found = finding(root, "not-writable")
    assert set(found.subjects) == {".configs.lock", "configs/config_2"}
    assert found.trials == ("2",)


def test_what_may_not_be_read_is_told(run_copy: CopyRun, monkeypatch: pytest.MonkeyPatch) -> None:
    root = run_copy("random-0.17")
    listdir = os.listdir

    def refuse(path: Path) -> list[str]:
        if str(path).endswith("config_2"):
            raise PermissionError(13, "Permission denied", str(path))
        return listdir(path)

    monkeypatch.setattr(os, "listdir", refuse)
    assert finding(root, "not-readable").message == "configs/config_2: Permission denied"
    assert kinds(root) == {"not-readable"}


def test_a_failing_examination_is_told_and_the_others_go_on(
    run_copy: CopyRun, monkeypatch: pytest.MonkeyPatch
) -> None:
    root = run_copy("random-0.17")
    add_error(root, "2")

    def fail(*_: object) -> None:
        raise KeyError("odd")

    monkeypatch.setattr(trials, "disagreements", fail)
    assert kinds(root) == {"examination-failed", "errors-stale"}


def test_recent_leftovers_and_those_of_living_processes_are_not_told(run_copy: CopyRun) -> None:
    root = run_copy("random-0.17")
    young = root / f".a.{DEAD}-0123abcd.new"
    leave(young)
    os.utime(young, (NOW - 5, NOW - 5))
    leave(root / f".a.{os.getpid()}-0123abcd.new")
    leave(directory(root, "2") / ".new_idea", is_directory=True)
    assert kinds(root) == set()


def test_a_change_of_a_living_process_is_not_told(run_copy: CopyRun) -> None:
    root = run_copy("random-0.17")
    cut_change_short(root)
    (change,) = RunLayout(root).backups.iterdir()
    change.rename(change.with_name(change.name.replace(str(DEAD), str(os.getpid()))))
    assert kinds(root) == set()


def test_looking_leaves_no_trace_but_the_lock_probes(run_copy: CopyRun) -> None:
    root = run_copy("killed-0.17")
    halve(directory(root, "2") / "metadata.json")
    (root / ".neps_tui").mkdir()

    def trace() -> dict[str, tuple[int, ...]]:
        found = {}
        for path in [root, *root.rglob("*")]:
            status = path.lstat()
            if path.name != ".neps_tui":
                found[str(path)] = (status.st_ino, status.st_mtime_ns, status.st_ctime_ns)
        return found

    before = trace()
    assert "metadata-damaged" in kinds(root)
    assert trace() == before
    assert list((root / ".neps_tui").iterdir()) == []
    (root / ".neps_tui").rmdir()
    examine(root)
    assert not (root / ".neps_tui").exists()


@pytest.mark.parametrize("kind", ["truncated", "pipe", "directory", "loop", "gone", "junk"])
def test_no_broken_run_makes_it_fail(kind: str, run_copy: CopyRun) -> None:
    root = run_copy("killed-0.17")
    cut_change_short(root)
    for path in [each for each in root.rglob("*") if each.is_file()]:
        if path.name == "optimizer_info.yaml":
            continue
        data = path.read_bytes()
        path.unlink()
        if kind == "truncated":
            path.write_bytes(data[: len(data) * 2 // 3])
        elif kind == "pipe":
            os.mkfifo(path)
        elif kind == "directory":
            path.mkdir()
        elif kind == "loop":
            path.symlink_to(path.name)
        elif kind == "junk":
            path.write_bytes(b"\x80\x05\x95\x1b[31m[bold]" * 50)
    found = kinds(root)
    assert found
    assert "examination-failed" not in found
    fixed = Outcome("doctor", root, "--fix", "--yes")
    assert fixed.status in (1, 3)
    assert len(fixed.error.splitlines()) <= 1 or "left as it is" in fixed.error


@pytest.mark.parametrize("run", ["configs", "root"])
def test_a_run_without_trials_is_well(run: str, run_copy: CopyRun) -> None:
    root = run_copy("random-0.17")
    shutil.rmtree(root / "configs")
    (root / "shared_errors.jsonl").unlink()
    edit_state(root, lambda state: setattr(state, "budget", None))
    if run == "configs":
        (root / "configs").mkdir()
    assert kinds(root) == set()


# --- the command ---------------------------------------------------------------------------------


def test_a_run_that_is_well_ends_with_0(run_copy: CopyRun) -> None:
    root = run_copy("random-0.17")
    well = Outcome("doctor", root)
    assert (well.status, well.output, well.error) == (0, "nothing is wrong\n", "")
    assert json.loads(Outcome("doctor", root, "--json").output) == {
        "root": str(root),
        "findings": [],
    }
    assert Outcome("doctor", root, "--fix", "--yes").status == 0


def test_notes_alone_end_with_0(run_copy: CopyRun) -> None:
    root = run_copy("killed-0.17")
    told = Outcome("doctor", root)
    assert told.status == 0
    assert "note     trial-quiet: Trial 10: worker_0 has gone quiet: 95 % of like" in told.output
    assert "neps-tui reset" in told.output


def test_problems_end_with_1_and_are_told_as_json(run_copy: CopyRun) -> None:
    root = run_copy("random-0.17")
    change_metadata(root, "2", state="pending")
    told = Outcome("doctor", root, "--json")
    assert told.status == 1
    assert told.error == ""
    assert told.findings == [
        {
            "kind": "metadata-different",
            "severity": "warning",
            "message": "Trial 2: metadata.json says pending, the cache success",
            "effect": KINDS["metadata-different"].effect,
            "trials": ["2"],
            "mend": f"neps-tui doctor {root} --fix writes it anew from the cache",
            "mended": False,
        }
    ]


def test_mending_asks_and_an_answer_is_waited_for(run_copy: CopyRun) -> None:
    root = run_copy("random-0.17")
    change_metadata(root, "2", state="pending")

    declined = Outcome("doctor", root, "--fix", answer="n\n")
    assert (declined.status, declined.error) == (3, "nothing was changed\n")
    assert "metadata-different (2): writes it anew" in declined.output
    nobody = Outcome("doctor", root, "--fix")
    assert nobody.status == 3
    assert kinds(root) == {"metadata-different"}

    done = Outcome("doctor", root, "--fix", answer="y\n")
    assert done.status == 0
    assert "mended: Trial 2: metadata.json says pending" in done.output
    assert done.output.endswith("nothing is wrong\n")


def test_a_dry_run_changes_nothing(run_copy: CopyRun) -> None:
    root = run_copy("random-0.17")
    change_metadata(root, "2", state="pending")
    told = Outcome("doctor", root, "--fix", "--dry-run")
    assert told.status == 1
    assert told.output.endswith("dry run: nothing was changed\n")
    assert kinds(root) == {"metadata-different"}
    assert not (root / ".neps_tui").exists()


def test_mending_tells_as_json_what_was_mended_and_what_is_left(run_copy: CopyRun) -> None:
    root = run_copy("random-0.17")
    change_metadata(root, "2", state="pending")
    copy_trial(root, "4", "4_copy", whole=False)
    told = Outcome("doctor", root, "--fix", "--yes", "--json")
    assert told.status == 1
    assert [(each["kind"], each["mended"]) for each in told.findings] == [
        ("metadata-different", True),
        ("id-duplicate", False),
    ]


def test_what_shows_only_after_mending_is_told_and_left(run_copy: CopyRun) -> None:
    root = run_copy("random-0.17")
    crashed = load(root).lock_and_get_errors().errs[0].trial_id
    halve(cache_of(root))
    shutil.rmtree(directory(root, crashed))
    dump = RunLayout(root).errors.read_bytes()

    told = Outcome("doctor", root, "--fix", "--yes")

    assert "mended: The trial cache" in told.output
    assert f"errors-stale: The error dump has rows of trial {crashed}" in told.output
    assert told.status == 1
    assert RunLayout(root).errors.read_bytes() == dump, "nobody was asked about it"
    again = Outcome("doctor", root, "--fix", "--yes")
    assert f"mended: The error dump has rows of trial {crashed}" in again.output


def test_what_is_refused_is_told_and_left(run_copy: CopyRun) -> None:
    root = run_copy("random-0.17")
    change_metadata(root, "2", state="pending")
    replace_by_directory(directory(root, "4") / "metadata.json")
    change_metadata(root, "5", state="pending")
    told = Outcome("doctor", root, "--fix", "--yes")
    assert told.status == 1
    assert "left as it is: trial 4: " in told.error
    assert finding(root, "metadata-damaged").trials == ("4",)
    assert "mended: 2 trials have a metadata.json that disagrees" in told.output


def test_a_lock_that_is_held_ends_with_4(run_copy: CopyRun) -> None:
    root = run_copy("random-0.17")
    change_metadata(root, "2", state="pending")
    with RunLayout(root).trial_lock.open("r+b") as stream:
        fcntl.flock(stream, fcntl.LOCK_EX)
        held = Outcome("doctor", root, "--fix", "--yes", "--timeout", "0.2")
    assert held.status == 4
    assert "is held by process" in held.error
    assert len(held.error.splitlines()) == 1


def test_no_run_ends_with_2(tmp_path: Path) -> None:
    missing = Outcome("doctor", tmp_path / "nosuch")
    assert missing.status == 2
    assert len(missing.error.splitlines()) == 1


def test_nothing_of_a_run_reaches_the_terminal_raw(run_copy: CopyRun) -> None:
    root = run_copy("random-0.17")
    copy_trial(root, "2", "9\x1b[31m\nred", whole=False)
    add_error(root, "\x1b]0;title\x07")
    output = Outcome("doctor", root).output
    assert "\x1b" not in output
    assert "\x07" not in output
    assert "9red" in output.replace(" ", "")


def test_mends_are_listed_but_not_undone(run_copy: CopyRun) -> None:
    root = run_copy("random-0.17")
    change_metadata(root, "2", state="pending")
    Outcome("doctor", root, "--fix", "--yes")
    assert "mend 2  mended" in Outcome("undo", root, "--list").output
    assert Outcome("undo", root, "--yes").status == 1


def test_after_a_mend_undo_takes_nothing_older_back_unasked(run_copy: CopyRun) -> None:
    root = run_copy("random-0.17")
    crashed = load(root).lock_and_get_errors().errs[0].trial_id
    Outcome("reset", root, crashed, "--yes")
    change_metadata(root, "2", state="pending")
    Outcome("doctor", root, "--fix", "--yes")

    told = Outcome("undo", root, "--yes")

    assert told.status == 1
    assert "the last change, mend 2, only put right what disagreed" in told.error
    assert load(root).lock_and_read_trials()[crashed].state == "pending"


# --- beside workers ------------------------------------------------------------------------------


def test_a_run_that_workers_write_to_shows_nothing_but_the_truth(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.undo()
    seen: set[str] = set()
    with DemoRun.start(tmp_path / "run", workers=3, speed=20.0) as demo:
        end = time.monotonic() + 8.0
        while time.monotonic() < end:
            seen |= kinds(demo.root)
        assert load(demo.root).all_trial_ids()
    # One of its workers is killed and comes back: that is true.
    assert seen <= {"trial-abandoned", "trial-suspected", "trial-quiet"}


def test_every_kind_of_finding_is_made_here() -> None:
    alone = {
        *("trial-quiet", "lock-held", "locks-useless", "locks-untried", "not-writable"),
        *("not-readable", "examination-failed"),
    }
    assert {ailment.kind for ailment in AILMENTS.values()} | alone == KINDS.keys()
