"""Evaluations made elsewhere, as trials of this run."""

from __future__ import annotations

from pathlib import Path

from neps_state.config_form import ConfigError
from neps_state.readable import readable_config
from neps_state.signature import signature
from neps_tui.changes.evaluations import EvaluationsError, Found, read_evaluations
from neps_tui.changes.form import Entry, Form, FormError, Typed
from neps_tui.changes.plan import Plan
from neps_tui.view import RunView
from neps_tui.words.formatting import counted, number

_MOST_SHOWN = 20


def plan_import(view: RunView, found: Found) -> Plan:
    """Work out what importing evaluations would do.

    Args:
        view: The run as the person sees it.
        found: What was read, and what was left out.
    """
    what = counted(len(found.evaluated), "evaluation")
    space, names = view.snapshot.space, view.summary.names
    lines = []
    for each in found.evaluated[:_MOST_SHOWN]:
        config = readable_config(each.config, space, names)
        told = "  ".join(f"{name} {number(value)}" for name, value in config.items())
        cost = "" if each.cost is None else f"  cost {number(each.cost)}"
        lines.append(f"  {', '.join(map(number, each.objective))}{cost}  {told}")
    more = len(found.evaluated) - _MOST_SHOWN
    left_out = len(found.skipped) - _MOST_SHOWN
    return Plan(
        what=f"import {what}",
        done="imported",
        make=lambda state, force: state.lock_and_import(found.evaluated, by=signature()),
        lines=(
            f"new trials, evaluated elsewhere: {what}",
            *lines,
            *([f"  and {more} more"] if more > 0 else []),
            *_budget_lines(view, len(found.evaluated)),
            *(f"skipped: {each}" for each in found.skipped[:_MOST_SHOWN]),
            *([f"skipped: {left_out} more"] if left_out > 0 else []),
        ),
        risks=tuple(f"not all of that run can be read: {each}" for each in found.problems),
        nothing=None if found.evaluated else "no evaluation fits this run",
    )


def _budget_lines(view: RunView, added: int) -> list[str]:
    """What becomes of the run's own limit: NePS counts what is imported too."""
    return [
        f"they count: {number(each.used + added)} of {number(each.allowed)} evaluations then"
        for each in view.summary.limits
        if each.name == "evaluations" and not each.per_worker and added
    ]


def import_form(view: RunView) -> Form:
    """What to type for an import.

    Args:
        view: The run as the person sees it.
    """

    def make(typed: Typed) -> Plan:
        place = typed["file"].strip()
        if not place:
            raise FormError("name a file or a run directory")
        try:
            return plan_import(view, read_evaluations(Path(place).expanduser(), view))
        except (ConfigError, EvaluationsError) as error:
            raise FormError(str(error)) from error

    entry = Entry("file", "CSV, JSON lines, a run; → completes", is_path=True)
    return Form("Evaluations made elsewhere", (entry,), make, is_live=False)
