"""What the forms look like in which a change is typed: pictures, looked at when one changes."""

from __future__ import annotations

from pathlib import Path

import pytest
from looks import LARGE, SMALL, Compare, CopyRun, after, app_on

pytestmark = pytest.mark.usefixtures("fixed_time", "fixed_place")

FORMS = {
    "report": ("killed-0.17", ("v", "i")),
    "report of several objectives": ("multiobjective-0.17", ("i",)),
    "enqueue": ("hyperband-0.17", ("a",)),
    "enqueue, wrong": ("hyperband-0.17", ("a", "down", "5")),
    "enqueue an architecture": ("architecture-0.17", ("a",)),
    "import": ("random-0.17", ("I",)),
    "import of nothing there": ("random-0.17", ("I", *"nowhere.csv", "enter")),
    "budget": ("hyperband-0.17", ("B",)),
}


@pytest.mark.parametrize(
    ("size", "theme"),
    [(LARGE, "textual-dark"), (SMALL, "textual-light")],
    ids=["large-dark", "small-light"],
)
@pytest.mark.parametrize("name", FORMS)
def test_a_form_looks_as_it_did(
    snap_compare: Compare,
    run_copy: CopyRun,
    name: str,
    theme: str,
    size: tuple[int, int],
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.chdir(tmp_path)
    run, keys = FORMS[name]
    app = app_on(run_copy(run), theme)
    assert snap_compare(app, terminal_size=size, run_before=after(*keys, pause=0.1))
