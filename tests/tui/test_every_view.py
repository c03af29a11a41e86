"""Every view of every kind of run, in a large terminal and a small one, and of 10,000 trials."""

from __future__ import annotations

import sys
from collections.abc import Callable
from pathlib import Path

import pytest
from tour import SIZES, look_everywhere, run_at

CopyRun = Callable[[str], Path]
Drive = Callable[..., None]
TESTS = Path(__file__).resolve().parent.parent
KINDS = sorted(path.name for path in (TESTS / "data/runs").iterdir())
TRIALS = 10_000


@pytest.mark.parametrize("size", SIZES)
@pytest.mark.parametrize("kind", KINDS)
def test_every_view_shows_every_kind_of_run(
    kind: str, size: str, drive: Drive, recorded_run: CopyRun
) -> None:
    root = recorded_run(kind)
    run = run_at(root)
    drive(root, lambda dashboard: look_everywhere(dashboard, run), size=SIZES[size])


@pytest.fixture(scope="module")
def large_run(tmp_path_factory: pytest.TempPathFactory) -> Path:
    sys.path.append(str(TESTS / "benchmarks"))
    try:
        from large_run import make_run
    finally:
        sys.path.pop()
    root = tmp_path_factory.mktemp("large") / "run"
    make_run(root, TRIALS)
    return root


@pytest.mark.parametrize("size", SIZES)
def test_every_view_shows_10_000_trials(size: str, drive: Drive, large_run: Path) -> None:
    run = run_at(large_run)
    assert run.evaluated > TRIALS - 20
    drive(large_run, lambda dashboard: look_everywhere(dashboard, run), size=SIZES[size])
