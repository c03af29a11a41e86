"""The search space as an inert tree, of every recorded version."""

from __future__ import annotations

import pickle
from typing import Any

import pytest

from neps_state.pickles import load_inert
from neps_state.space import SearchSpaceTree, label, parameter_of, space_tree


def tree_of(recorded: Any, name: str) -> SearchSpaceTree:
    tree = space_tree(load_inert((recorded.path(name) / "pipeline_space.pkl").read_bytes()))
    assert tree is not None
    return tree


def test_the_space_of_every_recorded_run_has_its_parameters(
    recorded: Any, recorded_name: str
) -> None:
    path = recorded.path(recorded_name) / "pipeline_space.pkl"
    if not path.exists():
        assert recorded_name in ("random-0.13", "random-0.14")
        return
    tree = tree_of(recorded, recorded_name)

    rate = tree.parameters["learning_rate"]
    assert (rate.kind, rate.lower, rate.upper, rate.log) == ("float", 1e-5, 0.1, True)
    decay = tree.parameters["weight_decay"]
    assert (decay.kind, decay.lower, decay.upper, decay.log) == ("float", 0, 1, False)
    if "optimizer" in tree.parameters:
        assert set(tree.parameters["optimizer"].choices) == {"adam", "sgd", "lion"}
        assert tree.parameters["optimizer"].kind == "categorical"
    configs = recorded.expected(recorded_name)["trials"].values()
    if not any("SAMPLING__" in key for each in configs for key in each["config"]):
        assert {key for each in configs for key in each["config"]} == set(tree.parameters)


@pytest.mark.parametrize(
    ("name", "fidelity"),
    [
        ("hyperband-0.16", "epochs"),
        ("hyperband-0.17", "epochs"),
        ("architecture-0.17", "epochs"),
        ("asha-0.17", "epochs"),
        ("primo-0.17", "epochs"),
        ("random-0.17", None),
        ("evolution-0.17", None),
    ],
)
def test_the_fidelity_is_known(recorded: Any, name: str, fidelity: str | None) -> None:
    found = tree_of(recorded, name).fidelity

    assert (found.name if found else None) == fidelity
    if found:
        assert (found.kind, found.lower, found.upper) == ("integer", 1, 27)
        assert found.summary() == "integer 1 … 27, fidelity"


def test_an_architecture_is_shown_by_the_names_in_it(recorded: Any) -> None:
    parameters = tree_of(recorded, "architecture-0.17").parameters

    assert parameters["learning_rate"].summary() == "float 1e-5 … 0.1, log"
    assert parameters["block"].summary() == "categorical Conv | Pool"
    assert parameters["net"].summary() == "operation Sequential"


class Mystery:
    pass


@pytest.mark.parametrize("value", [None, 7, "text", [1], {"a": 1}, Mystery])
def test_what_is_no_space_gives_no_tree(value: Any) -> None:
    assert space_tree(load_inert(pickle.dumps(value))) is None


def test_constants_stand_for_themselves() -> None:
    parameter = parameter_of("depth", 3)

    assert (parameter.kind, parameter.choices) == ("constant", (3,))
    assert parameter.summary() == "constant 3"


def test_a_space_that_contains_itself_has_a_label() -> None:
    node = load_inert(pickle.dumps(Mystery()))
    node.state = {"source": node}

    assert label(node)
