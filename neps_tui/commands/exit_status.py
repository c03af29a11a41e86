"""How commands end, as scripts may rely on it."""

from __future__ import annotations

from enum import IntEnum


class Exit(IntEnum):
    """Exit statuses."""

    DONE = 0
    NOTHING_MATCHED = 1
    PROBLEMS = 1
    USAGE = 2
    REFUSED = 3
    NO_LOCK = 4
    NOT_IN_TIME = 4
    BROKEN = 70
    """A mistake of this program; the number that `sysexits.h` has for it."""


class CommandError(Exception):
    """A command cannot go on.

    Args:
        message: What happened, what was not touched, what to do next: one line.
        status: How the command ends.
    """

    def __init__(self, message: str, status: Exit) -> None:
        super().__init__(message)
        self.status = status
