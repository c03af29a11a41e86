"""What killed processes left: temporary files, changes cut short, damage put aside."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

from neps_state.history import History
from neps_state.layout import UNFINISHED_PREFIX
from neps_state.leftovers import LEAST_AGE, is_cut_short, is_put_aside, left_over
from neps_tui.changes.undoing import about
from neps_tui.doctor.evidence import Evidence
from neps_tui.doctor.finding import Symptom


def symptoms_of_leftovers(run: Evidence) -> Iterator[Symptom]:
    """Files that nobody will rename any more, and files that keep what was damaged."""
    layout = run.layout
    for directory, names in ((layout.root, run.root_names), (layout.configs, run.configs_names)):
        for path in left_over(directory, names, run.now, has_trials=directory == layout.configs):
            if not _is_awaited(run, path):
                yield _left(run, path)
        for name in filter(is_put_aside, names):
            place = _place(run, directory / name)
            yield Symptom("put-aside", place, f"{place} keeps what was damaged")
    for trial_id, names in run.listings.items():
        if any(name.startswith(".") for name in names):
            for path in left_over(layout.trial_directory(trial_id), names, run.now):
                yield _left(run, path, trial_id)


def _is_awaited(run: Evidence, path: Path) -> bool:
    """Whether it is what a trial's directory should be: that is told of where that is missed."""
    trial_id = path.name.removeprefix(UNFINISHED_PREFIX)
    return (
        path.name.startswith(UNFINISHED_PREFIX)
        and trial_id in run.trials
        and not run.layout.trial_directory(trial_id).exists()
    )


def _left(run: Evidence, path: Path, trial_id: str | None = None) -> Symptom:
    place = _place(run, path)
    return Symptom("temporary-file", place, f"{place} was left by a killed write", trial_id)


def symptoms_of_changes(run: Evidence) -> Iterator[Symptom]:
    """Changes by this program that have begun and will not end by themselves."""
    history = History(run.layout)
    unreadable = history.unreadable()
    for directory, reason in unreadable:
        place = _place(run, directory)
        yield Symptom("change-unreadable", place, f"{place}: {reason}")
    told = {directory for directory, _ in unreadable}
    for change in history.begun():
        if change.directory not in told and is_cut_short(change, run.now):
            what = f"A change was cut short: {about(change)}, by {change.by}"
            explains = frozenset(change.trial_ids)
            yield Symptom("change-cut-short", change.id, what, explains=explains)
    for directory in history.unbegun():
        if run.now - directory.stat().st_mtime >= LEAST_AGE:
            place = _place(run, directory)
            what = f"A change was cut short before it changed anything: {place}"
            yield Symptom("change-cut-short", place, what)


def _place(run: Evidence, path: Path) -> str:
    return str(path.relative_to(run.layout.root))
