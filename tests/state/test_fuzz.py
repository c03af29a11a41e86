"""Whatever the files of a run hold, looking at it neither fails nor runs anything, and ends.

`NEPS_TUI_FUZZ_EXAMPLES=100000 pytest tests/state/test_fuzz.py` tries for long; what it finds comes
into `tests/data/corpus`, one small file each, in the folder of its format.
"""

from __future__ import annotations

import json
import os
import resource
import shutil
import signal
import time
import traceback
from collections.abc import Callable, Iterator, Mapping, Sequence
from pathlib import Path
from typing import Any

import pickle_pieces as pieces
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from spoilt_runs import COMMANDS, PLACES, TRIAL, command, look_at, make_template, spoil, use

CORPUS = Path(__file__).resolve().parent.parent / "data" / "corpus"
EXAMPLES = int(os.environ.get("NEPS_TUI_FUZZ_EXAMPLES", "0"))
CANARY = "neps-tui-canary"
"""What every hostile file would make in the working directory if anything in it ran."""
ASKED = (
    ("status",),
    ("trials", "--json"),
    ("trial", TRIAL),
    ("errors", "--json"),
    ("optimizer", "--json"),
    ("doctor", "--json"),
)
_MOST_MEMORY = 2 << 30
_PATIENCE = 60.0

settings.register_profile(
    "fuzz",
    max_examples=EXAMPLES or 60,
    suppress_health_check=list(HealthCheck),
    print_blob=True,
    database=None,
)


