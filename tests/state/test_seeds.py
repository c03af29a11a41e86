"""Random states: kept between workers, and left alone where their library is not loaded."""

from __future__ import annotations

import random
import subprocess
import sys
from collections.abc import Callable, Iterator
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest

from neps_state import NePSState, SeedSnapshot, UnreadableError
from neps_state.pickles import dump_state, load_inert


@pytest.fixture(autouse=True)
def _own_random_state() -> Iterator[None]:
    state = random.getstate()
    yield
    random.setstate(state)


def test_a_captured_state_is_gone_on_from() -> None:
    random.seed(7)
    snapshot = SeedSnapshot.new_capture()
    first = [random.random() for _ in range(5)]

    random.seed(8)
    snapshot.set_as_global_seed_state()

    assert [random.random() for _ in range(5)] == first


def test_a_state_survives_its_pickle() -> None:
    snapshot = SeedSnapshot.new_capture()
    read = load_inert(dump_state(snapshot))

    assert read == snapshot
    first = [random.random() for _ in range(3)]
    read.set_as_global_seed_state()
    assert [random.random() for _ in range(3)] == first


def test_states_differ_once_a_number_was_drawn() -> None:
    snapshot = SeedSnapshot.new_capture()
    random.random()

    assert snapshot != SeedSnapshot.new_capture()
    assert snapshot != "a snapshot"


@pytest.mark.parametrize("state", [None, 7, (3, (1, 2), None), (3, ("x",) * 625, None), [[]]])
def test_a_state_of_another_shape_is_unreadable(state: Any) -> None:
    snapshot = SeedSnapshot.new_capture()
    snapshot.py_rng = state

    with pytest.raises(UnreadableError):
        snapshot.set_as_global_seed_state()


def test_a_run_samples_the_same_whoever_draws_in_between(tmp_path: Path, make: Any) -> None:
    class Drawing:
        def __init__(self) -> None:
            self.drawn: list[float] = []

        def __call__(self, trials: Any, budget_info: Any, n: int | None = None) -> Any:
            self.drawn.append(random.random())
            return SimpleNamespace(
                id=str(len(trials) + 1), config={"x": self.drawn[-1]}, previous_config_id=None
            )

    drawn = []
    for name, disturbed in (("one", False), ("two", True)):
        random.seed(3)
        state = make.create(tmp_path / name)
        optimizer = Drawing()
        for _ in range(4):
            if disturbed:
                random.seed()
            NePSState.create_or_load(state.path, load_only=True).lock_and_sample_trial(
                optimizer, worker_id="w"
            )
        drawn.append(optimizer.drawn)

    assert drawn[0] == drawn[1]
    assert len(set(drawn[0])) == 4


WITHOUT = """
import sys
from pathlib import Path
from types import SimpleNamespace
from neps_state import NePSState
state = NePSState.create_or_load(Path(sys.argv[1]), load_only=True)
def ask(trials, budget_info, n=None):
    return SimpleNamespace(id="new", config={"x": 1}, previous_config_id=None)
state.lock_and_sample_trial(ask, worker_id="w")
state.lock_and_set_new_worker_id("another")
assert not {"numpy", "torch"} & set(sys.modules)
"""


@pytest.mark.parametrize("name", ["random-0.17", "random-0.13", "hyperband-0.16"])
def test_without_numpy_and_torch_their_states_stay_as_they_were(
    name: str, copy_run: Callable[[str], Path]
) -> None:
    root = copy_run(name)
    before = load_inert((root / "optimizer_state.pkl").read_bytes()).seed_snapshot

    subprocess.run([sys.executable, "-c", WITHOUT, str(root)], check=True, timeout=60)

    after = load_inert((root / "optimizer_state.pkl").read_bytes()).seed_snapshot
    for library in ("np_rng", "torch_rng", "torch_cuda_rng"):
        assert dump_state(getattr(after, library)) == dump_state(getattr(before, library))
    assert after.np_rng is not None


WITH = """
import sys
from pathlib import Path
import numpy
from neps_state.run_files import read_optimizer_state
from neps_state.seeds import SeedSnapshot
snapshot = read_optimizer_state(Path(sys.argv[1])).seed_snapshot
drawn = []
for _ in range(2):
    numpy.random.seed(1)
    snapshot.set_as_global_seed_state()
    drawn.append(list(numpy.random.rand(4)))
assert drawn[0] == drawn[1]
captured = SeedSnapshot.new_capture()
more = list(numpy.random.rand(4))
captured.set_as_global_seed_state()
assert list(numpy.random.rand(4)) == more
"""


@pytest.mark.parametrize("name", ["random-0.17", "random-0.13", "hyperband-0.16"])
def test_with_numpy_its_state_is_set_and_captured(name: str, recorded: Any) -> None:
    pytest.importorskip("numpy", reason="numpy comes with the dashboard's plots, not with the core")
    path = recorded.path(name) / "optimizer_state.pkl"
    subprocess.run([sys.executable, "-c", WITH, str(path)], check=True, timeout=60)


HOSTILE = """
import pickle, sys
import numpy
from pathlib import Path
from neps_state import UnreadableError
from neps_state.pickles import load_inert
from neps_state.seeds import SeedSnapshot
snapshot = SeedSnapshot.new_capture()
canary = Path(sys.argv[1])
snapshot.np_rng = load_inert(b"cos\\nsystem\\n(Vtouch " + str(canary).encode() + b"\\ntR.")
try:
    snapshot.set_as_global_seed_state()
except UnreadableError as error:
    assert "system is not allowed" in str(error), error
else:
    sys.exit("it was taken")
assert not canary.exists()
"""


def test_a_hostile_numpy_state_runs_nothing(tmp_path: Path) -> None:
    pytest.importorskip("numpy", reason="numpy comes with the dashboard's plots, not with the core")
    subprocess.run(
        [sys.executable, "-c", HOSTILE, str(tmp_path / "canary")], check=True, timeout=60
    )
