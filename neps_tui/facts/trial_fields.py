"""What can be asked of a trial by name: in a filter, to sort by, as a column."""

from __future__ import annotations

import math
import re
import time
from collections.abc import Callable, Mapping, Sequence
from functools import cached_property
from typing import Any, TypeAlias

from neps_state import State, Trial
from neps_state.readable import readable_value
from neps_state.snapshot import RunSnapshot
from neps_state.values import objective_values
from neps_tui.facts.error_kind import error_kind
from neps_tui.facts.field_names import FieldNames, UnknownFieldError
from neps_tui.facts.field_table import FIELD_TABLE, FieldKind
from neps_tui.facts.fold import duration_of, rung_of
from neps_tui.facts.summary import RunSummary

Value: TypeAlias = Any
Field: TypeAlias = Callable[[Trial], Value]


def objective_of(trial: Trial, index: int = 0) -> float | None:
    """One objective of a trial, by its place; None where it has none."""
    report = trial.report
    if report is not None and index == 0 and type(report.objective_to_minimize) is float:
        return report.objective_to_minimize
    values = objective_values(report)
    return values[index] if index < len(values) else None


def error_text(trial: Trial) -> str:
    """The trial's error in words; empty where it has none."""
    return str(trial.report.err) if trial.report and trial.report.err is not None else ""


_FIXED: Mapping[str, Field] = {
    "id": lambda trial: trial.metadata.id,
    "state": lambda trial: trial.metadata.state.value,
    "worker": lambda trial: trial.metadata.evaluating_worker_id,
    "sampled_by": lambda trial: trial.metadata.sampling_worker_id,
    "objective": objective_of,
    "cost": lambda trial: trial.report.cost if trial.report else None,
    "rung": rung_of,
    "took": duration_of,
    "when": lambda trial: trial.metadata.time_end,
    "sampled": lambda trial: trial.metadata.time_sampled,
    "started": lambda trial: trial.metadata.time_started,
    "ended": lambda trial: trial.metadata.time_end,
    "previous": lambda trial: trial.metadata.previous_trial_id,
    "source": lambda trial: trial.source,
}
_KINDS = {each.name: each.kind for each in FIELD_TABLE}


class TrialFields:
    """The fields of the trials of one run, by name, in any case, and by what columns are called.

    Besides those every trial has: `objective1`, `objective2` … where there are several,
    the hyperparameters by their readable names or as stored, and whatever numbers and texts the
    pipeline returned in `extra`.

    Args:
        snapshot: The run.
        summary: Its summary.
        now: Gives the moment by which trials are late, seconds since the epoch.
    """

    def __init__(
        self, snapshot: RunSnapshot, summary: RunSummary, now: Callable[[], float] = time.time
    ) -> None:
        self.now = now
        space = snapshot.space
        self._fields: dict[str, Field] = {each.name: self._fixed(each.name) for each in FIELD_TABLE}
        if summary.objectives > 1:
            for index in range(summary.objectives):
                self._fields[f"objective{index + 1}"] = _objective_field(index)
        for each in summary.config_keys:
            field = _config_field(each.key, space)
            self._fields.setdefault(each.key, field)
            self._fields.setdefault(each.name, field)
        self._trials = snapshot.trials
        self._errors = snapshot.errors
        self._evaluating = {each.trial_id: each for each in summary.evaluating}

    def __getitem__(self, name: str) -> Field:
        """The field of that name.

        Raises:
            UnknownFieldError: No trial has such a field.
        """
        if name in self._fields:
            return self._fields[name]
        name = self._words.find(name)
        return self._fields[name] if name in self._fields else _extra_field(name)

    def __contains__(self, name: object) -> bool:
        """Whether there is a field of that name."""
        try:
            return isinstance(name, str) and self[name] is not None
        except UnknownFieldError:
            return False

    def kind(self, name: str) -> FieldKind:
        """How the values of a field are compared.

        Raises:
            UnknownFieldError: No trial has such a field.
        """
        name = name if name in self._fields else self._words.find(name)
        return _KINDS.get(name, "any")

    def names(self) -> list[str]:
        """All names, the hyperparameters' first."""
        own = [name for name in self._fields if name not in _KINDS]
        return [*own, *_KINDS, *sorted(self._extras - self._fields.keys())]

    def may_become(self, begun: str) -> bool:
        """Whether what is typed begins the name of a field, or is one."""
        return self._words.begins(begun)

    @cached_property
    def _words(self) -> FieldNames:
        also = {other: each.name for each in FIELD_TABLE for other in each.also}
        # A run's first objective stands for the only one, or the other way round.
        also["objective1"] = "objective"
        return FieldNames(self.names(), also)

    @cached_property
    def _extras(self) -> set[str]:
        reports = (trial.report for trial in self._trials.values())
        return {key for report in reports if report is not None for key in report.extra}

    def _fixed(self, name: str) -> Field:
        # What depends on more than the trial itself.
        return {"error": self._error, "verdict": self._verdict}.get(name) or _FIXED[name]

    def _error(self, trial: Trial) -> str:
        """Kind and message of an error; empty where there is none."""
        if trial.report is None or trial.report.err is None:
            return ""
        kind = error_kind(trial)
        if kind in ("", "Exception"):
            kind = self._kinds_in_dump.get(trial.metadata.id, "Exception")
        return f"{kind}: {error_text(trial)}"

    @cached_property
    def _kinds_in_dump(self) -> Mapping[str, str]:
        return {row.trial_id: row.err_type for row in self._errors}

    def _verdict(self, trial: Trial) -> str | None:
        evaluating = self._evaluating.get(trial.metadata.id)
        return None if evaluating is None else evaluating.standing_at(self.now())


