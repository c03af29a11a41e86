"""What this package has changed in a run: kept below the run's directory, to be taken back.

A change is kept before it is made, under a name that says it has only begun, and is renamed when
it is done; so whoever comes after a kill knows what to finish. NePS never looks in here.
"""

from __future__ import annotations

import json
import os
import shutil
import time
from collections.abc import Collection, Iterator, Mapping
from dataclasses import asdict, dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from neps_state.edit import BUDGET, LIMITS, Budget, Edit, TrialEdit
from neps_state.errors import SerializableTrialError, parse_errors
from neps_state.exceptions import UnreadableError
from neps_state.files import load_text, read_bytes, replace_file, sync_directory
from neps_state.layout import CONFIG_PREFIX, METADATA_FILE, RunLayout
from neps_state.pickles import dump_state, load_inert
from neps_state.signature import signature
from neps_state.soundness import flaw_in
from neps_state.trial import Trial
from neps_state.trial_files import report_path

CHANGE_FILE = "change.json"
TRIALS_FILE = "trials.pkl"
DROPPED_FILE = "errors.jsonl"
ADDED_FILE = "added_errors.jsonl"
WHOLE_DIRECTORY = "whole"
MEND = "mend"
"""The action of a change that only puts right what disagreed: nothing to be taken back."""
_BEGUN = ".begun-"
_GONE = ".gone-"
_DAY = 24 * 3600.0
_KEPT_FOR = 30 * _DAY
_KEPT_AT_LEAST = 7 * _DAY
_KEPT_BYTES = 1 << 30
KEPT = "30 days, or 7 where all that is kept takes more than 1 GiB"
"""How long a change can be taken back, in words."""


@dataclass(frozen=True, slots=True)
class Change:
    """One change that was made, or begun.

    Args:
        id: The name of its directory, which begins with the time.
        directory: What it keeps: its edit, copies of files as they were, removed directories.
        action: What was done, in one word.
        time: When, in seconds since the epoch.
        by: Who did it; see `signature`.
        trial_ids: The trials it was about.
        undoes: The id of the change it took back.
        bytes: What it keeps, in bytes.
        is_done: Whether it was carried out to its end.
    """

    id: str
    directory: Path
    action: str
    time: float
    by: str
    trial_ids: tuple[str, ...]
    undoes: str | None
    bytes: int
    is_done: bool

    @property
    def whole(self) -> Path:
        """The directories of trials that it took out of the run."""
        return self.directory / WHOLE_DIRECTORY

    def is_about_same(self, other: Change) -> bool:
        """Whether another change is about one of its trials, or both are about the budget."""
        if self.action == other.action == BUDGET:
            return True
        return not set(self.trial_ids).isdisjoint(other.trial_ids)

    def read_edit(self) -> Edit:
        """What it did.

        Raises:
            UnreadableError: It is half written or damaged.
        """
        fields = _fields_of(self.directory)
        try:
            kept = load_inert(read_bytes(self.directory / TRIALS_FILE))
        except FileNotFoundError as error:
            raise UnreadableError(f"{self.id} has lost its {TRIALS_FILE}") from error
        return Edit(
            self.action,
            tuple(_trial_edits(kept, self.id)),
            drops=_rows(self.directory / DROPPED_FILE),
            adds=_rows(self.directory / ADDED_FILE),
            budget=_budget_of(fields, self.id),
            undoes=self.undoes,
        )


