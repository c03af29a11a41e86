"""Every setting there is, once: what it is for, what it may be, how it is written."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

TELLABLE = ("best", "crash", "abandoned", "end")
"""Kinds of news; `neps_tui.telling.news` finds them."""
WAYS = ("bell", "osc9", "osc777", "osc99")
"""Ways of telling that a terminal knows."""


class WrongSettingError(ValueError):
    """A setting cannot be what it is set to; the message says what it may be."""


@dataclass(frozen=True, slots=True)
class SettingKind:
    """A setting.

    Args:
        purpose: What it is for, in lines that stand above it in a file.
        example: What it may be set to, as it is written.
        read: Takes the value of the file, and raises `WrongSettingError`.
    """

    purpose: tuple[str, ...]
    example: str
    read: Callable[[Any], Any]


def _truth(value: Any) -> bool:
    if not isinstance(value, bool):
        raise WrongSettingError("it is true or false")
    return value


def _text(value: Any) -> str:
    if not isinstance(value, str):
        raise WrongSettingError("it is a text")
    return value


def _seconds(value: Any) -> float:
    if isinstance(value, bool) or not isinstance(value, int | float) or not 0 < value < 1e9:
        raise WrongSettingError("it is a number of seconds above 0")
    return value


def _texts(value: Any) -> tuple[str, ...]:
    if not isinstance(value, list) or not all(isinstance(each, str) for each in value):
        raise WrongSettingError("it is a list of texts")
    return tuple(value)


def _some_of(allowed: Sequence[str]) -> Callable[[Any], tuple[str, ...]]:
    def read(value: Any) -> tuple[str, ...]:
        chosen = _texts(value)
        if not set(chosen) <= set(allowed):
            raise WrongSettingError(f"it is a list of some of {', '.join(allowed)}")
        return chosen

    return read


KINDS: Mapping[str, SettingKind] = {
    "read_only": SettingKind(
        ("Allow no change of any run, by key or by command.",), "true", _truth
    ),
    "theme": SettingKind(
        (
            "The dashboard's theme: one of Textual's, neps-colour-blind-dark or",
            "neps-colour-blind-light, or one of those below.",
        ),
        '"nord"',
        _text,
    ),
    "ascii": SettingKind(("Draw with ASCII characters only.",), "true", _truth),
    "poll": SettingKind(
        ("Look every so many seconds instead of waiting for file events, as on NFS.",),
        "5",
        _seconds,
    ),
    "tell": SettingKind(
        (
            "What the dashboard tells of while it runs, each thing once: a new best, a crash, an",
            "abandoned trial, the end. Nothing, unless it is set.",
        ),
        '["best", "crash", "abandoned", "end"]',
        _some_of(TELLABLE),
    ),
    "tell_by": SettingKind(
        (
            "How: by the terminal's bell, and by one of the escape sequences for notifications:",
            "osc9 (iTerm2, WezTerm, Windows Terminal), osc777 (foot, Ghostty, urxvt), osc99",
            "(kitty).",
        ),
        '["bell", "osc9"]',
        _some_of(WAYS),
    ),
    "tell_command": SettingKind(
        (
            "And by a command, its words one by one; no shell reads them. {kind}, {text}, {trial}",
            "and {run} are replaced, and stand in NEPS_TUI_KIND and so on besides.",
        ),
        '["notify-send", "NePS {run}", "{text}"]',
        _texts,
    ),
}


def template() -> str:
    """A file with every setting in it, each explained and none set."""
    lines = ["# Settings of neps-tui for all runs. Take a # away to set one."]
    for name, kind in KINDS.items():
        lines += ["", *(f"# {line}" for line in kind.purpose), f"# {name} = {kind.example}"]
    return "\n".join(lines) + "\n"
