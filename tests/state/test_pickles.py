"""Pickles are read without running anything they name, and written back byte for byte."""

from __future__ import annotations

import contextlib
import io
import os
import pickle
import pickletools
import shutil
import struct
import subprocess
import sys
import tracemalloc
from collections import OrderedDict
from collections.abc import Callable
from copy import deepcopy
from pathlib import Path
from typing import Any

import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from neps_state import BudgetInfo, NePSState, Report, State, Trial, UnreadableError
from neps_state.cache import parse_cache
from neps_state.pickles import TornError, dump_state, load_inert
from neps_state.reader import RunReader
from neps_state.snapshot import Phase
from neps_state.stand_in import StandIn, name_of, plain_number

DATA = Path(__file__).resolve().parent.parent / "data"


# --- round trips ---------------------------------------------------------------------------------


@pytest.mark.parametrize("file", ["optimizer_state.pkl", "pipeline_space.pkl"])
def test_what_neps_wrote_is_written_back_byte_for_byte(
    recorded: Any, recorded_name: str, file: str
) -> None:
    path = recorded.path(recorded_name) / file
    if not path.exists():
        assert recorded_name in ("random-0.13", "random-0.14"), "only old versions store none"
        return
    data = path.read_bytes()

    assert dump_state(load_inert(data)) == data


def test_reading_loads_neither_numpy_nor_torch_nor_neps(recorded: Any) -> None:
    program = (
        "import sys\n"
        "from pathlib import Path\n"
        "from neps_state.reader import RunReader\n"
        "snapshot = RunReader(Path(sys.argv[1])).poll()\n"
        "assert snapshot.trials and snapshot.optimizer_state and snapshot.space\n"
        "loaded = {'numpy', 'torch', 'neps', 'objectives'} & set(sys.modules)\n"
        "sys.exit(f'loaded {loaded}' if loaded else 0)\n"
    )
    root = recorded.path("architecture-0.17")
    subprocess.run([sys.executable, "-c", program, str(root)], check=True, timeout=60)


def test_trials_of_real_neps_survive_a_round_trip(recorded: Any, recorded_name: str) -> None:
    data = (recorded.path(recorded_name) / "configs/.trial_cache.pkl").read_bytes()
    trials = parse_cache(data).trials

    again = parse_cache(dump_state(trials)).trials

    assert list(again) == list(trials)
    for trial_id, trial in trials.items():
        assert vars(again[trial_id].metadata) == pytest.approx(vars(trial.metadata), nan_ok=True)
        assert again[trial_id].config == trial.config
        assert again[trial_id].report == trial.report


def test_twins_are_written_under_the_names_that_neps_gives_them() -> None:
    trial = Trial.new(
        trial_id="1",
        config={"lr": 0.1},
        location="here",
        previous_trial=None,
        previous_trial_location=None,
        time_sampled=1.0,
        worker_id=0,
    )

    names = globals_of(dump_state(trial))

    assert names == {
        ("neps.state.trial", "Trial"),
        ("neps.state.trial", "MetaData"),
        ("neps.state.trial", "State"),
    }


def globals_of(data: bytes) -> set[tuple[str, str]]:
    found = set()

    class Anything:
        def __init__(self, *args: Any) -> None:
            pass

        def __setstate__(self, state: object) -> None:
            pass

    class Noting(pickle.Unpickler):
        def find_class(self, module_name: str, global_name: str) -> Any:
            found.add((module_name, global_name))
            return Anything

    Noting(io.BytesIO(data)).load()
    return found


class Plain:
    def __init__(self, value: Any) -> None:
        self.value = value


class WithSlots:
    __slots__ = ("one", "two")


class ListLike(list[int]):
    pass


class DictLike(dict[str, int]):
    pass


def with_slots() -> WithSlots:
    made = WithSlots()
    made.one, made.two = 1, "zwei"
    return made


def list_like() -> ListLike:
    made = ListLike([1, 2, 3])
    made.extra = "attribute"  # type: ignore[attr-defined]
    return made


@pytest.mark.parametrize("protocol", [3, 4, 5])
@pytest.mark.parametrize(
    "value",
    [
        Plain({"nested": [Plain(1), Plain(None)]}),
        with_slots(),
        list_like(),
        DictLike(a=1, b=2),
        OrderedDict(a=1),
        Path("/somewhere"),
        {1, 2, 3},
        struct.Struct,
        [Plain(1)] * 3,
        {"big": 2**4000, "bytes": b"x" * 300, "text": "ä\udcff" * 9},
    ],
    ids=lambda value: type(value).__name__,
)
def test_objects_of_unknown_classes_come_out_as_they_went_in(value: Any, protocol: int) -> None:
    data = pickle.dumps(value, protocol)

    written = dump_state(load_inert(data))

    assert same_object(pickle.loads(written), value)


