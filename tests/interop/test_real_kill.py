"""Whenever one of our changes is cut short, real NePS reads a whole run, with it or without.

NEPS_TUI_EVERY_CALL=1 strikes at every system call of every change: an hour or two.
"""

from __future__ import annotations

import errno
import shutil
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest
from faults import BETWEEN, deaths
from operations import OPERATIONS
from runs import RunMaker
from system_calls import reason_against_strace, struck

from neps_state import NePSState
from neps_tui.doctor.examine import examine

pytestmark = pytest.mark.interop

UNDONE = {
    "remove and undo": "remove",
    "reset and undo": "reset",
    "enqueue and undo": "enqueue",
}
"""An undo of a change may be killed in the change itself."""


@pytest.fixture(scope="session")
def strace() -> None:
    """What needs strace is skipped where it cannot watch a process."""
    reason = reason_against_strace()
    if reason is not None:
        pytest.skip(reason)


@dataclass(frozen=True)
class AsRead:
    """What real NePS makes of a run.

    Attributes:
        trials: Of each trial its state and what was reported.
        errors: The trials that the error dump tells of, in its order.
    """

    trials: dict[str, tuple[str, str]]
    errors: list[str]


def as_read(root: Path, real: Any) -> AsRead:
    state = real.state.NePSState.create_or_load(root, load_only=True)
    state.lock_and_get_optimizer_state()
    return AsRead(
        {
            trial_id: (
                trial.metadata.state.value,
                "nothing" if trial.report is None else str(trial.report.objective_to_minimize),
            )
            for trial_id, trial in state.lock_and_read_trials().items()
        },
        [row.trial_id for row in state.lock_and_get_errors().errs],
    )


def crashed_with_row(read: AsRead) -> set[str]:
    return {key for key in read.errors if read.trials.get(key, ("gone", ""))[0] == "crashed"}


def crashed_without_row(read: AsRead) -> set[str]:
    crashed = {key for key, (state, _) in read.trials.items() if state == "crashed"}
    return crashed - set(read.errors)


class Change:
    """A change to be cut short: the run before it, and what may be found after it."""

    def __init__(self, name: str, tmp_path: Path, real: Any) -> None:
        self.name = name
        self.real = real
        self.make = RunMaker()
        self.template = tmp_path / "run"
        self.make.mixed(self.template)
        self.wholes = [as_read(self.template, real)]
        self.known_ailments = ailments(self.template)
        for each in dict.fromkeys([name, UNDONE.get(name, name)]):
            done = tmp_path / each
            shutil.copytree(self.template, done)
            self.run(done, each)
            self.wholes.append(as_read(done, real))
            self.known_ailments |= ailments(done)

    def run(self, root: Path, name: str | None = None) -> None:
        state = NePSState.create_or_load(root, load_only=True)
        OPERATIONS[name or self.name].run(state, self.make)

    def has_happened_or_has_not(self, root: Path) -> None:
        read = as_read(root, self.real)
        assert read.trials in [whole.trials for whole in self.wholes]
        assert read.errors in [whole.errors for whole in self.wholes]
        # A crash keeps its row for as long as it is one, but for rows that are the change itself.
        bared = crashed_without_row(read) & crashed_with_row(self.wholes[0])
        assert bared <= crashed_without_row(self.wholes[-1])


def ailments(root: Path) -> set[str]:
    """The kinds of what doctor finds."""
    return {finding.kind for finding in examine(root, may_probe=False, wait=lambda seconds: None)}


actions = pytest.mark.parametrize(
    "name", [name for name in OPERATIONS if OPERATIONS[name].is_action]
)


@actions
def test_a_killed_change_has_happened_or_has_not(name: str, tmp_path: Path, real: Any) -> None:
    change = Change(name, tmp_path, real)
    for root in deaths(change.template, tmp_path, change.run, BETWEEN):
        change.has_happened_or_has_not(root)


@pytest.mark.parametrize(
    "error", [0, errno.ENOSPC, errno.EIO, errno.EACCES], ids=["kill", "ENOSPC", "EIO", "EACCES"]
)
@actions
def test_a_change_struck_at_a_system_call_has_happened_or_has_not(
    name: str, error: int, tmp_path: Path, real: Any, strace: None
) -> None:
    change = Change(name, tmp_path, real)
    for root in struck(change.template, tmp_path, change.run, error):
        change.has_happened_or_has_not(root)
        assert ailments(root) - change.known_ailments <= {"change-cut-short", "temporary-file"}
