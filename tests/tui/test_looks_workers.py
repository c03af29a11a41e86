"""What the workers view looks like, in two sizes and two themes.

A recorded run, and a run made here in which there is a worker of every kind.
"""

from __future__ import annotations

import random
import time
from collections.abc import Awaitable, Callable, Iterator
from dataclasses import replace
from pathlib import Path
from types import MappingProxyType
from typing import Any

import pytest
from textual.app import App
from textual.pilot import Pilot

from neps_state import MetaData, OptimizationState, Report, SeedSnapshot, State, Trial
from neps_state.snapshot import Phase, RunSnapshot
from neps_tui.app import NepsTuiApp, Options
from neps_tui.facts.fold import summarize
from neps_tui.view import RunView
from neps_tui.workers.screen import WorkersScreen

CopyRun = Callable[[str], Path]
Compare = Callable[..., bool]
LARGE, SMALL = (160, 48), (80, 24)
ENDED = 1_795_448_028.0
START = ENDED - 3600


@pytest.fixture(autouse=True)
def fixed_time(monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    """A minute and a half after the recorded runs ended, in a known time zone."""
    monkeypatch.setenv("TZ", "UTC")
    time.tzset()
    monkeypatch.setattr(time, "time", lambda: ENDED + 90.0)
    yield
    monkeypatch.undo()
    time.tzset()


async def settled(pilot: Pilot[Any]) -> None:
    """Waits until the screen stays as it is, however slow the machine."""
    calm, before = 0, ""
    while calm < 3:
        await pilot.pause(0.2)
        now = pilot.app.export_screenshot()
        calm = calm + 1 if now == before else 0
        before = now


def after(*keys: str) -> Callable[[Pilot[Any]], Awaitable[None]]:
    """Waits for the run, then presses keys."""

    async def steps(pilot: Pilot[Any]) -> None:
        app = pilot.app
        while isinstance(app, NepsTuiApp) and (app.view is None or not app.view.has_run):
            await pilot.pause(0.02)
        await settled(pilot)
        await pilot.press(*keys)
        await settled(pilot)

    return steps


def trial(
    name: str, worker: str, start: float, end: float | None, state: State = State.SUCCESS
) -> Trial:
    metadata = MetaData(
        name,
        "",
        State.EVALUATING if end is None else state,
        None,
        None,
        worker,
        START,
        worker,
        None,
        None,
        START + start,
        None if end is None else START + end,
    )
    objective = 0.1 + start / 9000 if state is State.SUCCESS else None
    report = None if end is None else Report(objective, 1.0, None, {}, None, None, "success", None)
    return Trial({"x": 1}, metadata, report)


def lane(worker: str, until: float, chance: random.Random) -> Iterator[Trial]:
    """What a worker evaluated from the beginning until then, with a pause now and then."""
    start = chance.uniform(0, 60)
    while True:
        end = start + chance.choice([45.0, 110.0, 260.0]) * chance.uniform(0.9, 1.1)
        if end > until:
            return
        state = chance.choices(
            [State.SUCCESS, State.CRASHED, State.FAILED, State.CORRUPTED], [20, 3, 1, 1]
        )[0]
        yield trial(f"{worker[-1]}{round(start)}", worker, start, end, state)
        start = end + chance.choice([2.0, 2.0, 2.0, 90.0])


class StandingStill(RunView):
    """A live view of a run at a time that does not go on."""

    def now(self) -> float:
        return ENDED if self.moment is None else self.moment


def every_kind() -> RunView:
    """A run of an hour with a worker of every kind."""
    chance = random.Random(7)
    ends = {"worker_0": 3500, "worker_1": 3100, "worker_2": 400, "worker_3": 3480}
    ends |= {"worker_4": 3550, "worker_5": 2000, "gpu-node-17.cluster": 3400}
    trials = [each for worker, end in ends.items() for each in lane(worker, end, chance)]
    trials += [
        trial("501", "worker_0", 3505, None),
        trial("502", "worker_1", 3150, None),
        trial("503", "worker_2", 410, None),
        trial("504", "worker_3", 1700, None),
        trial("505", "worker_3", 3490, None),
        trial("506", "gpu-node-17.cluster", 3450, None),
    ]
    state = OptimizationState(None, SeedSnapshot.new_capture(), None, [*ends, "worker_6"])
    snapshot = RunSnapshot(
        Path("cluster_run"),
        Phase.RUN,
        generation=1,
        revision=1,
        trials=MappingProxyType({each.id: each for each in trials}),
        optimizer_state=state,
    )
    return StandingStill(snapshot, summarize(snapshot))


def many() -> RunView:
    """A run of two hundred workers."""
    chance = random.Random(8)
    trials = [each for number in range(200) for each in lane(f"node-{number:03}", 3500, chance)]
    by_id = {f"{number}": each for number, each in enumerate(trials)}
    for name, each in by_id.items():
        each.metadata.id = name
    snapshot = RunSnapshot(
        Path("large_run"), Phase.RUN, generation=1, revision=1, trials=MappingProxyType(by_id)
    )
    return StandingStill(snapshot, summarize(snapshot))


class Host(App[None]):
    """Shows the workers of a run at a time that stands still."""

    animation_level = "none"

    def __init__(self, view: RunView, theme: str, *, ascii: bool = False) -> None:
        super().__init__()
        self.theme = theme
        self._screen = WorkersScreen(ascii=ascii)
        self._screen.set_reactive(WorkersScreen.view, view)
        # However long a slow machine takes to draw it, what it shows is not stale.
        self._screen.checked_at = time.monotonic() + 3600.0

    async def on_mount(self) -> None:
        await self.push_screen(self._screen)
        self._screen.watch_view()


@pytest.mark.parametrize("theme", ["textual-dark", "textual-light"])
@pytest.mark.parametrize("size", [LARGE, SMALL], ids=["large", "small"])
def test_workers_look_as_they_did(
    snap_compare: Compare, recorded_run: CopyRun, theme: str, size: tuple[int, int]
) -> None:
    app = NepsTuiApp(recorded_run("hyperband-0.17"), Options(theme=theme))
    app.animation_level = "none"
    assert snap_compare(app, terminal_size=size, run_before=after("w", "left", "left"))


@pytest.mark.parametrize("theme", ["textual-dark", "textual-light"])
@pytest.mark.parametrize("size", [LARGE, SMALL], ids=["large", "small"])
def test_workers_of_every_kind_look_as_they_did(
    snap_compare: Compare, theme: str, size: tuple[int, int]
) -> None:
    app = Host(every_kind(), theme)
    assert snap_compare(app, terminal_size=size, run_before=after("down", "down", "down"))


def test_a_part_of_the_time_looks_as_it_did(snap_compare: Compare) -> None:
    app = Host(every_kind(), "textual-dark")
    keys = ("plus", "plus", "plus", "left", "left")
    assert snap_compare(app, terminal_size=LARGE, run_before=after(*keys))


def test_workers_look_as_they_did_in_ascii(snap_compare: Compare) -> None:
    app = Host(every_kind(), "textual-dark", ascii=True)
    assert snap_compare(app, terminal_size=SMALL, run_before=after("left"))


def test_many_workers_look_as_they_did(snap_compare: Compare) -> None:
    app = Host(many(), "textual-dark")
    assert snap_compare(app, terminal_size=LARGE, run_before=after("pagedown", "left"))


THEMES = ["textual-dark", "neps-colour-blind-light"]


@pytest.mark.parametrize("theme", THEMES)
@pytest.mark.parametrize("size", [LARGE, SMALL], ids=["large", "small"])
def test_a_worker_gone_quiet_looks_as_it_did(
    snap_compare: Compare,
    recorded_run: CopyRun,
    monkeypatch: pytest.MonkeyPatch,
    theme: str,
    size: tuple[int, int],
) -> None:
    monkeypatch.setattr(time, "time", lambda: ENDED + 2 * 86_400.0)
    app = NepsTuiApp(recorded_run("killed-0.17"), Options(theme=theme))
    app.animation_level = "none"
    assert snap_compare(app, terminal_size=size, run_before=after("w"))


def test_a_moment_of_the_past_looks_as_it_did(snap_compare: Compare) -> None:
    app = Host(replace(every_kind(), moment=ENDED - 60), "textual-dark")
    assert snap_compare(app, terminal_size=LARGE, run_before=after("left"))
