"""Work that takes longer than a key may, done in a thread of its own."""

from __future__ import annotations

from collections.abc import Callable
from threading import Thread
from typing import Any

from textual.message import Message
from textual.widget import Widget


class Finished(Message):
    """What a widget had done in a thread is done.

    Args:
        made: What was made.
    """

    def __init__(self, made: Any) -> None:
        super().__init__()
        self.made = made


class Failed(Message):
    """What a widget had done in a thread could not be done.

    Args:
        error: Why.
    """

    def __init__(self, error: Exception) -> None:
        super().__init__()
        self.error = error


def make_in_thread(work: Callable[[], object], widget: Widget, name: str) -> None:
    """Make something in a thread, which tells a widget when it is done.

    Args:
        work: Makes it.
        widget: Gets `Finished` or `Failed`, unless it is gone by then.
        name: The thread's.
    """
    # Not a worker of Textual's: it puts arguments into words, all trials among them, and
    # whoever leaves would have to wait until it is done.
    Thread(target=_make, args=(work, widget), name=name, daemon=True).start()


def _make(work: Callable[[], object], widget: Widget) -> None:
    message: Message
    try:
        message = Finished(work())
    except Exception as error:  # noqa: BLE001  # raised again where it ends the program
        message = Failed(error)
    if widget.is_attached:
        widget.post_message(message)
