"""Anything that was read inertly, as nodes with labels that are made as they are unfolded.

What an optimizer keeps may be of any class, any size and any depth, and may hold itself. Nothing
here is imported, called or looked through any further than what is shown.
"""

from __future__ import annotations

import math
from collections.abc import Iterator, Mapping, Sequence, Set
from dataclasses import dataclass, is_dataclass
from enum import Enum
from itertools import islice
from typing import Any, TypeAlias

from neps_state.stand_in import ABSENT, CalledStandIn, StandIn, name_of, plain_number
from neps_tui.words.formatting import number, plain

FOLDED = 100
"""Entries that are listed one by one; of more, so many stand in a fold each."""
DEEPEST = 40
_TEXT = 120
_NAME = 60
_LARGEST_INTEGER_BITS = 4096

Entry: TypeAlias = tuple[str, Any]


@dataclass(frozen=True, slots=True, eq=False)
class InertNode:
    """A value under its name.

    Args:
        name: What it is called where it stands: a key, an index, an attribute.
        value: The value, of which nothing is ever run.
        depth: How many nodes it stands below.
        span: Which of its entries it shows; None for all.
    """

    name: str
    value: Any
    depth: int = 0
    span: range | None = None

    @property
    def text(self) -> str:
        """The value in a few words, in one line that a terminal can show."""
        if self.span is not None:
            return _size(len(self.span), "entry", "entries")
        return describe(self.value)

    @property
    def has_children(self) -> bool:
        """Whether there is more to see than its text says."""
        return next(self._entries(), None) is not None

    def children(self) -> list[InertNode]:
        """What it holds, in folds where that is much."""
        if self.depth >= DEEPEST:
            return [InertNode("…", _Words("deeper than is shown"), self.depth + 1)]
        size = entry_count(self.value) if self.span is None else len(self.span)
        if size <= FOLDED:
            return [InertNode(name, value, self.depth + 1) for name, value in self._entries()]
        span = range(size) if self.span is None else self.span
        # As many levels of folds as it takes, so that no node ever has more than that many.
        step = FOLDED
        while math.ceil(size / step) > FOLDED:
            step *= FOLDED
        return [
            InertNode(f"{part[0]} … {part[-1]}", self.value, self.depth + 1, part)
            for start in range(0, size, step)
            if (part := span[start : start + step])
        ]

    def _entries(self) -> Iterator[Entry]:
        if self.span is None:
            return entries(self.value)
        if isinstance(self.value, list | tuple):
            return ((f"[{at}]", self.value[at]) for at in self.span)
        return islice(entries(self.value), self.span.start, self.span.stop)


class _Words:
    """Something said in place of a value."""

    def __init__(self, text: str) -> None:
        self.text = text


def describe(value: Any) -> str:
    """A value in a few words: the number, the start of the text, the size of what holds others."""
    return _clipped(_described(value), _TEXT)


def _described(value: Any) -> str:
    if isinstance(value, _Words):
        return value.text
    if isinstance(value, StandIn):
        return _described_stand_in(value)
    if isinstance(value, type):
        return f"class {name_of(value) or value.__name__}"
    if isinstance(value, Enum):
        return _described(value.value)
    if value is None:
        return "none"
    if isinstance(value, bool | float):
        return number(value, digits=6)
    if isinstance(value, int):
        bits = value.bit_length()
        return f"a whole number of {bits} bits" if bits > _LARGEST_INTEGER_BITS else number(value)
    if isinstance(value, complex):
        return f"{number(value.real)} + {number(value.imag)}i"
    if isinstance(value, str):
        return _quoted(value)
    if isinstance(value, bytes | bytearray | memoryview):
        return _size(len(value), "byte")
    return _described_holder(value)


def _described_holder(value: Any) -> str:
    if isinstance(value, Mapping):
        return "empty" if not value else _size(len(value), "entry", "entries")
    if isinstance(value, Sequence | Set):
        kind = type(value).__name__
        return f"empty {kind}" if not value else f"{kind} of {len(value):,}"
    return type(value).__name__