class History:
    """The changes made to one run. Its methods that write are called under the run's locks.

    Args:
        layout: The run.
    """

    def __init__(self, layout: RunLayout) -> None:
        self._layout = layout

    def changes(self) -> list[Change]:
        """All changes that were carried out and are still kept, oldest first."""
        return [change for change in self._read() if change.is_done]

    def begun(self) -> list[Change]:
        """Changes that were begun and not finished, oldest first: of a process that was killed."""
        return [change for change in self._read() if not change.is_done]

    def has_begun(self) -> bool:
        """Whether a change was begun and not finished, as far as names tell."""
        return any(each.name.startswith(_BEGUN) for each in self._directories())

    def undoable(self) -> list[Change]:
        """The changes that can be taken back, oldest first: neither undone, undoings nor mends."""
        changes = self.changes()
        undone = {change.undoes for change in changes}
        return [
            each
            for each in changes
            if each.undoes is None and each.id not in undone and each.action != MEND
        ]

    def find(self, change_id: str) -> Change | None:
        """A change by its id, or by the only beginning of one."""
        found = [each for each in self.changes() if each.id.startswith(change_id)]
        return found[0] if len(found) == 1 else None

    def unreadable(self) -> list[tuple[Path, str]]:
        """The directories of changes that cannot be read, each with what is wrong with it."""
        found = []
        unbegun = self.unbegun()
        for directory in self._directories():
            if directory in unbegun:
                continue
            try:
                change = _change_in(directory)
                if not change.is_done:
                    change.read_edit()
            except UnreadableError as error:
                found.append((directory, str(error)))
        return found

    def unbegun(self) -> list[Path]:
        """The directories of changes that are being prepared, or were when a process was killed."""
        return [
            directory
            for directory in self._directories()
            if directory.name.startswith(_BEGUN) and not (directory / CHANGE_FILE).exists()
        ]

    def begin(self, edit: Edit, about: Collection[str] = ()) -> Change:
        """Keep an edit that is about to be carried out, with copies of what it will take away.

        Args:
            edit: What will be done.
            about: Ids of the trials that it is about, where it does not tell.
        """
        self._prune(time.time())
        now = datetime.now(UTC)
        name = f"{now:%Y%m%dT%H%M%S.%fZ}-{edit.action}-{os.getpid()}"
        directory = self._layout.backups / f"{_BEGUN}{name}"
        directory.mkdir(parents=True)
        for each in edit.trials:
            if each.before is not None and each.after is not None:
                self._copy_own_files(each.trial_id, directory)
        pairs = [(each.before, each.after) for each in edit.trials]
        replace_file(directory / TRIALS_FILE, dump_state(pairs))
        _write_rows(directory / DROPPED_FILE, edit.drops)
        _write_rows(directory / ADDED_FILE, edit.adds)
        named = [each.trial_id for each in edit.trials] or [
            row.trial_id for row in (*edit.drops, *edit.adds)
        ]
        change = Change(
            id=name,
            directory=directory,
            action=edit.action,
            time=now.timestamp(),
            by=signature(),
            trial_ids=tuple(dict.fromkeys([*named, *about])),
            undoes=edit.undoes,
            bytes=_size_of(directory) + sum(self._bytes_removed(each) for each in edit.trials),
            is_done=False,
        )
        # Last, as only a change that has it counts as begun.
        _write_fields(change, edit)
        return change

    def finish(self, change: Change) -> None:
        """Note that a change was carried out."""
        change.directory.rename(self._layout.backups / change.id)
        sync_directory(self._layout.backups)

    def withdraw(self, change: Change) -> None:
        """Forget a change of which nothing has happened."""
        _forget(change.directory)

    def sweep(self) -> None:
        """Take away what a kill left before a change had begun."""
        for directory in self.unbegun():
            _forget(directory)
        for directory in self._layout.backups.glob(f"{_GONE}*"):
            shutil.rmtree(directory)

    def _directories(self) -> list[Path]:
        if not self._layout.backups.is_dir():
            return []
        found = [
            path
            for path in self._layout.backups.iterdir()
            if path.is_dir() and not path.name.startswith(_GONE)
        ]
        return sorted(found, key=lambda path: path.name.removeprefix(_BEGUN))

    def _read(self) -> Iterator[Change]:
        for directory in self._directories():
            try:
                yield _change_in(directory)
            except UnreadableError:
                # One that had not begun, or that somebody has damaged: doctor tells of it.
                continue

    def _copy_own_files(self, trial_id: str, kept: Path) -> None:
        directory = self._layout.trial_directory(trial_id)
        copies = kept / f"{CONFIG_PREFIX}{trial_id}"
        for path in (directory / METADATA_FILE, report_path(directory)):
            if path is not None and path.exists():
                copies.mkdir(exist_ok=True)
                shutil.copy2(path, copies)

    def _bytes_removed(self, edit: TrialEdit) -> int:
        """What of a trial will be moved here."""
        removed = edit.after is None
        return _size_of(self._layout.trial_directory(edit.trial_id)) if removed else 0

    def _prune(self, now: float) -> None:
        """Forget what is old, and of what is less old the oldest, if it takes too much room."""
        changes = self.changes()
        room = _KEPT_BYTES - sum(change.bytes for change in changes)
        for change in changes:
            age = now - change.time
            if age > _KEPT_FOR or (room < 0 and age > _KEPT_AT_LEAST):
                _forget(change.directory)
                room += change.bytes


