"""Rungs and brackets: how far trials have come at each fidelity."""

from __future__ import annotations

import math
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from neps_state import State, Trial
from neps_state.snapshot import RunSnapshot
from neps_state.trial import UNFINISHED
from neps_tui.facts.fold import rung_of
from neps_tui.facts.promotion import promoted
from neps_tui.facts.summary import RunSummary
from neps_tui.facts.trial_fields import objective_of
from neps_tui.optimizer.brackets import come_in_brackets
from neps_tui.optimizer.facts import derived_facts
from neps_tui.widgets.columns import Cell, Column
from neps_tui.words.formatting import MISSING, number

_MOST_BRACKETS = 50
"""More than any halving has: their number goes with the logarithm of the fidelity."""
_SYNCHRONOUS = ("hyperband", "successive_halving")
"""What NePS calls the kinds of brackets that fill one after the other."""


@dataclass(frozen=True, slots=True)
class Rung:
    """One rung.

    Args:
        rung: Its number, from 0.
        fidelity: What trials at it are given; None where nothing tells.
        evaluated: Trials that have ended at it, however.
        running: Trials being evaluated at it.
        pending: Trials waiting at it.
        promoted: Trials of it that were continued at a higher one.
        best: The best objective at it; None before there is one, or where there are several.
        best_id: The trial that has it.
        on_front: Its trials on the front, where there are several objectives.
        planned: How many trials each bracket gives it; None where a bracket leaves it out.
        come: How many of these have ended, in the round that the brackets are in; None where
            nothing tells which trial is of which bracket.
    """

    rung: int
    fidelity: Any = None
    evaluated: int = 0
    running: int = 0
    pending: int = 0
    promoted: int = 0
    best: float | None = None
    best_id: str | None = None
    on_front: int = 0
    planned: tuple[int | None, ...] = ()
    come: tuple[int | None, ...] = ()


def rung_table(snapshot: RunSnapshot, summary: RunSummary) -> tuple[Rung, ...]:
    """The rungs of a run, lowest first: those its optimizer knows, and those of its trials.

    Returns:
        Nothing where the optimizer is not multi-fidelity.
    """
    derived = derived_facts(snapshot)
    fidelities = _by_rung(derived.get("rung_to_fidelity"))
    brackets = _brackets(derived)
    found: dict[int, list[Trial]] = {rung: [] for rung in fidelities}
    for bracket in brackets:
        for rung in bracket:
            found.setdefault(rung, [])
    for trial in snapshot.trials.values():
        if (at := rung_of(trial)) is not None:
            found.setdefault(at, []).append(trial)
    continued = promoted(snapshot.trials)
    # Where promotions wait for nobody, no trial belongs to a bracket.
    come = come_in_brackets(found, brackets) if derived.get("bracket_type") in _SYNCHRONOUS else []
    return tuple(
        _rung(
            rung,
            found[rung],
            fidelities.get(rung),
            tuple(bracket.get(rung) for bracket in brackets),
            tuple(each.get(rung) for each in come),
            continued,
            summary,
        )
        for rung in sorted(found)
    )


def _rung(
    rung: int,
    trials: list[Trial],
    fidelity: Any,
    planned: tuple[int | None, ...],
    come: tuple[int | None, ...],
    continued: set[str],
    summary: RunSummary,
) -> Rung:
    states = [trial.metadata.state for trial in trials]
    if fidelity is None and trials and summary.fidelity_key is not None:
        fidelity = trials[0].config.get(summary.fidelity_key)
    best: tuple[float, str] | None = None
    if summary.objectives == 1:
        rated = (
            (value, trial.metadata.id)
            for trial in trials
            if (value := objective_of(trial)) is not None and not math.isnan(value)
        )
        best = min(rated, default=None)
    return Rung(
        rung,
        fidelity,
        evaluated=sum(1 for state in states if state not in UNFINISHED),
        running=sum(1 for state in states if state is State.EVALUATING),
        pending=sum(1 for state in states if state is State.PENDING),
        promoted=sum(1 for trial in trials if trial.metadata.id in continued),
        best=None if best is None else best[0],
        best_id=None if best is None else best[1],
        on_front=sum(1 for trial in trials if trial.metadata.id in summary.front),
        planned=planned,
        come=come,
    )


