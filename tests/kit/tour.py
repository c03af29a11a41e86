"""Through every view of the dashboard by keys, looking in each for what the run has."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import NamedTuple

from driven import Dashboard

from neps_state.reader import read_once
from neps_tui.facts.fold import summarize

SIZES = {"large": (160, 48), "small": (80, 24)}


class Run(NamedTuple):
    """What a run has, by which views know what to show.

    Attributes:
        evaluated: How many trials have ended; None where more do all the time.
    """

    evaluated: int | None
    errors: int
    best: str
    best_state: str
    workers: tuple[str, ...]
    optimizer: str
    plots: tuple[str, ...]

    @property
    def counted(self) -> str:
        """What the first screen says of how many trials have ended."""
        return "Evaluated " if self.evaluated is None else f"Evaluated {self.evaluated}"


def run_at(root: Path) -> Run:
    snapshot = read_once(root)
    assert snapshot.optimizer_info is not None
    summary = summarize(snapshot)
    best = summary.best_id or next(iter(summary.front))
    return Run(
        evaluated=summary.total - len(summary.pending) - len(summary.evaluating),
        errors=len(snapshot.errors),
        best=best,
        best_state=snapshot.trials[best].metadata.state.value,
        workers=summary.workers,
        optimizer=snapshot.optimizer_info["name"],
        plots=tuple(_plots(several=summary.objectives > 1, has_rungs=bool(summary.rungs))),
    )


def _plots(*, several: bool, has_rungs: bool) -> Iterator[str]:
    """What the titles of the plots say, one after the other."""
    yield "over evaluations"
    if several:
        yield "Pareto front of"
    yield "Learning curves of"
    if has_rungs:
        yield "Rung"
    yield from (" over ", "Parallel coordinates", "Importance for", "Distribution of")


async def look_everywhere(dashboard: Dashboard, run: Run) -> None:
    """Go through every view as somebody would who looks for something in it."""
    await dashboard.shows(run.counted)
    await look_at_trials(dashboard, run)
    await dashboard.press("E")
    await dashboard.shows("Errors" if run.errors else "No errors.")
    await dashboard.press("j", "tab", "w")
    await dashboard.shows(run.workers[0])
    await dashboard.press("j", "plus", "left", "O")
    await dashboard.shows("Search space")
    await dashboard.press("tab", "j", "P")
    for title in run.plots:
        await dashboard.until(lambda title=title: title in dashboard.text(), f"{title} is drawn")
        await dashboard.press("tab")
    await dashboard.press("escape")
    await look_back(dashboard, run)


async def look_at_trials(dashboard: Dashboard, run: Run) -> None:
    await dashboard.press("slash", *"objective<", "enter")
    await dashboard.shows("expected a value after objective<")
    await dashboard.press("escape", "escape", "number_sign", *run.best, "enter")
    await dashboard.press("enter")
    await dashboard.shows(f" {run.best} · {run.best_state}")
    await dashboard.press("right_square_bracket", "escape", "c")
    await dashboard.shows("[x] cost")
    await dashboard.press("escape", "ctrl+p", *f"trial {run.best}")
    await dashboard.shows(f"Trial {run.best}")
    await dashboard.press("escape")


async def look_back(dashboard: Dashboard, run: Run) -> None:
    await dashboard.press("R")
    await dashboard.shows("REPLAY")
    await dashboard.press("end")
    await dashboard.shows(run.counted)
    await dashboard.press("H", "escape")
    await dashboard.until(lambda: "REPLAY" not in dashboard.text(), "it is now again")
