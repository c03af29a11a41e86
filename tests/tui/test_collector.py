"""Garbage is collected between keys, and all of it in the end."""

from __future__ import annotations

import gc
import weakref
from collections.abc import Iterator

import pytest

from neps_tui.collector import Collector


class Knot:
    """Refers to itself, so that only the collector can free it."""

    def __init__(self) -> None:
        self.itself = self


def much_garbage() -> weakref.ref[Knot]:
    knots = [Knot() for _ in range(5_000)]
    return weakref.ref(knots[0])


@pytest.fixture
def collector() -> Iterator[Collector]:
    was_enabled, thresholds = gc.isenabled(), gc.get_threshold()
    gc.collect()
    collector = Collector()
    collector.begin()
    try:
        yield collector
    finally:
        gc.unfreeze()
        gc.set_threshold(*thresholds)
        if not was_enabled:
            gc.disable()


def test_much_garbage_waits_until_nothing_else_is_done(collector: Collector) -> None:
    garbage = much_garbage()
    assert garbage() is not None
    collector.collect()
    assert garbage() is None


def test_a_little_garbage_is_not_worth_a_collection(collector: Collector) -> None:
    collector.collect()
    garbage = weakref.ref(Knot())
    collector.collect()
    assert garbage() is not None


def test_what_has_become_garbage_late_is_collected_too(collector: Collector) -> None:
    old = Knot()
    garbage = weakref.ref(old)
    gc.collect()
    del old
    for _ in range(50):
        much_garbage()
        collector.collect()
    assert garbage() is None


def test_while_many_trials_are_loaded_nothing_is_collected(collector: Collector) -> None:
    garbage = much_garbage()
    gc.disable()
    collector.collect()
    assert garbage() is not None
