"""The optimizer for a person at a terminal: budgets and when they are spent, rungs, the space."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence

from rich.cells import cell_len

from neps_tui.optimizer.facts import budgets, optimizer_name
from neps_tui.optimizer.inert_tree import InertNode
from neps_tui.optimizer.rung_table import rung_cells, rung_columns, rung_table
from neps_tui.optimizer.space_rows import (
    NO_SPACE,
    SpaceWidths,
    space_cells,
    space_columns,
    space_nodes,
    visible_nodes,
)
from neps_tui.optimizer.tried_values import TriedValues
from neps_tui.optimizer.words import budgets_in_words, facts_in_words
from neps_tui.view import RunView
from neps_tui.widgets.columns import Cell, Column
from neps_tui.words.formatting import plain
from neps_tui.words.text_lines import Line

_WIDTH = 100
_DEEPEST = 2


def about_optimizer(run: RunView, now: float) -> Iterator[str]:
    """Lines about the optimizer; all of them inert.

    Args:
        run: The run.
        now: Seconds since the epoch.
    """
    yield f"name        {plain(optimizer_name(run.snapshot) or 'unknown yet')}"
    yield from _texts(facts_in_words(run.snapshot, _WIDTH))
    yield from about_budget(run, now)
    yield from _rungs(run)
    yield from _space(run)
    yield from _shared_state(run)


def about_budget(run: RunView, now: float) -> Iterator[str]:
    """Lines about what may be spent and has been, `now` in seconds since the epoch."""
    yield from _texts(budgets_in_words(budgets(run.snapshot, run.summary, now), _WIDTH))


def _texts(lines: Iterable[Line]) -> Iterator[str]:
    for line in lines:
        yield plain("".join(text for text, _ in line)).rstrip()


def _rungs(run: RunView) -> Iterator[str]:
    rungs = rung_table(run.snapshot, run.summary)
    if rungs:
        yield ""
        columns = rung_columns(rungs, run.summary)
        yield from _table(columns, [rung_cells(rung, run.summary) for rung in rungs])


def _space(run: RunView) -> Iterator[str]:
    spreads = TriedValues().follow(run.snapshot, run.summary)
    nodes = list(visible_nodes(space_nodes(run.snapshot, run.summary, spreads), {}))
    if not nodes:
        return
    yield ""
    if run.snapshot.space is None:
        yield NO_SPACE
    widths = SpaceWidths()
    yield from _table(
        space_columns(spreads, run.summary.objectives, widths),
        [
            space_cells(
                node, spreads, widths, is_unfolded=bool(node.children) and node.starts_unfolded
            )
            for node in nodes
        ],
    )


def _shared_state(run: RunView) -> Iterator[str]:
    """What the optimizer keeps between samples, as far as a few words tell."""
    yield ""
    state = run.snapshot.optimizer_state
    if state is None:
        yield "shared state  not known: no optimizer_state.pkl that could be read"
        return
    yield from _node_lines(InertNode("shared state", state.shared_state))


def _node_lines(node: InertNode) -> Iterator[str]:
    yield f"{'  ' * node.depth}{node.name}  {node.text}"
    if node.depth < _DEEPEST and node.has_children:
        for child in node.children():
            yield from _node_lines(child)


def _table(columns: Sequence[Column], rows: Sequence[Sequence[Cell]]) -> Iterator[str]:
    """Rows under their labels, numbers on the right."""
    count = len(columns)
    texts = [[column.label for column in columns]]
    texts += [[plain(cell.text) for cell in row[:count]] for row in rows]
    widths = [max(cell_len(row[at]) for row in texts) for at in range(count)]
    for row in texts:
        cells = (
            text + " " * (width - cell_len(text))
            if column.align == "left"
            else " " * (width - cell_len(text)) + text
            for text, width, column in zip(row, widths, columns, strict=True)
        )
        yield "  ".join(cells).rstrip()
