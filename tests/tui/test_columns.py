"""Choosing columns, sorting by several, selecting many."""

from __future__ import annotations

import json
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from neps_state.reader import RunReader
from neps_tui.facts.fold import summarize
from neps_tui.trials.column_choice import ColumnChoice
from neps_tui.trials.rows import TrialRows
from neps_tui.view import RunView
from neps_tui.widgets.columns import Column
from neps_tui.widgets.jump_bar import first_match

Drive = Callable[..., None]
CopyRun = Callable[[str], Path]
COLUMNS = [Column(key, key) for key in ("glyph", "id", "objective", "lr", "wd", "worker")]


def keys_of(columns: tuple[Column, ...]) -> list[str]:
    return [each.key for each in columns]


def test_a_column_is_moved_and_hidden() -> None:
    choice = ColumnChoice().moved(COLUMNS, "worker", -2).toggled("lr")
    assert keys_of(choice.shown(COLUMNS)) == ["glyph", "id", "objective", "worker", "wd"]
    assert keys_of(choice.toggled("lr").shown(COLUMNS)) == [
        *("glyph", "id", "objective", "worker", "lr", "wd"),
    ]


def test_the_id_always_comes_first() -> None:
    choice = ColumnChoice(order=("worker", "id"), hidden=frozenset({"id", "glyph"}))
    assert keys_of(choice.shown(COLUMNS))[:2] == ["glyph", "id"]


def test_a_choice_survives_being_remembered() -> None:
    choice = ColumnChoice().moved(COLUMNS, "wd", -5).toggled("lr").pinned_to(2)
    assert ColumnChoice.from_plain(json.loads(json.dumps(choice.as_plain()))) == choice


@given(
    st.dictionaries(
        st.sampled_from(["order", "hidden", "pinned"]),
        st.none() | st.integers() | st.lists(st.none() | st.sampled_from(["id", "lr", "x"])),
    )
)
def test_whatever_was_remembered_shows_every_column_once_at_the_most(found: object) -> None:
    shown = keys_of(ColumnChoice.from_plain(found).shown(COLUMNS))
    assert shown[:2] == ["glyph", "id"]
    assert len(set(shown)) == len(shown)


def test_rows_are_sorted_by_several_columns(recorded_run: CopyRun) -> None:
    snapshot = RunReader(recorded_run("hyperband-0.17")).poll()
    view = RunView(snapshot, summarize(snapshot))
    rows = TrialRows()
    rows.show(view)
    rows.sort_by((("epochs", True), ("objective", False)))
    order = rows.order()
    told = [
        (
            snapshot.trials[each].config["epochs"],
            trial.report.objective_to_minimize if (trial := snapshot.trials[each]).report else None,
        )
        for each in order
    ]
    epochs = [each for each, _ in told]
    assert epochs == sorted(epochs, reverse=True)
    for level in set(epochs):
        objectives = [value for each, value in told if each == level]
        present = [value for value in objectives if value is not None]
        assert present == sorted(present)
        assert objectives == [*present, *[None] * (len(objectives) - len(present))]


def test_columns_are_chosen_in_their_own_window_and_remembered(
    drive: Drive, recorded_run: CopyRun
) -> None:
    async def choose(dashboard: Any) -> None:
        await dashboard.shows("learning_rate")
        await dashboard.press("c")
        await dashboard.shows("Columns")
        await dashboard.press("down", "down", "space")
        await dashboard.shows("[ ] learning_rate")
        await dashboard.press("escape")
        await dashboard.until(lambda: "Columns" not in dashboard.text(), "the table")
        assert "learning_rate" not in dashboard.text().splitlines()[3]

    async def look(dashboard: Any) -> None:
        await dashboard.shows("Evaluated 40")
        assert "learning_rate" not in dashboard.text().splitlines()[3]
        assert "weight_decay" in dashboard.text().splitlines()[3]

    drive(recorded_run("hyperband-0.17"), choose)
    drive(recorded_run("hyperband-0.17"), look)


def test_the_table_is_sorted_by_several_columns_from_there(
    drive: Drive, recorded_run: CopyRun
) -> None:
    async def steps(dashboard: Any) -> None:
        await dashboard.shows("learning_rate")
        await dashboard.press("c", "down", "s", "s", "up", "a", "escape")
        await dashboard.shows("objective▲2")
        assert "epochs▼1 " in dashboard.text()

    drive(recorded_run("hyperband-0.17"), steps)


def test_many_trials_are_selected_at_a_stroke(drive: Drive, recorded_run: CopyRun) -> None:
    async def steps(dashboard: Any) -> None:
        await dashboard.shows("Evaluated 40")
        await dashboard.press("slash", *"state:crashed", "enter", "asterisk")
        assert len(dashboard.app.screen.chosen()) == 8
        await dashboard.press("asterisk")
        assert len(dashboard.app.screen.chosen()) == 1
        await dashboard.press("shift+down", "shift+down")
        assert len(dashboard.app.screen.chosen()) == 3

    drive(recorded_run("hyperband-0.17"), steps)


