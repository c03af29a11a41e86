"""The dashboard served to browsers, as a process of its own; and what a request is answered."""

from __future__ import annotations

import os
import re
import select
import signal
import subprocess
import sys
import time
from collections.abc import Callable
from pathlib import Path

PATIENCE = 40.0


class Served:
    """`neps-tui serve`, once it has said where.

    Attributes:
        address: What it printed first, to be opened.
        meaning: What it said of that.
    """

    def __init__(self, root: Path, *options: str, host: str = "127.0.0.1") -> None:
        self.process = subprocess.Popen(
            [
                *(sys.executable, "-m", "neps_tui", "serve", str(root)),
                *("--port=0", f"--host={host}", *options),
            ],
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            text=True,
            env={**os.environ, "PYTHONPATH": os.pathsep.join(filter(None, sys.path))},
        )
        assert self.process.stdout is not None
        assert select.select([self.process.stdout], [], [], PATIENCE)[0], "it never said where"
        self.address = self.process.stdout.readline().strip()
        assert self.address, self.end()[1]
        self.meaning = self.process.stdout.readline().strip()

    @property
    def origin(self) -> str:
        """The server without the token."""
        found = re.match(r"http://[^/]+", self.address)
        assert found is not None
        return found.group()

    def dashboards(self) -> list[int]:
        """The processes that draw for its tabs."""
        return [pid for pid in descendants(self.process.pid) if b"watch" in words_of(pid)]

    def end(self, by: signal.Signals = signal.SIGTERM) -> tuple[str, str]:
        """End it; what it has said since, and what it has complained of."""
        self.process.send_signal(by)
        return self.process.communicate(timeout=PATIENCE)

    def close(self) -> None:
        self.process.kill()
        self.process.communicate()


def descendants(of: int) -> list[int]:
    """Processes that another one has started."""
    found = []
    for place in Path("/proc").iterdir():
        if place.name.isdecimal():
            try:
                stat = (place / "stat").read_text()
            except OSError:  # it has ended meanwhile
                continue
            if int(stat.rpartition(")")[2].split()[1]) == of:
                found.append(int(place.name))
    return found


def words_of(pid: int) -> list[bytes]:
    """The command line of a process; nothing once it has ended."""
    try:
        return Path(f"/proc/{pid}/cmdline").read_bytes().split(b"\0")[:-1]
    except OSError:
        return []


def wait_until(holds: Callable[[], bool], what: str) -> None:
    until = time.monotonic() + PATIENCE
    while not holds():
        assert time.monotonic() < until, f"never happened: {what}"
        time.sleep(0.05)