def same_object(one: Any, other: Any) -> bool:
    if isinstance(one, Plain) and isinstance(other, Plain):
        return same_object(one.value, other.value)
    if isinstance(one, WithSlots) and isinstance(other, WithSlots):
        return (one.one, one.two) == (other.one, other.two)
    if isinstance(one, list | tuple):
        attributes = getattr(one, "__dict__", None) == getattr(other, "__dict__", None)
        return attributes and len(one) == len(other) and all(map(same_object, one, other))
    if isinstance(one, dict):
        return one.keys() == other.keys() and all(same_object(one[k], other[k]) for k in one)
    return type(one) is type(other) and bool(one == other)


def test_a_stand_in_shows_what_it_stands_for() -> None:
    path = load_inert(pickle.dumps(Plain(7)))

    assert isinstance(path, StandIn)
    assert name_of(path) == f"{__name__}.Plain"
    assert path.fields == {"value": 7}
    assert "Plain" in repr(path)


# --- hostile pickles -----------------------------------------------------------------------------


class Hostile:
    """Pickles that would make the canary file if anything in them ran."""

    def __init__(self, canary: Path) -> None:
        self.canary = canary

    def reduced(self, function: Any, *args: Any) -> Any:
        class Reduced:
            def __reduce__(self) -> Any:
                return function, args

        return Reduced()

    def values(self) -> dict[str, Any]:
        touch = f"touch {self.canary}"
        code = f"open({str(self.canary)!r}, 'w')"
        opened = self.reduced(open, str(self.canary), "w")
        return {
            "os.system": self.reduced(os.system, touch),
            "eval": self.reduced(eval, code),
            "exec": self.reduced(exec, code),
            "open": opened,
            "subprocess": self.reduced(subprocess.call, ["touch", str(self.canary)]),
            "getattr chain": self.reduced(getattr, self.reduced(__import__, "os"), "system"),
            "map": self.reduced(map, eval, [code]),
            "tuple of map": self.reduced(tuple, self.reduced(map, eval, [code])),
            "Path.touch": self.reduced(Path.touch, self.canary),
            "str.format": self.reduced(str.format, "{0.__class__}", 1),
            "type": self.reduced(type, "X", (), {}),
            "deepcopy": self.reduced(deepcopy, opened),
        }

    def raw(self) -> dict[str, bytes]:
        touch = f"touch {self.canary}".encode()
        return {
            "chained call": b"cbuiltins\ngetattr\n(cos\n__dict__\nVsystem\ntR(V" + touch + b"\ntR.",
            "inst": b"(V" + touch + b"\nios\nsystem\n.",
            "obj": b"(cos\nsystem\nV" + touch + b"\no.",
            "dotted name": b"\x80\x04\x8c\x02os\x8c\x0dpath.os.system\x93\x8c"
            + bytes([len(touch)])
            + touch
            + b"\x85R.",
            "build on a class": b"\x80\x04\x8c\x10neps.state.trial\x8c\x05Trial\x93"
            b"}\x8c\x05reset\x8c\x02os\x8c\x06system\x93sb.",
            "slot state on a class": b"\x80\x04\x8c\x10neps.state.trial\x8c\x05Trial\x93"
            b"N}\x8c\x05reset\x8c\x02os\x8c\x06system\x93s\x86b.",
            "slot state on a report class": b"\x80\x04\x8c\x10neps.state.trial\x8c\x06Report\x93"
            b"N}\x8c\x0b_comparable\x8c\x02os\x8c\x06system\x93s\x86b.",
            "slot state on a checked class": b"\x80\x04\x8c\x14neps.state.optimizer"
            b"\x8c\x0aBudgetInfo\x93N}\x8c\x05clone\x8c\x02os\x8c\x06system\x93s\x86b.",
            "unsealing a class": b"\x80\x04\x8c\x10neps.state.trial\x8c\x05Trial\x93"
            b"N}\x8c\x0a_is_sealedNs\x86b.",
            "a trial of another class": b"\x80\x04\x8c\x10neps.state.trial\x8c\x05Trial\x93)\x81"
            b"N}\x8c\x09__class__\x8c\x10neps.state.trial\x8c\x06Report\x93s\x86b.",
            "a trial of other fields": b"\x80\x04\x8c\x10neps.state.trial\x8c\x05Trial\x93)\x81"
            b"N}\x8c\x08__dict__}K\x01K\x02ss\x86b.",
            "build on a state": b"\x80\x04\x8c\x10neps.state.trial\x8c\x05State\x93"
            b"\x8c\x07pending\x85R}\x8c\x06_value_\x8c\x07crashedsb.",
            "slot state on a state": b"\x80\x04\x8c\x10neps.state.trial\x8c\x05State\x93"
            b"\x8c\x07pending\x85RN}\x8c\x06_value_\x8c\x07crasheds\x86b.",
            "build on the enum": b"\x80\x04\x8c\x10neps.state.trial\x8c\x05State\x93"
            b"N}\x8c\x07PENDING\x8c\x07crasheds\x86b.",
            "build on an exception class": b"\x80\x04\x8c\x08builtins\x8c\x0aValueError\x93"
            b"N}\x8c\x07__str__\x8c\x02os\x8c\x06system\x93s\x86b.",
            "build on a builtin": b"\x80\x04\x8c\x08builtins\x8c\x03set\x93"
            b"N}\x8c\x03add\x8c\x02os\x8c\x06system\x93s\x86b.",
            "build on a stand-in class": b"\x80\x04\x8c\x02os\x8c\x06system\x93"
            b"N}\x8c\x07reduction\x8c\x01xs\x86b.",
            "items of a class": b"\x80\x04\x8c\x10neps.state.trial\x8c\x05Trial\x93"
            b"\x8c\x05reset\x8c\x01xs.",
            "new enum": b"\x80\x04\x8c\x10neps.state.trial\x8c\x05State\x93"
            b"\x8c\x01X\x8c\x03a b\x86R.",
            "persistent id": b"Pos.system\n.",
            "extension": b"\x80\x02\x82\x01.",
            "deep list": b"\x80\x04" + b"]" * 100_000 + b"a" * 99_999 + b".",
            "deep tuple": b"\x80\x04)" + b"\x85" * 100_000 + b".",
            "deep key": b"\x80\x04})" + b"\x85" * 1_000_000 + b"K\x01s.",
            "deep element": b"\x80\x04\x8f()" + b"\x85" * 1_000_000 + b"\x90.",
            "deep key of pairs": b"\x80\x04})" + b"K\x01\x86" * 500_000 + b"K\x01s.",
            "no protocol": b"cos\nsystem\n(V" + touch + b"\ntR.",
            "self": b"\x80\x04]\x94h\x00a.",
            "endless text": b"\x80\x04\x8d" + struct.pack("<Q", 1 << 62) + b"x",
            "endless frame": b"\x80\x04\x95" + struct.pack("<Q", 1 << 62) + b"x",
            "a number": b"\x80\x04K\x07.",
            "nothing": b"",
            "text": b"what is this?",
        }


