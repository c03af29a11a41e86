"""Making plots in threads of their own: of many trials that takes longer than a key may."""

from __future__ import annotations

from collections.abc import Callable
from threading import Thread
from typing import TYPE_CHECKING

from textual.message import Message
from textual.widget import Widget

if TYPE_CHECKING:
    from neps_tui.plots.making import Made


class Finished(Message):
    """A plot is made.

    Args:
        made: The plot.
    """

    def __init__(self, made: Made) -> None:
        super().__init__()
        self.made = made


class Failed(Message):
    """A plot could not be made.

    Args:
        error: Why.
    """

    def __init__(self, error: Exception) -> None:
        super().__init__()
        self.error = error


def make_in_thread(work: Callable[[], Made], widget: Widget) -> None:
    """Make a plot in a thread, which tells a widget when it is done.

    Args:
        work: Makes it.
        widget: Gets `Finished` or `Failed`, unless it is gone by then.
    """
    # Not a worker of Textual's: it puts arguments into words, all trials among them, and
    # whoever leaves would have to wait until it is done.
    Thread(target=_make, args=(work, widget), name="plot", daemon=True).start()


def _make(work: Callable[[], Made], widget: Widget) -> None:
    message: Message
    try:
        message = Finished(work())
    except Exception as error:  # noqa: BLE001  # raised again where it ends the program
        message = Failed(error)
    if widget.is_attached:
        widget.post_message(message)
