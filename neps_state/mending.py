"""Putting right what disagrees in a run's directory, without changing what any trial is.

The cache decides what a trial is, and a directory that it does not know says so itself. Whatever
is taken away or written over is kept, as a change of the history that needs no undoing; a kill in
the middle leaves a part of the mending undone and nothing half done.
"""

from __future__ import annotations

import os
import shutil
import time
from collections.abc import Collection, Iterable, Mapping
from dataclasses import replace
from pathlib import Path

from neps_state.agreement import CONFIG_FILES, REPORT_FILES, disagreements
from neps_state.decisions import Errors, dropping
from neps_state.edit import Changed, Edit
from neps_state.editing import Editor
from neps_state.errors import lines_that_stop_neps, read_errors, rewrite_errors
from neps_state.exceptions import NePSError
from neps_state.files import read_bytes
from neps_state.history import MEND, WHOLE_DIRECTORY, Change
from neps_state.layout import CONFIG_PREFIX, METADATA_FILE, UNFINISHED_PREFIX, RunLayout
from neps_state.leftovers import left_over
from neps_state.repo import TrialRepo
from neps_state.soundness import is_sound_id
from neps_state.trial import State, Trial
from neps_state.trial_files import TrialWriteHint, read_trial

_KEPT_FILES = (METADATA_FILE, *CONFIG_FILES, *REPORT_FILES)
_EVERY_FILE: tuple[TrialWriteHint, ...] = ("config", "report", "metadata")
_LEFTOVERS = "leftovers"


