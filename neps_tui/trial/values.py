"""Values of a trial as text of bounded length."""

from __future__ import annotations

from collections.abc import Mapping

from neps_tui.words.formatting import MISSING, number

LONGEST_TEXT = 2_000
"""Characters of one value that are shown."""
_MOST_ITEMS = 20


def value_text(value: object) -> str:
    """Any value in a line."""
    if isinstance(value, list | tuple) and len(value) > _MOST_ITEMS:
        few = number(list(value[:_MOST_ITEMS]), 6)
        return f"{cut(few)}, … ({len(value)} in all)"
    if isinstance(value, Mapping) and not value:
        return MISSING
    return cut(number(value, 6))


def cut(text: str) -> str:
    """A text, without what is too much of it, but with how much that is."""
    if len(text) <= LONGEST_TEXT:
        return text
    return f"{text[:LONGEST_TEXT]}… ({len(text) - LONGEST_TEXT} characters left out)"
