"""The demo, with real worker processes at twenty times the usual speed."""

from __future__ import annotations

import json
import os
import random
import signal
import subprocess
import sys
import time
from collections import Counter
from collections.abc import Callable
from pathlib import Path

import pytest

from neps_state.exceptions import NePSError
from neps_state.state import NePSState
from neps_state.trial import Report, State, Trial
from neps_tui.demo.objective import LOG_NAME, OutOfMemoryError, TrainingDiverged, evaluate_pipeline
from neps_tui.demo.optimizer import AsynchronousHalving, SampledConfig
from neps_tui.demo.run import DemoRun
from neps_tui.demo.space import image_classifier_space

SPEED = 20.0
PATIENCE_SECONDS = 60.0

Trials = dict[str, Trial]


def eventually(condition: Callable[[], bool], *, seconds: float = PATIENCE_SECONDS) -> bool:
    deadline = time.monotonic() + seconds
    while not condition():
        if time.monotonic() > deadline:
            return False
        time.sleep(0.05)
    return True


def is_alive(pid: int) -> bool:
    """Whether a process still runs; one that only waits to be reaped does not."""
    status = Path(f"/proc/{pid}/stat")
    try:
        return status.read_text().rpartition(")")[2].split()[0] != "Z"
    except FileNotFoundError:
        return False


def trials_of(root: Path) -> Trials:
    return NePSState.create_or_load(root, load_only=True).lock_and_read_trials()


def in_state(trials: Trials, state: State) -> Trials:
    return {name: trial for name, trial in trials.items() if trial.metadata.state is state}


