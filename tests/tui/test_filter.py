"""The filter language."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from neps_state import Trial
from neps_state.reader import RunReader
from neps_tui.facts.fold import summarize
from neps_tui.facts.trial_fields import TrialFields
from neps_tui.trials.filter import FilterError, parse_filter

RUN = Path(__file__).resolve().parent.parent / "data" / "runs" / "hyperband-0.17"
SNAPSHOT = RunReader(RUN).poll()
FIELDS = TrialFields(SNAPSHOT, summarize(SNAPSHOT))


def matches(text: str) -> set[str]:
    holds = parse_filter(text, FIELDS)
    return {trial_id for trial_id, trial in SNAPSHOT.trials.items() if holds(trial)}


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
        ("objective<0.2 rung=2 or rung=3", {"15_rung_3", "15_rung_2", "13_rung_2"}),
        ("objective<0.2 (rung=2 or rung=3)", {"15_rung_3", "15_rung_2", "13_rung_2"}),
        ("not state:success", where(lambda trial: trial.state != "success")),
        ("not (rung=0 or rung=1)", where(lambda trial: trial.id[-1] in "23")),
        ("rung=2 and not optimizer:adam", {"15_rung_2"}),
        ("val_accuracy>0.85", {"15_rung_3"}),
        ("worker:worker_9", set()),
    ],
)
def test_a_filter_lets_through_what_it_says(text: str, expected: set[str]) -> None:
    assert matches(text) == expected


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("objective<", "expected a value after objective<"),
        ("objective<high", "expected a number after objective<"),
        ("nosuch=1", "there is no field 'nosuch'; there are"),
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
    with pytest.raises(FilterError, match=r"expected|there is no field|no state") as error:
        parse_filter(text, FIELDS)
    assert expected in str(error.value)


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
