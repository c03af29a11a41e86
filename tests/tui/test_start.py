"""What the start of the dashboard does not load: whatever only another view needs."""

from __future__ import annotations

import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

CopyRun = Callable[[str], Path]

PROGRAM = """
import sys
from pathlib import Path
from neps_tui import cli
from neps_tui.app import NepsTuiApp

class Started(NepsTuiApp):
    def on_ready(self):
        self.set_interval(0.02, self.leave)

    def leave(self):
        if any(canvas.plot.dots for canvas in self.screen.query("PlotCanvas")):
            self.exit()

Started(Path(sys.argv[1])).run(headless=True, size=(160, 48))
print("\\n".join(sys.modules))
"""

LATER = (
    *(f"neps_tui.plots.{each}" for each in ("front", "curves", "ladder", "parameter", "parallel")),
    *(f"neps_tui.plots.{each}" for each in ("importance", "distribution", "bar_lines")),
    "neps_tui.replay.history",
    "neps_tui.trials.filter",
    "neps_tui.trial.details",
    "neps_tui.errors.kinds",
    "neps_tui.workers.activity",
    "neps_tui.plots.screen",
    "neps_tui.workers.screen",
    "neps_tui.errors.screen",
    "neps_tui.trial.screen",
    "neps_tui.screens.help",
    "neps_tui.workers.timeline",
    "neps_tui.plots.forest",
    "neps_tui.plots.rank_correlation",
    "neps_tui.replay.bar",
    "neps_tui.optimizer.screen",
    "neps_tui.trials.columns_screen",
    "neps_tui.trials.filter_bar",
    "neps_tui.widgets.jump_bar",
    "neps_state.state",
    "filelock",
    "cloudpickle",
    "numpy",
    "sklearn",
    "torch",
)


def test_starting_loads_nothing_that_only_another_view_needs(recorded_run: CopyRun) -> None:
    result = subprocess.run(
        [sys.executable, "-c", PROGRAM, str(recorded_run("hyperband-0.17"))],
        capture_output=True,
        text=True,
        check=True,
    )
    loaded = set(result.stdout.splitlines())
    assert {"neps_tui.dashboard.screen", "neps_tui.plots.incumbent"} <= loaded
    assert loaded.isdisjoint(LATER)


def test_the_first_frame_does_not_wait_for_what_makes_plots() -> None:
    result = subprocess.run(
        [sys.executable, "-c", "import neps_tui.app, sys; print('\\n'.join(sys.modules))"],
        capture_output=True,
        text=True,
        check=True,
    )
    loaded = set(result.stdout.splitlines())
    assert "neps_tui.dashboard.panes.incumbent" in loaded
    assert not any(module.startswith("neps_tui.plots") for module in loaded)
