"""What the dashboard remembers from one time to the next: how a person arranged it.

It stands in a file of its own, `neps-tui/layout.json` in the directory for such things
(`XDG_STATE_HOME`, by default `~/.local/state`), and never in a run.
"""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

from neps_state.files import replace_file
from neps_tui.places import own_directory


def layout_file() -> Path:
    """Where it stands.

    Raises:
        OSError: Nobody knows where this user's things are kept.
    """
    return own_directory("XDG_STATE_HOME", ".local/state") / "layout.json"


def recall() -> dict[str, Any]:
    """What is remembered, by topic; nothing where that cannot be read."""
    try:
        remembered = json.loads(layout_file().read_bytes())
    except (OSError, ValueError):
        # Missing, or broken by hand: the dashboard then looks as it does at first.
        return {}
    return remembered if isinstance(remembered, dict) else {}


def remember(topic: str, value: object) -> None:
    """Remember something, if it is another than before.

    Raises:
        OSError: It cannot be written.
    """
    remembered = recall()
    if remembered.get(topic) == value:
        return
    remembered[topic] = value
    path = layout_file()
    path.parent.mkdir(parents=True, exist_ok=True)
    replace_file(path, json.dumps(remembered, indent=1, sort_keys=True).encode())
