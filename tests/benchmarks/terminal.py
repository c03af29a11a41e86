"""A command in a real pseudo-terminal, with a clock on every byte that it writes."""

from __future__ import annotations

import fcntl
import os
import pty
import select
import signal
import struct
import subprocess
import termios
import time
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path
from types import TracebackType
from typing import Self

import pyte

_MOST_AT_ONCE = 1 << 16
_TICKS = os.sysconf("SC_CLK_TCK")
_PAGE = os.sysconf("SC_PAGE_SIZE")
_AT_REST = 0.3
"""Share of a processor below which nothing is being made: clocks go on, in steps of ten ms."""


class Terminal:
    """Runs a command in a pseudo-terminal and keeps what it writes, with the time it came.

    Nothing is interpreted while the command runs, so that looking takes no processor away from
    it; `first_moment` plays the bytes to a terminal emulator afterwards.

    Args:
        command: The command and its arguments.
        columns: Width of the terminal.
        rows: Height of the terminal.
        environment: Variables to set besides those of this process.

    Attributes:
        started: When the command was started, by `time.monotonic`.
        chunks: What it wrote, piece by piece, each with the time at which it came.
    """

    def __init__(
        self,
        command: Sequence[str],
        columns: int = 160,
        rows: int = 48,
        *,
        environment: Mapping[str, str] | None = None,
    ) -> None:
        self._columns, self._rows = columns, rows
        self._fd, slave = pty.openpty()
        _set_size(slave, columns, rows)
        look = {"TERM": "xterm-256color", "COLORTERM": "truecolor", "LANG": "C.UTF-8"}
        # These would be believed rather than the terminal itself, whatever its size is later on.
        inherited = {name: os.environ[name] for name in os.environ.keys() - {"COLUMNS", "LINES"}}
        self.chunks: list[tuple[float, bytes]] = []
        self.started = time.monotonic()
        self._process = subprocess.Popen(
            command,
            stdin=slave,
            stdout=slave,
            stderr=slave,
            start_new_session=True,
            env={**inherited, **look, **(environment or {})},
        )
        os.close(slave)

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        traceback: TracebackType | None,
    ) -> None:
        self.close()

    def close(self) -> None:
        """End the command, at once if it does not end when asked."""
        if self._process.poll() is None:
            self._process.send_signal(signal.SIGTERM)
            try:
                self._process.wait(5)
            except subprocess.TimeoutExpired:
                self._process.kill()
                self._process.wait()
        os.close(self._fd)

    @property
    def pid(self) -> int:
        """The process of the command."""
        return self._process.pid

    @property
    def bytes_written(self) -> int:
        """How much the command has written."""
        return sum(len(data) for _, data in self.chunks)

    @property
    def processor_seconds(self) -> float:
        """Processor time that the command has used."""
        fields = Path(f"/proc/{self.pid}/stat").read_text().rpartition(")")[2].split()
        return (int(fields[11]) + int(fields[12])) / _TICKS

    @property
    def resident_bytes(self) -> int:
        """Memory that the command has resident."""
        return int(Path(f"/proc/{self.pid}/statm").read_text().split()[1]) * _PAGE

    def send(self, keys: str) -> float:
        """Type keys.

        Returns:
            When, by `time.monotonic`.
        """
        moment = time.monotonic()
        os.write(self._fd, keys.encode())
        return moment

    def resize(self, columns: int, rows: int) -> None:
        """Make the terminal another size, as somebody who draws at its corner does."""
        _set_size(self._fd, columns, rows)
        self._process.send_signal(signal.SIGWINCH)

    def read(self, seconds: float) -> bool:
        """Wait for output, and keep one piece of it.

        Returns:
            Whether some came.
        """
        if not select.select([self._fd], [], [], max(0.0, seconds))[0]:
            return False
        try:
            data = os.read(self._fd, _MOST_AT_ONCE)
        except OSError:  # the terminal's way of saying that nobody holds its other end
            data = b""
        if not data:
            raise EOFError(f"the command has ended; its last words: {self.text()[-2000:]}")
        self.chunks.append((time.monotonic(), data))
        return True

    def read_for(self, seconds: float) -> None:
        """Keep all output of some time."""
        end = time.monotonic() + seconds
        while (left := end - time.monotonic()) > 0:
            self.read(left)

    def wait_for(self, text: str, timeout: float = 20.0, *, since: int | None = None) -> float:
        """Wait until the command has written a text, in one stretch of the same style.

        Args:
            text: What to wait for.
            timeout: Seconds after which to give up.
            since: Number of the chunk from which on to look; by default the next one.

        Returns:
            When it came, by `time.monotonic`.

        Raises:
            TimeoutError: It did not come.
        """
        wanted = text.encode()
        end = time.monotonic() + timeout
        at = len(self.chunks) if since is None else since
        before = b""
        while True:
            while at < len(self.chunks):
                moment, data = self.chunks[at]
                if wanted in before + data:
                    return moment
                before = (before + data)[-len(wanted) :]
                at += 1
            if not self.read(end - time.monotonic()) and time.monotonic() >= end:
                raise TimeoutError(f"{text!r} did not come; there was {self.text()[-2000:]}")

    def settle(self, quiet: float = 0.4, timeout: float = 20.0) -> float:
        """Read until nothing comes any more.

        Args:
            quiet: Seconds without output that count as the end.
            timeout: Seconds after which to give up.

        Returns:
            When the last output came, by `time.monotonic`.
        """
        end = time.monotonic() + timeout
        while self.read(quiet):
            if time.monotonic() >= end:
                raise TimeoutError("the command writes without end")
        return self.chunks[-1][0] if self.chunks else self.started

    def rest(self, quiet: float = 0.15, timeout: float = 20.0) -> float:
        """Read until the command neither writes nor works any more, in no thread of it.

        Args:
            quiet: Seconds without output and all but without work that count as rest.
            timeout: Seconds after which to give up.

        Returns:
            When the last output came, by `time.monotonic`.
        """
        end = time.monotonic() + timeout
        while True:
            last = self.settle(quiet, timeout)
            used = self.processor_seconds
            if not self.read(quiet) and self.processor_seconds - used < _AT_REST * quiet:
                return last
            if time.monotonic() >= end:
                raise TimeoutError("the command never rests")

    def text(self) -> str:
        """What the screen shows now."""
        screen = self._screen()
        stream = pyte.ByteStream(screen)
        for _, data in self.chunks:
            stream.feed(data)
        return "\n".join(line.rstrip() for line in screen.display)

    def first_moment(self, holds: Callable[[pyte.Screen], bool]) -> float | None:
        """When the screen first showed something, by `time.monotonic`; None if it never did."""
        screen = self._screen()
        stream = pyte.ByteStream(screen)
        for moment, data in self.chunks:
            stream.feed(data)
            if holds(screen):
                return moment
        return None

    def _screen(self) -> pyte.Screen:
        return _Screen(self._columns, self._rows)


def _set_size(terminal: int, columns: int, rows: int) -> None:
    fcntl.ioctl(terminal, termios.TIOCSWINSZ, struct.pack("HHHH", rows, columns, 0, 0))


class _Screen(pyte.Screen):
    """A screen that passes over private sequences the emulator does not know."""

    def select_graphic_rendition(self, *attributes: int, private: bool = False) -> None:
        if not private:
            super().select_graphic_rendition(*attributes)

    def report_device_status(self, mode: int, *, private: bool = False) -> None:
        del mode, private
