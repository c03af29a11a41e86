"""What the plots look like: pictures to be looked at whenever one changes."""

from __future__ import annotations

import pytest
from looks import LARGE, SMALL, Compare, CopyRun, after, app_on

pytestmark = pytest.mark.usefixtures("fixed_time")


@pytest.mark.parametrize(
    ("size", "theme"),
    [(LARGE, "textual-dark"), (SMALL, "textual-light")],
    ids=["large-dark", "small-light"],
)
@pytest.mark.parametrize(
    ("run", "keys"),
    [
        ("hyperband-0.17", ["left", "left"]),
        ("multiobjective-0.17", ["tab"]),
        ("hyperband-0.17", ["tab"]),
        ("hyperband-0.17", ["tab", "tab"]),
        ("hyperband-0.17", ["tab", "tab", "tab", "g"]),
        ("hyperband-0.17", ["tab", "tab", "tab", "x"]),
        ("architecture-0.17", ["tab", "tab", "tab", "tab"]),
        ("hyperband-0.17", ["shift+tab", "shift+tab"]),
        ("hyperband-0.17", ["shift+tab", "x"]),
    ],
    ids=[
        *("incumbent", "front", "curves", "rungs", "number", "categories", "parallel"),
        *("importance", "distribution"),
    ],
)
def test_a_plot_looks_as_it_did(
    snap_compare: Compare,
    recorded_run: CopyRun,
    run: str,
    keys: list[str],
    theme: str,
    size: tuple[int, int],
) -> None:
    app = app_on(recorded_run(run), theme)
    assert snap_compare(app, terminal_size=size, run_before=after("P", *keys, pause=0.05))
