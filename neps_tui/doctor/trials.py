"""The cache against the directories of trials, and what became of the trials themselves."""

from __future__ import annotations

import math
from collections.abc import Collection, Iterator
from pathlib import Path

from neps_state import State
from neps_state.agreement import disagreements, why_not_whole
from neps_state.exceptions import UnreadableError
from neps_state.layout import CACHE_FILE, CONFIG_PREFIX
from neps_state.soundness import is_sound_id
from neps_state.trial_files import read_metadata
from neps_tui.doctor.evidence import Evidence
from neps_tui.doctor.finding import Symptom
from neps_tui.facts.fold import summarize
from neps_tui.words.formatting import date_and_time, duration

_CACHE = f"configs/{CACHE_FILE}"
_FAR = 2e11
"""A moment as good as for ever, which can still be written as a date."""
_MOST_AHEAD = 60.0
"""Seconds that clocks may differ by without a word, as they do by a few."""
_SLACK = 1.0
"""Seconds by which an evaluation may seem to end before it began, on hosts with good clocks."""


def symptoms_of_cache(run: Evidence) -> Iterator[Symptom]:
    """What is wrong with the cache itself."""
    if run.cache is None:
        if _CACHE in run.flaws:
            yield Symptom("cache-unreadable", _CACHE, f"The trial cache: {run.flaws[_CACHE]}")
        elif _CACHE not in run.denied and run.ids_on_disk:
            held = _held_by_directories(run)
            yield Symptom("cache-missing", _CACHE, f"There is no trial cache, though {held}")
        return
    if not run.trials and not run.cache.damage and run.ids_on_disk:
        held = _held_by_directories(run)
        yield Symptom("cache-missing", _CACHE, f"The trial cache is empty, though {held}")
    for part in run.cache.damage:
        kind = "cache-torn" if part.torn else "cache-damaged"
        yield Symptom(kind, f"byte {part.offset}", f"The trial cache: {part}")


def _held_by_directories(run: Evidence) -> str:
    count = len(run.ids_on_disk)
    return "1 trial has a directory" if count == 1 else f"{count} trials have directories"


def symptoms_of_directories(run: Evidence) -> Iterator[Symptom]:
    """Where directories do not say what the cache says."""
    if _CACHE in run.denied or _CACHE in run.flaws:
        return
    on_disk = set(run.ids_on_disk)
    for trial_id in run.trials.keys() - on_disk:
        yield _about(trial_id, "directory-missing", "it has no directory")
    for trial_id in run.listings:
        place = f"configs/{CONFIG_PREFIX}{trial_id}"
        if place in run.denied:
            continue
        try:
            for kind, what in _flaws_of_directory(run, trial_id):
                yield _about(trial_id, kind, what)
        except OSError as error:
            reason = error.strerror or str(error)
            yield Symptom("not-readable", place, f"{place}: {reason}", trial_id)


def _flaws_of_directory(run: Evidence, trial_id: str) -> Iterator[tuple[str, str]]:
    """Kinds of what is wrong with a trial's directory, and what it is.

    Raises:
        OSError: Something in it may not be read.
    """
    directory, names = run.layout.trial_directory(trial_id), run.listings[trial_id]
    trial = run.trials.get(trial_id)
    if not directory.is_dir():
        yield "directory-incomplete", f"{directory.name} is no directory"
    elif trial is not None:
        for each in disagreements(directory, trial, names):
            yield f"{each.file}-{each.flaw}", each.what
    elif not names:
        yield "directory-empty", f"{directory.name} is empty, and unknown to the cache"
    elif original := _copied_from(run, directory, trial_id):
        yield "id-duplicate", f"{directory.name} is unknown to the cache, and a copy of {original}"
    elif reason := _why_not_whole(directory, trial_id, names):
        what = f"{directory.name} is unknown to the cache, and no whole trial: {reason}"
        yield "directory-incomplete", what
    elif run.knows_trials:
        # What a damaged cache has lost is told of with the damage.
        yield "directory-unknown", f"{directory.name} is unknown to the cache"


def _copied_from(run: Evidence, directory: Path, trial_id: str) -> str | None:
    """The other trial, with a directory of its own, that a directory's metadata are of."""
    try:
        told = read_metadata(directory).id
    except UnreadableError:
        return None
    return told if told != trial_id and told in run.ids_on_disk else None


def _why_not_whole(directory: Path, trial_id: str, names: Collection[str]) -> str | None:
    if not is_sound_id(trial_id):
        return "its name holds no id that a trial can have"
    return why_not_whole(directory, trial_id, names)


def symptoms_of_states(run: Evidence) -> Iterator[Symptom]:
    """Trials that their workers have left, and successes that say nothing."""
    for trial in run.trials.values():
        if trial.metadata.state is State.SUCCESS and trial.report is None:
            what = "a success without a report"
            if any(name.startswith("report.") for name in run.listings.get(trial.id, ())):
                what += " in the cache; its directory has one"
            yield _about(trial.id, "success-without-report", what)
    for each in summarize(run.snapshot).evaluating:
        standing = each.standing_at(run.now)
        worker = each.worker_id or "a worker"
        if standing in ("abandoned", "suspected"):
            how = "left" if standing == "abandoned" else "maybe left"
            what = f"{how} by {worker}: {each.reason}"
            yield _about(each.trial_id, f"trial-{standing}", what)
        elif standing == "quiet":
            what = f"{worker} has gone quiet: {each.reason_at(run.now)}"
            yield _about(each.trial_id, "trial-quiet", what)


def symptoms_of_times(run: Evidence) -> Iterator[Symptom]:
    """Times that no clock can have shown in this order."""
    for trial in run.trials.values():
        metadata = trial.metadata
        sampled, started, ended = (
            math.nan if time is None else min(time, _FAR)
            for time in (metadata.time_sampled, metadata.time_started, metadata.time_end)
        )
        ahead = max((time for time in (sampled, started, ended) if time > run.now), default=0.0)
        if ahead > run.now + _MOST_AHEAD:
            what = f"it has a time in the future, {date_and_time(ahead)}"
            yield _about(trial.id, "time-in-future", what)
        if ended < started - _SLACK:
            what = f"it ended {duration(started - ended)} before it started"
            yield _about(trial.id, "time-backwards", what)
        elif started < sampled - _MOST_AHEAD:
            what = f"it started {duration(sampled - started)} before it was sampled"
            yield _about(trial.id, "time-backwards", what)


def _about(trial_id: str, kind: str, what: str) -> Symptom:
    return Symptom(kind, trial_id, f"Trial {trial_id}: {what}", trial_id)
