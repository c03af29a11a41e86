"""Every file name of a run directory, once."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

CONFIG_PREFIX = "config_"
METADATA_FILE = "metadata.json"
PREVIOUS_TRIAL_FILE = "previous_trial_id.txt"
CACHE_FILE = ".trial_cache.pkl"
UNFINISHED_PREFIX = ".new_"
"""A trial's directory while it is being filled; never seen as a trial by anyone."""


@dataclass(frozen=True, slots=True)
class RunLayout:
    """Where things lie in a run directory.

    Args:
        root: The `root_directory` given to `neps.run`.
    """

    root: Path

    @property
    def optimizer_info(self) -> Path:
        """Name and arguments of the optimizer; its presence makes a directory a run."""
        return self.root / "optimizer_info.yaml"

    @property
    def optimizer_state(self) -> Path:
        """Budget, random states, worker ids."""
        return self.root / "optimizer_state.pkl"

    @property
    def pipeline_space(self) -> Path:
        """The search space; absent in runs of old versions."""
        return self.root / "pipeline_space.pkl"

    @property
    def configs(self) -> Path:
        """One directory a trial, and the cache."""
        return self.root / "configs"

    @property
    def cache(self) -> Path:
        """The workers' source of truth about trials."""
        return self.configs / CACHE_FILE

    @property
    def errors(self) -> Path:
        """The error dump, one JSON object a line."""
        return self.root / "shared_errors.jsonl"

    @property
    def trial_lock(self) -> Path:
        """Held around every read and write of trials."""
        return self.root / ".configs.lock"

    @property
    def optimizer_lock(self) -> Path:
        """Held for as long as sampling takes."""
        return self.root / ".optimizer.lock"

    @property
    def error_lock(self) -> Path:
        """Held around every read and write of the error dump."""
        return self.root / ".errors.lock"

    @property
    def backups(self) -> Path:
        """What a change by this package took away, kept."""
        return self.root / ".neps_tui" / "backups"

    def trial_directory(self, trial_id: str) -> Path:
        """Where a trial's own files lie."""
        return self.configs / f"{CONFIG_PREFIX}{trial_id}"

    def is_run(self) -> bool:
        """Whether a NePS run lies here."""
        return self.optimizer_info.is_file()
