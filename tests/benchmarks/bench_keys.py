"""From a key to the screen it makes: until output settles, with a run of many trials.

    python tests/benchmarks/bench_keys.py [--trials 10000] [--repeat 20]

The keys run through a table of ended trials and through the panes; each is pressed after the
output of the one before has settled.
"""

from __future__ import annotations

import argparse
import sys

from measuring import DASHBOARD, kept_run, milliseconds, p95, verdict
from terminal import Terminal

MOST = 0.200
KEYS = {
    "down": "\x1b[B",
    "page down": "\x1b[6~",
    "end": "G",
    "home": "g",
    "sort": "s",
    "to the plot": "p",
    "to the trials": "t",
}


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--trials", type=int, default=10_000)
    parser.add_argument("--repeat", type=int, default=20)
    given = parser.parse_args()
    taken: dict[str, list[float]] = {name: [] for name in KEYS}
    with Terminal([*DASHBOARD, str(kept_run(given.trials, evaluating=0))]) as terminal:
        terminal.wait_for("Evaluated", since=0)
        terminal.read_for(2.0)
        for _ in range(given.repeat):
            for name, key in KEYS.items():
                pressed = terminal.send(key)
                if terminal.read(1.0):
                    taken[name].append(terminal.settle(0.15) - pressed)
    print(f"{given.trials} trials, {given.repeat} times each key")
    for name, seconds in taken.items():
        print(f"{name:<14} {milliseconds(seconds) if seconds else 'draws nothing'}")
    worst = max(p95(seconds) for seconds in taken.values() if seconds)
    target = f"p95 is {worst * 1e3:.0f} ms at the most; at most {MOST * 1e3:.0f} ms"
    return 0 if verdict(target, is_met=worst <= MOST) else 1


if __name__ == "__main__":
    sys.exit(main())
