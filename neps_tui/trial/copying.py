"""The path of a file: to be read, and to be copied."""

from __future__ import annotations

from pathlib import Path

from neps_tui.words.formatting import plain, shorten_middle
from neps_tui.words.text_lines import Line, row_lines

_ROOM = 60
"""Cells of a path that are shown: both of its ends tell it from others."""


def path_lines(path: Path, width: int) -> list[Line]:
    """A path whole, in as many lines as it takes."""
    return row_lines([((plain(str(path)), "$foreground 70%"),)], width)


def copied_path(path: Path, *, ascii: bool = False) -> str:
    """Say which path was copied: the terminal is asked to, and never answers whether it did.

    Args:
        path: The path.
        ascii: Whether only ASCII may be drawn.
    """
    shown = shorten_middle(plain(str(path)), _ROOM, "~" if ascii else "…")
    return f"Copied {shown}, if your terminal allows it"


def last_of(text: str, most: int) -> str:
    """The end of a text, at most so many bytes of UTF-8: terminals count these, not characters."""
    return text.encode(errors="replace")[-most:].decode(errors="ignore")
