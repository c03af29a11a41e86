"""The errors of a run in kinds: what went wrong, how often, where, when, and with which configs.

Errors are of one kind if they have the same type, come from the same place in the user's code, and
say the same once numbers are taken out.
"""

from __future__ import annotations

import re
from collections import Counter, defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from enum import StrEnum
from typing import TypeAlias

from neps_state import SerializableTrialError, State, Trial
from neps_state.snapshot import RunSnapshot
from neps_state.trial import UNFINISHED
from neps_tui.errors.overrepresented import LEAST_TRIALS, ConfigsCompared, Trait
from neps_tui.errors.traceback_frames import deciding_frame
from neps_tui.facts.config_keys import ConfigKey
from neps_tui.facts.error_kind import error_kind
from neps_tui.facts.summary import RunSummary
from neps_tui.words.formatting import plain

_Text: TypeAlias = tuple[str, str, str]
_Signature: TypeAlias = tuple[str, str, str]

_BROKEN = frozenset({State.CRASHED, State.FAILED})
_NOT_TRIED_HERE = frozenset({*UNFINISHED, State.EXTERNAL})
_MOST_READ = 4_000
"""Characters of a message that are looked at."""
_LONGEST_MESSAGE = 200
_VARIABLE = re.compile(
    r"""
      \b 0x [0-9a-f]+ \b                                     # an address
    | \b [0-9a-f]{8} (?: - [0-9a-f]{4} ){3} - [0-9a-f]{12} \b  # a UUID
    | \b (?= [a-f]* \d ) [0-9a-f]{8,} \b                     # a hash
    | \b tmp [a-z0-9_]{8} \b                                 # a temporary file
    | (?: (?<! \w ) [-+] )? \d+ (?: [.,_:] \d+ )* (?: e [-+]? \d+ )?
    """,
    re.VERBOSE | re.IGNORECASE,
)
_LIST = re.compile(r"…(?:[.]?, …)+")
"""Numbers in a row: how many of them there are is a number too."""


class Standing(StrEnum):
    """Whether an error is both in the error dump and of a trial of the run."""

    USUAL = ""
    NOT_IN_DUMP = "not in the dump"
    TRIAL_GONE = "trial is gone"


_ODDITIES = {
    Standing.NOT_IN_DUMP: "crashed without a row in it",
    Standing.TRIAL_GONE: "rows without a trial",
}
_EVERYTHING = ("all", "", "every kind together")


@dataclass(frozen=True, slots=True)
class TrialError:
    """One error: a row of the error dump, or a crashed trial's own report of it.

    Args:
        trial_id: The trial.
        turn: Which of the trial's rows it is, from 1; 0 for its own report.
        worker_id: The worker that evaluated it.
        err_type: Name of the exception's class.
        message: Its text, as it is.
        traceback: As the worker printed it; empty if none was kept.
        time: When the trial crashed, seconds since the epoch; None where nobody recorded it.
        standing: Whether it is in the dump, and its trial in the run.
    """

    trial_id: str
    turn: int
    worker_id: str
    err_type: str
    message: str
    traceback: str
    time: float | None
    standing: Standing = Standing.USUAL

    @property
    def key(self) -> str:
        """Identifies the error among all of the run."""
        return f"{self.trial_id}:{self.turn}"


@dataclass(frozen=True, slots=True)
class ErrorKind:
    """Errors that are alike.

    Args:
        err_type: Name of the exception's class.
        place: The user's own last frame, as in `train.py:17 in train`; else the last one; empty
            where there is no traceback.
        message: What they say, with … for numbers.
        errors: The errors, newest first.
        traits: What the configs of their trials have in common, and others have not.
    """

    err_type: str
    place: str
    message: str
    errors: tuple[TrialError, ...]
    traits: tuple[Trait, ...] = ()

    @property
    def key(self) -> str:
        """Identifies the kind."""
        return "\n".join((self.err_type, self.place, self.message))

    @property
    def workers(self) -> tuple[str, ...]:
        """The workers that met it, most often first."""
        return tuple(name for name, _ in Counter(_workers(self.errors)).most_common())

    @property
    def first(self) -> float | None:
        """When it first happened, seconds since the epoch."""
        return min((each.time for each in self.errors if each.time is not None), default=None)

    @property
    def last(self) -> float | None:
        """When it last happened, seconds since the epoch."""
        return max((each.time for each in self.errors if each.time is not None), default=None)

    @property
    def trial_ids(self) -> tuple[str, ...]:
        """The trials of the run that it happened to, newest first."""
        there = (each for each in self.errors if each.standing is not Standing.TRIAL_GONE)
        return tuple(dict.fromkeys(each.trial_id for each in there))


