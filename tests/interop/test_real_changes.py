"""What a person changes by our commands, real NePS workers take up and go on from."""

from __future__ import annotations

import json
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from neps_state import NePSState, State
from neps_state.cache import parse_cache

pytestmark = pytest.mark.interop


def command(root: Path, name: str, *arguments: str) -> str:
    done = subprocess.run(
        [sys.executable, "-m", "neps_tui", name, str(root), *arguments, "--yes"],
        capture_output=True,
        text=True,
        cwd=root.parent,
    )
    assert done.returncode == 0, done.stderr
    return done.stdout


def read(root: Path, real: Any) -> Any:
    """The trials as real NePS reads them."""
    return real.state.NePSState.create_or_load(root, load_only=True).lock_and_read_trials()


@pytest.mark.parametrize(
    ("extra", "config", "suffix"),
    [
        pytest.param((), {"lr": 0.05, "decay": 0.25}, "", id="random search"),
        pytest.param(("evolution",), {"lr": 0.05, "decay": 0.25}, "", id="evolution"),
        pytest.param(
            ("fidelity",), {"lr": 0.05, "decay": 0.25, "epochs": 1}, "_rung_0", id="hyperband"
        ),
    ],
)
def test_an_enqueued_config_is_evaluated_next_and_the_optimizer_goes_on(
    tmp_path: Path,
    workers: Callable[..., Any],
    real: Any,
    extra: tuple[str, ...],
    config: dict[str, float],
    suffix: str,
) -> None:
    root = tmp_path / "run"
    first = workers(root)
    first.start("alice", 6, *extra)
    first.finish()
    before = set(read(root, real))

    command(root, "enqueue", "--config", json.dumps(config))

    (new_id,) = set(read(root, real)) - before
    assert new_id.endswith(suffix)
    second = workers(root)
    second.start("bob", 6, *extra)
    second.finish()
    trials = read(root, real)
    assert trials[new_id].metadata.state.value == "success"
    assert set(config.values()) <= set(trials[new_id].config.values())
    assert trials[new_id].metadata.sampling_worker_id.startswith("neps-tui:")
    assert len(trials) > len(before) + 1
    assert len(trials) == len(list(root.glob("configs/config_*")))


def test_a_bracket_promotes_what_was_imported(
    tmp_path: Path, workers: Callable[..., Any], real: Any
) -> None:
    root = tmp_path / "run"
    first = workers(root)
    first.start("alice", 6, "fidelity")
    first.finish()
    lines = [
        {"config": {"lr": 0.001, "decay": 0.01 * n, "epochs": 1}, "objective": n * 1e-6}
        for n in range(1, 28)
    ]
    file = tmp_path / "elsewhere.jsonl"
    file.write_text("\n".join(map(json.dumps, lines)))

    command(root, "import", str(file))

    imported = {
        key for key, each in read(root, real).items() if each.metadata.state.value == "external"
    }
    assert len(imported) == 27
    second = workers(root)
    second.start("bob", 4, "fidelity")
    second.finish()
    trials = read(root, real)
    promoted = [key for key in trials if key.endswith("_rung_1")]
    assert any(key.replace("_rung_1", "_rung_0") in imported for key in promoted)


def test_a_worker_goes_on_after_every_kind_of_change_and_its_undoing(
    tmp_path: Path, workers: Callable[..., Any], real: Any
) -> None:
    root = tmp_path / "run"
    first = workers(root)
    first.start("alice", 14)
    first.finish()
    state = NePSState.create_or_load(root, load_only=True)
    trials = state.lock_and_read_trials()
    crashed = [key for key, each in trials.items() if each.state is State.CRASHED]
    good = [key for key, each in trials.items() if each.state is State.SUCCESS]
    before = {
        key: (each.metadata.state.value, dict(each.config))
        for key, each in read(root, real).items()
    }
    changes = [
        ("reset", crashed[0]),
        ("remove", crashed[1]),
        ("report", crashed[2], "--objective", "0.125"),
        ("mark", good[0], "--corrupted"),
        ("enqueue", "--config", '{"lr": 0.01, "decay": 0.1}'),
        ("budget", "--evaluations", "1000"),
    ]
    for name, *arguments in changes:
        command(root, name, *arguments)
        assert read(root, real), f"NePS reads on after {name}"
    for _ in changes:
        command(root, "undo")

    after = {
        key: (each.metadata.state.value, dict(each.config))
        for key, each in read(root, real).items()
    }
    assert after == before
    rows = [row.trial_id for row in state.lock_and_get_errors().errs]
    assert sorted(rows) == sorted(crashed)

    for name, *arguments in changes:
        command(root, name, *arguments)
    second = workers(root)
    second.start("bob", 6)
    second.finish()
    trials = read(root, real)
    assert crashed[1] not in trials
    assert trials[crashed[0]].metadata.state.value == "success"
    assert trials[crashed[2]].report.objective_to_minimize == 0.125
    assert trials[good[0]].metadata.state.value == "corrupted"
    assert parse_cache((root / "configs/.trial_cache.pkl").read_bytes()).damage == []
