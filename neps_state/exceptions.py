"""What can go wrong with a run's state, each with a message fit for a person."""

from __future__ import annotations

from pathlib import Path


class NePSError(Exception):
    """Base class of every error that this package raises about a run."""


class TrialNotFoundError(NePSError):
    """The trial asked for is not in the run."""


class TrialAlreadyExistsError(NePSError):
    """A trial of that id is already in the run.

    Args:
        trial_id: The id that is taken.
    """

    def __init__(self, trial_id: str, *args: object) -> None:
        super().__init__(trial_id, *args)
        self.trial_id = trial_id

    def __str__(self) -> str:
        return f"trial {self.trial_id} already exists in this run; nothing was written"


class NotReportedYetError(NePSError):
    """A report was asked of a trial that has none yet."""


class StateChangedError(NePSError):
    """A trial is no longer what the caller saw, so the change to it was refused."""


class NothingToUndoError(NePSError):
    """There is no change, or no such change, that could be taken back."""


class LockFailedError(NePSError):
    """A lock could not be had in time.

    Args:
        lock_path: The lock file.
        waited: Seconds waited for it.
        holders: Process ids on this host that hold it; empty when they are on another.
    """

    def __init__(self, lock_path: Path, waited: float, holders: tuple[int, ...] = ()) -> None:
        super().__init__(lock_path, waited, holders)
        self.lock_path = lock_path
        self.waited = waited
        self.holders = holders

    def __str__(self) -> str:
        if self.holders:
            pids = ", ".join(map(str, self.holders))
            holder = f"process {pids}" if len(self.holders) == 1 else f"processes {pids}"
        else:
            holder = "a process on another host or in another container"
        return (
            f"{self.lock_path.name} is held by {holder}; gave up after {self.waited:g} s and "
            "changed nothing. Try again, or with a longer timeout"
        )


class UnreadableError(NePSError):
    """A file of the run cannot be read as what it should be."""
