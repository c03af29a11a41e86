"""What we write, real NePS reads; what it writes, we read; its locks and ours are the same."""

from __future__ import annotations

import os
import pickle
import shutil
import subprocess
import sys
from collections.abc import Callable, Mapping
from dataclasses import asdict
from pathlib import Path
from typing import Any

import pytest

from neps_state import (
    BudgetInfo,
    FileLocker,
    LockFailedError,
    NePSState,
    OptimizationState,
    OptimizerInfo,
    Report,
    SeedSnapshot,
    State,
    Trial,
)
from neps_state.pickles import dump_state, load_inert

pytestmark = pytest.mark.interop

INFO = OptimizerInfo(name="random_search", info={"ignore_fidelity": False, "use_priors": False})


@pytest.fixture
def space(real: Any) -> Any:
    class Space(real.neps.PipelineSpace):  # type: ignore[misc]
        lr = real.neps.Float(1e-4, 1e-1, log=True)
        act = real.neps.Categorical(["relu", "gelu"])

    return Space()


@pytest.fixture
def optimizer(real: Any, space: Any) -> Any:
    made, _ = real.load_optimizer(("random_search", {}), space)
    return made


def create_ours(root: Path, **fields: Any) -> NePSState:
    state = OptimizationState(
        budget=BudgetInfo(total_evaluations_to_spend=9),
        seed_snapshot=SeedSnapshot.new_capture(),
        shared_state=None,
        worker_ids=["ours"],
    )
    for name, value in fields.items():
        setattr(state, name, value)
    return NePSState.create_or_load(root, optimizer_info=INFO, optimizer_state=state)


def as_plain(trial: Any) -> dict[str, Any]:
    """A trial of either kind as plain data, errors by their text."""
    report = None
    if trial.report is not None:
        report = {**vars(trial.report), "err": str(trial.report.err)}
    metadata = {name: str(value) for name, value in vars(trial.metadata).items()}
    config = sorted(dict(trial.config).items())
    return {"config": config, "metadata": metadata, "report": report}


def check_same(ours: Mapping[str, Any], theirs: Mapping[str, Any]) -> None:
    assert ours.keys() == theirs.keys()
    for trial_id in ours:
        assert repr(as_plain(ours[trial_id])) == repr(as_plain(theirs[trial_id]))


def test_a_real_optimizer_samples_into_our_run_and_real_neps_reads_it(
    tmp_path: Path, real: Any, optimizer: Any
) -> None:
    ours = create_ours(tmp_path / "run")

    three = ours.lock_and_sample_trial(optimizer, worker_id="ours", n=3)
    one = ours.lock_and_sample_trial(optimizer, worker_id="ours")

    assert [trial.id for trial in (*three, one)] == ["1", "2", "3", "4"]
    theirs = real.state.NePSState.create_or_load(tmp_path / "run", load_only=True)
    read = theirs.lock_and_read_trials()
    check_same(ours.lock_and_read_trials(), read)
    assert all(type(trial) is real.trial.Trial for trial in read.values())
    assert all(trial.metadata.state is real.trial.State.PENDING for trial in read.values())
    for trial_id in read:
        check_same({"x": one}, {"x": theirs.lock_and_get_trial_by_id("4")})
        assert theirs.lock_and_get_trial_by_id(trial_id).config == read[trial_id].config


@pytest.mark.parametrize("with_numpy", [True, False])
def test_real_neps_goes_on_from_a_run_that_we_made(
    tmp_path: Path, real: Any, optimizer: Any, with_numpy: bool
) -> None:
    root = tmp_path / "run"
    if with_numpy:
        create_ours(root)
    else:
        # A process without numpy writes numpy's state as a tuple of plain numbers.
        program = (
            "import sys\n"
            "from pathlib import Path\n"
            "from neps_state import *\n"
            "snapshot = SeedSnapshot.new_capture()\n"
            "state = OptimizationState(BudgetInfo(total_evaluations_to_spend=9), snapshot, None)\n"
            f"info = {dict(INFO)!r}\n"
            "NePSState.create_or_load(Path(sys.argv[1]), optimizer_info=info,"
            " optimizer_state=state)\n"
            "assert not {'numpy', 'torch'} & set(sys.modules)\n"
        )
        subprocess.run([sys.executable, "-c", program, str(root)], check=True)

    theirs = real.state.NePSState.create_or_load(root, load_only=True)
    worker = theirs.lock_and_set_new_worker_id()
    sampled = theirs.lock_and_sample_trial(optimizer, worker_id=worker, n=2)

    assert [trial.id for trial in sampled] == ["1", "2"]
    assert theirs.lock_and_get_global_budgets()[0] == 9
    ours = NePSState.create_or_load(root, load_only=True)
    assert set(ours.lock_and_read_trials()) == {"1", "2"}
    assert worker in (ours.lock_and_get_optimizer_state().worker_ids or [])
    more = ours.lock_and_sample_trial(optimizer, worker_id="ours", n=1)
    assert [trial.id for trial in more] == ["3"]


