"""FolderStore: the one thread that reads the runs of a folder."""

from __future__ import annotations

import gc
import threading
import time
from collections.abc import Callable
from pathlib import Path

from textual.message import Message

from neps_tui.messages import FolderChanged, StoreFailed
from neps_tui.runs.folder import RunFolder

_EVERY = 1.0
"""Seconds between two looks."""
_FIND_EVERY = 5.0
"""Seconds between two looks for runs that are new or gone."""
_POST_EVERY = 0.25
"""Seconds between two messages while many runs are read."""
_PATIENCE = 1.0
"""Seconds that the end waits for the thread: it changes nothing, and a file server may be away."""


class FolderStore:
    """Follows the runs of a folder in a thread of its own, while somebody looks at them.

    Args:
        directory: The folder.
        post: Takes messages from the thread; must be safe to call from it.
        poll_seconds: Seconds between two looks; None for as many as usual.
    """

    def __init__(
        self,
        directory: Path,
        post: Callable[[Message], object],
        poll_seconds: float | None = None,
    ) -> None:
        self._folder = RunFolder(directory)
        self._post = post
        self._every = poll_seconds or _EVERY
        self._is_wanted = threading.Event()
        self._stopped = threading.Event()
        self._thread = threading.Thread(target=self._run, name="folder-store", daemon=True)

    def look(self) -> None:
        """Begin, or go on, to look."""
        self._is_wanted.set()
        if self._thread.ident is None:
            self._thread.start()

    def rest(self) -> None:
        """Look no more until `look` is called: something else is on the screen."""
        self._is_wanted.clear()

    def stop(self) -> None:
        """End the thread."""
        self._stopped.set()
        self._is_wanted.set()
        if self._thread.is_alive():
            self._thread.join(_PATIENCE)

    def _run(self) -> None:
        try:
            self._look_until_stopped()
        except Exception as error:  # noqa: BLE001  # last words: the table must not just freeze
            self._post(StoreFailed(f"{type(error).__name__}: {error}", is_final=True))

    def _look_until_stopped(self) -> None:
        found_at = -_FIND_EVERY
        while not self._stopped.is_set():
            is_news = False
            if time.monotonic() - found_at >= _FIND_EVERY:
                found_at = time.monotonic()
                is_news = self._folder.find()
            self._read_changed(is_news=is_news)
            self._stopped.wait(self._every)
            self._is_wanted.wait()

    def _read_changed(self, *, is_news: bool) -> None:
        """Read what has changed, and tell of it now and then: there may be hundreds of runs."""
        if is_news:
            self._tell()
        told_at, is_told = time.monotonic(), True
        # What is read is dropped at once; the collector would go through all of it each time.
        was_enabled = gc.isenabled()
        gc.disable()
        try:
            for _ in self._folder.look():
                is_told = False
                if self._stopped.is_set() or not self._is_wanted.is_set():
                    break
                if time.monotonic() - told_at >= _POST_EVERY:
                    self._tell()
                    told_at, is_told = time.monotonic(), True
        finally:
            if was_enabled:
                gc.enable()
        if not is_told:
            self._tell()

    def _tell(self) -> None:
        self._post(FolderChanged(tuple(self._folder.lines.values())))
