"""The dashboard as a process of its own, in a pseudo-terminal."""

from __future__ import annotations

import os
import pty
import select
import struct
import subprocess
import sys
import termios
import time
from collections.abc import Callable, Sequence
from fcntl import ioctl

PATIENCE = 30.0


class Watched:
    """The dashboard in a pseudo-terminal, and all that it has written there."""

    def __init__(
        self,
        *arguments: str,
        program: Sequence[str] = ("-m", "neps_tui"),
        columns: int = 80,
        rows: int = 24,
        **environment: str,
    ) -> None:
        self.main, side = pty.openpty()
        ioctl(side, termios.TIOCSWINSZ, struct.pack("HHHH", rows, columns, 0, 0))
        self.before = termios.tcgetattr(side)
        self._side = side
        self._open_ends = [self.main, side]
        self.process = subprocess.Popen(
            [sys.executable, *program, *arguments],
            stdin=side,
            stdout=side,
            stderr=side,
            start_new_session=True,
            env={**os.environ, "TERM": "xterm-256color", **environment},
        )
        self.written = b""

    def read_until(self, done: Callable[[], bool]) -> None:
        until = time.monotonic() + PATIENCE
        while not done():
            assert time.monotonic() < until, self.written[-500:]
            if select.select([self.main], [], [], 0.1)[0]:
                self.written += os.read(self.main, 65536)

    def read_for(self, seconds: float) -> None:
        """Let it write, as a terminal does."""
        until = time.monotonic() + seconds
        while (left := until - time.monotonic()) > 0:
            if select.select([self.main], [], [], left)[0]:
                self.written += os.read(self.main, 65536)

    def hang_up(self) -> None:
        """Close the terminal's window; nobody tells the process."""
        for end in self._open_ends:
            os.close(end)
        self._open_ends.clear()

    def close(self) -> None:
        self.process.kill()
        self.process.wait()
        self.hang_up()

    def settings(self) -> list[object]:
        return termios.tcgetattr(self._side)