class Mender:
    """Mends a run. The caller holds the locks of its trials and of its errors, in this order.

    It has also finished what a kill cut short: that may have moved just what would be missed here.

    Args:
        layout: The run.
        repo: Its trials.
    """

    def __init__(self, layout: RunLayout, repo: TrialRepo) -> None:
        self._layout = layout
        self._repo = repo
        self._editor = Editor(layout, repo)

    # --- trials --------------------------------------------------------------------------------

    def mend_cache(self) -> Changed:
        """Put what is torn or damaged in the cache aside, or rebuild it if it is missing."""
        change = self._begin()
        if not self._repo.mend_cache():
            self._editor.history.withdraw(change)
            return Changed()
        self._editor.history.finish(change)
        return Changed(change_id=change.id)

    def mend_files(self, trial_ids: Iterable[str]) -> Changed:
        """Write the files of trials anew that do not say what the cache says, or are missing.

        Files that are ahead of the cache stay as they are: they may be all there is of a result.

        Args:
            trial_ids: The trials to look at.
        """
        known = self._repo.latest()
        refused: dict[str, str] = {}
        homeless: list[Trial] = []
        wrong: list[tuple[Trial, Collection[TrialWriteHint]]] = []
        for trial in (known[each] for each in trial_ids if each in known):
            try:
                if not self._layout.trial_directory(trial.id).exists():
                    homeless.append(trial)
                elif found := self._wrong_files(trial):
                    wrong.append((trial, found))
            except OSError as error:
                refused[trial.id] = f"trial {trial.id}: {error}"
        refused |= self._kept_elsewhere(homeless)
        homeless = [trial for trial in homeless if trial.id not in refused]
        if not homeless and not wrong:
            return Changed(refused=refused)
        change = self._begin([trial.id for trial in (*homeless, *(each for each, _ in wrong))])
        # What was prepared for a trial, maybe of an earlier moment or for another one of its id.
        prepared = [trial for trial in homeless if self._prepared(trial.id).exists()]
        self._repo.make_directories(homeless)
        for trial, files in (*wrong, *((trial, _EVERY_FILE) for trial in prepared)):
            try:
                self._keep_files(trial.id, change)
                self._repo.write_as_known(trial, files)
            except OSError as error:
                refused[trial.id] = f"trial {trial.id}: {error}"
        self._editor.history.finish(change)
        done = [each for each in change.trial_ids if each not in refused]
        return Changed(tuple(done), refused, change.id)

    def _wrong_files(self, trial: Trial) -> list[TrialWriteHint]:
        directory = self._layout.trial_directory(trial.id)
        found = disagreements(directory, trial, os.listdir(directory))
        return [each.file for each in found if each.flaw != "ahead"]

    def _kept_elsewhere(self, homeless: Iterable[Trial]) -> dict[str, str]:
        """Trials whose directories a change has moved away that cannot be read."""
        kept = {}
        unreadable = [directory for directory, _ in self._editor.history.unreadable()]
        for trial in homeless:
            for directory in unreadable:
                path = directory / WHOLE_DIRECTORY / f"{CONFIG_PREFIX}{trial.id}"
                if path.exists():
                    place = path.relative_to(self._layout.root)
                    kept[trial.id] = f"trial {trial.id}: its directory is in {place}"
        return kept

    def _prepared(self, trial_id: str) -> Path:
        return self._layout.configs / f"{UNFINISHED_PREFIX}{trial_id}"

    def take_up(self, trial_ids: Iterable[str]) -> Changed:
        """Let the cache know the trials of directories that it does not know, if they are whole.

        Args:
            trial_ids: The trials that the directories are named for.
        """
        known = self._repo.latest()
        found: list[Trial] = []
        refused: dict[str, str] = {}
        for trial_id in trial_ids:
            if trial_id in known or not is_sound_id(trial_id):
                continue
            try:
                found.append(read_trial(self._layout.trial_directory(trial_id)))
            except (NePSError, OSError) as error:
                refused[trial_id] = f"trial {trial_id}: {error}"
        if not found:
            return Changed(refused=refused)
        change = self._begin([trial.id for trial in found])
        self._repo.take_up(found)
        self._editor.history.finish(change)
        return Changed(change.trial_ids, refused, change.id)

    def drop_empty_directories(self, trial_ids: Iterable[str]) -> Changed:
        """Remove directories that the cache does not know and that nothing is in.

        Args:
            trial_ids: The trials that they are named for.
        """
        known = self._repo.latest()
        unknown = [each for each in trial_ids if each not in known and is_sound_id(each)]
        change = self._begin(unknown)
        refused = {}
        for trial_id in unknown:
            try:
                self._layout.trial_directory(trial_id).rmdir()
            except OSError as error:
                refused[trial_id] = f"trial {trial_id}: {error}"
        done = tuple(each for each in unknown if each not in refused)
        if not done:
            self._editor.history.withdraw(change)
            return Changed(refused=refused)
        self._editor.history.finish(change)
        return Changed(done, refused, change.id)

    # --- the rest ------------------------------------------------------------------------------

    def drop_stale_errors(self, seen: Errors | None = None) -> Changed:
        """Take the rows out of the error dump whose trials are not crashed any more, or gone.

        Args:
            seen: The rows that were seen to be such; None for all that are.
        """
        known = self._repo.latest()
        rows = read_errors(self._layout.errors).errs
        if seen is not None:
            rows = [row for row in seen if row in rows]
        stale = [row for row in rows if not _is_crashed(known, row.trial_id)]
        changed = self._editor.apply(dropping(stale)) if stale else Changed()
        if seen is None:
            return changed
        refused = {row.trial_id: "it is crashed again" for row in rows if row not in stale}
        return replace(changed, refused=refused)

    def mend_errors(self) -> Changed:
        """Write the error dump anew without the lines that nobody can read."""
        path = self._layout.errors
        if not path.exists() or not lines_that_stop_neps(read_bytes(path)):
            return Changed()
        change = self._begin()
        shutil.copy2(path, change.directory)
        rewrite_errors(path)
        self._editor.history.finish(change)
        return Changed(change_id=change.id)

    def clear_leftovers(self, paths: Iterable[Path]) -> Changed:
        """Move away what killed processes left beside the files they were writing.

        Args:
            paths: The files and directories, below the run; what is none of these stays.
        """
        now, known = time.time(), self._repo.latest()
        found = [
            path
            for path in paths
            if path.is_relative_to(self._layout.root)
            and self._is_left_over(path, now)
            and not self._is_awaited(path, known)
        ]
        if not found:
            return Changed()
        change = self._begin()
        refused = {}
        for number, path in enumerate(found):
            kept = change.directory / _LEFTOVERS / str(number)
            kept.mkdir(parents=True)
            try:
                path.rename(kept / path.name)
            except OSError as error:
                refused[str(path)] = str(error)
        self._editor.history.finish(change)
        return Changed(refused=refused, change_id=change.id)

    def _is_left_over(self, path: Path, now: float) -> bool:
        has_trials = path.parent == self._layout.configs
        return path in left_over(path.parent, [path.name], now, has_trials=has_trials)

    def _is_awaited(self, path: Path, known: Mapping[str, Trial]) -> bool:
        """Whether a prepared directory is of a trial that the cache knows and that has no other."""
        trial_id = path.name.removeprefix(UNFINISHED_PREFIX)
        return (
            path.name.startswith(UNFINISHED_PREFIX)
            and trial_id in known
            and not self._layout.trial_directory(trial_id).exists()
        )

    def _begin(self, about: Collection[str] = ()) -> Change:
        return self._editor.history.begin(Edit(MEND), about)

    def _keep_files(self, trial_id: str, change: Change) -> None:
        """Copy the files of a trial that may be written over.

        Raises:
            OSError: One of them is no regular file.
        """
        directory = self._layout.trial_directory(trial_id)
        copies = change.directory / directory.name
        copies.mkdir(exist_ok=True)
        for path in (directory / name for name in _KEPT_FILES):
            if path.exists():
                shutil.copy2(path, copies)


def _is_crashed(known: Mapping[str, Trial], trial_id: str) -> bool:
    trial = known.get(trial_id)
    return trial is not None and trial.metadata.state is State.CRASHED
