"""The lock itself, on `filelock`."""

from __future__ import annotations

import os
from pathlib import Path

from filelock import BaseFileLock, Timeout

from neps_state.mounts import is_on_nfs
from neps_state.system_locks import lock_file, lock_records

__all__ = ["RunFileLock", "Timeout"]


class RunFileLock(BaseFileLock):
    """One lock file, locked against `lockf` and `flock` holders alike."""

    def _acquire(self) -> None:
        descriptor = os.open(self.lock_file, os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, 0o666)
        try:
            taken = lock_records(descriptor) and (
                is_on_nfs(Path(self.lock_file).parent) or lock_file(descriptor)
            )
        except BaseException:
            os.close(descriptor)
            raise
        if taken:
            self._context.lock_file_fd = descriptor
        else:
            os.close(descriptor)

    def _release(self) -> None:
        descriptor = self._context.lock_file_fd
        self._context.lock_file_fd = None
        if descriptor is not None:
            os.close(descriptor)
