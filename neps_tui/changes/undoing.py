"""What this program has changed in a run, and taking it back."""

from __future__ import annotations

from collections.abc import Sequence

from neps_state.history import Change
from neps_tui.changes.plan import Plan
from neps_tui.words.formatting import age, date_and_time

_MOST_IDS = 6


def about(change: Change) -> str:
    """A change in a few words: what was done, to what."""
    ids = change.trial_ids
    shown = ", ".join(ids[:_MOST_IDS])
    more = f" and {len(ids) - _MOST_IDS} more" if len(ids) > _MOST_IDS else ""
    return f"{change.action} {shown}{more}".rstrip()


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
