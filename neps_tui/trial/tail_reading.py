"""Following the end of a text file that something else writes, in pieces of bounded size.

What was read is one part of the file. It ends where the file does, until somebody asks for the
beginning: then it grows from there, piece by piece, and what is written meanwhile waits.

The file is opened anew for each look and never held: so it is noticed when another one takes its
place, and nothing is kept from being removed.
"""

from __future__ import annotations

import os
import stat
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, replace
from pathlib import Path
from typing import TypeAlias

from neps_tui.trial.directory import size_text
from neps_tui.trial.file_kinds import HEAD, kind_of_binary
from neps_tui.words.formatting import plain

_PIECE = 128 * 1024
"""Bytes read at a time."""
_FAR_BEHIND = 8 * _PIECE
"""Bytes not read yet beyond which those before the last piece are left out."""
_MOST_LINES = 4_000
"""Lines taken from a piece."""
_LONGEST_LINE = 4_000
"""Characters of a line that are shown."""
_MEMORY = 64
"""Bytes before the end by which it is known whether a file was written anew."""
_Take: TypeAlias = Callable[[int, int], tuple[tuple[str, ...], str]]
"""Reads lines from a file that is open and so large, and says what was left out."""
_FLAGS = os.O_RDONLY | os.O_NONBLOCK | os.O_CLOEXEC | os.O_NOCTTY


@dataclass(frozen=True, slots=True)
class TailNews:
    """What one look at a file gave.

    Args:
        lines: New whole lines, inert.
        open_line: What stands after the last line break so far.
        note: What happened to the file; empty if it only grew.
        is_other: Whether the lines before the note are not in the file any more.
        is_anew: Whether the lines take the place of all that were read before.
        problem: Why nothing can be read now; empty if it can.
        is_text: Whether there is anything to follow.
        is_behind: Whether there is more to read at once.
        earlier: Bytes of the file that lie before what was read.
        later: Bytes that lie after it and are not read until they are asked for.
        size: Of the file, in bytes.
        modified: When it was last written, seconds since the epoch; None if it is not there.
    """

    lines: tuple[str, ...] = ()
    open_line: str = ""
    note: str = ""
    is_other: bool = False
    is_anew: bool = False
    problem: str = ""
    is_text: bool = True
    is_behind: bool = False
    earlier: int = 0
    later: int = 0
    size: int = 0
    modified: float | None = None

    @property
    def is_empty(self) -> bool:
        """Whether the file is there, and nothing in it."""
        return self.is_text and self.modified is not None and not self.size


@dataclass(frozen=True, slots=True)
class EarlierLines:
    """Lines that stand before those read so far.

    Args:
        lines: The lines, inert.
        earlier: Bytes of the file that lie before these.
    """

    lines: tuple[str, ...]
    earlier: int