def test_the_run_samples_the_same_whichever_side_asks(
    tmp_path: Path, real: Any, optimizer: Any, copy_run: Callable[[str], Path]
) -> None:
    root = copy_run("random-0.17")
    shutil.copytree(root, tmp_path / "other")
    for name in (root, tmp_path / "other"):
        (name / "configs/.trial_cache.pkl").write_bytes(dump_state({}))
        for directory in (name / "configs").glob("config_*"):
            shutil.rmtree(directory)
    ours = NePSState.create_or_load(root, load_only=True)
    theirs = real.state.NePSState.create_or_load(tmp_path / "other", load_only=True)

    for _ in range(3):
        one = ours.lock_and_sample_trial(optimizer, worker_id="w")
        other = theirs.lock_and_sample_trial(optimizer, worker_id="w")
        assert dict(one.config) == dict(other.config)


def test_whole_life_of_a_trial_written_by_us_is_read_by_real_neps(
    tmp_path: Path, real: Any, optimizer: Any
) -> None:
    ours = create_ours(tmp_path / "run")
    trials = ours.lock_and_sample_trial(optimizer, worker_id="ours", n=4)
    for number, trial in enumerate(trials[:3]):
        trial.set_evaluating(time_started=10.0, worker_id="ours")
        ours.put_updated_trial(trial, hints="metadata")
        report = trial.set_complete(
            report_as="crashed" if number == 2 else "success",
            time_end=11.0,
            objective_to_minimize=None if number == 2 else [0.5, float("nan")],
            cost=1.5,
            learning_curve=[[0.6, 0.7]],
            err=ValueError("[bold]läuft nicht[/]") if number == 2 else None,
            tb="Traceback" if number == 2 else None,
            extra={"note": "✓", "nested": {"a": [1, 2]}},
            evaluation_duration=1.0,
        )
        ours.lock_and_report_trial_evaluation(trial, report, worker_id="ours")
    ours.lock_and_reset_trial_by_id("1")
    ours.lock_and_remove_trial_by_id("4")

    theirs = real.state.NePSState.create_or_load(tmp_path / "run", load_only=True)

    read = theirs.lock_and_read_trials()
    check_same(ours.lock_and_read_trials(), read)
    assert {key: trial.metadata.state.value for key, trial in read.items()} == {
        "1": "pending",
        "2": "success",
        "3": "crashed",
    }
    assert isinstance(read["3"].report.err, ValueError)
    (error,) = theirs.lock_and_get_errors().errs
    assert asdict(error) == asdict(ours.lock_and_get_errors().errs[0])
    for trial_id, trial in read.items():
        from_files = theirs.lock_and_get_trial_by_id(trial_id)
        assert from_files.config == trial.config
        assert from_files.metadata == trial.metadata
        assert (from_files.report is None) == (trial.report is None)


