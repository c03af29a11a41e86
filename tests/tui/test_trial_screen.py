"""One trial whole: what is told of it, and the ways from it."""

from __future__ import annotations

import json
import math
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from rich.cells import cell_len
from textual.widget import Widget

from neps_state import MetaData, State, Trial
from neps_state.reader import RunReader
from neps_state.values import dominates, objective_values
from neps_tui.app import Options
from neps_tui.cli import main
from neps_tui.dashboard.screen import DashboardScreen
from neps_tui.facts.fold import summarize
from neps_tui.facts.summary import Evaluating, RunSummary
from neps_tui.messages import TrialOpened
from neps_tui.plots.drawing import draw_plot
from neps_tui.plots.one_trial import one_trial_plot
from neps_tui.trial.beside import beside_of
from neps_tui.trial.config_rows import config_lines, config_of
from neps_tui.trial.copying import last_of
from neps_tui.trial.details import Headline, error_lines, error_of, headline_line
from neps_tui.trial.report_rows import report_lines, report_rows
from neps_tui.trial.screen import TrialScreen
from neps_tui.trial.timing import said, timing_lines, timing_of
from neps_tui.view import RunView
from neps_tui.words.text_lines import row_lines

Drive = Callable[..., None]
CopyRun = Callable[[str], Path]
SIZES = [(160, 48), (80, 24)]
RUNS = ["architecture-0.17", "hyperband-0.17", "killed-0.17", "multiobjective-0.17", "random-0.13"]


def view_of(root: Path) -> RunView:
    snapshot = RunReader(root).poll()
    return RunView(snapshot, summarize(snapshot))


def text_of(lines: Any) -> str:
    return "\n".join("".join(text for text, _ in line) for line in lines)


# --- what is told -----------------------------------------------------------------------------


def timed(state: State, **times: Any) -> Trial:
    metadata = MetaData(
        id="1",
        location="",
        state=state,
        previous_trial_id=None,
        previous_trial_location=None,
        sampling_worker_id="worker_0",
        time_sampled=times.pop("sampled", 100.0),
        **times,
    )
    return Trial(config={}, metadata=metadata, report=None)


def running_view(recorded_run: CopyRun, usual: float | None) -> RunView:
    evaluating = Evaluating("1", "worker_0", 110.0, usual, None, "working")
    summary = RunSummary(evaluating=(evaluating,))
    return replace(view_of(recorded_run("random-0.17")), summary=summary)


def test_waiting_and_evaluating_take_their_shares_of_the_line(recorded_run: CopyRun) -> None:
    view = view_of(recorded_run("random-0.17"))
    over = timed(State.SUCCESS, time_started=110.0, time_end=140.0, evaluation_duration=30.0)
    timing = timing_of(over, view, 200.0)
    lines = text_of(timing_lines(timing, 40)).split("\n")
    assert lines[0] == "░" * 10 + "█" * 30
    assert "waited 10 s" in lines[1]
    assert "evaluated 30 s" in lines[1]


def test_a_running_trial_grows_towards_the_usual_time(recorded_run: CopyRun) -> None:
    view = running_view(recorded_run, usual=30.0)
    trial = timed(State.EVALUATING, time_started=110.0)
    for now, bar in ((120.0, (10, 10, 20)), (130.0, (10, 20, 10)), (140.0, (10, 30, 0))):
        line = text_of(timing_lines(timing_of(trial, view, now), 40)).split("\n")[0]
        assert (line.count("░"), line.count("█"), line.count("─")) == bar
    assert dict(said(timing_of(trial, view, 120.0)))["evaluating"] == "10 s of usually 30 s"


def test_a_pending_trial_waits(recorded_run: CopyRun) -> None:
    timing = timing_of(timed(State.PENDING), view_of(recorded_run("random-0.17")), 160.0)
    assert dict(said(timing)) == {"waiting": "1 min"}


def test_times_that_nobody_recorded_are_left_out(recorded_run: CopyRun) -> None:
    trial = timed(State.EXTERNAL, sampled=math.nan)
    lines = timing_lines(timing_of(trial, view_of(recorded_run("random-0.17")), 1.0), 40)
    assert text_of(lines) == "sampled  –"


