"""What is read of a run to be examined, once, without a lock and without a trace."""

from __future__ import annotations

import os
import time
from collections.abc import Callable, Collection, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from types import MappingProxyType
from typing import TypeVar

from neps_state import OptimizationState, OptimizerInfo, Trial, UnreadableError
from neps_state.cache import CacheContents, parse_cache
from neps_state.errors import lines_that_stop_neps
from neps_state.files import read_bytes
from neps_state.layout import CONFIG_PREFIX, RunLayout
from neps_state.run_files import read_optimizer_info, read_optimizer_state, read_pipeline_space
from neps_state.snapshot import Phase, RunSnapshot
from neps_state.space import SearchSpaceTree, space_tree

T = TypeVar("T")

_TRIES, _BETWEEN_TRIES = 4, 0.02


@dataclass(frozen=True, slots=True)
class Evidence:
    """One look at a run.

    Args:
        layout: Where things lie.
        now: When it was looked at, seconds since the epoch.
        cache: What the cache holds; None if it is missing or cannot be read.
        root_names: What the run's directory holds.
        configs_names: What `configs` holds.
        listings: What the directories of trials hold, by the trials' ids.
        errors: The error dump as it is; None if there is none, or it cannot be read.
        info: Who optimizes, if that could be read.
        state: The optimizer's state, if it could be read.
        space: The search space, if it could be read.
        flaws: Why files cannot be read, by their paths relative to the run.
        denied: Why files and directories may not even be looked at, likewise.
    """

    layout: RunLayout
    now: float
    cache: CacheContents | None
    root_names: tuple[str, ...]
    configs_names: tuple[str, ...]
    listings: Mapping[str, tuple[str, ...]]
    errors: bytes | None
    info: OptimizerInfo | None
    state: OptimizationState | None
    space: SearchSpaceTree | None
    flaws: Mapping[str, str]
    denied: Mapping[str, str]

    @property
    def trials(self) -> Mapping[str, Trial]:
        """The trials that the cache knows."""
        return {} if self.cache is None else self.cache.trials

    @property
    def knows_trials(self) -> bool:
        """Whether a trial that is not in the cache is not in the run."""
        if self.cache is None or self.cache.damage:
            return False
        return bool(self.cache.trials) or not any(map(_is_of_trial, self.configs_names))

    @property
    def ids_on_disk(self) -> list[str]:
        """Ids of the trials whose directories, or what stands in their place, are there."""
        return [
            name.removeprefix(CONFIG_PREFIX) for name in self.configs_names if _is_of_trial(name)
        ]

    @property
    def snapshot(self) -> RunSnapshot:
        """The same as the screens see a run."""
        return RunSnapshot(
            self.layout.root,
            Phase.RUN,
            trials=MappingProxyType(dict(self.trials)),
            optimizer_info=self.info,
            optimizer_state=self.state,
            space=self.space,
        )


def gather(root: Path, now: float, only: Collection[str] | None = None) -> Evidence:
    """Look at a run.

    Args:
        root: The run's directory.
        now: Seconds since the epoch.
        only: Ids of the trials whose directories are to be looked into; None for all.
    """
    return _Gathering(RunLayout(root)).gather(now, only)


@dataclass(slots=True)
class _Gathering:
    """Reads one thing after the other, and notes what could not be read."""

    layout: RunLayout
    flaws: dict[str, str] = field(default_factory=dict)
    denied: dict[str, str] = field(default_factory=dict)

    def gather(self, now: float, only: Collection[str] | None) -> Evidence:
        layout = self.layout
        # Before the directories: a trial comes to the cache first.
        cache = self._read(layout.cache, _read_cache, _is_whole_cache)
        configs_names = self._names_in(layout.configs)
        listings = {}
        for name in configs_names:
            trial_id = name.removeprefix(CONFIG_PREFIX)
            if _is_of_trial(name) and (only is None or trial_id in only):
                listings[trial_id] = self._names_in(layout.configs / name)
        return Evidence(
            layout=layout,
            now=now,
            cache=cache,
            root_names=self._names_in(layout.root),
            configs_names=configs_names,
            listings=listings,
            errors=self._read(layout.errors, read_bytes, _is_whole_dump),
            info=self._read(layout.optimizer_info, read_optimizer_info),
            state=self._read(layout.optimizer_state, read_optimizer_state),
            space=self._read(layout.pipeline_space, _read_space),
            flaws=self.flaws,
            denied=self.denied,
        )

    def _read(
        self, path: Path, read: Callable[[Path], T], is_whole: Callable[[T], bool] = bool
    ) -> T | None:
        """Read a file, a few times if NePS seems to have emptied it just then to write it anew."""
        place = self._place(path)
        found = None
        for _ in range(_TRIES):
            self.flaws.pop(place, None)
            found = self._read_once(path, read)
            if place not in self.flaws and (found is None or is_whole(found)):
                break
            time.sleep(_BETWEEN_TRIES)
        return found

    def _read_once(self, path: Path, read: Callable[[Path], T]) -> T | None:
        try:
            return read(path)
        except FileNotFoundError:
            return None
        except UnreadableError as error:
            self.flaws[self._place(path)] = str(error).removeprefix(f"{path.name}: ")
        except OSError as error:
            self.denied[self._place(path)] = error.strerror or str(error)
        except Exception as error:  # noqa: BLE001  # what somebody made up may raise anything
            self.flaws[self._place(path)] = f"{type(error).__name__}: {error}"
        return None

    def _names_in(self, directory: Path) -> tuple[str, ...]:
        try:
            return tuple(os.listdir(directory))
        except (FileNotFoundError, NotADirectoryError):
            # What should be there and is not is told of where it is missed.
            return ()
        except OSError as error:
            self.denied[self._place(directory)] = error.strerror or str(error)
        return ()

    def _place(self, path: Path) -> str:
        return str(path.relative_to(self.layout.root))


def _is_of_trial(name: str) -> bool:
    return name.startswith(CONFIG_PREFIX)


def _read_cache(path: Path) -> CacheContents:
    return parse_cache(read_bytes(path))


def _is_whole_cache(contents: CacheContents) -> bool:
    return bool(contents.trials) and not contents.damage


def _is_whole_dump(data: bytes) -> bool:
    return bool(data) and not lines_that_stop_neps(data)


def _read_space(path: Path) -> SearchSpaceTree | None:
    try:
        return space_tree(read_pipeline_space(path))
    except (AttributeError, RecursionError, TypeError, ValueError) as error:
        raise UnreadableError("it holds no space of a known shape") from error
