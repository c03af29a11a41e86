"""How a path that somebody has begun to type may go on."""

from __future__ import annotations

import asyncio
from pathlib import Path

from textual.suggester import Suggester

from neps_tui.words.formatting import plain


class PathSuggester(Suggester):
    """Suggests the first file or directory whose name goes on as typed; directories end in `/`."""

    def __init__(self) -> None:
        # What a directory holds may be another thing at the next key.
        super().__init__(use_cache=False, case_sensitive=True)

    async def get_suggestion(self, value: str) -> str | None:
        """The path as it may go on, or None; read in a thread, as a file system may hang."""
        return await asyncio.to_thread(completed_path, value)


def completed_path(begun: str) -> str | None:
    """The first path, by its name, that begins as typed; None if there is none.

    Args:
        begun: What was typed; `~` stands for the home directory.
    """
    parent, slash, name = begun.rpartition("/")
    if not begun:
        return None
    try:
        # Hidden ones only for those who ask for them; none that could not be drawn as it is.
        found = min(
            (
                each
                for each in Path(parent + slash or ".").expanduser().iterdir()
                if each.name.startswith(name)
                and each.name.startswith(".") <= name.startswith(".")
                and plain(each.name) == each.name
            ),
            key=lambda each: each.name,
            default=None,
        )
        if found is None:
            return None
        return f"{parent}{slash}{found.name}" + "/" * found.is_dir()
    except (OSError, RuntimeError):
        # Nothing to be read there, or nobody's home: what is typed stays as it is.
        return None
