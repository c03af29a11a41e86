"""The workers view, by keys and mouse, on recorded runs and on a run of many workers."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable
from dataclasses import replace
from pathlib import Path
from types import MappingProxyType
from typing import Any

import pytest
from textual.app import App
from textual.events import MouseScrollDown, MouseScrollUp
from textual.pilot import Pilot

from neps_state import MetaData, OptimizationState, Report, SeedSnapshot, State, Trial
from neps_state.snapshot import Phase, RunSnapshot
from neps_tui.dashboard.screen import DashboardScreen
from neps_tui.facts.fold import RunFold
from neps_tui.messages import TrialOpened
from neps_tui.trial.screen import TrialScreen
from neps_tui.view import RunView
from neps_tui.workers.lane import Bar
from neps_tui.workers.screen import WorkersScreen
from neps_tui.workers.timeline import Timeline
from neps_tui.workers.trial_list import trials_around

Drive = Callable[..., None]
CopyRun = Callable[[str], Path]
START = 1_795_448_000.0


def made(
    name: str, start: float, end: float | None, worker: str, state: State | None = None
) -> Trial:
    state = state or (State.EVALUATING if end is None else State.SUCCESS)
    metadata = MetaData(
        name, "", state, None, None, worker, START, worker, None, None, START + start
    )
    metadata.time_end = None if end is None else START + end
    report = None if end is None else Report(0.5, 1.0, None, {}, None, None, "success", None)
    return Trial({"x": 1}, metadata, report)


class StandingStill(RunView):
    """A live view of a run at a time that does not go on."""

    time = 0.0

    def now(self) -> float:
        return self.time if self.moment is None else self.moment


class Host(App[None]):
    """Shows the workers of runs made here, at a time that stands still."""

    def __init__(self, now: float = 100.0, *, ascii: bool = False) -> None:
        super().__init__()
        self.shown = WorkersScreen(ascii=ascii)
        self.opened: list[tuple[str, tuple[str, ...]]] = []
        self._fold = RunFold()
        self._now = START + now
        self._revision = 0

    def show(self, *trials: Trial, changed: str | None = None, now: float | None = None) -> None:
        """Show a run of these trials."""
        self._revision += 1
        if now is not None:
            self._now = START + now
        by_id = MappingProxyType({trial.id: trial for trial in trials})
        state = OptimizationState(None, SeedSnapshot.new_capture(), None, [])
        snapshot = RunSnapshot(
            Path("run"),
            Phase.RUN,
            generation=1,
            revision=self._revision,
            trials=by_id,
            changed=None if changed is None else frozenset([changed]),
            optimizer_state=state,
        )
        view = StandingStill(snapshot, self._fold.fold(snapshot))
        StandingStill.time = self._now
        self.shown.view = view

    async def on_mount(self) -> None:
        await self.push_screen(self.shown)

    def on_trial_opened(self, event: TrialOpened) -> None:
        self.opened.append((event.trial_id, event.order))

    @property
    def timeline(self) -> Timeline:
        return self.shown.query_one(Timeline)

    def text(self) -> str:
        strips = self.screen._compositor.render_strips()
        return "\n".join(strip.text.rstrip() for strip in strips)

    def line(self, start: str) -> str:
        """The first line on the screen that starts so."""
        return next(line for line in self.text().splitlines() if line.strip().startswith(start))


def host(
    steps: Callable[[Host, Pilot[None]], Awaitable[None]],
    *trials: Trial,
    now: float = 100.0,
    size: tuple[int, int] = (160, 48),
    ascii: bool = False,
) -> None:
    async def run() -> None:
        app = Host(now, ascii=ascii)
        async with app.run_test(size=size, notifications=True) as pilot:
            app.show(*trials)
            await pilot.pause(0.05)
            await steps(app, pilot)

    asyncio.run(run())


def two_workers() -> list[Trial]:
    return [
        made("1", 0, 20, "worker_0"),
        made("2", 0, 40, "worker_1"),
        made("3", 20, 60, "worker_0", State.CRASHED),
        made("4", 40, 80, "worker_1"),
        made("5", 60, None, "worker_0"),
    ]


def test_its_key_opens_it_and_escape_leaves_it(drive: Drive, recorded_run: CopyRun) -> None:
    async def steps(dashboard: Any) -> None:
        await dashboard.press("w")
        assert isinstance(dashboard.app.screen, WorkersScreen)
        await dashboard.shows("Workers 1 · 1 idle")
        await dashboard.press("escape")
        assert isinstance(dashboard.app.screen, DashboardScreen)

    drive(recorded_run("hyperband-0.17"), steps)


@pytest.mark.parametrize("size", [(160, 48), (80, 24), (40, 10)])
def test_every_recorded_run_is_drawn_in_every_size(
    drive: Drive, recorded_run: CopyRun, size: tuple[int, int]
) -> None:
    async def steps(dashboard: Any) -> None:
        await dashboard.press("w")
        await dashboard.press("left", "plus", "H", "0", "j", "G")
        assert isinstance(dashboard.app.screen, WorkersScreen)
        assert "worker" in dashboard.text()

    for name in ("architecture-0.17", "multiobjective-0.17", "killed-0.17", "import-0.17"):
        drive(recorded_run(name), steps, size=size)


def test_the_chosen_trial_is_named_and_opened(drive: Drive, recorded_run: CopyRun) -> None:
    async def steps(dashboard: Any) -> None:
        await dashboard.press("w", "left")
        timeline = dashboard.app.screen.query_one(Timeline)
        trial_id = timeline.chosen.trial_id
        await dashboard.shows(f"{trial_id} success · objective")
        await dashboard.press("enter")
        assert isinstance(dashboard.app.screen, TrialScreen)
        assert dashboard.app.screen.trial_id == trial_id
        await dashboard.press("escape")
        assert isinstance(dashboard.app.screen, WorkersScreen)
        assert timeline.chosen.trial_id == trial_id

    drive(recorded_run("random-0.17"), steps)


def test_rows_say_what_workers_do() -> None:
    async def steps(app: Host, pilot: Pilot[None]) -> None:
        assert "Workers 2 · 2 active  " in app.text()
        row = " ".join(app.line("worker_0").split())
        assert row == "worker_0 working 5 00:40 ███ 40 s 2 1 100 % 40 s ago"
        row = " ".join(app.line("worker_1").split())
        assert row.startswith("worker_1 waiting 2 0 100 % 20 s ago it has just ended a trial")
        assert "▶ 5 evaluating · since 23 Nov" in app.text()
        facts = "2 done, 1 failed (50 %) · busy 100 % of its time"
        assert f"worker_0 working · {facts}" in app.text()

    host(steps, *two_workers())


def test_arrows_go_from_trial_to_trial_and_from_worker_to_worker() -> None:
    async def steps(app: Host, pilot: Pilot[None]) -> None:
        def chosen() -> tuple[str | None, str]:
            assert app.timeline.chosen is not None
            return app.timeline.worker, app.timeline.chosen.trial_id

        assert chosen() == ("worker_0", "5")
        await pilot.press("left")
        assert chosen() == ("worker_0", "3")
        assert "✘ 3 crashed" in app.text()
        await pilot.press("down")
        assert chosen() == ("worker_1", "2")
        await pilot.press("l", "k")
        assert chosen() == ("worker_0", "3")
        await pilot.press("right", "right", "h")
        assert chosen() == ("worker_0", "3")
        await pilot.press("enter")
        assert app.opened == [("3", ("1", "3", "5"))]

    host(steps, *two_workers())


def test_keys_zoom_and_pan_and_show_the_whole_run_again() -> None:
    async def steps(app: Host, pilot: Pilot[None]) -> None:
        assert "whole run, 2 min" in app.text()
        await pilot.press("plus", "plus", "plus")
        assert "zoomed, 30 s" in app.text()
        assert "now" in app.text()
        await pilot.press("H")
        assert "now" not in app.line("╵")
        await pilot.press("minus")
        assert "zoomed, 44 s" in app.text()
        await pilot.press("0")
        assert "whole run" in app.text()

    host(steps, *two_workers())


def test_at_the_right_edge_it_follows_now_and_elsewhere_it_stays() -> None:
    async def steps(app: Host, pilot: Pilot[None]) -> None:
        await pilot.press("plus")
        app.show(*two_workers(), changed="5", now=150)
        await pilot.pause()
        assert app.timeline.edges == pytest.approx((START + 150 - 100 / 1.5, START + 150))
        await pilot.press("H")
        before = app.timeline.edges
        app.show(*two_workers(), changed="5", now=160)
        await pilot.pause()
        assert app.timeline.edges == before

    host(steps, *two_workers())


def test_the_cursor_stays_on_its_trial_while_others_come() -> None:
    async def steps(app: Host, pilot: Pilot[None]) -> None:
        await pilot.press("down", "left")
        assert app.timeline.chosen is not None
        assert app.timeline.chosen.trial_id == "2"
        more = made("9", 90, None, "worker_00")
        app.show(*two_workers(), more, changed="9", now=110)
        await pilot.pause()
        assert app.timeline.worker == "worker_1"
        assert app.timeline.chosen.trial_id == "2"
        assert "Workers 3" in app.text()

    host(steps, *two_workers())


def test_a_click_chooses_a_bar_and_another_opens_it() -> None:
    async def steps(app: Host, pilot: Pilot[None]) -> None:
        lane = next(
            y for y, line in enumerate(app.text().splitlines()) if line.startswith(" worker_1")
        )
        await pilot.click(offset=(20, lane + 1))
        assert app.timeline.worker == "worker_1"
        assert app.timeline.chosen is not None
        assert app.timeline.chosen.trial_id == "2"
        assert app.opened == []
        await pilot.click(offset=(20, lane + 1))
        assert [trial_id for trial_id, _ in app.opened] == ["2"]

    host(steps, *two_workers())


def test_the_wheel_zooms_where_all_workers_are_in_sight() -> None:
    async def steps(app: Host, pilot: Pilot[None]) -> None:
        await wheel(app, pilot, MouseScrollUp)
        assert "zoomed" in app.text()
        await wheel(app, pilot, MouseScrollDown)
        assert "whole run" in app.text()

    host(steps, *two_workers())


async def wheel(
    app: Host,
    pilot: Pilot[None],
    kind: type[MouseScrollUp | MouseScrollDown],
    *,
    ctrl: bool = False,
) -> None:
    event = kind(app.timeline, 80, 5, 0, 0, 0, False, False, ctrl)
    app.timeline.post_message(event)
    await pilot.pause(0.05)


def many_workers(count: int = 300) -> list[Trial]:
    return [
        made(f"{worker}-{number}", 10 * number, 10 * number + 9, f"worker_{worker}")
        for worker in range(count)
        for number in range(3)
    ]


@pytest.mark.parametrize("size", [(160, 48), (80, 24)])
def test_hundreds_of_workers_scroll(size: tuple[int, int]) -> None:
    async def steps(app: Host, pilot: Pilot[None]) -> None:
        assert " of 300 · 300 idle" in app.line("Workers 1–")
        assert app.line("worker_0")
        assert "worker_299" not in app.text()
        await pilot.press("G")
        await pilot.pause()
        assert app.line("worker_299")
        assert "–300 of 300 · " in app.line("Workers")
        assert "299-2 success" in app.text()
        await pilot.press("pageup")
        assert app.timeline.worker not in ("worker_299", "worker_0")
        await pilot.press("g")
        await pilot.pause()
        assert app.line("worker_0")
        await wheel(app, pilot, MouseScrollDown)
        assert "whole run" in app.text()
        await wheel(app, pilot, MouseScrollUp, ctrl=True)
        assert "zoomed" in app.text()

    host(steps, *many_workers(), size=size)


def test_without_a_worker_it_says_what_would_make_one_come() -> None:
    async def steps(app: Host, pilot: Pilot[None]) -> None:
        assert "No worker yet." in app.text()
        await pilot.press("left", "right", "plus", "0", "enter", "j", "G", "H", "pagedown")
        assert app.opened == []
        assert "No worker has started a trial yet." in app.text()
        app.show(made("1", 0, None, "worker_0"))
        await pilot.pause(0.05)
        assert app.line("worker_0")

    host(steps)


def test_only_ascii_is_drawn_where_there_is_nothing_else() -> None:
    async def steps(app: Host, pilot: Pilot[None]) -> None:
        assert app.text().isascii()
        await pilot.press("left", "plus")
        assert app.text().isascii()

    for size in ((160, 48), (80, 24)):
        host(steps, *two_workers(), made("x✘", 0, 9, "wörker"), size=size, ascii=True)


def test_hostile_names_are_inert() -> None:
    async def steps(app: Host, pilot: Pilot[None]) -> None:
        assert "\x1b" not in app.text()
        assert "[bold]w" in app.text()
        await pilot.press("left", "down", "left")
        assert "\x1b" not in app.text()

    trials = [made("[/]\x1b[31m1\n", 0, 50, "[bold]w\x1b]0;x\x07"), made("2\n", 50, None, "w\n")]
    host(steps, *trials)


def test_while_nothing_changes_nothing_is_painted(monkeypatch: pytest.MonkeyPatch) -> None:
    painted: list[int] = []
    paint = Timeline.render_line

    def counting(self: Timeline, y: int) -> Any:
        painted.append(y)
        return paint(self, y)

    async def steps(app: Host, pilot: Pilot[None]) -> None:
        monkeypatch.setattr(Timeline, "render_line", counting)
        assert app.shown.view is not None
        for _ in range(3):
            app.shown.tick(app.shown.view)
            await pilot.pause()
        assert painted == []
        # Only its own lines are painted when one worker ends a trial.
        ended = [each for each in two_workers() if each.id != "5"]
        app.show(*ended, made("5", 60, 100, "worker_0"), changed="5")
        await pilot.pause()
        assert 0 < len(set(painted)) < app.timeline.size.height / 2

    host(steps, *two_workers())


def test_a_past_moment_is_drawn_as_of_then() -> None:
    async def steps(app: Host, pilot: Pilot[None]) -> None:
        view = app.shown.view
        assert view is not None
        app.shown.view = replace(view, moment=START + 62)
        await pilot.pause()
        assert app.line("worker_0").split()[:4] == ["worker_0", "working", "5", "00:02"]
        assert "past 23 Nov" in app.line("╵")
        assert "now" not in app.line("╵")

    host(steps, *two_workers())


def test_without_room_a_column_is_left_out_and_told_below(
    drive: Drive, recorded_run: CopyRun
) -> None:
    async def steps(dashboard: Any) -> None:
        await dashboard.press("w")
        (labels,) = [line for line in dashboard.text().splitlines() if "verdict" in line]
        assert labels.split() == ["worker", "verdict", "evaluates", "since", "usual", "done"]
        await dashboard.shows("6 failed (30 %) · busy 68 % of")

    drive(recorded_run("random-0.13"), steps, size=(50, 20))


def gone_quiet() -> list[Trial]:
    """A second of work and then nothing more of a trial, for days."""
    ended = [made(str(at), at / 4, at / 4 + 0.2, "worker_0") for at in range(1, 5)]
    return [*ended, made("7", 1.25, None, "worker_0")]


@pytest.mark.parametrize("size", [(160, 48), (80, 24)])
def test_a_silence_of_days_leaves_room_for_the_second_before_it(size: tuple[int, int]) -> None:
    async def steps(app: Host, pilot: Pilot[None]) -> None:
        lane = app.line("█1")
        assert all(f"█{name}█" in lane for name in "1234")
        assert lane.rstrip().endswith("▶")
        assert "silence cut" in app.line("Workers")
        assert app.line("╵").endswith("2 d to now →")
        await pilot.press("0")
        await pilot.pause()
        assert "whole run, 2 d" in app.line("Workers")
        assert app.line("╵").rstrip().endswith("now╵")
        await pilot.press("0")
        await pilot.pause()
        assert "silence cut" in app.line("Workers")
        await pilot.press("minus")
        await pilot.pause()
        assert "whole run, 2 d" in app.line("Workers")
        await pilot.press("plus", "0")
        await pilot.pause()
        assert "whole run, 2 d" in app.line("Workers")

    host(steps, *gone_quiet(), now=2 * 86_400, size=size)


@pytest.mark.parametrize("size", [(160, 48), (80, 24)])
def test_why_a_worker_has_its_verdict_is_read_in_full(size: tuple[int, int]) -> None:
    reason = "the longest of 4 like trials took 0.2 s, this one over ten times as long"

    async def steps(app: Host, pilot: Pilot[None]) -> None:
        said = " ".join(app.text().split())
        assert f"worker_0 gone quiet: {reason} · 4 done" in said
        assert f"▶ 7 evaluating, gone quiet: {reason} · since" in said

    host(steps, *gone_quiet(), now=2 * 86_400, size=size)


def test_a_text_without_room_ends_with_a_sign_for_more() -> None:
    crashed = made("1", 0, 20, "worker_0", State.CRASHED)
    assert crashed.report is not None
    crashed.report.err = ValueError("no " * 200)

    async def steps(app: Host, pilot: Pilot[None]) -> None:
        last = app.text().splitlines()[-2]
        assert last.rstrip().endswith("~" if app.shown.ascii else "…")

    for ascii in (False, True):
        host(steps, crashed, size=(80, 24), ascii=ascii)


def test_where_lanes_leave_room_the_trials_around_the_chosen_one_are_listed() -> None:
    trials = [made(str(at), 10 * at, 10 * at + 9, "worker_0") for at in range(1, 100)]

    async def steps(app: Host, pilot: Pilot[None]) -> None:
        def listed() -> list[list[str]]:
            lines = app.text().splitlines()
            (labels,) = [at for at, line in enumerate(lines) if "trial  state" in line]
            return [line.split() for line in lines[labels + 1 : labels + 20]]

        assert listed()[0][:3] == ["›", "✔", "99"]
        assert listed()[1][:3] == ["✔", "98", "success"]
        await pilot.press("left", "left")
        await pilot.pause()
        assert listed()[2][:3] == ["›", "✔", "97"]
        await pilot.press(*["left"] * 40)
        await pilot.pause()
        assert any(line[:3] == ["›", "✔", "57"] for line in listed())
        # As more workers come, their lanes take the room.
        app.show(*trials, *many_workers(9))
        await pilot.pause(0.05)
        assert "trial  state" not in app.text()
        assert all(app.line(f"worker_{number}") for number in range(9))

    host(steps, *trials, now=999)


def test_a_long_error_is_cut_in_its_own_line_only() -> None:
    crashed = made("1", 0, 20, "worker_0", State.CRASHED)
    assert crashed.report is not None
    crashed.report.err = ValueError("no " * 60)

    async def steps(app: Host, pilot: Pilot[None]) -> None:
        lines = app.text().splitlines()
        (at,) = [at for at, line in enumerate(lines) if "trial  state" in line]
        assert lines[at + 1].endswith("20 s")
        assert lines[at + 2].rstrip().endswith("no …")

    host(steps, crashed, made("2", 20, 40, "worker_0"), size=(120, 30))


def test_a_list_in_a_part_of_the_room_always_holds_the_chosen_trial() -> None:
    bars = [Bar(float(at), at + 0.5, str(at), State.SUCCESS) for at in range(20)]
    for chosen in bars:
        around = trials_around(bars, chosen, 7)
        assert len(around) == 7
        assert chosen in around
        assert list(around) == sorted(around, reverse=True)
    assert len(trials_around(bars[:3], bars[0], 7)) == 3
    assert list(trials_around(bars, bars[4], 0)) == []


def test_the_title_says_which_workers_are_in_sight() -> None:
    async def steps(app: Host, pilot: Pilot[None]) -> None:
        assert "Workers 1–7 of 8 · 8 active" in app.text()
        await pilot.press("G")
        await pilot.pause()
        assert "Workers 2–8 of 8 · 8 active" in app.text()
        await wheel(app, pilot, MouseScrollUp)
        await wheel(app, pilot, MouseScrollUp)
        await pilot.pause()
        assert "Workers 1–7 of 8 · 8 active" in app.text()

    host(steps, *many_workers(8), now=50, size=(80, 24))


def test_a_worker_that_once_left_a_trial_keeps_its_words_between_two_trials() -> None:
    trials = [made("1", 0, 1, "w"), made("2", 2, 3, "w"), made("3", 4, None, "w")]

    async def steps(app: Host, pilot: Pilot[None]) -> None:
        before = app.line("Workers")[:41]
        assert before.rstrip() == " Workers 1 · 1 active · 1 trial abandoned"
        assert "working, left 1" in app.line("w ")
        app.show(*trials, made("4", 6, 8, "w"), changed="4", now=9)
        await pilot.pause()
        assert app.line("Workers")[:41] == before
        assert "waiting, left 1" in app.line("w ")

    host(steps, *trials, made("4", 6, None, "w"), now=7, size=(160, 48))


def test_the_trials_are_listed_as_soon_as_the_view_is_opened(
    drive: Callable[..., None], recorded_run: Callable[[str], Path], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(WorkersScreen, "tick", lambda screen, view: None)

    async def steps(dashboard: Any) -> None:
        await dashboard.press("w")
        await dashboard.shows("› ★ 15_rung_3  success     0.1309")

    drive(recorded_run("hyperband-0.17"), steps)


def test_the_trial_of_a_dead_worker_is_put_back_from_here(drive: Drive, run_copy: CopyRun) -> None:
    async def steps(dashboard: Any) -> None:
        await dashboard.press("w")
        await dashboard.shows("gone quiet")
        await dashboard.press("r")
        await dashboard.shows("Reset 10?")
        await dashboard.press("y")
        await dashboard.shows("… 3  ▶ 0")
        await dashboard.shows("Workers 1 · 1 idle")

    drive(run_copy("killed-0.17"), steps)
