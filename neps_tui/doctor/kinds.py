"""Every kind of finding, once: how much it matters, what it does to a run, what mends it.

Names of kinds are for scripts and stay as they are. In remedies, `{root}` is the run's directory
and `{ids}` are the trials.
"""

from __future__ import annotations

import shlex
from collections import defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Literal, TypeAlias

from neps_tui.doctor.finding import Finding, Severity, Symptom
from neps_tui.facts.trial_fields import natural_id
from neps_tui.words.formatting import few_of, shorten_middle

Mend: TypeAlias = Literal[
    "changes",
    "cache",
    "files",
    "directories",
    "empty directories",
    "errors",
    "stale errors",
    "leftovers",
]
"""What mends something; see `neps_tui.doctor.mending`."""

ERROR, WARNING, NOTE = Severity
_MOST_IDS = 6
_LONGEST = 60
"""Characters of a subject that are shown, and that it may have to be sorted by its numbers."""


@dataclass(frozen=True, slots=True)
class Kind:
    """One way in which something can be wrong.

    Args:
        severity: How much it matters.
        many: What is wrong where there are several, to follow their number.
        effect: What it does to the run.
        remedy: What `--fix` does, or what a person could do.
        mend: What mends it; None if nothing does that is safe.
    """

    severity: Severity
    many: str
    effect: str
    remedy: str
    mend: Mend | None = None


_READERS_MISLED = (
    "Workers go by the cache, but whoever reads the directory is misled, and so is "
    "neps.save_pipeline_results"
)
_STOPS_WORKERS = (
    "NePS cannot read the cache: workers fail at their next look at the trials, and stop"
)
_NO_MEND = "nothing has to be done"

