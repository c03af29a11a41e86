"""Having the signals that end a process wait while a change is made."""

from __future__ import annotations

import signal
import threading
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from types import FrameType

_ENDING = (signal.SIGINT, signal.SIGTERM, signal.SIGHUP)


@contextmanager
def uninterrupted() -> Iterator[None]:
    """Have an interrupt, a termination or a hang-up wait until the body is done.

    Handlers run in the main thread only, so a body in any other needs no care. Blocking signals
    would not do: that holds for one thread, and the system gives a signal to any that takes it.
    """
    if threading.current_thread() is not threading.main_thread():
        yield
        return
    waiting: list[int] = []

    def wait(number: int, _frame: FrameType | None) -> None:
        waiting.append(number)

    def raise_them() -> None:
        for number in waiting:
            signal.raise_signal(number)

    with ExitStack() as afterwards:
        afterwards.callback(raise_them)
        for each in _ENDING:
            handler = signal.getsignal(each)
            # None: one that is not Python's, which could not be put back.
            if handler is not None and handler is not signal.SIG_IGN:
                afterwards.callback(signal.signal, each, handler)
                signal.signal(each, wait)
        yield