class TailReader:
    """Reads what is new at the end of a file; belongs to the thread that reads.

    Args:
        path: The file.
    """

    def __init__(self, path: Path) -> None:
        self._path = path
        self._place: tuple[int, int] | None = None
        self._start = self._end = 0
        self._memory = b""
        self._open_line = b""
        self._is_missing = self._is_apart = False

    def read(self) -> TailNews:
        """What is new since the last time; at first the file's last part."""
        return self._look(self._new)

    def read_start(self) -> TailNews:
        """The file's first part, in place of what was read."""
        return replace(self._look(self._first), is_anew=True)

    def read_later(self, *, is_anew: bool = False) -> TailNews:
        """The lines after those read so far, as far as a piece holds them.

        Args:
            is_anew: Whether they take the place of all that were read before.
        """
        if is_anew:
            self._start = self._end - len(self._open_line)
        return replace(self._look(self._later), is_anew=is_anew)

    def read_end(self) -> TailNews:
        """The file's last part, in place of what was read."""
        self._place = None
        return replace(self.read(), is_anew=True)

    def _look(self, take: _Take) -> TailNews:
        try:
            with _opened(self._path) as (file, status):
                return self._news(file, status, take)
        except FileNotFoundError:
            is_news = not self._is_missing and self._place is not None
            self._is_missing = True
            these = "" if self._place is None else ": these are its last lines"
            return TailNews(
                note="the file was deleted" if is_news else "",
                is_other=is_news,
                open_line=_inert(self._open_line),
                problem=f"The file is not there{these}; waiting for it to come back.",
                earlier=self._start,
            )
        except _NotAFileError as error:
            return TailNews(problem=str(error), is_text=False)
        except OSError as error:
            return TailNews(problem=f"It cannot be read: {error.strerror or error}.")

    def read_earlier(self) -> EarlierLines:
        """The lines before those read so far, as far as a piece holds them."""
        try:
            with _opened(self._path) as (file, status):
                if (status.st_dev, status.st_ino) == self._place and self._start:
                    return self._earlier(file)
        except (OSError, _NotAFileError):
            # The next look says what is wrong.
            return EarlierLines((), self._start)
        return EarlierLines((), 0)

    def _news(
        self,
        file: int,
        status: os.stat_result,
        take: _Take,
    ) -> TailNews:
        kind = kind_of_binary(self._path.name, os.pread(file, HEAD, 0))
        if kind is not None:
            self._place = None
            problem = f"It is {kind}, {size_text(status.st_size)}: there is no text to read in it."
            return TailNews(
                problem=problem, is_text=False, size=status.st_size, modified=status.st_mtime
            )
        happened, is_first = self._what_happened(file, status), self._place is None
        self._is_missing = False
        self._place = (status.st_dev, status.st_ino)
        if happened or is_first:
            lines, note = self._begin(file, status.st_size), happened
        else:
            lines, note = take(file, status.st_size)
        left = max(status.st_size - self._end, 0)
        return TailNews(
            lines=lines,
            open_line=_inert(self._open_line),
            note=note,
            is_other=bool(happened),
            is_behind=bool(left) and not self._is_apart,
            earlier=self._start,
            later=left if self._is_apart else 0,
            size=status.st_size,
            modified=status.st_mtime,
        )

    def _what_happened(self, file: int, status: os.stat_result) -> str:
        if self._place is None:
            return ""
        if self._place != (status.st_dev, status.st_ino):
            return "another file has taken its place"
        if status.st_size < self._end:
            return "the file was truncated"
        there = os.pread(file, len(self._memory), self._end - len(self._memory))
        return "the file was written anew" if there != self._memory else ""

    def _begin(self, file: int, size: int) -> tuple[str, ...]:
        """Read the last part, from the first whole line in it on."""
        self._is_apart = False
        self._open_line = self._memory = b""
        self._start = self._end = max(size - _PIECE, 0)
        data = os.pread(file, _PIECE, self._start)
        self._remember(data)
        hole = len(data) - len(data.lstrip(b"\x00"))
        cut = hole or (data.find(b"\n") + 1 if self._start else 0)
        self._start += cut
        whole, self._open_line = self._split(data[cut:])
        left_out = sum(len(line) + 1 for line in whole[:-_MOST_LINES])
        self._start += left_out
        return _shown(whole)

    def _new(self, file: int, size: int) -> tuple[tuple[str, ...], str]:
        return ((), "") if self._is_apart else self._go_on(file, size)

    def _first(self, file: int, size: int) -> tuple[tuple[str, ...], str]:
        self._open_line = self._memory = b""
        self._start = self._end = 0
        return self._later(file, size)

    def _later(self, file: int, size: int) -> tuple[tuple[str, ...], str]:
        """Read on without leaving anything out."""
        data = os.pread(file, _PIECE, self._end)
        before = len(self._open_line)
        whole, rest = self._split(self._open_line + data)
        if len(whole) > _MOST_LINES:
            whole, rest = whole[:_MOST_LINES], b""
            data = data[: sum(len(line) + 1 for line in whole) - before]
        self._remember(data)
        self._open_line = rest
        self._is_apart = self._end < size
        return _shown(whole), ""

    def _go_on(self, file: int, size: int) -> tuple[tuple[str, ...], str]:
        note = ""
        if size - self._end > _FAR_BEHIND:
            skipped = size - _PIECE - self._end
            self._end += skipped
            self._open_line = b""
            note = f"{size_text(skipped)} left out: more is written than can be read"
        data = os.pread(file, _PIECE, self._end)
        self._remember(data)
        whole, self._open_line = self._split(self._open_line + data)
        if len(whole) > _MOST_LINES:
            note = note or f"{len(whole) - _MOST_LINES} lines left out"
        return _shown(whole), note

    def _earlier(self, file: int) -> EarlierLines:
        begin = max(self._start - _PIECE, 0)
        data = os.pread(file, self._start - begin, begin)
        cut = data.find(b"\n", 0, -1) + 1 if begin else 0
        whole = data[cut:].removesuffix(b"\n").split(b"\n")
        left_out = sum(len(line) + 1 for line in whole[:-_MOST_LINES])
        self._start = begin + cut + left_out
        return EarlierLines(_shown(whole), self._start)

    def _remember(self, data: bytes) -> None:
        self._end += len(data)
        self._memory = (self._memory + data)[-_MEMORY:] if data else self._memory

    def _split(self, data: bytes) -> tuple[list[bytes], bytes]:
        """Whole lines and what follows them; what never ends is cut."""
        *whole, rest = data.split(b"\n")
        if len(rest) > _PIECE:
            # A bar of progress is drawn over and over in one line: its last state counts.
            last = rest.rstrip(b"\r").rpartition(b"\r")[2]
            if len(last) > _PIECE:
                whole.append(last)
                last = b""
            rest = last
        return whole, rest


class _NotAFileError(Exception):
    """What is there is no file that can be read like one."""


@contextmanager
def _opened(path: Path) -> Iterator[tuple[int, os.stat_result]]:
    """Open a regular file for reading; nothing else is even opened, as that may have effects."""
    if not stat.S_ISREG(path.stat().st_mode):
        raise _NotAFileError("It is no regular file: there is nothing to follow in it.")
    file = os.open(path, _FLAGS)
    try:
        status = os.fstat(file)
        if not stat.S_ISREG(status.st_mode):
            raise _NotAFileError("It is no regular file: there is nothing to follow in it.")
        yield file, status
    finally:
        os.close(file)


def _shown(lines: list[bytes]) -> tuple[str, ...]:
    return tuple(map(_inert, lines[-_MOST_LINES:]))


def _inert(line: bytes) -> str:
    """A line as a terminal would leave it standing, without anything that does something."""
    line = line.rstrip(b"\r")
    if b"\r" in line:
        line = line.rpartition(b"\r")[2]
    text = line[: 4 * _LONGEST_LINE].decode("utf-8", "replace")
    if not text.isprintable():
        text = plain(text.expandtabs())
    if len(text) <= _LONGEST_LINE and len(line) <= 4 * _LONGEST_LINE:
        return text
    left_out = max(len(line) - len(text[:_LONGEST_LINE].encode("utf-8", "replace")), 0)
    return f"{text[:_LONGEST_LINE]}… ({size_text(left_out)} left out)"
