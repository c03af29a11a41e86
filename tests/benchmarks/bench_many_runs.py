"""A folder of many runs: how long until the first are read, a screenful of them, and all.

    python tests/benchmarks/bench_many_runs.py [--runs 100] [--trials 1000] [--repeat 5]

Beside it, how long one process takes only to unpickle the caches of all runs, inertly: no reading
of trials can be faster than that.
"""

from __future__ import annotations

import argparse
import gc
import os
import re
import shutil
import statistics
import sys
import tempfile
import time
from collections.abc import Callable
from pathlib import Path

import pyte
from measuring import DASHBOARD, kept_run, milliseconds, verdict
from terminal import Terminal

from neps_state.layout import RunLayout
from neps_state.pickles import RecordStream

MOST = 1.0
_READ = re.compile(r"(\d+) runs · (\d+) of them read")
_SCREENFUL = 20


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--runs", type=int, default=100)
    parser.add_argument("--trials", type=int, default=1_000)
    parser.add_argument("--repeat", type=int, default=5)
    given = parser.parse_args()
    whole: list[float] = []
    screenful: list[float] = []
    bare: list[float] = []
    with tempfile.TemporaryDirectory() as scratch:
        folder = Path(scratch)
        make_runs(folder, given.runs, given.trials)
        for _ in range(given.repeat):
            some, all_of_them = seconds_to_read(folder, given.runs)
            screenful.append(some)
            whole.append(all_of_them)
            bare.append(seconds_to_unpickle(folder))
    print(f"{given.runs} runs of {given.trials} trials, {given.repeat} times, 160x48")
    print(f"{_SCREENFUL} of them are read      {milliseconds(screenful)}")
    print(f"all of them are read     {milliseconds(whole)}")
    print(f"their caches unpickled   {milliseconds(bare)}")
    median = statistics.median(whole)
    target = f"all are read after {median:.2f} s; at most {MOST:g}"
    return 0 if verdict(target, is_met=median <= MOST) else 1


def make_runs(folder: Path, runs: int, trials: int) -> None:
    """Copy a run; its trials' own files are the same ones in all copies, as nobody writes them."""
    for number in range(1, runs + 1):
        shutil.copytree(kept_run(trials), folder / f"run_{number}", copy_function=os.link)


def seconds_to_read(folder: Path, runs: int) -> tuple[float, float]:
    """How long it takes until a screenful of runs is read, and until all are, from the start."""
    with Terminal([*DASHBOARD, str(folder)]) as terminal:
        terminal.wait_for(f"{runs} runs", since=0, timeout=60.0)
        terminal.settle(1.5, timeout=60.0)
    moments = [terminal.first_moment(reads(count, runs)) for count in (_SCREENFUL, runs)]
    if None in moments:
        raise RuntimeError(f"they were never read; there was\n{terminal.text()}")
    some, all_of_them = (moment - terminal.started for moment in moments if moment is not None)
    return some, all_of_them


def reads(count: int, runs: int) -> Callable[[pyte.Screen], bool]:
    """A predicate: whether so many runs have been read, by what the first line says."""

    def holds(screen: pyte.Screen) -> bool:
        title = screen.display[0]
        if f"{runs} runs" not in title:
            return False
        still = _READ.search(title)
        return still is None or int(still[2]) >= count

    return holds


def seconds_to_unpickle(folder: Path) -> float:
    """How long it takes only to unpickle the caches, into stand-ins of trials."""
    gc.disable()
    started = time.monotonic()
    for run in folder.iterdir():
        RecordStream(RunLayout(run).cache.read_bytes(), is_trusted=True).read()
    took = time.monotonic() - started
    gc.enable()
    return took


if __name__ == "__main__":
    sys.exit(main())
