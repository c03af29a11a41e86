"""A small run in which a file holds what it should not, and every way of looking at one."""

from __future__ import annotations

import contextlib
import functools
import io
import shutil
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

from neps_state import NePSError, NePSState
from neps_state.reader import RunReader
from neps_tui import cli
from neps_tui.commands import doctoring
from neps_tui.doctor.examine import examine
from neps_tui.facts.fold import RunFold
from neps_tui.facts.records import optimizer_record, status_record, to_json, trial_record
from neps_tui.view import RunView

TRIAL = "8"
"""The trial whose own files are spoilt: crashed, so that it has all of them."""
RECORDED = Path(__file__).resolve().parent.parent / "data" / "runs" / "killed-0.17"
_TRIALS_OWN = ("config", "report", "metadata", "previous_trial_id")
_OF_CHANGES = ("change.json", "trials.pkl", "errors.jsonl")
_NOW = 1_795_448_100.0

PLACES: Mapping[str, tuple[str, ...]] = {
    "cache": ("instead", "appended"),
    "optimizer_state.pkl": ("instead",),
    "pipeline_space.pkl": ("instead",),
    "optimizer_info.yaml": ("instead",),
    "shared_errors.jsonl": ("instead", "appended"),
    "config.yaml": ("known to the cache", "without a cache"),
    "config.json": ("known to the cache", "without a cache"),
    "report.yaml": ("known to the cache", "without a cache"),
    "report.json": ("known to the cache", "without a cache"),
    "metadata.json": ("known to the cache", "without a cache"),
    "previous_trial_id.txt": ("known to the cache", "without a cache"),
    "change.json": ("done", "begun"),
    "trials.pkl": ("done", "begun"),
    "errors.jsonl": ("done", "begun"),
}
"""Every file format of a run, and how a file of it can lie in one."""


def make_template(root: Path) -> Path:
    """A small recorded run in which a reset was done and a removal has only begun."""
    shutil.copytree(RECORDED, root)
    state = NePSState.create_or_load(root, load_only=True)
    trials = state.lock_and_read_trials()
    state.lock_and_reset_trials([trials["6"]], force=True)
    (done,) = state.history.changes()
    shutil.copytree(done.directory, done.directory.with_name(f".begun-{done.id}"))
    for lock in root.glob(".*.lock"):
        lock.unlink()
    return root


def spoil(root: Path, place: str, data: bytes, how: str) -> None:
    """Put a file into a copy of the template.

    Args:
        root: The run.
        place: The file's format, of `PLACES`.
        data: What it holds.
        how: How it lies there, of what `PLACES` says.
    """
    for path in _paths(root, place, how):
        before = path.read_bytes() if how == "appended" and path.exists() else b""
        path.write_bytes(before + data)
    if how == "without a cache":
        (root / "configs/.trial_cache.pkl").unlink()


def _paths(root: Path, place: str, how: str) -> Iterator[Path]:
    if place == "cache":
        yield root / "configs/.trial_cache.pkl"
    elif place in _OF_CHANGES:
        pattern = ".begun-*" if how == "begun" else "2*"
        yield from (each / place for each in (root / ".neps_tui/backups").glob(pattern))
    elif place.partition(".")[0] in _TRIALS_OWN:
        directory = root / f"configs/config_{TRIAL}"
        for other in directory.glob(f"{place.partition('.')[0]}.*"):
            other.unlink()
        yield directory / place
    else:
        yield root / place


def look_at(root: Path) -> list[str]:
    """Look at a run in every way in which looking must never fail.

    Returns:
        Failures of the doctor's examinations: it catches them, but there should be none.
    """
    clock = iter(range(0, 1000, 10))
    reader = RunReader(root, clock=lambda: _NOW + next(clock))
    fold = RunFold()
    for _ in range(3):
        snapshot = reader.poll()
        view = RunView(snapshot, fold.fold(snapshot))
    reader.directories()
    for trial in view.snapshot.trials.values():
        to_json(trial_record(trial, view.snapshot, view.summary))
    to_json(status_record(view.snapshot, view.summary, _NOW))
    to_json(optimizer_record(view.snapshot, view.summary))
    findings = examine(root, may_probe=False, wait=lambda seconds: None)
    return [str(each) for each in findings if each.kind == "examination-failed"]


def use(root: Path) -> None:
    """Use a run through the core, which may refuse to, but for a reason of its own."""
    uses: tuple[Callable[[NePSState], object], ...] = (
        lambda state: state.history.changes(),
        lambda state: state.history.undoable(),
        lambda state: state.history.unreadable(),
        lambda state: [change.read_edit() for change in state.history.changes()],
        lambda state: state.lock_and_get_optimizer_state(),
        lambda state: state.lock_and_get_global_budgets(),
        lambda state: state.lock_and_get_search_space(),
        lambda state: state.lock_and_get_errors(),
        lambda state: state.lock_and_read_trials(),
        lambda state: state.lock_and_get_next_pending_trial(3),
        lambda state: state.lock_and_finish_changes(),
        lambda state: state.lock_and_undo(),
    )
    with contextlib.suppress(NePSError, OSError):
        state = NePSState.create_or_load(root, load_only=True)
        for each in uses:
            with contextlib.suppress(NePSError, OSError):
                each(state)


COMMANDS: tuple[Sequence[str], ...] = (
    ("status",),
    ("status", "--json"),
    ("trials",),
    ("trials", "--json"),
    ("trials", "--csv"),
    ("trials", "--sort", "-error,took,id", "--where", "objective<1e9 | error~a"),
    ("trial", TRIAL),
    ("trial", TRIAL, "--json"),
    ("errors",),
    ("errors", "--json"),
    ("optimizer",),
    ("optimizer", "--json"),
    ("undo", "--list"),
    ("undo", "--dry-run"),
    ("reset", "--state", "crashed", "--abandoned", "--dry-run"),
    ("doctor",),
    ("doctor", "--json"),
)
"""Commands that only look; the first word's operand, the run, is left out."""


@dataclass(frozen=True, slots=True)
class Ended:
    """How a command ended."""

    status: int
    out: str
    err: str


def command(root: Path, words: Sequence[str]) -> Ended:
    """Run a command in this process, as the command line does, without its pauses."""
    out, err = io.StringIO(), io.StringIO()
    doctoring.examine = functools.partial(examine, wait=lambda seconds: None)  # type: ignore[assignment]
    try:
        with contextlib.redirect_stdout(out), contextlib.redirect_stderr(err):
            status = cli.main([words[0], str(root), *words[1:]])
    finally:
        doctoring.examine = examine
    return Ended(int(status), out.getvalue(), err.getvalue())
