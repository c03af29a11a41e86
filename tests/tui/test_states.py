"""How states look."""

from __future__ import annotations

import pytest
from rich.cells import cell_len
from textual.theme import BUILTIN_THEMES

from neps_tui.words.states import INCUMBENT, STATES, StateLook, look

ALL_LOOKS = [*STATES.values(), INCUMBENT]


@pytest.mark.parametrize("state", ALL_LOOKS, ids=lambda state: state.word)
def test_every_glyph_takes_one_cell(state: StateLook) -> None:
    assert cell_len(state.glyph) == len(state.glyph) == 1
    assert cell_len(state.ascii_glyph) == 1
    assert state.ascii_glyph.isascii()
    assert state.sign(ascii=True) == state.ascii_glyph
    assert state.sign() == state.glyph


def test_no_two_states_share_a_glyph_or_a_word() -> None:
    for field in ("glyph", "ascii_glyph", "word"):
        assert len({getattr(state, field) for state in ALL_LOOKS}) == len(ALL_LOOKS)


@pytest.mark.parametrize("theme", BUILTIN_THEMES)
def test_every_theme_has_the_colours(theme: str) -> None:
    variables = BUILTIN_THEMES[theme].to_color_system().generate()
    assert {state.colour for state in ALL_LOOKS} <= variables.keys()


def test_a_state_is_found_by_its_name() -> None:
    assert look("crashed").word == "crashed"


def test_a_state_from_the_future_is_unknown() -> None:
    assert look("paused").word == "unknown"
