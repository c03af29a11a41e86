"""The trials of a run, followed: appended records at once, a rewritten cache at leisure."""

from __future__ import annotations

import os
import time
from collections.abc import Iterable
from pathlib import Path
from typing import TypeAlias

from neps_state.cache import CacheContents, CacheDamage, CacheFollower
from neps_state.exceptions import TrialNotFoundError, UnreadableError
from neps_state.followed import GRACE
from neps_state.layout import METADATA_FILE, RunLayout
from neps_state.progress import Progress, ignore_progress
from neps_state.soundness import is_sound_id
from neps_state.trial import UNFINISHED, Report, Trial
from neps_state.trial_files import list_trial_ids, read_trial, report_path, sampled_order

_OwnStamp: TypeAlias = tuple[tuple[int, int] | None, ...]
"""Times and sizes of a trial's metadata and report."""

_WHOLE_SHARE = 0.05
"""The most of a processor that reading the whole cache again and again may take."""
_TORN_RETRY = 0.05
_PROGRESS_EVERY = 100
"""Trials; each takes about a millisecond to be read from its own files."""


class FollowedTrials:
    """Every trial of a run directory as it is now.

    Args:
        layout: The run.
        on_progress: Told how much of a long reading is done.

    Attributes:
        trials: Every trial by id; finished ones are the same objects from poll to poll.
        unfinished: Ids of the trials that a worker will still change.
        due: When to poll again even if no event comes, seconds since the epoch.
        problem: What is wrong with the cache, once it has been for a while.
    """

    def __init__(self, layout: RunLayout, on_progress: Progress = ignore_progress) -> None:
        self._layout = layout
        self._on_progress = on_progress
        self._cache = CacheFollower(layout.cache, on_progress)
        self.trials: dict[str, Trial] = {}
        self.unfinished: set[str] = set()
        self.due: float | None = None
        self.problem: str | None = None
        self._started = False
        self._new: set[str] = set()
        self._own_stamps: dict[str, _OwnStamp] = {}
        self._configs_modified: int | None = None
        self._earliest_whole = 0.0
        self._damage = ""
        self._damaged_since: float | None = None
        self._only_torn = False
        self._failure = ""
        self._failing_since: float | None = None

    def poll(self, now: float) -> set[str]:
        """Read what changed.

        Args:
            now: Seconds since the epoch.

        Returns:
            Ids of the trials that are new, different or gone.
        """
        try:
            changed = self._poll(now)
        except (UnreadableError, OSError) as error:
            self._note_failure(str(error), now)
            changed = set()
        else:
            self._failing_since = None
            self._started = True
        self.problem = self._find_problem(now)
        return changed

    def is_settled(self, now: float) -> bool:
        """Whether the cache is good, or has been bad for longer than a writer takes."""
        since = [each for each in (self._damaged_since, self._failing_since) if each is not None]
        return not since or now - min(since) >= GRACE

    def _note_failure(self, failure: str, now: float) -> None:
        """The cache will not be read at all: what was shown stays."""
        self._failure = failure
        self._failing_since = now if self._failing_since is None else self._failing_since
        self.due = now + GRACE

    def _poll(self, now: float) -> set[str]:
        if not self._cache.exists():
            on_disk = self._ids_on_disk()
            return self._read_directories(on_disk) | self._drop(self.trials.keys() - on_disk)
        if not self._started or (self.due is not None and now >= self.due):
            return self._read_whole(now)
        if not self._cache.has_changed():
            return set()
        appended = self._cache.read_appended()
        if appended is None:
            return self._read_around_cache(now)
        if appended.damage or self._only_torn:
            self._note_damage(appended, now)
        return self._put(appended.trials.values())

    def _read_whole(self, now: float) -> set[str]:
        started = time.perf_counter()
        try:
            contents = self._cache.read_whole()
        except FileNotFoundError:
            return set()
        self.due = None
        if not contents.trials and not contents.damage and self._ids_on_disk():
            contents.damage.append(CacheDamage(0, 0, "it is empty", torn=True))
        self._note_damage(contents, now)
        lost = self.trials.keys() - contents.trials.keys()
        if contents.damage and (lost or not self._started):
            return self._read_damaged(contents, now)
        self._earliest_whole = now + (time.perf_counter() - started) / _WHOLE_SHARE
        return self._put(contents.trials.values()) | self._drop(lost)

    def _read_damaged(self, contents: CacheContents, now: float) -> set[str]:
        """A cache that lost trials: being rewritten this instant, or its writer was killed."""
        if self._started and not self.is_settled(now):
            self._cache.forget()
            self.due = now + _TORN_RETRY
            return self._read_around_cache(now)
        known = contents.trials.keys()
        on_disk = self._ids_on_disk()
        changed = self._put(contents.trials.values()) | self._read_directories(on_disk - known)
        return changed | self._drop(self.trials.keys() - on_disk - known)

    def _read_around_cache(self, now: float) -> set[str]:
        """The cache was rewritten: the unfinished and the new trials, from their own files."""
        if self.due is None:
            self.due = max(now, self._earliest_whole)
        modified = _modified_ns(self._layout.configs)
        if modified != self._configs_modified:
            self._configs_modified = modified
            self._new = self._ids_on_disk() - self.trials.keys()
        changed = self._read_directories(self.unfinished | self._new)
        self._new -= self.trials.keys()
        return changed

    def _read_directories(self, trial_ids: Iterable[str]) -> set[str]:
        """Trials from their own files; what is torn there stays as it was."""
        read: list[Trial] = []
        gone: list[str] = []
        wanted = list(trial_ids)
        for number, trial_id in enumerate(wanted):
            if number % _PROGRESS_EVERY == 0:
                self._on_progress(number / len(wanted))
            directory = self._layout.trial_directory(trial_id)
            stamp = _own_stamp(directory)
            if trial_id in self.trials and stamp == self._own_stamps.get(trial_id, ()):
                continue
            try:
                read.append(read_trial(directory))
            except TrialNotFoundError:
                gone.append(trial_id)
                continue
            except (UnreadableError, OSError):
                # Being written this instant: the stamp stays unknown, so it is read next time.
                self._own_stamps.pop(trial_id, None)
                continue
            self._own_stamps[trial_id] = stamp
        return self._put(sorted(read, key=sampled_order)) | self._drop(gone)

    def _put(self, trials: Iterable[Trial]) -> set[str]:
        changed = set()
        for trial in trials:
            metadata = trial.metadata
            trial_id = metadata.id
            known = self.trials.get(trial_id)
            if known is not None:
                if _same(known, trial):
                    continue
                self.unfinished.discard(trial_id)
            self.trials[trial_id] = trial
            changed.add(trial_id)
            if metadata.state in UNFINISHED:
                self.unfinished.add(trial_id)
        return changed

    def _drop(self, trial_ids: Iterable[str]) -> set[str]:
        dropped = {each for each in list(trial_ids) if self.trials.pop(each, None) is not None}
        self.unfinished -= dropped
        for trial_id in dropped:
            self._own_stamps.pop(trial_id, None)
        return dropped

    def _ids_on_disk(self) -> set[str]:
        return {each for each in list_trial_ids(self._layout.configs) if is_sound_id(each)}

    def _note_damage(self, contents: CacheContents, now: float) -> None:
        if not contents.damage:
            self._damaged_since, self._damage, self._only_torn = None, "", False
            return
        if self._damaged_since is None:
            written = _modified_ns(self._layout.cache)
            self._damaged_since = now if written is None else min(now, written / 1e9)
        self._only_torn = all(part.torn for part in contents.damage)
        self._damage = "; ".join(str(part) for part in contents.damage[:3])

    def _find_problem(self, now: float) -> str | None:
        if self._damaged_since is not None:
            left = self._damaged_since + GRACE - now
            if left <= 0:
                return f"{self._damage}; NePS cannot read it until the next write here mends it"
            self.due = self.due or now + left
        if self._failing_since is not None and now - self._failing_since >= GRACE:
            return f"{self._failure}; the last that could be read is shown"
        if self.trials and not self._cache.exists():
            return "missing; the trials are shown from their own files"
        return None