@pytest.mark.parametrize("width", [8, 20, 37, 90])
def test_whatever_took_time_has_a_cell_and_the_line_its_width(
    recorded_run: CopyRun, width: int
) -> None:
    trial = timed(State.SUCCESS, sampled=0.0, time_started=90_000.0, time_end=90_000.01)
    view = view_of(recorded_run("random-0.17"))
    line = text_of(timing_lines(timing_of(trial, view, 1e6), width, ascii=True)).split("\n")[0]
    assert line == "." * (width - 1) + "#"


def test_everything_in_extra_is_told_nested_and_inert(recorded_run: CopyRun) -> None:
    view = view_of(recorded_run("hyperband-0.17"))
    trial = view.snapshot.trials["15_rung_3"]
    assert trial.report is not None
    extra = {
        "plain": 1,
        "nested": {"deeper": {"loss": 0.5}, "list": [{"a": 1}, {"a": 2}]},
        "hostile": "\x1b[31m[bold]x\n\x07",
        "long": "y" * 100_000,
        "numbers": list(range(1000)),
    }
    changed = replace(trial.report, extra=extra)
    rows = report_rows(Trial(trial.config, trial.metadata, changed))
    told = dict(rows.extra)
    assert told["    loss"] == "0.5"
    assert told["      a"] == "2"
    assert told["hostile"] == "[bold]x ␇"
    assert "characters left out" in told["long"]
    assert "1000 in all" in told["numbers"]
    for width in (20, 60):
        lines = report_lines(rows, width)
        assert all(sum(cell_len(text) for text, _ in line) <= width for line in lines)


def test_what_only_the_pipeline_knows_the_meaning_of_stands_under_a_heading(
    recorded_run: CopyRun,
) -> None:
    trials = view_of(recorded_run("hyperband-0.17")).snapshot.trials
    names = [line[0][0].strip() for line in report_lines(report_rows(trials["15_rung_3"]), 60)]
    assert names == [
        *("objective", "cost", "learning curve"),
        "extra, as the pipeline returned it",
        *("val_accuracy", "optimizer", "note"),
    ]
    assert text_of(report_lines(report_rows(trials["25_rung_0"]), 60)).startswith("objective")


def test_an_enormous_extra_is_bounded(recorded_run: CopyRun) -> None:
    trial = view_of(recorded_run("hyperband-0.17")).snapshot.trials["15_rung_3"]
    assert trial.report is not None
    extra = {str(key): key for key in range(100_000)}
    rows = report_rows(Trial(trial.config, trial.metadata, replace(trial.report, extra=extra)))
    assert len(rows.extra) < 400
    assert rows.extra[-1] == ("…", "the rest is left out")


def test_differences_from_the_incumbent_are_marked(recorded_run: CopyRun) -> None:
    view = view_of(recorded_run("hyperband-0.17"))
    config = config_of(view.snapshot.trials["25_rung_0"], view)
    settings = {each.name: each for each in config.settings}
    assert settings["optimizer"].differs
    assert (settings["optimizer"].value, settings["optimizer"].other) == ("adam", "lion")
    assert "incumbent 15_rung_3" in text_of(config_lines(config, 60)).split("\n")[0]
    own = config_of(view.snapshot.trials["15_rung_3"], view)
    assert not any(each.differs for each in own.settings)


def test_a_trial_on_the_front_is_compared_with_the_nearest_other_one_there(
    recorded_run: CopyRun,
) -> None:
    view = view_of(recorded_run("multiobjective-0.17"))
    front = view.summary.front
    for trial_id in front:
        beside = beside_of(view.snapshot.trials[trial_id], view)
        assert beside is not None
        assert beside.trial.id in front
        assert beside.trial.id != trial_id
        assert f"{beside.trial.id} is on the front, the nearest to this trial: " in beside.why
        text = text_of(config_lines(config_of(view.snapshot.trials[trial_id], view), 60))
        assert f"front {beside.trial.id}" in text.split("\n")[0]
        assert "the nearest to this trial" in text