def _brackets(derived: Mapping[Any, Any]) -> list[dict[int, int]]:
    layouts = derived.get("bracket_layouts")
    if not isinstance(layouts, list):
        layouts = [derived.get("rung_sizes")]
    read = [_by_rung(layout) for layout in layouts[:_MOST_BRACKETS]]
    return [
        {rung: size for rung, size in each.items() if isinstance(size, int)}
        for each in read
        if each
    ]


def _by_rung(recorded: Any) -> dict[int, Any]:
    if not isinstance(recorded, Mapping):
        return {}
    return {
        int(rung): value
        for rung, value in recorded.items()
        if isinstance(rung, int) or (isinstance(rung, str) and rung.isdecimal())
    }


def rung_columns(rungs: tuple[Rung, ...], summary: RunSummary) -> tuple[Column, ...]:
    """The columns of the table: what has come of each rung, then what brackets plan for it."""
    count = max((len(rung.planned) for rung in rungs), default=0)
    names = ["planned"] if count == 1 else [f"b{at}" for at in range(count)]
    several = summary.objectives > 1
    best = (
        [Column("front", "on front", "right", gap=1)]
        if several
        else [Column("best", "best", "decimal", gap=1), Column("by", "config", max_width=10, gap=1)]
    )
    return (
        Column("rung", "rung", "right", gap=1),
        Column("fidelity", _fidelity_name(summary), "right", max_width=8, gap=1),
        Column("evaluated", "done", "right", gap=1),
        Column("running", "run", "right", gap=1),
        Column("pending", "wait", "right", gap=1),
        Column("promoted", "up", "right", gap=1),
        *best,
        *(Column(f"bracket{at}", name, "right", gap=1) for at, name in enumerate(names)),
    )


def rung_words(rungs: tuple[Rung, ...]) -> str:
    """What the short names of the columns mean, in a line."""
    count = max((len(rung.planned) for rung in rungs), default=0)
    if count < 2:
        return "run: being evaluated; wait: pending; up: promoted"
    have = "done/planned" if any(rung.come for rung in rungs) else "planned"
    return f"wait: pending; up: promoted; b0 … b{count - 1}: {have}"


def _fidelity_name(summary: RunSummary) -> str:
    key = summary.fidelity_key
    return "fidelity" if key is None else summary.names.get(key, key)


def rung_cells(rung: Rung, summary: RunSummary, star: str = "") -> tuple[Cell, ...]:
    """The cells of a rung, in the order of the columns.

    Args:
        rung: The rung.
        summary: What the run amounts to.
        star: What stands by the incumbent's config.
    """
    is_best = rung.best_id is not None and rung.best_id == summary.best_id
    config = (rung.best_id or "").rpartition("_rung_")[0]
    best = (
        [_count(rung.on_front, "text-accent")]
        if summary.objectives > 1
        else [
            Cell(number(rung.best), "text-accent" if is_best else ""),
            Cell(f"{config} {star}".rstrip(), "text-accent")
            if is_best
            else Cell(config, "text-muted"),
        ]
    )
    return (
        Cell(str(rung.rung)),
        Cell(number(rung.fidelity), "text-muted"),
        _count(rung.evaluated),
        _count(rung.running, "text-primary"),
        _count(rung.pending),
        _count(rung.promoted, "text-success"),
        *best,
        *(_bracket_cell(rung, at) for at in range(len(rung.planned))),
    )


def _bracket_cell(rung: Rung, bracket: int) -> Cell:
    """How many trials of a bracket have ended at a rung, of those it plans."""
    planned = rung.planned[bracket]
    come = rung.come[bracket] if rung.come else None
    if planned is None or come is None:
        return Cell(number(planned), "text-muted")
    return Cell(f"{come}/{planned}", "" if 0 < come < planned else "text-muted")


def _count(count: int, style: str = "") -> Cell:
    return Cell(str(count), style) if count else Cell(MISSING, "text-muted")
