"""From a worker's write to the pixels: how long until the dashboard draws a report.

    python tests/benchmarks/bench_latency.py [--trials 1000 10000] [--repeat 40]

A worker process reports objectives, each the best so far, so that each is drawn in the table. The
clock starts when the report is written (and, in the second line, when the worker begins to write
it: locks, two files, and syncs included). In the second round the cache is rewritten in place, as
NePS does now and then, shortly before each report.
"""

from __future__ import annotations

import argparse
import subprocess
import sys
from pathlib import Path

from measuring import DASHBOARD, copied_run, milliseconds, p95, verdict
from terminal import Terminal

MOST = 0.150
MOST_APART = 1.5
_PAUSE = 0.6
WORKER = Path(__file__).with_name("worker.py")


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--trials", type=int, nargs="+", default=[1_000, 10_000])
    parser.add_argument("--repeat", type=int, default=40)
    given = parser.parse_args()
    tails: list[float] = []
    for trials in given.trials:
        for consolidating in (False, True):
            with copied_run(trials) as run:
                latencies, whole = measure(run, given.repeat, consolidating=consolidating)
            kind = "cache rewritten before each" if consolidating else "cache appended to"
            print(f"{trials:6} trials, {kind}: {given.repeat} reports")
            print(f"    since it was written      {milliseconds(latencies)}")
            print(f"    since the write began     {milliseconds(whole)}")
            tails.append(p95(latencies))
    worst, apart = max(tails), max(tails[::2]) / min(tails[::2])
    target = f"p95 is {worst * 1e3:.0f} ms at the most; at most {MOST * 1e3:.0f} ms"
    is_met = verdict(target, is_met=worst <= MOST)
    target = f"p95 of the sizes differ by a factor of {apart:.2f}; at most {MOST_APART}"
    return 0 if verdict(target, is_met=apart <= MOST_APART) and is_met else 1


def measure(run: Path, repeat: int, *, consolidating: bool) -> tuple[list[float], list[float]]:
    """Seconds from each of some reports until it is drawn: from the end and the start of it."""
    latencies: list[float] = []
    whole: list[float] = []
    command = [sys.executable, str(WORKER), str(run)]
    pipe = subprocess.PIPE
    with (
        subprocess.Popen(command, stdin=pipe, stdout=pipe, text=True) as worker,
        Terminal([*DASHBOARD, str(run)]) as terminal,
    ):
        assert worker.stdin is not None
        assert worker.stdout is not None
        worker.stdout.readline()
        terminal.wait_for("Evaluated", since=0)
        terminal.read_for(2.0)
        for number in range(repeat):
            print("prepare", file=worker.stdin, flush=True)
            worker.stdout.readline()
            if consolidating:
                print("consolidate", file=worker.stdin, flush=True)
                worker.stdout.readline()
            # Not in step with any timer of the dashboard.
            terminal.read_for(_PAUSE + number * 0.037 % 0.5)
            objective = f"{(7901 - 30 * number) / 100_000:.5f}"  # ends in a digit, not in a zero
            print("report", objective, file=worker.stdin, flush=True)
            seen = terminal.wait_for(objective)
            before, after = map(float, worker.stdout.readline().split())
            latencies.append(seen - after)
            whole.append(seen - before)
        worker.stdin.close()
    return latencies, whole


if __name__ == "__main__":
    sys.exit(main())
