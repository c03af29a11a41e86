"""Odd places: what is not allowed, not there, full, closed or interrupted is told in one line."""

from __future__ import annotations

import fcntl
import os
import resource
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Mapping
from pathlib import Path

import pytest
from ailments import add_error, change_metadata

from neps_state import NePSState
from neps_state.layout import RunLayout

CopyRun = Callable[[str], Path]
NOBODY = 65534
READING = ("status", "trials", "errors", "optimizer", "doctor")


def command(
    *words: object,
    environment: Mapping[str, str] | None = None,
    before: Callable[[], object] | None = None,
    stdin: int | None = subprocess.DEVNULL,
    cwd: Path | None = None,
) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [sys.executable, "-m", "neps_tui", *map(str, words)],
        env={**os.environ, "PYTHONPATH": os.pathsep.join(sys.path)}
        if environment is None
        else {"PYTHONPATH": os.pathsep.join(sys.path), **environment},
        stdin=stdin,
        capture_output=True,
        text=True,
        timeout=60,
        preexec_fn=before,
        cwd=cwd,
    )


def is_one_line(text: str) -> bool:
    return text.count("\n") == 1 and "Traceback" not in text


def contents(root: Path) -> dict[str, bytes]:
    return {
        str(path.relative_to(root)): path.read_bytes()
        for path in sorted(root.rglob("*"))
        if path.is_file()
    }


def trials(root: Path) -> dict[str, str]:
    state = NePSState.create_or_load(root, load_only=True)
    return {each.id: each.state.value for each in state.lock_and_read_trials().values()}


def crashed(root: Path) -> str:
    return next(trial_id for trial_id, state in trials(root).items() if state == "crashed")


# --- whose it is ---------------------------------------------------------------------------------


def as_somebody_else(do: Callable[[], int], told: Path) -> int:
    """Run something as a user who owns nothing; its exit status, and what it said in a file."""
    pid = os.fork()
    if pid == 0:
        sys.stdout = sys.stderr = told.open("w")
        try:
            os.setgroups([])
            os.setresgid(NOBODY, NOBODY, NOBODY)
            os.setresuid(NOBODY, NOBODY, NOBODY)
            status = do()
            sys.stdout.flush()
            sys.stderr.flush()
            os._exit(status)
        except SystemExit as end:
            os._exit(int(str(end.code)))
        except BaseException as error:  # noqa: BLE001 - a child must not go on as another test
            print(repr(error), file=sys.stderr, flush=True)
            os._exit(99)
    _, status = os.waitpid(pid, 0)
    return os.waitstatus_to_exitcode(status)


@pytest.mark.skipif(os.geteuid() != 0, reason="only the administrator can become somebody else")
def test_another_users_run_is_read_and_not_written(
    run_copy: CopyRun, tmp_path: Path, capfd: pytest.CaptureFixture[str]
) -> None:
    # Whatever is imported later could lie where only the administrator may look.
    from neps_tui.cli import main

    root = run_copy("random-0.17")
    for directory in (*tmp_path.parents, tmp_path, root):
        if directory.stat().st_uid == os.geteuid() and directory != Path("/"):
            directory.chmod(0o755)
    for words in [(name, str(root)) for name in READING]:
        main(list(words))
    one = crashed(root)
    main(["reset", str(root), one, "--dry-run"])
    capfd.readouterr()
    before, told = contents(root), tmp_path / "told"

    for name in READING:
        status = as_somebody_else(lambda name=name: main([name, str(root)]), told)
        assert status in (0, 1), told.read_text()
    status = as_somebody_else(lambda: main(["reset", str(root), one, "--yes"]), told)

    assert status == 3, told.read_text()
    assert "nothing was changed" in told.read_text().splitlines()[-1]
    assert contents(root) == before


# --- where it is ---------------------------------------------------------------------------------


@pytest.mark.parametrize(
    "name",
    ["with spaces", "with\nnewline", "-dash", "ünï©ode", "[bold]x[]", "'quote\"", "a" * 200],
)
def test_any_name_of_a_directory_will_do(name: str, run_copy: CopyRun, tmp_path: Path) -> None:
    root = run_copy("random-0.17").rename(tmp_path / name)

    for reading in READING:
        done = command(reading, root)
        assert done.returncode in (0, 1), done.stderr
        assert "with\nnewline" not in done.stdout
    one = crashed(root)
    assert command("reset", root, one, "--yes").returncode == 0
    assert trials(root)[one] == "pending"
    assert command("undo", root, "--yes").returncode == 0
    assert trials(root)[one] == "crashed"


def test_a_link_leads_to_the_run_itself(run_copy: CopyRun, tmp_path: Path) -> None:
    root = run_copy("random-0.17")
    link = tmp_path / "latest"
    link.symlink_to(root)
    one = crashed(root)

    assert command("reset", link, one, "--yes").returncode == 0
    assert trials(root)[one] == "pending"
    assert command("undo", link, "--yes").returncode == 0
    assert (root / ".neps_tui").is_dir()
    assert link.is_symlink()


# --- what is not there ---------------------------------------------------------------------------


BARE = {"PATH": "/usr/bin:/bin"}


