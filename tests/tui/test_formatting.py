"""Values as people read them, and text that cannot harm a terminal."""

from __future__ import annotations

import math
import unicodedata

import pytest
from hypothesis import given
from hypothesis import strategies as st
from rich.cells import cell_len

from neps_tui.words import formatting as f

hostile_text = st.lists(
    st.one_of(
        st.text(max_size=8),
        st.characters(categories=["Cc", "Cf", "Cs"]),
        st.sampled_from(
            ["\x1b", "\x1b[31m", "\x1b]0;title\x07", "\x9b2J", "[bold]", "\x1bP", "\\"]
        ),
    )
).map("".join)


@pytest.mark.parametrize(
    ("seconds", "said"),
    [
        (None, "–"),
        (math.nan, "–"),
        (math.inf, "∞"),
        (0, "0 s"),
        (0.0004, "0 ms"),
        (0.04, "40 ms"),
        (0.4, "0.4 s"),
        (7.93, "7.9 s"),
        (9.96, "10 s"),
        (42.4, "42 s"),
        (59.7, "1 min"),
        (240, "4 min"),
        (3_599, "1 h"),
        (12_000, "3 h 20"),
        (11_100, "3 h 05"),
        (86_390, "1 d"),
        (187_200, "2 d 4 h"),
        (-12, "-12 s"),
    ],
)
def test_a_duration_reads_as_a_person_says_it(seconds: float | None, said: str) -> None:
    assert f.duration(seconds) == said


@pytest.mark.parametrize(
    ("seconds", "said"),
    [
        (None, "–"),
        (-5, "00:00"),
        (72.9, "01:12"),
        (3_729, "1:02:09"),
        (183_840, "2 d 03:04"),
    ],
)
def test_a_clock_shows_what_is_running(seconds: float | None, said: str) -> None:
    assert f.clock(seconds) == said


@pytest.mark.parametrize(
    ("seconds", "said"),
    [
        (None, "–"),
        (-60, "just now"),
        (1, "just now"),
        (12.9, "12 s ago"),
        (299, "4 min ago"),
        (3 * 3600 + 1, "3 h ago"),
        (2 * 86_400, "2 d ago"),
    ],
)
def test_an_age_counts_whole_units(seconds: float | None, said: str) -> None:
    assert f.age(seconds) == said


@pytest.mark.parametrize(
    ("value", "written"),
    [
        (None, "–"),
        (True, "true"),
        (False, "false"),
        (27, "27"),
        (123_456_789, "123456789"),
        (10**400, "1e400"),
        (27.0, "27"),
        (0.0, "0"),
        (-0.0, "0"),
        (0.13094, "0.1309"),
        (0.012, "0.012"),
        (12_345.67, "12346"),
        (999_999.9, "1e6"),
        (1.5e8, "1.5e8"),
        (1e-5, "1e-5"),
        (0.00012345, "0.0001234"),
        (math.nan, "nan"),
        (math.inf, "∞"),
        (-math.inf, "-∞"),
        ([0.483, 4.56, None], "0.483, 4.56, –"),
        ("adam\x1b[0m", "adam"),
    ],
)
def test_a_number_has_the_digits_that_are_worth_reading(value: object, written: str) -> None:
    assert f.number(value) == written


def test_a_number_can_have_more_digits() -> None:
    assert f.number(0.130_945_6, digits=6) == "0.130946"


@given(st.floats(-1e300, 1e300))
def test_a_written_number_is_close_to_the_value(value: float) -> None:
    assert float(f.number(value)) == pytest.approx(value, rel=1e-3)


@given(st.floats(allow_nan=False, allow_infinity=False), st.integers(1, 12))
def test_every_finite_number_has_decimal_parts(value: float, digits: int) -> None:
    written = f.number(value, digits)
    parts = f.decimal_parts(written)
    assert parts is not None
    assert "".join(parts) == written


@pytest.mark.parametrize(
    ("text", "parts"),
    [
        ("27", ("27", "")),
        ("-0.13", ("-0", ".13")),
        ("1e-5", ("1", "e-5")),
        ("1.2e8", ("1", ".2e8")),
        ("crash", None),
        ("0.4, 0.5", None),
        ("nan", None),
        ("", None),
    ],
)
def test_a_number_splits_at_its_decimal_point(text: str, parts: tuple[str, str] | None) -> None:
    assert f.decimal_parts(text) == parts


