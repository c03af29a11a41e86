"""Trials in memory: their life, their equality, and what a pickle may make of them."""

from __future__ import annotations

import math
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from neps_state import BudgetInfo, MetaData, Report, State, Trial, UnreadableError
from neps_state.pickles import dump_state, load_inert
from neps_state.values import dominates, has_valid_objective, objective_values


@pytest.fixture
def trial() -> Trial:
    return Trial.new(
        trial_id="12_rung_2",
        config={"lr": 0.1},
        location="/run/configs/config_12_rung_2",
        previous_trial="12_rung_1",
        previous_trial_location="/run/configs/config_12_rung_1",
        time_sampled=100.0,
        worker_id=3,
    )


def complete(trial: Trial, **fields: Any) -> Report:
    return trial.set_complete(
        **{
            "report_as": "success",
            "time_end": 102.0,
            "objective_to_minimize": 0.5,
            "cost": 1.0,
            "learning_curve": None,
            "err": None,
            "tb": None,
            "extra": None,
            "evaluation_duration": 1.0,
            **fields,
        }
    )


def test_a_new_trial_is_pending(trial: Trial) -> None:
    assert (trial.id, trial.state, trial.report) == ("12_rung_2", State.PENDING, None)
    assert trial.metadata.sampling_worker_id == "3"
    assert trial.metadata.evaluating_worker_id is None
    assert trial.source == "run"


@pytest.mark.parametrize("report_as", ["success", "failed", "crashed"])
def test_a_trial_is_evaluated_and_then_done(trial: Trial, report_as: str) -> None:
    trial.set_evaluating(time_started=101.0, worker_id="w")
    assert (trial.state, trial.metadata.evaluating_worker_id) == (State.EVALUATING, "w")

    report = complete(trial, report_as=report_as)

    assert trial.state == report_as
    assert trial.report is None, "attaching it is the caller's"
    assert report.reported_as == report_as
    assert report.extra == {}
    assert (trial.metadata.time_end, trial.metadata.evaluation_duration) == (102.0, 1.0)


@pytest.mark.parametrize("report_as", ["pending", "corrupted", "", None])
def test_a_trial_does_not_end_as_just_anything(trial: Trial, report_as: Any) -> None:
    with pytest.raises(ValueError, match="success, failed or crashed"):
        complete(trial, report_as=report_as)
    assert trial.state is State.PENDING


def test_a_reset_trial_is_as_just_sampled(trial: Trial) -> None:
    fresh = MetaData(**vars(trial.metadata))
    trial.set_evaluating(time_started=101.0, worker_id="w")
    complete(trial)

    trial.reset()

    assert trial.metadata == fresh


def test_a_corrupted_trial_says_so(trial: Trial) -> None:
    trial.set_corrupted()
    assert trial.state is State.CORRUPTED


def test_reports_are_equal_by_their_errors_texts_and_nan_equals_nan(trial: Trial) -> None:
    one = complete(trial, objective_to_minimize=[math.nan, 1.0], err=ValueError("x"))
    other = complete(trial, objective_to_minimize=[math.nan, 1.0], err=Exception("x"))

    assert one == other
    other.cost = 2.0
    assert one != other
    assert one != "a report"


def test_an_error_given_as_text_becomes_an_error(trial: Trial) -> None:
    report = Report(**{**vars(complete(trial)), "err": "out of memory"})

    assert isinstance(report.err, Exception)
    assert str(report.err) == "out of memory"


def test_the_state_of_old_versions_that_no_worker_set_is_unknown() -> None:
    assert State("submitted") is State.UNKNOWN
    with pytest.raises(ValueError, match="finished"):
        State("finished")


