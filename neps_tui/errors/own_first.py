"""A traceback in the order in which it is read: what went wrong, where in one's own code, the rest.

Python tells the outermost frame first, which is hardly ever the user's own, and last what went
wrong.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from itertools import groupby, pairwise
from typing import NamedTuple

from neps_tui.errors.traceback_frames import BEGIN, GROUP, Frame, LineKind, frame_in, line_kinds
from neps_tui.words.formatting import counted

_MOST_OF_MESSAGE = 6
"""Lines of a message that stand above the frames: more would push these out of sight."""
_MOST_NAMED = 3
"""Libraries that are named."""
_LINKS = {
    "The above exception was the direct cause": "caused by",
    "During handling of the above exception": "while handling",
}
"""What Python says between two exceptions, and what is said here, where the later stands above."""
_CALLED = "called from"


class ReadLine(NamedTuple):
    """A line of a traceback as it is read.

    Attributes:
        text: The line.
        kind: What it is.
    """

    text: str
    kind: LineKind


@dataclass(slots=True)
class _Call:
    """A frame with its line, its code and the marks below that."""

    frame: Frame
    lines: list[ReadLine]


@dataclass(slots=True)
class _Raised:
    """One exception: its frames, outermost first, what it says, how it follows the one before."""

    link: str = "after"
    calls: list[_Call] = field(default_factory=list)
    message: list[ReadLine] = field(default_factory=list)
    cut: list[ReadLine] = field(default_factory=list)
    """What stands before the first frame: the rest of one whose beginning was cut off."""


def own_first(lines: Sequence[str]) -> list[ReadLine]:
    """The lines of a traceback: the exception, the user's own frames, those of libraries.

    The innermost frame comes first. Nothing is left out but blank lines and what Python says of the
    order. A group of exceptions stays as it is: its margin tells which frames are of which.

    Args:
        lines: As the worker printed them, inert.
    """
    read = [ReadLine(*each) for each in zip(lines, line_kinds(lines), strict=True)]
    if any(GROUP in line for line in lines):
        return read
    chain = [*_exceptions(read)][::-1]
    for raised in chain:
        while raised.message and not raised.message[-1].text:
            raised.message.pop()
    told = [*_own(chain[0])]
    for later, earlier in pairwise(chain):
        told += [_note(later.link), *_own(earlier)]
    return told + [line for raised in chain for line in _rest(raised)]


def _exceptions(lines: Sequence[ReadLine]) -> Iterator[_Raised]:
    """The exceptions of a traceback, first to last."""
    raised = _Raised()
    for line in lines:
        link = next((ours for theirs, ours in _LINKS.items() if line.text.startswith(theirs)), "")
        if not link and not line.text.startswith(BEGIN):
            _take(raised, line)
            continue
        if raised.calls or raised.message:
            yield raised
            raised = _Raised()
        raised.link = link or raised.link
    yield raised


def _take(raised: _Raised, line: ReadLine) -> None:
    """Add a line to what it is a part of: a frame, or the message."""
    frame = None if raised.calls and raised.message else frame_in(line.text)
    if frame is not None:
        raised.cut += raised.message
        raised.message = []
        raised.calls.append(_Call(frame, [line]))
    elif raised.message or not line.text.startswith(" "):
        if raised.message or line.text:
            raised.message.append(line)
    elif raised.calls:
        raised.calls[-1].lines.append(line)
    else:
        raised.cut.append(line)


def _own(raised: _Raised) -> Iterator[ReadLine]:
    """How the message begins, and the user's own frames."""
    yield from raised.message[:_MOST_OF_MESSAGE]
    way = ""
    for is_own, calls in reversed(_runs(raised)):
        if not is_own:
            way = f"through {_told(calls)}, {_CALLED}"
            continue
        for call in reversed(calls):
            if way:
                yield _note(way)
            yield from call.lines
            way = _CALLED


def _rest(raised: _Raised) -> Iterator[ReadLine]:
    """How the message goes on, and the frames of libraries, with where they stand."""
    if more := raised.message[_MOST_OF_MESSAGE:]:
        yield _note("the message goes on")
        yield from more
    runs = _runs(raised)
    for at in reversed(range(len(runs))):
        is_own, calls = runs[at]
        if is_own:
            continue
        where = ""
        if at:
            where = f", {_CALLED} {runs[at - 1][1][-1].frame.place}"
        elif at + 1 < len(runs):
            where = f", which called {runs[at + 1][1][0].frame.place}"
        yield _note(f"{_told(calls)}{where}{', innermost first' if len(calls) > 1 else ''}")
        yield from (line for call in reversed(calls) for line in call.lines)
    yield from raised.cut


def _runs(raised: _Raised) -> list[tuple[bool, list[_Call]]]:
    """Frames in a row that are all the user's own or all of libraries, outermost first."""
    runs = groupby(raised.calls, key=lambda call: call.frame.is_own)
    return [(is_own, [*calls]) for is_own, calls in runs]


def _told(calls: Sequence[_Call]) -> str:
    """How many frames there are, and of which libraries, as in `2 frames of torch`."""
    names = [*dict.fromkeys(call.frame.library for call in calls)]
    more = ", …" if len(names) > _MOST_NAMED else ""
    return f"{counted(len(calls), 'frame')} of {', '.join(names[:_MOST_NAMED])}{more}"


def _note(text: str) -> ReadLine:
    return ReadLine(text, "note")
