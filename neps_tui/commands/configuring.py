"""The command that shows the settings, and opens them to be edited."""

from __future__ import annotations

import argparse
import os
import shlex
import subprocess
from pathlib import Path

from neps_state.files import replace_file
from neps_tui.commands.exit_status import CommandError, Exit
from neps_tui.setting_kinds import KINDS, template
from neps_tui.settings import Settings, read_settings, settings_file
from neps_tui.words.formatting import plain


def config(arguments: argparse.Namespace) -> Exit:
    """Show every setting, what it is for and what it is; or edit their file, and check it."""
    path = settings_file()
    if arguments.edit:
        _edit(path)
    settings = read_settings()
    if not arguments.edit:
        _show(settings, path)
    for complaint in settings.complaints:
        print(plain(complaint))
    return Exit.PROBLEMS if settings.complaints else Exit.DONE


def _show(settings: Settings, path: Path) -> None:
    print(plain(f"# {path}" + ("" if path.exists() else ", which is not there yet")))
    for name, kind in KINDS.items():
        value = getattr(settings, name)
        print()
        for line in kind.purpose:
            print(f"# {line}")
        is_set = value != getattr(Settings(), name)
        print(plain(f"{name} = {_toml(value)}" if is_set else f"# {name} = {kind.example}"))


def _toml(value: object) -> str:
    if isinstance(value, bool):
        return str(value).lower()
    if isinstance(value, tuple):
        return f"[{', '.join(map(_toml, value))}]"
    if isinstance(value, str):
        # What JSON escapes, TOML escapes alike.
        import json

        return json.dumps(value)
    return str(value)


def _edit(path: Path) -> None:
    """Open the settings in the person's editor; where there are none, every one explained."""
    editor = shlex.split(os.environ.get("VISUAL") or os.environ.get("EDITOR") or "vi")
    if not path.exists():
        path.parent.mkdir(parents=True, exist_ok=True)
        replace_file(path, template().encode())
    try:
        ended = subprocess.run([*editor, str(path)], check=False)
    except OSError as error:
        raise CommandError(
            f"the editor {editor[0]} cannot be run: {error.strerror}; set EDITOR, or edit {path}",
            Exit.USAGE,
        ) from error
    if ended.returncode:
        raise CommandError(
            f"the editor {editor[0]} ended with {ended.returncode}; it may have changed {path}",
            Exit.REFUSED,
        )
