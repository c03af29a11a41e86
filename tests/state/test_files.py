"""The text files of a run: plain data, whatever they contain."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from neps_state.files import dump_text, load_text

VALUES = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats(allow_nan=False) | st.text(),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(), inner, max_size=3),
    max_leaves=10,
)


@pytest.mark.parametrize("text_format", ["yaml", "json"])
@given(value=VALUES)
def test_plain_data_comes_back_as_it_was(text_format: str, value: object) -> None:
    assert load_text(dump_text(value, text_format), text_format) == value


def test_a_tag_of_any_language_gives_what_it_tags() -> None:
    text = b"a: !!python/tuple [1, 2]\nb: !!python/object/apply:os.system ['echo']\n"
    assert load_text(text, "yaml") == {"a": [1, 2], "b": ["echo"]}


def test_aliases_that_expand_without_end_are_refused() -> None:
    lines = ["a0: &a0 [x, x, x, x, x, x, x, x, x, x]"]
    lines += [f"a{n}: &a{n} [{', '.join([f'*a{n - 1}'] * 10)}]" for n in range(1, 10)]
    with pytest.raises(ValueError, match="aliases expand"):
        load_text("\n".join(lines).encode(), "yaml")
    with pytest.raises(ValueError, match="aliases expand"):
        load_text(b"a: &a [*a]", "yaml")


@pytest.mark.parametrize("text_format", ["yaml", "json"])
@pytest.mark.parametrize("encoding", ["utf-16", "utf-16-le", "utf-32-be", "latin-1"])
def test_what_neps_cannot_decode_is_not_read_either(text_format: str, encoding: str) -> None:
    with pytest.raises(ValueError, match=r"decode|not YAML|not JSON|Expecting"):
        load_text('{"ä": 1}'.encode(encoding), text_format)


def test_a_few_aliases_are_fine() -> None:
    assert load_text(b"a: &a [1]\nb: *a\n", "yaml") == {"a": [1], "b": [1]}
