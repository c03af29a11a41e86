"""A run whose every text is out for the terminal: nothing of it may get there as it is."""

from __future__ import annotations

import json
import os
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pickle_pieces as pieces

from neps_state import (
    BudgetInfo,
    NePSState,
    OptimizationState,
    OptimizerInfo,
    SeedSnapshot,
    Trial,
)

MARK = "zqx"
"""Stands in every sequence that a terminal would obey, so that none is anybody else's."""
ESCAPES = (
    f"\x1b]52;c;{MARK}\x07\x1b]0;{MARK}\x07\x1b]8;;http://{MARK}\x1b\\{MARK}\x1b]8;;\x1b\\"
    f"\x1b[6n\x1b[3J\x1bP{MARK}\x1b\\\x1b_{MARK}\x1b\\\x1bc\x1b(0"
    f"\x9b6n\x9b2J\x9d0;{MARK}\x9c\x90{MARK}\x9c\x85\x8d"
)
DIRECTIONS = "\u202eeman\u2066\u2067\u2069\u200f\u061c\u202d"
MARKUP = f"[bold][/][/bold][@click=app.quit]{MARK}[/][link=http://{MARK}]x[/link][red on blue]["
ODD_WIDTHS = "e\u0301\u0301\u0301\u200b\u200d\ufeff漢字👩\u200d👩\u200d👧\U0001f1e9\U0001f1ea\u0e33"
CONTROLS = "\r\n\t\v\f\b\a\x7f\x1a\x05\x0e\x0f\u2028\u2029"
NAME = (
    f"\x1b]52;c;{MARK}\x07\x1b[6n\x9b6n\x9d0;{MARK}\x9c"
    "\u202e\u2066[bold][link=x]\r\n\té漢\u200b\x1b"
)
"""Fit for a file: short, without NUL or slash."""
EVERYTHING = f"{ESCAPES}{DIRECTIONS}{MARKUP}{ODD_WIDTHS}{CONTROLS}\0\udcff\ud800"
VALUES: tuple[Any, ...] = (
    EVERYTHING,
    10**300,
    -(2**70),
    float("inf"),
    float("nan"),
    [[[[EVERYTHING]], {EVERYTHING: [EVERYTHING]}]],
    "x" * 100_000,
    "",
    None,
    True,
    b"\x1b]0;zqx\x07",
    {"a": {EVERYTHING: EVERYTHING}},
)


@dataclass
class Sampled:
    id: str
    config: dict[str, Any]
    previous_config_id: str | None = None


@dataclass
class Hostile:
    """An optimizer that samples what nobody should."""

    ids: list[str]

    def __call__(self, trials: Any, budget_info: Any = None, n: int | None = None) -> Any:
        return [self._sampled(at, trial_id) for at, trial_id in enumerate(self.ids)]

    def _sampled(self, at: int, trial_id: str) -> Sampled:
        config = {
            "learning_rate": 0.1 / (at + 1),
            EVERYTHING: VALUES[at % len(VALUES)],
            f"SAMPLING__Resolvable.{NAME}::categorical__2": at % 2,
            f"ENVIRONMENT__{MARKUP}": at,
            "optimizer": f"{NAME}{at % 3}",
        }
        return Sampled(trial_id, config)


def make_hostile_run(root: Path) -> NePSState:
    """A run of 16 trials in every state, one of whose changes was made and one undone."""
    ids = [f"{at}{NAME}" for at in range(1, 15)] + ["15_rung_0", "16_rung_1\udcff"]
    state = _create(root)
    trials = state.lock_and_sample_trial(Hostile(ids), worker_id=EVERYTHING, n=len(ids))
    for at, trial in enumerate(trials[:-4]):
        trial.metadata.previous_trial_id = ids[at - 1] if at % 4 == 3 else None
        _evaluate(state, trial, at)
    for at, trial in enumerate(trials[-4:-2]):
        trial.set_evaluating(time_started=1_795_448_000.0 + at, worker_id=f"w{at}{EVERYTHING}")
        state.put_updated_trial(trial, hints="metadata")
    for at in (0, 1, 12):
        _fill(root / f"configs/config_{ids[at]}")
    crashed = state.lock_and_read_trials()[ids[1]]
    state.lock_and_reset_trials([crashed])
    state.lock_and_undo()
    state.lock_and_remove_trial_by_id(ids[4])
    for path in (root / ".neps_tui/backups").glob("*/change.json"):
        fields = json.loads(path.read_text())
        path.write_text(json.dumps(fields | {"by": EVERYTHING}))
    return state


