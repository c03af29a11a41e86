"""The dashboard for an hour beside a worker that ends a trial every 50 ms.

    python tests/benchmarks/soak.py [--minutes 60] [--trials 1000] [--every 0.05]

The worker evaluates the same trials again and again, so that whatever grows is no part of the run.
Once a minute: memory, descriptors, threads, processor, and how long a report takes to the screen.
"""

from __future__ import annotations

import argparse
import itertools
import os
import statistics
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from bench_latency import WORKER
from measuring import DASHBOARD, copied_run, verdict
from terminal import Terminal

from neps_state import NePSState, State, Trial

_REPORTS = 5
_LOOKS = 20
_MOST_GROWTH = 1.10
_MOST_SLOWER = 1.5


@dataclass(frozen=True)
class Sample:
    """The dashboard at one moment."""

    resident: int
    descriptors: int
    threads: int
    processor: float
    latency: float


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--minutes", type=float, default=60.0)
    parser.add_argument("--trials", type=int, default=1_000)
    parser.add_argument("--every", type=float, default=0.05)
    parser.add_argument("--writer", type=Path, help="be the worker on this run")
    given = parser.parse_args()
    if given.writer is not None:
        evaluate_for_ever(given.writer, given.every)
    with copied_run(given.trials) as run:
        samples = watch(run, given.minutes, given.every)
    return 0 if judge(samples) else 1


def evaluate_for_ever(root: Path, every: float) -> None:
    """Take and end one trial after the other, each again once all have had their turn."""
    state = NePSState.create_or_load(root, load_only=True)
    trials = [each for each in state.lock_and_read_trials().values() if each.state is State.SUCCESS]
    due = time.monotonic()
    for number, trial in enumerate(itertools.cycle(trials)):
        evaluate(state, trial, 0.1 + number * 0.618 % 1.0)
        due += every
        time.sleep(max(0.0, due - time.monotonic()))


def evaluate(state: NePSState, trial: Trial, objective: float) -> None:
    """Evaluate a trial once more."""
    worker = f"worker_{hash(trial.id) % 4}"
    trial.reset()
    trial.set_evaluating(time_started=time.time(), worker_id=worker)
    state.put_updated_trial(trial, hints="metadata")
    report = trial.set_complete(
        report_as="success",
        time_end=time.time(),
        objective_to_minimize=objective,
        cost=1.0,
        learning_curve=None,
        err=None,
        tb=None,
        extra=None,
        evaluation_duration=0.01,
    )
    state.lock_and_report_trial_evaluation(trial, report, worker_id=worker)


def watch(run: Path, minutes: float, every: float) -> list[Sample]:
    """What the dashboard takes, once a minute."""
    writer: list[str | Path] = [sys.executable, __file__]
    writer += ["--writer", run, "--every", str(every)]
    pipe = subprocess.PIPE
    samples: list[Sample] = []
    with (
        ended(subprocess.Popen(writer, text=True)),
        ended(
            subprocess.Popen([sys.executable, WORKER, run], stdin=pipe, stdout=pipe, text=True)
        ) as worker,
        Terminal([*DASHBOARD, str(run)]) as terminal,
    ):
        assert worker.stdout is not None
        worker.stdout.readline()
        terminal.wait_for("Evaluated", since=0)
        best = 0.08999
        print("minute   resident  descriptors  threads  processor    report to screen", flush=True)
        for minute in range(max(1, round(minutes))):
            used, began = terminal.processor_seconds, time.monotonic()
            latencies = []
            for _ in range(_REPORTS):
                terminal.read_for(min(60.0, minutes * 60.0) / _REPORTS - 0.5)
                terminal.chunks.clear()
                best -= 0.0002  # so that it never ends in a zero, which is not drawn
                latencies.append(report(worker, terminal, f"{best:.5f}"))
            share = (terminal.processor_seconds - used) / (time.monotonic() - began)
            sample = sampled(terminal, share, statistics.median(latencies))
            samples.append(sample)
            print(
                f"{minute + 1:6} {sample.resident / (1 << 20):6.1f} MiB {sample.descriptors:12} "
                f"{sample.threads:8} {share:10.1%} {sample.latency * 1e3:16.0f} ms",
                flush=True,
            )
    return samples


@contextmanager
def ended(process: subprocess.Popen[str]) -> Iterator[subprocess.Popen[str]]:
    """Whatever happens: the process does not stay."""
    try:
        yield process
    finally:
        process.kill()
        process.wait()


def report(worker: subprocess.Popen[str], terminal: Terminal, objective: str) -> float:
    """Seconds from a report that is the best so far to the screen."""
    assert worker.stdin is not None
    assert worker.stdout is not None
    print("prepare", file=worker.stdin, flush=True)
    worker.stdout.readline()
    terminal.read_for(0.5)
    print("report", objective, file=worker.stdin, flush=True)
    seen = terminal.wait_for(objective)
    _, written = map(float, worker.stdout.readline().split())
    return seen - written


def sampled(terminal: Terminal, processor: float, latency: float) -> Sample:
    """What the dashboard takes now."""
    return Sample(
        terminal.resident_bytes,
        lasting(terminal, "fd"),
        lasting(terminal, "task"),
        processor,
        latency,
    )


def lasting(terminal: Terminal, kind: str) -> int:
    """How many descriptors or threads stay: a plot is made in a thread that ends with it."""
    place = Path(f"/proc/{terminal.pid}/{kind}")
    seen = [set(os.listdir(place))]
    for _ in range(_LOOKS):
        terminal.read_for(0.1)
        seen.append(set(os.listdir(place)))
    return len(set.intersection(*seen))


def judge(samples: list[Sample]) -> bool:
    """Compare the first and the last quarter, the first minute left out where there are many."""
    kept = samples[1:] if len(samples) > 4 else samples
    part = max(1, len(kept) // 4)
    first, last = kept[:part], kept[-part:]

    def ratio(name: str) -> float:
        values = [[float(getattr(each, name)) for each in some] for some in (last, first)]
        return statistics.median(values[0]) / statistics.median(values[1])

    memory, latency = ratio("resident"), ratio("latency")
    is_met = verdict(f"memory grew by {memory:.3f}", is_met=memory <= _MOST_GROWTH)
    is_met &= verdict(f"latency grew by {latency:.2f}", is_met=latency <= _MOST_SLOWER)
    for name in ("descriptors", "threads"):
        before = max(getattr(each, name) for each in first)
        after = max(getattr(each, name) for each in last)
        is_met &= verdict(f"{before} {name}, then {after}", is_met=after <= before)
    return is_met


if __name__ == "__main__":
    sys.exit(main())