def _extra_field(name: str) -> Field:
    return lambda trial: trial.report.extra.get(name) if trial.report else None


def _objective_field(index: int) -> Field:
    return lambda trial: objective_of(trial, index)


def _config_field(key: str, space: Any) -> Field:
    def field(trial: Trial) -> Value:
        value = trial.config.get(key)
        # Most are plain numbers, which read as they are; this is asked of every trial.
        if value is None or type(value) is float:
            return value
        return readable_value(key, trial.config, space)

    return field


SortKey: TypeAlias = tuple[int, float, str]
_NUMBER = (float, int)
MISSING_RANK = 2
"""What the sort key of a missing value begins with."""
_MISSING: SortKey = (MISSING_RANK, 0.0, "")


def sort_key(value: Value) -> SortKey:
    """A key that puts numbers first, then texts, then what is missing or NaN."""
    if type(value) is float:
        return (0, value, "") if value == value else _MISSING
    if isinstance(value, _NUMBER):
        return _MISSING if math.isnan(value) else (0, float(value), "")
    if value is None:
        return _MISSING
    return (1, 0.0, str(value))


def is_missing(key: SortKey) -> bool:
    """Whether a sort key is that of a missing value, which comes last in either direction."""
    return key == _MISSING


_DIGITS = re.compile(r"\d+")


def natural_id(trial_id: str) -> SortKey:
    """A sort key that puts trial 9 before trial 10, and rungs of one config in order."""
    numbers = [int(part) for part in _DIGITS.findall(trial_id)]
    if not numbers:
        return (1, 0.0, trial_id)
    rung = numbers[1] if len(numbers) > 1 else 0
    return (0, numbers[0] + rung / 1000, trial_id)


def sort_by_several(
    trials: list[Trial], by: Sequence[tuple[Callable[[Trial], SortKey], bool]]
) -> None:
    """Sort trials in place, by what counts most first, each with whether it is descending.

    What has no value comes last either way.
    """
    # The last first: the sort is stable, so that what counts more comes later.
    for key_of, descending in reversed(by):

        def place(
            trial: Trial,
            key_of: Callable[[Trial], SortKey] = key_of,
            descending: bool = descending,
        ) -> tuple[bool, SortKey]:
            key = key_of(trial)
            return is_missing(key) is not descending, key

        trials.sort(key=place, reverse=descending)


ALL_STATES = tuple(state.value for state in State)