HOSTILE_NAMES = [
    *[f"{name}-{protocol}" for name in Hostile(Path("x")).values() for protocol in range(6)],
    *Hostile(Path("x")).raw(),
]
PLACES = ["optimizer_state.pkl", "pipeline_space.pkl", "configs/.trial_cache.pkl"]


def hostile_bytes(name: str, canary: Path) -> bytes:
    hostile = Hostile(canary)
    if name in hostile.raw():
        return hostile.raw()[name]
    kind, _, protocol = name.rpartition("-")
    buffer = io.BytesIO()
    # The classes of the values are local, but only what they reduce to is written.
    pickle.Pickler(buffer, int(protocol)).dump(hostile.values()[kind])
    return buffer.getvalue()


@pytest.fixture(scope="module")
def own_modules(tmp_path_factory: pytest.TempPathFactory) -> set[str]:
    """What is loaded once the core has read and written a run that nobody has tampered with."""
    root = tmp_path_factory.mktemp("sound") / "run"
    shutil.copytree(DATA / "runs" / "killed-0.17", root)
    state = NePSState.create_or_load(root, load_only=True)
    state.lock_and_reset_trials([state.lock_and_read_trials()["8"]])
    return set(sys.modules) | {"encodings.raw_unicode_escape"}


@pytest.mark.parametrize("name", HOSTILE_NAMES)
def test_a_hostile_pickle_runs_nothing_and_leaves_the_rest_of_the_run_readable(
    name: str, copy_run: Callable[[str], Path], tmp_path: Path, own_modules: set[str]
) -> None:
    canary = tmp_path / "canary"
    data = hostile_bytes(name, canary)
    modules = own_modules | set(sys.modules)
    for place in PLACES:
        root = copy_run("killed-0.17")
        path = root / place
        before = path.read_bytes()
        path.write_bytes(before + data if place.startswith("configs") else data)
        clock = iter(range(0, 1000, 10))
        reader = RunReader(root, clock=lambda clock=clock: float(next(clock)))

        for _ in range(3):
            snapshot = reader.poll()

        assert snapshot.phase is Phase.RUN
        assert len(snapshot.trials) == 12
        assert len(snapshot.errors) == 1
        assert snapshot.optimizer_info is not None
        if place == "optimizer_state.pkl" or (place.startswith("configs") and data):
            assert [problem.place for problem in snapshot.problems] == [place]
        if place.startswith("configs"):
            state = NePSState.create_or_load(root, load_only=True)
            trials = state.lock_and_read_trials()
            state.lock_and_reset_trials([trials["8"]])
            assert parse_cache(path.read_bytes()).damage == []
            assert len(state.lock_and_read_trials()) == 12
        shutil.rmtree(root)
    assert not canary.exists()
    assert set(sys.modules) <= modules
    assert [state.value for state in State][1] == "pending"
    assert State("pending") is State.PENDING
    assert isinstance(Trial.reset, type(lambda: None))
    assert isinstance(Report._comparable, type(lambda: None))
    assert isinstance(BudgetInfo.clone, type(lambda: None))
    assert str(ValueError("as ever")) == "as ever"


