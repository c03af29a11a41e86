"""Locks that exclude every kind of NePS process, and tell who holds them.

NePS workers lock with `fcntl.lockf`, its status and clean commands with `fcntl.flock`, and on
Linux the two do not see each other. A lock here takes both: an open-file-description lock, which
conflicts with `lockf` and belongs to the descriptor rather than to the process, then `flock` on
the same descriptor. NFS answers `flock` with the same record locks, so there the first suffices.
"""

from __future__ import annotations

import os
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from neps_state.exceptions import LockFailedError
from neps_state.system_locks import holders_of


@dataclass
class FileLocker:
    """A named lock of a run, with how long to wait for it.

    Args:
        lock_path: The lock file; made when first locked, never deleted, always empty.
        poll: Seconds between two tries.
        timeout: Seconds to wait at most; None for ever.
    """

    lock_path: Path
    poll: float
    timeout: float | None

    def __post_init__(self) -> None:
        # Unlike `Path.resolve`, this bears links that lead in a circle.
        self.lock_path = Path(os.path.realpath(self.lock_path))

    @contextmanager
    def lock(self, *, worker_id: str | None = None) -> Iterator[None]:
        """Hold the lock for the length of a `with` block.

        Args:
            worker_id: Accepted for NePS's sake; the kernel knows who holds a lock.

        Raises:
            FileNotFoundError: The run's directory is gone.
            LockFailedError: Not had within the timeout; it names the holder.
        """
        # Only who locks pays for the library: watching never does.
        from neps_state.run_file_lock import RunFileLock, Timeout

        del worker_id
        if not self.lock_path.parent.is_dir():
            raise FileNotFoundError(f"there is no directory {self.lock_path.parent} any more")
        # A lock object lets every thread in that shares it, so each block has one of its own.
        held = RunFileLock(
            str(self.lock_path),
            timeout=-1 if self.timeout is None else self.timeout,
            thread_local=False,
        )
        try:
            held.acquire(poll_interval=self.poll)
        except Timeout as error:
            raise LockFailedError(
                self.lock_path, self.timeout or 0.0, holders_of(self.lock_path)
            ) from error
        try:
            yield
        finally:
            held.release()
