"""The trial cache: a stream of pickles in which the last record for a trial counts.

Workers append to it, and now and then rewrite it in place as one dict. A worker killed while
appending leaves a torn record, behind which others may have gone on appending; NePS then can read
nothing any more, while here only what was torn is left out.
"""

from __future__ import annotations

import os
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from pathlib import Path

from neps_state.deep_stack import on_deep_stack
from neps_state.exceptions import UnreadableError
from neps_state.files import read_bytes
from neps_state.pickles import RecordStream, TornError, collector_paused
from neps_state.progress import Progress, ignore_progress
from neps_state.soundness import flaw_in
from neps_state.trial import Trial

_FRAME_HEADERS = (b"\x80\x05\x95", b"\x80\x04\x95")
_HEADER_LENGTH = 11
_AFTER_A_FRAME = frozenset(b"\x95XB\x8d\x8e\x96")
"""What may follow a frame in one pickle: another frame, or text and bytes too large for one."""
_MOST_TRIES = 500
"""Places at which a record is looked for behind damage, in all of the cache."""
_TAIL_LENGTH = 64
_LONG = 64 << 10
"""Bytes, of some two hundred trials, above which it is noticed how long a reading takes."""


@dataclass(frozen=True, slots=True)
class CacheDamage:
    """A part of the cache that is not a record of trials.

    Args:
        offset: Where it starts, in bytes.
        length: Its length in bytes.
        reason: What is wrong with it.
        torn: Whether it is cut off by the end of the file, as while it is being written.
    """

    offset: int
    length: int
    reason: str
    torn: bool

    def __str__(self) -> str:
        if not self.length:
            return self.reason
        last = "its last record" if self.offset else "all of it"
        where = last if self.torn else f"{self.length} bytes at {self.offset}"
        return f"{where} left out: {self.reason}"


@dataclass(slots=True)
class CacheContents:
    """What a stretch of the cache holds.

    Args:
        trials: The last state of every trial in it.
        end: Offset behind the last whole record.
        updates: Records since the last whole dict.
        damage: What had to be left out.
    """

    end: int
    trials: dict[str, Trial] = field(default_factory=dict)
    updates: int = 0
    damage: list[CacheDamage] = field(default_factory=list)


def parse_cache(
    data: bytes, *, offset: int = 0, is_own: bool = False, on_progress: Progress = ignore_progress
) -> CacheContents:
    """Read a stretch of the cache.

    Args:
        data: The bytes from `offset` on.
        offset: Where in the file they start.
        is_own: Whether the file belongs to who reads it: then a long stretch is taken for what
            workers wrote, and is read in half the time.
        on_progress: Told now and then how much of a long stretch has been read, from 0 to 1.
    """
    is_trusted = is_own and len(data) > _LONG
    return on_deep_stack(data, lambda: _parse(data, offset, is_trusted, on_progress))


def _parse(data: bytes, offset: int, is_trusted: bool, on_progress: Progress) -> CacheContents:
    contents = CacheContents(end=offset)
    position = 0
    tries = iter(range(_MOST_TRIES))
    with collector_paused(len(data)):
        while position < len(data):
            try:
                record, end = _read_record(data, position, is_trusted, on_progress)
            except UnreadableError as error:
                resume = _next_record(data, position + 1, tries)
                stop = len(data) if resume is None else resume
                torn = resume is None and isinstance(error, TornError)
                contents.damage.append(
                    CacheDamage(offset + position, stop - position, str(error), torn)
                )
                position = stop
                continue
            _take(contents, record, offset + position, offset + end, is_trusted)
            position = end
    return contents


def _read_record(
    data: bytes, position: int, is_trusted: bool = False, on_progress: Progress = ignore_progress
) -> tuple[object, int]:
    """The record at `position` and where it ends.

    Raises:
        UnreadableError: There is none, or it runs into the next one.
    """
    header = data[position : position + _HEADER_LENGTH]
    length = int.from_bytes(header[3:], "little") + len(header)
    if header.startswith(_FRAME_HEADERS) and position + length > len(data):
        raise TornError("cut off")
    passed = (lambda at: on_progress(at / len(data))) if len(data) > _LONG else None
    stream = RecordStream(data, position, is_trusted=is_trusted, passed=passed)
    record = stream.read()
    end = stream.position
    if not _frames_fit(data, position, end) or _ends_in_another(data, position, end):
        raise UnreadableError("cut off and then written over")
    return record, end


def _ends_in_another(data: bytes, start: int, end: int) -> bool:
    """Whether the tail of a pickle is itself a whole record, whose head it has swallowed."""
    for number, found in enumerate(_headers(data, start + 1, end)):
        stream = RecordStream(data, found)
        try:
            record = stream.read()
        except UnreadableError:
            record = None
        if stream.position == end and isinstance(record, Trial | dict | list):
            return True
        if number > _MOST_TRIES:  # nothing that a worker writes holds so many
            return True
    return False


