"""From a key to the screen it makes, in every view, with a run of many trials.

    python tests/benchmarks/bench_keys.py [--trials 10000] [--repeat 20] [--view NAME]

A key has answered when the first of its output has come; what settles later, such as a plot that
is made in a thread, is told beside it. Each key is pressed at rest: the program writes nothing and
uses no processor, so that no output of the key before is taken for an answer to this one, nor this
one charged with what is still being made for the one before.

Where plots are made in threads, each round is in a terminal of another width, so that nothing will
do that was drawn before, and keys are pressed in haste as well: at once or a moment after the one
before has answered, while its plot is still being made. Then only the words that each key alone
brings are its answer. Opening a view is told apart: it imports what only that view needs.
"""

from __future__ import annotations

import argparse
import sys
import time
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path

from measuring import DASHBOARD, copied_run, kept_run, milliseconds, p95, verdict
from terminal import Terminal

from neps_state import NePSState, State
from neps_state.decisions import marking

MOST = 0.050
COLUMNS, ROWS = 160, 48
CHANGES = 40
"""How many changes the history has, and how many trials have lost a file that doctor misses."""
LAPSES = (0.0, 0.02, 0.04, 0.08, 0.16)
"""Seconds after which a key follows the answer to the one before, when in haste."""
LEFT, RIGHT, UP, DOWN = "\x1b[D", "\x1b[C", "\x1b[A", "\x1b[B"
VIEWS: dict[str, tuple[Sequence[str], dict[str, str]]] = {
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
    "brush": ("P/", {"l": "l", "a": "a", "y": "y", "e": "e", "back": "\x7f"}),
    "tail": (
        ("\r", "\x1b[Z", "\r"),
        {"start": "g", "down": "j", "page down": "\x1b[6~", "end": "G", "page up": "\x1b[5~"},
    ),
    "columns": ("c", {"down": "j", "hide": " ", "show": " ", "pin": "p", "let go": "p", "up": "k"}),
    "help": ("?", {"down": "j", "page down": "\x1b[6~", "end": "G", "home": "g"}),
    "palette": ("\x10", {"r": "r", "e": "e", "s": "s", "down": DOWN, "rub out": "\x7f\x7f\x7f"}),
    "jump": ("#", {"7": "7", "42": "4", "421": "2", "rub out": "\x7f\x7f\x7f"}),
    "history": ("H", {"down": "j", "up": "k"}),
    "doctor": ("D", {"down": "j", "up": "k"}),
    "replay": (
        "R",
        {
            **{"on": "l", "best": "b", "crash": "x", "end": "G", "back": "h"},
            **{"a tenth back": "H", "start": "\x1b[H"},
        },
    ),
}
SAYS: dict[str, dict[str, str]] = {
    "plots": {
        **{"curves": "Curves", "parameter": "Parameter", "parallel": "Parallel"},
        **{"importance": "Importance", "distribution": "Distribution", "incumbent": "Incumbent"},
    },
}
"""What only the answer to a key says, of the keys that are pressed in haste as well."""


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
    says = SAYS.get(view, {})
    answered: dict[str, list[float]] = {}
    settled: dict[str, list[float]] = {}
    hasty: dict[str, list[float]] = {}
    with (
        run_to_look_at(view, trials) as root,
        Terminal([*DASHBOARD, str(root)], COLUMNS, ROWS) as terminal,
    ):
        terminal.wait_for(f"Evaluated {trials}", since=0)
        terminal.read_for(2.0)
        for key in opening:
            open_view(terminal, view, key)
        for at in range(repeat):
            if says:
                make_forgotten(terminal, at)
            for name, key in keys.items():
                pressed = terminal.send(key)
                if terminal.read(1.0):
                    answered.setdefault(name, []).append(terminal.chunks[-1][0] - pressed)
                    settled.setdefault(name, []).append(terminal.rest() - pressed)
        for at in range(repeat if says else 0):
            make_forgotten(terminal, at)
            for name, words in says.items():
                terminal.read_for(LAPSES[at % len(LAPSES)])
                since = len(terminal.chunks)
                pressed = terminal.send(keys[name])
                came = terminal.wait_for(words, since=since)
                hasty.setdefault(name, []).append(came - pressed)
    for name in keys:
        if name not in answered:
            print(f"  {name:<14} draws nothing")
            continue
        print(
            f"  {name:<14} {milliseconds(answered[name])}   settled {milliseconds(settled[name])}"
        )
    for name, seconds in hasty.items():
        print(f"  {name:<14} {milliseconds(seconds)}   in haste")
    return max(p95(seconds) for seconds in [*answered.values(), *hasty.values()])


@contextmanager
def run_to_look_at(view: str, trials: int) -> Iterator[Path]:
    """A run in which the view has something to show."""
    if view not in ("history", "doctor"):
        yield kept_run(trials, evaluating=0)
        return
    with copied_run(trials) as root:
        state = NePSState.create_or_load(root, load_only=True)
        known = state.lock_and_read_trials()
        some = [each for each in known.values() if each.state == State.SUCCESS][:CHANGES]
        for trial in some:
            state.lock_and_edit(marking([trial], State.FAILED, now=time.time()))
            (root / f"configs/config_{trial.id}/report.yaml").unlink()
        yield root


def make_forgotten(terminal: Terminal, at: int) -> None:
    """Change the terminal's width, so that nothing will do that was drawn before."""
    terminal.resize(COLUMNS - 1 - at % 20, ROWS)
    terminal.rest()


def open_view(terminal: Terminal, view: str, key: str) -> None:
    """Press a key that opens a view, and say how long that took."""
    pressed = terminal.send(key)
    first = terminal.chunks[-1][0] if terminal.read(2.0) else pressed
    last = terminal.rest()
    print(f"{view}: opened in {(first - pressed) * 1e3:.0f} to {(last - pressed) * 1e3:.0f} ms")


if __name__ == "__main__":
    sys.exit(main())
