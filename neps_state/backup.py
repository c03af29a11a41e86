"""Keeping what a change is about to take away, before it does."""

from __future__ import annotations

import json
import os
import shutil
from collections.abc import Iterable, Sequence
from dataclasses import asdict
from datetime import UTC, datetime
from pathlib import Path

from neps_state.errors import ErrDump
from neps_state.files import replace_file
from neps_state.layout import CONFIG_PREFIX, METADATA_FILE, RunLayout
from neps_state.pickles import dump_state
from neps_state.trial import Trial
from neps_state.trial_files import report_path

TRIALS_FILE = "trials.pkl"
ERRORS_FILE = "errors.jsonl"
CHANGE_FILE = "change.json"


def keep(layout: RunLayout, action: str, trials: Sequence[Trial], errors: ErrDump) -> Path:
    """Copy what a change of these trials will take away.

    Args:
        layout: The run.
        action: What is about to be done, in one word.
        trials: The trials as they are now.
        errors: Their rows of the error dump.

    Returns:
        The new directory, below the run's own, that keeps it all.
    """
    now = datetime.now(UTC)
    kept = layout.backups / f"{now:%Y%m%dT%H%M%S.%fZ}-{action}-{os.getpid()}"
    kept.mkdir(parents=True)
    for trial in trials:
        _copy_own_files(layout, trial.id, kept)
    replace_file(kept / TRIALS_FILE, dump_state(list(trials)))
    rows = [json.dumps(asdict(error)).encode() for error in errors.errs]
    replace_file(kept / ERRORS_FILE, b"\n".join(rows))
    change = {"action": action, "time": now.timestamp(), "trials": [each.id for each in trials]}
    replace_file(kept / CHANGE_FILE, json.dumps(change).encode())
    return kept


def _copy_own_files(layout: RunLayout, trial_id: str, kept: Path) -> None:
    directory = layout.trial_directory(trial_id)
    files: Iterable[Path | None] = (directory / METADATA_FILE, report_path(directory))
    copies = kept / f"{CONFIG_PREFIX}{trial_id}"
    for path in files:
        if path is not None and path.exists():
            copies.mkdir(exist_ok=True)
            shutil.copy2(path, copies)
