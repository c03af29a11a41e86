"""Commands that go on looking: `wait` until something has happened, `status --watch`."""

from __future__ import annotations

import argparse
import threading
import time
from collections.abc import Iterator
from pathlib import Path

from neps_state.reader import RunReader
from neps_tui.commands.exit_status import CommandError, Exit
from neps_tui.commands.run_at import refuse_folder
from neps_tui.facts import records
from neps_tui.facts.fold import RunFold
from neps_tui.settings import read_settings
from neps_tui.view import RunView
from neps_tui.watcher import RunWatcher
from neps_tui.words.formatting import counted, duration, number, plain

_HEARTBEAT = 0.5
"""Seconds between two looks where no event comes: network file systems have none."""


def follow(root: Path, poll_seconds: float | None = None) -> Iterator[tuple[RunView, bool]]:
    """Look at a run for ever: at each change of it, and now and then without one.

    Args:
        root: The run directory; it need not exist yet.
        poll_seconds: Look this often instead of waiting for file events; None for events.

    Yields:
        The run as it is, and whether anything about it has changed since the last look.
    """
    reader, fold, woken = RunReader(root), RunFold(), threading.Event()
    watcher = None if poll_seconds is not None else RunWatcher(woken.set)
    view: RunView | None = None
    try:
        while True:
            woken.clear()
            try:
                snapshot = reader.poll()
            except OSError:
                # A server that is away for a while ends no wait, unless it never was there.
                if view is None:
                    raise
                snapshot = view.snapshot
            is_new = view is None or snapshot is not view.snapshot
            if view is None or is_new:
                view = RunView(snapshot, fold.fold(snapshot))
            yield view, is_new
            if watcher is None or not watcher.watch(reader.directories()):
                woken.wait(poll_seconds or _HEARTBEAT)
    finally:
        if watcher is not None:
            watcher.stop()


def watch_status(arguments: argparse.Namespace) -> Exit:
    """Print the summary of a run at each change, one JSON object a line, until stopped.

    Raises:
        CommandError: It is a folder of runs.
    """
    refuse_folder(arguments.root)
    said = ""
    for view, is_new in follow(arguments.root.absolute(), _poll_seconds(arguments)):
        if not is_new or not view.has_run:
            continue
        record = records.status_record(view.snapshot, view.summary, time.time())
        line = records.to_json(record)
        if line != said:
            print(line, flush=True)
            said = line
    return Exit.DONE


def wait(arguments: argparse.Namespace) -> Exit:
    """Wait until a run is finished, or until what was asked for has come before that.

    Raises:
        CommandError: It did not come, or not in time.
    """
    refuse_folder(arguments.root)
    began = time.monotonic()
    for view, _ in follow(arguments.root.absolute(), _poll_seconds(arguments)):
        waited = time.monotonic() - began
        said = _what_has_happened(view, arguments)
        if said is not None:
            print(plain(said))
            return Exit.DONE
        if arguments.timeout is not None and waited >= arguments.timeout:
            where = view.snapshot.waiting_for or _where_it_is(view)
            raise CommandError(
                f"not within {duration(arguments.timeout)}: {where}", Exit.NOT_IN_TIME
            )
    raise AssertionError("a run is followed for ever")


def _poll_seconds(arguments: argparse.Namespace) -> float | None:
    """Seconds between two looks, as asked for here or in the settings."""
    asked: float | None = arguments.poll
    return read_settings().poll if asked is None else asked


def _what_has_happened(view: RunView, arguments: argparse.Namespace) -> str | None:
    """What ends the wait, in words; None as long as nothing does.

    Raises:
        CommandError: What ends it is not what was waited for.
    """
    summary, now = view.summary, time.time()
    if not view.has_run:
        return None
    if arguments.errors and view.snapshot.errors:
        last = view.snapshot.errors[-1]
        crashes = counted(len(view.snapshot.errors), "error")
        raise CommandError(
            f"{crashes}, the last of trial {last.trial_id}: {last.err_type}: {last.err}",
            Exit.PROBLEMS,
        )
    target: float | None = arguments.objective
    if target is not None and summary.objectives > 1:
        raise CommandError(
            f"--objective is about one objective, and this run has {summary.objectives}",
            Exit.USAGE,
        )
    best = summary.incumbents[-1] if summary.incumbents and summary.objectives == 1 else None
    if target is not None and best is not None and best.objective <= target:
        after = counted(best.evaluations, "evaluation")
        return f"{number(best.objective)} by trial {best.trial_id}, after {after}"
    if summary.condition(now) == "finished":
        if target is not None:
            reached = "nothing" if best is None else number(best.objective)
            raise CommandError(f"finished, and the best is {reached}", Exit.NOTHING_MATCHED)
        return f"finished: {_where_it_is(view)}"
    quiet = now - max(summary.last_report or 0.0, *summary.last_signs.values(), 0.0)
    if arguments.idle is not None and summary.condition(now) == "idle" and quiet > arguments.idle:
        raise CommandError(
            f"nobody has worked for {duration(quiet)}: {_where_it_is(view)}", Exit.REFUSED
        )
    return None


def _where_it_is(view: RunView) -> str:
    summary = view.summary
    best = summary.incumbents[-1] if summary.incumbents and summary.objectives == 1 else None
    ended = counted(summary.usage.evaluations, "evaluation")
    return ended if best is None else f"{ended}, the best {number(best.objective)}"
