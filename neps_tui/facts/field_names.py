"""Which field is meant by a name as somebody types it."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from functools import cached_property

from neps_tui.words.formatting import few_of

_MOST_NAMED = 3
_MOST_LISTED = 12


class UnknownFieldError(KeyError):
    """No trial has such a field; the message says which may have been meant."""

    def __str__(self) -> str:
        """The message as it is; a `KeyError` would quote it."""
        return str(self.args[0])


class FieldNames:
    """Finds names of fields in any case, and with or without the blanks in them.

    Args:
        names: What fields are called.
        also: What else some are called, and which they are.
    """

    def __init__(self, names: Sequence[str], also: Mapping[str, str]) -> None:
        self._names = names
        self._also = also

    def find(self, typed: str) -> str:
        """The name of the field that is meant.

        Raises:
            UnknownFieldError: There is none, or more than one.
        """
        if typed in self._known:
            return typed
        meant = self._by_shape.get(_shape(typed), set())
        if len(meant) == 1:
            return next(iter(meant))
        raise UnknownFieldError(f"there is no field {typed!r}{self._instead_of(typed)}")

    def begins(self, begun: str) -> bool:
        """Whether it is the beginning of a name, or a whole one."""
        folded = begun.casefold()
        return any(each.casefold().startswith(folded) for each in (*self._names, *self._also))

    @cached_property
    def _known(self) -> frozenset[str]:
        return frozenset(self._names)

    @cached_property
    def _by_shape(self) -> Mapping[str, set[str]]:
        """Names by their letters; what else a field is called stands back behind real names."""
        found: dict[str, set[str]] = {}
        for name in self._names:
            found.setdefault(_shape(name), set()).add(name)
        for other, name in self._also.items():
            found.setdefault(_shape(other), {name})
        return found

    def _instead_of(self, typed: str) -> str:
        """What may have been meant; else some of the names that people use, not those of files."""
        # Only then: the first screen has no need of it.
        from difflib import get_close_matches

        names = {_shape(each): each for each in self._names if "::" not in each}
        begun = [each for each in names if each.startswith(_shape(typed))]
        close = begun[:_MOST_NAMED] or get_close_matches(_shape(typed), names, n=_MOST_NAMED)
        if close:
            return f"; did you mean {' or '.join(names[each] for each in close)}?"
        return f"; there are {few_of(list(names.values()), _MOST_LISTED)}"


def _shape(name: str) -> str:
    """A name without what people type in one way or another."""
    return name.casefold().replace("_", "").replace(" ", "")
