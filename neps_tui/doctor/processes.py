"""Processes on this host, as the system tells of them."""

from __future__ import annotations

import os
from pathlib import Path

from neps_tui.words.formatting import date_and_time, plain

_LONGEST = 100
_START_FIELD = 19
"""Place of a process's start in `/proc/PID/stat`, counted behind its name."""


def describe_process(pid: int) -> str:
    """A process in words: its id, its command line, since when it runs; as far as that is known."""
    command, started = _command_line(pid), _start(pid)
    called = "" if command is None else f" ({command})"
    since = "" if started is None else f", which runs since {date_and_time(started)}"
    return f"process {pid}{called}{since}"


def _command_line(pid: int) -> str | None:
    try:
        words = Path(f"/proc/{pid}/cmdline").read_bytes().rstrip(b"\0").split(b"\0")
    except OSError:
        # Gone meanwhile, or somebody else's on a system that hides those.
        return None
    line = plain(b" ".join(words).decode(errors="replace"))
    return line if len(line) <= _LONGEST else f"{line[: _LONGEST - 1]}…"


def _start(pid: int) -> float | None:
    """When a process started, seconds since the epoch."""
    try:
        fields = Path(f"/proc/{pid}/stat").read_text(errors="replace").rpartition(")")[2].split()
        ticks = int(fields[_START_FIELD])
        system = Path("/proc/stat").read_text()
        booted = next(int(line.split()[1]) for line in system.splitlines() if line[:6] == "btime ")
    except (OSError, IndexError, StopIteration, ValueError):
        return None
    return booted + ticks / os.sysconf("SC_CLK_TCK")
