"""RunReader: what a run is now, read without a lock, without a write, at the cost of the change.

Workers append to the trial cache, so an append is read from the last good offset. Now and then
one rewrites the cache; then the few unfinished trials are read at once from their own files, and
the whole cache at leisure, at a bounded share of the processor. What is torn counts as "not yet",
and what stays unreadable is shown as a problem beside the last good value.
"""

from __future__ import annotations

import errno
import os
import time
from collections.abc import Callable, Iterator
from dataclasses import replace
from pathlib import Path
from types import MappingProxyType
from typing import Any

from neps_state.errors import ParsedErrors, parse_errors
from neps_state.exceptions import UnreadableError
from neps_state.files import read_bytes
from neps_state.followed import FollowedFile
from neps_state.followed_trials import FollowedTrials
from neps_state.layout import CACHE_FILE, RunLayout
from neps_state.progress import Progress, ignore_progress
from neps_state.run_files import read_optimizer_info, read_optimizer_state, read_pipeline_space
from neps_state.snapshot import Phase, Problem, RunSnapshot
from neps_state.space import SearchSpaceTree, space_tree

_LOOK_AGAIN = 0.02
"""Seconds between two looks at what is being written."""
_NOTHING_THERE = (errno.ENOENT, errno.ENOTDIR, errno.ELOOP, errno.ENAMETOOLONG)
_NO_ERRORS = ParsedErrors((), (), torn=False)


def read_once(root: Path) -> RunSnapshot:
    """The run at `root` as it is now, for whoever does not go on to follow it.

    A file that somebody is writing this instant is looked at until it is whole; one that has been
    half written for longer than that takes is told of in the snapshot's problems.
    """
    reader = RunReader(root)
    snapshot = reader.poll()
    while not reader.is_settled:
        time.sleep(_LOOK_AGAIN)
        snapshot = reader.poll()
    return snapshot


class RunReader:
    """Follows one run directory.

    Everything happens in the thread that calls `poll`; only the snapshots leave it.

    Args:
        root: The run directory; it need not exist yet.
        clock: Gives seconds since the epoch.
        on_progress: Told how much of a long reading is done.
    """

    def __init__(
        self,
        root: Path,
        *,
        clock: Callable[[], float] = time.time,
        on_progress: Progress = ignore_progress,
    ) -> None:
        self._root = root
        self._on_progress = on_progress
        self._layout = RunLayout(root)
        self._clock = clock
        self._generation = 0
        self._snapshot = RunSnapshot(root, Phase.NO_DIRECTORY)
        self._run: _FollowedRun | None = None

    def poll(self) -> RunSnapshot:
        """The run as it is now; the same object as before if nothing about it changed.

        Raises:
            OSError: It cannot even be told whether there is one, as where a file server is away.
        """
        identity = _identity(self._root)
        if self._run is not None and (self._run.identity != identity or not self._layout.is_run()):
            self._run = None
        if self._run is None and identity is not None and self._layout.is_run():
            self._generation += 1
            self._run = _FollowedRun(self._layout, identity, self._on_progress)
        fresh = self._waiting(identity) if self._run is None else self._run.poll(self._clock())
        if fresh is not None:
            self._snapshot = replace(
                fresh, revision=self._snapshot.revision + 1, generation=self._generation
            )
        return self._snapshot

    @property
    def is_settled(self) -> bool:
        """Whether nothing looks as if somebody were just writing it."""
        return self._run is None or self._run.is_settled(self._clock())

    @property
    def due(self) -> float | None:
        """When to poll again even if no event comes, seconds since the epoch."""
        return None if self._run is None else self._run.due

    def directories(self) -> tuple[Path, ...]:
        """Directories whose events tell of a change: never one for a finished trial."""
        if self._run is None:
            return ()
        unfinished = sorted(self._run.trials.unfinished)
        return (
            self._layout.root,
            self._layout.configs,
            *map(self._layout.trial_directory, unfinished),
        )

    def _waiting(self, identity: tuple[int, int] | None) -> RunSnapshot | None:
        gone = "any more: the run was deleted" if self._generation else "yet"
        if identity is None:
            phase, reason = Phase.NO_DIRECTORY, f"there is no directory {self._root} {gone}"
        else:
            phase = Phase.NO_RUN
            reason = f"no NePS run in {self._root} {gone}; it has no optimizer_info.yaml"
        last = self._snapshot
        if last.revision and (last.phase, last.waiting_for) == (phase, reason):
            return None
        return RunSnapshot(self._root, phase, reason)


