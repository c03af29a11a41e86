"""What has to be typed before a change can be planned."""

from __future__ import annotations

import math
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import TypeAlias

from neps_tui.changes.plan import Plan

Typed: TypeAlias = Mapping[str, str]
"""What stands in each entry, by the entry's name."""


class FormError(ValueError):
    """What was typed makes no plan; the message says why, and what would."""


@dataclass(frozen=True, slots=True)
class Entry:
    """One line to be filled in.

    Args:
        name: What it is called.
        hint: What may be typed.
        value: What stands in it at first.
        choices: What may be chosen, if it is one of a few things.
        is_path: Whether it names a file or a directory.
    """

    name: str
    hint: str = ""
    value: str = ""
    choices: tuple[str, ...] = ()
    is_path: bool = False


@dataclass(frozen=True, slots=True)
class Form:
    """Some entries and what is made of them.

    Args:
        title: What it is for.
        entries: What is to be filled in.
        make: Makes the plan, or raises `FormError`.
        is_live: Whether to try at every key; not where that reads files.
    """

    title: str
    entries: tuple[Entry, ...]
    make: Callable[[Typed], Plan]
    is_live: bool = True


def number_in(typed: Typed, name: str, *, least: float = -math.inf) -> float | None:
    """The number typed into an entry; None if it is empty.

    Raises:
        FormError: It is no number, or too small.
    """
    text = typed[name].strip()
    if not text:
        return None
    try:
        value = float(text)
    except ValueError as error:
        raise FormError(f"{name}: {text} is no number") from error
    if least > -math.inf and not value > least:
        raise FormError(f"{name}: {text} is not above {least:g}")
    return value
