"""What killed processes of this package left behind: files half written, changes half made."""

from __future__ import annotations

import os
import re
import socket
import stat
from collections.abc import Iterable, Iterator
from pathlib import Path

from neps_state.history import Change
from neps_state.layout import UNFINISHED_PREFIX

_TEMPORARY = re.compile(r"\.(?P<name>.+)\.(?P<pid>\d+)-[0-9a-f]{8}\.new")
_PUT_ASIDE = re.compile(r"\..+\.damaged-\d+")
_MAKER = re.compile(r".*-(?P<pid>\d+)")
LEAST_AGE = 60.0
"""Seconds after which nobody, on whichever host, is still in the middle of one write."""


def is_running(pid: int) -> bool:
    """Whether this host has a process of that id."""
    try:
        os.kill(pid, 0)
    except ProcessLookupError:
        return False
    except (OverflowError, PermissionError):
        # Somebody else's, or no id that any process can have.
        return pid < 1 << 31
    return True


def is_temporary(name: str) -> bool:
    """Whether a file has the name of one that is renamed as soon as it is written."""
    return _TEMPORARY.fullmatch(name) is not None


def is_put_aside(name: str) -> bool:
    """Whether a file keeps what was damaged in another one."""
    return _PUT_ASIDE.fullmatch(name) is not None


def left_over(
    directory: Path, names: Iterable[str], now: float, *, has_trials: bool = False
) -> Iterator[Path]:
    """Files and directories that whoever made them did not live to rename.

    Args:
        directory: Where they lie.
        names: What lies there.
        now: Seconds since the epoch.
        has_trials: Whether it is the directory in which those of trials are prepared.
    """
    for name in names:
        temporary = _TEMPORARY.fullmatch(name)
        if temporary is None and not (has_trials and name.startswith(UNFINISHED_PREFIX)):
            continue
        try:
            status = os.lstat(directory / name)
        except OSError:
            # Renamed meanwhile, as it should be.
            continue
        is_right_kind = stat.S_ISREG if temporary is not None else stat.S_ISDIR
        if not is_right_kind(status.st_mode) or now - status.st_mtime < LEAST_AGE:
            continue
        if temporary is None or not is_running(int(temporary["pid"])):
            yield directory / name


def is_cut_short(change: Change, now: float) -> bool:
    """Whether nobody will finish a change that was begun, by whichever process.

    Args:
        change: A change that was begun.
        now: Seconds since the epoch.
    """
    maker = _MAKER.fullmatch(change.id)
    if maker is not None and change.by.endswith(f"@{socket.gethostname()}"):
        return not is_running(int(maker["pid"]))
    return now - change.time >= LEAST_AGE