@pytest.mark.parametrize("file", ["yaml", "json"])
def test_the_text_files_are_in_the_format_that_the_variable_names(
    tmp_path: Path, file: str, real: Any, optimizer: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("NEPS_CONFIG_SERIALIZE_FORMAT", file)
    ours = create_ours(tmp_path / "run")

    ours.lock_and_sample_trial(optimizer, worker_id="ours")

    assert (tmp_path / f"run/configs/config_1/config.{file}").exists()
    program = (
        "import sys\n"
        "from pathlib import Path\n"
        "from neps.state.neps_state import TrialRepo\n"
        "print(TrialRepo(Path(sys.argv[1])).load_trial_from_disk('1').config['lr'])\n"
    )
    read = subprocess.run(
        [sys.executable, "-c", program, str(tmp_path / "run/configs")],
        capture_output=True,
        text=True,
        check=True,
    )
    assert float(read.stdout) == ours.lock_and_read_trials()["1"].config["lr"]


@pytest.mark.parametrize(
    "name", ["random-0.17", "architecture-0.17", "import-0.17", "primo-0.17", "batch-0.17"]
)
def test_real_neps_reads_a_recorded_run_the_same_after_our_writes(
    name: str, real: Any, copy_run: Callable[[str], Path]
) -> None:
    root = copy_run(name)
    ours = NePSState.create_or_load(root, load_only=True)
    before = ours.lock_and_read_trials()

    ours.lock_and_set_new_worker_id("visitor")
    for trial in list(before.values())[:3]:
        if trial.report is None or trial.report.err is None:
            ours.put_updated_trial(trial)

    # The exceptions of the recording are of a module that is nowhere any more.
    if not any(trial.report and trial.report.err for trial in before.values()):
        check_same(before, real.state.TrialRepo(root / "configs").latest())
    with (root / "optimizer_state.pkl").open("rb") as stream:
        state = pickle.load(stream)
    assert type(state) is real.optimizer.OptimizationState
    assert state.worker_ids[-1] == "visitor"
    real.seeds.SeedSnapshot.set_as_global_seed_state(state.seed_snapshot)


def test_what_real_pickle_makes_of_our_pickles_is_equal(
    real: Any, copy_run: Callable[[str], Path]
) -> None:
    root = copy_run("nan-0.17")
    path = root / "configs/.trial_cache.pkl"
    theirs = real.state.TrialRepo(root / "configs").latest()
    ours = NePSState.create_or_load(root, load_only=True).lock_and_read_trials()

    again = pickle.loads(dump_state(ours))

    check_same(theirs, again)
    assert all(type(trial) is real.trial.Trial for trial in again.values())
    assert path.exists()
    state = (root / "optimizer_state.pkl").read_bytes()
    assert repr(pickle.loads(dump_state(load_inert(state)))) == repr(pickle.loads(state))


def test_numpys_and_torchs_states_survive_our_budget_change(
    real: Any, copy_run: Callable[[str], Path]
) -> None:
    import numpy as np
    import torch

    root = copy_run("random-0.17")
    before = pickle.loads((root / "optimizer_state.pkl").read_bytes()).seed_snapshot

    NePSState.create_or_load(root, load_only=True).lock_and_update_global_budgets(
        total_evaluations_to_spend=5, total_cost_to_spend=None, total_fidelities_to_spend=None
    )

    after = pickle.loads((root / "optimizer_state.pkl").read_bytes()).seed_snapshot
    assert np.array_equal(before.np_rng[1], after.np_rng[1])
    assert torch.equal(before.torch_rng, after.torch_rng)
    assert before.py_rng == after.py_rng


def test_create_or_load_of_either_side_accepts_the_other(
    tmp_path: Path, real: Any, space: Any
) -> None:
    root = tmp_path / "run"
    theirs = real.state.NePSState.create_or_load(
        root,
        optimizer_info=dict(INFO),
        optimizer_state=real.optimizer.OptimizationState(
            budget=real.optimizer.BudgetInfo(worker_evaluations_to_spend=3),
            seed_snapshot=real.seeds.SeedSnapshot.new_capture(),
            shared_state=None,
        ),
        pipeline_space=None,
    )

    ours = create_ours(root)
    again = real.state.NePSState.create_or_load(root, load_only=True)

    assert ours.lock_and_get_optimizer_state().worker_ids is None
    assert ours.lock_and_get_optimizer_info() == INFO
    assert theirs.lock_and_get_optimizer_info() == again.lock_and_get_optimizer_info()
    with pytest.raises(real.neps.exceptions.NePSError):
        real.state.NePSState.create_or_load(
            root,
            optimizer_info={"name": "hyperband", "info": {}},
            optimizer_state=again.lock_and_get_optimizer_state(),
        )


def test_a_lock_of_real_neps_and_ours_lock_each_other_out(tmp_path: Path, real: Any) -> None:
    path = tmp_path / ".configs.lock"
    ours = FileLocker(path, poll=0.01, timeout=0.1)
    theirs = real.files.FileLocker(path, poll=0.01, timeout=0.1)

    with theirs.lock():
        with pytest.raises(LockFailedError) as failure, ours.lock():
            pass
        assert failure.value.holders == (os.getpid(),)
    with ours.lock(), pytest.raises(Exception, match="Failed to acquire lock"), theirs.lock():
        pass
    with theirs.lock():
        pass
    with ours.lock():
        pass


def test_real_optimizers_of_several_fidelities_work_on_our_trials(
    tmp_path: Path, real: Any
) -> None:
    class Space(real.neps.PipelineSpace):  # type: ignore[misc]
        lr = real.neps.Float(1e-4, 1e-1, log=True)
        epochs = real.neps.IntegerFidelity(1, 9)

    flat = type("Flat", (real.neps.PipelineSpace,), {"lr": Space.lr})
    for name, space, options, steps in (
        ("hyperband", Space(), {}, 14),
        ("asha", Space(), {}, 14),
        ("bayesian_optimization", flat(), {"initial_design_size": 3}, 5),
    ):
        optimizer, _ = real.load_optimizer((name, options), space)
        ours = create_ours(tmp_path / name)
        for step in range(steps):
            trial = ours.lock_and_sample_trial(optimizer, worker_id="ours")
            report = trial.set_complete(
                report_as="success",
                time_end=float(step),
                objective_to_minimize=float(step % 5),
                cost=1.0,
                learning_curve=None,
                err=None,
                tb=None,
                extra=None,
                evaluation_duration=1.0,
            )
            assert isinstance(report, Report)
            ours.lock_and_report_trial_evaluation(trial, report, worker_id="ours")

        theirs = real.state.NePSState.create_or_load(tmp_path / name, load_only=True)
        check_same(ours.lock_and_read_trials(), theirs.lock_and_read_trials())
        trials: Mapping[str, Trial] = ours.lock_and_read_trials()
        assert {trial.state for trial in trials.values()} == {State.SUCCESS}
        if name != "bayesian_optimization":
            assert any(trial.metadata.previous_trial_id for trial in trials.values())
