"""What dashboards cost the workers of a run: evaluations a minute with ten open and with none.

    python tests/benchmarks/bench_weight.py [--dashboards 10] [--seconds 1.0] [--pairs 5]

It needs real NePS in the same environment. Two workers evaluate trials that take a known time on
a new run each round; rounds with and without dashboards take turns. How fast they went is told by
the trials' own times. And what one dashboard reads is compared with what the workers write.
"""

from __future__ import annotations

import argparse
import os
import statistics
import subprocess
import sys
import tempfile
import time
from contextlib import ExitStack
from dataclasses import dataclass
from importlib.util import find_spec
from pathlib import Path

from measuring import DASHBOARD, verdict
from terminal import Terminal

from neps_state.reader import read_once

LEAST = 0.99
_WORKER = Path(__file__).with_name("neps_worker.py")
_WORKERS = 2
_WARM_UP = 3
"""Trials at the beginning that do not count."""


@dataclass(frozen=True)
class Round:
    """How one run went.

    Attributes:
        per_minute: Evaluations a minute.
        written: Bytes that the workers wrote.
        read: Bytes that one dashboard read from the run's beginning on; 0 without dashboards.
        processor: Seconds of a core that one dashboard took, for each second of the run.
    """

    per_minute: float
    written: int
    read: int = 0
    processor: float = 0.0


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--dashboards", type=int, default=10)
    parser.add_argument("--seconds", type=float, default=1.0, help="that a trial takes")
    parser.add_argument("--evaluations", type=int, default=40, help="of each worker")
    parser.add_argument("--pairs", type=int, default=5)
    given = parser.parse_args()
    if find_spec("neps") is None:
        print("this needs NePS: pip install torch neural-pipeline-search", file=sys.stderr)
        return 2
    with_some: list[Round] = []
    with_none: list[Round] = []
    for pair in range(given.pairs):
        # In turns, so that whatever else the machine does is borne by both.
        for count in (0, given.dashboards) if pair % 2 else (given.dashboards, 0):
            done = evaluate(count, given.evaluations, given.seconds)
            (with_some if count else with_none).append(done)
            print(f"{count:2} dashboards  {done.per_minute:7.2f} evaluations a minute", flush=True)
    print(
        f"{given.pairs} pairs, {_WORKERS} workers, trials of {given.seconds:g} s; one dashboard: "
        f"{statistics.median(each.processor for each in with_some):.1%} of a core"
    )
    pairs = zip(with_some, with_none, strict=True)
    ratio = statistics.median(some.per_minute / none.per_minute for some, none in pairs)
    share = statistics.median(each.read / each.written for each in with_some)
    print(f"one dashboard reads {share:.2f} times what the workers write")
    target = f"{ratio:.3f} of the evaluations without dashboards; at least {LEAST}"
    return 0 if verdict(target, is_met=ratio >= LEAST) else 1


def evaluate(dashboards: int, evaluations: int, seconds: float) -> Round:
    """Have a run evaluated, and look at it with some dashboards meanwhile."""
    with tempfile.TemporaryDirectory() as scratch, ExitStack() as opened:
        run = Path(scratch) / "run"
        screens = [
            opened.enter_context(Terminal([*DASHBOARD, str(run)])) for _ in range(dashboards)
        ]
        drain(screens, 3.0)
        workers = [
            opened.enter_context(start(run, number, evaluations, seconds))
            for number in range(_WORKERS)
        ]
        began, used = time.monotonic(), processor_of(screens)
        read, written = bytes_of(screens[:1], "rchar"), 0
        while any(worker.poll() is None for worker in workers):
            written = max(written, bytes_of(workers, "wchar"))
            drain(screens, 0.5)
        took = time.monotonic() - began
        if any(worker.returncode for worker in workers):
            raise RuntimeError("a worker has failed")
        return Round(
            per_minute(run),
            written,
            bytes_of(screens[:1], "rchar") - read,
            (processor_of(screens) - used) / took / max(1, dashboards),
        )


def start(run: Path, number: int, evaluations: int, seconds: float) -> subprocess.Popen[bytes]:
    """Start a real worker."""
    arguments = [str(run), f"worker_{number}", str(evaluations), str(seconds)]
    return subprocess.Popen(
        [sys.executable, str(_WORKER), *arguments],
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
        # As each dashboard: Linux shares a processor out by sessions first.
        start_new_session=True,
        env={**os.environ, "OMP_NUM_THREADS": "1", "PYTHONHASHSEED": "0"},
    )


def drain(screens: list[Terminal], seconds: float) -> None:
    """Take what dashboards write, as a terminal does."""
    deadline = time.monotonic() + seconds
    while time.monotonic() < deadline:
        for screen in screens:
            screen.read(0.0)
        time.sleep(0.02)


def per_minute(run: Path) -> float:
    """How fast a run went, by the times of its trials."""
    times = sorted(
        each.metadata.time_end
        for each in read_once(run).trials.values()
        if each.metadata.time_end is not None
    )[_WARM_UP:]
    return 60.0 * (len(times) - 1) / (times[-1] - times[0])


def processor_of(screens: list[Terminal]) -> float:
    """Seconds of processor that dashboards have taken."""
    return sum(screen.processor_seconds for screen in screens)


def bytes_of(processes: list[Terminal] | list[subprocess.Popen[bytes]], name: str) -> int:
    """Bytes that processes have read or written so far, as the kernel counts them."""
    total = 0
    for process in processes:
        try:
            lines = Path(f"/proc/{process.pid}/io").read_text().splitlines()
        except (FileNotFoundError, ProcessLookupError):
            continue
        total += int(dict(line.split(": ") for line in lines)[name])
    return total


if __name__ == "__main__":
    sys.exit(main())
