"""A person in a hurry: changer.py RUN JOURNAL SEED changes a run at random until told to stop.

What was done is noted in JOURNAL, a JSON object a line. It ends when RUN/stop is there.
"""

from __future__ import annotations

import json
import random
import sys
import time
from pathlib import Path
from typing import Any

from neps_state import Changed, NePSState, NothingToUndoError, State, StateChangedError, Trial
from neps_state.decisions import budgeting, marking, removing, reporting, resetting
from neps_state.edit import LIMITS
from neps_state.given import Evaluated

BAD = (State.CRASHED, State.FAILED, State.CORRUPTED)
ACTIONS = (
    *("reset", "reset", "remove", "report", "report", "mark", "mark", "enqueue", "import"),
    *("budget", "clear", "force", "undo"),
)
MANY = 1_000_000
"""Evaluations that no run here ever comes to."""


class Changer:
    """Does one thing after another."""

    def __init__(self, root: Path, journal: Path, seed: int) -> None:
        self.root = root
        self.journal = journal
        self.chance = random.Random(seed)
        self.by = f"changer-{seed}"
        self.state = NePSState.create_or_load(root, load_only=True)
        self.limit = 0

    def config(self) -> dict[str, float]:
        known = next(iter(self.state.lock_and_read_trials().values())).config
        chance = self.chance
        return {
            key: chance.uniform(0.001, 0.09) if ".lr" in key or key == "lr" else chance.random()
            for key in known
        }

    def pick(self, trials: dict[str, Trial], *states: State) -> list[Trial]:
        found = [trial for trial in trials.values() if trial.state in states]
        return self.chance.sample(found, min(len(found), self.chance.randint(1, 3)))

    def change(self) -> tuple[str, Changed | None]:
        trials = self.state.lock_and_read_trials()
        errors = self.state.lock_and_get_errors().errs
        now = time.time()
        action = self.chance.choice(ACTIONS)
        if action == "reset":
            edit = resetting(self.pick(trials, *BAD), errors)
        elif action == "remove":
            edit = removing(self.pick(trials, *BAD), errors)
        elif action == "mark":
            chosen = self.pick(trials, State.SUCCESS)[:1]
            edit = self.chance.choice(
                [
                    marking(chosen, State.FAILED, now=now),
                    marking(chosen, State.CORRUPTED, now=now),
                ]
            )
        elif action == "report":
            chosen = self.pick(trials, State.CRASHED, State.PENDING)[:1]
            if not chosen:
                return action, None
            came: dict[str, Any] = self.chance.choice(
                [{"objective": [self.chance.random()]}, {"message": "the node went down"}]
            )
            edit = reporting(chosen[0], errors, **came, by=self.by, now=now)
        elif action == "force":
            # Of one that nobody evaluates: what a worker then still reports would be a success.
            edit = resetting(self.pick(trials, State.SUCCESS)[:1], errors)
            return action, self.state.lock_and_edit(edit, force=True)
        elif action == "budget":
            budget = self.state.lock_and_get_optimizer_state().budget
            seen = {name: getattr(budget, name) for name in LIMITS}
            self.limit = MANY + self.chance.randrange(MANY)
            edit = budgeting(seen, {"total_evaluations_to_spend": self.limit})
        elif action == "clear":
            return action, self.state.lock_and_drop_stale_errors()
        elif action == "enqueue":
            return action, self.state.lock_and_enqueue([self.config()], by=self.by)
        elif action == "import":
            evaluated = [Evaluated(self.config(), [self.chance.random()])]
            return action, self.state.lock_and_import(evaluated, by=self.by)
        else:
            try:
                return action, self.state.lock_and_undo()
            except (NothingToUndoError, StateChangedError):
                # Another person was faster.
                return action, None
        return action, self.state.lock_and_edit(edit)

    def run(self) -> None:
        with self.journal.open("a") as stream:
            while not (self.root / "stop").exists():
                action, changed = self.change()
                note: dict[str, Any] = {"action": action, "time": time.time()}
                if changed is not None:
                    note |= {"id": changed.change_id, "done": list(changed.done)}
                    note["refused"] = dict(changed.refused)
                if action == "budget":
                    note["limit"] = self.limit
                stream.write(json.dumps(note) + "\n")
                stream.flush()
                time.sleep(self.chance.uniform(0.0, 0.2))


if __name__ == "__main__":
    Changer(Path(sys.argv[1]), Path(sys.argv[2]), int(sys.argv[3])).run()
