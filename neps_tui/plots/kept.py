"""What was found out about one moment of a run, kept for the next question about it."""

from __future__ import annotations

from collections.abc import Callable, Hashable
from typing import Any, TypeVar

Found = TypeVar("Found")


class Kept:
    """Finds each thing once; to be thrown away with the moment of the run that it is about.

    Threads may share it: at the worst, two of them find out the same.
    """

    def __init__(self) -> None:
        self._found: dict[Hashable, Any] = {}
        self._found_for: dict[Hashable, tuple[object, Any]] = {}

    def once(self, name: Hashable, find: Callable[[], Found]) -> Found:
        """What goes by a name, found if nobody has asked for it before."""
        if name not in self._found:
            self._found[name] = find()
        found: Found = self._found[name]
        return found

    def last(self, name: Hashable, condition: object, find: Callable[[], Found]) -> Found:
        """The same under a condition; only what holds under the last one is kept."""
        before = self._found_for.get(name)
        if before is None or before[0] is not condition:
            before = self._found_for[name] = condition, find()
        found: Found = before[1]
        return found
