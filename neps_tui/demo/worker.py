"""One worker process of the demo: takes a trial, evaluates it, reports it, and again.

It uses the run the way a NePS worker does: pending trials come first, so that what a person reset
or enqueued is evaluated, and only then a new one is sampled. Once the budget is used it ends, or
waits for a person to reset a trial.

    python -m neps_tui.demo.worker ROOT --worker-id worker_0
"""

from __future__ import annotations

import argparse
import logging
import os
import random
import signal
import sys
import threading
import time
import traceback
from pathlib import Path

from neps_state.locks import FileLocker
from neps_state.optimizer import BudgetInfo, OptimizationState
from neps_state.seeds import SeedSnapshot
from neps_state.state import NePSState
from neps_state.trial import Report, State, Trial
from neps_tui.demo.objective import as_user_result, evaluate_pipeline
from neps_tui.demo.optimizer import AsynchronousHalving
from neps_tui.demo.space import image_classifier_space

EVALUATIONS = 300
_WAIT_FOR_WORK = 0.5

logger = logging.getLogger("neps_tui.demo")


class Worker:
    """Evaluates trials of one run until its budget is used.

    Args:
        root: The run directory; made if it does not exist.
        worker_id: Name in the run. A name that the run knows already is taken over, as by a
            cluster job that was restarted.
        seed: Of the sampled configs, should the run be new.
        evaluations: The run's budget, should the run be new.
        speed: How many times faster than usual to train.
        killed_in: Which of its evaluations the worker does not survive, counted from 1; one that
            crashes is survived, and the next one is not.
        stays: Whether it waits for more to do once the budget is used, instead of ending.
    """

    def __init__(
        self,
        root: Path,
        *,
        worker_id: str,
        seed: int = 0,
        evaluations: int = EVALUATIONS,
        speed: float = 1.0,
        killed_in: int | None = None,
        stays: bool = False,
    ) -> None:
        self._stays = stays
        self._state = open_run(root, seed=seed, evaluations=evaluations)
        own_files(root).mkdir(exist_ok=True)
        self._optimizer = AsynchronousHalving(image_classifier_space())
        self._worker_id = worker_id
        self._speed = speed
        self._killed_in = killed_in
        self._evaluations = 0
        self._claim_lock = FileLocker(own_files(root) / "claim.lock", poll=0.01, timeout=120)

    def run(self) -> None:
        """Joins the run and works until the budget is used, or for ever if it stays."""
        known_ids = self._state.lock_and_get_optimizer_state().worker_ids or []
        if self._worker_id not in known_ids:
            self._state.lock_and_set_new_worker_id(self._worker_id)
        while True:
            while (trial := self._claim()) is not None:
                report = self._evaluate(trial)
                self._state.lock_and_report_trial_evaluation(
                    trial, report, worker_id=self._worker_id
                )
            if not self._stays:
                break
            time.sleep(_WAIT_FOR_WORK)
        logger.info("%s: the budget is used", self._worker_id)

    def _claim(self) -> Trial | None:
        """Takes the trial to evaluate next, None once the budget is used."""
        # Between finding a pending trial and marking it, another worker could find it too.
        with self._claim_lock.lock():
            if self._is_budget_used():
                return None
            trial = self._state.lock_and_get_next_pending_trial()
            if trial is None:
                trial = self._state.lock_and_sample_trial(
                    self._optimizer, worker_id=self._worker_id
                )
            trial.set_evaluating(time_started=time.time(), worker_id=self._worker_id)
            self._state.put_updated_trial(trial, hints="metadata")
            return trial

    def _is_budget_used(self) -> bool:
        budget = self._state.lock_and_get_optimizer_state().budget
        if budget is None or budget.total_evaluations_to_spend is None:
            return False
        used = sum(
            trial.report is not None or trial.metadata.state is State.EVALUATING
            for trial in self._state.lock_and_read_trials().values()
        )
        return used >= budget.total_evaluations_to_spend

    def _evaluate(self, trial: Trial) -> Report:
        self._evaluations += 1
        logger.info("%s: evaluating %s %s", self._worker_id, trial.id, trial.config)
        started = time.monotonic()
        try:
            evaluation = evaluate_pipeline(
                Path(trial.metadata.location),
                **trial.config,
                speed=self._speed,
                on_epoch=self._die_as_planned,
            )
        except Exception as error:
            # Whatever training raises is a fact about the trial, not about the worker.
            logger.exception("%s: %s crashed", self._worker_id, trial.id)
            return trial.set_complete(
                report_as="crashed",
                time_end=time.time(),
                objective_to_minimize=None,
                cost=None,
                learning_curve=None,
                err=error,
                tb=traceback.format_exc(),
                extra=None,
                evaluation_duration=time.monotonic() - started,
            )
        result = as_user_result(evaluation)
        return trial.set_complete(
            report_as="success",
            time_end=time.time(),
            objective_to_minimize=result["objective_to_minimize"],
            cost=result["cost"],
            learning_curve=result["learning_curve"],
            err=None,
            tb=None,
            extra=result["info_dict"],
            evaluation_duration=time.monotonic() - started,
        )

    def _die_as_planned(self) -> None:
        if self._killed_in is not None and self._evaluations >= self._killed_in:
            os.kill(os.getpid(), signal.SIGKILL)


