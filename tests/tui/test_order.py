"""The order of trials is the same whether they are put in place one by one or all at once."""

from __future__ import annotations

import math
from typing import Any

from hypothesis import given
from hypothesis import strategies as st

from neps_state import Trial
from neps_tui.facts.trial_fields import sort_key
from neps_tui.trials.order import TrialOrder

VALUES = st.one_of(
    st.none(),
    st.floats(),
    st.integers(-(2**60), 2**60),
    st.booleans(),
    st.sampled_from(["adam", "sgd", ""]),
)
IDS = st.sampled_from(["1", "01", "2", "9", "10", "2_rung_0", "19_rung_0", "x", "100"])


def trial(trial_id: str, value: Any, *, ended: bool = True) -> Trial:
    made = Trial.new(
        trial_id=trial_id,
        config={"x": value},
        location="",
        previous_trial=None,
        previous_trial_location=None,
        time_sampled=0.0,
        worker_id="w",
    )
    if ended:
        made.set_corrupted()
    return made


def value_of(each: Trial) -> Any:
    return each.config["x"]


def placed(trials: dict[str, Trial], *, descending: bool = False) -> list[str]:
    order = TrialOrder(value_of, sort_key)
    order.place_all([each for each in trials.values() if each.state.value == "corrupted"])
    return order.ids(trials, descending=descending)


@given(
    st.dictionaries(IDS, VALUES),
    st.dictionaries(IDS, st.tuples(VALUES, st.booleans())),
    st.sets(IDS),
    st.booleans(),
)
def test_trials_put_in_place_one_by_one_stand_where_all_at_once_would_put_them(
    first: dict[str, Any],
    changes: dict[str, tuple[Any, bool]],
    gone: set[str],
    descending: bool,
) -> None:
    before = {trial_id: trial(trial_id, value) for trial_id, value in first.items()}
    after = before | {
        trial_id: trial(trial_id, value, ended=ended)
        for trial_id, (value, ended) in changes.items()
    }
    after = {trial_id: each for trial_id, each in after.items() if trial_id not in gone}
    order = TrialOrder(value_of, sort_key)
    order.place_all(list(before.values()))

    changed = [*changes, *(gone - changes.keys())]
    order.update(changed, before, after, lambda each: each.state.value == "corrupted")

    assert order.ids(after, descending=descending) == placed(after, descending=descending)
    assert len(order) == len(placed(after))


def test_what_has_no_value_comes_last_either_way() -> None:
    trials = {
        trial_id: trial(trial_id, value)
        for trial_id, value in {"1": 2.0, "2": None, "3": 1, "4": math.nan, "5": 3.0}.items()
    }

    assert placed(trials) == ["3", "1", "5", "2", "4"]
    assert placed(trials, descending=True) == ["5", "1", "3", "2", "4"]


def test_what_is_the_same_stands_by_its_number() -> None:
    trials = {trial_id: trial(trial_id, 1.0) for trial_id in ("10", "9", "19_rung_0", "2_rung_0")}

    assert placed(trials) == ["9", "10", "2_rung_0", "19_rung_0"]