def test_a_trial_off_the_front_is_compared_with_one_that_dominates_it(
    recorded_run: CopyRun,
) -> None:
    view = view_of(recorded_run("multiobjective-0.17"))
    dominated = [
        each
        for each in view.snapshot.trials.values()
        if each.report is not None and each.id not in view.summary.front
    ]
    assert dominated
    for trial in dominated:
        beside, own = beside_of(trial, view), objective_values(trial.report)
        assert beside is not None
        assert dominates(view.summary.front[beside.trial.id], own)
        assert "which dominates this trial" in beside.why


def test_without_objectives_nothing_on_the_front_is_near(recorded_run: CopyRun) -> None:
    view = view_of(recorded_run("multiobjective-0.17"))
    assert beside_of(timed(State.PENDING), view) is None


def test_a_key_that_only_the_incumbent_has_is_told(recorded_run: CopyRun) -> None:
    view = view_of(recorded_run("architecture-0.17"))
    best = view.trial(view.summary.best_id or "")
    assert best is not None
    others = (each for each in view.snapshot.trials.values() if set(best.config) - set(each.config))
    other = next(others)
    missing = [each for each in config_of(other, view).settings if each.value == "–"]
    assert missing
    assert all(each.differs for each in missing)


def test_long_texts_are_wrapped_within_the_width() -> None:
    rows = [(("a_rather_long_name_of_a_key", ""), ("Sequential(" + "Conv, " * 30 + ")", ""))]
    for width in (24, 40, 80):
        lines = row_lines(rows, width)
        assert all(sum(cell_len(text) for text, _ in line) <= width for line in lines)
        assert text_of(lines).replace("\n", "").count("Conv") >= 25


@pytest.mark.parametrize(("width", "ascii"), [(30, False), (60, True), (200, False)])
def test_the_title_ends_in_an_ellipsis_where_it_does_not_fit(width: int, ascii: bool) -> None:
    said_of = Headline("✘", "", "7 · crashed", "3 of 40", "ValueError: " + "no memory " * 10)
    text = text_of(headline_line(said_of, width, ascii=ascii))
    assert cell_len(text) <= width
    assert text.endswith("no memory " if width == 200 else "~" if ascii else "…")


def test_the_error_of_an_evaluation_before_is_told_as_such(recorded_run: CopyRun) -> None:
    view = view_of(recorded_run("hyperband-0.17"))
    crashed = view.snapshot.trials["25_rung_0"]
    error = error_of(crashed, view)
    assert error is not None
    assert error_lines(error, 60) == []
    assert not error.is_past
    pending = replace(crashed.metadata, state=State.PENDING)
    again = error_of(Trial(crashed.config, pending, None), view)
    assert again is not None
    assert again.is_past
    assert "of an evaluation before" in text_of(error_lines(again, 60))
    untold = replace(again, traceback="", is_past=False)
    assert text_of(error_lines(untold, 60)).startswith("TrainingDiverged: loss is")


def test_a_curve_is_compared_with_its_other_rungs_and_the_incumbent(recorded_run: CopyRun) -> None:
    trials = view_of(recorded_run("hyperband-0.17")).snapshot.trials
    lineage = [trials[f"13_rung_{rung}"] for rung in range(3)]
    plot = one_trial_plot(trials["13_rung_2"], lineage, trials["15_rung_3"])
    assert plot is not None
    assert [dot.trial_id for dot in plot.dots] == ["13_rung_1", "15_rung_3", "13_rung_2"]
    assert [meaning for _, meaning in plot.legend] == [
        "this trial",
        "incumbent 15_rung_3",
        "its other rungs",
    ]
    assert one_trial_plot(trials["13_rung_0"], lineage, trials["15_rung_3"]) is None


def test_the_curve_of_the_trial_that_was_opened_lies_over_the_incumbents(
    recorded_run: CopyRun,
) -> None:
    trials = view_of(recorded_run("hyperband-0.17")).snapshot.trials
    best, other = trials["15_rung_3"], trials["13_rung_2"]
    assert best.report is not None
    # The incumbent's is the same, so that it would cover it whole.
    same = Trial(other.config, other.metadata, best.report)
    plot = one_trial_plot(same, (), best)
    assert plot is not None
    alone = one_trial_plot(same, (), None)
    assert alone is not None
    both = [part for line in draw_plot(plot, 60, 12).lines for text, part in line for _ in text]
    own = [part for line in draw_plot(alone, 60, 12).lines for text, part in line for _ in text]
    assert all(part == "own" for part, was in zip(both, own, strict=True) if was == "own")
    assert "best" in both


