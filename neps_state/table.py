"""A run as one table: a row for each trial, with the columns of NePS's own `summary/full.csv`.

For notebooks and scripts. NePS writes that file after each success; this is as new as the run.
"""

from __future__ import annotations

import errno
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from neps_state.files import plain_data
from neps_state.reader import read_once
from neps_state.snapshot import Phase
from neps_state.stand_in import StandIn
from neps_state.trial import Trial
from neps_state.trial_files import sampled_order

_OF_REPORT = (
    *("objective_to_minimize", "cost", "learning_curve"),
    *("err", "tb", "reported_as", "evaluation_duration"),
)
_OF_METADATA = (
    *("location", "state", "previous_trial_id", "previous_trial_location"),
    *("sampling_worker_id", "time_sampled", "evaluating_worker_id", "evaluation_duration"),
    *("time_submitted", "time_started", "time_end"),
)


@dataclass(frozen=True, slots=True)
class Table:
    """Trials in rows, in the order in which they were sampled.

    Args:
        columns: `id`, `config.…` by the keys as stored, `extra.…`, what was reported, what is known
            of each trial; none that is empty throughout. As in NePS's file, `evaluation_duration`
            comes twice: as reported, and as NePS measured it.
        rows: The values in the order of the columns; None where there is none.
    """

    columns: tuple[str, ...]
    rows: tuple[tuple[Any, ...], ...]

    def records(self) -> list[dict[str, Any]]:
        """The rows by the names of the columns, as data frames are made of."""
        return [dict(zip(self.columns, row, strict=True)) for row in self.rows]


def read_table(root: Path | str) -> list[dict[str, Any]]:
    """The trials of the run at `root`, as `pandas.DataFrame` takes them.

    Args:
        root: The run directory. Nothing is locked, written or run.

    Returns:
        A row for each trial; see `Table`.

    Raises:
        FileNotFoundError: There is no run.
    """
    run = read_once(Path(root))
    if run.phase is not Phase.RUN:
        raise FileNotFoundError(errno.ENOENT, "no NePS run", str(root))
    return table_of(run.trials.values()).records()


def table_of(trials: Iterable[Trial]) -> Table:
    """Put trials into a table."""
    ordered = sorted(trials, key=sampled_order)
    configs = [{f"config.{key}": value for key, value in each.config.items()} for each in ordered]
    extras = [dict(_flat("extra", each.report.extra if each.report else None)) for each in ordered]
    reports = [_fields(each.report, _OF_REPORT) for each in ordered]
    metadata = [_fields(each.metadata, _OF_METADATA) for each in ordered]
    columns: list[tuple[str, list[Any]]] = [("id", [each.id for each in ordered])]
    for records, names in (
        *((each, _names(each)) for each in (configs, extras)),
        (reports, _OF_REPORT),
        (metadata, _OF_METADATA),
    ):
        for name in names:
            values = [_plain(record.get(name)) for record in records]
            if any(value is not None and value == value for value in values):
                columns.append((name, values))
    return Table(
        tuple(name for name, _ in columns),
        tuple(zip(*(values for _, values in columns), strict=True)),
    )


def _names(records: Iterable[Mapping[str, Any]]) -> tuple[str, ...]:
    """The keys of records, in the order in which they come up."""
    return tuple(dict.fromkeys(name for record in records for name in record))


def _fields(of: object, names: Iterable[str]) -> dict[str, Any]:
    return {} if of is None else {name: getattr(of, name) for name in names}


def _flat(prefix: str, value: object) -> Iterator[tuple[str, Any]]:
    """What is nested in mappings, under names with dots between."""
    if not isinstance(value, Mapping):
        return
    for key, item in value.items():
        name = f"{prefix}.{key}"
        if isinstance(item, Mapping) and item:
            yield from _flat(name, item)
        else:
            yield name, item


def _plain(value: object) -> Any:
    """A value of a cell: a number, a text, a list of such."""
    if isinstance(value, Exception | StandIn):
        return str(value)
    return plain_data(value)
