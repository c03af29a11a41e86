"""Completing filters by what there is in the run."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from neps_state.reader import RunReader
from neps_tui.facts.fold import summarize
from neps_tui.trials.filter_completion import Completions, completions_of

Drive = Callable[..., None]
CopyRun = Callable[[str], Path]


@pytest.fixture
def completions(recorded_run: CopyRun) -> Completions:
    snapshot = RunReader(recorded_run("hyperband-0.17")).poll()
    return completions_of(snapshot, summarize(snapshot))


@pytest.mark.parametrize(
    ("typed", "completed"),
    [
        ("lear", "learning_rate"),
        ("learning_rate", "learning_rate<"),
        ("opt", "optimizer"),
        ("optimizer", "optimizer:"),
        ("optimizer:li", "optimizer:lion"),
        ("state:cr", "state:crashed"),
        ("rung=2 not worker:w", "rung=2 not worker:worker_0"),
        ("(state:fa", "(state:failed"),
        ("has:err", "has:error"),
        ("error:Tr", "error:TrainingDiverged"),
        ("learning_rate<1", None),
        ("", None),
        ("nosuch", None),
    ],
)
def test_the_last_word_is_completed(
    completions: Completions, typed: str, completed: str | None
) -> None:
    assert completions.complete(typed) == completed


@given(st.text())
def test_a_completion_only_adds_at_the_end(typed: str) -> None:
    offered = Completions(("learning_rate", "state"), {"state": ("success", "crashed")})
    completed = offered.complete(typed)
    assert completed is None or completed.lower().startswith(typed.lower())


def test_a_filter_is_completed_kept_and_found_again(drive: Drive, recorded_run: CopyRun) -> None:
    async def keep(dashboard: Any) -> None:
        await dashboard.shows("Evaluated 40")
        await dashboard.press("slash", *"state:cr")
        await dashboard.shows("state:crashed")
        await dashboard.press("tab", "enter")
        await dashboard.shows("Evaluated 8")

    async def find(dashboard: Any) -> None:
        await dashboard.shows("Evaluated 40")
        await dashboard.press("slash", "up")
        await dashboard.shows("Evaluated 8")
        await dashboard.press("down")
        await dashboard.shows("Evaluated 40")

    drive(recorded_run("hyperband-0.17"), keep)
    drive(recorded_run("hyperband-0.17"), find)
