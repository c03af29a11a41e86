"""Choosing columns, sorting by several, selecting many."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

from hypothesis import given
from hypothesis import strategies as st

from neps_state.reader import RunReader
from neps_tui.facts.fold import summarize
from neps_tui.trials.column_choice import ColumnChoice
from neps_tui.trials.rows import TrialRows
from neps_tui.view import RunView
from neps_tui.widgets.columns import Column

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
    assert keys_of(choice.shown(COLUMNS))[:3] == ["glyph", "id", "worker"]


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
