"""What a run is at one moment: frozen, and all that ever crosses from the reader to a screen."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import StrEnum
from pathlib import Path
from types import MappingProxyType
from typing import TypeAlias

from neps_state.errors import SerializableTrialError
from neps_state.optimizer import OptimizationState, OptimizerInfo
from neps_state.space import SearchSpaceTree
from neps_state.trial import Trial

Trials: TypeAlias = Mapping[str, Trial]


class Phase(StrEnum):
    """Whether there is a run to see."""

    UNREAD = "unread"
    NO_DIRECTORY = "no directory"
    NO_RUN = "no run"
    RUN = "run"


@dataclass(frozen=True, slots=True)
class Problem:
    """Something about the run's files that a person should know.

    Args:
        place: The file, relative to the run.
        what: What is wrong with it and what is shown instead, in one sentence.
    """

    place: str
    what: str

    def __str__(self) -> str:
        return f"{self.place}: {self.what}"


@dataclass(frozen=True, slots=True)
class RunSnapshot:
    """One moment of one run.

    Args:
        root: The run directory.
        phase: Whether there is a run yet.
        waiting_for: What has to come before there is one, in words.
        generation: Counts the runs seen at `root`: another one means another run.
        revision: Counts the snapshots of this reader.
        trials: Every trial by id, in the order the workers' cache has them. Never changed.
        changed: Ids that differ from the snapshot before; None when any may.
        errors: The error dump, oldest first.
        optimizer_info: Who optimizes, once it could be read.
        optimizer_state: Budget, random states and workers, once it could be read.
        space: The search space, where the run has stored one.
        problems: What is wrong with the run's files.
    """

    root: Path
    phase: Phase
    waiting_for: str = ""
    generation: int = 0
    revision: int = 0
    trials: Trials = field(default_factory=lambda: MappingProxyType({}))
    changed: frozenset[str] | None = None
    errors: tuple[SerializableTrialError, ...] = ()
    optimizer_info: OptimizerInfo | None = None
    optimizer_state: OptimizationState | None = None
    space: SearchSpaceTree | None = None
    problems: tuple[Problem, ...] = ()
