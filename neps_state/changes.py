"""Changing only what still is as a person saw it."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

from neps_state.exceptions import StateChangedError
from neps_state.trial import State, Trial


@dataclass(frozen=True, slots=True)
class Changed:
    """What became of a change that was asked for.

    Args:
        done: Ids of the trials that were changed.
        refused: Why others were not, by id.
        backups: Directories that keep what was taken away.
    """

    done: tuple[str, ...]
    refused: Mapping[str, str]
    backups: tuple[Path, ...]


def unchanged(known: Mapping[str, Trial], seen: Trial, *, force: bool) -> Trial:
    """The trial as it is, if it is as it was seen.

    Raises:
        StateChangedError: It is not, or a worker may be evaluating it.
    """
    now = known.get(seen.id)
    if now is None:
        raise StateChangedError(f"trial {seen.id} is no longer in the run")
    if now.metadata.state is State.PENDING:
        raise StateChangedError(f"trial {seen.id} is pending already")
    if _what_a_worker_sets(now) != _what_a_worker_sets(seen):
        raise StateChangedError(
            f"trial {seen.id} has changed meanwhile, from {seen.state} to {now.state}"
        )
    if now.metadata.state is State.EVALUATING and not force:
        worker = now.metadata.evaluating_worker_id
        raise StateChangedError(f"{worker} may still be evaluating trial {seen.id}; needs --force")
    return now


def _what_a_worker_sets(trial: Trial) -> tuple[object, ...]:
    set_by_worker = trial.metadata
    return (
        set_by_worker.state,
        set_by_worker.evaluating_worker_id,
        set_by_worker.time_started,
        set_by_worker.time_end,
    )