def test_of_several_objectives_a_curve_of_numbers_is_of_nobody_knows_which(
    recorded_run: CopyRun,
) -> None:
    trials = view_of(recorded_run("multiobjective-0.17")).snapshot.trials.values()
    ended = next(each for each in trials if each.report and each.report.objective_to_minimize)
    assert ended.report is not None
    for curve, label in (([0.4, 0.3], "value"), ([[0.4, 2.0], [0.3, 3.0]], "objective 1")):
        report = replace(ended.report, learning_curve=curve)
        plot = one_trial_plot(Trial(ended.config, ended.metadata, report), (), None)
        assert plot is not None
        assert plot.y.label == label


def test_a_very_long_curve_is_thinned_and_keeps_its_end(recorded_run: CopyRun) -> None:
    trial = view_of(recorded_run("hyperband-0.17")).snapshot.trials["15_rung_3"]
    assert trial.report is not None
    report = replace(trial.report, learning_curve=[1 / step for step in range(1, 100_001)])
    plot = one_trial_plot(Trial(trial.config, trial.metadata, report), (), None)
    assert plot is not None
    assert len(plot.lines[0].points) < 2_100
    assert plot.dots[0].x == 100_000


def test_the_command_tells_timing_lineage_and_files(
    recorded_run: CopyRun, capsys: pytest.CaptureFixture[str]
) -> None:
    assert main(["trial", str(recorded_run("hyperband-0.17")), "15_rung_2"]) == 0
    told = capsys.readouterr().out
    assert "timing: waited 1 ms, evaluated 10 ms" in told
    assert "» 15_rung_2" in told
    assert "15_rung_3  ★ incumbent" in told
    assert "previous_trial_id.txt" in told
    assert main(["trial", str(recorded_run("hyperband-0.17")), "15_rung_2", "--json"]) == 0
    assert "timing" not in json.loads(capsys.readouterr().out)


# --- the screen -------------------------------------------------------------------------------


@pytest.mark.parametrize("size", SIZES)
@pytest.mark.parametrize("name", RUNS)
def test_every_part_of_every_trial_can_be_reached(
    drive: Drive, recorded_run: CopyRun, name: str, size: tuple[int, int]
) -> None:
    async def steps(dashboard: Any) -> None:
        await dashboard.press("enter")
        seen = set()
        for _ in range(7):
            await dashboard.press("tab")
            focused = dashboard.app.screen.focused
            assert isinstance(focused, Widget)
            assert focused.region.height > 2
            assert dashboard.app.screen.region.contains_region(focused.region)
            seen.add(focused)
        assert len(seen) >= 2
        await dashboard.press(*["right_square_bracket"] * 3, "left_square_bracket", "escape")
        assert isinstance(dashboard.app.screen, DashboardScreen)

    drive(recorded_run(name), steps, size=size)


@pytest.mark.parametrize("size", SIZES)
def test_the_lineage_leads_to_the_other_rungs_and_back_to_the_table(
    drive: Drive, recorded_run: CopyRun, size: tuple[int, int]
) -> None:
    async def steps(dashboard: Any) -> None:
        await dashboard.press("enter")
        await dashboard.shows("15_rung_3 · success · incumbent")
        await dashboard.press("shift+tab", "shift+tab")
        await dashboard.shows("» 15_rung_3")
        await dashboard.press("k", "enter")
        await dashboard.shows("15_rung_2 · success")
        await dashboard.shows("» 15_rung_2")
        await dashboard.press("k", "enter")
        await dashboard.shows("» 15_rung_1")
        await dashboard.press("escape")
        await dashboard.until(
            lambda: isinstance(dashboard.app.screen, DashboardScreen), "the dashboard"
        )

    drive(recorded_run("hyperband-0.17"), steps, size=size)


