"""Evaluations made elsewhere, read from a file or another run and checked against this one."""

from __future__ import annotations

import csv
import json
import math
from collections.abc import Hashable, Iterator, Mapping
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path
from typing import Any

from neps_state import NePSError, Trial
from neps_state.config_form import ConfigForm
from neps_state.given import Evaluated
from neps_state.layout import RunLayout
from neps_state.reader import read_once
from neps_state.run_files import read_pipeline_space
from neps_state.same_space import is_same_space
from neps_state.snapshot import RunSnapshot
from neps_state.trial_ids import NewTrialIds
from neps_state.values import objective_values
from neps_tui.view import RunView

_OBJECTIVES = ("objective_to_minimize", "objective")
_GOOD_STATES = frozenset({"success", "external", ""})
_CONFIG = "config."
_SPECIAL = {"nan", "inf", "-inf"}
_MOST_BYTES = 1 << 28


class EvaluationsError(NePSError):
    """Nothing can be read there; the message says what would be."""


@dataclass(frozen=True, slots=True)
class Found:
    """What was found.

    Args:
        evaluated: What fits this run.
        skipped: Where something did not, and why.
        problems: What could not be read of the run that they come from.
    """

    evaluated: tuple[Evaluated, ...]
    skipped: tuple[str, ...]
    problems: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class _Row:
    """One evaluation as somebody wrote it down.

    Args:
        place: Where it stands, for a person.
        config: Values by readable names or by stored keys; texts where the source knows no types.
        fields: What came of it, by the names of `trials --json`.
        is_text: Whether the config's values are texts.
        is_stored: Whether the config is as a run of the same space stores it.
    """

    place: str
    config: Mapping[str, Any]
    fields: Mapping[str, Any]
    is_text: bool = False
    is_stored: bool = False


def read_evaluations(source: Path, view: RunView) -> Found:
    """Read evaluations, and leave out what does not fit.

    Args:
        source: A CSV file, a file of JSON lines, or another run's directory.
        view: The run that they are for.

    Raises:
        EvaluationsError: The source cannot be read as any of these.
    """
    other = _run_at(source) if source.is_dir() else None
    rows = list(_of_file(source, view) if other is None else _of_run(other, view))
    if not rows:
        raise EvaluationsError(f"{source} holds no evaluation; nothing was changed")
    fit = _Fit(view)
    evaluated: list[Evaluated] = []
    skipped: list[str] = []
    for row in rows:
        try:
            evaluated.append(fit.evaluated(row))
        except (NePSError, OverflowError, RecursionError, ValueError) as error:
            skipped.append(f"{row.place}: {error}")
    problems = () if other is None else tuple(map(str, other.problems))
    return Found(tuple(evaluated), tuple(skipped), problems)


def _of_file(source: Path, view: RunView) -> Iterator[_Row]:
    text = _text_of(source)
    return _of_json_lines(text, source) if text.lstrip().startswith("{") else _of_csv(text, view)


def _text_of(source: Path) -> str:
    try:
        # A pipe would be waited for, and a device never end.
        if source.exists() and not source.is_file():
            raise EvaluationsError(f"{source} is no file; nothing was changed")
        if (size := source.stat().st_size) > _MOST_BYTES:
            raise EvaluationsError(f"{source} is too large, {size} bytes; nothing was changed")
        # Spreadsheets begin theirs with a mark of the encoding.
        return source.read_text(encoding="utf-8-sig")
    except (OSError, UnicodeDecodeError) as error:
        raise EvaluationsError(f"cannot read {source}: {error}; nothing was changed") from error


def _run_at(source: Path) -> RunSnapshot:
    if not RunLayout(source).is_run():
        raise EvaluationsError(f"{source} is a directory, but no NePS run; nothing was changed")
    return read_once(source)


def _of_run(other: RunSnapshot, view: RunView) -> Iterator[_Row]:
    roots = (other.root, view.snapshot.root)
    spaces = [read_pipeline_space(RunLayout(root).pipeline_space) for root in roots]
    is_same = None not in spaces and is_same_space(*spaces)
    for trial in other.trials.values():
        yield _Row(f"trial {trial.id}", trial.config, _fields_of(trial), is_stored=is_same)


def _fields_of(trial: Trial) -> dict[str, Any]:
    report, metadata = trial.report, trial.metadata
    return {
        "state": metadata.state.value,
        "objective_to_minimize": list(objective_values(report)),
        "cost": None if report is None else report.cost,
        "learning_curve": None if report is None else report.learning_curve,
        "evaluation_duration": metadata.evaluation_duration,
        "time_started": metadata.time_started,
        "time_end": metadata.time_end,
    }


def _of_json_lines(text: str, source: Path) -> Iterator[_Row]:
    for number, line in enumerate(text.splitlines(), start=1):
        if not line.strip():
            continue
        try:
            record = json.loads(line)
        except (ValueError, RecursionError) as error:
            raise EvaluationsError(
                f"line {number} of {source} is no JSON: {error}; nothing was changed"
            ) from error
        config = _config_of(record) if isinstance(record, dict) else None
        if not isinstance(config, dict):
            raise EvaluationsError(
                f'line {number} of {source} has no "config"; nothing was changed. '
                "`neps-tui trials ROOT --json` writes such lines"
            )
        yield _Row(f"line {number}", config, record)


def _config_of(record: Mapping[str, Any]) -> object:
    """The config of a line, which stands in it whole, or as `neps-tui export` writes it."""
    flat = {
        name.removeprefix(_CONFIG): value
        for name, value in record.items()
        if name.startswith(_CONFIG) and value is not None
    }
    return record.get("config", flat or None)


