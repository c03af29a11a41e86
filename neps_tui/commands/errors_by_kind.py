"""The errors of a run for a person at a terminal: kind by kind, each with its newest traceback."""

from __future__ import annotations

from collections.abc import Iterator

from neps_tui.errors.kinds import ErrorKind, KindsOfErrors, Standing
from neps_tui.view import RunView
from neps_tui.words.formatting import age, counted, few_of, percent, plain

_MOST_TRIALS = 20
"""Trials of a kind that are named."""
_LONGEST_TRACEBACK = 20_000


def errors_by_kind(run: RunView, now: float) -> Iterator[str]:
    """Lines about every kind of error, most frequent first; all of it inert.

    Args:
        run: The run.
        now: Seconds since the epoch.
    """
    found = KindsOfErrors().of(run.snapshot, run.summary)
    if not found.total:
        yield "no errors"
        return
    yield f"{counted(found.total, 'error')} in {counted(len(found.kinds), 'kind')}"
    if found.everything is not None:
        yield from map(plain, _often(found.everything))
    for kind in found.kinds:
        yield ""
        share = percent(len(kind.errors), found.total)
        yield plain(f"{len(kind.errors)} × {kind.err_type}: {kind.message}  ({share})")
        yield from (plain(f"    {line}") for line in _about(kind, now))
        yield from _newest(kind)


def _about(kind: ErrorKind, now: float) -> Iterator[str]:
    if kind.place:
        yield f"where    {kind.place}"
    yield from _often(kind)
    if kind.first is not None and kind.last is not None:
        first, last = age(now - kind.first), age(now - kind.last)
        yield f"when     {last}" if first == last else f"when     first {first}, last {last}"
    if kind.workers:
        yield f"workers  {', '.join(kind.workers)}"
    for standing, what in (
        (Standing.USUAL, "trials   "),
        (Standing.NOT_IN_DUMP, "not in the dump: "),
        (Standing.TRIAL_GONE, "trial gone: "),
    ):
        names = [error.trial_id for error in kind.errors if error.standing is standing]
        if names:
            yield f"{what}{few_of(names, _MOST_TRIALS)}"


def _often(kind: ErrorKind) -> Iterator[str]:
    yield from (f"often    {trait}, but in {trait.of_others}" for trait in kind.traits)


def _newest(kind: ErrorKind) -> Iterator[str]:
    error = next((error for error in kind.errors if error.traceback), None)
    if error is None:
        yield "    no traceback was kept"
        return
    yield plain(f"    newest   {error.trial_id}:")
    text = plain(error.traceback[-_LONGEST_TRACEBACK:].rstrip(), newlines=True)
    yield from (f"        {line}" for line in text.split("\n"))
