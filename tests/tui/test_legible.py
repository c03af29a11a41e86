"""Whatever is written can be read, by its contrast."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from rich.color import Color

from neps_tui.app import Options

Drive = Callable[..., None]
CopyRun = Callable[[str], Path]
THEMES = ("textual-dark", "textual-light", "neps-colour-blind-dark", "neps-colour-blind-light")
LEAST = 4.5
"""The least contrast of text by the guidelines for the accessibility of web content (AA)."""


def luminance(colour: Color) -> float:
    def linear(part: int) -> float:
        share = part / 255
        return share / 12.92 if share <= 0.04045 else ((share + 0.055) / 1.055) ** 2.4

    red, green, blue = map(linear, colour.get_truecolor())
    return 0.2126 * red + 0.7152 * green + 0.0722 * blue


def contrast(one: Color, other: Color) -> float:
    darker, lighter = sorted((luminance(one), luminance(other)))
    return (lighter + 0.05) / (darker + 0.05)


LEAST_SIGN = 3.0
"""The same for what is no text."""


def faint_signs(screen: Any, signs: str) -> list[tuple[str, float]]:
    """The signs on the plain background that stand out too little."""
    plain = screen.app.theme_variables["background"].lower()
    return [
        (text.strip(), round(ratio, 2))
        for strip in screen._compositor.render_strips()
        for text, style, _ in strip
        if text.strip() and set(text.strip()) <= set(signs)
        if style.bgcolor.get_truecolor().hex == plain
        if (ratio := contrast(style.color, style.bgcolor)) < LEAST_SIGN
    ]


def too_faint(screen: Any, lines: range) -> list[tuple[str, float]]:
    """The words that stand out too little; the row under the cursor is every table's."""
    variables = screen.app.theme_variables
    plain = {variables[name].lower() for name in ("background", "panel")}
    found = []
    strips = screen._compositor.render_strips()
    for at in lines:
        for text, style, _ in strips[at]:
            if style is None or not any(each.isalnum() for each in text):
                continue
            colours = (style.color, style.bgcolor)
            front, back = reversed(colours) if style.reverse else colours
            assert front is not None
            assert back is not None
            is_plain = back.get_truecolor().hex in plain
            if is_plain and (ratio := contrast(front, back)) < LEAST:
                found.append((text.strip(), round(ratio, 2)))
    return found


@pytest.mark.parametrize("theme", THEMES)
def test_what_is_said_of_errors_is_legible(drive: Drive, run_copy: CopyRun, theme: str) -> None:
    root = run_copy("hyperband-0.17")
    dump = root / "shared_errors.jsonl"
    rows = dump.read_text().replace("25_rung_0", "99_rung_0").splitlines()
    dump.write_text("\n".join(rows[2:]))

    async def steps(dashboard: Any) -> None:
        await dashboard.press("E")
        await dashboard.shows("weight_decay > ")
        # The head of the run and the keys are every screen's.
        assert too_faint(dashboard.app.screen, range(2, 47)) == []
        await dashboard.press("tab")
        assert too_faint(dashboard.app.screen, range(2, 47)) == []

    drive(root, steps, options=Options(theme=theme))


@pytest.mark.parametrize("theme", THEMES)
@pytest.mark.parametrize("name", ["killed-0.17", "multiobjective-0.17", "nan-0.17"])
def test_what_is_said_of_a_trial_is_legible(
    drive: Drive, recorded_run: CopyRun, name: str, theme: str
) -> None:
    async def steps(dashboard: Any) -> None:
        await dashboard.press("enter")
        await dashboard.shows("report.yaml")
        for _ in range(4):
            assert too_faint(dashboard.app.screen, range(47)) == []
            await dashboard.press("right_square_bracket")

    drive(recorded_run(name), steps, options=Options(theme=theme))


@pytest.mark.parametrize("theme", THEMES)
def test_what_is_said_of_a_file_is_legible(drive: Drive, run_copy: CopyRun, theme: str) -> None:
    root = run_copy("multiobjective-0.17")
    logs = [directory / "a.log" for directory in (root / "configs").glob("config_*")]
    for log in logs:
        log.write_text("one\ntwo")

    async def steps(dashboard: Any) -> None:
        await dashboard.press("enter")
        await dashboard.shows("a.log")
        await dashboard.press("shift+tab", "enter")
        await dashboard.shows("following")
        assert too_faint(dashboard.app.screen, range(47)) == []
        for log in logs:
            log.unlink()
        await dashboard.shows("(the file was deleted)")
        assert too_faint(dashboard.app.screen, range(47)) == []

    drive(root, steps, options=Options(theme=theme))


@pytest.mark.parametrize("theme", THEMES)
@pytest.mark.parametrize(
    ("key", "said"),
    [("t", "Evaluated 40"), ("w", "Workers 1"), ("O", "random states"), ("P", "best so far")],
    ids=["dashboard", "workers", "optimizer", "plots"],
)
def test_what_is_said_of_a_run_is_legible(
    drive: Drive, recorded_run: CopyRun, key: str, said: str, theme: str
) -> None:
    async def steps(dashboard: Any) -> None:
        await dashboard.press(key)
        await dashboard.shows(said)
        # Greyed keys are meant to recede.
        greyed = [
            (f"{dashboard.app.get_key_display(each.binding)} {each.binding.description}")
            for each in dashboard.app.screen.active_bindings.values()
        ]
        faint = too_faint(dashboard.app.screen, range(48))
        assert [each for each in faint if each[0] not in greyed] == []

    drive(recorded_run("hyperband-0.17"), steps, options=Options(theme=theme))


@pytest.mark.parametrize("theme", THEMES)
def test_the_signs_for_states_are_legible_beside_their_names(
    drive: Drive, recorded_run: CopyRun, theme: str
) -> None:
    async def steps(dashboard: Any) -> None:
        await dashboard.press("w")
        await dashboard.shows("⚠ corrupted")
        assert faint_signs(dashboard.app.screen, "✘✖⚠▶") == []

    drive(recorded_run("hyperband-0.17"), steps, options=Options(theme=theme))