@given(hostile_text, st.booleans())
def test_plain_text_has_no_control_characters(text: str, newlines: bool) -> None:
    made_plain = f.plain(text, newlines=newlines).replace("\n", "" if newlines else "\n")
    assert not [c for c in made_plain if unicodedata.category(c) in {"Cc", "Cs", "Zl", "Zp"}]
    assert not set(made_plain) & set("\u202a\u202b\u202d\u202e\u2066\u2067\u2068\u2069")
    made_plain.encode()


@given(hostile_text, st.booleans())
def test_making_plain_text_plain_changes_nothing(text: str, newlines: bool) -> None:
    once = f.plain(text, newlines=newlines)
    assert f.plain(once, newlines=newlines) == once


@given(st.text(st.characters(categories=["L", "N", "P", "S", "Zs"])))
def test_plain_leaves_harmless_text_alone(text: str) -> None:
    assert f.plain(text) == text


@pytest.mark.parametrize(
    ("text", "made_plain"),
    [
        ("\x1b[1;31mred\x1b[0m", "red"),
        ("\x9b31mred", "red"),
        ("\x1b]8;;http://x\x1b\\link\x1b]8;;\x07", "link"),
        ("\x1bPq#0\x1b\\sixel", "sixel"),
        ("\x1b(Bcharset", "charset"),
        ("\x1b]0;never ended", "␛]0;never ended"),
        ("bell\x07 \x7f \x90", "bell␇ ␡ \ufffd"),
        ("half \ud83d", "half \ufffd"),
        ("user\u202egpj.exe", "usergpj.exe"),
        ("a\tb\r\nc\rd", "a b c d"),
        ("[bold]kept[/]", "[bold]kept[/]"),
    ],
)
def test_plain_disarms(text: str, made_plain: str) -> None:
    assert f.plain(text) == made_plain


def test_plain_keeps_lines_on_request() -> None:
    assert f.plain("a\r\n\tb\x1b[K\nc", newlines=True) == "a\n    b\nc"


@given(st.text(), st.integers(0, 30))
def test_shortened_text_fits(text: str, width: int) -> None:
    shortened = f.shorten_middle(f.plain(text), width)
    assert cell_len(shortened) <= width


def test_a_name_is_shortened_in_its_middle() -> None:
    assert f.shorten_middle("learning_rate", 13) == "learning_rate"
    assert f.shorten_middle("learning_rate", 9) == "lear…rate"
    assert f.shorten_middle("漢字漢字", 6) == "漢…字"
    assert f.shorten_middle("learning_rate", 1) == "…"


@given(st.text())
def test_ascii_is_ascii(text: str) -> None:
    assert f.to_ascii(text).isascii()


def test_ascii_keeps_the_meaning_of_signs() -> None:
    assert f.to_ascii("– ∞ a…z é") == "- inf a~z ?"


def test_percent_is_exact_only_at_its_ends() -> None:
    assert f.percent(8, 40) == "20 %"
    assert f.percent(0, 40) == "0 %"
    assert f.percent(40, 40) == "100 %"
    assert f.percent(1, 1000) == "<1 %"
    assert f.percent(999, 1000) == ">99 %"
    assert f.percent(1, 0) == "–"


@given(st.one_of(st.none(), st.floats()), st.integers(0, 60), st.booleans())
def test_a_bar_fills_its_width(fraction: float | None, width: int, ascii: bool) -> None:
    drawn = f.bar(fraction, width, ascii)
    assert len(drawn) == cell_len(drawn) == width
    assert not ascii or drawn.isascii()


def test_a_bar_is_full_only_when_all_is_done() -> None:
    assert f.bar(0.5, 4) == "██░░"
    assert f.bar(0.6, 4) == "██▍░"
    assert f.bar(1, 4) == "████"
    assert f.bar(0.9999, 4) == "███▉"
    assert f.bar(0.0001, 4) == "▏░░░"
    assert f.bar(0, 4) == f.bar(None, 4) == "░░░░"
    assert f.bar(0.5, 4, ascii=True) == "##.."
