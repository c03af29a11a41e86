"""Whether a command may go on: by the settings, and by whoever is there to answer."""

from __future__ import annotations

import sys
from typing import TextIO

from neps_tui.commands.exit_status import CommandError, Exit
from neps_tui.settings import read_settings


def need_leave_to_write(*, dry_run: bool) -> None:
    """Refuse to go on where this person has set that no run may be changed.

    Args:
        dry_run: Whether nothing will be changed anyhow.

    Raises:
        CommandError: It is set.
    """
    why = read_settings().why_read_only
    if why and not dry_run:
        raise CommandError(f"{why}; nothing was changed", Exit.REFUSED)


def confirmed(stream: TextIO) -> bool:
    """Ask whether to go on; nobody to answer, as in a script without --yes, is a no.

    Args:
        stream: Where to ask.
    """
    print("Go on? [y/N] ", end="", file=stream, flush=True)
    if sys.stdin is None or sys.stdin.closed:
        return False
    return sys.stdin.readline().strip().lower() in ("y", "yes")
