"""Cuts an operation short at any of its system calls, as the kernel would: by strace.

Where `faults` strikes at what Python says it is about to do, this strikes at what is asked of the
kernel, whoever asks: a library, the interpreter, reading as well as writing.
"""

from __future__ import annotations

import errno
import os
import re
import shutil
import signal
import subprocess
import time
import traceback
from collections import Counter
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path

from faults import EVERY_CALL

from neps_state import NePSError

CHANGING = frozenset(
    [
        *("write", "pwrite64", "sendfile", "copy_file_range", "ftruncate", "fsync", "fdatasync"),
        *("mkdir", "mkdirat", "rmdir", "unlink", "unlinkat", "link", "linkat", "symlink"),
        *("rename", "renameat", "renameat2", "chmod", "fchmod", "utimensat"),
    ]
)
"""Calls after which a run may look other than before."""
FALLIBLE = CHANGING | {"openat", "read", "getdents64", "close", "newfstatat", "statx"}
"""Calls that a disk can refuse."""
ATTACHED_WITHIN = 20.0
SHORT_STRIDE = 3
"""How many of the calls that change something a short run passes over, for each it tries."""


@dataclass(frozen=True)
class Call:
    """One system call of an operation: the Nth of its name, counted from 1."""

    name: str
    number: int


def reason_against_strace() -> str | None:
    """Why calls cannot be struck here, or None where they can."""
    if shutil.which("strace") is None:
        return "strace is not installed"
    try:
        code, _ = _traced(lambda: None)
    except PermissionError as error:
        return str(error)
    return None if code == 0 else "strace cannot watch a process here"


def struck(
    template: Path,
    scratch: Path,
    operation: Callable[[Path], object],
    error: int = 0,
) -> Iterator[Path]:
    """Copies of a run, in each of which an operation was struck at another system call.

    It is killed there, or the call fails with an error of that number. With NEPS_TUI_EVERY_CALL at
    each of its calls, or each that can fail; otherwise at some of those that change something.
    """
    root = scratch / "struck"
    for call in _worth_striking(_calls_of(template, root, operation), error):
        shutil.copytree(template, root, symlinks=True)
        what = f"error={errno.errorcode[error]}" if error else "signal=KILL"
        rule = f"inject={call.name}:{what}:when={call.number}"
        code, said = _traced(lambda: operation(root), "-e", rule)
        ends = (0, 1) if error else (0, -signal.SIGKILL)
        assert code in ends, f"{call} with {what} ended in {code}: {said}"
        yield root
        shutil.rmtree(root)


def _calls_of(template: Path, root: Path, operation: Callable[[Path], object]) -> list[Call]:
    """Every system call of an operation that nothing befalls."""
    shutil.copytree(template, root, symlinks=True)
    record = root.parent / "calls"
    code, said = _traced(lambda: operation(root), record=record)
    assert code == 0, said
    shutil.rmtree(root)
    names = re.findall(r"^\d+ +(\w+)\(", record.read_text(errors="replace"), re.MULTILINE)
    seen: Counter[str] = Counter()
    calls = []
    for name in names:
        seen[name] += 1
        calls.append(Call(name, seen[name]))
    return calls


def _worth_striking(calls: list[Call], error: int) -> list[Call]:
    if not EVERY_CALL:
        return [call for call in calls if call.name in CHANGING][::SHORT_STRIDE]
    return [call for call in calls if call.name in FALLIBLE] if error else calls


def _traced(
    operation: Callable[[], object], *options: str, record: str | Path = os.devnull
) -> tuple[int, str]:
    """Run an operation in a child that strace watches; its exit status, and what was said."""
    pid = os.fork()
    if pid == 0:
        code = 3
        try:
            os.kill(os.getpid(), signal.SIGSTOP)
            operation()
            code = 0
        except (OSError, NePSError):
            code = 1
        except BaseException:  # noqa: BLE001 - the child must end here, whatever happened
            traceback.print_exc()
        finally:
            os._exit(code)
    os.waitpid(pid, os.WUNTRACED)
    strace = subprocess.Popen(
        ["strace", "-f", "-qq", "-o", str(record), "-p", str(pid), *options],
        stderr=subprocess.PIPE,
        text=True,
    )
    is_attached = _await_attached(pid, strace)
    os.kill(pid, signal.SIGCONT)
    _, status = os.waitpid(pid, 0)
    _, said = strace.communicate()
    if not is_attached:
        raise PermissionError(f"strace cannot watch a process here: {said.strip()}")
    return os.waitstatus_to_exitcode(status), said


def _await_attached(pid: int, strace: subprocess.Popen[str]) -> bool:
    until = time.monotonic() + ATTACHED_WITHIN
    while time.monotonic() < until and strace.poll() is None:
        if "TracerPid:\t0\n" not in Path(f"/proc/{pid}/status").read_text():
            return True
        time.sleep(0.001)
    return False
