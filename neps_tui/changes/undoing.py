"""What this program has changed in a run, and taking it back."""

from __future__ import annotations

import time
from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path

from neps_state.history import Change, History
from neps_state.layout import RunLayout
from neps_tui.changes.plan import Plan
from neps_tui.words.formatting import age, date_and_time

_MOST_IDS = 6


def listed_ids(change: Change) -> str:
    """The trials that a change is about, the first of many."""
    ids = change.trial_ids
    shown = ", ".join(ids[:_MOST_IDS])
    return f"{shown} and {len(ids) - _MOST_IDS} more" if len(ids) > _MOST_IDS else shown


def about(change: Change) -> str:
    """A change in a few words: what was done, to what."""
    return f"{change.action} {listed_ids(change)}".rstrip()


def plan_undo(change: Change | None, *, now: float) -> Plan:
    """Work out what taking a change back would do.

    Args:
        change: The change; None if there is none that could be taken back.
        now: Seconds since the epoch.
    """
    if change is None:
        return Plan(
            "undo nothing",
            "",
            lambda state, force: state.lock_and_undo(),
            nothing="no change of this program is left that could be taken back",
        )
    return Plan(
        what=f"undo {about(change)}",
        done="as it was before",
        make=lambda state, force: state.lock_and_undo(change.id),
        lines=(
            f"taken back: {about(change)}",
            f"  {age(now - change.time)} ({date_and_time(change.time)}) by {change.by}",
            "Only if nothing that it was about has changed since; all of it, or nothing.",
        ),
        is_undoable=False,
    )


def read_undo(root: Path, change_id: str | None) -> Plan:
    """Read what taking a change back would do; what goes wrong is in the plan.

    Args:
        root: The run directory.
        change_id: Which change; None for the last that can be.
    """
    try:
        undoable = History(RunLayout(root)).undoable()
    except OSError as error:
        return replace(plan_undo(None, now=0.0), nothing=f"the changes cannot be read: {error}")
    wanted = [each for each in undoable if change_id in (None, each.id)]
    return plan_undo(wanted[-1] if wanted else None, now=time.time())


def history_lines(changes: Sequence[Change], undoable: Sequence[Change]) -> list[str]:
    """The changes, newest first, each with whether it can be taken back."""
    open_ids = {change.id for change in undoable}
    undone = {change.undoes for change in changes}
    lines = []
    for change in reversed(changes):
        if change.undoes is not None:
            standing = f"took back {change.undoes}"
        elif change.id in open_ids:
            standing = "can be undone"
        else:
            standing = "undone" if change.id in undone else "kept"
        lines.append(
            f"{change.id}  {date_and_time(change.time)}  {change.by}  {about(change)}  {standing}"
        )
    return lines
