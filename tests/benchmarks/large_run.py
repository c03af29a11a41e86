"""Makes a run directory of many trials, as NePS 0.17 would have left it: `large_run.py DIR N`."""

from __future__ import annotations

import json
import math
import random
import sys
from dataclasses import asdict
from pathlib import Path

from neps_state import BudgetInfo, OptimizationState, OptimizerInfo, SeedSnapshot, Trial
from neps_state.errors import SerializableTrialError
from neps_state.files import dump_text, plain_data
from neps_state.layout import RunLayout
from neps_state.pickles import dump_state

_TRACEBACK = (
    'Traceback (most recent call last):\n  File "train.py", line 12, in train\n'
    "    step()\nRuntimeError: CUDA out of memory. Tried to allocate 2.00 GiB\n"
)


def make_run(
    root: Path, count: int, *, evaluating: int = 8, workers: int = 8, has_files: bool = True
) -> None:
    """Write a run of `count` trials, the last few of them unfinished.

    Args:
        root: Directory to make.
        count: How many trials.
        evaluating: How many of them are being evaluated.
        workers: How many workers there are.
        has_files: Whether each trial has its own files too, besides its record in the cache.
    """
    layout = RunLayout(root)
    layout.configs.mkdir(parents=True)
    chance = random.Random(count)
    # A worker evaluates one trial at a time, and samples the next when it has ended.
    free_at = {f"worker_{number}": 1_795_000_000.0 + number for number in range(workers)}
    trials = {}
    errors = []
    for number in range(1, count + 1):
        worker = min(free_at, key=free_at.__getitem__)
        trial = _trial(layout, number, free_at[worker], chance, worker)
        free_at[worker] = math.inf
        if number <= count - evaluating:
            error = _evaluate(trial, chance)
            if error is not None:
                errors.append(error)
            free_at[worker] = trial.metadata.time_end or math.inf
        trials[trial.id] = trial
        if has_files:
            _write_files(layout, trial)
    if has_files:
        _write_log(layout, min(trials.values(), key=_objective))
    layout.cache.write_bytes(dump_state(trials))
    rows = [json.dumps(asdict(error)) for error in errors]
    layout.errors.write_text("\n".join(rows))
    state = OptimizationState(
        BudgetInfo(used_evaluations=count, total_evaluations_to_spend=2 * count),
        SeedSnapshot.new_capture(),
        None,
        list(free_at),
    )
    layout.optimizer_state.write_bytes(dump_state(state))
    info = OptimizerInfo(name="random_search", info={"use_priors": False})
    layout.optimizer_info.write_bytes(dump_text(info, "yaml"))
    for lock in (layout.trial_lock, layout.optimizer_lock, layout.error_lock):
        lock.touch()


def _trial(
    layout: RunLayout, number: int, moment: float, chance: random.Random, worker: str
) -> Trial:
    config = {
        "learning_rate": 10 ** chance.uniform(-5, -1),
        "weight_decay": chance.random(),
        "dropout": chance.uniform(0, 0.6),
        "layers": chance.randint(1, 12),
        "optimizer": chance.choice(["adam", "sgd", "lion"]),
    }
    trial = Trial.new(
        trial_id=str(number),
        config=config,
        location=str(layout.trial_directory(str(number))),
        previous_trial=None,
        previous_trial_location=None,
        time_sampled=moment,
        worker_id=worker,
    )
    trial.set_evaluating(time_started=moment + 0.1, worker_id=worker)
    return trial


def _evaluate(trial: Trial, chance: random.Random) -> SerializableTrialError | None:
    took = chance.uniform(20, 40)
    ended = (trial.metadata.time_started or 0.0) + took
    crashed = chance.random() < 0.05
    loss = 0.08 + 0.05 * (math.log10(trial.config["learning_rate"]) + 2.5) ** 2
    loss += 0.4 * trial.config["weight_decay"]
    trial.report = trial.set_complete(
        report_as="crashed" if crashed else "success",
        time_end=ended,
        objective_to_minimize=None if crashed else loss,
        cost=None if crashed else took,
        learning_curve=None if crashed else [loss + 1 / step for step in range(1, 6)],
        err=RuntimeError("CUDA out of memory. Tried to allocate 2.00 GiB") if crashed else None,
        tb=_TRACEBACK if crashed else None,
        extra=None if crashed else {"val_accuracy": 1 - loss},
        evaluation_duration=took,
    )
    if not crashed:
        return None
    worker = trial.metadata.evaluating_worker_id or ""
    text = str(trial.report.err)
    return SerializableTrialError(trial.id, worker, "RuntimeError", text, _TRACEBACK)


def _write_files(layout: RunLayout, trial: Trial) -> None:
    directory = layout.trial_directory(trial.id)
    directory.mkdir()
    (directory / "config.yaml").write_bytes(dump_text(trial.config, "yaml"))
    (directory / "metadata.json").write_text(json.dumps(plain_data(asdict(trial.metadata))))
    if trial.report is not None:
        report = {**vars(trial.report), "err": trial.report.err and str(trial.report.err)}
        (directory / "report.yaml").write_bytes(dump_text(report, "yaml"))


def _write_log(layout: RunLayout, trial: Trial) -> None:
    """What a pipeline prints in an hour: some megabytes, in the directory of one trial."""
    lines = (
        f"step {step}  loss {1 / (step + 1):.6f}  lr {0.1 / (step + 1):.3e}\n"
        for step in range(100_000)
    )
    (layout.trial_directory(trial.id) / "train.log").write_text("".join(lines))


def _objective(trial: Trial) -> float:
    objective = None if trial.report is None else trial.report.objective_to_minimize
    return math.inf if objective is None else float(objective)


if __name__ == "__main__":
    make_run(Path(sys.argv[1]), int(sys.argv[2]))
