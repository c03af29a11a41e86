"""Examining a run: every examination, twice, so that what is just being changed is not told."""

from __future__ import annotations

import time
from collections.abc import Callable, Collection, Iterator
from pathlib import Path
from typing import TypeAlias

from neps_tui.doctor.evidence import Evidence, gather
from neps_tui.doctor.finding import Finding, Symptom
from neps_tui.doctor.kinds import DISAGREEMENTS, grouped
from neps_tui.doctor.leftovers import symptoms_of_changes, symptoms_of_leftovers
from neps_tui.doctor.lock_probe import symptoms_of_lock_probe
from neps_tui.doctor.rights import symptoms_of_locks, symptoms_of_rights
from neps_tui.doctor.run_files import symptoms_of_errors, symptoms_of_optimizer
from neps_tui.doctor.trials import (
    symptoms_of_cache,
    symptoms_of_directories,
    symptoms_of_states,
    symptoms_of_times,
)

Examination: TypeAlias = Callable[[Evidence], Iterator[Symptom]]

EXAMINATIONS: tuple[Examination, ...] = (
    symptoms_of_cache,
    symptoms_of_directories,
    symptoms_of_states,
    symptoms_of_errors,
    symptoms_of_optimizer,
    symptoms_of_locks,
    symptoms_of_rights,
    symptoms_of_times,
    symptoms_of_leftovers,
    symptoms_of_changes,
)
_PAUSE = 0.5
_PAUSE_FOR_TORN = 1.0
"""Seconds until the second look: a worker may be writing what looks torn, slowly."""


def examine(
    root: Path,
    *,
    may_probe: bool = True,
    wait: Callable[[float], object] = time.sleep,
) -> tuple[Finding, ...]:
    """Find what is wrong with a run, without a lock and without a trace but the lock probe's.

    What looks wrong is looked at again after a moment, and only told if it is still just so. A
    broken or hostile run gives findings, and never raises.

    Args:
        root: The run's directory.
        may_probe: Whether locks may be tried on a file of our own.
        wait: Waits so many seconds.
    """
    first = _look(root, None)
    lasting: set[Symptom] = set()
    if first:
        wait(_PAUSE_FOR_TORN if any(each.kind == "cache-torn" for each in first) else _PAUSE)
        suspects = {each.trial_id for each in first if each.trial_id is not None}
        lasting = first & _look(root, suspects)
    if may_probe:
        lasting |= _carefully(lambda: symptoms_of_lock_probe(root), "locks")
    return grouped(_unexplained(lasting), root)


def _unexplained(symptoms: Collection[Symptom]) -> list[Symptom]:
    """The symptoms without those that only follow from another one of them."""
    explained = frozenset[str]().union(*(symptom.explains for symptom in symptoms))
    return [
        symptom
        for symptom in symptoms
        if symptom.kind not in DISAGREEMENTS or symptom.trial_id not in explained
    ]


def _look(root: Path, suspects: Collection[str] | None) -> set[Symptom]:
    """What looks wrong at one look.

    Args:
        root: The run's directory.
        suspects: Ids of the trials whose directories are looked into; None for all.
    """
    evidence = gather(root, time.time(), suspects)
    found: set[Symptom] = set()
    for examination in EXAMINATIONS:

        def symptoms(examination: Examination = examination) -> Iterator[Symptom]:
            return examination(evidence)

        found |= _carefully(symptoms, examination.__name__.removeprefix("symptoms_of_"))
    return found


def _carefully(find: Callable[[], Iterator[Symptom]], name: str) -> set[Symptom]:
    """The symptoms that an examination finds, or that it could not be made."""
    found: set[Symptom] = set()
    try:
        found.update(find())
    except OSError as error:
        place = error.filename if isinstance(error.filename, str) else name
        reason = error.strerror or str(error)
        found.add(Symptom("not-readable", place, f"{place}: {reason}"))
    except Exception as error:  # noqa: BLE001  # a run may hold anything: the others go on
        what = f"Looking at the {name} failed with {type(error).__name__}: {error}"
        found.add(Symptom("examination-failed", name, what))
    return found
