"""A lineage as rows of a table: what each rung gave."""

from __future__ import annotations

from collections.abc import Sequence

from neps_tui.facts.fold import duration_of
from neps_tui.trial.lineage import Step
from neps_tui.view import RunView
from neps_tui.widgets.columns import Cell, Column
from neps_tui.words.formatting import MISSING, age, duration, number, plain
from neps_tui.words.states import INCUMBENT, look

_STATE = 11
"""Cells that the longest word for a state takes, and its sign."""


def lineage_columns(view: RunView) -> tuple[Column, ...]:
    """The columns; a fidelity has one where the run has one."""
    key = view.summary.fidelity_key
    fidelity = [] if key is None else [Column("fidelity", view.summary.names.get(key, key))]
    return (
        Column("id", "trial"),
        Column("state", "", max_width=_STATE + 2),
        *(Column(each.key, each.label, "decimal", 16) for each in fidelity),
        Column("objective", "objective", "decimal", 40),
        Column("took", "took", "right"),
        Column("when", "ended", "right"),
    )


def lineage_cells(
    step: Step, shown_id: str, view: RunView, now: float, *, ascii: bool = False
) -> tuple[Cell, ...]:
    """One trial of a lineage.

    Args:
        step: The trial.
        shown_id: The trial that is shown, which is marked.
        view: The run.
        now: Seconds since the epoch.
        ascii: Whether only ASCII may be drawn.
    """
    mark = (">" if ascii else "»") if step.trial_id == shown_id else " "
    name = f"{mark} {'  ' * step.branch}{step.trial_id}"
    trial = view.trial(step.trial_id)
    key = view.summary.fidelity_key
    if trial is None:
        blank = [Cell("")] * (len(lineage_columns(view)) - 2)
        return (Cell(name, "text-muted"), Cell("not in the run", "text-muted"), *blank)
    state = INCUMBENT if trial.id == view.summary.best_id else look(trial.state.value)
    objective = trial.report.objective_to_minimize if trial.report else None
    ended = trial.metadata.time_end
    fidelity = [] if key is None else [Cell(number(trial.config.get(key)))]
    return (
        Cell(name, "text-primary" if step.trial_id == shown_id else ""),
        Cell(f"{state.sign(ascii)} {state.word}", state.colour),
        *fidelity,
        Cell(number(objective, 6)),
        Cell(duration(duration_of(trial))),
        Cell(MISSING if ended is None else age(now - ended), "text-muted"),
    )


def lineage_lines(steps: Sequence[Step], shown_id: str, view: RunView, now: float) -> list[str]:
    """A lineage as lines of text, for the command line."""
    rows = [
        [column.label for column in lineage_columns(view)],
        *(
            [plain(cell.text) for cell in lineage_cells(step, shown_id, view, now)]
            for step in steps
        ),
    ]
    widths = [max(len(row[at]) for row in rows) for at in range(len(rows[0]))]
    return ["  ".join(map(str.ljust, row, widths)).rstrip() for row in rows]
