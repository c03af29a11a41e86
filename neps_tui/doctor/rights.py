"""Locks that are held just now, and rights that are missing."""

from __future__ import annotations

import os
import time
from collections.abc import Iterator
from pathlib import Path

from neps_state.layout import CONFIG_PREFIX
from neps_state.system_locks import has_record_lock, holders_of
from neps_tui.doctor.evidence import Evidence
from neps_tui.doctor.finding import Symptom
from neps_tui.doctor.processes import describe_process

_LOOKS, _BETWEEN_LOOKS = 5, 0.02
"""A worker holds its locks for milliseconds, over and over: that is not worth a word."""


def symptoms_of_locks(run: Evidence) -> Iterator[Symptom]:
    """Locks that somebody else holds for longer than a moment."""
    layout = run.layout
    for path, name in (
        (layout.trial_lock, "trial lock"),
        (layout.optimizer_lock, "optimizer lock"),
        (layout.error_lock, "error lock"),
    ):
        holder = _lasting_holder(path)
        if holder is not None:
            what = f"The {name} ({path.name}) is held by {holder}"
            yield Symptom("lock-held", path.name, what)


def _lasting_holder(path: Path) -> str | None:
    """Who holds a lock whenever one looks, in words; None if nobody does."""
    seen: list[set[int]] = []
    for look in range(_LOOKS):
        if look:
            time.sleep(_BETWEEN_LOOKS)
        holders = set(holders_of(path))
        if os.getpid() in holders or not (holders or has_record_lock(path)):
            return None
        seen.append(holders)
    if lasting := set.intersection(*seen):
        return " and ".join(map(describe_process, sorted(lasting)))
    # Processes of this host that hold it in turn are no other host.
    return None if any(seen) else "a process on another host or in another container"


def symptoms_of_rights(run: Evidence) -> Iterator[Symptom]:
    """What is there and may not be written, or not even be looked at."""
    for place, reason in run.denied.items():
        yield Symptom("not-readable", place, f"{place}: {reason}", _trial_in(place))
    layout = run.layout
    for path in (
        *(layout.root, layout.configs),
        *(layout.trial_lock, layout.optimizer_lock, layout.error_lock),
        *(layout.cache, layout.errors, layout.optimizer_state),
        *(layout.configs / f"{CONFIG_PREFIX}{trial_id}" for trial_id in run.listings),
    ):
        right = os.W_OK | os.X_OK if os.path.isdir(path) else os.W_OK
        if os.path.lexists(path) and not os.access(path, right):
            is_root = path == layout.root
            place = "the run's directory" if is_root else str(path.relative_to(layout.root))
            what = f"You may not write to {place}"
            yield Symptom("not-writable", place, what, _trial_in(place))


def _trial_in(place: str) -> str | None:
    """The trial whose directory a path is, without which nobody would look into it again."""
    trial_id = place.removeprefix(f"configs/{CONFIG_PREFIX}")
    return None if trial_id == place else trial_id
