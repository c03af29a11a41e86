"""Manners of a command: what shells complete, asked as they ask; what it says of itself."""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import pytest

from neps_tui import __version__
from neps_tui.cli import main

CopyRun = Callable[[str], Path]
PROGRAM = Path(sys.executable).parent / "neps-tui"


def completed(line: str, directory: Path) -> set[str]:
    """What bash offers for the last word of a line."""
    words = [*line.split(" ")]
    script = f"""
        source <("{PROGRAM}" completion bash)
        COMP_WORDS=({" ".join(f'"{word}"' for word in words)})
        COMP_CWORD={len(words) - 1} COMP_LINE="{line}" COMP_POINT={len(line)} COMP_TYPE=9
        _python_argcomplete neps-tui
        printf "%s\\n" "${{COMPREPLY[@]}}"
    """
    path = f"{PROGRAM.parent}{os.pathsep}{os.environ['PATH']}"
    ended = subprocess.run(
        ["bash", "-c", script],
        cwd=directory,
        env={**os.environ, "PATH": path},
        capture_output=True,
        text=True,
        check=True,
    )
    return {each.strip() for each in ended.stdout.splitlines() if each.strip()}


@pytest.mark.skipif(shutil.which("bash") is None, reason="bash is not installed")
def test_bash_completes_commands_options_states_and_trials(run_copy: CopyRun) -> None:
    root = run_copy("hyperband-0.17")
    assert completed("neps-tui tria", root.parent) == {"trial", "trials"}
    assert "--abandoned" in completed(f"neps-tui reset {root.name} --a", root.parent)
    assert completed(f"neps-tui trials {root.name} --state cr", root.parent) == {"crashed"}
    assert completed(f"neps-tui trial {root.name} 15_", root.parent) == {
        f"15_rung_{rung}" for rung in range(4)
    }
    assert completed("neps-tui trial nowhere 15_", root.parent) == set()


@pytest.mark.parametrize("shell", ["bash", "zsh", "fish"])
def test_each_shell_is_given_what_it_needs(shell: str, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["completion", shell]) == 0
    assert "neps-tui" in capsys.readouterr().out


def test_the_version_says_what_a_report_of_a_mistake_needs(
    capsys: pytest.CaptureFixture[str],
) -> None:
    with pytest.raises(SystemExit) as ended:
        main(["--version"])
    assert ended.value.code == 0
    said = capsys.readouterr().out
    for name in (f"neps-tui {__version__}\n", "Python 3.", "textual ", "watchdog ", "TERM="):
        assert name in said
