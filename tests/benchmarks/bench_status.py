"""`neps-tui status` against NePS's own `python -m neps.status`, each in a process of its own.

    python tests/benchmarks/bench_status.py [--trials 10000] [--neps PYTHON] [--repeat 7]

`--neps` is a Python that has NePS; by default this one.
"""

from __future__ import annotations

import argparse
import statistics
import subprocess
import sys
import time
from collections.abc import Sequence

from measuring import DASHBOARD, kept_run, milliseconds, verdict

MOST = 0.1


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--trials", type=int, default=10_000)
    parser.add_argument("--neps", default=sys.executable, help="a Python that has NePS")
    parser.add_argument("--repeat", type=int, default=7)
    given = parser.parse_args()
    run = str(kept_run(given.trials))
    ours: list[float] = []
    theirs: list[float] = []
    bare: list[float] = []
    seconds_of([*DASHBOARD, "status", run])
    for _ in range(given.repeat):
        ours.append(seconds_of([*DASHBOARD, "status", run]))
        theirs.append(seconds_of([given.neps, "-m", "neps.status", run]))
        bare.append(seconds_of([sys.executable, "-c", "pass"]))
    print(f"{given.trials} trials, {given.repeat} pairs")
    print(f"neps-tui status         {milliseconds(ours)}")
    print(f"python -m neps.status   {milliseconds(theirs)}")
    print(f"python -c pass          {milliseconds(bare)}")
    ratio = statistics.median(one / other for one, other in zip(ours, theirs, strict=True))
    target = f"status takes {ratio:.3f} of what NePS's takes; at most {MOST}"
    return 0 if verdict(target, is_met=ratio <= MOST) else 1


def seconds_of(command: Sequence[str]) -> float:
    """How long a command takes."""
    started = time.monotonic()
    subprocess.run(command, check=True, stdout=subprocess.DEVNULL)
    return time.monotonic() - started


if __name__ == "__main__":
    sys.exit(main())
