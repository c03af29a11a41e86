"""Reading what a stranger may have nested deeply, on a stack that is deep enough for it.

A pickle can put a tuple into a tuple a million times and use it as a key. Hashing it then recurses
in C, where no limit of Python's ends it before the stack does, and with the stack the process.
"""

from __future__ import annotations

import threading
from collections.abc import Callable
from typing import TypeVar

from neps_state.exceptions import UnreadableError

T = TypeVar("T")

_SHALLOW = 60_000
"""Levels that a stack of the usual eight mebibytes bears: half of what one was seen to."""
_BYTES_A_LEVEL = 160
"""More than twice what CPython 3.11 was seen to take, in bytes."""
_SPARE = 16 << 20
_starting = threading.Lock()


def on_deep_stack(data: bytes, work: Callable[[], T]) -> T:
    """Do some work on a pickle on a stack that bears any nesting there can be in it.

    Args:
        data: The pickle, or several.
        work: What to do; it runs in another thread if the pickle may be nested deeply.

    Returns:
        What the work returns.

    Raises:
        UnreadableError: The system does not give as large a stack.
    """
    levels = _most_levels(data)
    if levels <= _SHALLOW:
        return work()
    outcomes: list[T] = []
    failures: list[BaseException] = []

    def run() -> None:
        try:
            outcomes.append(work())
        except BaseException as error:  # noqa: BLE001  # raised again where it is waited for
            failures.append(error)

    thread = threading.Thread(target=run, name="deep-stack", daemon=True)
    _start(thread, _SPARE + levels * _BYTES_A_LEVEL)
    thread.join()
    if failures:
        raise failures.pop()
    return outcomes.pop()


def _start(thread: threading.Thread, stack: int) -> None:
    with _starting:
        usual = threading.stack_size(stack)
        try:
            thread.start()
        except (MemoryError, RuntimeError) as error:
            raise UnreadableError(f"it may be nested too deeply to be read: {error}") from error
        finally:
            threading.stack_size(usual)


def _most_levels(data: bytes) -> int:
    """No tuple in a pickle is nested more deeply than there are instructions to make one."""
    if len(data) <= _SHALLOW:
        return len(data)
    of_few = sum(map(data.count, (b"\x85", b"\x86", b"\x87")))
    return of_few + min(data.count(b"t"), data.count(b"("))
