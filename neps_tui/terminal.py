"""A terminal that goes away, and a process that is stopped and let go on by somebody else."""

from __future__ import annotations

import asyncio
import signal
import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from types import FrameType
from typing import Any, TextIO

_DRAWN_ON = "__stderr__"
"""The output of `sys` that Textual draws on."""


@contextmanager
def outlasting_terminal() -> Iterator[None]:
    """Let a screen go on being drawn, to nobody, once its terminal is gone.

    Textual draws in a thread, through a queue. An error would end that thread, the queue would
    fill, and whoever draws the last screens would wait for room in it for ever.
    """
    before: TextIO | None = getattr(sys, _DRAWN_ON)
    if before is None:
        yield
        return
    setattr(sys, _DRAWN_ON, _LastingOutput(before))
    try:
        yield
    finally:
        setattr(sys, _DRAWN_ON, before)


class _LastingOutput:
    """An output that takes all there is to write, though it may reach nobody."""

    def __init__(self, output: TextIO) -> None:
        self._output = output

    def write(self, text: str) -> int:
        with suppress(OSError):  # nobody is there to be told
            self._output.write(text)
        return len(text)

    def flush(self) -> None:
        with suppress(OSError):  # likewise
            self._output.flush()

    def __getattr__(self, name: str) -> Any:
        return getattr(self._output, name)


def restart_when_let_go_on(restart: Callable[[], object]) -> None:
    """Take the terminal again after a stop that nobody told of, as by `kill -STOP`.

    Textual takes it once more whenever it is let go on, and so twice where it did not let go
    before: two threads read the keys then, and only one of them ends. The kernel lets go on
    whoever leads a session that ends, too.

    Args:
        restart: Lets go of the terminal and takes it again; called by the event loop.
    """
    stop, go_on = signal.getsignal(signal.SIGTSTP), signal.getsignal(signal.SIGCONT)
    if not (callable(stop) and callable(go_on)):
        return
    loop = asyncio.get_running_loop()
    has_let_go = False

    def on_stop(number: int, frame: FrameType | None) -> None:
        nonlocal has_let_go
        has_let_go = True
        stop(number, frame)

    def on_go_on(number: int, frame: FrameType | None) -> None:
        nonlocal has_let_go
        if has_let_go:
            has_let_go = False
            go_on(number, frame)
        else:
            loop.call_soon_threadsafe(restart)

    signal.signal(signal.SIGTSTP, on_stop)
    signal.signal(signal.SIGCONT, on_go_on)
