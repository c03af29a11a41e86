"""Cuts an operation short at any of its calls that write: by a kill, or by an error of the disk.

The operation runs in a child that is killed before its first system call that writes, in a fresh
run before its second, and so on until it comes through. The same with a system call that fails, as
on a full or broken disk, instead of the kill.
"""

from __future__ import annotations

import builtins
import errno
import os
import shutil
import signal
import sys
import traceback
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

WRITING_EVENTS = frozenset(
    {"os.rename", "os.remove", "os.mkdir", "os.rmdir", "os.truncate", "os.chmod", "os.link"}
)
WRITING_FLAGS = os.O_WRONLY | os.O_RDWR | os.O_CREAT | os.O_TRUNC
MOST_CALLS = 400
EVERY_CALL = os.environ.get("NEPS_TUI_EVERY_CALL") == "1"
"""Whether errors come at every call, as when this is run by hand, rather than at each third."""


@dataclass(frozen=True)
class Fate:
    """What happens at the Nth call that writes.

    Attributes:
        name: What to call it.
        error: The error that the call fails with; 0 for a kill.
        halves_writes: Whether writes may be cut in two by it.
        stride: How many calls further it comes each time, unless at every call.
    """

    name: str
    error: int = 0
    halves_writes: bool = False
    stride: int = 1


BETWEEN = Fate("killed between calls")
WITHIN = Fate("killed within writes", halves_writes=True)
FAILURES = tuple(
    Fate(f"{errno.errorcode[number]} once", number, stride=3)
    for number in (errno.ENOSPC, errno.EIO, errno.EACCES)
)


class Countdown:
    """Brings about a fate at the Nth call that writes."""

    def __init__(self, calls: int, fate: Fate) -> None:
        self.left = calls
        self.fate = fate

    def tick(self) -> None:
        self.left -= 1
        if self.left:
            return
        if self.fate.error:
            raise OSError(self.fate.error, os.strerror(self.fate.error))
        os.kill(os.getpid(), signal.SIGKILL)

    def install(self) -> None:
        sync, open_file, fdopen = os.fsync, builtins.open, os.fdopen

        def ticking_sync(descriptor: int) -> None:
            self.tick()
            sync(descriptor)

        def ticking_open(path: Any, mode: str = "r", *args: Any, **kwargs: Any) -> Any:
            stream = open_file(path, mode, *args, **kwargs)
            return TickingStream(stream, self) if set("wa+x") & set(mode) else stream

        def ticking_fdopen(descriptor: int, mode: str = "r", *args: Any, **kwargs: Any) -> Any:
            stream = fdopen(descriptor, mode, *args, **kwargs)
            return TickingStream(stream, self) if set("wa+x") & set(mode) else stream

        def audit(event: str, args: tuple[Any, ...]) -> None:
            opens_to_write = event == "open" and args[2] is not None and args[2] & WRITING_FLAGS
            if event in WRITING_EVENTS or opens_to_write:
                self.tick()

        os.fsync = ticking_sync  # type: ignore[assignment]
        builtins.open = ticking_open
        os.fdopen = ticking_fdopen
        sys.addaudithook(audit)


class TickingStream:
    """A file whose writes count, and may be cut in two by a kill."""

    def __init__(self, stream: Any, countdown: Countdown) -> None:
        self._stream = stream
        self._countdown = countdown

    def write(self, data: bytes) -> int:
        self._countdown.tick()
        if self._countdown.fate.halves_writes:
            self._stream.write(data[: len(data) // 2])
            self._stream.flush()
            self._countdown.tick()
            self._stream.write(data[len(data) // 2 :])
        else:
            self._stream.write(data)
        self._stream.flush()
        return len(data)

    def __enter__(self) -> TickingStream:
        return self

    def __exit__(self, *args: object) -> None:
        self._stream.close()

    def __getattr__(self, name: str) -> Any:
        return getattr(self._stream, name)


def was_cut_short(operation: Callable[[], object], calls: int, fate: Fate) -> bool:
    """Run an operation in a child; whether its fate overtook it before it was done."""
    pid = os.fork()
    if pid == 0:
        code = 3
        countdown = Countdown(calls, fate)
        try:
            countdown.install()
            operation()
            code = 0 if countdown.left > 0 else 1
        except OSError as error:
            code = 1 if error.errno == fate.error else 3
        except BaseException:  # noqa: BLE001 - the child must end here, whatever happened
            traceback.print_exc()
        finally:
            os._exit(code)
    _, status = os.waitpid(pid, 0)
    if os.WIFSIGNALED(status):
        assert os.WTERMSIG(status) == signal.SIGKILL
        return True
    assert os.WEXITSTATUS(status) in (0, 1), "the operation failed in the child"
    return os.WEXITSTATUS(status) == 1


def deaths(
    template: Path, scratch: Path, operation: Callable[[Path], object], fate: Fate
) -> Iterator[Path]:
    """Copies of a run, in each of which an operation was cut short a call later, or a few."""
    stride = 1 if EVERY_CALL else fate.stride
    for calls in range(1, MOST_CALLS, stride):
        root = scratch / f"killed-{calls}"
        if template.exists():
            shutil.copytree(template, root)
        cut_short = was_cut_short(lambda root=root: operation(root), calls, fate)
        yield root
        shutil.rmtree(root, ignore_errors=True)
        if not cut_short:
            assert calls > 3, "the operation writes"
            return
    raise AssertionError("the operation never came to its end")
