"""Completing filters by what there is in the run."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from textual.content import Content

from neps_state.reader import RunReader
from neps_tui.facts.fold import summarize
from neps_tui.facts.trial_fields import TrialFields
from neps_tui.trials.filter import parse_filter
from neps_tui.trials.filter_completion import Completions, completions_of, in_a_line

Drive = Callable[..., None]
CopyRun = Callable[[str], Path]


def completions_in(root: Path) -> Completions:
    snapshot = RunReader(root).poll()
    return completions_of(snapshot, TrialFields(snapshot, summarize(snapshot)))


@pytest.fixture
def completions(recorded_run: CopyRun) -> Completions:
    return completions_in(recorded_run("hyperband-0.17"))


@pytest.mark.parametrize(
    ("typed", "completed"),
    [
        ("lear", "learning_rate"),
        ("learning_rate", "learning_rate<"),
        ("LEAR", "learning_rate"),
        ("opt", "optimizer"),
        ("optimizer", "optimizer:"),
        ("optimizer:", "optimizer:lion"),
        ("optimizer:li", "optimizer:lion"),
        ("state:cr", "state:crashed"),
        ("rung=2 not worker:w", "rung=2 not worker:worker_0"),
        ("(state:su", "(state:success"),
        ("has:err", "has:error"),
        ("error:Tr", "error:TrainingDiverged"),
        ("rung=", "rung=0"),
        ('note:"l', 'note:"läuft ✓"'),
        ("note:l", None),  # the quote would have to stand before what is typed
        ("learning_rate<1", None),
        ("state:ex", None),
        ("", None),
        ("nosuch", None),
        ("nosuch:", None),
        ('"opt', None),
    ],
)
def test_the_last_word_is_completed(
    completions: Completions, typed: str, completed: str | None
) -> None:
    assert completions.complete(typed) == completed


@pytest.mark.parametrize(
    ("typed", "words"),
    [
        ("o", ("optimizer", "objective")),
        ("rung=2 or w", ("weight_decay", "worker", "when")),
        ("objective", ("objective",)),
        ("optimizer:", ("lion", "adam", "sgd")),
        ("Optimizer = ", ("lion", "adam", "sgd")),
        ("state:", ("success", "crashed")),
        ("error:", ("TrainingDiverged", "ValueError")),
        ("rung=", ("0", "1", "2", "3")),
        ("learning_rate=", ()),
        ("optimizer:lion", ()),
        ("rung=2)", ()),
        ('"a text', ()),
        ("note:l", ('"läuft ✓"',)),
    ],
)
def test_what_is_possible_is_of_the_run_and_the_most_frequent_comes_first(
    completions: Completions, typed: str, words: tuple[str, ...]
) -> None:
    assert completions.candidates(typed).words == words


@pytest.mark.parametrize(
    ("typed", "whole"),
    [
        ("sta", ["state:", "started<"]),
        ("state", ["state:"]),
        ("ru", ["rung="]),
        ("i", ["id:"]),
        ("ha", ["has:"]),
        ("state:", ["state:success", "state:crashed"]),
    ],
)
def test_a_field_is_taken_with_the_sign_that_most_often_follows_it(
    completions: Completions, typed: str, whole: list[str]
) -> None:
    found = completions.candidates(typed)
    assert [found.whole(at) for at in range(len(found.words))] == whole


def test_where_only_ascii_can_be_drawn_nothing_else_is_offered(recorded_run: CopyRun) -> None:
    snapshot = RunReader(recorded_run("hyperband-0.17")).poll()
    fields = TrialFields(snapshot, summarize(snapshot))
    assert completions_of(snapshot, fields, ascii=True).candidates("note:").words == ()
    assert completions_of(snapshot, fields).candidates("note:").words == ('"läuft ✓"',)


def test_after_a_blank_any_field_may_come(completions: Completions) -> None:
    for typed in ("", "rung=2 ", "("):
        assert completions.candidates(typed).words[:2] == ("epochs", "learning_rate")
        assert completions.candidates(typed).whole(0) == f"{typed}epochs="


def test_every_value_that_is_offered_matches_some_trial(recorded_run: CopyRun) -> None:
    for name in ("hyperband-0.17", "architecture-0.17", "import-0.17", "json-0.17", "killed-0.17"):
        snapshot = RunReader(recorded_run(name)).poll()
        fields = TrialFields(snapshot, summarize(snapshot))
        completions = completions_of(snapshot, fields)
        for field in completions.fields:
            offered = completions.candidates(f'"{field}":')
            for at in range(len(offered.words)):
                for text in (offered.whole(at), offered.whole(at).replace('":', '"=', 1)):
                    holds = parse_filter(text, fields)
                    assert any(map(holds, snapshot.trials.values())), text


@given(st.text())
def test_a_completion_only_adds_at_the_end(typed: str) -> None:
    values = {"state": ("success", "crashed"), "note": ('a "b', "c d")}
    offered = Completions(("learning_rate", "state"), lambda name: values.get(name, ()))
    completed = offered.complete(typed)
    assert completed is None or completed.lower().startswith(typed.lower())


@pytest.mark.parametrize(
    ("at", "room", "shown"),
    [
        (-1, 80, ["one", "two", "three", "four"]),
        (-1, 12, ["one", "two"]),
        (1, 12, ["one", "two"]),
        (2, 12, ["three"]),
        (3, 13, ["three", "four"]),
        (0, 0, ["one"]),
    ],
)
def test_the_candidate_that_is_chosen_is_among_those_there_is_room_for(
    at: int, room: int, shown: list[str]
) -> None:
    words = ["one", "two", "three", "four"]
    seen, first = in_a_line(words, at, room)
    assert seen == shown
    assert words[first] == shown[0]


def test_a_filter_is_completed_kept_and_found_again(drive: Drive, recorded_run: CopyRun) -> None:
    async def keep(dashboard: Any) -> None:
        await dashboard.shows("Evaluated 40")
        await dashboard.press("slash", *"state:cr")
        await dashboard.shows("state:crashed")
        await dashboard.press("tab", "enter")
        await dashboard.shows("Evaluated 8")

    async def find(dashboard: Any) -> None:
        await dashboard.shows("Evaluated 40")
        await dashboard.press("slash", "up")
        await dashboard.shows("Evaluated 8")
        await dashboard.press("down")
        await dashboard.shows("Evaluated 40")

    drive(recorded_run("hyperband-0.17"), keep)
    drive(recorded_run("hyperband-0.17"), find)


def titles_while_typing(drive: Drive, root: Path, text: str) -> list[str]:
    """The title of the table after each key."""
    titles = []

    async def steps(dashboard: Any) -> None:
        await dashboard.shows("Evaluated 40")
        await dashboard.press("slash")
        for letter in text:
            await dashboard.press(KEYS.get(letter, letter))
            await dashboard.pilot.pause()
            title = dashboard.app.screen.query_one("#evaluated").border_title
            titles.append(Content.from_text(title).plain.partition("Evaluated ")[2])

    drive(root, steps)
    return titles


KEYS = {" ": "space", ":": "colon", "=": "equals_sign", '"': "quotation_mark", "_": "underscore"}


@pytest.mark.parametrize(
    ("text", "titles"),
    [
        ("optimizer:", ["40"] * 10),
        ("has:", ["40"] * 4),
        ("rung=2 or r", ["40"] * 5 + ["3 · filter rung=2"] * 6),
        ("li ", ["40", "22 · filter li", "22 · filter li"]),
        ("opt ", ["40", "40", "40", "0 · filter opt"]),
    ],
)
def test_a_word_that_may_become_a_field_leaves_the_last_good_filter(
    drive: Drive, recorded_run: CopyRun, text: str, titles: list[str]
) -> None:
    assert titles_while_typing(drive, recorded_run("hyperband-0.17"), text) == titles


def test_enter_looks_for_a_word_that_might_have_become_a_field(
    drive: Drive, recorded_run: CopyRun
) -> None:
    async def steps(dashboard: Any) -> None:
        await dashboard.shows("Evaluated 40")
        await dashboard.press("slash", *"opt")
        await dashboard.shows("opt may become a field")
        await dashboard.press("enter")
        await dashboard.shows("Evaluated 0 · filter opt")

    drive(recorded_run("hyperband-0.17"), steps)


def test_tab_goes_through_all_that_is_possible_and_back(
    drive: Drive, recorded_run: CopyRun
) -> None:
    async def steps(dashboard: Any) -> None:
        await dashboard.shows("Evaluated 40")
        await dashboard.press("slash", *"op", "tab")
        line = dashboard.app.focused
        assert line.value == "optimizer:"
        await dashboard.shows("lion  adam  sgd")
        seen = []
        for key in ("tab", "tab", "tab", "tab", "shift+tab", "shift+tab"):
            await dashboard.press(key)
            seen.append(line.value.removeprefix("optimizer:"))
        assert seen == ["lion", "adam", "sgd", "", "sgd", "adam"]
        await dashboard.shows("filter optimizer:adam")
        assert "lion  adam  sgd" in dashboard.text()

    drive(recorded_run("hyperband-0.17"), steps)


@pytest.mark.parametrize(
    ("keys", "line"),
    [
        (["s", "t", "a", "tab", "s", "u", "tab"], "state:success"),
        (["s", "t", "a", "tab", "tab"], "started<"),
        (["s", "t", "a", "tab", "colon", "s", "u", "tab"], "state:success"),
        (["s", "t", "a", "tab", "equals_sign"], "state="),
        (["r", "u", "tab", "less_than_sign", "equals_sign", "2"], "rung<=2"),
        (["r", "u", "n", "g", "less_than_sign", "equals_sign", "2"], "rung<=2"),
        (["o", "p", "tab", "exclamation_mark", "equals_sign", "l", "tab"], "optimizer!=lion"),
    ],
)
def test_a_sign_typed_after_tab_has_given_one_takes_its_place(
    drive: Drive, recorded_run: CopyRun, keys: list[str], line: str
) -> None:
    async def steps(dashboard: Any) -> None:
        await dashboard.shows("Evaluated 40")
        await dashboard.press("slash")
        for key in keys:
            await dashboard.press(key)
            await dashboard.pilot.pause()
        assert dashboard.app.focused.value == line

    drive(recorded_run("hyperband-0.17"), steps)


def test_going_through_old_filters_loses_nothing_that_was_typed(
    drive: Drive, recorded_run: CopyRun
) -> None:
    async def steps(dashboard: Any) -> None:
        await dashboard.shows("Evaluated 40")
        await dashboard.press("slash", *"xyz", "space", *"abc")
        line = dashboard.app.focused
        for key in ("down", "up"):
            await dashboard.press(key)
            assert line.value == "xyz abc"
        await dashboard.press("escape", "slash", *"li", "enter", "escape", "slash", *"xyz")
        await dashboard.press("up")
        assert line.value == "li"
        await dashboard.press("o", "down")
        assert line.value == "xyz"
        await dashboard.press("up")
        assert line.value == "lio"

    drive(recorded_run("hyperband-0.17"), steps)


def test_a_message_that_is_too_long_for_a_line_takes_two(
    drive: Drive, recorded_run: CopyRun
) -> None:
    async def steps(dashboard: Any) -> None:
        await dashboard.shows("Evaluated 40")
        await dashboard.press("slash")
        await dashboard.shows("brings back old ones")
        dashboard.app.focused.value = "state:running"
        await dashboard.shows("no state is called running: there are external")
        await dashboard.shows("unknown")

    drive(recorded_run("hyperband-0.17"), steps, size=(80, 24))