@pytest.mark.parametrize(
    "environment",
    [
        BARE,
        {**BARE, "HOME": "/nonexistent", "TMPDIR": "/nonexistent"},
        {**BARE, "HOME": "/dev/null", "XDG_STATE_HOME": "/dev/null", "LANG": "C"},
    ],
    ids=["nothing set", "nothing there", "no directories"],
)
def test_neither_home_nor_temporary_directory_nor_language_is_needed(
    environment: dict[str, str], run_copy: CopyRun
) -> None:
    root = run_copy("random-0.17")
    for name in READING:
        done = command(name, root, environment=environment)
        assert done.returncode in (0, 1), done.stderr
        assert not done.stderr
    one = crashed(root)
    done = command("reset", root, one, "--yes", environment=environment)
    assert done.returncode == 0, done.stderr
    assert command("undo", root, "--yes", environment=environment).returncode == 0


@pytest.mark.parametrize("name", READING)
def test_a_closed_standard_input_is_no_trouble(name: str, run_copy: CopyRun) -> None:
    done = command(name, run_copy("random-0.17"), before=lambda: os.close(0))

    assert done.returncode in (0, 1)
    assert not done.stderr


def test_nobody_to_answer_is_a_no(run_copy: CopyRun) -> None:
    root = run_copy("random-0.17")
    before = contents(root)

    done = command("reset", root, crashed(root), before=lambda: os.close(0))

    assert done.returncode == 3
    assert "nothing was changed" in done.stderr
    assert "Traceback" not in done.stderr
    assert contents(root) == before


def test_the_dashboard_says_that_it_needs_a_terminal(run_copy: CopyRun) -> None:
    root = run_copy("random-0.17")
    for before in (None, lambda: os.close(0)):
        done = command(root, before=before)
        assert done.returncode == 2
        assert is_one_line(done.stderr)


# --- what is full --------------------------------------------------------------------------------


def no_room() -> None:
    """No file can grow: what a full disk comes to, for whoever writes."""
    resource.setrlimit(resource.RLIMIT_FSIZE, (0, 0))


CONFIG = '{"learning_rate": 0.01, "weight_decay": 0.5, "optimizer": "sgd"}'


def import_words(root: Path) -> tuple[object, ...]:
    file = root.parent / "evaluated.jsonl"
    file.write_text(f'{{"config": {CONFIG}, "objective_to_minimize": 0.5}}')
    return "import", root, file


def clear_words(root: Path) -> tuple[object, ...]:
    add_error(root, "2")
    return "errors", root, "--clear"


def undo_words(root: Path) -> tuple[object, ...]:
    assert command("reset", root, crashed(root), "--yes").returncode == 0
    return "undo", root


def mend_words(root: Path) -> tuple[object, ...]:
    change_metadata(root, "3", state="pending")
    return "doctor", root, "--fix"


CHANGES: dict[str, Callable[[Path], tuple[object, ...]]] = {
    "reset": lambda root: ("reset", root, crashed(root)),
    "remove": lambda root: ("remove", root, crashed(root)),
    "mark": lambda root: ("mark", root, "3", "--failed"),
    "budget": lambda root: ("budget", root, "--evaluations", "77"),
    "enqueue": lambda root: ("enqueue", root, "--config", CONFIG),
    "report": lambda root: ("report", root, crashed(root), "--objective", "0.5"),
    "import": import_words,
    "clear": clear_words,
    "undo": undo_words,
    "mend": mend_words,
}


@pytest.mark.parametrize("name", CHANGES)
def test_a_full_disk_is_told_in_one_line_and_changes_nothing(name: str, run_copy: CopyRun) -> None:
    root = run_copy("random-0.17")
    words = (*CHANGES[name](root), "--yes")
    before = contents(root)

    done = command(*words, before=no_room)

    # Doctor says what there is all the same, and that it found problems.
    assert done.returncode == (1 if name == "mend" else 3)
    assert is_one_line(done.stderr), done.stderr
    after = contents(root)
    assert {path: after[path] for path in before} == before
    assert command(*words).returncode == 0, "once there is room it is done"


def test_a_full_disk_in_the_way_of_the_output_is_told(run_copy: CopyRun) -> None:
    root = run_copy("random-0.17")
    with Path("/dev/full").open("w") as full:
        done = subprocess.run(
            [sys.executable, "-m", "neps_tui", "trials", str(root), "--json"],
            stdout=full,
            stderr=subprocess.PIPE,
            text=True,
        )
    assert done.returncode != 0
    assert "No space left" in done.stderr
    assert "Traceback" not in done.stderr


# --- what is interrupted -------------------------------------------------------------------------


@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM, signal.SIGHUP])
def test_whoever_waits_for_a_lock_can_be_ended_and_has_changed_nothing(
    number: signal.Signals, run_copy: CopyRun
) -> None:
    root = run_copy("random-0.17")
    one, before = crashed(root), contents(root)
    with RunLayout(root).trial_lock.open("r+b") as stream:
        fcntl.flock(stream, fcntl.LOCK_EX)
        process = subprocess.Popen(
            [sys.executable, "-m", "neps_tui", "reset", str(root), one, "--yes", "--timeout", "60"],
            stderr=subprocess.PIPE,
            stdout=subprocess.PIPE,
            text=True,
        )
        assert process.stdout is not None
        process.stdout.readline()
        time.sleep(0.5)
        process.send_signal(number)
        _, error = process.communicate(timeout=20)
    assert process.returncode != 0
    assert "Traceback" not in error
    after = contents(root)
    assert {path: after[path] for path in before} == before
    assert command("reset", root, one, "--yes").returncode == 0
