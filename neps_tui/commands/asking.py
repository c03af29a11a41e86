"""Asking whether to go on."""

from __future__ import annotations

import sys
from typing import TextIO


def confirmed(stream: TextIO) -> bool:
    """Ask whether to go on; nobody to answer, as in a script without --yes, is a no.

    Args:
        stream: Where to ask.
    """
    print("Go on? [y/N] ", end="", file=stream, flush=True)
    if sys.stdin is None or sys.stdin.closed:
        return False
    return sys.stdin.readline().strip().lower() in ("y", "yes")