def test_imported_trials_follow_each_other(tmp_path: Path) -> None:
    given_results = [
        SimpleNamespace(
            id=str(number),
            config={"lr": number},
            result={
                "objective_to_minimize": 0.5,
                "info_dict": {"time_end": 7.0, "evaluation_duration": 2.0},
            },
        )
        for number in (1, 2)
    ]

    one, two = Trial.load_from_dict(given_results, worker_id="w", trial_directory=tmp_path)

    assert (one.state, one.source) == (State.EXTERNAL, "imported")
    assert (one.metadata.previous_trial_id, two.metadata.previous_trial_id) == (None, "1")
    assert two.metadata.location == str(tmp_path / "config_2")
    assert (one.metadata.time_end, one.metadata.evaluation_duration) == (7.0, 2.0)
    assert one.report is not None
    assert (one.report.cost, one.report.learning_curve) == (None, None)


VALUES = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(), inner, max_size=3),
    max_leaves=8,
)


@given(
    config=st.dictionaries(st.text(), VALUES, max_size=4),
    objective=st.none() | st.floats() | st.lists(st.floats(), max_size=3),
    extra=st.dictionaries(st.text(), VALUES, max_size=3),
    error=st.none() | st.text(),
)
def test_any_trial_survives_its_pickle(
    config: dict[str, Any], objective: Any, extra: dict[str, Any], error: str | None
) -> None:
    trial = Trial.new(
        trial_id="1",
        config=config,
        location="",
        previous_trial=None,
        previous_trial_location=None,
        time_sampled=1.0,
        worker_id="w",
    )
    err = None if error is None else ValueError(error)
    trial.report = complete(trial, objective_to_minimize=objective, extra=extra, err=err)

    read = load_inert(dump_state(trial))

    assert repr(read.config) == repr(config)
    assert repr(read.metadata) == repr(trial.metadata)
    assert repr(vars(read.report)) == repr(vars(trial.report))


@pytest.mark.parametrize("state", [None, (None, {"budget": None}), [1], "text", {"clone": 1}])
def test_a_budget_is_made_of_fields_only(state: Any) -> None:
    with pytest.raises(UnreadableError):
        BudgetInfo.__new__(BudgetInfo).__setstate__(state)


@pytest.mark.parametrize("state", [None, (None, {"config": {}}), [1], "text"])
def test_a_state_has_no_fields(state: Any) -> None:
    with pytest.raises(UnreadableError):
        State.PENDING.__setstate__(state)


@pytest.mark.parametrize("kind", [Trial, Trial.MetaData, Trial.Report, BudgetInfo])
def test_nothing_can_be_set_on_a_class_that_pickles_may_name(kind: type) -> None:
    with pytest.raises(UnreadableError, match="on the class"):
        kind.__init__ = None  # type: ignore[misc]


def test_a_budget_keeps_the_fields_it_was_made_with() -> None:
    budget = BudgetInfo(total_cost_to_spend=3.0)
    copy = budget.clone()
    copy.used_evaluations = 9

    assert budget.used_evaluations == 0
    assert "max_evaluations" not in budget.as_recorded()
    assert budget.max_evaluations is None
    older = BudgetInfo(max_evaluations=5)
    assert older.as_recorded()["max_evaluations"] == 5


@pytest.mark.parametrize(
    ("objective", "values", "valid"),
    [
        (None, (), False),
        (0.5, (0.5,), True),
        (math.nan, None, False),
        (math.inf, (math.inf,), True),
        ([0.1, 0.2], (0.1, 0.2), True),
        ([0.1, math.nan], None, False),
        ([], (), False),
    ],
)
def test_objectives_are_valid_if_they_are_numbers(
    trial: Trial, objective: Any, values: Any, valid: bool
) -> None:
    report = complete(trial, objective_to_minimize=objective)

    assert has_valid_objective(report) is valid
    if values is not None:
        assert objective_values(report) == values
    assert not has_valid_objective(None)


def test_one_point_dominates_another_if_it_is_nowhere_worse_and_somewhere_better() -> None:
    assert dominates((1, 2), (1, 3))
    assert not dominates((1, 2), (1, 2))
    assert not dominates((1, 3), (2, 2))
