"""How panes share the first screen, and that this is remembered."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from neps_tui.dashboard.layout import DEFAULT_WEIGHTS, PaneLayout
from neps_tui.remembered import layout_file, recall, remember

Drive = Callable[..., None]
CopyRun = Callable[[str], Path]
PANES = ("evaluating", "pending", "evaluated", "errors", "incumbent", "optimizer")
PLAIN = st.recursive(
    st.none() | st.booleans() | st.integers() | st.text() | st.sampled_from(PANES),
    lambda inner: (
        st.lists(inner) | st.dictionaries(st.sampled_from([*DEFAULT_WEIGHTS, "x"]), inner)
    ),
)


def test_a_layout_survives_being_remembered() -> None:
    layout = PaneLayout().resized("errors", "width", 3).resized("errors", "height", 2)
    layout = layout.without("pending")
    assert PaneLayout.from_plain(json.loads(json.dumps(layout.as_plain()))) == layout


@given(st.fixed_dictionaries({"weights": PLAIN, "hidden": PLAIN}) | PLAIN)
def test_whatever_stands_in_the_file_gives_a_layout_that_shows_something(found: object) -> None:
    layout = PaneLayout.from_plain(found)
    assert set(layout.weights) == set(DEFAULT_WEIGHTS)
    assert all(weight >= 1 for weight in layout.weights.values())
    assert any(layout.shows(pane) for pane in PANES)


def test_the_last_pane_cannot_be_hidden() -> None:
    layout = PaneLayout()
    for pane in PANES:
        layout = layout.without(pane)
    assert [pane for pane in PANES if layout.shows(pane)] == ["optimizer"]


def test_a_box_without_panes_takes_no_room() -> None:
    layout = PaneLayout().without("evaluating").without("pending")
    assert not layout.shows("left")
    assert layout.shows("top")


def test_nothing_is_written_when_nothing_is_new(tmp_path: Path) -> None:
    remember("panes", {"hidden": []})
    before = layout_file().stat().st_mtime_ns
    remember("panes", {"hidden": []})
    assert layout_file().stat().st_mtime_ns == before
    assert recall() == {"panes": {"hidden": []}}


@pytest.mark.parametrize("content", [b"", b"{", b"[]", b"\xff"])
def test_a_broken_file_is_as_good_as_none(content: bytes) -> None:
    layout_file().parent.mkdir(parents=True)
    layout_file().write_bytes(content)
    assert recall() == {}
    remember("panes", 1)
    assert recall() == {"panes": 1}


def test_panes_are_zoomed_hidden_and_resized_by_keys(drive: Drive, recorded_run: CopyRun) -> None:
    async def steps(dashboard: Any) -> None:
        await dashboard.shows("Evaluated 40")
        await dashboard.press("z")
        await dashboard.until(lambda: "Errors 8" not in dashboard.text(), "one pane alone")
        await dashboard.press("z", "p")
        await dashboard.shows("Incumbent")
        await dashboard.press("x")
        await dashboard.until(lambda: "Incumbent" not in dashboard.text(), "it is hidden")
        await dashboard.press("p")
        await dashboard.shows("Incumbent")
        await dashboard.press("e")
        width = dashboard.app.screen.query_one("#errors").size.width
        await dashboard.press("greater_than_sign", "greater_than_sign")
        await dashboard.until(
            lambda: dashboard.app.screen.query_one("#errors").size.width > width, "wider"
        )

    drive(recorded_run("hyperband-0.17"), steps)


def test_the_arrangement_is_found_again(drive: Drive, recorded_run: CopyRun) -> None:
    async def hide(dashboard: Any) -> None:
        await dashboard.shows("Pending 0")
        await dashboard.press("n", "x")
        await dashboard.until(lambda: "Pending 0" not in dashboard.text(), "it is hidden")

    async def look(dashboard: Any) -> None:
        await dashboard.shows("Evaluated 40")
        assert "Pending 0" not in dashboard.text()
        await dashboard.press("X")
        await dashboard.shows("Pending 0")

    drive(recorded_run("hyperband-0.17"), hide)
    drive(recorded_run("hyperband-0.17"), look)


def test_a_zoomed_pane_is_found_again_and_follows_to_the_next_one(
    drive: Drive, recorded_run: CopyRun
) -> None:
    async def zoom(dashboard: Any) -> None:
        await dashboard.shows("Evaluated 40")
        await dashboard.press("e", "z")
        await dashboard.until(lambda: "Evaluated 40" not in dashboard.text(), "errors alone")

    async def move(dashboard: Any) -> None:
        await dashboard.shows("Errors 8")
        assert "Evaluated 40" not in dashboard.text()
        await dashboard.press("p")
        await dashboard.until(lambda: "Errors 8" not in dashboard.text(), "the plot alone")

    async def give_back(dashboard: Any) -> None:
        await dashboard.shows("Incumbent")
        assert "Evaluated 40" not in dashboard.text()
        await dashboard.press("z")
        await dashboard.shows("Evaluated 40")

    async def look(dashboard: Any) -> None:
        await dashboard.shows("Evaluated 40")
        assert "Errors 8" in dashboard.text()

    for steps in (zoom, move, give_back, look):
        drive(recorded_run("hyperband-0.17"), steps)


def test_a_pane_that_was_made_larger_by_keys_is_so_the_next_time(
    drive: Drive, recorded_run: CopyRun
) -> None:
    sizes = []

    def size_of_errors(dashboard: Any) -> tuple[int, int]:
        return tuple(dashboard.app.screen.query_one("#errors").size)

    async def resize(dashboard: Any) -> None:
        await dashboard.shows("Errors 8")
        width, height = size_of_errors(dashboard)
        await dashboard.press("e", "greater_than_sign", "plus")
        await dashboard.until(
            lambda: all(
                now > before
                for now, before in zip(size_of_errors(dashboard), (width, height), strict=True)
            ),
            "wider and taller",
        )
        sizes.append(size_of_errors(dashboard))

    async def look(dashboard: Any) -> None:
        await dashboard.shows("Errors 8")
        assert size_of_errors(dashboard) == sizes[0]

    drive(recorded_run("hyperband-0.17"), resize)
    drive(recorded_run("hyperband-0.17"), look)


def test_where_nothing_can_be_remembered_it_says_so(
    drive: Drive, recorded_run: CopyRun, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    blocked = tmp_path / "file"
    blocked.touch()
    monkeypatch.setenv("XDG_STATE_HOME", str(blocked))

    async def steps(dashboard: Any) -> None:
        await dashboard.shows("Pending 0")
        await dashboard.press("n", "x")
        await dashboard.shows("will not be remembered")

    drive(recorded_run("hyperband-0.17"), steps)


def test_a_border_that_is_dragged_divides_two_panes_anew_and_stays_so(
    drive: Drive, recorded_run: CopyRun
) -> None:
    async def steps(dashboard: Any) -> None:
        await dashboard.shows("Evaluated 40")
        evaluated = dashboard.app.screen.query_one("#evaluated")
        before = evaluated.region
        await dashboard.pilot.mouse_down(offset=(before.x, before.y + 5))
        await dashboard.pilot.hover(offset=(before.x + 20, before.y + 5))
        await dashboard.pilot.mouse_up(offset=(before.x + 20, before.y + 5))
        await dashboard.until(lambda: abs(evaluated.region.x - before.x - 20) <= 1, "it is there")
        await dashboard.pilot.mouse_down(offset=(before.x + 60, before.bottom - 1))
        await dashboard.pilot.hover(offset=(before.x + 60, before.bottom - 8))
        await dashboard.pilot.mouse_up(offset=(before.x + 60, before.bottom - 8))
        await dashboard.until(
            lambda: abs(evaluated.region.bottom - before.bottom + 7) <= 1, "it is less high"
        )
        assert recall()["panes"]["weights"]["left"] > DEFAULT_WEIGHTS["left"]

    drive(recorded_run("hyperband-0.17"), steps)


def test_two_clicks_on_a_title_zoom_its_pane_and_back(drive: Drive, recorded_run: CopyRun) -> None:
    async def steps(dashboard: Any) -> None:
        await dashboard.shows("Evaluated 40")
        row = next(
            at for at, line in enumerate(dashboard.text().splitlines()) if "Errors 8" in line
        )
        await dashboard.pilot.click(offset=(10, row), times=2)
        await dashboard.until(lambda: "Evaluated 40" not in dashboard.text(), "one pane alone")
        await dashboard.shows("Errors 8")
        await dashboard.pilot.click(offset=(10, 2), times=2)
        await dashboard.shows("Evaluated 40")

    drive(recorded_run("hyperband-0.17"), steps)


@pytest.mark.parametrize("key", ["x", "greater_than_sign", "less_than_sign", "plus", "minus", "z"])
def test_where_panes_are_tabs_none_is_hidden_or_resized_unseen(
    drive: Drive, recorded_run: CopyRun, key: str
) -> None:
    async def steps(dashboard: Any) -> None:
        await dashboard.shows("Evaluated 40")
        await dashboard.press(key)
        await dashboard.shows("In so small a")
        assert recall() == {}

    drive(recorded_run("hyperband-0.17"), steps, size=(80, 24))


def test_a_hidden_pane_says_how_it_comes_back(drive: Drive, recorded_run: CopyRun) -> None:
    async def steps(dashboard: Any) -> None:
        await dashboard.shows("Evaluated 40")
        assert "X all panes" not in dashboard.text()
        await dashboard.press("e", "x")
        await dashboard.shows("e brings it back, X every pane")
        await dashboard.shows("X all panes")
        await dashboard.press("X")
        await dashboard.shows("Errors 8")
        assert "X all panes" not in dashboard.text()

    drive(recorded_run("hyperband-0.17"), steps)
