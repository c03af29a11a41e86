"""The filter language."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from neps_state import Trial
from neps_state.reader import RunReader
from neps_tui.facts.field_table import FIELD_TABLE
from neps_tui.facts.fold import summarize
from neps_tui.facts.trial_fields import TrialFields
from neps_tui.trials.filter import FilterError, parse_filter, unfinished_word
from neps_tui.trials.rows import TrialRows
from neps_tui.view import RunView

RUNS = Path(__file__).resolve().parent.parent / "data" / "runs"
SNAPSHOT = RunReader(RUNS / "hyperband-0.17").poll()
SUMMARY = summarize(SNAPSHOT)
FIELDS = TrialFields(SNAPSHOT, SUMMARY)


def matches(text: str, fields: TrialFields = FIELDS) -> set[str]:
    holds = parse_filter(text, fields)
    return {trial_id for trial_id, trial in SNAPSHOT.trials.items() if holds(trial)}


def count_in(run: str, text: str, after: float = 0.0) -> int:
    """How many trials of a run a filter lets through, some seconds after its last report."""
    snapshot = RunReader(RUNS / run).poll()
    summary = summarize(snapshot)
    last = summary.last_report or 0.0
    fields = TrialFields(snapshot, summary, lambda: last + after)
    return sum(map(parse_filter(text, fields), snapshot.trials.values()))


def error_of(trial: Trial) -> str:
    return str(trial.report.err) if trial.report is not None else ""


def where(holds: Callable[[Trial], bool]) -> set[str]:
    return {trial_id for trial_id, trial in SNAPSHOT.trials.items() if holds(trial)}


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("", where(lambda trial: True)),
        ("state:crashed", where(lambda trial: trial.state == "crashed")),
        ("learning_rate<1e-3", where(lambda trial: trial.config["learning_rate"] < 1e-3)),
        ("epochs>=9", where(lambda trial: trial.config["epochs"] >= 9)),
        ("rung=2", where(lambda trial: trial.id.endswith("_rung_2"))),
        ("rung!=0", where(lambda trial: not trial.id.endswith("_rung_0"))),
        ("has:error", where(lambda trial: trial.state == "crashed")),
        ("has:objective", where(lambda trial: trial.state == "success")),
        (
            '"out of memory"',
            where(lambda t: t.report is not None and "memory" in str(t.report.err)),
        ),
        ("optimizer:lion", where(lambda trial: trial.config["optimizer"] == "lion")),
        ("optimizer=LION", where(lambda trial: trial.config["optimizer"] == "lion")),
        ("id:15_rung_3", {"15_rung_3"}),
        ("id:6_rung_0", {"6_rung_0"}),
        ("id:6", where(lambda trial: trial.id.startswith("6_"))),
        ("id:rung_2", where(lambda trial: trial.id.endswith("_rung_2"))),
        ("id:1", where(lambda trial: trial.id.startswith("1_"))),
        ("id:2", where(lambda trial: trial.id.startswith("2_"))),
        (
            "previous:2",
            where(lambda trial: str(trial.metadata.previous_trial_id)[:2] == "2_"),
        ),
        ("id:RUNG_3 id!=15_rung_3", set()),
        ("worker:work", where(lambda trial: True)),
        ("worker:worker_", where(lambda trial: True)),
        ("objective<0.2 rung=2 or rung=3", {"15_rung_3", "15_rung_2", "13_rung_2"}),
        ("objective<0.2 (rung=2 or rung=3)", {"15_rung_3", "15_rung_2", "13_rung_2"}),
        ("not state:success", where(lambda trial: trial.state != "success")),
        ("not (rung=0 or rung=1)", where(lambda trial: trial.id[-1] in "23")),
        ("rung=2 and not optimizer:adam", {"15_rung_2"}),
        ("val_accuracy>0.85", {"15_rung_3"}),
        ("worker:worker_9", set()),
        ("error:ValueError", where(lambda trial: "memory" in error_of(trial))),
        ("error=trainingdiverged", where(lambda trial: "loss is" in error_of(trial))),
        ('error:"out of memory"', where(lambda trial: "memory" in error_of(trial))),
        ("rung=2 OR rung=3", where(lambda trial: trial.id[-1] in "23")),
        ("Not State:success", where(lambda trial: trial.state != "success")),
        ("LEARNING_RATE<1e-3", where(lambda trial: trial.config["learning_rate"] < 1e-3)),
        ("objective_1<0.15", {"15_rung_3"}),
        ('"objective"<0.15', {"15_rung_3"}),
        ("took>10ms", where(lambda trial: True)),
        ("took > 10 ms", where(lambda trial: True)),
        ("took>0.001min took<1h", where(lambda trial: False)),
        ("cost=none", where(lambda trial: trial.state == "crashed")),
        ("cost!=none", where(lambda trial: trial.state != "crashed")),
        ("is:late", set()),
    ],
)
def test_a_filter_lets_through_what_it_says(text: str, expected: set[str]) -> None:
    assert matches(text) == expected


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("objective<", "expected a value after objective<"),
        ("objective<high", "expected a number after objective<"),
        (
            "nosuch=1",
            "there is no field 'nosuch'; there are epochs, learning_rate, optimizer, weight_decay",
        ),
        ("opt=adam", "there is no field 'opt'; did you mean optimizer?"),
        ("Objctive<1", "did you mean objective?"),
        ("took>soon", "expected a time such as 1.5s, 2min or 1h after took>, not 'soon'"),
        ("when<soon", "expected how long ago, such as 30s, 2min or 1h after when<"),
        ("state:late", "late is no state: is:late asks for what runs"),
        ("is:gone", "no verdict is called gone: there are working, late, quiet, suspected"),
        ("rung=2 !", "expected a field or a text at '!'"),
        ("has:", "expected a field after has:"),
        ("(rung=1", "expected a closing )"),
        ("not", "expected a field, a text, or ( at the end"),
        ("rung=1 or", "expected a field, a text, or ( at the end"),
        ('"half', 'expected a closing "'),
        ("rung=1)", "instead of ')'"),
        ("<3", "expected a field or a text before '<'"),
        ("objctive<1", "did you mean objective?"),
        ("state:running", "no state is called running: there are external, pending"),
    ],
)
def test_an_incomplete_filter_says_what_it_expects(text: str, expected: str) -> None:
    with pytest.raises(
        FilterError, match=r"expected|there is no field|no state|no verdict"
    ) as error:
        parse_filter(text, FIELDS)
    assert expected in str(error.value)


@pytest.mark.parametrize(
    ("run", "text", "count"),
    [
        ("nan-0.17", "objective=nan", 3),
        ("nan-0.17", "objective:NaN", 3),
        ("nan-0.17", "objective!=nan", 22),
        ("multiobjective-0.17", '"objective 1"<0.5', 20),
        ("multiobjective-0.17", "OBJECTIVE_1<0.5", 20),
        ("multiobjective-0.17", "objective1<0.5", 20),
        ("killed-0.17", "is:quiet", 1),
        ("killed-0.17", "has:verdict state:evaluating", 1),
        ("json-0.17", "error:TrainingDiverged", 1),
    ],
)
def test_values_are_asked_for_as_they_look_and_fields_as_columns_are_called(
    run: str, text: str, count: int
) -> None:
    assert count_in(run, text, after=1e6) == count


@pytest.mark.parametrize(
    "run", ["hyperband-0.17", "architecture-0.17", "multiobjective-0.17", "priorband-0.17"]
)
def test_every_column_can_be_asked_for_by_the_name_over_it(run: str) -> None:
    snapshot = RunReader(RUNS / run).poll()
    view = RunView(snapshot, summarize(snapshot))
    rows = TrialRows()
    rows.show(view)
    fields = TrialFields(snapshot, view.summary)
    for column in rows.all_columns[1:]:
        label = column.label
        for name in (label, label.upper(), label.replace(" ", "_"), label.replace(" ", "")):
            assert [*map(fields[name], snapshot.trials.values())] == [
                *map(fields[column.key], snapshot.trials.values())
            ]


def test_every_field_of_the_table_is_there_by_each_of_its_names() -> None:
    for field in FIELD_TABLE:
        for name in (field.name, *field.also):
            assert FIELDS[name] is FIELDS[field.name]
            assert FIELDS.kind(name) == field.kind


def test_how_long_ago_something_was_goes_by_the_moment_that_is_shown() -> None:
    ended = [trial.metadata.time_end or 0.0 for trial in SNAPSHOT.trials.values()]
    half = sorted(ended)[20]
    later = TrialFields(SNAPSHOT, SUMMARY, lambda: half + 60.0)
    for text in ("when<=1min", "ended<=60s", "when <= 60", "when<=0.0166667h"):
        assert len(matches(text, later)) == 20
    assert parse_filter("rung=2 when<1h", FIELDS).follows_clock
    assert not parse_filter("took>1s", FIELDS).follows_clock


@pytest.mark.parametrize(
    ("text", "word"),
    [
        *((text, text) for text in ("o", "opt", "optimizer", "OPT", "n", "AN", "ha", "time_e")),
        *(("rung=2 or r", "r"), ("not (sta", "sta"), ("rung=2 o", "o")),
        *(
            (text, None)
            for text in ("", "lion", "opt ", '"opt"', "state:o", "rung=2", "rung=", "(")
        ),
    ],
)
def test_a_word_that_may_become_a_field_is_not_finished(text: str, word: str | None) -> None:
    assert unfinished_word(text, FIELDS) == word


@given(st.text(max_size=40))
def test_no_text_does_worse_than_a_filter_error(text: str) -> None:
    try:
        matches(text)
    except FilterError:
        return


@given(st.lists(st.sampled_from(["rung", "=", "2", "(", ")", "or", "not", '"x"', "has", ":", "<"])))
def test_no_tokens_do_worse_than_a_filter_error(tokens: list[str]) -> None:
    try:
        matches(" ".join(tokens))
    except FilterError:
        return


@pytest.mark.parametrize("nested", ["(" * 5000, "not " * 5000 + "rung=2", "(not " * 3000])
def test_a_filter_nested_too_deeply_is_refused_as_any_other_wrong_one(nested: str) -> None:
    with pytest.raises(FilterError, match="at most 100"):
        parse_filter(nested, FIELDS)


def test_what_a_person_nests_is_understood() -> None:
    assert matches("(" * 50 + "rung=2" + ")" * 50) == matches("rung=2")
    assert matches("(rung=2) " * 200) == matches("rung=2")
