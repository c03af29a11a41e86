"""Whether anybody is there to press keys: at a terminal, or in a browser through `serve`."""

from __future__ import annotations

import os
import select
import sys

_WEB_DRIVER = "textual.drivers.web_driver:WebDriver"


def is_served() -> bool:
    """Whether this process draws for a browser, as its server says in the environment."""
    return os.environ.get("TEXTUAL_DRIVER") == _WEB_DRIVER


def keys_can_come() -> bool:
    """Whether keys can still come; False once the terminal was closed, or the server is gone."""
    if sys.__stdin__ is None:
        return False
    stdin = sys.__stdin__.fileno()
    return os.isatty(stdin) or (is_served() and not _hung_up(stdin))


def _hung_up(pipe: int) -> bool:
    """Whether nobody holds the other end any more; nothing is read to find out."""
    poll = select.poll()
    poll.register(pipe, 0)
    return bool(poll.poll(0))