def _same(known: Trial, trial: Trial) -> bool:
    """Whether a trial is as it was, by what sampling, evaluating and correcting it set."""
    one, other = known.metadata, trial.metadata
    return (
        one.state is other.state
        and one.time_end == other.time_end
        and one.time_started == other.time_started
        and one.evaluating_worker_id == other.evaluating_worker_id
        and _alike(one.time_sampled, other.time_sampled)
        and _same_report(known.report, trial.report)
    )


def _same_report(known: Report | None, report: Report | None) -> bool:
    if known is None or report is None:
        return known is report
    return _alike(known.cost, report.cost) and _alike(
        known.objective_to_minimize, report.objective_to_minimize
    )


def _alike(one: object, other: object) -> bool:
    """Equality in which NaN equals NaN."""
    return one == other or (one != one and other != other) or repr(one) == repr(other)


def _own_stamp(directory: Path) -> _OwnStamp:
    return _stamp(directory / METADATA_FILE), _stamp(report_path(directory) or directory / "report")


def _stamp(path: Path) -> tuple[int, int] | None:
    try:
        status = os.stat(path)
    except FileNotFoundError:
        return None
    return status.st_mtime_ns, status.st_size


def _modified_ns(path: Path) -> int | None:
    try:
        return os.stat(path).st_mtime_ns
    except FileNotFoundError:
        return None
