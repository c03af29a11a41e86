"""The files of a trial's directory, found without reading one and within bounds."""

from __future__ import annotations

import os
import stat
from collections import deque
from collections.abc import Iterator
from dataclasses import dataclass
from enum import StrEnum
from itertools import islice
from pathlib import Path

from neps_state.layout import METADATA_FILE, PREVIOUS_TRIAL_FILE, RunLayout

_DEEPEST = 4
"""Levels of directories that are looked into."""
_MOST_IN_ONE = 200
"""Entries of one directory that are shown, so that one of them does not crowd out the others."""
_MOST_COUNTED = 2_000
"""Entries of one directory that are looked at."""
_MOST = 1_000
"""Entries that are shown in all."""
_OF_NEPS = frozenset(
    {
        *(f"{name}.{suffix}" for name in ("config", "report") for suffix in ("yaml", "json")),
        *(METADATA_FILE, PREVIOUS_TRIAL_FILE),
    }
)


class EntryKind(StrEnum):
    """What an entry of a directory is."""

    FILE = "file"
    DIRECTORY = "directory"
    LINK = "link"
    OTHER = "special"


@dataclass(frozen=True, slots=True)
class Entry:
    """A file or a directory.

    Args:
        place: Its path from the trial's directory on.
        depth: How many directories lie between.
        kind: What it is; of what a link leads to, size and age are told.
        size: In bytes.
        modified: When it was last changed, seconds since the epoch.
    """

    place: str
    depth: int
    kind: EntryKind
    size: int
    modified: float


@dataclass(frozen=True, slots=True)
class Listing:
    """What lies in a directory at one moment.

    Args:
        directory: The directory.
        entries: Files, then directories, each followed by what is in it; at last NePS's own files.
        left_out: Whether there is more than is told.
        problem: Why the directory cannot be read; empty if it can.
    """

    directory: Path
    entries: tuple[Entry, ...] = ()
    left_out: bool = False
    problem: str = ""

    @property
    def files(self) -> int:
        """How many of the entries are no directories."""
        return sum(each.kind is not EntryKind.DIRECTORY for each in self.entries)

    @property
    def bytes(self) -> int:
        """How large they are together."""
        return sum(each.size for each in self.entries if each.kind is EntryKind.FILE)


def directory_of(root: Path, trial_id: str) -> Path | None:
    """Where the files of a trial lie; None if its id is no name that a directory can have."""
    layout = RunLayout(root)
    directory = layout.trial_directory(trial_id)
    return directory if directory.parent == layout.configs and "\x00" not in trial_id else None


def list_directory(directory: Path) -> Listing:
    """What lies in a directory; what is in the uppermost levels is found first."""
    found: dict[str, list[Entry]] = {}
    waiting = deque([("", 0)])
    total, left_out = 0, False
    while waiting:
        place, depth = waiting.popleft()
        try:
            entries, is_whole = _entries(directory, place, depth)
        except OSError as error:
            if not place:
                return Listing(directory, problem=_why(error))
            continue
        kept = entries[: max(_MOST - total, 0)]
        total += len(kept)
        left_out |= not is_whole or len(kept) < len(entries)
        found[place] = kept
        inner = [each.place for each in kept if each.kind is EntryKind.DIRECTORY]
        if depth + 1 < _DEEPEST:
            waiting += [(each, depth + 1) for each in inner]
        else:
            left_out |= bool(inner)
    return Listing(directory, tuple(_in_order(found)), left_out)


def size_text(size: int) -> str:
    """Say how large a file is: `312 B`, `4.1 kB`, `1.2 GB`."""
    if size < 1000:
        return f"{size} B"
    amount = float(size)
    for unit in ("kB", "MB", "GB", "TB"):
        amount /= 1000
        if amount < 999.5 or unit == "TB":
            break
    return f"{amount:.1f} {unit}" if amount < 9.95 else f"{amount:.0f} {unit}"


def _entries(directory: Path, place: str, depth: int) -> tuple[list[Entry], bool]:
    with os.scandir(directory / place) as scan:
        seen = list(islice(scan, _MOST_COUNTED + 1))
    seen.sort(key=lambda each: each.name)
    # Of too many, the names decide: what each is costs a call.
    entries = [
        entry for each in seen[:_MOST_IN_ONE] if (entry := _entry(each, place, depth)) is not None
    ]
    entries.sort(key=_rank)
    return entries, len(seen) <= _MOST_IN_ONE


def _rank(entry: Entry) -> int:
    """The pipeline's own files first, then directories, then what NePS keeps of every trial."""
    if entry.kind is EntryKind.DIRECTORY:
        return 1
    return 2 if not entry.depth and entry.place in _OF_NEPS else 0


def _entry(found: os.DirEntry[str], place: str, depth: int) -> Entry | None:
    name = f"{place}/{found.name}" if place else found.name
    try:
        status = found.stat(follow_symlinks=False)
        kind = _kind(status.st_mode)
        if kind is EntryKind.LINK:
            status = _behind(found) or status
    except OSError:
        # It is gone since the directory was read.
        return None
    return Entry(name, depth, kind, status.st_size, status.st_mtime)


def _behind(link: os.DirEntry[str]) -> os.stat_result | None:
    try:
        return link.stat()
    except OSError:
        return None


def _kind(mode: int) -> EntryKind:
    if stat.S_ISREG(mode):
        return EntryKind.FILE
    if stat.S_ISDIR(mode):
        return EntryKind.DIRECTORY
    return EntryKind.LINK if stat.S_ISLNK(mode) else EntryKind.OTHER


def _in_order(found: dict[str, list[Entry]], place: str = "") -> Iterator[Entry]:
    for entry in found.get(place, ()):
        yield entry
        if entry.kind is EntryKind.DIRECTORY:
            yield from _in_order(found, entry.place)


def _why(error: OSError) -> str:
    if isinstance(error, FileNotFoundError):
        return "There is no such directory: it was moved or removed, or never written."
    return f"The directory cannot be read: {error.strerror or error}."