def test_a_trial_that_shadows_its_own_methods_is_reset_all_the_same(mixed_run: NePSState) -> None:
    """The fields of a pickled trial may be named anything, as `reset` and `metadata`."""
    trial = mixed_run.lock_and_read_trials()["2"]
    vars(trial)["reset"] = load_inert(b"cos\nsystem\n.")
    with (mixed_run.path / "configs/.trial_cache.pkl").open("ab") as stream:
        stream.write(dump_state(trial))
    state = NePSState.create_or_load(mixed_run.path, load_only=True)

    changed = state.lock_and_reset_trials([state.lock_and_read_trials()["2"]])

    assert changed.done == ("2",)
    assert state.lock_and_read_trials()["2"].state is State.PENDING


@pytest.mark.parametrize(
    "value",
    [
        {"trials": [[[1]]] * 3},
        {10**5000: "a key too long to print"},
        [StandIn],
    ],
    ids=["lists", "long key", "a class"],
)
def test_a_space_of_an_unexpected_shape_never_ends_the_reader(
    value: Any, copy_run: Callable[[str], Path]
) -> None:
    root = copy_run("random-0.17")
    space = load_inert((root / "pipeline_space.pkl").read_bytes())
    space.state = value
    space.args = (*space.args[:2], value, *space.args[3:])
    (root / "pipeline_space.pkl").write_bytes(dump_state(space))

    assert len(RunReader(root).poll().trials) == 30


def test_a_numpy_scalar_is_read_as_the_number_it_is() -> None:
    assert plain_number(numpy_scalar("f8", struct.pack("<d", 0.25))) == 0.25
    assert plain_number(numpy_scalar("i4", struct.pack("<i", -7))) == -7


@pytest.mark.parametrize(
    ("letters", "data"),
    [(["f8"], b"12345678"), ("f8", b"short"), ("zz", b""), (None, b"")],
)
def test_what_only_looks_like_a_numpy_scalar_is_no_number(letters: Any, data: bytes) -> None:
    assert plain_number(numpy_scalar(letters, data)) is None


def numpy_scalar(letters: Any, data: bytes) -> Any:
    """What the pickle of a numpy scalar is read as, made without numpy."""
    dtype = load_inert(b"cnumpy\ndtype\n.")
    scalar = load_inert(b"cnumpy._core.multiarray\nscalar\n.")
    return load_inert(dump_state(scalar(dtype(letters, False, True), data)))


# --- anything at all -----------------------------------------------------------------------------

SOME = [
    (DATA / "runs" / name / file).read_bytes()
    for name, file in [
        ("random-0.17", "optimizer_state.pkl"),
        ("architecture-0.17", "pipeline_space.pkl"),
        ("killed-0.17", "configs/.trial_cache.pkl"),
        ("primo-0.17", "configs/.trial_cache.pkl"),
    ]
]


def check_readers(data: bytes) -> None:
    with contextlib.suppress(UnreadableError):
        load_inert(data)
    contents = parse_cache(data)
    assert all(type(trial) is Trial for trial in contents.trials.values())
    assert all(part.length > 0 for part in contents.damage)


@settings(max_examples=300)
@given(st.binary(max_size=400))
@example(b"\x80\x05")
@example(b"\x80\x04\x95")
def test_random_bytes_are_unreadable_and_nothing_worse(data: bytes) -> None:
    check_readers(data)


