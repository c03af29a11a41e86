"""The command that opens the dashboard on a run."""

from __future__ import annotations

import argparse
import logging
import os
import signal
import sys
from pathlib import Path

from textual.theme import BUILTIN_THEMES

from neps_state.run_folders import runs_in_folder
from neps_tui.app import NepsTuiApp, Options
from neps_tui.audience import is_served
from neps_tui.breakdown import Breakdown
from neps_tui.commands.exit_status import CommandError, Exit
from neps_tui.settings import read_settings
from neps_tui.telling.wanted import ToBeTold
from neps_tui.terminal import outlasting_terminal
from neps_tui.themes import THEMES

_INCAPABLE = ("dumb", "unknown")
"""What TERM is where nothing can be drawn, as in an editor's or a scheduler's window."""
_BY_SIGNAL = 128
"""What a shell adds to a signal's number to make an exit status."""


def watch(arguments: argparse.Namespace) -> Exit:
    """Open the dashboard on a run, or on the runs of a folder."""
    root: Path = arguments.root.absolute()
    need_run_directory(root)
    return show_dashboard(root, arguments, is_folder=bool(runs_in_folder(root)))


def show_dashboard(root: Path, arguments: argparse.Namespace, *, is_folder: bool = False) -> Exit:
    """Run the dashboard until it is left.

    Args:
        root: The run, or a folder of some.
        arguments: The options of the command line.
        is_folder: Whether `root` is a folder of runs.

    Raises:
        CommandError: There is no terminal, or no such theme, or the dashboard broke down.
    """
    need_terminal()
    if is_served():
        # A server that is gone ends this with the next write, which is no mistake to be reported.
        signal.signal(signal.SIGPIPE, signal.SIG_DFL)
    settings = read_settings()
    need_theme(arguments.theme or settings.theme)
    options = Options(
        read_only=_of_command_line() if arguments.read_only else settings.why_read_only,
        poll_seconds=arguments.poll or settings.poll,
        theme=arguments.theme or settings.theme,
        ascii=arguments.ascii or settings.ascii,
        complaints=settings.complaints,
        to_be_told=ToBeTold(settings.tell, settings.tell_by, settings.tell_command),
    )
    app = NepsTuiApp(root, options, is_folder=is_folder)
    # What libraries log would otherwise be printed into the picture.
    logging.getLogger().addHandler(logging.NullHandler())
    breakdown = Breakdown(app)
    with outlasting_terminal():
        app.run()
    if app.ended_by is not None:
        raise SystemExit(_BY_SIGNAL + app.ended_by)
    if app.return_code:
        raise CommandError(breakdown.message(), Exit.BROKEN)
    return Exit.DONE


def _of_command_line() -> str:
    """Why no change is allowed, in the words of the command that was typed."""
    return "it is served without --allow-changes" if is_served() else "--read-only was given"


def need_run_directory(root: Path) -> None:
    """Refuse a file. What is not there yet may become a run.

    Raises:
        CommandError: It is a file.
    """
    if root.exists() and not root.is_dir():
        raise CommandError(f"{root} is a file; give a NePS run directory", Exit.USAGE)


def need_theme(name: str | None) -> None:
    """Refuse a theme that there is not.

    Raises:
        CommandError: There is none of this name.
    """
    known = {*BUILTIN_THEMES, *(theme.name for theme in THEMES)}
    if name is not None and name not in known:
        listed = ", ".join(sorted(known))
        raise CommandError(f"there is no theme {name}; there are {listed}", Exit.USAGE)


def need_terminal() -> None:
    """Refuse to go on where nothing can be drawn: at no terminal, nor for a browser.

    Raises:
        CommandError: There is no terminal.
    """
    if is_served():
        return
    # Textual draws on standard error.
    streams = (sys.stdin, sys.stdout, sys.stderr)
    if not all(stream is not None and stream.isatty() for stream in streams):
        raise CommandError(
            "the dashboard needs a terminal; for a script there are `neps-tui status` and others",
            Exit.USAGE,
        )
    if os.environ.get("TERM") in _INCAPABLE:
        raise CommandError(
            f"this terminal cannot draw (TERM={os.environ['TERM']}); set TERM to what it is, "
            "or use `neps-tui status`",
            Exit.USAGE,
        )
