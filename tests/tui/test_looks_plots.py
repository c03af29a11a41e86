"""What the plots look like: pictures to be looked at whenever one changes."""

from __future__ import annotations

import pytest
from looks import LARGE, SMALL, Compare, CopyRun, after, app_on

pytestmark = pytest.mark.usefixtures("fixed_time", "fixed_place")

DARK, LIGHT, OTHER_EYES = "textual-dark", "textual-light", "neps-colour-blind-dark"
ALL_LOOKS = {
    "large-dark": (LARGE, DARK),
    "large-light": (LARGE, LIGHT),
    "small-dark": (SMALL, DARK),
    "small-light": (SMALL, LIGHT),
    "large-colour-blind": (LARGE, OTHER_EYES),
}
TWO_LOOKS = ("large-dark", "small-light")
KINDS = {
    "incumbent": ("hyperband-0.17", ["left", "left"]),
    "front": ("multiobjective-0.17", ["tab", "left"]),
    "curves": ("hyperband-0.17", ["tab", "left", "up"]),
    "rungs": ("hyperband-0.17", ["tab", "tab", "left"]),
    "number": ("hyperband-0.17", ["tab", "tab", "tab", "g", "left"]),
    "parallel": ("hyperband-0.17", ["tab", "tab", "tab", "tab", "left"]),
    "importance": ("hyperband-0.17", ["shift+tab", "shift+tab", "x"]),
    "distribution": ("hyperband-0.17", ["shift+tab", "left"]),
}
"""Every kind of the catalogue on a run of which it says something."""
MORE = {
    "second-objective": ("primo-0.17", ["x", "y", "left"]),
    "categories": ("hyperband-0.17", ["tab", "tab", "tab", "x"]),
    "architecture": ("architecture-0.17", ["tab", "tab", "tab", "tab", "left"]),
    "brushed": ("hyperband-0.17", ["slash", *"epochs=9", "enter", "left"]),
}
"""The same kinds, where they look another way."""


@pytest.mark.parametrize(
    ("plot", "look"),
    [
        *((plot, look) for plot in KINDS for look in ALL_LOOKS),
        *((plot, look) for plot in MORE for look in TWO_LOOKS),
    ],
)
def test_a_plot_looks_as_it_did(
    snap_compare: Compare, recorded_run: CopyRun, plot: str, look: str
) -> None:
    run, keys = {**KINDS, **MORE}[plot]
    size, theme = ALL_LOOKS[look]
    app = app_on(recorded_run(run), theme)
    assert snap_compare(app, terminal_size=size, run_before=after("P", *keys, pause=0.05))


@pytest.mark.parametrize("plot", ["incumbent", "parallel", "distribution"])
def test_a_plot_looks_as_it_did_in_ascii(
    snap_compare: Compare, recorded_run: CopyRun, plot: str
) -> None:
    run, keys = KINDS[plot]
    app = app_on(recorded_run(run), DARK, ascii=True)
    assert snap_compare(app, terminal_size=SMALL, run_before=after("P", *keys, pause=0.05))
