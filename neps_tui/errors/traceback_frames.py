"""What the lines of a traceback are, and which of its frames are the user's own.

A traceback is text that anybody may have written: nothing here trusts its shape, and how much of
it is read is bounded.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from pathlib import PurePath
from typing import Literal, TypeAlias

LineKind: TypeAlias = Literal["own-frame", "own-code", "library", "note", "error"]
"""What a line of a traceback is: the place of one of the user's own frames, the code there,
anything about a library's frame, what stands between tracebacks, or the error itself."""

_MOST_READ = 50_000
"""Characters from the end of a traceback in which its last frames are looked for."""
_FRAME = re.compile(
    r"""^[ |+-]* File [ ] "(?P<path>[^"\n]{1,1000})", [ ] line [ ] (?P<line>[0-9]{1,9})
        (?: , [ ] in [ ] (?P<function>[^\n]{1,200}) )?""",
    re.VERBOSE | re.MULTILINE,
)
BEGIN = "Traceback (most recent call last)"
"""How a traceback begins."""
_LIBRARY = re.compile(
    r"""
      [/\\] (?: site-packages | dist-packages ) [/\\]
    | [/\\] lib [/\\] python \d [^/\\]* [/\\]  # the standard library
    | ^ < (?: frozen | __array_function__ | decorator-gen )
    | [/\\] neps [/\\] (?: state | space | optimizers | utils ) [/\\]
    | [/\\] neps [/\\] (?: api | runtime ) \.py $
    """,
    re.VERBOSE | re.IGNORECASE,
)
GROUP = "Exception Group Traceback (most recent call last)"
"""How that of a group of exceptions begins."""
_OF_NEPS = re.compile(r"[/\\] neps [/\\]", re.VERBOSE | re.IGNORECASE)
_PACKAGE = re.compile(
    r"[/\\] (?: site | dist ) -packages [/\\] ([^/\\]+)", re.VERBOSE | re.IGNORECASE
)
_MARGIN = re.compile(r"[ ]*[|+] ?")
"""What stands before the lines of a group of exceptions."""
_NOTES = (
    BEGIN,
    GROUP,
    "During handling of the above exception",
    "The above exception was the direct cause",
    *("-+-", "---"),
)


@dataclass(frozen=True, slots=True)
class Frame:
    """One frame of a traceback.

    Args:
        path: The file.
        line: The line in it, from 1.
        function: Where the line stands; empty if it is not told.
    """

    path: str
    line: int
    function: str

    @property
    def is_own(self) -> bool:
        """Whether the file is the user's own rather than of an installed library."""
        return _LIBRARY.search(self.path) is None

    @property
    def library(self) -> str:
        """Of which library the file is, if it is of one."""
        if _OF_NEPS.search(self.path) is not None:
            return "NePS"
        package = _PACKAGE.search(self.path)
        return "Python" if package is None else package[1].removesuffix(".py")

    @property
    def place(self) -> str:
        """The file's name and the line, as in `train.py:17`."""
        return f"{PurePath(self.path).name}:{self.line}"

    def __str__(self) -> str:
        return f"{self.place} in {self.function}" if self.function else self.place


def frame_in(line: str) -> Frame | None:
    """The frame that a line names; None if it names none."""
    match = _FRAME.match(line)
    return None if match is None else _frame(match)


def deciding_frame(traceback: str) -> Frame | None:
    """The frame that an error is known by: the user's own last one, or else the last one.

    Of several exceptions in a row, that of the last one; None if there is no frame.
    """
    end = traceback[-_MOST_READ:]
    last = end.rpartition(BEGIN)[2]
    frames = list(_frames(last)) or list(_frames(end))
    own = (frame for frame in reversed(frames) if frame.is_own)
    return next(own, frames[-1] if frames else None)


def line_kinds(lines: Iterable[str]) -> Iterator[LineKind]:
    """What each line of a traceback is."""
    kind: LineKind = "own-code"
    is_group = False
    for line in lines:
        is_group = is_group or GROUP in line
        body = _MARGIN.sub("", line, count=1) if is_group else line
        frame = frame_in(line)
        if frame is not None:
            kind = "own-code" if frame.is_own else "library"
            yield "own-frame" if frame.is_own else "library"
        elif body.startswith(_NOTES):
            kind = "note"
            yield kind
        elif kind == "own-code" and body.strip() and not body.strip("^~ "):
            # The marks below a line of code say less than the code.
            yield "library"
        else:
            if body.strip() and not body.startswith(" "):
                kind = "error"
            yield kind


def _frames(text: str) -> Iterator[Frame]:
    return map(_frame, _FRAME.finditer(text))


def _frame(match: re.Match[str]) -> Frame:
    return Frame(match["path"], int(match["line"]), (match["function"] or "").strip())
