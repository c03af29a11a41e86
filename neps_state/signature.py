"""Who changed a run by hand, so that nobody takes them for a worker."""

from __future__ import annotations

import getpass
import os
import socket

PROGRAM = "neps-tui"


def is_signature(worker_id: str) -> bool:
    """Whether an id that stands where a worker's would is a person's."""
    return worker_id.startswith(f"{PROGRAM}:")


def signature() -> str:
    """Who changes a run: this program, the user and the host."""
    try:
        user = getpass.getuser()
    except (KeyError, OSError):
        # A container may run as a number that has no name.
        user = str(os.getuid())
    return f"{PROGRAM}:{user}@{socket.gethostname()}"
