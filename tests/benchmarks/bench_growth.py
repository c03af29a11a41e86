"""How each cost grows with the number of trials, from a thousand to a million.

    python tests/benchmarks/bench_growth.py [--trials 1000 10000 100000 1000000] [--repeat 3]

The runs have a cache and no files of single trials, which nobody reads while there is a cache. A
million of them takes minutes to be made, once.
"""

from __future__ import annotations

import argparse
import math
import os
import statistics
import sys
import tempfile
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path

from bench_first_screen import best_trials, is_painted, shows
from measuring import DASHBOARD, kept_run
from terminal import Terminal

from neps_state.reader import RunReader

_WIDTH = 40
_PATIENCE = 600.0
_EXPLAINED = {
    "status": "Python starts in 0.1 s; then each trial is unpickled, checked and added up once",
    "memory of status": "each trial is four objects and their dicts, all its values among them",
    "first cells": "half a second is waited at the most, less where reading takes long",
    "trials on the screen": "as `status`, and each trial is put in its place in the table",
    "memory of the dashboard": "as `status`, and the order of the table and the plot's points",
    "sorting by a key": "each value is asked for, all are sorted; above 10,000 in a thread",
}


@dataclass(frozen=True)
class Costs:
    """What one size of a run costs: seconds, and bytes at the most."""

    seconds: dict[str, float]
    memory: dict[str, float]


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__)
    sizes = [1_000, 10_000, 100_000, 1_000_000]
    parser.add_argument("--trials", type=int, nargs="+", default=sizes)
    parser.add_argument("--repeat", type=int, default=3)
    given = parser.parse_args()
    costs = []
    for trials in given.trials:
        run = kept_run(trials, has_files=False)
        costs.append(median_of([measure(run) for _ in range(given.repeat)]))
        print(f"{trials} trials measured {given.repeat} times", flush=True)
    for name in costs[0].seconds:
        show(name, given.trials, [each.seconds[name] for each in costs], seconds)
    for name in costs[0].memory:
        show(name, given.trials, [each.memory[name] for each in costs], mebibytes)
    return 0


def measure(run: Path) -> Costs:
    """Look at a run once by each way."""
    status, status_memory = status_of(run)
    best = best_trials(RunReader(run).poll().trials.values())
    with (
        # The sorting is remembered, and the next run would come up in it.
        tempfile.TemporaryDirectory() as state,
        Terminal([*DASHBOARD, str(run)], environment={"XDG_STATE_HOME": state}) as terminal,
    ):
        given_up = time.monotonic() + _PATIENCE
        while (trials := terminal.first_moment(shows(best))) is None:
            terminal.read_for(0.2)
            if time.monotonic() > given_up:
                raise TimeoutError(f"the trials never came; there was\n{terminal.text()}")
        terminal.rest(timeout=_PATIENCE)
        cells = terminal.first_moment(is_painted) or math.nan
        memory = terminal.resident_bytes
        pressed = terminal.send("s")
        sorting = terminal.rest(timeout=_PATIENCE) - pressed
    return Costs(
        {
            "status": status,
            "first cells": cells - terminal.started,
            "trials on the screen": trials - terminal.started,
            "sorting by a key": sorting,
        },
        {"memory of status": status_memory, "memory of the dashboard": float(memory)},
    )


def status_of(run: Path) -> tuple[float, float]:
    """Seconds and bytes at the most that `neps-tui status` takes."""
    started = time.monotonic()
    pid = os.posix_spawn(
        sys.executable,
        [*DASHBOARD, "status", str(run)],
        os.environ,
        file_actions=[(os.POSIX_SPAWN_OPEN, 1, os.devnull, os.O_WRONLY, 0)],
    )
    _, code, usage = os.wait4(pid, 0)
    if code:
        raise RuntimeError(f"status ended with {code}")
    return time.monotonic() - started, usage.ru_maxrss * 1024.0


def median_of(costs: Sequence[Costs]) -> Costs:
    """The median of each cost."""
    return Costs(
        {
            name: statistics.median(each.seconds[name] for each in costs)
            for name in costs[0].seconds
        },
        {name: statistics.median(each.memory[name] for each in costs) for name in costs[0].memory},
    )


def show(
    name: str, sizes: Sequence[int], values: Sequence[float], said: Callable[[float], str]
) -> None:
    """Plot a cost over the number of trials, both logarithmic: a step to the right is a tenfold."""
    print(f"\n{name}: {_EXPLAINED[name]}")
    low, high = math.log10(min(values)), math.log10(max(values))
    for size, value in zip(sizes, values, strict=True):
        share = (math.log10(value) - low) / (high - low) if high - low > 0.1 else 0.0
        print(f"{size:>9}  {'·' * round(_WIDTH * share)}•  {said(value)}")


def seconds(value: float) -> str:
    """Seconds as a person reads them."""
    return f"{value:.2f} s"


def mebibytes(value: float) -> str:
    """Bytes as a person reads them."""
    return f"{value / (1 << 20):.0f} MiB"


if __name__ == "__main__":
    sys.exit(main())
