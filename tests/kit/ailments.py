"""Everything that doctor finds, made in copies of recorded runs."""

from __future__ import annotations

import json
import os
import shutil
from collections.abc import Callable
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

from outcome import Outcome

from neps_state import NePSState, OptimizationState, State, Trial
from neps_state.cache import parse_cache
from neps_state.layout import RunLayout
from neps_state.pickles import dump_state
from neps_state.run_files import read_optimizer_state

NOW = 1_795_455_182.0 + 90.0
"""A minute and a half after the last of the recorded runs ended."""
DEAD = 999_999_999


def load(root: Path) -> NePSState:
    return NePSState.create_or_load(root, load_only=True)


def cache_of(root: Path) -> Path:
    return RunLayout(root).cache


def directory(root: Path, trial_id: str) -> Path:
    return RunLayout(root).trial_directory(trial_id)


def known(root: Path, trial_id: str) -> Trial:
    return parse_cache(cache_of(root).read_bytes()).trials[trial_id]


def append(root: Path, data: bytes) -> None:
    with cache_of(root).open("ab") as cache:
        cache.write(data)


def change_metadata(root: Path, trial_id: str, **fields: Any) -> None:
    path = directory(root, trial_id) / "metadata.json"
    path.write_text(json.dumps(json.loads(path.read_text()) | fields))


def update(root: Path, trial_id: str, **fields: Any) -> None:
    """Change a trial's metadata in the cache and in its directory."""
    trial = load(root).lock_and_read_trials()[trial_id]
    trial.metadata = replace(trial.metadata, **fields)
    load(root).put_updated_trial(trial, hints="metadata")


def copy_trial(root: Path, trial_id: str, to: str, *, whole: bool = True) -> None:
    shutil.copytree(directory(root, trial_id), directory(root, to))
    if whole:
        change_metadata(root, to, id=to)


def edit_state(root: Path, change: Callable[[OptimizationState], None]) -> None:
    path = RunLayout(root).optimizer_state
    state = read_optimizer_state(path)
    change(state)
    path.write_bytes(dump_state(state))