def _described_stand_in(value: StandIn) -> str:
    if (scalar := plain_number(value)) is not None:
        return number(scalar, digits=6)
    if (array := array_text(value)) is not None:
        return array
    maker: StandIn = value
    calls = 0
    while isinstance(maker, CalledStandIn) and calls <= DEEPEST:
        maker, calls = maker.maker, calls + 1
    name = name_of(maker) or "something unnamed"
    if calls:
        return f"made by {name}"
    if value.made_by == "call" and len(value.args) == 1 and type(value.args[0]) is str:
        return f"{name} {_quoted(value.args[0])}"
    return name


def array_text(value: StandIn) -> str | None:
    """Shape and type of a numpy array, or the shape of a torch tensor, as its pickle tells them.

    Returns:
        As in `array 624 of u4`; None if the stand-in is for anything else.
    """
    shape: Any = None
    dtype: Any = None
    last = (name_of(value) or "").rpartition(".")[2]
    if last == "_frombuffer" and len(value.args) >= 3:
        dtype, shape = value.args[1], value.args[2]
    elif last == "_reconstruct" and isinstance(value.state, tuple) and len(value.state) >= 3:
        shape, dtype = value.state[1], value.state[2]
    elif last in ("_rebuild_tensor", "_rebuild_tensor_v2") and len(value.args) >= 3:
        shape = value.args[2]
    if not _is_shape(shape):
        return None
    size = " × ".join(number(each) for each in shape[:8]) or "scalar"
    if dtype is None:
        return f"tensor {size}"
    named = dtype.args[0] if isinstance(dtype, StandIn) and dtype.args else None
    return f"array {size}" + (f" of {named}" if isinstance(named, str) else "")


def _is_shape(shape: Any) -> bool:
    return isinstance(shape, tuple) and all(isinstance(each, int) for each in shape)


def entry_count(value: Any) -> int:
    """How many entries a value has, without looking at any."""
    if isinstance(value, StandIn):
        return sum(1 for _ in entries(value))
    if isinstance(value, str | bytes | bytearray | memoryview | type):
        return 0
    if isinstance(value, Mapping | Sequence | Set):
        return len(value)
    return sum(1 for _ in entries(value))


def entries(value: Any) -> Iterator[Entry]:
    """What a value holds, by the names under which it holds it; nothing for a plain value."""
    if isinstance(value, StandIn):
        yield from _stand_in_entries(value)
    elif isinstance(value, str | bytes | bytearray | memoryview | type | Enum):
        return
    elif isinstance(value, Mapping):
        for key, item in value.items():
            yield _key_name(key), item
    elif isinstance(value, Sequence | Set):
        for at, item in enumerate(value):
            yield f"[{at}]", item
    elif is_dataclass(value):
        for name, item in vars(value).items():
            yield _key_name(name), item


def _stand_in_entries(value: StandIn) -> Iterator[Entry]:
    if plain_number(value) is not None:
        return
    if isinstance(value, CalledStandIn):
        yield "made by", value.maker
    for at, item in enumerate(value.args):
        yield f"argument {at + 1}", item
    for key, item in value.kwargs.items():
        yield _key_name(key), item
    fields = value.fields
    for key, item in fields.items():
        yield _key_name(key), item
    if not fields and value.state is not ABSENT and value.state is not None:
        yield "state", value.state
    for at, item in enumerate(value.entries):
        yield f"[{at}]", item
    for key, item in value.pairs:
        yield _key_name(key), item


def _key_name(key: Any) -> str:
    if type(key) is str:
        return _clipped(key, _NAME) or "''"
    if isinstance(key, tuple) and len(key) <= 4:
        return _clipped("(" + ", ".join(describe(each) for each in key) + ")", _NAME)
    return _clipped(_described(key), _NAME)


def _quoted(text: str) -> str:
    clipped = _clipped(text, _TEXT - 2)
    return clipped if clipped.strip() == clipped and clipped else f"'{clipped}'"


def _clipped(text: str, longest: int) -> str:
    # What is far too long is cut before anyone looks for escape sequences in it.
    inert = plain(text[: 4 * longest])
    if len(inert) <= longest and len(text) <= 4 * longest:
        return inert
    return inert[: longest - 1] + "…"


def _size(count: int, one: str, many: str = "") -> str:
    return f"1 {one}" if count == 1 else f"{count:,} {many or one + 's'}"