def _of_csv(text: str, view: RunView) -> Iterator[_Row]:
    names = set(view.summary.names) | set(view.summary.names.values())
    space = view.snapshot.space
    names |= set(space.parameters) if space is not None else set()
    reader = csv.reader(text.splitlines(keepends=True))
    header = _next_cells(reader) or []
    if not set(header) & set(_OBJECTIVES):
        raise EvaluationsError(
            f"the first line names no column {' or '.join(_OBJECTIVES)}; nothing was changed"
        )
    while (cells := _next_cells(reader)) is not None:
        config, fields = {}, {}
        for column, cell in zip(header, cells, strict=False):
            name = column.removeprefix(_CONFIG)
            if column.startswith(_CONFIG) or (name in names and name not in _OBJECTIVES):
                if cell != "":
                    config[name] = cell
            elif cell != "":
                fields[column] = cell
        yield _Row(f"line {reader.line_num}", config, fields, is_text=True)


def _next_cells(reader: Iterator[list[str]]) -> list[str] | None:
    """The cells of the next line; None after the last one."""
    try:
        return next(reader, None)
    except csv.Error as error:
        raise EvaluationsError(f"it is no CSV: {error}; nothing was changed") from error


class _Fit:
    """Tells which rows fit a run, each config once.

    Args:
        view: The run.
    """

    def __init__(self, view: RunView) -> None:
        self._snapshot, self._summary = view.snapshot, view.summary
        self._known = {_identity(trial.config) for trial in view.snapshot.trials.values()}

    def evaluated(self, row: _Row) -> Evaluated:
        """The row as an evaluation of this run.

        Raises:
            NePSError: Its config does not fit, or is there already.
            ValueError: What came of it does not fit.
        """
        state = str(row.fields.get("state") or "")
        if state not in _GOOD_STATES:
            raise ValueError(f"it is {state}")
        objective = _objective(row.fields)
        wanted = self._summary.objectives
        if self._summary.usage.evaluations and len(objective) != wanted:
            raise ValueError(f"it has {len(objective)} objectives, this run {wanted}")
        found = Evaluated(
            config=self._config(row),
            objective=objective,
            cost=_cost(row.fields.get("cost")),
            learning_curve=_numbers(row.fields.get("learning_curve")),
            duration=_number(row.fields.get("evaluation_duration")),
            time_started=_number(row.fields.get("time_started")),
            time_end=_number(row.fields.get("time_end")),
        )
        identity = _identity(found.config)
        if identity in self._known:
            raise ValueError("a trial of this config is there already")
        self._known.add(identity)
        return found

    @cached_property
    def _form(self) -> ConfigForm:
        info = self._snapshot.optimizer_info
        assert info is not None, "a run without it is no run"
        return ConfigForm(info, self._snapshot.space, self._snapshot.trials)

    @cached_property
    def _ids(self) -> NewTrialIds:
        info = self._snapshot.optimizer_info
        assert info is not None, "a run without it is no run"
        return NewTrialIds(info, self._snapshot.trials, self._summary.fidelity_key)

    def _config(self, row: _Row) -> dict[str, Any]:
        if row.is_stored:
            self._ids.check(row.config)
            return dict(row.config)
        given = dict(row.config)
        if row.is_text:
            fields = {field.name: field for field in self._form.fields}
            fields |= {field.key: field for field in self._form.fields}
            given = {
                name: fields[name].parse(text) if name in fields else text
                for name, text in row.config.items()
            }
        config = self._form.config(given)
        # The objective at another fidelity is another one: it must be told, not guessed.
        told = set(given)
        missing = [
            f.name for f in self._form.fields if f.is_fidelity and not told & {f.name, f.key}
        ]
        if missing:
            raise ValueError(f"it does not say at which {missing[0]} it was evaluated")
        return config


def _identity(config: Mapping[str, Any]) -> Hashable:
    """What configs that are equal have in common, and no others."""
    try:
        return frozenset(config.items())
    except TypeError:
        return repr(sorted(config.items()))


def _objective(fields: Mapping[str, Any]) -> tuple[float, ...]:
    given = next((fields[name] for name in _OBJECTIVES if fields.get(name) is not None), None)
    numbers = _numbers(given) if not isinstance(given, int | float) else [float(given)]
    if not numbers:
        raise ValueError("it has no objective")
    if any(math.isinf(value) for value in numbers):
        raise ValueError("its objective is infinite")
    return tuple(numbers)


def _numbers(given: Any) -> list[float] | None:
    if isinstance(given, str) and given.lstrip().startswith("["):
        given = json.loads(given)
    if given is None or given == "":
        return None
    items = given if isinstance(given, list | tuple) else [given]
    numbers = [_number(item) for item in items]
    if any(each is None for each in numbers):
        raise ValueError(f"{given!r} are no numbers")
    return [each for each in numbers if each is not None]


def _cost(given: Any) -> float | None:
    cost = _number(given)
    if cost is not None and not 0 <= cost < math.inf:
        raise ValueError(f"its cost is {cost}")
    return cost


def _number(given: Any) -> float | None:
    if given is None or given == "":
        return None
    if isinstance(given, bool) or not isinstance(given, int | float | str):
        raise ValueError(f"{given!r} is no number")
    try:
        return float(given)
    except ValueError:
        raise ValueError(f"{given!r} is no number") from None