def _create(root: Path) -> NePSState:
    info = OptimizerInfo(
        name=EVERYTHING,
        info={EVERYTHING: EVERYTHING, "eta": [EVERYTHING]},
        derived={"fidelity": {"name": MARKUP, "lower": EVERYTHING}, EVERYTHING: EVERYTHING},
    )
    state = OptimizationState(
        budget=BudgetInfo(total_evaluations_to_spend=100, total_cost_to_spend=float("inf")),
        seed_snapshot=SeedSnapshot.new_capture(),
        shared_state={EVERYTHING: {EVERYTHING: [EVERYTHING]}, "big": 10**300},
        worker_ids=[EVERYTHING, "w"],
    )
    made = NePSState.create_or_load(root, optimizer_info=info, optimizer_state=state)
    choices = b"(" + pieces.text(EVERYTHING) + pieces.text(NAME) + pieces.text(MARKUP) + b"t"
    space = pieces.space(
        "Categorical",
        {"_choices": choices, "_prior": pieces.text(EVERYTHING)},
        {
            EVERYTHING: pieces.text(EVERYTHING),
            NAME: pieces.made("user\x1b[6n", f"Thing{NAME}", {EVERYTHING: pieces.text(NAME)}),
            "operation": pieces.made(
                "neps.space.neps_spaces.parameters",
                "Operation",
                {"_operator": pieces.text(EVERYTHING), "_args": choices},
            ),
        },
    )
    (root / "pipeline_space.pkl").write_bytes(pieces.whole_pickle(space))
    return made


def _evaluate(state: NePSState, trial: Trial, at: int) -> None:
    worker = f"w{at % 3}{EVERYTHING}"
    kind = type(f"Diverged{MARKUP}{ESCAPES}", (ValueError,), {})
    err = kind(EVERYTHING * (1 + at)) if at % 3 == 1 else None
    started = 1_795_448_000.0 + 10 * at
    trial.set_evaluating(time_started=started, worker_id=worker)
    state.put_updated_trial(trial, hints="metadata")
    report = trial.set_complete(
        report_as="success" if err is None else "crashed",
        time_end=started + 5,
        objective_to_minimize=None if err else (float("nan"), float("inf"), 1e300, 0.5)[at % 4],
        cost=(1.0, float("inf"), 1e300)[at % 3],
        learning_curve=None if err else [float("inf"), float("nan"), 1e300, -1e300, 0.1],
        err=None if err is None else Exception(str(err)),
        tb=None if err is None else _traceback(),
        extra={EVERYTHING: EVERYTHING, "deep": VALUES[5], "huge": 10**300, "long": "y" * 9_000},
        evaluation_duration=5.0,
    )
    report.err = None if err is None else ValueError(EVERYTHING)
    state.lock_and_report_trial_evaluation(trial, report, worker_id=worker)


def _traceback() -> str:
    frames = (
        f'  File "/home/{NAME.replace(chr(10), "")}/train.py", line {at}, in {MARKUP}\n    {call}\n'
        for at, call in ((1, f"train({EVERYTHING!r})"), (10**9, EVERYTHING), (3, MARKUP))
    )
    return f"Traceback (most recent call last):\n{''.join(frames)}{MARK}{ESCAPES}: {EVERYTHING}\n"


def _fill(directory: Path) -> None:
    """Files as a pipeline may leave them, of hostile names and contents."""
    content = EVERYTHING.encode("utf-8", "surrogatepass") + bytes(range(256)) + b"\x9b6n\n"
    for name in (f"{NAME}.log", f"{MARKUP.replace('/', '')}.txt", "train.log", "config.old.yaml"):
        (directory / name).write_bytes(content * 40)
    below = directory / f"below{NAME}"
    below.mkdir()
    (below / NAME).write_bytes(content)
    os.symlink(f"/nowhere/{NAME}", directory / f"link{NAME}")
