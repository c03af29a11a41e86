"""A folder of runs, each read again when its files have changed, and none of them kept whole."""

from __future__ import annotations

import os
import time
from collections.abc import Iterator, Mapping
from dataclasses import replace
from pathlib import Path
from typing import TypeAlias

from neps_state.layout import RunLayout
from neps_state.reader import RunReader
from neps_state.run_folders import runs_below
from neps_state.snapshot import Problem
from neps_tui.facts.fold import summarize
from neps_tui.runs.line import RunLine, line_of
from neps_tui.view import RunView

_Stamp: TypeAlias = tuple[tuple[int, int] | None, ...]
"""Times and sizes of a run's files; None for one that is not there."""

_SHARE = 0.1
"""The most of a processor that reading one run again and again may take."""
_AWAY = 5.0
"""Seconds until a run is tried again that could not be read at all."""
_AGAIN = 0.5
"""Seconds until a run is read again that was being written while it was read."""


class RunFolder:
    """Follows the runs in a folder; everything happens in the thread that calls it.

    Args:
        directory: The folder; runs may also be a few levels below it.
    """

    def __init__(self, directory: Path) -> None:
        self._directory = directory
        self._runs: dict[str, _WatchedRun] = {}

    @property
    def lines(self) -> Mapping[str, RunLine]:
        """The runs by their names, as they were when they were last read."""
        return {name: run.line for name, run in self._runs.items()}

    def find(self) -> bool:
        """Find which runs there are; whether that is others than before."""
        found = {
            str(root.relative_to(self._directory)): root for root in runs_below(self._directory)
        }
        if found.keys() == self._runs.keys():
            return False
        self._runs = {
            name: self._runs.get(name) or _WatchedRun(root, name) for name, root in found.items()
        }
        return True

    def look(self) -> Iterator[RunLine]:
        """Read the runs that have changed, the latest first.

        Yields:
            Each run when it has been read.
        """
        changed = [run for run in self._runs.values() if run.has_changed()]
        for run in sorted(changed, key=_WatchedRun.written, reverse=True):
            run.read()
            yield run.line


class _WatchedRun:
    """One run of the folder."""

    def __init__(self, root: Path, name: str) -> None:
        self.line = RunLine(root, name)
        layout = RunLayout(root)
        self._files = (
            *(layout.cache, layout.configs, layout.errors),
            *(layout.optimizer_state, layout.optimizer_info),
        )
        self._seen: _Stamp | None = None
        self._now: _Stamp = ()
        self._not_before = 0.0

    def has_changed(self) -> bool:
        """Whether it is time to read it again."""
        if time.monotonic() < self._not_before:
            return False
        self._now = tuple(map(_stamp, self._files))
        return self._now != self._seen

    def written(self) -> int:
        """When it was last written, in nanoseconds since the epoch."""
        return max((stamp[0] for stamp in self._now if stamp is not None), default=0)

    def read(self) -> None:
        """Read it whole, and keep what it amounts to."""
        began = time.monotonic()
        reader = RunReader(self.line.root)
        try:
            snapshot = reader.poll()
        except OSError as error:
            # Its server is away, or it is closed to us: what was known of it stays.
            problem = Problem("the run", f"cannot be read: {error.strerror or error}")
            self.line = replace(self.line, is_read=True, problems=(problem,))
            self._seen, self._not_before = None, began + _AWAY
            return
        self.line = line_of(RunView(snapshot, summarize(snapshot)), self.line.name)
        took = time.monotonic() - began
        self._seen = self._now if reader.is_settled else None
        self._not_before = began + max(took / _SHARE, 0.0 if reader.is_settled else _AGAIN)


def _stamp(path: Path) -> tuple[int, int] | None:
    try:
        status = os.stat(path)
    except OSError:  # gone, or its server is away for now
        return None
    return status.st_mtime_ns, status.st_size
