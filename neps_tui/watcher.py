"""Wakes the store when files of a run change; says nothing about what changed."""

from __future__ import annotations

import logging
import os
from collections.abc import Callable, Iterable
from pathlib import Path

from watchdog.events import (
    DirCreatedEvent,
    DirDeletedEvent,
    DirMovedEvent,
    FileCreatedEvent,
    FileDeletedEvent,
    FileModifiedEvent,
    FileMovedEvent,
    FileSystemEvent,
    FileSystemEventHandler,
)
from watchdog.observers import Observer
from watchdog.observers.api import BaseObserver, ObservedWatch

# It logs that a thread of its own has ended a moment before another one, which concerns nobody.
logging.getLogger("watchdog").addHandler(logging.NullHandler())

_CHANGES: list[type[FileSystemEvent]] = [
    DirCreatedEvent,
    DirDeletedEvent,
    DirMovedEvent,
    FileCreatedEvent,
    FileDeletedEvent,
    FileModifiedEvent,
    FileMovedEvent,
]
"""Without the events of opening and closing, which our own reading would set off."""

_MOST_WATCHES = 128


class RunWatcher:
    """Non-recursive watches of the few directories in which a run changes.

    Args:
        wake: Called from another thread after any change.

    Attributes:
        failure: Why no watch could be had; None while events come.
    """

    def __init__(self, wake: Callable[[], None]) -> None:
        self._handler = _Wake(wake)
        self._observer: BaseObserver | None = None
        self._watches: dict[tuple[Path, int], ObservedWatch] = {}
        self.failure: str | None = None

    def watch(self, directories: Iterable[Path]) -> bool:
        """Watch these directories, and no others any more.

        Returns:
            Whether others are watched now than before, or none any more.
        """
        if self.failure is not None:
            return False
        wanted = dict(_identified(list(directories)[:_MOST_WATCHES]))
        if wanted.keys() == self._watches.keys():
            return False
        try:
            self._change_to(wanted)
        except OSError as error:
            # Typically the system's limit on watches; the heartbeat goes on without them.
            self.stop()
            self.failure = error.strerror or str(error)
        return True

    def stop(self) -> None:
        """End all watches and their thread."""
        self._watches.clear()
        if self._observer is not None:
            self._observer.stop()
            self._observer.join(timeout=1.0)
            self._observer = None

    def _change_to(self, wanted: dict[tuple[Path, int], Path]) -> None:
        if self._observer is None:
            self._observer = Observer()
            self._observer.start()
        for key in self._watches.keys() - wanted.keys():
            self._observer.unschedule(self._watches.pop(key))
        for key in wanted.keys() - self._watches.keys():
            try:
                self._watches[key] = self._observer.schedule(
                    self._handler, str(wanted[key]), recursive=False, event_filter=_CHANGES
                )
            except FileNotFoundError:
                # Gone meanwhile; the reader will see that too.
                continue


class _Wake(FileSystemEventHandler):
    def __init__(self, wake: Callable[[], None]) -> None:
        self._wake = wake

    def on_any_event(self, event: FileSystemEvent) -> None:
        self._wake()


def _identified(directories: Iterable[Path]) -> Iterable[tuple[tuple[Path, int], Path]]:
    """Directories that exist, by path and inode: a directory made anew needs a new watch."""
    for directory in directories:
        try:
            yield (directory, os.stat(directory).st_ino), directory
        except OSError:
            # Gone meanwhile; the reader will see that too.
            continue
