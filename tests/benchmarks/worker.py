"""A worker for the latency benchmark: `worker.py RUN` does what its standard input says.

`prepare` takes a new trial, `report X` reports the objective X for it and answers with the times
before and after, and `consolidate` rewrites the cache in place, as NePS does now and then.
"""

from __future__ import annotations

import sys
import time
from pathlib import Path

from neps_state import NePSState, Trial, TrialRepo
from neps_state.layout import RunLayout
from neps_state.pickles import dump_state


class Worker:
    """Evaluates one trial after the other, at once."""

    def __init__(self, root: Path) -> None:
        self._layout = RunLayout(root)
        self._state = NePSState.create_or_load(root, load_only=True)
        self._repo = TrialRepo(self._layout.configs)
        self._trials = self._repo.latest()
        self._trial = next(iter(self._trials.values()))

    def prepare(self) -> None:
        """Take a new trial, like the last."""
        now = time.time()
        trial_id = str(len(self._trials) + 1)
        self._trial = Trial.new(
            trial_id=trial_id,
            config=dict(self._trial.config),
            location=str(self._layout.trial_directory(trial_id)),
            previous_trial=None,
            previous_trial_location=None,
            time_sampled=now,
            worker_id="worker_0",
        )
        self._trial.set_evaluating(time_started=now, worker_id="worker_0")
        self._trials[trial_id] = self._trial
        self._repo.store_new_trial(self._trial)

    def report(self, objective: float) -> tuple[float, float]:
        """Report the trial; when that began and when it was done, by `time.monotonic`."""
        now = time.time()
        report = self._trial.set_complete(
            report_as="success",
            time_end=now,
            objective_to_minimize=objective,
            cost=1.0,
            learning_curve=None,
            err=None,
            tb=None,
            extra=None,
            evaluation_duration=now - (self._trial.metadata.time_started or now),
        )
        before = time.monotonic()
        self._state.lock_and_report_trial_evaluation(self._trial, report, worker_id="worker_0")
        return before, time.monotonic()

    def consolidate(self) -> None:
        """Rewrite the cache in place."""
        self._layout.cache.write_bytes(dump_state(self._trials))


def main() -> None:
    worker = Worker(Path(sys.argv[1]))
    print("ready", flush=True)
    for line in sys.stdin:
        command, *arguments = line.split()
        if command == "report":
            print(*worker.report(float(arguments[0])), flush=True)
        else:
            worker.prepare() if command == "prepare" else worker.consolidate()
            print("done", flush=True)


if __name__ == "__main__":
    main()
