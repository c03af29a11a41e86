"""What a person wants to hear of, and how."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class ToBeTold:
    """What a person wants to hear of, and how; nothing, unless they say so.

    Args:
        kinds: The kinds of news.
        ways: Of `bell`, `osc9`, `osc777`, `osc99`.
        command: The words of a command; none if empty.
    """

    kinds: Sequence[str] = ()
    ways: Sequence[str] = ()
    command: Sequence[str] = ()
