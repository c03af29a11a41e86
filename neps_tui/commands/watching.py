"""Commands that open the dashboard: watch and demo."""

from __future__ import annotations

import argparse
import signal
import sys
from pathlib import Path

from neps_state import NePSError
from neps_state.layout import RunLayout
from neps_tui.app import NepsTuiApp, Options
from neps_tui.commands.exit_status import CommandError, Exit
from neps_tui.commands.run_at import runs_below
from neps_tui.demo.run import DemoRun


def watch(arguments: argparse.Namespace) -> Exit:
    """Open the dashboard on a run, or first a chooser on a folder of runs."""
    root: Path = arguments.root.absolute()
    if root.exists() and not root.is_dir():
        raise CommandError(f"{root} is a file; give a NePS run directory", Exit.USAGE)
    choices = () if RunLayout(root).is_run() or not root.exists() else tuple(runs_below(root))
    return _show(root, arguments, choices)


def demo(arguments: argparse.Namespace) -> Exit:
    """Start a small real optimization and open the dashboard on it."""
    _needs_terminal()
    for ending in (signal.SIGHUP, signal.SIGTERM):
        # A closed terminal would otherwise leave the run in the temporary directory.
        signal.signal(ending, lambda number, _: sys.exit(128 + number))
    try:
        run = DemoRun.start(
            arguments.dir, workers=arguments.workers, seed=arguments.seed, stays=True
        )
    except NePSError as error:
        raise CommandError(f"the demo cannot use {arguments.dir}: {error}", Exit.USAGE) from error
    with run:
        return _show(run.root, arguments, ())


def _show(root: Path, arguments: argparse.Namespace, choices: tuple[Path, ...]) -> Exit:
    _needs_terminal()
    options = Options(
        read_only=arguments.read_only,
        poll_seconds=arguments.poll,
        theme=arguments.theme,
        ascii=arguments.ascii,
    )
    app = NepsTuiApp(root, options, choices=choices)
    if options.theme is not None and options.theme not in app.available_themes:
        known = ", ".join(sorted(app.available_themes))
        raise CommandError(f"there is no theme {options.theme}; there are {known}", Exit.USAGE)
    app.run()
    return Exit.DONE if app.return_code == 0 else Exit.USAGE


def _needs_terminal() -> None:
    # Textual draws on standard error.
    if not all(stream.isatty() for stream in (sys.stdin, sys.stdout, sys.stderr)):
        raise CommandError(
            "the dashboard needs a terminal; for a script there are `neps-tui status` and others",
            Exit.USAGE,
        )
