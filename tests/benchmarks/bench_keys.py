"""From a key to the screen it makes, in every view, with a run of many trials.

    python tests/benchmarks/bench_keys.py [--trials 10000] [--repeat 20] [--view NAME]

A key has answered when the first of its output has come; what settles later, such as a plot that
is made in a thread, is told beside it. Each key is pressed after the output of the one before has
settled. Opening a view is told apart: it imports what only that view needs.
"""

from __future__ import annotations

import argparse
import sys

from measuring import DASHBOARD, kept_run, milliseconds, p95, verdict
from terminal import Terminal

MOST = 0.050
LEFT, RIGHT, UP, DOWN = "\x1b[D", "\x1b[C", "\x1b[A", "\x1b[B"
VIEWS: dict[str, tuple[str, dict[str, str]]] = {
    "dashboard": (
        "",
        {
            **{"down": DOWN, "page down": "\x1b[6~", "end": "G", "home": "g", "select": " "},
            **{"sort": "s", "to the plot": "p", "to the trials": "t", "zoom": "z", "back": "z"},
        },
    ),
    "filter": ("/", {"d": "d", "r": "r", "o": "o", "p": "p", "back": "\x7f"}),
    "trial": ("\r", {"next": "]", "next again": "]", "previous": "["}),
    "errors": ("E", {"down": "j", "up": "k", "pane": "\t", "down there": "j"}),
    "workers": ("w", {"left": LEFT, "right": RIGHT, "down": "j", "up": "k", "zoom": "+"}),
    "optimizer": ("O", {"pane": "\t", "down": "j", "up": "k"}),
    "plots": (
        "P",
        {
            **{"left": LEFT, "up": UP, "right": RIGHT, "over time": "x", "curves": "\t"},
            **{"parameter": "\t", "another": "x", "parallel": "\t", "importance": "\t"},
            **{"distribution": "\t", "incumbent": "\t"},
        },
    ),
    "replay": ("R", {"on": "l", "best": "b", "crash": "x", "end": "G", "start": "\x1b[H"}),
}


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--trials", type=int, default=10_000)
    parser.add_argument("--repeat", type=int, default=20)
    parser.add_argument("--view", choices=VIEWS)
    given = parser.parse_args()
    print(f"{given.trials} trials, {given.repeat} times each key")
    all_met = True
    for view in [given.view] if given.view else VIEWS:
        worst = time_view(view, given.trials, given.repeat)
        target = f"{view}: p95 is {worst * 1e3:.0f} ms at the most; at most {MOST * 1e3:.0f} ms"
        all_met &= verdict(target, is_met=worst <= MOST)
    return 0 if all_met else 1


def time_view(view: str, trials: int, repeat: int) -> float:
    """Press the keys of a view again and again; the slowest one's p95 in seconds."""
    opening, keys = VIEWS[view]
    answered: dict[str, list[float]] = {name: [] for name in keys}
    settled: dict[str, list[float]] = {name: [] for name in keys}
    with Terminal([*DASHBOARD, str(kept_run(trials, evaluating=0))]) as terminal:
        terminal.wait_for("Evaluated", since=0)
        terminal.read_for(2.0)
        if opening:
            pressed = terminal.send(opening)
            first = terminal.chunks[-1][0] if terminal.read(2.0) else pressed
            last = terminal.settle(0.4)
            began, ended = (first - pressed) * 1e3, (last - pressed) * 1e3
            print(f"{view}: opened in {began:.0f} to {ended:.0f} ms")
        for _ in range(repeat):
            for name, key in keys.items():
                pressed = terminal.send(key)
                if terminal.read(1.0):
                    answered[name].append(terminal.chunks[-1][0] - pressed)
                    settled[name].append(terminal.settle(0.15) - pressed)
    for name, seconds in answered.items():
        if not seconds:
            print(f"  {name:<14} draws nothing")
            continue
        print(f"  {name:<14} {milliseconds(seconds)}   settled {milliseconds(settled[name])}")
    return max(p95(seconds) for seconds in answered.values() if seconds)


if __name__ == "__main__":
    sys.exit(main())
