"""Spans of time as people type them."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from neps_tui.words.formatting import duration
from neps_tui.words.spans import has_unit, seconds_in


@pytest.mark.parametrize(
    ("text", "seconds"),
    [
        *(("90", 90.0), ("1.5s", 1.5), ("1.5 s", 1.5), ("20ms", 0.02), ("2min", 120.0)),
        *(("2m", 120.0), ("1h30", 5400.0), ("3 h 20", 12_000.0), ("2 D 4 h", 187_200.0)),
        *((".5h", 1800.0), ("1e3", 1000.0), ("∞", float("inf"))),
        *((text, None) for text in ("", "soon", "2x", "1min 30", "h", "2 min ago")),
    ],
)
def test_spans_are_read_as_they_are_written(text: str, seconds: float | None) -> None:
    assert seconds_in(text) == (seconds if seconds is None else pytest.approx(seconds))


@given(st.floats(min_value=0.01, max_value=1e8))
def test_what_the_dashboard_writes_is_read_back(seconds: float) -> None:
    written = duration(seconds)
    read = seconds_in(written)
    assert read is not None
    assert duration(read) == written
    assert has_unit(written)


@given(st.text())
def test_no_text_does_worse_than_to_be_no_span(text: str) -> None:
    assert seconds_in(text) is None or not has_unit(text) or seconds_in(text) >= 0