def test_a_click_on_a_rung_chooses_it_and_a_second_opens_it(
    drive: Drive, recorded_run: CopyRun
) -> None:
    async def steps(dashboard: Any) -> None:
        await dashboard.press("enter")
        await dashboard.shows("» 15_rung_3")
        table = dashboard.app.screen.query_one("#lineage TrialTable")
        for _ in range(2):
            await dashboard.pilot.click(table, offset=(8, 1))
        await dashboard.shows("15_rung_0 · success")

    drive(recorded_run("hyperband-0.17"), steps)


def test_sections_are_chosen_by_the_mouse_too(drive: Drive, recorded_run: CopyRun) -> None:
    async def steps(dashboard: Any) -> None:
        await dashboard.press("enter")
        await dashboard.shows("Overview  Curve  Lineage 4  Files")
        await dashboard.pilot.click("#sections", offset=(20, 0))
        await dashboard.shows("» 15_rung_3")

    drive(recorded_run("hyperband-0.17"), steps, size=(80, 24))


def test_the_config_can_be_seen_as_stored(drive: Drive, recorded_run: CopyRun) -> None:
    async def steps(dashboard: Any) -> None:
        await dashboard.press("enter", "c")
        await dashboard.shows("SAMPLING__Resolvable")
        await dashboard.shows("Config as stored")
        await dashboard.press("c")
        await dashboard.until(
            lambda: "SAMPLING__" not in dashboard.text(), "the config made readable again"
        )

    drive(recorded_run("architecture-0.17"), steps, size=(80, 24))


def test_a_config_that_is_stored_as_shown_says_so(drive: Drive, recorded_run: CopyRun) -> None:
    async def steps(dashboard: Any) -> None:
        await dashboard.press("enter", "c")
        await dashboard.shows("The config is stored just as it is shown.")

    drive(recorded_run("hyperband-0.17"), steps)


def test_path_traceback_and_config_are_copied(drive: Drive, recorded_run: CopyRun) -> None:
    root = recorded_run("hyperband-0.17")

    async def steps(dashboard: Any) -> None:
        await dashboard.press("enter", "y")
        directory = str(root / "configs" / "config_15_rung_3")
        assert dashboard.app.clipboard == directory
        await dashboard.shows("if your terminal allows it")
        assert directory[:20] in dashboard.text().partition("Copied ")[2]
        await dashboard.press("Y")
        assert json.loads(dashboard.app.clipboard)["optimizer"] == "lion"
        await dashboard.shows("Copied the config of 15_rung_3 as JSON")
        await dashboard.press("escape", "e")
        await dashboard.shows("TrainingDiverged")
        await dashboard.press("enter", "Y")
        assert dashboard.app.clipboard.startswith("Traceback (most recent call last)")
        await dashboard.shows("Copied the traceback of 25_rung_0")

    drive(root, steps)


def test_files_come_and_grow_while_one_watches(drive: Drive, run_copy: CopyRun) -> None:
    root = run_copy("hyperband-0.17")
    directory = root / "configs" / "config_15_rung_3"

    async def steps(dashboard: Any) -> None:
        await dashboard.press("enter")
        await dashboard.shows("previous_trial_id.txt")
        (directory / "checkpoints").mkdir()
        (directory / "checkpoints" / "last.pt").write_bytes(bytes(5000))
        await dashboard.shows("last.pt")
        await dashboard.shows("5.0 kB")
        (directory / "checkpoints" / "last.pt").write_bytes(bytes(7000))
        await dashboard.shows("7.0 kB")

    drive(root, steps)


def test_a_directory_that_is_gone_says_so(drive: Drive, run_copy: CopyRun) -> None:
    import shutil

    root = run_copy("hyperband-0.17")

    async def steps(dashboard: Any) -> None:
        shutil.rmtree(root / "configs" / "config_15_rung_3")
        await dashboard.press("enter")
        await dashboard.shows("There is no such directory")

    drive(root, steps)


@pytest.mark.parametrize("size", SIZES)
def test_nothing_but_ascii_is_drawn_where_there_is_no_more(
    drive: Drive, recorded_run: CopyRun, size: tuple[int, int]
) -> None:
    async def steps(dashboard: Any) -> None:
        await dashboard.press("enter")
        for _ in range(5):
            await dashboard.pilot.pause(0.1)
            assert dashboard.text().isascii(), dashboard.text()
            await dashboard.press("tab")

    drive(recorded_run("hyperband-0.17"), steps, size=size, options=Options(ascii=True))


