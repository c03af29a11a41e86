"""How far something is that may take long."""

from __future__ import annotations

from collections.abc import Callable
from typing import TypeAlias

Progress: TypeAlias = Callable[[float], object]
"""Told now and then how much is done, from 0 to 1, in the thread that does it."""


def ignore_progress(fraction: float) -> None:
    """For whoever does not ask how far it is."""
