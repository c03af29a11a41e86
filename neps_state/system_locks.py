"""What the system knows of locks: two kinds of them, and who holds one."""

from __future__ import annotations

import errno
import fcntl
import os
import struct
import sys
from pathlib import Path

_HELD_ELSEWHERE = frozenset({errno.EACCES, errno.EAGAIN})
_UNSUPPORTED = frozenset({errno.ENOSYS, errno.ENOTSUP, errno.ENOLCK})


def lock_records(descriptor: int) -> bool:
    """Take the whole file's record lock, owned by the descriptor where the system can."""
    try:
        if sys.platform == "linux":
            whole_file = struct.pack("hhqqi0q", fcntl.F_WRLCK, os.SEEK_SET, 0, 0, 0)
            fcntl.fcntl(descriptor, fcntl.F_OFD_SETLK, whole_file)
        else:
            fcntl.lockf(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except OSError as error:
        if error.errno in _HELD_ELSEWHERE:
            return False
        raise
    return True


def lock_file(descriptor: int) -> bool:
    """Take the file lock that some kinds of NePS process use instead; whether it was had."""
    try:
        fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except OSError as error:
        if error.errno in _HELD_ELSEWHERE:
            return False
        if error.errno in _UNSUPPORTED:
            # Some cluster file systems know only record locks, and that one is held by now.
            return True
        raise
    return True


def holders_of(lock_path: Path) -> tuple[int, ...]:
    """Process ids on this host that hold a lock on `lock_path`, by the kernel's own list.

    Returns:
        An empty tuple where nobody here holds it, or where the system keeps no such list.
    """
    try:
        status = lock_path.stat()
        lines = Path("/proc/locks").read_text().splitlines()
    except OSError:
        return ()
    pids = set()
    for line in lines:
        fields = line.split()
        if "->" in fields or len(fields) < 6:
            continue
        pid, place = int(fields[4]), fields[5].split(":")
        device = os.makedev(int(place[0], 16), int(place[1], 16))
        if int(place[2]) == status.st_ino and pid > 0 and device == status.st_dev:
            pids.add(pid)
    return tuple(sorted(pids))


def has_record_lock(lock_path: Path) -> bool:
    """Whether anybody, also on another host, holds a record lock on `lock_path`; takes none.

    Returns:
        False also where the system cannot be asked without taking the lock.
    """
    if sys.platform != "linux":
        return False
    try:
        descriptor = os.open(lock_path, os.O_RDONLY | os.O_NONBLOCK | os.O_CLOEXEC)
    except OSError:
        return False
    try:
        asked = struct.pack("hhqqi0q", fcntl.F_WRLCK, os.SEEK_SET, 0, 0, 0)
        answer = fcntl.fcntl(descriptor, fcntl.F_OFD_GETLK, asked)
    except OSError:
        # A file system without record locks knows of none.
        return False
    finally:
        os.close(descriptor)
    kind: int = struct.unpack_from("h", answer)[0]
    return kind != fcntl.F_UNLCK