def halve(path: Path) -> None:
    path.write_bytes(path.read_bytes()[: path.stat().st_size // 2])


def edit(path: Path, old: str, new: str) -> None:
    text = path.read_text()
    assert old in text
    path.write_text(text.replace(old, new))


def leave(path: Path, *, is_directory: bool = False) -> None:
    path.mkdir() if is_directory else path.write_text("half")
    os.utime(path, (NOW - 120, NOW - 120))


def replace_by_directory(path: Path) -> None:
    path.unlink()
    path.mkdir()


def lose_report(root: Path, trial_id: str) -> None:
    trial = known(root, trial_id)
    trial.report = None
    append(root, dump_state(trial))
    (directory(root, trial_id) / "report.yaml").unlink()


def end_in_directory_only(root: Path) -> None:
    """Trial 10 of the killed run ends, and the cache loses that."""
    shutil.copy(directory(root, "2") / "report.yaml", directory(root, "10"))
    change_metadata(root, "10", state="success", time_end=NOW)


def start_later_trial(root: Path, *, finished: bool) -> None:
    """The worker of trial 10 starts another one, with or without a past."""
    if not finished:
        for trial in load(root).lock_and_read_trials().values():
            if trial.metadata.time_end is not None:
                update(root, trial.id, evaluating_worker_id="somebody else")
    update(
        root,
        "11",
        state=State.EVALUATING,
        evaluating_worker_id=known(root, "10").metadata.evaluating_worker_id,
        time_started=NOW - 1,
    )


def sample_late(root: Path) -> None:
    """The last trial is sampled a minute after the others, and nobody counts those."""
    seen = known(root, "30").metadata
    update(root, "30", time_sampled=seen.time_sampled + 60, time_started=NOW, time_end=NOW)
    edit_state(root, lambda state: setattr(state.budget, "used_cost_budget", 0.5))


def cut_change_short(root: Path) -> None:
    crashed = load(root).lock_and_get_errors().errs[0].trial_id
    assert Outcome("reset", root, crashed, "--yes").status == 0
    (change,) = RunLayout(root).backups.iterdir()
    name = change.name.replace(f"-{os.getpid()}", f"-{DEAD}")
    change.rename(change.with_name(f".begun-{name}"))


def spoil_change(root: Path) -> None:
    cut_change_short(root)
    (change,) = RunLayout(root).backups.iterdir()
    halve(change / "trials.pkl")


def add_error(root: Path, trial_id: str) -> None:
    row = {"trial_id": trial_id, "worker_id": "w", "err_type": "E", "err": "[bold]", "tb": None}
    with RunLayout(root).errors.open("ab") as dump:
        dump.write(b"\n" + json.dumps(row).encode())


@dataclass(frozen=True)
class Ailment:
    """Something wrong, made in a copy of a run.

    Attributes:
        kind: What it is found as.
        make: Makes it.
        run: In which run.
        trials: The trials that are named.
        also: Kinds of what is wrong because of it.
        after: Kinds of what there is to say once it is mended.
    """

    kind: str
    make: Callable[[Path], object]
    run: str = "random-0.17"
    trials: tuple[str, ...] = ()
    also: frozenset[str] = frozenset()
    after: frozenset[str] = frozenset()


KEPT = frozenset({"put-aside"})

AILMENTS = {
    "the cache is a directory": Ailment(
        "cache-unreadable", lambda root: replace_by_directory(cache_of(root))
    ),
    "the cache holds junk": Ailment(
        "cache-damaged",
        lambda root: append(root, b"\x80\x05junk" + dump_state(known(root, "2"))),
        after=KEPT,
    ),
    "the cache holds something else": Ailment(
        "cache-damaged", lambda root: append(root, dump_state(["text"])), after=KEPT
    ),
    "the cache is torn": Ailment(
        "cache-torn", lambda root: append(root, dump_state(known(root, "2"))[:-9]), after=KEPT
    ),
    "the cache is missing": Ailment("cache-missing", lambda root: cache_of(root).unlink()),
    "the cache is empty": Ailment(
        "cache-missing", lambda root: cache_of(root).write_bytes(b""), after=KEPT
    ),
    "a directory is missing": Ailment(
        "directory-missing", lambda root: shutil.rmtree(directory(root, "2")), trials=("2",)
    ),
    "a directory is unknown": Ailment(
        "directory-unknown", lambda root: copy_trial(root, "2", "99"), trials=("99",)
    ),
    "a directory is empty": Ailment(
        "directory-empty", lambda root: directory(root, "99").mkdir(), trials=("99",)
    ),
    "a directory is a copy": Ailment(
        "id-duplicate",
        lambda root: copy_trial(root, "2", "2_backup", whole=False),
        trials=("2_backup",),
    ),
    "a file is in a directory's place": Ailment(
        "directory-incomplete", lambda root: directory(root, "99").touch(), trials=("99",)
    ),
    "metadata are missing": Ailment(
        "metadata-missing",
        lambda root: (directory(root, "2") / "metadata.json").unlink(),
        trials=("2",),
    ),
    "metadata are empty": Ailment(
        "metadata-damaged",
        lambda root: (directory(root, "2") / "metadata.json").write_bytes(b""),
        trials=("2",),
    ),
    "metadata are half": Ailment(
        "metadata-damaged",
        lambda root: halve(directory(root, "2") / "metadata.json"),
        trials=("2",),
    ),
    "metadata say another state": Ailment(
        "metadata-different",
        lambda root: change_metadata(root, "2", state="evaluating"),
        trials=("2",),
    ),
    "metadata say another worker": Ailment(
        "metadata-different",
        lambda root: change_metadata(root, "2", evaluating_worker_id="somebody"),
        trials=("2",),
    ),
    "metadata say another time": Ailment(
        "metadata-different", lambda root: change_metadata(root, "2", time_end=5.0), trials=("2",)
    ),
    "metadata are of another trial": Ailment(
        "metadata-different",
        lambda root: shutil.copy(directory(root, "4") / "metadata.json", directory(root, "2")),
        trials=("2",),
    ),
    "the cache has lost an end": Ailment(
        "metadata-ahead", end_in_directory_only, "killed-0.17", trials=("10",)
    ),
    "a report is missing": Ailment(
        "report-missing",
        lambda root: (directory(root, "2") / "report.yaml").unlink(),
        trials=("2",),
    ),
    "a report is half": Ailment(
        "report-damaged", lambda root: halve(directory(root, "2") / "report.yaml"), trials=("2",)
    ),
    "a report in JSON is half": Ailment(
        "report-damaged",
        lambda root: halve(directory(root, "2") / "report.json"),
        "json-0.17",
        trials=("2",),
    ),
    "a report of several objectives is of another trial": Ailment(
        "report-different",
        lambda root: shutil.copy(directory(root, "4") / "report.yaml", directory(root, "2")),
        "multiobjective-0.17",
        trials=("2",),
    ),
    "a report says another cost": Ailment(
        "report-different",
        lambda root: edit(directory(root, "2") / "report.yaml", "cost: ", "cost: 1"),
        trials=("2",),
    ),
    "a pending trial has a report": Ailment(
        "report-unexpected",
        lambda root: shutil.copy(directory(root, "2") / "report.yaml", directory(root, "11")),
        "killed-0.17",
        trials=("11",),
    ),
    "a config is missing": Ailment(
        "config-missing",
        lambda root: (directory(root, "2") / "config.yaml").unlink(),
        trials=("2",),
    ),
    "a config is half": Ailment(
        "config-damaged", lambda root: halve(directory(root, "2") / "config.yaml"), trials=("2",)
    ),
    "a success has no report": Ailment(
        "success-without-report",
        lambda root: lose_report(root, "2"),
        trials=("2",),
        also=frozenset({"counters-disagree"}),
    ),
    "a trial was abandoned": Ailment(
        "trial-abandoned",
        lambda root: start_later_trial(root, finished=True),
        "killed-0.17",
        trials=("10",),
    ),
    "a trial may have been abandoned": Ailment(
        "trial-suspected",
        lambda root: start_later_trial(root, finished=False),
        "killed-0.17",
        trials=("10",),
    ),
    "the error dump has junk in it": Ailment(
        "errors-unreadable", lambda root: edit(root / "shared_errors.jsonl", "\n", "\njunk\n")
    ),
    "the error dump is torn": Ailment(
        "errors-unreadable",
        lambda root: (root / "shared_errors.jsonl").open("a").write('\n{"trial_id'),
    ),
    "an error is of a success": Ailment(
        "errors-stale", lambda root: add_error(root, "2"), trials=("2",)
    ),
    "an error is of nobody": Ailment(
        "errors-stale", lambda root: add_error(root, "7" * 5000), trials=("7" * 5000,)
    ),
    "a crash has no row": Ailment(
        "errors-missing",
        lambda root: (root / "shared_errors.jsonl").unlink(),
        "killed-0.17",
        trials=("8",),
    ),
    "the optimizer's info is no YAML": Ailment(
        "optimizer-info-unreadable", lambda root: (root / "optimizer_info.yaml").write_text("{")
    ),
    "the optimizer's state is half": Ailment(
        "optimizer-state-unreadable", lambda root: halve(root / "optimizer_state.pkl")
    ),
    "the optimizer's state is missing": Ailment(
        "optimizer-state-unreadable", lambda root: (root / "optimizer_state.pkl").unlink()
    ),
    "the space is half": Ailment(
        "space-unreadable", lambda root: halve(root / "pipeline_space.pkl")
    ),
    "more was counted than is there": Ailment(
        "counters-disagree",
        lambda root: edit_state(root, lambda s: setattr(s.budget, "used_evaluations", 1000)),
    ),
    "less was counted than was sampled": Ailment(
        "counters-disagree",
        sample_late,
    ),
    "a time is in the future": Ailment(
        "time-in-future", lambda root: update(root, "2", time_end=NOW + 3600), trials=("2",)
    ),
    "a time is beyond all": Ailment(
        "time-in-future", lambda root: update(root, "2", time_end=10**300), trials=("2",)
    ),
    "an end is before its start": Ailment(
        "time-backwards",
        lambda root: update(
            root, "2", time_end=(known(root, "2").metadata.time_started or 0.0) - 5
        ),
        trials=("2",),
    ),
    "a write was killed": Ailment(
        "temporary-file",
        lambda root: leave(directory(root, "2") / f".metadata.json.{DEAD}-0123abcd.new"),
        trials=("2",),
    ),
    "a write beside the run's files was killed": Ailment(
        "temporary-file", lambda root: leave(root / f".shared_errors.jsonl.{DEAD}-0123abcd.new")
    ),
    "a trial was prepared, and nothing came of it": Ailment(
        "temporary-file", lambda root: leave(root / "configs/.new_77", is_directory=True)
    ),
    "a trial was prepared that is there": Ailment(
        "temporary-file", lambda root: leave(root / "configs/.new_2", is_directory=True)
    ),
    "something was put aside": Ailment(
        "put-aside", lambda root: (root / "configs/.trial_cache.pkl.damaged-123").touch()
    ),
    "a change was cut short": Ailment("change-cut-short", cut_change_short),
    "a change was being prepared": Ailment(
        "change-cut-short",
        lambda root: (
            (root / ".neps_tui/backups").mkdir(parents=True),
            leave(root / f".neps_tui/backups/.begun-x-{DEAD}", is_directory=True),
        ),
    ),
    "a change cannot be read": Ailment("change-unreadable", spoil_change),
}