def open_run(root: Path, *, seed: int, evaluations: int) -> NePSState:
    """Opens the demo run at a directory, and makes it if there is none.

    Args:
        root: The run directory.
        seed: Of the sampled configs, should the run be new.
        evaluations: The run's budget, should the run be new.

    Raises:
        NePSError: Another optimizer's run lies there.
    """
    space = image_classifier_space()
    random_state = random.getstate()
    random.seed(seed)
    seed_snapshot = SeedSnapshot.new_capture()
    random.setstate(random_state)
    return NePSState.create_or_load(
        root,
        optimizer_info=AsynchronousHalving(space).info,
        optimizer_state=OptimizationState(
            budget=BudgetInfo(total_evaluations_to_spend=evaluations),
            seed_snapshot=seed_snapshot,
            shared_state=None,
        ),
        pipeline_space=space,
    )


def own_files(root: Path) -> Path:
    """Returns the directory, inside the run's, of files that only the demo knows."""
    return root / "demo"


def end_with_parent() -> None:
    """Ends this process when the one holding the other end of its standard input is gone.

    The system closes that end however the parent dies, so this works even after a SIGKILL.
    """

    def wait_for_end() -> None:
        while os.read(sys.stdin.fileno(), 1):
            pass
        os._exit(0)

    threading.Thread(target=wait_for_end, name="end with parent", daemon=True).start()


def main() -> None:
    """Runs one worker as the command line says."""
    parser = argparse.ArgumentParser(description="Run one worker process of the demo.")
    parser.add_argument("root", type=Path, help="run directory; made if it does not exist")
    parser.add_argument("--worker-id", required=True, help="name of the worker in the run")
    parser.add_argument("--seed", type=int, default=0, help="of a new run (default 0)")
    parser.add_argument(
        "--evaluations",
        type=int,
        default=EVALUATIONS,
        help=f"budget of a new run (default {EVALUATIONS})",
    )
    parser.add_argument("--speed", type=float, default=1.0, help="training speed (default 1)")
    parser.add_argument(
        "--killed-in", type=int, metavar="N", help="send itself SIGKILL in its N-th evaluation"
    )
    parser.add_argument(
        "--stay", action="store_true", help="wait for more to do once the budget is used"
    )
    parser.add_argument(
        "--end-with-parent", action="store_true", help="end when standard input is closed"
    )
    arguments = parser.parse_args()
    logging.basicConfig(level=logging.INFO, format="%(asctime)s %(message)s")
    if arguments.end_with_parent:
        end_with_parent()
    Worker(
        arguments.root,
        worker_id=arguments.worker_id,
        seed=arguments.seed,
        evaluations=arguments.evaluations,
        speed=arguments.speed,
        killed_in=arguments.killed_in,
        stays=arguments.stay,
    ).run()


if __name__ == "__main__":
    main()
