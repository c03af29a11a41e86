"""The trials of one run directory: their cache and their own directories."""

from __future__ import annotations

import logging
import os
import shutil
import time
from collections.abc import Collection, Iterable
from dataclasses import dataclass, field
from pathlib import Path
from typing import ClassVar, get_args

from neps_state.cache import CacheContents, CacheDamage, CacheFollower
from neps_state.exceptions import (
    NePSError,
    TrialAlreadyExistsError,
    TrialNotFoundError,
    UnreadableError,
)
from neps_state.files import TextFormat, append_to_file, read_bytes, replace_file, sync_directory
from neps_state.layout import CACHE_FILE, CONFIG_PREFIX, UNFINISHED_PREFIX
from neps_state.pickles import dump_state
from neps_state.soundness import is_sound_id
from neps_state.trial import Trial
from neps_state.trial_files import (
    TrialWriteHint,
    default_format,
    list_trial_ids,
    read_trial,
    report_path,
    sampled_order,
    text_format,
    write_config,
    write_metadata,
    write_report,
)
from neps_state.values import has_valid_objective

_logger = logging.getLogger(__name__)
_FEWEST_UPDATES = 10


@dataclass
class TrialRepo:
    """The trials stored in a directory.

    It takes no locks: the caller holds the run's trial lock around every call.

    Args:
        directory: The run's `configs` directory; made when the first trial is stored.
    """

    CACHE_FILE_NAME: ClassVar[str] = CACHE_FILE

    directory: Path
    cache_path: Path = field(init=False)
    damage: tuple[CacheDamage, ...] = field(init=False, default=(), compare=False, repr=False)
    """What the last reading of the cache had to leave out."""
    _cache: CacheFollower = field(init=False, compare=False, repr=False)
    _updates: int = field(init=False, default=0, compare=False, repr=False)
    _known: int = field(init=False, default=0, compare=False, repr=False)
    _needs_mending: bool = field(init=False, default=False, compare=False, repr=False)
    _needs_rewriting: bool = field(init=False, default=False, compare=False, repr=False)

    def __post_init__(self) -> None:
        self.cache_path = self.directory / self.CACHE_FILE_NAME
        self._cache = CacheFollower(self.cache_path)

    def list_trial_ids(self) -> list[str]:
        """Ids of all trials that have a directory, in no order."""
        return list_trial_ids(self.directory)

    def latest(self, *, create_cache_if_missing: bool = True) -> dict[str, Trial]:
        """Every trial as it is now, by id.

        What is torn or damaged in the cache is left out, logged, and kept in `damage`; trials lost
        with it are read from their own directories. A missing cache is rebuilt from those, and
        returned.

        Args:
            create_cache_if_missing: Whether to write the rebuilt cache.
        """
        if not self.cache_path.exists():
            return self._rebuild(write=create_cache_if_missing)
        return self._read_whole().trials

    def get_valid_evaluated_trials(self) -> dict[str, Trial]:
        """The trials with a report, no error, and an objective that is a number."""
        return {
            trial_id: trial
            for trial_id, trial in self.latest().items()
            if trial.report is not None
            and trial.report.err is None
            and has_valid_objective(trial.report)
        }

    def load_trial_from_disk(self, trial_id: str) -> Trial:
        """One trial, from its own files.

        Raises:
            TrialNotFoundError: There is no such trial.
            UnreadableError: One of its files is half written or damaged.
        """
        if not is_sound_id(trial_id):
            raise TrialNotFoundError(f"{trial_id!r} cannot be the id of a trial")
        return read_trial(self._directory_of(trial_id))

    def store_new_trial(self, trial: Trial | list[Trial]) -> None:
        """Add one trial, or many at once.

        Raises:
            TrialAlreadyExistsError: One of them is there already; nothing was written.
            NePSError: One has an id that cannot name a directory; nothing was written.
        """
        trials = trial if isinstance(trial, list) else [trial]
        self._check_free(trials)
        self.drop_unfinished_directories(each.id for each in trials)
        self._store(trial)

    def _check_free(self, trials: list[Trial]) -> None:
        new: set[str] = set()
        for each in trials:
            if not is_sound_id(each.id):
                raise NePSError(f"{each.id!r} cannot be the id of a trial; nothing was written")
            if each.id in new or self._directory_of(each.id).exists():
                raise TrialAlreadyExistsError(each.id, self._directory_of(each.id))
            new.add(each.id)

    def _store(self, trial: Trial | list[Trial]) -> None:
        trials = trial if isinstance(trial, list) else [trial]
        self.directory.mkdir(parents=True, exist_ok=True)
        for each in trials:
            self._prepare_directory(each)
        self._append(trial)
        self.finish_directories(each.id for each in trials)
        self._known += len(trials)
        self._consolidate_if_long()

    def update_trial(
        self,
        trial: Trial,
        *,
        hints: Iterable[TrialWriteHint] | TrialWriteHint | None = ("report", "metadata"),
    ) -> None:
        """Record what a trial has become.

        Args:
            trial: The trial as it is now.
            hints: Which of its files to write; None for all that apply.

        Raises:
            ValueError: A hint is unknown, or asks for a report the trial does not have.
        """
        wanted = _checked(hints, trial)
        self._append(trial)
        self._write_files(trial, wanted)

    def change_trials(self, trials: list[Trial]) -> None:
        """Record what trials have become, all at once, with or without a report.

        Args:
            trials: The trials as they are now.
        """
        self._append(trials if len(trials) > 1 else trials[0])
        for trial in trials:
            self.write_as_known(trial)

    def write_as_known(
        self, trial: Trial, files: Collection[TrialWriteHint] = ("report", "metadata")
    ) -> None:
        """Make a trial's own files say what the cache says; they may be half done after a kill.

        Args:
            trial: The trial as the cache has it.
            files: Which of them; a report that it has not goes.
        """
        hints = [file for file in files if file != "report" or trial.report is not None]
        self._write_files(trial, hints)
        if "report" in files and trial.report is None:
            reported = report_path(self._directory_of(trial.id))
            while reported is not None:
                reported.unlink()
                reported = report_path(self._directory_of(trial.id))

    def mend_cache(self) -> bool:
        """Put what is torn or damaged in the cache aside, so that NePS can read on.

        Trials lost with it are taken up from their own directories; a missing cache is rebuilt.

        Returns:
            Whether there was anything to mend.
        """
        if not self.cache_path.exists():
            return bool(self._rebuild(write=True))
        contents = self._read_whole()
        was_damaged = self._needs_mending
        if was_damaged:
            self._put_aside(contents)
        return was_damaged

    def take_up(self, trials: list[Trial]) -> None:
        """Let the cache know trials that have their own directories already.

        Args:
            trials: As their own files have them.
        """
        self._append(trials if len(trials) > 1 else trials[0])

    def make_directories(self, trials: Collection[Trial]) -> None:
        """Give trials that the cache knows the directories they lack, each whole or not at all."""
        for trial in trials:
            self._prepare_directory(trial)
        self.finish_directories(trial.id for trial in trials)

    def restore_trials(self, trials: list[Trial], kept_in: Path) -> None:
        """Put trials that were removed back into the run.

        Args:
            trials: The trials.
            kept_in: Directory, of the same file system, that keeps their own ones.
        """
        self._check_free(trials)
        for trial in trials:
            kept = kept_in / f"{CONFIG_PREFIX}{trial.id}"
            if kept.exists():
                kept.rename(self._directory_beside(trial.id))
        self._store(trials)

    def remove_trials(self, trial_ids: Collection[str], keep_in: Path) -> None:
        """Take trials out of the run.

        Args:
            trial_ids: The trials.
            keep_in: Directory, of the same file system, that their own ones are moved to.
        """
        trials = self.latest()
        # Directories first: an id without trial but with a directory would stop the next worker
        # that gives it away again.
        for trial_id in trial_ids:
            directory = self._directory_of(trial_id)
            if directory.exists():
                directory.rename(keep_in / directory.name)
        if self.directory.is_dir():
            sync_directory(self.directory)
        remaining = {each: trial for each, trial in trials.items() if each not in trial_ids}
        if len(remaining) < len(trials):
            self._write_whole(remaining)

    def take_back_directories(self, trial_ids: Iterable[str], kept_in: Path) -> None:
        """Undo what a kill left of a removal that did not come to be."""
        for trial_id in trial_ids:
            kept = kept_in / f"{CONFIG_PREFIX}{trial_id}"
            if kept.exists() and not self._directory_of(trial_id).exists():
                kept.rename(self._directory_of(trial_id))
        sync_directory(self.directory)

    def put_aside_directories(self, trial_ids: Iterable[str], keep_in: Path) -> None:
        """Undo what a kill left of a restoration that did not come to be."""
        for trial_id in trial_ids:
            beside = self._directory_beside(trial_id)
            if beside.exists():
                beside.rename(keep_in / f"{CONFIG_PREFIX}{trial_id}")

    def finish_directories(self, trial_ids: Iterable[str]) -> None:
        """Give the directories of new trials their names, after a kill between cache and name."""
        for trial_id in trial_ids:
            beside, directory = self._directory_beside(trial_id), self._directory_of(trial_id)
            if beside.exists() and not directory.exists():
                beside.rename(directory)
        sync_directory(self.directory)

    def drop_unfinished_directories(self, trial_ids: Iterable[str]) -> None:
        """Take away the prepared directories of trials that did not come to be."""
        for trial_id in trial_ids:
            beside = self._directory_beside(trial_id)
            if beside.exists():
                shutil.rmtree(beside)

    def _directory_of(self, trial_id: str) -> Path:
        return self.directory / f"{CONFIG_PREFIX}{trial_id}"

    def _directory_beside(self, trial_id: str) -> Path:
        """A trial's directory before the cache knows the trial: nobody takes it for one."""
        return self.directory / f"{UNFINISHED_PREFIX}{trial_id}"

    def _prepare_directory(self, trial: Trial) -> None:
        beside = self._directory_beside(trial.id)
        if not beside.exists():
            beside.mkdir()
            self._fill(trial, beside, _checked(None, trial))

    def _write_files(self, trial: Trial, hints: Iterable[TrialWriteHint]) -> None:
        directory = self._directory_of(trial.id)
        if not directory.exists():
            # Its worker was killed between the cache and the directory; a worker needs both.
            directory.mkdir(parents=True)
            hints = ("config", *hints)
        self._fill(trial, directory, hints)

    def _fill(self, trial: Trial, directory: Path, hints: Iterable[TrialWriteHint]) -> None:
        file_format = text_format(directory) or self._run_format()
        for hint in hints:
            if hint == "config":
                write_config(trial, directory, file_format)
            elif hint == "metadata":
                write_metadata(trial, directory)
            elif trial.report is not None:
                write_report(trial.report, directory, file_format)

    def _run_format(self) -> TextFormat:
        """The format the run's other trials are in."""
        if "NEPS_CONFIG_SERIALIZE_FORMAT" not in os.environ:
            with os.scandir(self.directory) as entries:
                for entry in entries:
                    if entry.name.startswith(CONFIG_PREFIX):
                        found = text_format(Path(entry.path))
                        if found is not None:
                            return found
        return default_format()

    def _append(self, record: Trial | list[Trial]) -> None:
        self._mend()
        append_to_file(self.cache_path, dump_state(record))
        self._cache.read_appended()
        self._updates += 1

    def _mend(self) -> None:
        """Mend the cache, unless it is known to be whole or was only appended to."""
        if self.cache_path.exists() and not self._needs_mending:
            if not self._cache.has_changed():
                return
            appended = self._cache.read_appended()
            if appended is not None and not appended.damage:
                return
        self.mend_cache()

    def _read_whole(self) -> CacheContents:
        """The whole cache, and from their own directories the trials that damage cost it."""
        contents = self._cache.read_whole()
        self._note(contents)
        lost: dict[str, Trial] = {}
        if contents.damage or not contents.trials:
            lost = self._from_directories(set(self.list_trial_ids()) - contents.trials.keys())
            contents.trials = lost | contents.trials
        self._needs_mending = bool(contents.damage or lost)
        self._needs_rewriting = bool(lost) or not all(part.torn for part in contents.damage)
        self._updates, self._known = contents.updates, len(contents.trials)
        return contents

    def _put_aside(self, contents: CacheContents) -> None:
        data = read_bytes(self.cache_path)
        aside = self.directory / f"{self.CACHE_FILE_NAME}.damaged-{time.time_ns()}"
        if self._needs_rewriting:
            replace_file(aside, data)
            self._write_whole(contents.trials)
        else:
            replace_file(aside, data[contents.end :])
            os.truncate(self.cache_path, contents.end)
            self._cache.read_whole()
        self._needs_mending = False
        _logger.warning("%s: what was damaged in it is kept in %s", self.cache_path, aside.name)

    def _rebuild(self, *, write: bool) -> dict[str, Trial]:
        trials = self._from_directories(self.list_trial_ids())
        if trials and write:
            self._write_whole(trials)
        return trials

    def _from_directories(self, trial_ids: Iterable[str]) -> dict[str, Trial]:
        """Trials from their own files, in the order of sampling; unreadable ones are left out."""
        trials: list[Trial] = []
        for trial_id in trial_ids:
            try:
                trials.append(self.load_trial_from_disk(trial_id))
            except (TrialNotFoundError, UnreadableError) as error:
                _logger.warning("trial %s is left out of the rebuilt cache: %s", trial_id, error)
        return {trial.id: trial for trial in sorted(trials, key=sampled_order)}

    def _write_whole(self, trials: dict[str, Trial]) -> None:
        replace_file(self.cache_path, dump_state(trials))
        self._cache.read_whole()
        self._updates, self._known = 0, len(trials)

    def _consolidate_if_long(self) -> None:
        """Rewrite the cache once its updates outnumber its trials.

        That bounds its size, and spreads the cost of a rewriting over as many updates.
        """
        if self._updates > max(_FEWEST_UPDATES, self._known):
            self._write_whole(self.latest())

    def _note(self, contents: CacheContents) -> None:
        damage = tuple(contents.damage)
        if damage != self.damage:
            for part in damage:
                _logger.warning("%s: %s", self.cache_path, part)
        self.damage = damage


def _checked(
    hints: Iterable[TrialWriteHint] | TrialWriteHint | None, trial: Trial
) -> list[TrialWriteHint]:
    if hints is None:
        every: list[TrialWriteHint] = ["config", "metadata"]
        return every if trial.report is None else ["config", "report", "metadata"]
    wanted = [hints] if isinstance(hints, str) else list(hints)
    for hint in wanted:
        if hint not in get_args(TrialWriteHint):
            raise ValueError(f"a hint is one of {get_args(TrialWriteHint)}, not {hint!r}")
    if "report" in wanted and trial.report is None:
        raise ValueError(f"trial {trial.id} has no report to write")
    return wanted
