"""Configs as a person reads them."""

from __future__ import annotations

import pickle
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from neps_state.pickles import load_inert
from neps_state.readable import KeyNames, path_name, readable_config, readable_value
from neps_state.reader import RunReader


@pytest.mark.parametrize(
    ("key", "name"),
    [
        ("learning_rate", "learning_rate"),
        ("ENVIRONMENT__epochs", "epochs"),
        ("SAMPLING__Resolvable.learning_rate::float__1e-05_0.1_True", "learning_rate"),
        ("SAMPLING__Resolvable.block::categorical__2", "block"),
        (
            "SAMPLING__Resolvable.block.kwargs.mapping_value{act}::categorical__2",
            "block.act",
        ),
        (
            "SAMPLING__Resolvable.net.args.sequence[0].resampled_categorical::categorical__2",
            "net[0]",
        ),
        (
            "SAMPLING__Resolvable.net.args.sequence[2].resampled_categorical.sampled_value"
            ".resampled_operation.kwargs.mapping_value{activation}.resampled_categorical"
            "::categorical__3",
            "net[2].activation",
        ),
    ],
)
def test_a_key_is_read_by_the_names_somebody_gave(key: str, name: str) -> None:
    assert path_name(key) == name


@given(st.text())
def test_any_key_has_a_name(key: str) -> None:
    for whole in (key, f"SAMPLING__Resolvable.{key}", f"SAMPLING__Resolvable.{key}::float__0_1"):
        assert isinstance(path_name(whole), str)
        assert path_name(whole) or not key


def test_a_name_is_short_where_it_is_alone_and_whole_where_it_is_not() -> None:
    one = "SAMPLING__Resolvable.block.kwargs.mapping_value{act}::categorical__2"
    other = "SAMPLING__Resolvable.head.kwargs.mapping_value{act}::categorical__2"
    names = KeyNames()

    assert names.learn([one])
    assert names[one] == "act"
    assert not names.learn([one])
    assert names.learn([one, other])
    assert (names[one], names[other]) == ("block.act", "head.act")
    assert names["never_seen"] == "never_seen"


@pytest.mark.parametrize("name", ["architecture-0.17", "evolution-0.17"])
def test_an_architecture_is_read_as_what_was_chosen(name: str, recorded: Any) -> None:
    snapshot = RunReader(recorded.path(name)).poll()
    names = KeyNames()
    for trial in snapshot.trials.values():
        names.learn(trial.config)

    for trial in snapshot.trials.values():
        read = readable_config(trial.config, snapshot.space, names)

        assert len(read) == len(trial.config), "no two keys have one name"
        assert 1e-5 <= read["learning_rate"] <= 0.1
        assert {read[f"net[{place}]"] for place in range(3)} <= {"Conv", "Pool"}
        for place in range(3):
            if read[f"net[{place}]"] == "Pool":
                assert f"net[{place}].activation" not in read
        activations = {value for key, value in read.items() if key.endswith("activation")}
        assert activations <= {"relu", "gelu", "silu"}
        kernels = {value for key, value in read.items() if key.endswith("[0]") and key != "net[0]"}
        assert kernels <= {3, 5, 7}


def test_a_choice_is_the_one_at_its_index(recorded: Any) -> None:
    snapshot = RunReader(recorded.path("architecture-0.17")).poll()
    config = snapshot.trials["9_rung_0"].config

    read = readable_config(config, snapshot.space)

    assert (read["block"], read["net[0]"], read["net[1]"], read["epochs"]) == (
        "Conv",
        "Conv",
        "Pool",
        1,
    )
    assert read["block.activation"] == "silu"
    assert read["net[0].activation"] == "gelu"


def test_without_its_space_an_index_stays_an_index(recorded: Any) -> None:
    snapshot = RunReader(recorded.path("architecture-0.17")).poll()
    config = snapshot.trials["9_rung_0"].config

    assert readable_config(config, None)["block"] == 0


@pytest.mark.parametrize("index", [-1, 2, 99, None, "relu", 1.5])
def test_an_index_beyond_the_choices_stays_as_it_is(index: Any, recorded: Any) -> None:
    snapshot = RunReader(recorded.path("architecture-0.17")).poll()
    key = "SAMPLING__Resolvable.block::categorical__2"

    assert readable_value(key, {key: index}, snapshot.space) == index


def test_a_plain_config_is_read_as_it_is(recorded: Any) -> None:
    snapshot = RunReader(recorded.path("hyperband-0.17")).poll()

    for trial in snapshot.trials.values():
        assert readable_config(trial.config, snapshot.space) == trial.config


class Own:
    pass


def test_a_value_of_an_unknown_class_is_shown_as_text() -> None:
    config = {"scheduler": load_inert(pickle.dumps(Own()))}

    assert isinstance(readable_config(config, None)["scheduler"], str)
