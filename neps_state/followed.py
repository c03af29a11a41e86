"""One small file of a run, followed: its last good content, and what is wrong with it now."""

from __future__ import annotations

import os
from collections.abc import Callable
from pathlib import Path
from typing import Generic, TypeVar

from neps_state.exceptions import UnreadableError

T = TypeVar("T")

GRACE = 2.0
"""Seconds that a file may stay half written before a person is told."""
_RETRY = 0.1
_NO_STATUS = (-1, -1, -1)
"""The stamp of what is there and will not even be looked at."""
_CLOCK_TICK = 20_000_000
"""Nanoseconds within which a second write may leave size and time of a file as they are."""


class FollowedFile(Generic[T]):
    """A file that its writers truncate and write in place, so that it may be torn at any moment.

    Args:
        path: The file.
        read: Reads it; raises `UnreadableError` while it is torn.
        absent: Its value while it does not exist.
        salvage: Reads what can be read of a file that stays torn.
        is_blank: Tells a value that an empty file has, which may be one just truncated.
    """

    def __init__(
        self,
        path: Path,
        read: Callable[[Path], T],
        absent: T,
        salvage: Callable[[Path], T] | None = None,
        is_blank: Callable[[T], bool] = lambda _: False,
    ) -> None:
        self._path = path
        self._read = read
        self._absent = absent
        self._salvage = salvage
        self._is_blank = is_blank
        self._stamp: tuple[int, int, int] | None = None
        self._torn_since: float | None = None
        self.value: T = absent
        self.flaw: str | None = None
        self.due: float | None = None

    def poll(self, now: float) -> bool:
        """Read the file if it has changed.

        Args:
            now: Seconds since the epoch.

        Returns:
            Whether the value changed.
        """
        stamp = self._stamp_now()
        if stamp == self._stamp and (self.due is None or now < self.due):
            return False
        self.due = None
        self._stamp = stamp
        if stamp is None:
            return self._become(self._absent)
        try:
            value = self._read(self._path)
        except FileNotFoundError:
            return self._become(self._absent)
        except (UnreadableError, OSError) as error:
            return self._fail(str(error), now)
        if self._is_blank(value):
            self._note_torn(now)
            if not self.is_settled(now):
                self.due = now + _RETRY
                return False
        if abs(now * 1e9 - stamp[2]) < _CLOCK_TICK:
            self.due = now + _CLOCK_TICK / 1e9
        return self._become(value)

    @property
    def name(self) -> str:
        """The file's name."""
        return self._path.name

    def shown(self) -> str:
        """What a person sees of the file while it cannot be read."""
        return "left out" if self.value == self._absent else "what could be read of it is shown"

    def is_settled(self, now: float) -> bool:
        """Whether the file is good, or has been torn for longer than a writer takes."""
        return self._torn_since is None or now - self._torn_since >= GRACE

    def problem(self, now: float) -> str | None:
        """What to tell a person: None while the file is good or only just being written."""
        return self.flaw if self.is_settled(now) else None

    def _become(self, value: T) -> bool:
        self._torn_since, self.flaw = None, None
        return self._show(value)

    def _note_torn(self, now: float) -> None:
        """Note since when the file is torn: its last write, as far back as that is."""
        if self._torn_since is None:
            stamp = self._stamp_now()  # after the reading, lest it was truncated just before
            written = now if stamp is None or stamp == _NO_STATUS else stamp[2] / 1e9
            self._torn_since = min(now, written)

    def _fail(self, flaw: str, now: float) -> bool:
        """Note what is wrong; whether the value changed to what could be salvaged."""
        self._note_torn(now)
        self.flaw = flaw
        lasting = self.is_settled(now)
        if not lasting:
            self.due = now + _RETRY
        if self._salvage is None or not (lasting or self.value == self._absent):
            return False
        try:
            return self._show(self._salvage(self._path))
        except (UnreadableError, OSError):
            # Gone or not ours to read: `flaw` says so, and the last good value stays.
            return False

    def _show(self, value: T) -> bool:
        try:
            changed = value != self.value
        except RecursionError:  # what a pickle nests too deeply to compare
            changed = True
        self.value = value
        return changed

    def _stamp_now(self) -> tuple[int, int, int] | None:
        try:
            status = os.stat(self._path)
        except FileNotFoundError:
            return None
        except OSError:
            return _NO_STATUS
        return status.st_ino, status.st_size, status.st_mtime_ns
