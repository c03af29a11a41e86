"""A real NePS worker: real_worker.py RUN WORKER_ID EVALUATIONS [KIND] [join].

KIND is `fidelity`, `evolution`, `several` (objectives) or `architecture`, or else random search.

What it evaluates crashes the first time in about half of the trials, and each attempt is noted
in the trial's own directory. What came of it is noted beside the run, in `worked-WORKER_ID`, a JSON
object a line. One that is to `join` leaves it to another to make the run.
"""

from __future__ import annotations

import inspect
import json
import pickle
import sys
import time
from pathlib import Path
from typing import Any

import neps

RUN, WORKER, EVALUATIONS = Path(sys.argv[1]), sys.argv[2], int(sys.argv[3])
JOURNAL = RUN.parent / f"worked-{WORKER}"
KIND = next((each for each in sys.argv[4:] if each != "join"), "random")
OPTIMIZER = {
    "fidelity": "hyperband",
    "evolution": "neps_regularized_evolution",
    "architecture": "neps_hyperband",
}.get(KIND, "random_search")


class Diverged(RuntimeError):
    """An exception that no other process can import."""


def evaluate(pipeline_directory: Path, lr: float, decay: float, **more: Any) -> dict[str, Any]:
    """Both parts of the loss apart where there are several objectives."""
    attempts = Path(pipeline_directory) / "attempts"
    with attempts.open("a") as stream:
        stream.write(f"{WORKER}\n")
    time.sleep(0.03)
    trial_id = Path(pipeline_directory).name.removeprefix("config_")
    if decay > 0.5 and len(attempts.read_text().split()) == 1:
        note(trial_id, None)
        raise ValueError(f"[bold]diverged[/bold] at lr={lr}")
    losses = [lr, decay / more.get("epochs", 1)]
    objective = losses if KIND == "several" else sum(losses)
    note(trial_id, objective)
    return {"objective_to_minimize": objective, "cost": 1.0}


def note(trial_id: str, objective: Any) -> None:
    """Keep what an evaluation came to, before NePS is told; None for a crash."""
    with JOURNAL.open("a") as journal:
        journal.write(json.dumps({"trial": trial_id, "at": time.time(), "objective": objective}))
        journal.write("\n")


def space() -> Any:
    if not hasattr(neps, "PipelineSpace"):
        return neps.SearchSpace({"lr": neps.Float(1e-4, 1e-1, log=True), "decay": neps.Float(0, 1)})
    parameters: dict[str, Any] = {
        "lr": neps.Float(1e-4, 1e-1, log=True),
        "decay": neps.Float(0, 1),
    }
    if KIND in ("fidelity", "architecture"):
        parameters["epochs"] = neps.IntegerFidelity(1, 27)
    if KIND == "architecture":
        kernel = neps.Categorical((3, 5, 7))
        layers = neps.Categorical(
            (
                neps.Operation(operator="Conv", args=(kernel,)),
                neps.Operation(operator="Pool", kwargs={"size": 2}),
            )
        )
        parameters["layers"] = layers
        parameters["net"] = neps.Operation(
            operator="Sequential", args=(neps.Resample(layers), neps.Resample(layers))
        )
    return type("Space", (neps.PipelineSpace,), parameters)()


def main() -> None:
    while "join" in sys.argv[4:] and not list(RUN.glob("configs/config_*")):
        time.sleep(0.02)
    known = inspect.signature(neps.run).parameters
    budgets = ("worker_evaluations_to_spend", "evaluations_to_spend", "max_evaluations_per_run")
    budget = next(name for name in budgets if name in known)

    def run() -> None:
        neps.run(
            evaluate_pipeline=evaluate,
            pipeline_space=space(),
            root_directory=RUN,
            optimizer=OPTIMIZER,
            ignore_errors=True,
            worker_id=WORKER,
            **{budget: EVALUATIONS},
        )

    try:
        run()
    except (EOFError, pickle.UnpicklingError):
        # Until its loop begins, NePS 0.17 locks with flock, which the lockf of workers at work does
        # not keep out: it may read what one of them is just writing. Then it is started again.
        if JOURNAL.exists():
            raise
        run()


if __name__ == "__main__":
    main()
