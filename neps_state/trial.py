"""A trial: one configuration and what became of it.

These classes are twins of NePS's own, see `neps_state.twin`; `neps_state.soundness` tells whether
what a pickle made of them really is a trial.
"""

from __future__ import annotations

import math
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from enum import StrEnum
from pathlib import Path
from typing import Any, ClassVar, Literal, Protocol, Self, TypeAlias

from neps_state.exceptions import NotReportedYetError, UnreadableError
from neps_state.twin import Twin, sealed

Objective: TypeAlias = float | list[float] | None
ReportedAs: TypeAlias = Literal["success", "failed", "crashed"]
TrialSource: TypeAlias = Literal["run", "ask_and_tell", "imported"]


class State(StrEnum):
    """Where a trial stands."""

    EXTERNAL = "external"
    PENDING = "pending"
    EVALUATING = "evaluating"
    SUCCESS = "success"
    FAILED = "failed"
    CRASHED = "crashed"
    CORRUPTED = "corrupted"
    UNKNOWN = "unknown"

    def __reduce_ex__(self, protocol: object) -> tuple[type[State], tuple[str]]:
        """By its value on every Python; 3.11.2, for one, would pickle it by its name."""
        return State, (self.value,)

    @classmethod
    def _missing_(cls, value: object) -> State | None:
        # Up to NePS 0.16 there was a state "submitted" that no worker ever set.
        return cls.UNKNOWN if value == "submitted" else None

    def __setstate__(self, state: object) -> None:
        raise UnreadableError("a trial state with a state of its own")


UNFINISHED = frozenset({State.PENDING, State.EVALUATING})
"""States that a worker will still change."""


@sealed
@dataclass
class MetaData(Twin):
    """Who sampled and evaluated a trial, and when (seconds since the epoch)."""

    id: str
    location: str
    state: State
    previous_trial_id: str | None
    previous_trial_location: str | None

    sampling_worker_id: str
    time_sampled: float

    evaluating_worker_id: str | None = None
    evaluation_duration: float | None = None

    time_submitted: float | None = None
    time_started: float | None = None
    time_end: float | None = None


@sealed
@dataclass(eq=False)
class Report(Twin):
    """What an evaluation gave.

    Args:
        objective_to_minimize: One value, one for each objective, or None after a crash.
        cost: What it cost, in the user's unit.
        learning_curve: The objective(s) after each step.
        extra: Whatever else the user's pipeline returned.
        err: The exception that ended it; only its text survives a text file.
        tb: The traceback.
        reported_as: How it ended.
        evaluation_duration: Seconds.
    """

    objective_to_minimize: Objective
    cost: float | None
    learning_curve: list[float] | list[list[float]] | None
    extra: Mapping[str, Any]
    err: Exception | None
    tb: str | None
    reported_as: ReportedAs
    evaluation_duration: float | None

    def __post_init__(self) -> None:
        if isinstance(self.err, str):
            self.err = Exception(self.err)

    def __eq__(self, other: object) -> bool:
        if not isinstance(other, Report):
            return NotImplemented
        return self._comparable() == other._comparable()

    __hash__ = None  # type: ignore[assignment]  # mutable, as every dataclass with __eq__

    def _comparable(self) -> dict[str, Any]:
        """The fields as `==` should see them: errors by their text, NaN equal to NaN."""
        fields = dict(vars(self))
        fields["err"] = None if self.err is None else str(self.err)
        return {name: _nan_by_name(value) for name, value in fields.items()}


def _nan_by_name(value: Any) -> Any:
    if isinstance(value, float) and math.isnan(value):
        return "nan"
    if isinstance(value, list):
        return [_nan_by_name(item) for item in value]
    return value


_State: TypeAlias = State
_MetaData: TypeAlias = MetaData
_Report: TypeAlias = Report


class ImportedConfig(Protocol):
    """An evaluation made elsewhere, as NePS hands it to `lock_and_import_trials`."""

    @property
    def id(self) -> str:
        """The id it gets in this run."""
        ...

    @property
    def config(self) -> Mapping[str, Any]:
        """The configuration that was evaluated."""
        ...

    @property
    def result(self) -> Mapping[str, Any]:
        """What came of it: `objective_to_minimize`, and maybe cost and others."""
        ...


