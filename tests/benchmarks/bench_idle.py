"""The dashboard left alone with a finished run: processor, memory, bytes to the terminal.

python tests/benchmarks/bench_idle.py [--trials 10000] [--seconds 20]
"""

from __future__ import annotations

import argparse
import sys

from measuring import DASHBOARD, kept_run, verdict
from terminal import Terminal

MOST_PROCESSOR = 0.01
MOST_MEMORY = 160 << 20


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--trials", type=int, default=10_000)
    parser.add_argument("--seconds", type=float, default=20.0)
    given = parser.parse_args()
    with Terminal([*DASHBOARD, str(kept_run(given.trials, evaluating=0))]) as terminal:
        terminal.wait_for("Evaluated", since=0)
        terminal.read_for(5.0)
        used, written = terminal.processor_seconds, terminal.bytes_written
        terminal.read_for(given.seconds)
        share = (terminal.processor_seconds - used) / given.seconds
        written = terminal.bytes_written - written
        memory = terminal.resident_bytes
    print(f"{given.trials} trials, all ended, idle for {given.seconds:g} s")
    is_met = verdict(f"{share:.2%} of a core; at most 1 %", is_met=share < MOST_PROCESSOR)
    megabytes = f"{memory / (1 << 20):.0f} MiB resident; at most {MOST_MEMORY >> 20}"
    is_met &= verdict(megabytes, is_met=memory < MOST_MEMORY)
    is_met &= verdict(f"{written} bytes written to the terminal; none", is_met=not written)
    return 0 if is_met else 1


if __name__ == "__main__":
    sys.exit(main())
