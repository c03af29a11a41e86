"""Anything that was read inertly, as a tree of bounded width and depth."""

from __future__ import annotations

from typing import Any

from hypothesis import given
from hypothesis import strategies as st

from neps_state import SeedSnapshot
from neps_state.stand_in import CalledStandIn, StandIn, stand_in_class
from neps_tui.optimizer.inert_tree import DEEPEST, FOLDED, InertNode, array_text, describe
from neps_tui.words.formatting import plain
from neps_tui.words.sparkline import count_bar, sparkline

Number = st.one_of(st.integers(), st.floats(), st.complex_numbers())
Plain = st.one_of(st.none(), st.booleans(), Number, st.text(), st.binary())


def stand_in(module: str, name: str, *args: Any, state: Any = None) -> StandIn:
    made = stand_in_class(module, name)(*args)
    if state is not None:
        made.__setstate__(state)
    return made


@st.composite
def stand_ins(draw: st.DrawFn, inner: st.SearchStrategy[Any]) -> StandIn:
    made = stand_in(draw(st.text()), draw(st.text()), *draw(st.lists(inner, max_size=4)))
    if draw(st.booleans()):
        made.__setstate__(draw(inner))
    made.extend(draw(st.lists(inner, max_size=3)))
    for key, value in draw(st.lists(st.tuples(Plain, inner), max_size=3)):
        made[key] = value
    if draw(st.booleans()):
        return CalledStandIn.of(made, "call", (draw(inner),), {})
    return made


Anything = st.recursive(
    Plain,
    lambda inner: st.one_of(
        st.lists(inner, max_size=5),
        st.lists(inner, max_size=5).map(tuple),
        st.dictionaries(Plain, inner, max_size=5),
        stand_ins(inner),
    ),
    max_leaves=20,
)


def walk(node: InertNode, most: int = 2000) -> list[InertNode]:
    """Every node that can be unfolded, so many of them at the most."""
    found, waiting = [], [node]
    while waiting and len(found) < most:
        found.append(waiting.pop())
        if found[-1].has_children:
            waiting += found[-1].children()
    return found


@given(Anything)
def test_anything_is_shown_in_one_inert_line_a_node(value: Any) -> None:
    for node in walk(InertNode("value", value)):
        assert plain(node.text) == node.text
        assert plain(node.name) == node.name
        assert len(node.text) <= 200
        assert len(node.name) <= 120


@given(st.integers(0, 50_000))
def test_many_entries_fold_until_no_node_has_too_many(size: int) -> None:
    node = InertNode("list", list(range(size)))
    while node.has_children:
        children = node.children()
        assert len(children) <= FOLDED
        node = children[-1]
    if size:
        assert node.value == size - 1


def test_every_entry_of_a_large_dict_is_in_one_of_its_folds() -> None:
    node = InertNode("dict", {f"key {at}": at for at in range(12_345)})
    leaves = [each for each in walk(node, 20_000) if not each.has_children]
    assert [each.value for each in sorted(leaves, key=lambda each: int(each.value))] == list(
        range(12_345)
    )


def test_what_holds_itself_ends_somewhere() -> None:
    endless: list[Any] = []
    endless.append(endless)
    nodes = walk(InertNode("endless", endless))
    assert nodes[-1].text == "deeper than is shown"
    assert len(nodes) == DEEPEST + 2


def test_a_long_chain_of_calls_is_named_by_what_was_called_first() -> None:
    made: StandIn = stand_in("m", "f")
    for _ in range(5000):
        made = CalledStandIn.of(made, "call", (), {})
    assert describe(made).startswith("made by")


def test_large_values_are_told_by_their_size() -> None:
    assert describe(b"\0" * 5_000_000) == "5,000,000 bytes"
    assert describe(bytearray(1)) == "1 byte"
    assert describe(1 << 100_000) == "a whole number of 100001 bits"
    assert describe("x" * 10_000_000).endswith("…")
    assert describe({}) == "empty"
    assert describe([1, 2]) == "list of 2"


def test_texts_of_a_run_do_nothing_to_the_terminal() -> None:
    node = InertNode("dict", {"\x1b[2Jkey\n": "\x1b]0;title\x07[bold]text[/]\nmore"})
    (child,) = node.children()
    assert child.name.strip() == "key"
    assert child.text == "[bold]text[/] more"


def test_numpy_arrays_show_their_shape_and_type() -> None:
    dtype = stand_in("numpy", "dtype", "u4", False, True)
    new = stand_in("numpy._core.numeric", "_frombuffer", bytearray(2496), dtype, (624,), "C")
    assert describe(new) == "array 624 of u4"
    old = stand_in(
        "numpy.core.multiarray",
        "_reconstruct",
        stand_in_class("numpy", "ndarray"),
        (0,),
        b"b",
        state=(1, (3, 4), dtype, False, b"\0" * 48),
    )
    assert describe(old) == "array 3 × 4 of u4"


def test_torch_tensors_show_their_shape() -> None:
    storage = stand_in("torch.storage", "_load_from_bytes", b"\0" * 40)
    tensor = stand_in("torch._utils", "_rebuild_tensor_v2", storage, 0, (5, 2), (2, 1), False)
    assert describe(tensor) == "tensor 5 × 2"
    assert array_text(storage) is None


def test_a_stand_in_shows_its_name_and_what_it_holds() -> None:
    made = stand_in("project.models", "Surrogate", 3, state={"fitted": True})
    node = InertNode("surrogate", made)
    assert node.text == "project.models.Surrogate"
    assert [(child.name, child.text) for child in node.children()] == [
        ("argument 1", "3"),
        ("fitted", "true"),
    ]


def test_a_seed_snapshot_shows_its_fields() -> None:
    node = InertNode("random states", SeedSnapshot.new_capture())
    assert [child.name for child in node.children()] == [
        "np_rng",
        "py_rng",
        "torch_rng",
        "torch_cuda_rng",
    ]


@given(
    st.lists(st.integers(0, 10**9), min_size=1, max_size=60),
    st.integers(2, 40),
    st.booleans(),
    st.booleans(),
)
def test_a_histogram_fills_its_width_exactly(
    counts: list[int], width: int, gap: bool, ascii: bool
) -> None:
    drawn = sparkline(counts, width, mark=len(counts) - 1, gap=gap, ascii=ascii)
    assert len(drawn) == width
    assert drawn.isascii() or not ascii


def test_a_histogram_shows_the_lowest_block_for_whatever_was_hit_at_all() -> None:
    assert sparkline([0, 1, 1000], 5) == "▕ ▁▇▏"
    assert sparkline([0, 1, 1000], 5, ascii=True) == "[ .#]"


def test_a_marked_bin_has_a_star() -> None:
    assert sparkline([1, 2, 1], 5, mark=1) == "▕▃★▃▏"
    assert sparkline([1, 2], 10, mark=1, gap=True) == "▕▃▃▃ ▇★▇ ▏"


def test_bins_are_put_together_where_there_is_little_room() -> None:
    assert sparkline([1, 1, 0, 0, 4, 4, 0, 0], 6, mark=5) == "▕▂ ★ ▏"


def test_a_count_has_its_number_and_a_bar_beside_the_largest() -> None:
    assert count_bar(10, 10, 8) == "▇▇▇▇▇ 10"
    assert count_bar(1, 10, 8) == "▇ 1"
    assert count_bar(0, 10, 8) == "0"
    assert count_bar(5, 10, 8, ascii=True) == "### 5"