@pytest.fixture(scope="module")
def template(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return make_template(tmp_path_factory.mktemp("template") / "run")


@pytest.fixture(autouse=True)
def _no_power_cut(monkeypatch: pytest.MonkeyPatch) -> None:
    """Waiting for the disk takes most of the time here, and no test pulls the plug."""
    monkeypatch.setattr(os, "fsync", lambda descriptor: None)


# --- one file that is known to be bad ------------------------------------------------------------


def in_a_child(work: Callable[[], None], report: Path) -> str:
    """Do some work in a process of little memory.

    Returns:
        What went wrong: nothing if it ends by itself and in time.
    """
    child = os.fork()
    if child == 0:
        status = 1
        try:
            resource.setrlimit(resource.RLIMIT_AS, (_MOST_MEMORY, _MOST_MEMORY))
            time.sleep = lambda seconds: None
            work()
            status = 0
        except BaseException:  # noqa: BLE001  # told by the parent
            report.write_text(traceback.format_exc())
        finally:
            os._exit(status)
    end = time.monotonic() + _PATIENCE
    ended = 0
    while not ended and time.monotonic() < end:
        time.sleep(0.005)
        ended, status = os.waitpid(child, os.WNOHANG)
    if not ended:
        os.kill(child, signal.SIGKILL)
        os.waitpid(child, 0)
        return "it never ended"
    if os.WIFSIGNALED(status):
        return f"ended by {signal.Signals(os.WTERMSIG(status)).name}"
    return report.read_text() if report.exists() else ""


def check(root: Path, words: Sequence[str]) -> None:
    ended = command(root, words)
    assert ended.status in range(5), words
    assert "Traceback (most recent call last)" not in ended.err, words


def check_file(template: Path, tmp_path: Path, place: str, data: bytes) -> None:
    def work() -> None:
        os.chdir(tmp_path)
        ways = PLACES[place]
        # One way for each file takes the place of all of them where there is little time.
        chosen = ways if EXAMPLES else (ways[len(data) % len(ways)],)
        for number, how in enumerate(chosen):
            root = Path(shutil.copytree(template, tmp_path / str(number)))
            spoil(root, place, data, how)
            assert look_at(root) == []
            for words in ASKED if number == 0 else ():
                check(root, words)
            use(root)

    assert in_a_child(work, tmp_path / "failure") == ""
    assert not (tmp_path / CANARY).exists()


@pytest.mark.parametrize(
    "path",
    [pytest.param(path, id=str(path.relative_to(CORPUS))) for path in sorted(CORPUS.glob("*/*"))],
)
def test_a_file_of_the_corpus_harms_nobody(path: Path, template: Path, tmp_path: Path) -> None:
    check_file(template, tmp_path, path.parent.name, path.read_bytes())


def test_there_is_a_corpus_for_every_format() -> None:
    assert {path.name for path in CORPUS.iterdir() if path.is_dir()} == set(PLACES)


# --- files too large to be kept ------------------------------------------------------------------


def record(**fields: Any) -> bytes:
    """A trial as `metadata.json` has it."""
    known = {
        "id": TRIAL, "location": "here", "state": "crashed", "previous_trial_id": None,
        "previous_trial_location": None, "sampling_worker_id": "w", "time_sampled": 1.0,
    }  # fmt: skip
    return json.dumps(known | fields).encode()


_MUCH = 10_000_000
_MANY = 200_000
HUGE: Mapping[str, tuple[str, Callable[[], bytes]]] = {
    "an id of 10 MB": ("metadata.json", lambda: record(id="9" * _MUCH)),
    "a worker of 10 MB": ("metadata.json", lambda: record(sampling_worker_id="w" * _MUCH)),
    "a text of 10 MB": ("config.yaml", lambda: b"learning_rate: " + b"9" * _MUCH),
    "a key of 10 MB": ("config.json", lambda: b'{"' + b"k" * _MUCH + b'": 1}'),
    "a hundred thousand keys": (
        "config.json",
        lambda: json.dumps({f"k{at}": at for at in range(100_000)}).encode(),
    ),
    "an error of 10 MB": (
        "shared_errors.jsonl",
        lambda: json.dumps(
            {"trial_id": TRIAL, "worker_id": "w", "err_type": "E" * 99, "err": "x" * _MUCH}
        ).encode(),
    ),
    "a traceback of a million lines": (
        "shared_errors.jsonl",
        lambda: json.dumps({"trial_id": TRIAL, "tb": '  File "x.py", line 1\n' * 500_000}).encode(),
    ),
    "ten thousand errors": (
        "shared_errors.jsonl",
        lambda: b'{"trial_id": "8", "err_type": "E", "err": "x"}\n' * 10_000,
    ),
    "a hundred thousand trials in a change": (
        "change.json",
        lambda: json.dumps(
            {"action": "reset", "time": 1.0, "trials": [str(at) for at in range(100_000)]}
        ).encode(),
    ),
    "ten million opening brackets": ("optimizer_info.yaml", lambda: b"[" * _MUCH),
    "ten million opening brackets in JSON": ("report.json", lambda: b"[" * _MUCH),
    "ten million dashes": ("report.yaml", lambda: b"- " * _MUCH),
    "ten million NULs": ("previous_trial_id.txt", lambda: bytes(_MUCH)),
    "two hundred thousand opening lists": ("cache", lambda: b"\x80\x04" + b"]" * _MANY),
    "two hundred thousand nested tuples": ("cache", lambda: b"\x80\x04)" + b"\x85" * _MANY + b"."),
    "two hundred thousand nested tuples as a key": (
        "pipeline_space.pkl",
        lambda: b"\x80\x04})" + b"\x85" * _MANY + b"K\x01s.",
    ),
    "two hundred thousand headers of frames": ("cache", lambda: b"\x80\x05\x95" * (_MANY // 3)),
}


@pytest.mark.parametrize("name", HUGE)
def test_a_huge_file_harms_nobody(name: str, template: Path, tmp_path: Path) -> None:
    place, make = HUGE[name]
    check_file(template, tmp_path, place, make())


# --- anything at all -----------------------------------------------------------------------------

TEXTS = tuple(place for place in PLACES if not place.endswith(".pkl") and place != "cache")
PICKLES = tuple(place for place in PLACES if place not in TEXTS)


@pytest.fixture(scope="module")
def recorded(template: Path) -> Mapping[str, bytes]:
    """A good file of every format."""
    own = template / f"configs/config_{TRIAL}"
    (change,) = (template / ".neps_tui/backups").glob("2*")
    config = {"learning_rate": 0.1, "optimizer": "lion", "weight_decay": 0.8}
    report = {"objective_to_minimize": 0.1, "cost": 1.0, "learning_curve": [2.0, 1.0], "extra": {}}
    report |= {"err": "x", "tb": None, "reported_as": "success", "evaluation_duration": 1.0}
    return {
        "cache": (template / "configs/.trial_cache.pkl").read_bytes(),
        **{
            name: (template / name).read_bytes()
            for name in (
                *("optimizer_state.pkl", "pipeline_space.pkl"),
                *("optimizer_info.yaml", "shared_errors.jsonl"),
            )
        },
        **{
            name: (own / name).read_bytes()
            for name in ("config.yaml", "report.yaml", "metadata.json")
        },
        "config.json": json.dumps(config).encode(),
        "report.json": json.dumps(report).encode(),
        "previous_trial_id.txt": b"3",
        "change.json": (change / "change.json").read_bytes(),
        "trials.pkl": (change / "trials.pkl").read_bytes(),
        "errors.jsonl": (template / "shared_errors.jsonl").read_bytes(),
    }


@st.composite
def mangled(draw: st.DrawFn, recorded: Mapping[str, bytes], place: str) -> bytes:
    """A file of the run, of this format or of another, cut, flipped, doubled, written over."""
    data = recorded[draw(st.sampled_from([place, place, place, *recorded]))]
    for _ in range(draw(st.integers(0, 4))):
        at = int(draw(st.floats(0, 1)) * len(data))
        match draw(st.sampled_from(["cut", "flip", "put", "take", "double", "other"])):
            case "cut":
                data = data[:at]
            case "flip" if at < len(data):
                data = data[:at] + bytes([data[at] ^ 1 << draw(st.integers(0, 7))]) + data[at + 1 :]
            case "put":
                data = data[:at] + draw(st.binary(max_size=8)) + data[at:]
            case "take":
                data = data[:at] + data[at + draw(st.integers(0, 60)) :]
            case "double":
                data = data[:at] * 2 + data[at:]
            case "other":
                data = data[:at] + recorded[draw(st.sampled_from(list(recorded)))][at:]
    return data


YAML_VALUES = (
    "", "~", "yes", "0x" + "f" * 400, "0x" + "f" * 5_200, "0777", "1_000", "1" * 400, "1" * 5_000,
    ".inf", "-.inf", ".nan", "1e999", "190:20:30", "190:20:30.15", "2001-01-01",
    "2001-12-14t21:59:43.10-05:00", "2001-12-14 21:59:43.10 -5", "9999-99-99", "0001-01-01",
    "!!binary aGVsbG8=", "!!binary ä", "!!set {a, b}", "!!omap [a: 1, a: 2]", "!!pairs [a: 1]",
    "!!python/object/apply:os.system ['touch neps-tui-canary']",
    "!!python/name:os.system", "!!python/tuple [1, 2]", "!!python/object/new:set [[1]]",
    "!ruby/object:Gem {a: 1}", "!!java.net.URL x", "!!timestamp x", "!!int x", "!!float x",
    "!!bool x", "!!null x", "!!str [a]", "!!map [a]", "!!seq {a: 1}", "!!merge x", "!!value x",
    "&a [*a]", "&a {a: *a}", "*a", "{<<: [{a: 1}, {b: 2}]}", "{<<: 1}", "{=: 1}", "{? [a, b] : 1}",
    "{? {a: 1} : 1}", "{1: 1, 1.5: 2, ~: 3, true: 4}", "[[[[[[[[1]]]]]]]]", "[1, a, ~, [.nan]]",
    "{a: 1, a: 2}", '"\\ud800"', '"\\x1b]0;x\\x07\\x9b2J\\u202e\\0"', "|\n  a\n  b", "[bold]x[/]",
    "'[@click=app.quit]x[/]'", "[", "{", "]", '"', "- a\n- b", "\t", "%YAML 9.9", "---\n--- a",
)  # fmt: skip
JSON_VALUES = (
    "null", "true", "-1", "0.0", "1e400", "-1e400", "NaN", "Infinity", "-Infinity", "1" * 400,
    "1" * 4_300, "1" * 5_000, '""', '"1"', '"x"', '"\\ud800"',
    '"\\u0000\\u001b]0;x\\u0007\\u009b2J"',
    '"\\u202e[bold]x[/]"', '"a\\nb"', "[]", "[1, null, [2]]", '["a", {}]', "{}", '{"a": 1}',
    '{"a": [[[[1]]]]}', "[" * 300 + "]" * 300, "[" * 5_000 + "]" * 5_000, "[", '"', "tru", "\t",
    '"' + "x" * 9_000 + '"', '"../../x"', '"a/b"', '"success"', '"evaluating"', '"pending"', "2e11",
)  # fmt: skip
FIELDS: Mapping[str, tuple[str, ...]] = {
    "optimizer_info.yaml": ("name", "info", "derived"),
    "config.yaml": ("learning_rate", "optimizer", "[odd]", "1", "~", "? [a]"),
    "report.yaml": (
        "objective_to_minimize", "cost", "learning_curve", "extra", "err", "tb", "reported_as",
        "evaluation_duration",
    ),
    "shared_errors.jsonl": ("trial_id", "worker_id", "err_type", "err", "tb"),
    "metadata.json": (
        "id", "location", "state", "previous_trial_id", "previous_trial_location",
        "sampling_worker_id", "time_sampled", "evaluating_worker_id", "evaluation_duration",
        "time_submitted", "time_started", "time_end",
    ),
    "change.json": ("action", "time", "by", "trials", "undoes", "bytes", "budget"),
}  # fmt: skip
_LIKE = {"config.json": "config.yaml", "report.json": "report.yaml"} | {
    "errors.jsonl": "shared_errors.jsonl"
}
_DERIVED = ("fidelity", "rung_to_fidelity", "bracket_layouts", "bracket_type")


@st.composite
def misshapen(draw: st.DrawFn, recorded: Mapping[str, bytes], place: str) -> bytes:
    """A text whose fields hold what they should not, or are not there, or twice."""
    is_yaml = place.endswith(".yaml")
    values = st.sampled_from(YAML_VALUES if is_yaml else JSON_VALUES)
    names = FIELDS[_LIKE.get(place, place)]
    good: dict[str, Any] = {}
    if place in ("metadata.json", "config.json", "report.json", "change.json"):
        good = json.loads(recorded[place])
    elif place.endswith(".jsonl"):
        good = json.loads(recorded[place].partition(b"\n")[0])
    elif place == "report.yaml":
        good = json.loads(recorded["report.json"])
    elif place == "optimizer_info.yaml":
        good = {"name": "hyperband", "info": {}}
    fields = {name: json.dumps(value) for name, value in good.items()}
    for name in draw(st.lists(st.sampled_from(names), min_size=1, max_size=4)):
        fields[name] = draw(values)
    if place == "optimizer_info.yaml" and draw(st.booleans()):
        fields["derived"] = "\n" + "\n".join(f"  {name}: {draw(values)}" for name in _DERIVED)
    for name in draw(st.lists(st.sampled_from(names), max_size=1)):
        fields.pop(name, None)
    if is_yaml:
        return "\n".join(f"{name}: {value}" for name, value in fields.items()).encode() + b"\n"
    return ("{" + ", ".join(f'"{name}": {each}' for name, each in fields.items()) + "}").encode()


@st.composite
def encoded(draw: st.DrawFn, recorded: Mapping[str, bytes], place: str) -> bytes:
    """A text in another encoding, or with something before, behind or within."""
    text = recorded[place].decode() + draw(st.sampled_from(["", "ä: ö", "\u2028", "\x00", "\x85"]))
    data = text.encode(
        draw(st.sampled_from(["utf-16", "utf-16-be", "utf-32", "latin-1", "cp037", "utf-8-sig"])),
        "replace",
    )
    return draw(st.sampled_from([b"", b"\xef\xbb\xbf", b"\xff\xfe", bytes(9), b"\r"])) + data


ANY_PIECE = st.sampled_from(list(pieces.VALUES.values()))


def spoilt(fields: Mapping[str, bytes]) -> st.SearchStrategy[dict[str, bytes]]:
    """A few of the fields, with anything in them."""
    return st.dictionaries(st.sampled_from([*fields, "odd"]), ANY_PIECE, max_size=3)


@st.composite
def assembled(draw: st.DrawFn, place: str) -> bytes:
    """A pickle of the right classes with anything in their fields."""
    if draw(st.integers(0, 9)) == 0:
        return pieces.whole_pickle(draw(ANY_PIECE))
    if place == "optimizer_state.pkl":
        names = dict.fromkeys(("budget", "seed_snapshot", "shared_state", "worker_ids"), b"")
        state = pieces.optimization_state(draw(spoilt(names)), draw(spoilt(pieces.BUDGET_FIELDS)))
        return pieces.whole_pickle(state)
    if place == "pipeline_space.pkl":
        kinds = ("Float", "Integer", "Categorical", "Operation", "Resample", "Fidelity", "Odd")
        elements = draw(st.dictionaries(st.sampled_from(["optimizer", "[x]"]), ANY_PIECE))
        kind = draw(st.sampled_from(kinds))
        fields = draw(spoilt(pieces.PARAMETER_FIELDS))
        return pieces.whole_pickle(pieces.space(kind, fields, elements))
    trial = pieces.trial(
        draw(spoilt({"config": b"", "source": b"", "report": b"", "metadata": b""})),
        draw(spoilt(pieces.METADATA_FIELDS)),
        draw(spoilt(pieces.REPORT_FIELDS)),
    )
    if place == "trials.pkl":
        pair = draw(st.sampled_from([trial + trial, b"N" + trial, trial + b"N"])) + b"\x86"
        return pieces.whole_pickle(pieces.sequence(pair))
    kept = draw(
        st.sampled_from([trial, pieces.sequence(trial, trial), pieces.mapping({"8": trial})])
    )
    return pieces.whole_pickle(kept)


@st.composite
def configured(draw: st.DrawFn) -> bytes:
    """A trial whose config holds anything, under names that a space may know."""
    key = st.sampled_from(
        ["learning_rate", "SAMPLING__Resolvable.learning_rate::categorical__2", "ENVIRONMENT__x"]
    )
    config = draw(st.dictionaries(key, ANY_PIECE, max_size=3))
    return pieces.whole_pickle(pieces.trial({"config": pieces.mapping(config)}))


@st.composite
def spoiling(draw: st.DrawFn, recorded: Mapping[str, bytes]) -> tuple[str, bytes, str]:
    """What to put where, and how."""
    place = draw(st.sampled_from(list(PLACES)))
    ways = [mangled(recorded, place), mangled(recorded, place)]
    if place in PICKLES:
        ways += [assembled(place)] * 4
    elif place != "previous_trial_id.txt":
        ways += [misshapen(recorded, place)] * 4
    if place in TEXTS:
        ways.append(encoded(recorded, place))
    if place == "cache":
        ways += [configured()]
    return place, draw(st.one_of(*ways)), draw(st.sampled_from(PLACES[place]))


@pytest.fixture(scope="module")
def little_memory() -> Iterator[None]:
    """What claims gigabytes is refused here, and does not take the machine down."""
    soft, hard = resource.getrlimit(resource.RLIMIT_AS)
    resource.setrlimit(resource.RLIMIT_AS, (2 * _MOST_MEMORY, hard))
    yield
    resource.setrlimit(resource.RLIMIT_AS, (soft, hard))


@settings(settings.get_profile("fuzz"))
@given(st.data())
@pytest.mark.usefixtures("little_memory")
def test_whatever_one_or_two_files_hold_looking_and_using_neither_fail_nor_run_anything(
    template: Path, recorded: Mapping[str, bytes], tmp_path: Path, data: st.DataObject
) -> None:
    root = Path(shutil.copytree(template, tmp_path / "run"))
    try:
        for place, content, how in data.draw(st.lists(spoiling(recorded), min_size=1, max_size=2)):
            if how != "without a cache" or (root / "configs/.trial_cache.pkl").exists():
                spoil(root, place, content, how)
        words = data.draw(st.sampled_from(COMMANDS))
        assert look_at(root) == []
        check(root, words)
        use(root)
    finally:
        shutil.rmtree(root)
    assert not Path(CANARY).exists()