class _FollowedRun:
    """One run, from the moment it is there until it is deleted or replaced."""

    def __init__(self, layout: RunLayout, identity: tuple[int, int], on_progress: Progress) -> None:
        self.identity = identity
        self.trials = FollowedTrials(layout, on_progress)
        self._layout = layout
        self._info = FollowedFile(layout.optimizer_info, read_optimizer_info, None)
        self._state = FollowedFile(layout.optimizer_state, read_optimizer_state, None)
        self._space = FollowedFile(layout.pipeline_space, _read_space, None)
        self._errors = FollowedFile(
            layout.errors, _read_errors, _NO_ERRORS, _salvage_errors, _has_none
        )
        self._files: tuple[FollowedFile[Any], ...] = (
            self._info,
            self._state,
            self._space,
            self._errors,
        )
        self._shown_problems: tuple[Problem, ...] | None = None

    @property
    def due(self) -> float | None:
        """When something should be looked at again, seconds since the epoch."""
        dues = [self.trials.due, *(each.due for each in self._files)]
        return min((due for due in dues if due is not None), default=None)

    def is_settled(self, now: float) -> bool:
        """Whether no file looks as if somebody were just writing it."""
        return self.trials.is_settled(now) and all(each.is_settled(now) for each in self._files)

    def poll(self, now: float) -> RunSnapshot | None:
        """What the run is now; None if nothing changed."""
        files_changed = [each.poll(now) for each in self._files]
        changed = self.trials.poll(now)
        problems = tuple(self._problems(now))
        is_first = self._shown_problems is None
        if not (is_first or any(files_changed) or changed or problems != self._shown_problems):
            return None
        self._shown_problems = problems
        return RunSnapshot(
            root=self._layout.root,
            phase=Phase.RUN,
            trials=MappingProxyType(dict(self.trials.trials)),
            changed=None if is_first else frozenset(changed),
            errors=self._errors.value.errs,
            optimizer_info=self._info.value,
            optimizer_state=self._state.value,
            space=self._space.value,
            problems=problems,
        )

    def _problems(self, now: float) -> Iterator[Problem]:
        for each in self._files:
            flaw = each.problem(now)
            if flaw is not None:
                yield Problem(each.name, f"{flaw.removeprefix(f'{each.name}: ')}; {each.shown()}")
        if (lines := self._errors.value.bad_lines) and self._errors.flaw is None:
            numbers = ", ".join(map(str, lines[:5]))
            yield Problem(self._errors.name, f"left out as unreadable: line {numbers}")
        if self.trials.problem is not None:
            yield Problem(f"configs/{CACHE_FILE}", self.trials.problem)


def _read_space(path: Path) -> SearchSpaceTree | None:
    try:
        return space_tree(read_pipeline_space(path))
    except (AttributeError, RecursionError, TypeError, ValueError) as error:
        raise UnreadableError(f"{path.name}: it holds no space of a known shape") from error


def _read_errors(path: Path) -> ParsedErrors:
    parsed = _salvage_errors(path)
    if parsed.torn:
        raise UnreadableError(f"{path.name}: its last line is half written")
    return parsed


def _has_none(parsed: ParsedErrors) -> bool:
    return parsed == _NO_ERRORS


def _salvage_errors(path: Path) -> ParsedErrors:
    return parse_errors(read_bytes(path))


def _identity(root: Path) -> tuple[int, int] | None:
    try:
        status = os.stat(root)
    except OSError as error:
        if error.errno in _NOTHING_THERE:
            return None
        raise
    return status.st_dev, status.st_ino
