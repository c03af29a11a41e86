"""Whether locks lock on a run's file system: tried with a second process, on a file of our own."""

from __future__ import annotations

import os
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from neps_state.layout import RunLayout
from neps_state.mounts import is_on_nfs
from neps_state.system_locks import lock_file, lock_records
from neps_tui.doctor.finding import Symptom

_PATIENCE = 10.0
_RECORD, _FLOCK = "record locks (lockf), which NePS's workers use", "flock, which neps.status uses"
# What a worker and `neps.status` do; it says which locks it could have. Nothing is imported for
# it, so that it starts in a moment.
_SECOND_PROCESS = """
import fcntl, sys
with open(sys.argv[1], "r+b") as stream:
    for name, lock in (("record", fcntl.lockf), ("flock", fcntl.flock)):
        try:
            lock(stream, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except OSError:
            continue
        print(name)
        lock(stream, fcntl.LOCK_UN)
"""


def symptoms_of_lock_probe(root: Path) -> Iterator[Symptom]:
    """Take both kinds of locks on a probe file, and see whether another process is kept out.

    Where nothing may be written, nothing is tried.

    Args:
        root: The run's directory.
    """
    directory = RunLayout(root).backups.parent
    if not os.access(directory if directory.is_dir() else root, os.W_OK | os.X_OK):
        return
    try:
        with _probe_file(directory) as (path, descriptor):
            has_record = lock_records(descriptor)
            has_flock = is_on_nfs(path.parent) or lock_file(descriptor)
            had = _had_by_second_process(path)
    except (OSError, subprocess.SubprocessError) as error:
        reason = getattr(error, "strerror", None) or str(error)
        what = f"The file system's locks could not be tried: {reason}"
        yield Symptom("locks-untried", str(directory), what)
        return
    for name, is_held, words in (("record", has_record, _RECORD), ("flock", has_flock, _FLOCK)):
        if name in had or not is_held:
            what = f"This file system does not keep other processes out by {words}"
            yield Symptom("locks-useless", name, what)


def _had_by_second_process(path: Path) -> list[str]:
    """The kinds of locks that another process could have on a file that is locked here."""
    command = [sys.executable, "-I", "-S", "-c", _SECOND_PROCESS, str(path)]
    done = subprocess.run(
        command,
        stdin=subprocess.DEVNULL,
        capture_output=True,
        text=True,
        timeout=_PATIENCE,
        check=True,
    )
    return done.stdout.split()


@contextmanager
def _probe_file(directory: Path) -> Iterator[tuple[Path, int]]:
    """A file that nobody else knows, gone afterwards, as its directory if that was made for it."""
    is_new = not directory.exists()
    directory.mkdir(exist_ok=True)
    path = directory / f"lock-probe-{os.getpid()}-{os.urandom(4).hex()}"
    try:
        descriptor = os.open(path, os.O_RDWR | os.O_CREAT | os.O_EXCL | os.O_CLOEXEC, 0o600)
        try:
            yield path, descriptor
        finally:
            os.close(descriptor)
            path.unlink()
    finally:
        if is_new:
            _remove_if_empty(directory)


def _remove_if_empty(directory: Path) -> None:
    try:
        directory.rmdir()
    except OSError:
        # A change of the run has come to keep something there meanwhile.
        return
