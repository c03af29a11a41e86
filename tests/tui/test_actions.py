"""The one table of actions."""

from __future__ import annotations

from collections import Counter
from typing import get_args

from neps_tui.actions import Place, bindings_of, key_map_name


def test_every_binding_has_an_id_of_its_own_and_a_tooltip() -> None:
    bindings = [binding for place in get_args(Place) for binding in bindings_of(place)]

    assert [
        name for name, count in Counter(each.id for each in bindings).items() if count > 1
    ] == []
    assert all(binding.tooltip for binding in bindings)


def test_what_goes_the_other_way_has_another_name() -> None:
    assert key_map_name("view('workers')") == "view.workers"
    assert key_map_name("zoom(1)") != key_map_name("zoom(-1)")
