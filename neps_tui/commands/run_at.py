"""The run that a command is about."""

from __future__ import annotations

import gc
from pathlib import Path

from neps_state.reader import read_once
from neps_state.run_folders import runs_below, runs_in_folder
from neps_state.snapshot import Phase
from neps_tui.commands.exit_status import CommandError, Exit
from neps_tui.facts.fold import summarize
from neps_tui.view import RunView


def read_run(root: Path) -> RunView:
    """Look at the run at `root` once.

    Raises:
        CommandError: There is none.
    """
    # A command looks once and ends: the collector would go through many trials for nothing.
    gc.disable()
    try:
        snapshot = read_once(root)
        if snapshot.phase is not Phase.RUN:
            raise CommandError(_no_run(root), Exit.USAGE)
        return RunView(snapshot, summarize(snapshot))
    finally:
        gc.freeze()
        gc.enable()


def refuse_folder(root: Path) -> None:
    """Refuse a folder of runs, which would never become a run; what is empty may.

    Raises:
        CommandError: There are runs in it.
    """
    if runs_in_folder(root):
        raise CommandError(_no_run(root), Exit.USAGE)


def _no_run(root: Path) -> str:
    if root.is_file():
        return f"{root} is a file; give the root_directory of a neps.run"
    if not root.is_dir():
        return f"there is no directory {root}; give the root_directory of a neps.run"
    below = runs_below(root)
    if below:
        listed = ", ".join(str(each) for each in below[:20])
        return f"{root} is no NePS run, but holds some; give one of: {listed}"
    return f"{root} is no NePS run (it has no optimizer_info.yaml); give a root_directory"