def test_a_trial_is_gone_to_by_its_id(drive: Drive, recorded_run: CopyRun) -> None:
    async def steps(dashboard: Any) -> None:
        await dashboard.shows("Evaluated 40")
        await dashboard.press("number_sign", *"25", "enter")
        assert dashboard.app.screen.chosen() == ["25_rung_0"]
        await dashboard.press("enter")
        await dashboard.until(
            lambda: getattr(dashboard.app.screen, "trial_id", None) == "25_rung_0", "the trial"
        )

    drive(recorded_run("hyperband-0.17"), steps)


# --- a choice made in one run, in runs of other hyperparameters ------------------------------


def columns_of(keys: str) -> list[Column]:
    return [Column(key, key) for key in ["glyph", "id", *keys.split()]]


ARCHITECTURE = columns_of("objective block learning_rate weight_decay cost took ended worker")


def test_a_column_unknown_to_the_choice_keeps_its_natural_place() -> None:
    choice = ColumnChoice().moved(ARCHITECTURE, "weight_decay", -1).toggled("block").pinned_to(2)
    other = columns_of("objective epochs learning_rate momentum cost took ended worker optimizer")
    assert keys_of(choice.shown(other)) == [each.key for each in other]
    swapped = columns_of("objective epochs learning_rate weight_decay cost took ended worker")
    assert keys_of(choice.shown(swapped)) == [
        *("glyph", "id", "objective", "epochs", "weight_decay", "learning_rate"),
        *("cost", "took", "ended", "worker"),
    ]


def test_several_objectives_stand_where_the_one_stands() -> None:
    choice = ColumnChoice().moved(ARCHITECTURE, "objective", 2)
    several = columns_of("objective1 objective2 depth learning_rate cost took ended worker")
    assert keys_of(choice.shown(several)) == [
        *("glyph", "id", "learning_rate", "objective1", "objective2", "depth"),
        *("cost", "took", "ended", "worker"),
    ]
    back = keys_of(choice.moved(several, "objective1", -1).shown(ARCHITECTURE))
    assert back.index("objective") < back.index("learning_rate")


def test_a_choice_in_another_run_does_not_undo_that_of_the_first() -> None:
    choice = ColumnChoice().moved(ARCHITECTURE, "weight_decay", -1)
    choice = choice.moved(columns_of("objective depth width cost took ended worker"), "width", -1)
    assert keys_of(choice.shown(ARCHITECTURE))[2:6] == [
        *("objective", "block", "weight_decay", "learning_rate"),
    ]


@given(st.lists(st.sampled_from("abcdefg"), unique=True), st.permutations(list("abcde")))
def test_any_choice_shows_every_column_once(order: list[str], keys: list[str]) -> None:
    columns = columns_of(" ".join(keys))
    shown = keys_of(ColumnChoice(tuple(order)).shown(columns))
    assert shown[:2] == ["glyph", "id"]
    assert sorted(shown) == sorted(each.key for each in columns)
    known = [key for key in shown if key in order]
    assert known == [key for key in order if key in keys]


# --- the sorting, remembered with the columns ------------------------------------------------


def test_however_it_was_chosen_the_sorting_is_remembered(
    drive: Drive, recorded_run: CopyRun
) -> None:
    async def choose(dashboard: Any) -> None:
        await dashboard.shows("objective▲")
        await dashboard.press("s")
        await dashboard.shows("epochs▲")
        await dashboard.press("S")
        await dashboard.shows("epochs▼")

    async def look(dashboard: Any) -> None:
        await dashboard.shows("epochs▼")

    drive(recorded_run("hyperband-0.17"), choose)
    drive(recorded_run("hyperband-0.17"), look)


def test_the_sorting_survives_being_remembered() -> None:
    choice = ColumnChoice(sorting=(("epochs", True), ("objective", False)))
    assert ColumnChoice.from_plain(json.loads(json.dumps(choice.as_plain()))) == choice
    broken = {"sorting": [["a"], "b", ["c", 1], [None, True], ["d", True]]}
    assert ColumnChoice.from_plain(broken).sorting == (("d", True),)


def test_the_title_names_the_hidden_columns_that_are_sorted_by(
    drive: Drive, recorded_run: CopyRun
) -> None:
    async def steps(dashboard: Any) -> None:
        await dashboard.shows("learning_rate")
        await dashboard.press("c", *["down"] * 5, "a", "a", "space")
        await dashboard.shows("Evaluated 40 · sorted by hidden cost▼2 ─")
        assert "objective▲1 " in dashboard.text()
        await dashboard.press("s")
        await dashboard.shows("Evaluated 40 · sorted by hidden cost▲ ─")
        await dashboard.press("space")
        await dashboard.shows("Evaluated 40 ─")

    drive(recorded_run("hyperband-0.17"), steps)