OPCODES = [opcode.code.encode("latin-1") for opcode in pickletools.opcodes]
# Reading these at a large index makes the C reader claim that much memory at once.
SAFE_OPCODES = [code for code in OPCODES if code not in (b"r", b"p", b"q")]
PIECES = st.one_of(
    st.sampled_from(SAFE_OPCODES),
    st.sampled_from(
        [
            b"\x8c\x10neps.state.trial\x8c\x05Trial\x93",
            b"\x8c\x10neps.state.trial\x8c\x05State\x93",
            b"\x8c\x10neps.state.trial\x8c\x08MetaData\x93",
            b"\x8c\x02os\x8c\x06system\x93",
            b"\x8c\x08builtins\x8c\x09Exception\x93",
            b"\x8c\x08builtins\x8c\x09frozenset\x93",
            b"\x8c\x0bcollections\x8c\x0bOrderedDict\x93",
            b"\x8c\x07pending",
            b"}",
            b"]",
            b")",
            b"N",
            b"K\x07",
        ]
    ),
)


@settings(max_examples=500)
@given(st.lists(PIECES, max_size=30).map(b"".join))
def test_random_programs_are_read_or_unreadable_and_nothing_worse(program: bytes) -> None:
    check_readers(b"\x80\x04" + program + b".")
    assert State("pending") is State.PENDING


@settings(max_examples=150)
@given(
    st.sampled_from(SOME),
    st.lists(st.tuples(st.floats(0, 1), st.binary(max_size=5), st.integers(0, 9)), max_size=4),
)
def test_mutated_pickles_are_read_or_unreadable_and_nothing_worse(
    data: bytes, edits: list[tuple[float, bytes, int]]
) -> None:
    for share, inserted, removed in edits:
        at = int(share * len(data))
        data = data[:at] + inserted + data[at + removed :]
    check_readers(data)


@pytest.mark.parametrize("data", SOME[:2], ids=["state", "space"])
def test_a_pickle_cut_anywhere_is_unreadable(data: bytes) -> None:
    for cut in range(0, len(data) - 1, 37):
        with pytest.raises(UnreadableError):
            load_inert(data[:cut])


@pytest.mark.parametrize("code", [pickle.BYTEARRAY8, pickle.BINBYTES8, pickle.BINUNICODE8])
def test_a_length_of_gigabytes_claims_none(code: bytes) -> None:
    data = b"\x80\x05" + code + struct.pack("<Q", 3 << 30) + b"abc"
    tracemalloc.start()
    try:
        with pytest.raises(TornError):
            load_inert(data)
        assert tracemalloc.get_traced_memory()[1] < 1 << 20
    finally:
        tracemalloc.stop()


def test_a_bytearray_is_read_whole() -> None:
    assert load_inert(pickle.dumps(bytearray(b"abc" * 100), protocol=5)) == bytearray(b"abc" * 100)


def by_name(owner: bytes, name: bytes) -> bytes:
    """A pickle that asks for an attribute, as Python 3.11.2 pickles enums."""
    return b"\x80\x04cbuiltins\ngetattr\n(c" + owner + b"\nV" + name + b"\ntR."


@pytest.mark.parametrize("state", State)
def test_a_state_is_known_by_its_name_too(state: State) -> None:
    assert load_inert(by_name(b"neps.state.trial\nState", state.name.encode())) is state


@pytest.mark.parametrize(
    ("owner", "name"),
    [
        (b"neps.state.trial\nState", b"__class__"),
        (b"neps.state.trial\nState", b"mro"),
        (b"neps.state.trial\nTrial", b"SUCCESS"),
        (b"os\nsystem", b"__call__"),
        (b"some.project\nColour", b"RED"),
    ],
)
def test_no_other_attribute_is_looked_up(owner: bytes, name: bytes) -> None:
    data = by_name(owner, name)
    found = load_inert(data)
    assert isinstance(found, StandIn)
    assert name_of(type(found)) == "builtins.getattr" or "getattr" in str(found)
    assert pickletools.optimize(dump_state(found)) == pickletools.optimize(
        dump_state(load_inert(dump_state(found)))
    )


def test_a_state_is_written_by_its_value_whatever_python_would_do() -> None:
    assert b"getattr" not in dump_state(State.SUCCESS)
    assert b"success" in dump_state(State.SUCCESS)


def test_what_a_pickle_adds_to_a_twin_after_it_was_looked_at_is_no_part_of_it() -> None:
    name = b"X\x08\x00\x00\x00is_sound"
    late = b"}\x94bh\x00" + name + b"K\x01s0"
    budget = load_inert(b"\x80\x04cneps.state.optimizer\nBudgetInfo\n)\x81" + late + b".")

    assert "is_sound" not in vars(budget)
    assert callable(budget.is_sound)
