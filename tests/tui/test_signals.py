"""Whoever ends the program from outside: the terminal is left as it was found."""

from __future__ import annotations

import os
import signal
import time
from collections.abc import Callable
from pathlib import Path

import pytest
from watched import PATIENCE, Watched


@pytest.mark.parametrize("number", [signal.SIGTERM, signal.SIGHUP, signal.SIGINT])
@pytest.mark.parametrize("keys", [b"", b"P", b"r", b"/"], ids=["dashboard", "plots", "ask", "type"])
def test_a_signal_ends_it_and_leaves_the_terminal_as_found(
    number: signal.Signals, keys: bytes, run_copy: Callable[[str], Path]
) -> None:
    watched = Watched(str(run_copy("killed-0.17")))
    try:
        watched.read_until(lambda: b"Evaluated" in watched.written)
        os.write(watched.main, keys)
        time.sleep(0.5)

        watched.process.send_signal(number)
        watched.read_until(lambda: watched.process.poll() is not None)
        # What it wrote last may still be on its way.
        watched.read_for(0.2)

        assert watched.process.returncode == 128 + number
        for left in (b"\x1b[?1049l", b"\x1b[?25h", b"\x1b[?1000l", b"\x1b[?2004l"):
            assert left in watched.written
        assert b"Traceback" not in watched.written
        assert watched.settings() == watched.before
    finally:
        watched.close()


def test_it_ends_with_its_terminal(run_copy: Callable[[str], Path]) -> None:
    watched = Watched(str(run_copy("killed-0.17")))
    try:
        watched.read_until(lambda: b"Evaluated" in watched.written)

        watched.hang_up()

        assert watched.process.wait(timeout=PATIENCE) != 0
    finally:
        watched.close()


def test_it_ends_with_its_terminal_though_the_system_lets_it_go_on(
    run_copy: Callable[[str], Path],
) -> None:
    watched = Watched(str(run_copy("killed-0.17")))
    try:
        watched.read_until(lambda: b"Evaluated" in watched.written)

        # As the kernel does at the end of a session, to whom it leads.
        watched.process.send_signal(signal.SIGCONT)
        watched.hang_up()
        for _ in range(3):
            watched.process.send_signal(signal.SIGCONT)
            time.sleep(0.05)

        assert watched.process.wait(timeout=PATIENCE) != 0
    finally:
        watched.close()


def test_after_it_was_stopped_from_outside_it_goes_on_and_ends_by_its_key(
    run_copy: Callable[[str], Path],
) -> None:
    watched = Watched(str(run_copy("killed-0.17")))
    try:
        watched.read_until(lambda: b"Evaluated" in watched.written)
        for _ in range(3):
            watched.process.send_signal(signal.SIGSTOP)
            time.sleep(0.1)
            watched.process.send_signal(signal.SIGCONT)
            time.sleep(0.3)
        watched.read_for(0.5)

        os.write(watched.main, b"?")
        watched.read_until(lambda: b"On the dashboard" in watched.written)
        os.write(watched.main, b"q")
        watched.read_for(0.5)
        os.write(watched.main, b"q")
        watched.read_until(lambda: watched.process.poll() is not None)

        assert watched.process.returncode == 0
        watched.read_for(0.2)
        assert watched.settings() == watched.before
    finally:
        watched.close()


def test_a_terminal_that_cannot_draw_is_refused_in_a_line(
    run_copy: Callable[[str], Path],
) -> None:
    watched = Watched(str(run_copy("killed-0.17")), TERM="dumb")
    try:
        watched.read_until(lambda: watched.process.poll() is not None)
        watched.read_for(0.2)
        assert watched.process.returncode == 2
        assert b"this terminal cannot draw" in watched.written
        assert b"\x1b" not in watched.written
    finally:
        watched.close()


_BROKEN = """
import sys
from neps_tui.dashboard.panes.pending import PendingPane
from neps_tui.cli import main

def show(self, view, now):
    raise ValueError("half a \\x1b]0;title\\x07 pane")

PendingPane.show = show
sys.exit(main())
"""


def test_a_mistake_of_ours_is_told_in_a_line_and_kept_to_be_reported(
    run_copy: Callable[[str], Path], tmp_path: Path
) -> None:
    state = tmp_path / "state"
    watched = Watched(
        str(run_copy("killed-0.17")), program=("-c", _BROKEN), XDG_STATE_HOME=str(state)
    )
    try:
        watched.read_until(lambda: watched.process.poll() is not None)
        watched.read_for(0.2)
        said = watched.written.rpartition(b"\x1b")[2].decode()

        assert watched.process.returncode == 70
        assert b"Traceback" not in watched.written
        assert b"\x1b]0;title" not in watched.written
        assert said.count("the dashboard broke down: ValueError: half a") == 1
        assert f"please report {state / 'neps-tui' / 'breakdown.txt'}" in said
        assert "in show" in (state / "neps-tui" / "breakdown.txt").read_text()
        assert watched.settings() == watched.before
    finally:
        watched.close()