@dataclass(frozen=True, slots=True)
class ErrorsInKinds:
    """All errors of a run.

    Args:
        kinds: Most frequent first.
        total: How many errors there are.
        everything: All of them, as if they were of one kind; None unless they are of several.
        oddities: Those that are not in the dump, and those whose trial is gone, if there are any.
    """

    kinds: tuple[ErrorKind, ...] = ()
    total: int = 0
    everything: ErrorKind | None = None
    oddities: tuple[ErrorKind, ...] = ()

    def last_of(self, trial_id: str) -> tuple[ErrorKind, TrialError] | None:
        """The last error of a trial, and its kind; None if the trial has none."""
        own = (
            (kind, error)
            for kind in self.kinds
            for error in kind.errors
            if error.trial_id == trial_id
        )
        return max(own, key=lambda found: found[1].turn, default=None)


class KindsOfErrors:
    """Puts errors in kinds, anew only when errors or trials are others than before."""

    def __init__(self) -> None:
        self._rows: tuple[SerializableTrialError, ...] | None = None
        self._trials: Mapping[str, Trial] = {}
        self._keys: tuple[ConfigKey, ...] = ()
        self._found = ErrorsInKinds()
        self._signatures: dict[_Text, _Signature] = {}
        self._configs = ConfigsCompared((), None)

    def of(self, snapshot: RunSnapshot, summary: RunSummary) -> ErrorsInKinds:
        """The errors of a snapshot; the same object as before if nothing about them changed."""
        is_same = (
            self._rows == snapshot.errors
            and self._keys is summary.config_keys
            and _are_same(self._trials, snapshot.trials)
        )
        if not is_same:
            self._rows, self._trials = snapshot.errors, snapshot.trials
            self._keys = summary.config_keys
            self._found = self._in_kinds(snapshot, summary)
        return self._found

    def _in_kinds(self, snapshot: RunSnapshot, summary: RunSummary) -> ErrorsInKinds:
        errors = [*_errors_of(snapshot)]
        errors.reverse()
        errors.sort(key=_newest_first)
        groups: defaultdict[_Signature, list[TrialError]] = defaultdict(list)
        known, self._signatures = self._signatures, {}
        for error in errors:
            text = (error.err_type, error.message, error.traceback)
            if text not in self._signatures:
                self._signatures[text] = known.get(text) or _signature(error)
            groups[self._signatures[text]].append(error)
        kinds = [ErrorKind(*signature, errors=tuple(group)) for signature, group in groups.items()]
        kinds.sort(key=lambda kind: (-len(kind.errors), -(kind.last or 0.0)))
        everything = [ErrorKind(*_EVERYTHING, tuple(errors))] if len(kinds) > 1 else []
        compared = self._with_traits([*everything, *kinds], snapshot, summary)
        return ErrorsInKinds(
            tuple(compared[len(everything) :]),
            len(errors),
            compared[0] if everything else None,
            _oddities(errors),
        )

    def _with_traits(
        self, kinds: list[ErrorKind], snapshot: RunSnapshot, summary: RunSummary
    ) -> list[ErrorKind]:
        comparisons = sum(len(kind.trial_ids) >= LEAST_TRIALS for kind in kinds)
        if not comparisons:
            return kinds
        self._compare(snapshot, summary, {each for kind in kinds for each in kind.trial_ids})
        return [
            replace(
                kind,
                traits=tuple(self._configs.overrepresented(kind.trial_ids, comparisons)),
            )
            for kind in kinds
        ]

    def _compare(self, snapshot: RunSnapshot, summary: RunSummary, broken: set[str]) -> None:
        """Have the configs of all trials that could have gone wrong, at the cost of the new."""
        tried = {
            trial_id: trial
            for trial_id, trial in snapshot.trials.items()
            if trial.metadata.state not in _NOT_TRIED_HERE or trial_id in broken
        }
        configs = self._configs
        if (
            configs.keys is not summary.config_keys
            or configs.space is not snapshot.space
            or not configs.trial_ids <= tried.keys()
        ):
            self._configs = configs = ConfigsCompared(summary.config_keys, snapshot.space)
        known = configs.trial_ids
        configs.add(trial for trial_id, trial in tried.items() if trial_id not in known)


