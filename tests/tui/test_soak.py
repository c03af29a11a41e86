"""The dashboard beside a run with a report every 50 ms: nothing of what it takes grows.

The hour of this is `tests/benchmarks/soak.py`, run by hand.
"""

from __future__ import annotations

import subprocess
import sys
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import NamedTuple

import pytest
from watched import Watched

SOAK = Path(__file__).resolve().parents[1] / "benchmarks" / "soak.py"


class Taken(NamedTuple):
    descriptors: int
    threads: int
    kilobytes: int


def taken_by(pid: int) -> Taken:
    process = Path(f"/proc/{pid}")
    lines = (process / "status").read_text().splitlines()
    (resident,) = (int(line.split()[1]) for line in lines if line.startswith("VmRSS:"))
    return Taken(len([*(process / "fd").iterdir()]), len([*(process / "task").iterdir()]), resident)


@pytest.fixture
def busy_run(run_copy: Callable[[str], Path]) -> Iterator[Path]:
    root = run_copy("hyperband-0.17")
    with subprocess.Popen([sys.executable, SOAK, "--writer", root, "--every", "0.05"]) as writer:
        yield root
        assert writer.poll() is None, "it wrote all the time"
        writer.kill()


def test_no_descriptor_thread_or_memory_is_leaked_while_trials_end_all_the_time(
    busy_run: Path,
) -> None:
    watched = Watched(str(busy_run), columns=160, rows=48)
    try:
        watched.read_until(lambda: b"Evaluated" in watched.written)
        watched.read_for(4.0)
        first, drawn = taken_by(watched.process.pid), len(watched.written)

        watched.read_for(8.0)

        last = taken_by(watched.process.pid)
        assert len(watched.written) > drawn + 10_000, "the reports are drawn"
        assert last.descriptors <= first.descriptors
        # They come and go: over an hour there were 16 to 18.
        assert last.threads <= first.threads + 1
        assert last.kilobytes < first.kilobytes * 1.1
    finally:
        watched.close()
