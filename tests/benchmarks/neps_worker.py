"""A real NePS worker whose trials take a known time: `neps_worker.py RUN WORKER N SECONDS`."""

from __future__ import annotations

import sys
import time
from pathlib import Path
from typing import Any

import neps

RUN, WORKER, EVALUATIONS, SECONDS = sys.argv[1], sys.argv[2], int(sys.argv[3]), float(sys.argv[4])


def evaluate(lr: float, decay: float) -> dict[str, Any]:
    """Waits, as for a graphics card."""
    time.sleep(SECONDS)
    return {"objective_to_minimize": lr + decay, "cost": SECONDS}


class Space(neps.PipelineSpace):
    """Two floats."""

    lr = neps.Float(1e-4, 1e-1, log=True)
    decay = neps.Float(0, 1)


# Until its loop begins, NePS 0.17 locks with flock, which the lockf of a worker at work does not
# keep out: workers that start at the same time may fail, so each but the first waits for a trial.
while WORKER != "worker_0" and not list(Path(RUN).glob("configs/config_*/metadata.json")):
    time.sleep(0.05)
time.sleep(0.3)
neps.run(
    evaluate_pipeline=evaluate,
    pipeline_space=Space(),
    root_directory=Path(RUN),
    optimizer="random_search",
    worker_id=WORKER,
    worker_evaluations_to_spend=EVALUATIONS,
)