def _oddities(errors: Sequence[TrialError]) -> tuple[ErrorKind, ...]:
    return tuple(
        ErrorKind(standing.value, "", _ODDITIES[standing], odd)
        for standing in _ODDITIES
        if (odd := tuple(error for error in errors if error.standing is standing))
    )


def message_without_numbers(message: str) -> str:
    """What a message says whatever the numbers, addresses and ids in it are."""
    text = " ".join(plain(message[:_MOST_READ]).split())
    return _LIST.sub("…", _VARIABLE.sub("…", text))[:_LONGEST_MESSAGE]


def _signature(error: TrialError) -> _Signature:
    place = deciding_frame(error.traceback)
    return (
        plain(error.err_type[:_LONGEST_MESSAGE]),
        "" if place is None else plain(str(place)),
        message_without_numbers(error.message),
    )


def _errors_of(snapshot: RunSnapshot) -> Iterator[TrialError]:
    """The dump's rows, oldest first, and then the crashed trials that it has no row for."""
    rows_left = Counter(row.trial_id for row in snapshot.errors)
    places: Counter[str] = Counter()
    for row in snapshot.errors:
        places[row.trial_id] += 1
        is_last = places[row.trial_id] == rows_left[row.trial_id]
        trial = snapshot.trials.get(row.trial_id)
        yield _of_row(row, trial, places[row.trial_id], is_last)
    for trial_id, trial in snapshot.trials.items():
        if trial.metadata.state in _BROKEN and trial_id not in places:
            yield _of_report(trial)


def _of_row(
    row: SerializableTrialError, trial: Trial | None, turn: int, is_last: bool
) -> TrialError:
    broke = trial is not None and trial.metadata.state in _BROKEN
    report = trial.report if trial is not None and broke and is_last else None
    return TrialError(
        trial_id=row.trial_id,
        turn=turn,
        worker_id=row.worker_id,
        err_type=row.err_type or "error",
        message=row.err,
        traceback=row.tb or (report.tb if report is not None else None) or "",
        # Of an evaluation before the last one, nobody keeps the time.
        time=trial.metadata.time_end if trial is not None and broke and is_last else None,
        standing=Standing.TRIAL_GONE if trial is None else Standing.USUAL,
    )


def _of_report(trial: Trial) -> TrialError:
    metadata, report = trial.metadata, trial.report
    error = None if report is None else report.err
    traceback = (None if report is None else report.tb) or ""
    return TrialError(
        trial_id=metadata.id,
        turn=0,
        worker_id=metadata.evaluating_worker_id or "",
        err_type=error_kind(trial) or metadata.state.value,
        message="no error was kept" if error is None else str(error),
        traceback=traceback,
        time=metadata.time_end,
        # Other states are set by hand too, which leaves no row.
        standing=(Standing.NOT_IN_DUMP if metadata.state is State.CRASHED else Standing.USUAL),
    )


def _workers(errors: Iterable[TrialError]) -> Iterator[str]:
    return (plain(error.worker_id) for error in errors if error.worker_id)


def _newest_first(error: TrialError) -> float:
    return 0.0 if error.time is None else -error.time


def _are_same(before: Mapping[str, Trial], after: Mapping[str, Trial]) -> bool:
    """Whether these are the same trials, unchanged: a trial that changes becomes another object."""
    return len(before) == len(after) and all(
        one is other for one, other in zip(before.values(), after.values(), strict=True)
    )