@sealed
@dataclass
class Trial(Twin):
    """A configuration, its metadata, and its report once it has one."""

    State: ClassVar = State
    Report: ClassVar = Report
    MetaData: ClassVar = MetaData
    NotReportedYetError: ClassVar = NotReportedYetError

    config: Mapping[str, Any]
    metadata: _MetaData
    report: _Report | None
    source: TrialSource = field(default="run")

    @property
    def id(self) -> str:
        """The trial's id: `12`, or `12_rung_2` for config 12 at rung 2."""
        return self.metadata.id

    @property
    def state(self) -> _State:
        """Where the trial stands."""
        return self.metadata.state

    @classmethod
    def new(
        cls,
        *,
        trial_id: str,
        config: Mapping[str, Any],
        location: str,
        previous_trial: str | None,
        previous_trial_location: str | None,
        time_sampled: float,
        worker_id: int | str,
    ) -> Self:
        """A pending trial, just sampled."""
        return cls(
            config=config,
            metadata=MetaData(
                id=trial_id,
                location=location,
                state=State.PENDING,
                previous_trial_id=previous_trial,
                previous_trial_location=previous_trial_location,
                sampling_worker_id=str(worker_id),
                time_sampled=time_sampled,
            ),
            report=None,
        )

    @classmethod
    def load_from_dict(
        cls, data: Iterable[ImportedConfig], *, worker_id: str, trial_directory: Path
    ) -> list[Self]:
        """Trials evaluated elsewhere, as trials of this run with state `external`.

        Each names the one before it as its previous trial, as NePS has it.
        """
        trials: list[Self] = []
        for imported in data:
            timing = imported.result.get("info_dict") or {}
            duration = timing.get("evaluation_duration")
            metadata = MetaData(
                id=imported.id,
                location=str(trial_directory / f"config_{imported.id}"),
                state=State.EXTERNAL,
                previous_trial_id=trials[-1].id if trials else None,
                previous_trial_location=None,
                sampling_worker_id=worker_id,
                time_sampled=math.nan,
                evaluating_worker_id=worker_id,
                evaluation_duration=duration,
                time_started=timing.get("time_started"),
                time_end=timing.get("time_end"),
            )
            report = Report(
                objective_to_minimize=imported.result["objective_to_minimize"],
                cost=imported.result.get("cost"),
                learning_curve=imported.result.get("learning_curve"),
                extra={},
                err=None,
                tb=None,
                reported_as="success",
                evaluation_duration=duration,
            )
            trials.append(cls(imported.config, metadata, report, source="imported"))
        return trials

    def set_evaluating(self, *, time_started: float, worker_id: int | str) -> None:
        """A worker takes the trial (seconds since the epoch)."""
        self.metadata.time_started = time_started
        self.metadata.evaluating_worker_id = str(worker_id)
        self.metadata.state = State.EVALUATING

    def set_complete(
        self,
        *,
        report_as: ReportedAs,
        time_end: float,
        objective_to_minimize: Objective,
        cost: float | None,
        learning_curve: list[float] | list[list[float]] | None,
        err: Exception | None,
        tb: str | None,
        extra: Mapping[str, Any] | None,
        evaluation_duration: float | None,
    ) -> _Report:
        """The evaluation is over. The report is returned, not attached.

        Raises:
            ValueError: `report_as` is none of success, failed, crashed.
        """
        if report_as not in ("success", "failed", "crashed"):
            raise ValueError(f"a trial is reported as success, failed or crashed, not {report_as}")
        self.metadata.state = State(report_as)
        self.metadata.time_end = time_end
        self.metadata.evaluation_duration = evaluation_duration
        return Report(
            objective_to_minimize=objective_to_minimize,
            cost=cost,
            learning_curve=learning_curve,
            extra={} if extra is None else extra,
            err=err,
            tb=tb,
            reported_as=report_as,
            evaluation_duration=evaluation_duration,
        )

    def set_corrupted(self) -> None:
        """The trial's files cannot be trusted."""
        self.metadata.state = State.CORRUPTED

    def reset(self) -> None:
        """Back to pending, as if just sampled; the report is the caller's to take away."""
        seen = self.metadata
        self.metadata = MetaData(
            id=seen.id,
            location=seen.location,
            state=State.PENDING,
            previous_trial_id=seen.previous_trial_id,
            previous_trial_location=seen.previous_trial_location,
            sampling_worker_id=seen.sampling_worker_id,
            time_sampled=seen.time_sampled,
        )
