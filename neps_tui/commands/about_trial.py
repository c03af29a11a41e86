"""What the command line tells of one trial besides its record: timing, lineage, files."""

from __future__ import annotations

from collections.abc import Iterator

from neps_state import Trial
from neps_tui.trial.directory import directory_of, list_directory
from neps_tui.trial.file_rows import file_lines
from neps_tui.trial.lineage import Lineages
from neps_tui.trial.lineage_rows import lineage_lines
from neps_tui.trial.timing import said, timing_of
from neps_tui.view import RunView
from neps_tui.words.formatting import plain


def about_trial(run: RunView, trial: Trial, now: float) -> Iterator[str]:
    """Lines of text, inert; reads the trial's directory (`now` in seconds since the epoch)."""
    view = RunView(run.snapshot, run.summary)
    timing = timing_of(trial, view, now)
    told = [f"{what} {text}" for what, text in said(timing)]
    if timing.standing:
        told.append(timing.standing)
    if told:
        yield f"\ntiming: {plain(', '.join(told))}"
    lineages = Lineages()
    lineages.follow(run.snapshot)
    steps = lineages.of(trial.id)
    if len(steps) > 1:
        yield "\nlineage"
        yield from (f"  {line}" for line in lineage_lines(steps, trial.id, view, now))
    directory = directory_of(run.snapshot.root, trial.id)
    if directory is not None:
        where, *files = file_lines(list_directory(directory), now)
        yield f"\nfiles in {where}"
        yield from (f"  {line}" for line in files)