@pytest.fixture(scope="module")
def finished_run(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A demo run whose budget is used, its workers gone of themselves."""
    root = tmp_path_factory.mktemp("demo") / "run"
    with DemoRun.start(root, workers=2, seed=1, evaluations=60, speed=SPEED) as run:
        assert eventually(lambda: not run.worker_pids)
    return root


def test_budget_is_honoured(finished_run: Path) -> None:
    trials = trials_of(finished_run)
    counts = Counter(trial.metadata.state for trial in trials.values())
    assert sum(counts.values()) == 60
    assert counts[State.PENDING] == 0
    assert counts[State.SUCCESS] > 40


def test_promoted_trials_continue_their_previous_trial(finished_run: Path) -> None:
    trials = trials_of(finished_run)
    promoted = {name: trial for name, trial in trials.items() if not name.endswith("_rung_0")}
    assert promoted
    for name, trial in promoted.items():
        config, _, rung = name.partition("_rung_")
        previous_id = trial.metadata.previous_trial_id
        assert previous_id == f"{config}_rung_{int(rung) - 1}"
        previous = trials[previous_id]
        assert trial.config == {**previous.config, "epochs": 3 * previous.config["epochs"]}
        if trial.report is not None and trial.report.learning_curve is not None:
            assert previous.report is not None
            assert previous.report.learning_curve is not None
            length = len(previous.report.learning_curve)
            assert trial.report.learning_curve[:length] == previous.report.learning_curve


def test_reports_are_whole(finished_run: Path) -> None:
    for trial in in_state(trials_of(finished_run), State.SUCCESS).values():
        report = trial.report
        assert report is not None
        assert report.learning_curve is not None
        assert len(report.learning_curve) == report.cost == trial.config["epochs"]
        assert report.objective_to_minimize == report.learning_curve[-1]
        assert set(report.extra) == {"val_accuracy", "gpu_memory_gb"}
        log = Path(trial.metadata.location, LOG_NAME).read_text(encoding="utf-8")
        assert log.count("\nepoch ") == trial.config["epochs"]


def test_crashes_leave_error_rows(finished_run: Path) -> None:
    crashed = in_state(trials_of(finished_run), State.CRASHED)
    errors = NePSState.create_or_load(finished_run, load_only=True).lock_and_get_errors().errs
    assert crashed
    assert sorted(error.trial_id for error in errors) == sorted(crashed)
    for error in errors:
        assert error.err_type in {"TrainingDiverged", "OutOfMemoryError"}
        assert error.tb is not None
        assert error.err in error.tb


def test_killed_worker_abandons_a_trial_and_comes_back(finished_run: Path) -> None:
    trials = trials_of(finished_run)
    (abandoned,) = in_state(trials, State.EVALUATING).values()
    assert abandoned.metadata.evaluating_worker_id == "worker_1"
    assert abandoned.metadata.time_started is not None
    later = [
        trial
        for trial in trials.values()
        if trial.metadata.evaluating_worker_id == "worker_1"
        and (trial.metadata.time_started or 0.0) > abandoned.metadata.time_started
    ]
    assert later
    state = NePSState.create_or_load(finished_run, load_only=True)
    worker_ids = state.lock_and_get_optimizer_state().worker_ids
    assert worker_ids is not None
    assert sorted(worker_ids) == ["worker_0", "worker_1"]


def test_search_space_and_fidelity_are_recorded(finished_run: Path) -> None:
    state = NePSState.create_or_load(finished_run, load_only=True)
    info = state.lock_and_get_optimizer_info()
    assert info["name"] == "asha"
    assert info["derived"]["rung_to_fidelity"] == {0: 1, 1: 3, 2: 9, 3: 27}
    assert state.fidelity_name == "epochs"
    assert (finished_run / "pipeline_space.pkl").stat().st_size > 0


def test_reset_trial_is_evaluated_again_and_the_run_continued(tmp_path: Path) -> None:
    root = tmp_path / "run"
    with DemoRun.start(root, workers=2, evaluations=12, speed=SPEED) as run:
        assert eventually(lambda: not run.worker_pids)
    state = NePSState.create_or_load(root, load_only=True)
    first_end = {name: trial.metadata.time_end for name, trial in trials_of(root).items()}
    reset_id = next(iter(in_state(trials_of(root), State.SUCCESS)))
    state.lock_and_reset_trial_by_id(reset_id)
    assert trials_of(root)[reset_id].metadata.state is State.PENDING

    with DemoRun.start(root, workers=1, speed=SPEED) as run:
        assert eventually(lambda: not run.worker_pids)
    again = trials_of(root)[reset_id]
    assert again.metadata.evaluating_worker_id == "worker_0"
    assert again.metadata.time_end is not None
    assert again.metadata.time_end > (first_end[reset_id] or 0.0)
    assert len(trials_of(root)) == 12
    log = Path(again.metadata.location, LOG_NAME).read_text(encoding="utf-8")
    assert "attempt 2" in log


def test_stop_ends_workers_and_removes_a_temporary_directory() -> None:
    run = DemoRun.start(None, workers=3, speed=SPEED)
    # Before the doomed one can be in its fourth evaluation.
    pids = run.worker_pids
    assert len(pids) == 3
    assert eventually(lambda: len(trials_of(run.root)) > 3)
    temporary = run.root.parent
    run.stop()
    assert not any(is_alive(pid) for pid in pids)
    assert run.worker_pids == []
    assert not temporary.exists()


def test_stop_keeps_a_directory_that_someone_named(tmp_path: Path) -> None:
    root = tmp_path / "mine"
    with DemoRun.start(root, workers=1, speed=SPEED):
        assert eventually(lambda: bool(in_state(trials_of(root), State.SUCCESS)))
    assert in_state(trials_of(root), State.SUCCESS)


def test_workers_end_with_a_parent_that_is_killed(tmp_path: Path) -> None:
    program = (
        "import json, pathlib, sys, time\n"
        "from neps_tui.demo.run import DemoRun\n"
        "run = DemoRun.start(pathlib.Path(sys.argv[1]), workers=2)\n"
        "print(json.dumps(run.worker_pids), flush=True)\n"
        "time.sleep(60)\n"
    )
    with subprocess.Popen(
        [sys.executable, "-c", program, str(tmp_path / "run")], stdout=subprocess.PIPE
    ) as parent:
        assert parent.stdout is not None
        pids = json.loads(parent.stdout.readline())
        assert eventually(lambda: len(trials_of(tmp_path / "run")) >= 2)
        assert all(is_alive(pid) for pid in pids)
        os.kill(parent.pid, signal.SIGKILL)
        assert eventually(lambda: not any(is_alive(pid) for pid in pids), seconds=2)


def test_a_run_of_another_optimizer_is_refused(finished_run: Path, tmp_path: Path) -> None:
    root = tmp_path / "run"
    root.mkdir()
    info = (finished_run / "optimizer_info.yaml").read_text().replace("asha", "hyperband")
    (root / "optimizer_info.yaml").write_text(info)
    for name in ("optimizer_state.pkl", "pipeline_space.pkl"):
        (root / name).write_bytes((finished_run / name).read_bytes())
    with pytest.raises(NePSError):
        DemoRun.start(root)


def evaluated(trial_id: str, objective: float, config: dict[str, object]) -> Trial:
    trial = Trial.new(
        trial_id=trial_id,
        config=config,
        location="",
        previous_trial=None,
        previous_trial_location=None,
        time_sampled=0.0,
        worker_id="worker_0",
    )
    trial.report = trial.set_complete(
        report_as="success",
        time_end=1.0,
        objective_to_minimize=objective,
        cost=1.0,
        learning_curve=[objective],
        err=None,
        tb=None,
        extra=None,
        evaluation_duration=1.0,
    )
    assert isinstance(trial.report, Report)
    return trial


def test_only_the_best_third_is_promoted_and_only_once() -> None:
    optimizer = AsynchronousHalving(image_classifier_space())
    trials = {
        f"{number}_rung_0": evaluated(f"{number}_rung_0", number / 10, {"dropout": number / 10})
        for number in range(1, 7)
    }
    trials["a_person's"] = evaluated("a_person's", 0.01, {"dropout": 0.5})
    sampled = optimizer(trials, None, n=3)
    assert isinstance(sampled, list)
    assert [(config.id, config.previous_config_id) for config in sampled] == [
        ("1_rung_1", "1_rung_0"),
        ("2_rung_1", "2_rung_0"),
        ("7_rung_0", None),
    ]
    assert sampled[0].config == {"dropout": 0.1, "epochs": 3}


def test_sampling_depends_on_nothing_but_the_seed() -> None:
    def sample() -> SampledConfig | list[SampledConfig]:
        random.seed(3)
        return AsynchronousHalving(image_classifier_space())({}, None)

    assert sample() == sample()


@pytest.mark.parametrize(
    ("error", "message", "learning_rate", "batch_size"),
    [
        (TrainingDiverged, r"loss is nan at step \d+ \(learning_rate=0\.09\)", 0.09, 32),
        (OutOfMemoryError, r"CUDA out of memory\. Tried to allocate \d\.\d\d GiB", 1e-4, 256),
    ],
)
def test_some_configs_crash_more_often_than_others(
    tmp_path: Path, error: type[Exception], message: str, learning_rate: float, batch_size: int
) -> None:
    """The same trial again and again: each attempt has its own luck."""
    crashes = []
    for _ in range(60):
        try:
            evaluate_pipeline(
                tmp_path,
                learning_rate=learning_rate,
                weight_decay=1e-3,
                dropout=0.2,
                batch_size=batch_size,
                optimizer="adam",
                epochs=1,
                speed=1e4,
            )
        except (TrainingDiverged, OutOfMemoryError) as crash:
            crashes.append(crash)
    assert 3 < len(crashes) < 45
    with pytest.raises(error, match=message):
        raise crashes[0]
