"""Shortening names that stand side by side, so that they still differ."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Sequence

from rich.cells import cell_len, set_cell_size

from neps_tui.words.formatting import shorten_middle


def shortened_apart(texts: Sequence[str], room: int, ellipsis: str = "…") -> list[str]:
    """Shorten each in its middle; those that then look the same, around where they differ.

    Args:
        texts: The names.
        room: Cells that each may take.
        ellipsis: The single-cell sign for what was left out.
    """
    shortened = {text: shorten_middle(text, room, ellipsis) for text in texts}
    alike: defaultdict[str, list[str]] = defaultdict(list)
    for text, short in shortened.items():
        alike[short].append(text)
    for group in alike.values():
        if len(group) > 1:
            shortened |= {text: _around(text, _alike(group), room, ellipsis) for text in group}
    return [shortened[text] for text in texts]


def _alike(texts: Sequence[str]) -> int:
    """With how many characters some texts begin alike; of all texts the first and the last tell."""
    first, last = min(texts), max(texts)
    return next(
        (at for at, (a, b) in enumerate(zip(first, last, strict=False)) if a != b), len(first)
    )


def _around(text: str, place: int, room: int, ellipsis: str) -> str:
    """What is around a place of a text, rather with the text's beginning than without."""
    start = 0 if place + room // 3 < room else place - room // 3
    part = (ellipsis if start else "") + text[start:]
    return part if cell_len(part) <= room else set_cell_size(part, room - 1) + ellipsis
