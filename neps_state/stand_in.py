"""Inert stand-ins for objects of classes this process has no business importing.

A stand-in remembers the global it stands for, how the object was made, and what it holds. It can
be shown, compared and written back to the same pickle; it can do nothing else.
"""

from __future__ import annotations

import copyreg
import struct
import sys
from collections.abc import Iterable, Iterator
from functools import lru_cache
from typing import Any, ClassVar, Literal, Self

ABSENT: Any = object()
"""Marks a stand-in whose pickle set no state, as opposed to setting None."""

_SHOWN_CHARACTERS = 120


class StandIn:
    """An object that some pickle describes, made of data only.

    Attributes:
        module: Module of the class or function in the pickle.
        name: Its name there.
        made_by: `call` when the pickle called the global, `new` when it made a bare object.
        args: Positional arguments of that.
        kwargs: Keyword arguments of that.
        state: What the pickle then set as the object's state, or `ABSENT`.
        entries: What it appended, as to a list or a set.
        pairs: What it set by key, as in a dict.
    """

    __slots__ = ("args", "entries", "kwargs", "made_by", "pairs", "state")

    module: ClassVar[str] = ""
    name: ClassVar[str] = ""

    made_by: Literal["call", "new"]
    args: tuple[Any, ...]
    kwargs: dict[str, Any]
    state: Any
    entries: list[Any]
    pairs: list[tuple[Any, Any]]

    def __new__(cls, *args: Any, **kwargs: Any) -> Self:
        """Remember the arguments, and nothing more."""
        if isinstance(cls, StandIn):
            # A pickle of a class made at run time instantiates what is itself a stand-in.
            return CalledStandIn.of(cls, "new", args, kwargs)
        made = object.__new__(cls)
        made._remember("new", args, kwargs)
        return made

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        self.made_by = "call"

    def _remember(
        self, made_by: Literal["call", "new"], args: tuple[Any, ...], kwargs: dict[str, Any]
    ) -> None:
        self.made_by, self.args, self.kwargs = made_by, args, kwargs
        self.state, self.entries, self.pairs = ABSENT, [], []

    def __setstate__(self, state: object) -> None:
        self.state = state

    def append(self, entry: object) -> None:
        """Take an entry the pickle adds, as a list would."""
        self.entries.append(entry)

    add = append

    def extend(self, entries: Iterable[object]) -> None:
        """Take entries the pickle adds, as a list would."""
        self.entries.extend(entries)

    def __setitem__(self, key: object, value: object) -> None:
        self.pairs.append((key, value))

    def __call__(self, *args: Any, **kwargs: Any) -> CalledStandIn:
        """Remember that the pickle called this object, without doing so."""
        return CalledStandIn.of(self, "call", args, kwargs)

    @property
    def fields(self) -> dict[str, Any]:
        """The attributes the object would have, as far as its state tells."""
        state = self.state
        if isinstance(state, tuple) and len(state) == 2:
            merged: dict[str, Any] = {}
            for part in state:
                if isinstance(part, dict):
                    merged.update(part)
            return merged
        return dict(state) if isinstance(state, dict) else {}

    def made_of(self) -> list[Any]:
        """All that the pickle gave it."""
        state = () if self.state is ABSENT else self.state
        return [self.args, self.kwargs, state, self.entries, self.pairs]

    def reduction(self) -> tuple[Any, ...]:
        """How the pickle made this object, in the terms of `object.__reduce__`."""
        entries: Iterator[Any] | None = iter(self.entries) if self.entries else None
        pairs: Iterator[Any] | None = iter(self.pairs) if self.pairs else None
        state = None if self.state is ABSENT else self.state
        maker = self._maker()
        if self.made_by == "call":
            return maker, self.args, state, entries, pairs
        if self.kwargs:
            make_with_keywords: Any = copyreg.__newobj_ex__  # type: ignore[attr-defined]
            return make_with_keywords, (maker, self.args, self.kwargs), state, entries, pairs
        make_bare: Any = copyreg.__newobj__  # type: ignore[attr-defined]
        return make_bare, (maker, *self.args), state, entries, pairs

    def _maker(self) -> Any:
        return type(self)

    def __repr__(self) -> str:
        shown = ", ".join(_brief(value) for value in self.args[:4])
        more = ", …" if len(self.args) > 4 or self.fields else ""
        return f"{self.module}.{self.name}({shown}{more})"[:_SHOWN_CHARACTERS]

    def __str__(self) -> str:
        if self.made_by == "call" and len(self.args) == 1 and isinstance(self.args[0], str):
            return self.args[0]
        return repr(self)


class CalledStandIn(StandIn):
    """What a pickle made by calling a stand-in, as in `getattr(x, "y")(z)`."""

    __slots__ = ("maker",)

    maker: StandIn

    @classmethod
    def of(
        cls,
        maker: StandIn,
        made_by: Literal["call", "new"],
        args: tuple[Any, ...],
        kwargs: dict[str, Any],
    ) -> CalledStandIn:
        """Remember that `maker` was called or instantiated."""
        made = object.__new__(cls)
        made._remember(made_by, args, kwargs)
        made.maker = maker
        return made

    def _maker(self) -> Any:
        return self.maker

    def __repr__(self) -> str:
        shown = ", ".join(_brief(value) for value in self.args[:4])
        return f"{self.maker!r}({shown})"[:_SHOWN_CHARACTERS]


@lru_cache(maxsize=4096)
def stand_in_class(module: str, name: str) -> type[StandIn]:
    """The class of stand-ins for `module.name`."""
    # One string object a module: pickles share it, and so must what is written back.
    body = {"__slots__": (), "module": sys.intern(module), "name": sys.intern(name)}
    return type("StandIn", (StandIn,), body)


def name_of(value: object) -> str | None:
    """The `module.name` of a stand-in or of a stand-in class; None for anything else."""
    kind = value if isinstance(value, type) else type(value)
    return f"{kind.module}.{kind.name}" if issubclass(kind, StandIn) and kind.name else None


def class_name_of(value: object) -> str:
    """The name of the class an object is of, or stands in for, without its module."""
    return (name_of(value) or type(value).__name__).rpartition(".")[2]


def _brief(value: object) -> str:
    if isinstance(value, str | bytes):
        return repr(value[:40]) + ("…" if len(value) > 40 else "")
    if value is None or isinstance(value, bool | int | float | complex):
        return repr(value)
    return name_of(value) or f"<{type(value).__name__}>"


_SCALARS = frozenset({"numpy._core.multiarray.scalar", "numpy.core.multiarray.scalar"})
_LETTERS = {
    "f8": "d", "f4": "f", "f2": "e", "i8": "q", "i4": "i", "i2": "h", "i1": "b",
    "u8": "Q", "u4": "I", "u2": "H", "u1": "B", "b1": "?",
}  # fmt: skip


def plain_number(value: object) -> float | int | bool | None:
    """The number a numpy scalar's stand-in holds; None if it stands for anything else."""
    if not isinstance(value, StandIn) or name_of(value) not in _SCALARS or len(value.args) != 2:
        return None
    kind, data = value.args
    named = kind.args[0] if isinstance(kind, StandIn) and kind.args else None
    letter = _LETTERS.get(named) if isinstance(named, str) else None
    if letter is None or not isinstance(data, bytes) or struct.calcsize(f"={letter}") != len(data):
        return None
    order = kind.state[1] if isinstance(kind.state, tuple) and len(kind.state) > 1 else "="
    (number,) = struct.unpack(f"{'>' if order == '>' else '<'}{letter}", data)
    return number  # type: ignore[no-any-return]
