"""Where this program keeps a person's own things, outside every run."""

from __future__ import annotations

import os
from pathlib import Path


def own_directory(variable: str, usual: str) -> Path:
    """The directory for our files of one kind.

    Args:
        variable: The variable of the environment that names the place, as `XDG_STATE_HOME`.
        usual: The place below the home directory where it does not.

    Raises:
        FileNotFoundError: Neither is known, as for a container's user without a name.
    """
    named = os.environ.get(variable)
    if named:
        return Path(named) / "neps-tui"
    home = os.path.expanduser("~")
    if not os.path.isabs(home):
        raise FileNotFoundError(f"this user has no home directory; set {variable}")
    return Path(home) / usual / "neps-tui"