KINDS: dict[str, Kind] = {
    # --- the cache ---
    "cache-unreadable": Kind(
        ERROR,
        "caches cannot be read",
        "Neither NePS nor neps-tui knows the trials",
        "make it readable; or move it away, and neps-tui doctor {root} --fix makes it anew",
    ),
    "cache-damaged": Kind(
        ERROR,
        "parts of the trial cache are no records of trials",
        _STOPS_WORKERS,
        "puts the damage aside and takes up what it cost from the directories",
        "cache",
    ),
    "cache-torn": Kind(
        ERROR,
        "records of the trial cache are cut off",
        _STOPS_WORKERS,
        "puts the torn record aside",
        "cache",
    ),
    "cache-missing": Kind(
        ERROR,
        "trial caches are missing",
        "The next worker rebuilds it, but sees no trial that time, and gives away an id that is "
        "taken",
        "makes it from the trials' directories",
        "cache",
    ),
    # --- trials' own files ---
    "directory-missing": Kind(
        ERROR,
        "trials have no directory",
        "A worker that takes or reports the trial fails",
        "makes it, with what the cache knows",
        "files",
    ),
    "directory-unknown": Kind(
        ERROR,
        "directories of trials are unknown to the cache",
        "Its result counts for nothing, and a worker that gives its id again fails and stops",
        "takes it up into the cache",
        "directories",
    ),
    "directory-empty": Kind(
        ERROR,
        "directories are empty, and unknown to the cache",
        "A worker that gives its id again fails and stops",
        "removes it",
        "empty directories",
    ),
    "directory-incomplete": Kind(
        ERROR,
        "directories are unknown to the cache, and no whole trials",
        "A worker that gives its id again fails and stops; NePS could not rebuild a lost cache",
        "move it out of configs, if nothing in it is needed",
    ),
    "id-duplicate": Kind(
        WARNING,
        "directories are unknown to the cache, and of trials that have directories already",
        "Should the cache be lost, NePS takes the copy for a trial more, and counts it twice",
        "move it out of configs",
    ),
    "metadata-missing": Kind(
        WARNING,
        "trials have no metadata.json",
        "NePS could not rebuild a lost cache, and neps.save_pipeline_results fails",
        "writes it anew from the cache",
        "files",
    ),
    "metadata-damaged": Kind(
        WARNING,
        "trials have a metadata.json that is empty or half written",
        "NePS could not rebuild a lost cache, and neps.save_pipeline_results fails",
        "writes it anew from the cache",
        "files",
    ),
    "metadata-different": Kind(
        WARNING,
        "trials have a metadata.json that disagrees with the cache",
        _READERS_MISLED,
        "writes it anew from the cache",
        "files",
    ),
    "metadata-ahead": Kind(
        WARNING,
        "trials have ended by their directories, but not by the cache",
        "The cache has lost the result: the optimizer knows nothing of it",
        "neps-tui report {root} ID --objective X takes a result over; neps-tui reset {root} {ids} "
        "--force has it evaluated again",
    ),
    "report-missing": Kind(
        WARNING,
        "trials have a report in the cache, but not in their directory",
        "The result would be lost with the cache; who reads the directory sees none",
        "writes it from the cache",
        "files",
    ),
    "report-damaged": Kind(
        WARNING,
        "trials have a report that is empty or half written",
        "The result would be lost with the cache, which NePS could not rebuild",
        "writes it anew from the cache",
        "files",
    ),
    "report-different": Kind(
        WARNING,
        "trials have a report that disagrees with the cache",
        "Optimizers go by the cache, but whoever reads the directory is misled",
        "writes it anew from the cache",
        "files",
    ),
    "report-unexpected": Kind(
        WARNING,
        "trials have a report, though the cache says that they have not ended",
        "Whoever reads the directory, or rebuilds the cache, takes an old result for this one",
        "takes the report away",
        "files",
    ),
    "config-missing": Kind(
        WARNING,
        "trials have no config in their directory",
        "NePS could not rebuild a lost cache",
        "writes it from the cache",
        "files",
    ),
    "config-damaged": Kind(
        WARNING,
        "trials have a config that is empty or half written",
        "NePS could not rebuild a lost cache",
        "writes it anew from the cache",
        "files",
    ),
    "success-without-report": Kind(
        WARNING,
        "trials are successes without a report",
        "The optimizer learns nothing from it, and it is not evaluated again",
        "neps-tui report {root} ID --objective X tells what came out; neps-tui reset {root} {ids} "
        "--force has it evaluated again",
    ),
    # --- trials ---
    "trial-abandoned": Kind(
        WARNING,
        "trials were abandoned by their workers",
        "It stays evaluating for ever: nobody evaluates it again, and brackets wait for it",
        "neps-tui reset {root} --abandoned",
    ),
    "trial-suspected": Kind(
        NOTE,
        "trials may have been abandoned by their workers",
        "If so, it stays evaluating for ever; if the pipeline is asynchronous, nothing is wrong",
        "if you know that the worker has left it: neps-tui reset {root} {ids} --force",
    ),
    "trial-quiet": Kind(
        NOTE,
        "trials have been evaluated for ten times as long as others of their kind",
        "If its worker is dead, it stays evaluating for ever",
        "if you know that the worker is dead: neps-tui reset {root} {ids} --force",
    ),
    # --- errors ---
    "errors-unreadable": Kind(
        ERROR,
        "lines of the error dump cannot be read",
        "A worker whose trial crashes cannot add its error, and stops",
        "writes the dump anew without it",
        "errors",
    ),
    "errors-stale": Kind(
        WARNING,
        "trials have rows in the error dump, though they are not crashed",
        "Workers that are set to stop at any error stop for it",
        "drops its rows, as neps-tui errors {root} --clear does",
        "stale errors",
    ),
    "errors-missing": Kind(
        NOTE,
        "crashed trials have no row in the error dump",
        "Workers that are set to stop at any error do not; the trial keeps its error",
        _NO_MEND,
    ),
    # --- the optimizer ---
    "optimizer-info-unreadable": Kind(
        ERROR,
        "files on the optimizer cannot be read",
        "No worker can start",
        "restore it from a copy, or from another run of the same optimizer and arguments",
    ),
    "optimizer-state-unreadable": Kind(
        ERROR,
        "files with the optimizer's state cannot be read",
        "No worker can start or sample, and neps-tui can change nothing",
        "restore it from a copy, or from a new run with the same arguments: it holds budget, "
        "random state and workers, and no trial",
    ),
    "space-unreadable": Kind(
        WARNING,
        "search spaces cannot be read",
        "NePS takes it for not yet written; here hyperparameters have no domains",
        "move pipeline_space.pkl away if every worker is given the space",
    ),
    "counters-disagree": Kind(
        NOTE,
        "budget counters disagree with the trials",
        "None: NePS counts anew at its next sample, and goes by the trials",
        _NO_MEND,
    ),
    # --- locks and rights ---
    "locks-useless": Kind(
        ERROR,
        "kinds of locks do not lock on this file system",
        "Workers overwrite each other's writes, and so would neps-tui",
        "move the run to another file system, or mount this one with locks; until then use one "
        "worker only",
    ),
    "locks-untried": Kind(
        NOTE,
        "trials of the file system's locks failed",
        "Whether locks exclude other processes here is not known",
        _NO_MEND,
    ),
    "lock-held": Kind(
        NOTE,
        "locks are held",
        "Who needs it waits; NePS gives up after two minutes",
        "usually none: a worker that samples holds one; look again, and end it only if it hangs",
    ),
    "not-writable": Kind(
        WARNING,
        "files and directories are not writable by you",
        "Workers that you start here fail, and neps-tui can change nothing there",
        "chmod or chown it, or run as its owner",
    ),
    "not-readable": Kind(
        WARNING,
        "files and directories are not readable by you",
        "Nobody can tell here whether anything is wrong with it",
        "chmod or chown it, or run as its owner",
    ),
    # --- times ---
    "time-in-future": Kind(
        WARNING,
        "trials have a time in the future",
        "Ages and the time left are wrong; clocks of hosts disagree",
        "set the clocks of the workers' hosts, or of this one, by NTP",
    ),
    "time-backwards": Kind(
        WARNING,
        "trials have times in the wrong order",
        "Durations, and who abandoned what, are wrong; clocks of hosts disagree",
        "set the clocks of the workers' hosts by NTP",
    ),
    # --- leftovers ---
    "temporary-file": Kind(
        NOTE,
        "temporary files of killed writes are left",
        "None: nobody reads it",
        "moves it away",
        "leftovers",
    ),
    "put-aside": Kind(
        NOTE,
        "files keep what was damaged in others",
        "None: nobody reads it",
        "delete it once you do not want to look into it any more",
    ),
    "change-cut-short": Kind(
        WARNING,
        "changes by neps-tui were cut short",
        "A part of it may be there without the rest",
        "finishes it or takes it back, as any next change does",
        "changes",
    ),
    "change-unreadable": Kind(
        WARNING,
        "changes by neps-tui cannot be read",
        "It cannot be taken back, nor finished if it was cut short; what it kept is there",
        "look into it, and move out what is needed before you delete it",
    ),
    # --- this program ---
    "examination-failed": Kind(
        WARNING,
        "examinations failed",
        "Something may be wrong that is not told here",
        "please report it, with the message, to the makers of neps-tui",
    ),
}

