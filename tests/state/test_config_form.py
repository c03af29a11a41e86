"""The form for configs: what a run accepts, and what it says of what it does not."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from neps_state.config_form import ConfigError, ConfigForm, Field
from neps_state.reader import RunReader
from neps_state.snapshot import RunSnapshot

CopyRun = Callable[[str], Path]
DATA = Path(__file__).resolve().parent.parent / "data" / "runs"
RUNS = sorted(path.name for path in DATA.iterdir())
SEEN = {name: RunReader(DATA / name).poll() for name in RUNS}
ANYTHING = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=8),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=4), inner),
    max_leaves=5,
)


def form_of(snapshot: RunSnapshot, like: str | None = None) -> ConfigForm:
    assert snapshot.optimizer_info is not None
    template = None if like is None else snapshot.trials[like].config
    return ConfigForm(snapshot.optimizer_info, snapshot.space, snapshot.trials, template)


def field_of(form: ConfigForm, name: str) -> Field:
    return next(field for field in form.fields if field.name == name)


@pytest.mark.parametrize("name", RUNS)
def test_every_config_of_a_run_fits_its_own_form(name: str) -> None:
    snapshot = SEEN[name]
    for trial_id, trial in snapshot.trials.items():
        form = form_of(snapshot, trial_id)
        assert form.config({}) == dict(trial.config)
        assert form.config(dict(trial.config)) == dict(trial.config)
        for field in form.fields:
            assert field.parse(field.shown) == field.value, field


@pytest.mark.parametrize("name", [each for each in RUNS if not each.startswith(("arch", "evo"))])
def test_a_form_from_nothing_asks_for_what_is_sampled(name: str) -> None:
    snapshot = SEEN[name]
    form = form_of(snapshot)
    trial = next(iter(snapshot.trials.values()))
    assert {field.key for field in form.fields} == trial.config.keys()
    with pytest.raises(ConfigError, match="is missing"):
        form.config({})
    assert form.config(dict(trial.config)) == dict(trial.config)


@given(config=st.dictionaries(st.text(max_size=14), ANYTHING, max_size=5), data=st.data())
def test_nothing_but_a_config_that_fits_comes_out(
    config: dict[str, Any], data: st.DataObject
) -> None:
    snapshot = SEEN[data.draw(st.sampled_from(["hyperband-0.17", "random-0.17", "random-0.13"]))]
    form = form_of(snapshot)
    names = [field.name for field in form.fields]
    config |= data.draw(st.dictionaries(st.sampled_from(names), ANYTHING))
    reasons: tuple[str, ...] = ()
    try:
        made = form.config(config)
    except ConfigError as error:
        reasons = error.reasons
        made = {}
    assert all(isinstance(reason, str) and "\n" not in reason for reason in reasons)
    if reasons:
        return
    assert made.keys() == {field.key for field in form.fields}
    assert made == form.config(made)
    json.dumps(made)


@given(text=st.text(max_size=12), data=st.data())
def test_whatever_is_typed_is_taken_or_refused_with_a_reason(
    text: str, data: st.DataObject
) -> None:
    form = form_of(SEEN["hyperband-0.17"])
    field = data.draw(st.sampled_from(form.fields))
    refusal = ""
    value: Any = None
    try:
        value = field.parse(text)
    except ValueError as error:
        refusal = str(error)
    assert field.name in refusal or field.accept(value) == value


def test_numbers_keep_to_their_bounds_and_kinds() -> None:
    rate = field_of(form_of(SEEN["hyperband-0.17"]), "learning_rate")
    assert (rate.kind, rate.lower, rate.upper, rate.log) == ("float", 1e-5, 0.1, True)
    assert rate.parse("1e-3") == 0.001
    assert rate.accept(rate.upper) == rate.upper
    for wrong in ("1", "0", "nan", "inf", "true", "x", ""):
        with pytest.raises(ValueError, match="learning_rate"):
            rate.parse(wrong)


def test_the_fidelity_is_that_of_a_rung_and_the_lowest_by_itself() -> None:
    epochs = field_of(form_of(SEEN["asha-0.17"]), "epochs")
    assert (epochs.kind, epochs.labels, epochs.value) == ("choice", ("1", "3", "9", "27"), 1)
    assert epochs.is_fidelity
    assert epochs.parse("27") == 27


def test_a_choice_of_the_newer_kind_goes_by_what_it_chooses() -> None:
    snapshot = SEEN["architecture-0.17"]
    for trial_id in snapshot.trials:
        for field in form_of(snapshot, trial_id).fields:
            if field.kind == "choice":
                assert len(field.labels) == len(set(field.labels)) == len(field.choices)
                assert field.shown in field.labels


def test_what_a_name_may_have_meant_is_said() -> None:
    form = form_of(SEEN["random-0.17"])
    with pytest.raises(ConfigError, match="did you mean weight_decay"):
        form.config({"wieght_decay": 0.1})