def test_a_sorting_by_columns_that_a_run_has_not_is_the_usual_one(recorded_run: CopyRun) -> None:
    rows = TrialRows()
    rows.sort_by((("block", True), ("epochs", True)))
    snapshot = RunReader(recorded_run("hyperband-0.17")).poll()
    rows.show(RunView(snapshot, summarize(snapshot)))
    assert rows.sorting == (("epochs", True),)
    rows.sort_by((("block", True),))
    assert rows.sorting == (("objective", False),)
    snapshot = RunReader(recorded_run("multiobjective-0.17")).poll()
    rows.show(RunView(snapshot, summarize(snapshot)))
    assert rows.sorting == (("objective1", False),)


def test_the_sorting_chosen_with_the_columns_holds_the_next_time(
    drive: Drive, recorded_run: CopyRun
) -> None:
    async def choose(dashboard: Any) -> None:
        await dashboard.shows("learning_rate")
        await dashboard.press("c", "down", "s", "s", "escape")
        await dashboard.shows("epochs▼")

    async def look(dashboard: Any) -> None:
        await dashboard.shows("epochs▼")

    async def look_elsewhere(dashboard: Any) -> None:
        await dashboard.shows("objective▲")

    drive(recorded_run("hyperband-0.17"), choose)
    drive(recorded_run("hyperband-0.17"), look)
    drive(recorded_run("architecture-0.17"), look_elsewhere)


def test_any_column_can_be_pinned_and_let_go_again(drive: Drive, recorded_run: CopyRun) -> None:
    async def steps(dashboard: Any) -> None:
        await dashboard.shows("Evaluated 40")
        await dashboard.press("c")
        await dashboard.shows("[x] objective")
        await dashboard.press(*["j"] * 7, "p")
        await dashboard.until(lambda: pinned(dashboard) == 8, "eight columns are pinned")
        await dashboard.press("p")
        await dashboard.until(lambda: pinned(dashboard) == 0, "none is")

    def pinned(dashboard: Any) -> int:
        text = dashboard.text()
        return text.count("  pinned") + text.count("  too wide to pin")

    drive(recorded_run("hyperband-0.17"), steps)


def test_what_is_too_wide_to_be_pinned_is_said_and_the_id_stays(
    drive: Drive, recorded_run: CopyRun
) -> None:
    async def steps(dashboard: Any) -> None:
        await dashboard.shows("Evaluated 40")
        await dashboard.press("c", *["down"] * 4, "p")
        await dashboard.shows("[x] objective  ▲  pinned")
        await dashboard.shows("[x] optimizer  too wide to pin")
        assert "K up  J down" in dashboard.text()
        await dashboard.press("escape", *["right"] * 6)
        await dashboard.until(lambda: "learning" not in dashboard.text(), "columns further right")
        assert " 15_rung_3     0.1309      27 │           " in dashboard.text()
        assert "ight_decay" not in dashboard.text()

    drive(recorded_run("hyperband-0.17"), steps, size=(80, 24))


# --- going to a trial, and the lines below the table -----------------------------------------


def test_while_an_id_is_typed_the_line_says_which_trial_is_meant(
    drive: Drive, recorded_run: CopyRun
) -> None:
    async def steps(dashboard: Any) -> None:
        await dashboard.shows("Evaluated 40")
        await dashboard.press("number_sign", "1", "9", "underscore")
        await dashboard.shows("19_rung_0")
        await dashboard.press("tab")
        assert dashboard.app.focused.value == "19_rung_0"
        assert dashboard.app.focused.has_focus
        await dashboard.press("enter")
        assert dashboard.app.screen.chosen() == ["19_rung_0"]
        assert "go to trial" not in dashboard.text()

    drive(recorded_run("hyperband-0.17"), steps, size=(80, 24))


def test_an_id_that_no_trial_has_is_said_and_the_line_stays(
    drive: Drive, recorded_run: CopyRun
) -> None:
    async def steps(dashboard: Any) -> None:
        await dashboard.shows("Evaluated 40")
        await dashboard.press("number_sign", *"nope", "tab", "enter")
        await dashboard.shows("no trial of the run begins with nope")
        assert dashboard.app.focused.value == "nope"
        await dashboard.press("escape")
        await dashboard.until(lambda: "go to trial" not in dashboard.text(), "the table")

    drive(recorded_run("hyperband-0.17"), steps, size=(80, 24))


