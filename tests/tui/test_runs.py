"""A folder of runs: a live table of them, the way into each and back, their incumbents overlaid."""

from __future__ import annotations

import asyncio
import errno
import math
import os
import shutil
import time
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
from hostile_run import DIRECTIONS, ESCAPES, MARKUP
from runs import RunMaker
from textual.app import App

from neps_state.reader import RunReader
from neps_state.snapshot import RunSnapshot
from neps_tui.runs.folder import RunFolder
from neps_tui.runs.line import RunLine
from neps_tui.runs.overlay import overlay
from neps_tui.runs.rows import COLUMNS, RunRows, wrong_with
from neps_tui.runs.screen import RunsScreen
from neps_tui.widgets.trial_table import TrialTable

CopyRun = Callable[[str], Path]
Drive = Callable[..., None]
NAMES = ("hyperband-0.17", "multiobjective-0.17", "random-0.17")


@pytest.fixture
def make() -> RunMaker:
    return RunMaker()


@pytest.fixture
def folder(tmp_path: Path, recorded_run: CopyRun) -> Path:
    """A folder of three recorded runs, one of them a level further down."""
    for name in NAMES:
        place = tmp_path / ("older" if name == "random-0.17" else "") / name
        shutil.copytree(recorded_run(name), place)
    return tmp_path


def read(folder: Path) -> dict[str, RunLine]:
    runs = RunFolder(folder)
    runs.find()
    list(runs.look())
    return dict(runs.lines)


# --- the folder --------------------------------------------------------------------------------


def test_runs_are_found_below_a_folder_and_read(folder: Path) -> None:
    lines = read(folder)

    assert list(lines) == ["hyperband-0.17", "multiobjective-0.17", "older/random-0.17"]
    hyperband = lines["hyperband-0.17"]
    assert hyperband.is_read
    assert hyperband.optimizer == "hyperband"
    assert (hyperband.summary.usage.evaluations, hyperband.errors) == (40, 8)
    assert hyperband.summary.best_id == "15_rung_3"


def test_what_has_not_changed_is_not_read_again(folder: Path) -> None:
    runs = RunFolder(folder)
    runs.find()

    assert len(list(runs.look())) == 3
    assert list(runs.look()) == []


def test_a_run_that_changes_is_read_again(folder: Path, make: RunMaker) -> None:
    state = make.create(folder / "own")
    runs = RunFolder(folder)
    runs.find()
    list(runs.look())
    assert runs.lines["own"].summary.usage.evaluations == 0
    make.evaluate(state, make.sample(state, 1)[0], objective=0.5)

    deadline = time.monotonic() + 10
    while not (changed := list(runs.look())) and time.monotonic() < deadline:
        time.sleep(0.05)

    assert [line.name for line in changed] == ["own"]
    assert runs.lines["own"].summary.incumbents[-1].objective == 0.5


def test_the_run_written_last_is_read_first(folder: Path) -> None:
    for age, name in enumerate(("older/random-0.17", "hyperband-0.17", "multiobjective-0.17")):
        for path in (folder / name).rglob("*"):
            os.utime(path, (time.time() - 100 * age,) * 2)
    runs = RunFolder(folder)
    runs.find()

    assert next(runs.look()).name == "older/random-0.17"


def test_runs_come_and_go(folder: Path, recorded_run: CopyRun) -> None:
    runs = RunFolder(folder)
    assert runs.find()
    assert not runs.find()
    shutil.rmtree(folder / "hyperband-0.17")
    shutil.copytree(recorded_run("random-0.13"), folder / "new")

    assert runs.find()
    assert list(runs.lines) == ["multiobjective-0.17", "new", "older/random-0.17"]


def test_a_folder_that_is_gone_holds_no_runs(folder: Path) -> None:
    runs = RunFolder(folder)
    runs.find()
    shutil.rmtree(folder)

    list(runs.look())
    assert runs.find()
    assert runs.lines == {}


def test_a_broken_run_is_a_line_that_says_so(folder: Path) -> None:
    state = folder / "hyperband-0.17" / "optimizer_state.pkl"
    state.write_bytes(state.read_bytes()[:100])
    os.utime(state, (time.time() - 60,) * 2)

    line = read(folder)["hyperband-0.17"]

    assert line.summary.usage.evaluations == 40
    assert "optimizer_state.pkl" in wrong_with(line, time.time())


