"""A trial's own directory: config, metadata, report, and the id of its parent."""

from __future__ import annotations

import json
import os
from collections.abc import Mapping
from dataclasses import asdict
from pathlib import Path
from typing import Any, Literal, TypeAlias, get_args

from neps_state.exceptions import TrialNotFoundError, UnreadableError
from neps_state.files import TextFormat, dump_text, load_text, plain_data, read_bytes, replace_file
from neps_state.layout import CONFIG_PREFIX, METADATA_FILE, PREVIOUS_TRIAL_FILE
from neps_state.soundness import flaw_in
from neps_state.trial import MetaData, Report, State, Trial

TrialWriteHint: TypeAlias = Literal["metadata", "report", "config"]
_FORMATS: tuple[TextFormat, ...] = get_args(TextFormat)


def text_format(directory: Path) -> TextFormat | None:
    """The format a trial's config is in; None where there is no config yet."""
    for each in _FORMATS:
        if (directory / f"config.{each}").exists():
            return each
    return None


def default_format() -> TextFormat:
    """The format for new runs, as NePS's own environment variable sets it."""
    wanted = os.environ.get("NEPS_CONFIG_SERIALIZE_FORMAT", "yaml").lower()
    return "json" if wanted == "json" else "yaml"


def report_path(directory: Path) -> Path | None:
    """The trial's report, in either format; None while it has none."""
    for each in _FORMATS:
        if (path := directory / f"report.{each}").exists():
            return path
    return None


def read_trial(directory: Path) -> Trial:
    """The trial in `directory`, from its own files.

    Raises:
        TrialNotFoundError: There is no such directory.
        UnreadableError: A file is missing, half written, or not what it should be.
    """
    if not directory.is_dir():
        raise TrialNotFoundError(f"no trial at {directory}")
    metadata = read_metadata(directory)
    config_format = text_format(directory)
    if config_format is None:
        raise UnreadableError(f"{directory.name} has no config yet")
    config = _read_mapping(directory / f"config.{config_format}", config_format)
    reported = report_path(directory)
    report = None if reported is None else read_report(reported)
    trial = Trial(config=config, metadata=metadata, report=report)
    if metadata.state is State.EXTERNAL:
        trial.source = "imported"
    try:
        flaw = flaw_in(trial)
    except (ArithmeticError, RecursionError, TypeError, ValueError) as error:
        flaw = f"it holds what cannot even be checked: {type(error).__name__}"
    if flaw is not None:
        raise UnreadableError(f"{directory.name}: {flaw}")
    if directory.name != f"{CONFIG_PREFIX}{metadata.id}":
        raise UnreadableError(f"{directory.name} holds a copy of trial {metadata.id}")
    return trial


def read_metadata(directory: Path) -> MetaData:
    """The metadata in a trial's directory.

    Raises:
        UnreadableError: It is missing, half written, or not metadata.
    """
    fields = _read_mapping(directory / METADATA_FILE, "json")
    try:
        return MetaData(**{**fields, "state": State(fields["state"])})
    except (KeyError, TypeError, ValueError) as error:
        raise UnreadableError(f"{directory.name}/{METADATA_FILE}: {error}") from error


def read_report(path: Path) -> Report:
    """The report at a path, in the format that its name tells.

    Raises:
        UnreadableError: It is missing, half written, or no report.
    """
    fields = _read_mapping(path, "json" if path.suffix == ".json" else "yaml")
    try:
        return Report(**fields)
    except TypeError as error:
        raise UnreadableError(f"{path.parent.name}/{path.name}: {error}") from error


def _read_mapping(path: Path, file_format: TextFormat) -> dict[str, Any]:
    place = f"{path.parent.name}/{path.name}"
    try:
        content = load_text(read_bytes(path), file_format)
    except FileNotFoundError as error:
        raise UnreadableError(f"{place} is missing") from error
    except ValueError as error:
        raise UnreadableError(f"{place} is half written or damaged: {error}") from error
    if not isinstance(content, Mapping):
        raise UnreadableError(f"{place} is half written or damaged: it holds no fields")
    return dict(content)


def write_config(trial: Trial, directory: Path, file_format: TextFormat) -> None:
    """Write the configuration."""
    replace_file(directory / f"config.{file_format}", dump_text(trial.config, file_format))


def write_metadata(trial: Trial, directory: Path) -> None:
    """Write the metadata, and the parent's id where there is one."""
    fields = plain_data(asdict(trial.metadata))
    replace_file(directory / METADATA_FILE, json.dumps(fields).encode())
    if trial.metadata.previous_trial_id is not None:
        parent = trial.metadata.previous_trial_id.encode()
        replace_file(directory / PREVIOUS_TRIAL_FILE, parent)


def write_report(report: Report, directory: Path, file_format: TextFormat) -> None:
    """Write the report; of its error only the text."""
    fields = dict(vars(report))
    if fields["err"] is not None:
        fields["err"] = str(fields["err"])
    replace_file(directory / f"report.{file_format}", dump_text(fields, file_format))


def list_trial_ids(directory: Path) -> list[str]:
    """Ids of the trials in a `configs` directory; none where there is no such directory."""
    try:
        with os.scandir(directory) as entries:
            return [
                entry.name.removeprefix(CONFIG_PREFIX)
                for entry in entries
                if entry.name.startswith(CONFIG_PREFIX) and entry.is_dir()
            ]
    except (FileNotFoundError, NotADirectoryError):
        return []


def sampled_order(trial: Trial) -> tuple[float, str]:
    """Sorts trials as they were sampled; imported ones, which have no time of that, come first."""
    sampled = trial.metadata.time_sampled
    return (sampled if sampled == sampled else 0.0, trial.id)
