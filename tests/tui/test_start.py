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
        self.exit()

Started(Path(sys.argv[1])).run(headless=True, size=(160, 48))
print("\\n".join(sys.modules))
"""

LATER = (
    "neps_tui.plots",
    "neps_tui.history",
    "neps_tui.filter",
    "neps_tui.trial_details",
    "neps_tui.error_kinds",
    "neps_tui.worker_activity",
    "neps_tui.screens.plots",
    "neps_tui.screens.workers",
    "neps_tui.screens.errors",
    "neps_tui.screens.trial",
    "neps_tui.screens.help",
    "neps_tui.widgets.plot_canvas",
    "neps_tui.widgets.timeline",
    "neps_state.state",
    "filelock",
    "cloudpickle",
    "numpy",
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
    assert "neps_tui.screens.dashboard" in loaded
    assert loaded.isdisjoint(LATER)
