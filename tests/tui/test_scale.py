"""Where the labels of an axis stand."""

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from neps_tui.widgets.scale import LARGEST, Scale

finite = st.floats(-LARGEST, LARGEST)


@given(finite, finite, st.integers(1, 8), st.booleans())
def test_ticks_are_few_and_within_the_scale(a: float, b: float, most: int, log: bool) -> None:
    scale = Scale.around(min(a, b), max(a, b), log=log)
    ticks = scale.ticks(most)
    assert len(ticks) <= most
    assert ticks == sorted(ticks)
    slack = (scale.high - scale.low) * 1e-6
    assert all(scale.low - slack <= tick <= scale.high + slack for tick in ticks)


def test_ticks_are_round() -> None:
    assert Scale(0.13, 0.83).ticks(4) == [0.2, 0.4, 0.6, 0.8]
    assert Scale(0, 1000).ticks(3) == [0, 500, 1000]
    assert Scale(1e-4, 1, log=True).ticks(5) == [1e-4, 1e-3, 1e-2, 1e-1, 1]
    assert Scale(0.12, 0.7, log=True).ticks(3) == [0.2, 0.4, 0.6]
