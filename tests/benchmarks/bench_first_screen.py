"""The dashboard's first screen with its trials painted, against that of an empty Textual app.

    python tests/benchmarks/bench_first_screen.py [--trials 10000] [--repeat 15]

Both start in turns, in the same pseudo-terminal of 160x48. The empty app has painted once every
cell has its background; the dashboard, once the five best trials are on the screen.
"""

from __future__ import annotations

import argparse
import math
import statistics
import sys
from collections.abc import Callable, Iterable, Sequence

import pyte
from measuring import DASHBOARD, kept_run, milliseconds, verdict
from terminal import Terminal

from neps_state.reader import RunReader
from neps_state.trial import Trial

MOST = {10_000: 2.5, 100_000: 5.0}
"""How many times as long as an empty app it may take, by how many trials there are at the most."""
_QUIET = 3.0
"""Seconds without output after which all is painted: while a run is read, it says how far."""
EMPTY = (sys.executable, "-c", "from textual.app import App; App().run()")
_BEST = 5


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--trials", type=int, default=10_000)
    parser.add_argument("--repeat", type=int, default=15)
    given = parser.parse_args()
    run = kept_run(given.trials)
    best = best_trials(RunReader(run).poll().trials.values())
    ours: list[float] = []
    frames: list[float] = []
    empty: list[float] = []
    for command in (EMPTY, [*DASHBOARD, str(run)]):
        seconds_to(is_painted, command)
    for _ in range(given.repeat):
        empty.append(seconds_to(is_painted, EMPTY)[0])
        trials, frame = seconds_to(shows(best), [*DASHBOARD, str(run)])
        ours.append(trials)
        frames.append(frame)
    print(f"{given.trials} trials, {given.repeat} pairs, 160x48")
    print(f"dashboard with its trials   {milliseconds(ours)}")
    print(f"dashboard, its first cells  {milliseconds(frames)}")
    print(f"empty Textual app           {milliseconds(empty)}")
    ratio = statistics.median(one / other for one, other in zip(ours, empty, strict=True))
    most = next((most for trials, most in MOST.items() if given.trials <= trials), math.inf)
    target = f"the first screen takes {ratio:.2f} of an empty app's; at most {most}"
    return 0 if verdict(target, is_met=ratio <= most) else 1


def seconds_to(holds: Callable[[pyte.Screen], bool], command: Sequence[str]) -> tuple[float, float]:
    """How long a command takes until its screen shows something, and until it shows anything."""
    with Terminal(command) as terminal:
        while not terminal.read(5.0):
            continue
        terminal.settle(_QUIET, timeout=120.0)
    moment, painted = terminal.first_moment(holds), terminal.first_moment(is_painted)
    if moment is None or painted is None:
        raise RuntimeError(f"it was never shown; there was\n{terminal.text()}")
    return moment - terminal.started, painted - terminal.started


def is_painted(screen: pyte.Screen) -> bool:
    """Whether an app has filled the screen."""
    corner = screen.buffer[screen.lines - 1][screen.columns - 1]
    return corner.bg != "default"


def shows(ids: Sequence[str]) -> Callable[[pyte.Screen], bool]:
    """A predicate: whether the trials are on the screen."""
    wanted = set(ids)

    def holds(screen: pyte.Screen) -> bool:
        return wanted <= {word for line in screen.display for word in line.split()}

    return holds


def best_trials(trials: Iterable[Trial]) -> list[str]:
    """Ids of the best trials, which the dashboard lists first."""
    found: list[tuple[float, str]] = []
    for trial in trials:
        objective = trial.report.objective_to_minimize if trial.report else None
        found.append(
            (math.inf if not isinstance(objective, float) else objective, trial.metadata.id)
        )
    return [trial_id for _, trial_id in sorted(found)[:_BEST]]


if __name__ == "__main__":
    sys.exit(main())
