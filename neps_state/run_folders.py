"""Finding the runs in a folder of some, without going through what runs hold."""

from __future__ import annotations

from pathlib import Path

from neps_state.layout import RunLayout

_DEEPEST = 3
"""Levels below the folder at which runs are looked for."""


def runs_below(directory: Path) -> list[Path]:
    """The runs in a directory and a few levels below it, sorted."""
    found: list[Path] = []
    level = [directory]
    for _ in range(_DEEPEST):
        below: list[Path] = []
        for place in level:
            try:
                below += [child for child in place.iterdir() if child.is_dir()]
            except OSError:
                # A directory we may not list holds no run that we could read.
                continue
        found += [child for child in below if RunLayout(child).is_run()]
        level = [child for child in below if not RunLayout(child).is_run()]
    return sorted(found)


def runs_in_folder(root: Path) -> list[Path]:
    """The runs in a folder of some; none where it is a run itself, or there is no such folder."""
    return runs_below(root) if root.is_dir() and not RunLayout(root).is_run() else []
