"""With --ascii nothing on the screen needs more than ASCII: every view, in every size."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from neps_tui.app import Options

Drive = Callable[..., None]
CopyRun = Callable[[str], Path]
LARGE, MIDDLE, SMALL = (160, 48), (120, 30), (80, 24)

WALKS: dict[str, tuple[str, ...]] = {
    "panes": ("v", "n", "e", "p", "o", "t", "z", "z", "space", "space", "right"),
    "filter": ("slash", *"nope<", "escape"),
    "jump": ("number_sign", *"1", "tab", *"nope", "enter", "escape"),
    "columns": ("c", "p", "down", "down", "p", "s", "a", "escape"),
    "help": ("question_mark", "G", "escape"),
    "trial": ("enter", "tab", "tab", "tab", "tab", "c", "escape"),
    "crashed trial": ("e", "enter", "tab", "tab", "tab", "tab", "tab", "escape"),
    "errors": ("E", "space", "tab", "space", "tab", "slash", *"loss", "enter", "escape", "escape"),
    "plots": ("P", "right", *("tab", "x", "right") * 7, "g", "slash", *"id", "escape", "escape"),
    "workers": ("w", "left", "plus", "plus", "minus", "0", "escape"),
    "optimizer": ("O", "tab", "j", "l", "tab", "tab", "j", "j", "enter", "j", "escape"),
    "history": ("H", "escape"),
    "doctor": ("D", "escape"),
    "replay": ("R", "left", "left", "escape"),
    "reset": ("r", "escape"),
    "add": ("a", "escape"),
    "palette": ("ctrl+p", "escape"),
}


@pytest.mark.parametrize(
    ("walk", "size"),
    [
        *((walk, size) for walk in WALKS for size in (LARGE, SMALL)),
        # Where the panes are narrowest.
        *((walk, MIDDLE) for walk in ("panes", "errors")),
    ],
)
def test_no_view_draws_more_than_ascii(
    drive: Drive, recorded_run: CopyRun, walk: str, size: tuple[int, int]
) -> None:
    async def steps(dashboard: Any) -> None:
        for key in ("", *WALKS[walk]):
            await dashboard.press(*([key] if key else []))
            await dashboard.pilot.pause(0.05)
            text = dashboard.text()
            assert text.isascii(), (
                f"after {key}: {sorted({*text} - {*map(chr, range(128))})}\n{text}"
            )

    name = "architecture-0.17" if walk in ("optimizer", "plots") else "hyperband-0.17"
    drive(recorded_run(name), steps, size=size, options=Options(ascii=True))