DISAGREEMENTS = frozenset(
    {
        *("directory-missing", "metadata-different", "metadata-ahead", "report-missing"),
        *("report-different", "report-unexpected", "errors-stale", "errors-missing"),
    }
)
"""Kinds of symptoms that follow from a change that was cut short, of the trials it is about."""


def grouped(symptoms: Iterable[Symptom], root: Path) -> tuple[Finding, ...]:
    """What is told of symptoms: one finding for each kind, the worst first.

    Args:
        symptoms: The symptoms.
        root: The run's directory, for commands.
    """
    of_kind: defaultdict[str, list[Symptom]] = defaultdict(list)
    for symptom in symptoms:
        of_kind[symptom.kind].append(symptom)
    order = list(KINDS)
    found = [_finding(kind, of_kind[kind], root) for kind in of_kind]
    severities = list(Severity)
    return tuple(sorted(found, key=lambda f: (severities.index(f.severity), order.index(f.kind))))


def _finding(name: str, symptoms: list[Symptom], root: Path) -> Finding:
    kind = KINDS[name]
    symptoms.sort(key=lambda symptom: _by_nature(symptom.subject))
    trials = tuple(dict.fromkeys(each.trial_id for each in symptoms if each.trial_id is not None))
    subjects = tuple(dict.fromkeys(symptom.subject for symptom in symptoms))
    one = symptoms[0].what
    is_one = len(symptoms) == 1
    place = shlex.quote(str(root))
    remedy = kind.remedy.format(root=place, ids=_as_arguments(trials))
    if kind.mend is not None:
        remedy = f"neps-tui doctor {place} --fix {remedy}"
    return Finding(
        kind=name,
        severity=kind.severity,
        message=one if is_one else f"{len(subjects)} {kind.many}: {listed(subjects)}",
        effect=kind.effect,
        remedy=remedy,
        subjects=subjects,
        trials=trials,
        details=() if is_one else tuple(symptom.what for symptom in symptoms),
        is_mendable=kind.mend is not None,
    )


def _as_arguments(trials: Sequence[str]) -> str:
    return "ID…" if len(trials) > _MOST_IDS else " ".join(map(shlex.quote, trials))


def listed(subjects: Sequence[str], most: int = _MOST_IDS) -> str:
    """The first few of many, as in `1, 2, 3 and 9 more`."""
    return few_of([shorten_middle(subject, _LONGEST) for subject in subjects], most)


def _by_nature(subject: str) -> tuple[bool, object]:
    """Sorts subjects, however hostile, as trials are sorted."""
    is_odd = len(subject) > _LONGEST
    return is_odd, subject if is_odd else natural_id(subject)
