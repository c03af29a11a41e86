"""What one of several runs amounts to: enough for a line, without its trials."""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from pathlib import Path

from neps_state.snapshot import Problem
from neps_tui.facts.summary import RunSummary
from neps_tui.view import RunView


@dataclass(frozen=True, slots=True)
class RunLine:
    """One run of a folder.

    Args:
        root: Its directory.
        name: The directory as seen from the folder.
        is_read: Whether it has been read yet.
        optimizer: Who optimizes; empty while that is not known.
        summary: What it amounts to, but for what each single trial gave.
        errors: How many rows its error dump has.
        problems: What is wrong with its files.
    """

    root: Path
    name: str
    is_read: bool = False
    optimizer: str = ""
    summary: RunSummary = field(default_factory=RunSummary)
    errors: int = 0
    problems: tuple[Problem, ...] = ()


def line_of(view: RunView, name: str) -> RunLine:
    """What a run amounts to.

    Args:
        view: The run, whole.
        name: What it is called in its folder.
    """
    snapshot = view.snapshot
    return RunLine(
        root=snapshot.root,
        name=name,
        is_read=True,
        optimizer=snapshot.optimizer_info["name"] if snapshot.optimizer_info else "",
        # As many as there are trials, and in no line.
        summary=replace(view.summary, objective_points=()),
        errors=len(snapshot.errors),
        problems=snapshot.problems,
    )
