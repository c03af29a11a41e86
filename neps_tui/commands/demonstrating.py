"""The command that starts a small real optimization, and the dashboard on it."""

from __future__ import annotations

import argparse
import signal
import sys

from neps_state import NePSError
from neps_tui.commands.exit_status import CommandError, Exit
from neps_tui.commands.watching import need_terminal, show_dashboard
from neps_tui.demo.run import DemoRun


def demo(arguments: argparse.Namespace) -> Exit:
    """Start a small real optimization and open the dashboard on it."""
    need_terminal()
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
        status = show_dashboard(run.root, arguments)
    if arguments.dir is not None:
        print(f"The workers have ended; the run stays in {run.root}. What they were evaluating")
        print(f"waits there: neps-tui demo --dir {arguments.dir} goes on with the rest.")
    return status
