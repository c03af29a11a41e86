"""A directory mounted through a file server of its own, which can be made to hang and to die."""

from __future__ import annotations

import os
import shutil
import signal
import subprocess
import time
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path

_SERVER = Path("/usr/lib/openssh/sftp-server")
_PATIENCE = 20.0


def reason_against_mounting() -> str | None:
    """Why no file server can be mounted here; None if one can."""
    if shutil.which("sshfs") is None or not _SERVER.exists():
        return "sshfs and openssh-sftp-server are not installed"
    if not os.access("/dev/fuse", os.R_OK | os.W_OK):
        return "FUSE is not to be had here"
    return None


class FileServer:
    """What serves a mounted directory.

    Args:
        mount: The process that the kernel asks.
        pid_file: Where the process that has the files tells its number.
    """

    def __init__(self, mount: subprocess.Popen[bytes], pid_file: Path) -> None:
        self._mount = mount
        self._pid_file = pid_file

    def freeze(self) -> None:
        """Answer nothing any more: whoever looks at a file waits."""
        self._signal(signal.SIGSTOP)

    def thaw(self) -> None:
        """Answer again, also what was asked meanwhile."""
        self._signal(signal.SIGCONT)

    def die(self) -> None:
        """Be gone: whoever looks at a file is told that nothing is connected."""
        self._mount.kill()
        self._mount.wait()

    def _signal(self, which: signal.Signals) -> None:
        with suppress(ProcessLookupError):
            os.kill(int(self._pid_file.read_text()), which)


@contextmanager
def mounted(source: Path, place: Path, scratch: Path) -> Iterator[FileServer]:
    """Mount a directory at another place; what is known of a file is believed for a second.

    Args:
        source: The directory, as another host would see it.
        place: Where it is mounted; made.
        scratch: A directory for a script.
    """
    place.mkdir()
    server = scratch / "server.sh"
    pid_file = scratch / "server.pid"
    server.write_text(f"#!/bin/sh\necho $$ >'{pid_file}'\nexec {_SERVER}\n")
    server.chmod(0o755)
    options = f"ssh_command={server},dcache_timeout=1"
    command = ["sshfs", "-f", "-o", options, f"host:{source}", str(place)]
    mount = subprocess.Popen(command, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
    file_server = FileServer(mount, pid_file)
    try:
        deadline = time.monotonic() + _PATIENCE
        while not place.is_mount() and mount.poll() is None and time.monotonic() < deadline:
            time.sleep(0.05)
        assert place.is_mount(), "the directory could not be mounted"
        yield file_server
    finally:
        file_server.thaw()
        subprocess.run(["fusermount3", "-u", "-z", str(place)], check=False, capture_output=True)
        mount.kill()
        mount.wait()
