"""Whether a trial's own files say what the cache says of it, told without reading more than that.

The cache decides. A worker that was killed between the cache and a file leaves a file that tells
of an earlier moment, or half of one.
"""

from __future__ import annotations

from collections.abc import Collection, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Literal, TypeAlias

from neps_state.exceptions import UnreadableError
from neps_state.files import load_text, read_bytes
from neps_state.layout import METADATA_FILE
from neps_state.trial import UNFINISHED, MetaData, Report, Trial
from neps_state.trial_files import TrialWriteHint, read_metadata, read_report

Flaw: TypeAlias = Literal["missing", "damaged", "different", "unexpected", "ahead"]
"""What can be wrong with a file. One that is ahead tells of an end that the cache knows nothing of:
what the cache has lost, so that writing it anew would lose a result."""

CONFIG_FILES = ("config.yaml", "config.json")
REPORT_FILES = ("report.yaml", "report.json")
_TIMES = ("time_sampled", "time_started", "time_end")
_WITHOUT_TRACEBACK = b"\ntb: null\n"
"""How a report ends that is whole, and was written of anything but a crash."""


@dataclass(frozen=True, slots=True)
class Disagreement:
    """A file of a trial that does not say what the cache says.

    Args:
        file: Which.
        flaw: What is wrong with it.
        what: The same in words, to follow the trial's id and a colon.
    """

    file: TrialWriteHint
    flaw: Flaw
    what: str


def disagreements(
    directory: Path, trial: Trial, names: Collection[str]
) -> tuple[Disagreement, ...]:
    """What in a trial's directory does not agree with the cache.

    Args:
        directory: The trial's own.
        trial: The trial as the cache has it.
        names: What the directory holds.

    Raises:
        OSError: A file may not be read.
    """
    of_metadata = tuple(_of_metadata(directory, trial, names))
    is_ahead = any(each.flaw == "ahead" for each in of_metadata)
    of_report = () if is_ahead else _of_report(directory, trial, names)
    return (*_of_config(directory, trial, names), *of_metadata, *of_report)


def why_not_whole(directory: Path, trial_id: str, names: Collection[str]) -> str | None:
    """What keeps a directory that the cache does not know from being a trial, at a first look.

    Args:
        directory: The directory.
        trial_id: The trial that it is named for.
        names: What it holds.

    Raises:
        OSError: A file may not be read.
    """
    config = _first(CONFIG_FILES, names)
    if config is None:
        return "it has no config"
    try:
        metadata = read_metadata(directory)
        for name in filter(None, (config, _first(REPORT_FILES, names))):
            if not read_bytes(directory / name).strip():
                return f"{name} is empty"
    except UnreadableError as error:
        return _short(str(error).removeprefix(f"{directory.name}/"))
    return None if metadata.id == trial_id else f"{METADATA_FILE} is of trial {metadata.id}"


def _of_config(directory: Path, trial: Trial, names: Collection[str]) -> Iterator[Disagreement]:
    name = _first(CONFIG_FILES, names)
    if name is None:
        yield Disagreement("config", "missing", "it has no config")
        return
    try:
        data = read_bytes(directory / name)
        # Written from its first byte to its last: with all lines there, nothing is cut off.
        if (
            name.endswith(".yaml")
            and data.endswith(b"\n")
            and data.count(b"\n") >= len(trial.config)
        ):
            return
        if not isinstance(load_text(data, _format(name)), dict):
            yield Disagreement("config", "damaged", f"{name} holds no config")
    except FileNotFoundError:
        yield Disagreement("config", "missing", "it has no config")
    except (UnreadableError, ValueError) as error:
        yield Disagreement(
            "config", "damaged", f"{name} is half written or damaged: {_short(error)}"
        )