def _frames_fit(data: bytes, start: int, end: int) -> bool:
    """Whether the frames of a pickle end where it does.

    A torn record swallows the head of the next one and may still give an object, of two trials.
    """
    if data[start : start + 3] not in _FRAME_HEADERS:
        return True
    frame = start + 2
    while True:
        stop = frame + 9 + int.from_bytes(data[frame + 1 : frame + 9], "little")
        if stop >= end:
            return stop == end
        if data[stop] not in _AFTER_A_FRAME:
            return False
        if data[stop] != 0x95:
            return True
        frame = stop


def _next_record(data: bytes, start: int, tries: Iterator[int]) -> int | None:
    """Where reading can go on behind damage, if that is found within so many tries."""
    for found, _ in zip(_headers(data, start, len(data)), tries, strict=False):
        try:
            record, _ = _read_record(data, found)
        except UnreadableError:
            continue
        if isinstance(record, Trial | dict | list):
            return found
    return None


def _headers(data: bytes, start: int, end: int) -> Iterator[int]:
    """Where a record may begin whose first frame ends before `end`, in order."""
    places = {header: data.find(header, start, end) for header in _FRAME_HEADERS}
    while found := {header: at for header, at in places.items() if at >= 0}:
        header = min(found, key=found.__getitem__)
        frame = found[header] + _HEADER_LENGTH
        # The three bytes of a header come by chance too, but hardly with a length that fits.
        if frame + int.from_bytes(data[frame - 8 : frame], "little") <= end:
            yield found[header]
        places[header] = data.find(header, found[header] + 1, end)


def _take(contents: CacheContents, record: object, start: int, end: int, is_trusted: bool) -> None:
    if isinstance(record, dict):
        candidates: Iterable[object] = record.values()
        contents.updates = 0
    else:
        candidates = record if isinstance(record, list) else (record,)
        contents.updates += 1
    contents.end = end
    flaws = []
    for candidate in candidates:
        try:
            flaw = flaw_in(candidate, is_trusted=is_trusted)
        except (ArithmeticError, RecursionError, TypeError, ValueError) as error:
            flaw = f"it holds what cannot even be checked: {type(error).__name__}"
        if flaw is None:
            assert isinstance(candidate, Trial)
            contents.trials[candidate.metadata.id] = candidate
        else:
            flaws.append(flaw)
    if flaws:
        contents.damage.append(CacheDamage(start, end - start, flaws[0], torn=False))


@dataclass(frozen=True, slots=True)
class _Stamp:
    inode: int
    size: int
    modified: int
    owner: int

    @classmethod
    def of(cls, status: os.stat_result) -> _Stamp:
        return cls(status.st_ino, status.st_size, status.st_mtime_ns, status.st_uid)

    @property
    def is_own(self) -> bool:
        return self.owner == os.geteuid()


class CacheFollower:
    """Reads what was appended to a cache since last time, and tells when it was rewritten.

    Args:
        path: The cache file.
        on_progress: Told now and then how much of a long reading is done, from 0 to 1.
    """

    def __init__(self, path: Path, on_progress: Progress = ignore_progress) -> None:
        self._path = path
        self._on_progress = on_progress
        self._stamp: _Stamp | None = None
        self._end = 0
        self._tail = b""

    def has_changed(self) -> bool:
        """Whether the file is another than at the last reading, or is gone."""
        return self._stamp_now() != self._stamp

    def exists(self) -> bool:
        """Whether there is a cache now."""
        return self._path.exists()

    def read_appended(self) -> CacheContents | None:
        """What was appended since the last reading.

        Returns:
            None if the file was rewritten, or never read, so that it has to be read whole.
        """
        stamp = self._stamp_now()
        if stamp is None or self._stamp is None or stamp.size < self._end:
            return None
        tail_start = self._end - len(self._tail)
        data = read_bytes(self._path, start=tail_start, length=stamp.size - tail_start)
        if not data.startswith(self._tail):
            return None
        tail_length = len(self._tail)
        contents = parse_cache(data[tail_length:], offset=self._end, is_own=stamp.is_own)
        self._remember(contents, stamp, data, self._end - tail_length)
        return contents

    def read_whole(self) -> CacheContents:
        """Everything, from the start.

        Raises:
            FileNotFoundError: There is no cache.
        """
        stamp = self._stamp_now()
        data = read_bytes(self._path)
        is_own = stamp is not None and stamp.is_own
        contents = parse_cache(data, is_own=is_own, on_progress=self._on_progress)
        self._remember(contents, stamp, data, 0)
        return contents

    def forget(self) -> None:
        """Read from the start next time."""
        self._stamp, self._end, self._tail = None, 0, b""

    def _remember(
        self, contents: CacheContents, stamp: _Stamp | None, data: bytes, start: int
    ) -> None:
        self._stamp, self._end = stamp, contents.end
        read_to = contents.end - start
        self._tail = data[max(0, read_to - _TAIL_LENGTH) : read_to]

    def _stamp_now(self) -> _Stamp | None:
        try:
            return _Stamp.of(os.stat(self._path))
        except OSError:
            return None
