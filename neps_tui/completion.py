"""What a shell may complete: commands, options, and the trials of the run that is named."""

from __future__ import annotations

import argparse
from collections.abc import Iterable
from pathlib import Path
from typing import Any

import argcomplete
from argcomplete.shell_integration import shellcode

SHELLS = ("bash", "zsh", "fish")
_MOST_IDS = 500


def answer_shell(parser: argparse.ArgumentParser) -> None:
    """Answer the shell that asks how a command line may go on, and end this process."""
    for each in _parsers(parser):
        for action in each._actions:
            if action.dest in ("id", "ids", "like"):
                action.completer = trial_ids  # type: ignore[attr-defined]  # argcomplete looks for it
    argcomplete.autocomplete(parser)


def script_for(shell: str) -> str:
    """What a shell has to read to complete this program's command lines."""
    return shellcode(["neps-tui"], shell=shell)


def trial_ids(prefix: str, parsed_args: argparse.Namespace, **_: Any) -> Iterable[str]:
    """The trials of the run that stands on the command line already."""
    from neps_state.layout import RunLayout
    from neps_state.trial_files import list_trial_ids

    root: Path | None = getattr(parsed_args, "root", None)
    if root is None:
        return ()
    try:
        known = list_trial_ids(RunLayout(root).configs)
    except OSError:
        # Nothing to be read there: nothing to be offered either.
        return ()
    return [each for each in known if each.startswith(prefix)][:_MOST_IDS]


def _parsers(parser: argparse.ArgumentParser) -> Iterable[argparse.ArgumentParser]:
    yield parser
    for action in parser._actions:
        if isinstance(action, argparse._SubParsersAction):
            yield from action.choices.values()