def _of_metadata(directory: Path, trial: Trial, names: Collection[str]) -> Iterator[Disagreement]:
    if METADATA_FILE not in names:
        yield Disagreement("metadata", "missing", f"it has no {METADATA_FILE}")
        return
    try:
        found = read_metadata(directory)
    except UnreadableError as error:
        what = str(error).removeprefix(f"{directory.name}/")
        yield Disagreement("metadata", "damaged", _short(what))
        return
    difference = _difference(found, trial.metadata)
    if difference is not None:
        is_ahead = _is_ahead(found, trial.metadata) and _first(REPORT_FILES, names) is not None
        flaw: Flaw = "ahead" if is_ahead else "different"
        yield Disagreement("metadata", flaw, f"{METADATA_FILE} {difference}")


def _is_ahead(found: MetaData, known: MetaData) -> bool:
    """Whether a file tells of the end of an evaluation that the cache does not know to be over."""
    if found.id != known.id or known.state not in UNFINISHED or found.state in UNFINISHED:
        return False
    ended, started = found.time_end, known.time_started
    is_earlier = (
        isinstance(ended, float | int) and isinstance(started, float | int) and ended < started
    )
    return not is_earlier


def _difference(found: MetaData, known: MetaData) -> str | None:
    if found.id != known.id:
        return f"is of trial {found.id}"
    if found.state is not known.state:
        return f"says {found.state.value}, the cache {known.state.value}"
    if found.evaluating_worker_id != known.evaluating_worker_id:
        return f"says {found.evaluating_worker_id}, the cache {known.evaluating_worker_id}"
    for name in _TIMES:
        if not _alike(getattr(found, name), getattr(known, name)):
            return f"has another {name} than the cache"
    return None


def _of_report(directory: Path, trial: Trial, names: Collection[str]) -> Iterator[Disagreement]:
    name, report = _first(REPORT_FILES, names), trial.report
    if report is None:
        # Of a trial that has ended the file may hold the only report there is.
        if name is not None and trial.state in UNFINISHED:
            what = f"{name} is there, though the trial is {trial.state.value}"
            yield Disagreement("report", "unexpected", what)
        return
    if name is None:
        yield Disagreement("report", "missing", "it has no report")
        return
    path = directory / name
    try:
        if name.endswith(".yaml") and _says_at_a_glance(read_bytes(path), report):
            return
        found = read_report(path)
    except FileNotFoundError:
        yield Disagreement("report", "missing", "it has no report")
        return
    except UnreadableError as error:
        what = str(error).removeprefix(f"{directory.name}/")
        yield Disagreement("report", "damaged", _short(what))
        return
    for field in ("objective_to_minimize", "cost", "reported_as"):
        one, other = getattr(found, field), getattr(report, field)
        if not _alike(one, other):
            what = f"{name} says {field} {_short(one)}, the cache {_short(other)}"
            yield Disagreement("report", "different", what)
            return


def _says_at_a_glance(data: bytes, report: Report) -> bool:
    """Whether the text of a report is whole and says what it should; parsing it takes longer."""
    return data.endswith(_WITHOUT_TRACEBACK) and all(
        line in data
        for line in (
            _as_written("objective_to_minimize", report.objective_to_minimize),
            _as_written("cost", report.cost),
            _as_written("reported_as", report.reported_as),
        )
    )


def _as_written(name: str, value: object) -> bytes:
    """The line or lines in which a report says a number, most of the time."""
    if isinstance(value, list):
        items = "".join(f"- {_in_yaml(item)}\n" for item in value)
        return f"{name}:\n{items}".encode()
    return f"{name}: {_in_yaml(value)}\n".encode()


def _in_yaml(value: object) -> str:
    if value is None:
        return "null"
    return repr(value) if isinstance(value, float | int) else str(value)


def _alike(one: object, other: object) -> bool:
    """Equality in which NaN equals NaN, also within lists."""
    if isinstance(one, list | tuple) and isinstance(other, list | tuple):
        return len(one) == len(other) and all(map(_alike, one, other))
    return one == other or (one != one and other != other)


def _first(wanted: Collection[str], names: Collection[str]) -> str | None:
    return next((name for name in wanted if name in names), None)


def _format(name: str) -> Literal["yaml", "json"]:
    return "json" if name.endswith(".json") else "yaml"


def _short(value: object) -> str:
    text = " ".join(str(value).split())
    return text if len(text) <= 160 else f"{text[:159]}…"
