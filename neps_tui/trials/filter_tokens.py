"""The words and signs of a filter, and which of them is still being typed."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass

_TOKEN = re.compile(
    r"""\s*(?:
    (?P<open>\() | (?P<close>\)) |
    (?P<operator><=|>=|!=|==|=|<|>|:) |
    "(?P<quoted>(?:[^"\\]|\\.)*)" |
    "(?P<unclosed>.*) |
    (?P<word>[^\s()<>=!:"]+(?:\[[^\]]*\][^\s()<>=!:"]*)?) |
    (?P<odd>\S.*)
    )""",
    re.VERBOSE | re.DOTALL,
)
_NEEDS_QUOTES = re.compile(r'[\s()<>=!:"]|^$')


@dataclass(frozen=True, slots=True)
class Token:
    """A word or a sign.

    Args:
        kind: What it is, as a group of the pattern.
        text: What it says, without its quotes.
        start: Where it begins in the filter, its quote included.
        end: Where the next may begin.
    """

    kind: str
    text: str
    start: int
    end: int


@dataclass(frozen=True, slots=True)
class Ending:
    """What is still being typed at the end of a filter.

    Args:
        begun: As much as there is of it, without a quote; empty after a blank.
        start: Where it begins in the filter, its quote included.
        field: The field whose value it is; None for a word that stands by itself.
    """

    begun: str
    start: int
    field: str | None = None


def tokens_of(text: str) -> Iterator[Token]:
    """The words and signs of a filter, whether it makes sense or not."""
    position = 0
    while (found := _TOKEN.match(text, position)) is not None:
        kind = found.lastgroup or ""
        said = found[kind]
        if kind in ("quoted", "unclosed"):
            said = re.sub(r"\\(.)", r"\1", said, flags=re.DOTALL)
        start = found.start(kind) - (kind in ("quoted", "unclosed"))
        position = found.end()
        yield Token(kind, said, start, position)


def ending_of(text: str) -> Ending | None:
    """What is being typed at the end, as much as nothing; None where a sign has ended it."""
    tokens = [*tokens_of(text)]
    last = tokens.pop() if tokens else None
    if last is not None and last.kind == "operator":
        return _value("", len(text), tokens)
    is_new = last is None or last.kind == "open" or text[-1].isspace()
    if last is not None and last.end == len(text) and last.kind in ("word", "unclosed"):
        if tokens and tokens[-1].kind == "operator":
            return _value(last.text, last.start, tokens[:-1])
        return Ending(last.text, last.start) if last.kind == "word" else None
    return Ending("", len(text)) if is_new else None


def _value(begun: str, start: int, before: list[Token]) -> Ending | None:
    if not before or before[-1].kind not in ("word", "quoted"):
        return None
    return Ending(begun, start, before[-1].text)


def quoted(text: str) -> str:
    """A text as it has to be typed: in quotes where it would not be one word."""
    if _NEEDS_QUOTES.search(text) is None:
        return text
    escaped = re.sub(r'(["\\])', r"\\\1", text)
    return f'"{escaped}"'