def test_a_trial_that_is_removed_while_one_looks_says_so(
    drive: Drive, recorded_run: CopyRun
) -> None:
    async def steps(dashboard: Any) -> None:
        await dashboard.press("enter")
        screen = dashboard.app.screen
        assert isinstance(screen, TrialScreen)
        screen.trial_id = "99_rung_0"
        screen.watch_view()
        await dashboard.shows("Trial 99_rung_0 is no longer in the run.")
        await dashboard.press("y", "tab", "c", "r")
        assert dashboard.app.clipboard == ""

    drive(recorded_run("hyperband-0.17"), steps)


@pytest.mark.parametrize("name", ["hyperband-0.17", "architecture-0.17", "killed-0.17"])
def test_a_small_footer_names_the_ways_on_back_and_to_help(
    drive: Drive, recorded_run: CopyRun, name: str
) -> None:
    async def steps(dashboard: Any) -> None:
        await dashboard.press("enter")
        for _ in range(4):
            await dashboard.press("tab")
            footer = dashboard.text().rstrip().split("\n")[-1]
            for key in ("tab part", "] next", "esc back", "? help", "^p palette"):
                assert key in footer, footer

    drive(recorded_run(name), steps, size=(80, 24))


@pytest.mark.parametrize("size", SIZES)
def test_where_the_files_lie_can_be_read(
    drive: Drive, recorded_run: CopyRun, size: tuple[int, int]
) -> None:
    root = recorded_run("hyperband-0.17")

    async def steps(dashboard: Any) -> None:
        await dashboard.press("enter", "shift+tab")
        await dashboard.shows("report.yaml")
        left = 64 if size[0] > 100 else 0
        joined = "".join(line[left:].strip(" │") for line in dashboard.text().split("\n"))
        assert str(root / "configs" / "config_15_rung_3") in joined

    drive(root, steps, size=size)


def test_a_trial_that_was_opened_by_itself_has_no_next_one(
    drive: Drive, recorded_run: CopyRun
) -> None:
    async def steps(dashboard: Any) -> None:
        dashboard.app.post_message(TrialOpened("15_rung_3", ("15_rung_3",)))
        await dashboard.shows("15_rung_3 · success")
        await dashboard.press("right_square_bracket")
        await dashboard.shows("It was opened by itself: there is no")

    drive(recorded_run("hyperband-0.17"), steps)


def test_frames_are_only_as_high_as_what_is_in_them(drive: Drive, recorded_run: CopyRun) -> None:
    async def steps(dashboard: Any) -> None:
        await dashboard.press("enter")
        await dashboard.shows("report.yaml")
        files = dashboard.app.screen.query_one("#files")
        await dashboard.until(lambda: files.region.height < 12, "files that leave room")
        assert dashboard.app.screen.query_one("#files TrialTable").size.height == 4
        assert dashboard.app.screen.query_one("#overview").size.width > files.size.width

    drive(recorded_run("multiobjective-0.17"), steps)


def test_values_that_differ_in_their_last_digits_are_told_apart(recorded_run: CopyRun) -> None:
    view = view_of(recorded_run("hyperband-0.17"))
    best = view.snapshot.trials["15_rung_3"]
    near = dict(best.config) | {"learning_rate": best.config["learning_rate"] * (1 + 1e-9)}
    other = replace(view.snapshot.trials["2_rung_2"], config=near)
    settings = {each.name: each for each in config_of(other, view).settings}
    assert settings["learning_rate"].differs
    assert settings["learning_rate"].value == repr(near["learning_rate"])
    assert not settings["optimizer"].differs


@given(st.text(), st.integers(1, 40))
def test_what_is_copied_is_the_end_of_the_text_and_fits_in_bytes(text: str, most: int) -> None:
    copied = last_of(text, most)
    assert text.encode(errors="replace").decode().endswith(copied)
    assert len(copied.encode()) <= most
    assert len(copied.encode()) > most - 4 or copied == text.encode(errors="replace").decode()