@pytest.mark.parametrize(
    ("root", "filtered", "typed", "said", "opened"),
    [
        ("killed-0.17", "", "10", "10 is evaluating; enter opens it", "10"),
        ("killed-0.17", "", "11", "11 is pending; enter opens it", "11"),
        (
            "hyperband-0.17",
            "rung=2",
            "19_",
            "19_rung_0 is filtered out; enter opens it",
            "19_rung_0",
        ),
    ],
)
@pytest.mark.parametrize("size", [(160, 48), (80, 24)])
def test_a_trial_that_is_not_in_the_table_is_told_where_it_is_and_opened(
    drive: Drive,
    recorded_run: CopyRun,
    root: str,
    filtered: str,
    typed: str,
    said: str,
    opened: str,
    size: tuple[int, int],
) -> None:
    async def steps(dashboard: Any) -> None:
        await dashboard.shows("Evaluated")
        if filtered:
            await dashboard.press("slash")
            dashboard.app.focused.value = filtered
            await dashboard.shows(f"filter {filtered}")
            await dashboard.press("enter")
        await dashboard.press("number_sign", *typed)
        await dashboard.shows(said)
        await dashboard.press("enter")
        await dashboard.until(lambda: len(dashboard.app.screen_stack) == 2, "the trial")
        await dashboard.shows(opened)
        await dashboard.press("escape")
        await dashboard.until(lambda: len(dashboard.app.screen_stack) == 1, "the table")
        assert "go to trial" not in dashboard.text()

    drive(recorded_run(root), steps, size=size)


def test_an_id_of_the_table_is_meant_rather_than_another_that_begins_so() -> None:
    here, everywhere = ["21", "12"], {"1": 0, "11": 0, "12": 0, "21": 0}
    assert first_match(here, everywhere, "12") == "12"
    assert first_match(here, everywhere, "1") == "1"
    assert first_match(here, {"11": 0, "12": 0}, "1") == "12"
    assert first_match(here, everywhere, "11") == "11"
    assert first_match(here, everywhere, "") is None
    assert first_match(here, everywhere, "3") is None


def test_a_line_below_the_table_takes_no_more_than_its_own_rows(
    drive: Drive, recorded_run: CopyRun
) -> None:
    async def steps(dashboard: Any) -> None:
        from neps_tui.widgets.trial_table import TrialTable

        await dashboard.shows("Evaluated 40")
        table = dashboard.app.screen.query_one("#evaluated TrialTable", TrialTable)
        height = table.size.height
        await dashboard.press("slash")
        await dashboard.shows("enter keeps it")
        assert table.size.height == height - 3
        await dashboard.press("escape", "number_sign")
        await dashboard.shows("go to trial")
        assert table.size.height == height - 1

    drive(recorded_run("hyperband-0.17"), steps)


def test_the_title_says_how_many_trials_are_selected(drive: Drive, recorded_run: CopyRun) -> None:
    async def steps(dashboard: Any) -> None:
        await dashboard.shows("Evaluated 40")
        await dashboard.press("space", "space", "space")
        await dashboard.shows("Evaluated 40 · 3 selected")
        await dashboard.press("escape")
        await dashboard.until(lambda: "selected" not in dashboard.text(), "nothing is selected")

    drive(recorded_run("hyperband-0.17"), steps)


@pytest.fixture
def clock(monkeypatch: pytest.MonkeyPatch) -> Callable[[float], None]:
    """Sets how many seconds ago the last trial of the run ended."""

    def set_to(seconds: float) -> None:
        monkeypatch.setattr(time, "time", lambda: 1_795_448_029.0 + seconds)

    return set_to


def test_a_filter_by_how_long_ago_goes_by_the_clock(
    drive: Drive, recorded_run: CopyRun, clock: Callable[[float], None]
) -> None:
    async def steps(dashboard: Any) -> None:
        await dashboard.shows("Evaluated 40")
        await dashboard.press("slash")
        dashboard.app.focused.value = "when<1min"
        await dashboard.shows("Evaluated 40 · filter when<1min")
        await dashboard.shows("40 trials match")
        clock(90.0)
        await dashboard.shows("Evaluated 0 · filter when<1min")
        await dashboard.until(lambda: " 0 trials match" in dashboard.text(), "the line says so")

    clock(30.0)
    drive(recorded_run("hyperband-0.17"), steps)


def test_in_a_replay_how_long_ago_goes_by_the_moment_that_is_shown(
    drive: Drive, recorded_run: CopyRun, clock: Callable[[float], None]
) -> None:
    async def steps(dashboard: Any) -> None:
        await dashboard.shows("Evaluated 40")
        await dashboard.press("slash")
        dashboard.app.focused.value = "when<1min"
        await dashboard.shows("Evaluated 0 · filter when<1min")
        await dashboard.press("enter", "R", "end")
        await dashboard.shows("Evaluated 40 · filter when<1min")

    clock(1e6)
    drive(recorded_run("hyperband-0.17"), steps)
