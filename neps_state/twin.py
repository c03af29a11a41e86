"""Twins of NePS's classes: of the same fields, so that each reads the other's pickles.

What a pickle says about the state of an object, a reader sets on whatever the pickle names, be it
a class, and under whatever name it gives. Twins bear that without running anything.
"""

from __future__ import annotations

from typing import ClassVar, TypeVar

from neps_state.exceptions import UnreadableError


class _Sealable(type):
    """Makes classes on which nothing can be set any more once they are `sealed`."""

    def __setattr__(cls, name: str, value: object) -> None:
        if "_is_sealed" in vars(cls):
            raise UnreadableError(f"it sets {name} on the class {cls.__name__} itself")
        super().__setattr__(name, value)


class Twin(metaclass=_Sealable):
    """A class whose objects are made by the reader of pickles itself, without a call of ours.

    That is for the many objects of a cache. They may hold fields of any name: whoever takes them
    in asks `methods` whether one hides a method.
    """

    __slots__ = ()

    methods: ClassVar[frozenset[str]] = frozenset()
    """Names of the methods, none of which may be that of a field."""

    def __init_subclass__(cls) -> None:
        cls.methods = frozenset(name for name, value in vars(cls).items() if callable(value))


_Class = TypeVar("_Class", bound=type)


def sealed(twin: _Class) -> _Class:
    """Let nothing be set on the class any more; the outermost decorator of a twin."""
    twin._is_sealed = True  # type: ignore[attr-defined]
    return twin


class CheckedTwin(Twin):
    """A twin that looks at its fields when it is read; for the few objects of other files."""

    __slots__ = ()

    def __setstate__(self, state: object) -> None:
        if not isinstance(state, dict):
            raise UnreadableError(f"a {type(self).__name__} made of no fields")
        if not self.methods.isdisjoint(state):
            raise UnreadableError(f"a {type(self).__name__} with a field in a method's place")
        self.__dict__.update(state)
