"""Finding the runs in a folder of some, without going through what runs hold."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

from neps_state.layout import RunLayout

_DEEPEST = 3
"""Levels below the folder at which runs are looked for."""


def runs_below(directory: Path) -> list[Path]:
    """The runs in a directory and a few levels below it, sorted."""
    found: list[Path] = []
    level = [directory]
    for _ in range(_DEEPEST):
        others: list[Path] = []
        for child in (child for place in level for child in _directories_in(place)):
            (found if _is_run(child) else others).append(child)
        level = others
    return sorted(found)


def _directories_in(place: Path) -> list[Path]:
    try:
        children = list(place.iterdir())
    except OSError:
        # A directory that we may not list holds no run that we could read.
        return []
    return [child for child in children if _holds(child.is_dir)]


def _is_run(directory: Path) -> bool:
    return _holds(RunLayout(directory).is_run)


def _holds(question: Callable[[], bool]) -> bool:
    """Whether something is so; not of what is closed to us, or whose server is away."""
    try:
        return question()
    except OSError:
        return False


def runs_in_folder(root: Path) -> list[Path]:
    """The runs in a folder of some; none where it is a run itself, or there is no such folder."""
    return runs_below(root) if root.is_dir() and not RunLayout(root).is_run() else []