def _forget(directory: Path) -> None:
    # What a kill leaves of it goes by a name that is no change's, and is swept.
    gone = directory.rename(directory.with_name(f"{_GONE}{directory.name}"))
    shutil.rmtree(gone)


def _change_in(directory: Path) -> Change:
    fields = _fields_of(directory)
    trial_ids, undoes = fields.get("trials"), fields.get("undoes")
    try:
        return Change(
            id=directory.name.removeprefix(_BEGUN),
            directory=directory,
            action=str(fields["action"]),
            time=float(fields["time"]),
            by=str(fields.get("by", "")),
            trial_ids=tuple(map(str, trial_ids)) if isinstance(trial_ids, list) else (),
            undoes=undoes if isinstance(undoes, str) else None,
            bytes=int(fields.get("bytes", 0)),
            is_done=not directory.name.startswith(_BEGUN),
        )
    except (KeyError, OverflowError, TypeError, ValueError) as error:
        raise UnreadableError(f"{directory.name}/{CHANGE_FILE} is damaged: {error}") from error


def _fields_of(directory: Path) -> dict[str, Any]:
    try:
        fields = load_text(read_bytes(directory / CHANGE_FILE), "json")
    except (OSError, ValueError) as error:
        raise UnreadableError(f"{directory.name}/{CHANGE_FILE}: {error}") from error
    if not isinstance(fields, dict):
        raise UnreadableError(f"{directory.name}/{CHANGE_FILE} is damaged")
    return fields


def _write_fields(change: Change, edit: Edit) -> None:
    fields = {
        "action": change.action,
        "time": change.time,
        "by": change.by,
        "trials": list(change.trial_ids),
        "undoes": change.undoes,
        "bytes": change.bytes,
        "budget": None if edit.budget is None else [dict(each) for each in edit.budget],
    }
    replace_file(change.directory / CHANGE_FILE, json.dumps(fields).encode())


def _trial_edits(kept: object, change_id: str) -> Iterator[TrialEdit]:
    if not isinstance(kept, list):
        raise UnreadableError(f"{change_id} keeps no list of trials")
    for pair in kept:
        if not (isinstance(pair, tuple) and len(pair) == 2 and any(pair)):
            raise UnreadableError(f"{change_id} keeps something that is no trial")
        before, after = pair
        for each in pair:
            if each is not None and (type(each) is not Trial or flaw_in(each) is not None):
                raise UnreadableError(f"{change_id} keeps something that is no trial")
        yield TrialEdit(before, after)


def _budget_of(fields: Mapping[str, Any], change_id: str) -> tuple[Budget, Budget] | None:
    kept = fields.get("budget")
    if kept is None:
        return None
    if not (isinstance(kept, list) and len(kept) == 2 and all(map(_is_budget, kept))):
        raise UnreadableError(f"{change_id} keeps something that is no budget")
    return kept[0], kept[1]


def _is_budget(kept: object) -> bool:
    return (
        isinstance(kept, dict)
        and kept.keys() <= set(LIMITS)
        and all(isinstance(limit, float | int | None) for limit in kept.values())
    )


def _write_rows(path: Path, rows: tuple[SerializableTrialError, ...]) -> None:
    if rows:
        replace_file(path, b"\n".join(json.dumps(asdict(row)).encode() for row in rows))


def _rows(path: Path) -> tuple[SerializableTrialError, ...]:
    return parse_errors(read_bytes(path)).errs if path.exists() else ()


def _size_of(directory: Path) -> int:
    return sum(path.lstat().st_size for path in directory.rglob("*") if path.is_file())