def test_a_run_that_cannot_be_looked_at_keeps_its_line_and_stops_no_other(
    folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    poll = RunReader.poll

    def fail_at_one(reader: RunReader) -> RunSnapshot:
        snapshot = poll(reader)
        if snapshot.root.name == "hyperband-0.17":
            raise OSError(errno.ENOTCONN, "Transport endpoint is not connected")
        return snapshot

    monkeypatch.setattr(RunReader, "poll", fail_at_one)
    lines = read(folder)

    assert "Transport endpoint" in wrong_with(lines["hyperband-0.17"], time.time())
    assert lines["multiobjective-0.17"].summary.usage.evaluations == 25
    assert lines["older/random-0.17"].summary.usage.evaluations == 30


# --- the rows ----------------------------------------------------------------------------------


def rows_of(folder: Path) -> RunRows:
    rows = RunRows()
    rows.now = time.time()
    rows.show(read(folder))
    return rows


def test_rows_are_sorted_as_a_person_counts(tmp_path: Path, recorded_run: CopyRun) -> None:
    for number in (10, 9, 1):
        shutil.copytree(recorded_run("random-0.17"), tmp_path / f"seed_{number}")
    rows = rows_of(tmp_path)

    assert rows.order() == ["seed_1", "seed_9", "seed_10"]
    rows.reverse()
    assert rows.order() == ["seed_10", "seed_9", "seed_1"]


def test_rows_are_sorted_by_any_column_what_is_missing_last(folder: Path) -> None:
    rows = rows_of(folder)
    rows.sort_by("best")

    assert rows.order()[0] == "hyperband-0.17"
    assert rows.order()[-1] == "multiobjective-0.17"
    rows.sort_by("best")
    assert rows.order() == ["older/random-0.17", "hyperband-0.17", "multiobjective-0.17"]
    for _ in COLUMNS:
        rows.sort_next()
        assert sorted(rows.order()) == [
            "hyperband-0.17",
            "multiobjective-0.17",
            "older/random-0.17",
        ]


def test_a_row_says_what_a_run_amounts_to(folder: Path) -> None:
    rows = rows_of(folder)
    keys = [column.key for column in COLUMNS]
    said = dict(zip(keys, (cell.text for cell in rows.cells("hyperband-0.17")), strict=True))
    several = dict(
        zip(keys, (cell.text for cell in rows.cells("multiobjective-0.17")), strict=True)
    )

    assert said["best"] == "0.1309"
    assert said["trial"] == "15_rung_3"
    assert said["evaluated"] == "40"
    assert said["crashed"] == "8 (20 %)"
    assert said["condition"] == "○ idle"
    assert several["best"].startswith("front of")


def test_a_run_that_is_not_read_yet_says_so(folder: Path) -> None:
    runs = RunFolder(folder)
    runs.find()
    rows = RunRows()
    rows.show(runs.lines)

    assert [cell.text for cell in rows.cells("hyperband-0.17")][:2] == [
        "hyperband-0.17",
        "to be read",
    ]


# --- the plot ----------------------------------------------------------------------------------


def test_incumbents_are_overlaid_with_the_chosen_ones_told_apart(folder: Path) -> None:
    lines = read(folder)
    plot = overlay(lines, "hyperband-0.17", {"older/random-0.17", "multiobjective-0.17"})

    assert plot.legend == (("best", "hyperband-0.17"), ("good", "older/random-0.17"))
    assert [line.pen for line in plot.lines] == ["best", "good"]
    last = {line.pen: line.points[-1] for line in plot.lines}
    assert last["best"] == (40.0, lines["hyperband-0.17"].summary.incumbents[-1].objective)
    assert "several objectives" in plot.notes[0]


def test_an_infinite_incumbent_changes_no_scale(folder: Path) -> None:
    lines = read(folder)
    line = lines["hyperband-0.17"]
    first = replace(line.summary.incumbents[0], objective=math.inf)
    summary = replace(line.summary, incumbents=(first, *line.summary.incumbents))
    assert not overlay({"hyperband-0.17": line}, None).y.log

    assert not overlay({"hyperband-0.17": replace(line, summary=summary)}, None).y.log


def test_nothing_chosen_leaves_all_runs_alike(folder: Path) -> None:
    plot = overlay(read(folder), None)

    assert {line.pen for line in plot.lines} == {"faint"}
    assert plot.legend == (("faint", "all runs"),)


# --- the screen --------------------------------------------------------------------------------


def test_a_run_is_opened_from_the_table_and_left_again(drive: Drive, folder: Path) -> None:
    async def steps(dashboard: Any) -> None:
        await dashboard.shows("3 runs")
        await dashboard.shows("front of")
        await dashboard.press("enter")
        await dashboard.shows("Evaluated 40")
        await dashboard.press("E")
        await dashboard.shows("of 8 errors")
        await dashboard.press("escape", "backspace")
        await dashboard.shows("3 runs")
        await dashboard.press("end", "enter")
        await dashboard.shows("Evaluated 30")
        await dashboard.press("backspace")
        await dashboard.shows("3 runs")

    drive(folder, steps, is_folder=True, wait=False)


def test_runs_that_were_read_before_there_is_a_screen_are_shown(folder: Path) -> None:
    lines = tuple(read(folder).values())

    class Early(App[None]):
        def on_mount(self) -> None:
            screen = RunsScreen(folder)
            screen.lines = lines
            self.push_screen(screen)

    async def run() -> None:
        app = Early()
        async with app.run_test() as pilot:
            await pilot.pause()
            assert set(app.screen.query_one(TrialTable).keys) == {line.name for line in lines}

    asyncio.run(run())


def test_keys_of_a_run_do_nothing_before_one_is_chosen(drive: Drive, folder: Path) -> None:
    async def steps(dashboard: Any) -> None:
        await dashboard.shows("front of")
        for key in "wEPOR":
            await dashboard.press(key)
        await dashboard.shows("3 runs")
        assert "workers" not in dashboard.text().splitlines()[-1]

    drive(folder, steps, is_folder=True, wait=False)


def test_a_run_opened_by_itself_has_no_others_to_go_back_to(
    drive: Drive, recorded_run: CopyRun
) -> None:
    async def steps(dashboard: Any) -> None:
        assert "all runs" not in dashboard.text()
        await dashboard.press("backspace")
        await dashboard.shows("Evaluated 40")

    drive(recorded_run("hyperband-0.17"), steps)


def test_the_table_follows_what_happens_in_the_folder(
    drive: Drive, folder: Path, make: RunMaker
) -> None:
    async def steps(dashboard: Any) -> None:
        await dashboard.shows("3 runs")
        state = make.create(folder / "own")
        await dashboard.shows("4 runs")
        make.evaluate(state, make.sample(state, 1)[0], objective=0.0625)
        await dashboard.shows("0.0625")

    drive(folder, steps, is_folder=True, wait=False)


def test_in_a_small_terminal_a_key_shows_the_plot_in_place_of_the_table(
    drive: Drive, folder: Path
) -> None:
    async def steps(dashboard: Any) -> None:
        await dashboard.shows("front of")
        assert "Incumbents" not in dashboard.text()
        await dashboard.press("p")
        await dashboard.shows("Incumbents")
        assert "front of" not in dashboard.text()
        await dashboard.press("p")
        await dashboard.shows("front of")
        assert isinstance(dashboard.app.focused, TrialTable)

    drive(folder, steps, is_folder=True, wait=False, size=(80, 24))


def test_sorting_works_by_key(drive: Drive, folder: Path) -> None:
    async def steps(dashboard: Any) -> None:
        await dashboard.shows("front of")
        assert "run▲" in dashboard.text()
        await dashboard.press("s")
        await dashboard.shows("condition▲")
        await dashboard.press("S")
        await dashboard.shows("condition▼")

    drive(folder, steps, is_folder=True, wait=False)


@pytest.mark.parametrize("text", [ESCAPES, DIRECTIONS, MARKUP])
def test_the_name_of_a_run_is_never_obeyed(
    drive: Drive, tmp_path: Path, recorded_run: CopyRun, text: str
) -> None:
    name = text.replace("/", "|").replace("\0", "")[:60]
    shutil.copytree(recorded_run("random-0.17"), tmp_path / name)

    async def steps(dashboard: Any) -> None:
        await dashboard.shows("0.17")
        assert all(character.isprintable() or character == "\n" for character in dashboard.text())

    drive(tmp_path, steps, is_folder=True, wait=False)
