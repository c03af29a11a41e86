"""Makes runs with the core itself and takes their trials where a test wants them."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from neps_state import (
    BudgetInfo,
    NePSState,
    OptimizationState,
    OptimizerInfo,
    Report,
    SeedSnapshot,
    Trial,
)


@dataclass
class Sampled:
    id: str
    config: dict[str, Any]
    previous_config_id: str | None = None


class Counting:
    """An optimizer that samples the ids 1, 2, 3 …"""

    def __call__(
        self,
        trials: Any,
        budget_info: BudgetInfo | None = None,
        n: int | None = None,
    ) -> Any:
        numbers = [int(trial_id.partition("_")[0]) for trial_id in trials]
        start = max(numbers, default=0) + 1
        made = [Sampled(str(start + i), {"lr": 0.1 / (start + i)}) for i in range(n or 1)]
        return made if n is not None else made[0]


class RunMaker:
    """Makes runs with the core itself and takes their trials where a test wants them."""

    info = OptimizerInfo(name="counting", info={"step": 1})

    def create(self, root: Path, **kwargs: Any) -> NePSState:
        state = OptimizationState(
            budget=kwargs.pop("budget", BudgetInfo(total_evaluations_to_spend=100)),
            seed_snapshot=SeedSnapshot.new_capture(),
            shared_state=None,
            worker_ids=None,
        )
        return NePSState.create_or_load(
            root, optimizer_info=self.info, optimizer_state=state, **kwargs
        )

    def sample(self, state: NePSState, n: int, worker: str = "worker_0") -> list[Trial]:
        return state.lock_and_sample_trial(Counting(), worker_id=worker, n=n)

    def evaluate(
        self,
        state: NePSState,
        trial: Trial,
        *,
        objective: float | list[float] | None = 0.5,
        err: Exception | None = None,
        worker: str = "worker_0",
        started: float = 1_000.0,
    ) -> Report:
        trial.set_evaluating(time_started=started, worker_id=worker)
        state.put_updated_trial(trial, hints="metadata")
        report = trial.set_complete(
            report_as="success" if err is None else "crashed",
            time_end=started + 1,
            objective_to_minimize=objective if err is None else None,
            cost=1.0,
            learning_curve=None,
            err=err,
            tb=None if err is None else "Traceback: of a test",
            extra={"note": "läuft ✓"},
            evaluation_duration=1.0,
        )
        state.lock_and_report_trial_evaluation(trial, report, worker_id=worker)
        return report

    def mixed(self, root: Path, crashed: Sequence[int] = (2, 4), n: int = 6) -> NePSState:
        """A run of `n` trials: some crashed, the last pending, the one before it evaluating."""
        state = self.create(root)
        trials = self.sample(state, n)
        for number, trial in enumerate(trials[:-2], start=1):
            err = ValueError(f"[bold]boom[/] {number}") if number in crashed else None
            self.evaluate(state, trial, objective=0.1 * number, err=err)
        trials[-2].set_evaluating(time_started=2_000.0, worker_id="worker_0")
        state.put_updated_trial(trials[-2], hints="metadata")
        return state
