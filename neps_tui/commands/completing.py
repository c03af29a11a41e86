"""The command that prints what a shell needs to complete our command lines."""

from __future__ import annotations

import argparse

from neps_tui.commands.exit_status import Exit
from neps_tui.completion import script_for


def completion(arguments: argparse.Namespace) -> Exit:
    """Print a shell's script."""
    print(script_for(arguments.shell))
    return Exit.DONE
