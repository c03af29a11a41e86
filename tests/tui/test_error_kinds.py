"""Errors in kinds: what makes them alike, where they come from, what their configs share."""

from __future__ import annotations

import math
import random
from collections import Counter
from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path
from types import MappingProxyType
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from neps_state import MetaData, Report, SerializableTrialError, State, Trial
from neps_state.reader import RunReader
from neps_state.snapshot import Phase, RunSnapshot
from neps_tui.errors.kinds import ErrorsInKinds, KindsOfErrors, Standing, message_without_numbers
from neps_tui.errors.overrepresented import Trait, hypergeometric_tail
from neps_tui.errors.own_first import own_first
from neps_tui.errors.rows import KIND_COLUMNS, kind_cells
from neps_tui.errors.traceback_frames import deciding_frame, line_kinds
from neps_tui.errors.traceback_view import rows_of
from neps_tui.facts.error_kind import last_line_type
from neps_tui.facts.fold import summarize

RUNS = Path(__file__).resolve().parent.parent / "data" / "runs"

hostile_traceback = st.lists(
    st.one_of(
        st.text(max_size=12),
        st.sampled_from(
            [
                *("\n", "  ", "| ", "+-+---", "\x1b[31m", '  File "', '", line ', ", in "),
                *("Traceback (most recent call last):\n", '  File "/a/b.py", line 3, in f\n'),
                *("Error: x\n", "    ^^^^\n", "9" * 30, "/site-packages/", "During handling of "),
                "  + Exception Group Traceback (most recent call last):\n",
            ]
        ),
    ),
    max_size=30,
).map("".join)


def traceback(*frames: str, error: str = "ValueError: no") -> str:
    lines = [f'  File "{frame}", line 7, in work\n    work()\n    ^^^^^^\n' for frame in frames]
    return "Traceback (most recent call last):\n" + "".join(lines) + error + "\n"


def row(trial_id: str, err: str = "no", tb: str | None = None, **changes: str) -> Any:
    made = SerializableTrialError(trial_id, "worker_0", "ValueError", err, tb)
    return replace(made, **changes)


def trial(
    trial_id: str, state: State = State.SUCCESS, ended: float | None = 100.0, **config: Any
) -> Trial:
    metadata = MetaData(
        id=trial_id,
        location="",
        state=state,
        previous_trial_id=None,
        previous_trial_location=None,
        sampling_worker_id="worker_0",
        time_sampled=0.0,
        evaluating_worker_id="worker_0",
        time_started=0.0,
        time_end=ended,
    )
    return Trial(config, metadata, None)


def snapshot(trials: Sequence[Trial] = (), errors: Sequence[Any] = ()) -> RunSnapshot:
    by_id = MappingProxyType({each.id: each for each in trials})
    return RunSnapshot(Path("run"), Phase.RUN, trials=by_id, errors=tuple(errors))


def kinds_of(run: RunSnapshot) -> ErrorsInKinds:
    return KindsOfErrors().of(run, summarize(run))


# --- messages and places -----------------------------------------------------------------------


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("loss is nan at step 3 (lr=0.0767)", "loss is nan at step 11 (lr=1.2e-05)"),
        ("bad object at 0x7f3a20", "bad object at 0xdeadbeef"),
        ("no file /scratch/run_3/part-17.pt", "no file /scratch/run_12/part-4.pt"),
        ("job 550e8400-e29b-41d4-a716-446655440000", "job abcdefab-cdef-abcd-efab-cdefabcdefab"),
        ("commit 9fceb02d0ae598e95dc970b74767f19372d61af8", "commit 1234567890abcdef"),
        ("lost /tmp/tmpab3x_9q2/out", "lost /tmp/tmpzz81kd0f/out"),
        ("shape (3, 224, 224)", "shape (16, 3, 32, 32)"),
        ("\x1b[31mstep 3\x1b[0m", "step 4"),
        ("took 1,024.5 s,\n  gave up", "took 3 s, gave up"),
    ],
)  # fmt: skip
def test_messages_that_differ_in_numbers_only_are_alike(one: str, other: str) -> None:
    assert message_without_numbers(one) == message_without_numbers(other)


def test_messages_that_differ_in_words_are_not_alike() -> None:
    assert message_without_numbers("out of memory") != message_without_numbers("out of time")
    assert message_without_numbers("facade of beef") == "facade of beef"


@given(st.text())
def test_no_number_is_left_in_a_message(text: str) -> None:
    said = message_without_numbers(text)
    assert not any(each.isdecimal() for each in said)
    assert said.isprintable() or not text.isprintable()
    assert "\x1b" not in said


@pytest.mark.parametrize(
    "library",
    [
        "/scratch/venv/lib/python3.11/site-packages/torch/nn/modules.py",
        "/usr/lib/python3/dist-packages/numpy/core.py",
        "/opt/conda/lib/python3.12/json/decoder.py",
        "/scratch/nepsv/0.16.0/neps/state/pipeline_eval.py",
        "<frozen importlib._bootstrap>",
        "C:\\Users\\ada\\venv\\Lib\\site-packages\\torch\\x.py",
    ],
)
def test_the_users_own_last_frame_decides(library: str) -> None:
    frame = deciding_frame(traceback(library, "/home/ada/project/train.py", library))
    assert str(frame) == "train.py:7 in work"


def test_without_a_frame_of_the_users_own_the_last_one_decides() -> None:
    found = deciding_frame(traceback("/x/site-packages/a.py", "/x/site-packages/b.py"))
    assert found is not None
    assert found.path.endswith("b.py")
    assert deciding_frame("no traceback at all") is None


def test_of_chained_exceptions_the_last_one_decides() -> None:
    chained = (
        traceback("/home/ada/read.py")
        + "\nDuring handling of the above exception, another exception occurred:\n\n"
        + traceback("/home/ada/train.py", error="RuntimeError: cannot read")
    )
    assert str(deciding_frame(chained)) == "train.py:7 in work"
    assert last_line_type(chained) == "RuntimeError"


def test_every_line_of_a_traceback_is_known_for_what_it_is() -> None:
    text = traceback(
        "/x/site-packages/a.py", "/home/ada/train.py", error="pkg.Bad: one\n  two\nthree"
    )
    assert [*line_kinds(text.splitlines())] == [
        "note",
        *("library", "library", "library"),
        *("own-frame", "own-code", "library"),
        *("error", "error", "error"),
    ]


def test_groups_of_exceptions_are_known_too() -> None:
    lines = [
        "  + Exception Group Traceback (most recent call last):",
        '  |   File "/home/ada/train.py", line 3, in <module>',
        '  |     raise ExceptionGroup("x", [..])',
        "  | ExceptionGroup: x (2 sub-exceptions)",
        "  +-+---------------- 1 ----------------",
        "    | Traceback (most recent call last):",
        '    |   File "/usr/lib/python3.11/json/decoder.py", line 3, in decode',
        "    |     raise ValueError(1)",
        "    | ValueError: 1",
        "    +------------------------------------",
    ]
    assert [*line_kinds(lines)] == [
        *("note", "own-frame", "own-code", "error", "note"),
        *("note", "library", "library", "error", "note"),
    ]


@given(hostile_traceback)
def test_no_traceback_is_too_strange_to_read(text: str) -> None:
    frame = deciding_frame(text)
    assert frame is None or "\n" not in frame.path
    assert "\n" not in last_line_type(text)
    lines = text.split("\n")
    assert len([*line_kinds(lines)]) == len(lines)


@pytest.mark.parametrize(
    "text",
    [
        "x" * 5_000_000,
        " " * 5_000_000,
        "\n" * 5_000_000,
        '  File "' * 500_000,
        "\x1b]" * 2_500_000,
        "a.b" * 1_500_000,
        traceback(*["/home/ada/deep.py"] * 50_000),
    ],
    ids=["letters", "blanks", "lines", "half frames", "escapes", "names", "recursion"],
)
def test_megabytes_are_gone_through_once(text: str) -> None:
    run = snapshot([trial("1", State.CRASHED)], [row("1", err=text, tb=text)])
    summary = summarize(run)
    # What goes through such a text again and again would not come back here.
    assert KindsOfErrors().of(run, summary)
    last_line_type(text)


# --- the order in which a traceback is read ------------------------------------------------------


def read(text: str) -> list[str]:
    return [line.text for line in own_first(text.rstrip().split("\n"))]


def test_the_users_own_frames_are_read_first_and_the_innermost_before_the_others() -> None:
    errors = RunReader(RUNS / "killed-0.17").poll().errors
    (text,) = (error.tb for error in errors if error.trial_id == "8")
    assert text is not None
    lines = read(text)
    assert lines[0].startswith("objectives.TrainingDiverged: loss is")
    assert [line for line in lines if not line.startswith("    ")][1:] == [
        '  File "/scratch/project/objectives.py", line 17, in train',
        "called from",
        '  File "/scratch/project/record.py", line 39, in train_then_die',
        "1 frame of NePS, which called record.py:39",
        '  File "/scratch/venv/lib/python3.11/site-packages/neps/state/pipeline_eval.py",'
        " line 384, in _eval_trial",
    ]


def test_where_the_frames_of_libraries_stood_is_said() -> None:
    torch = "/x/lib/python3.11/site-packages/torch/nn/modules.py"
    text = traceback(
        "/x/site-packages/neps/runtime.py",
        "/a/train.py",
        torch,
        "/a/model.py",
        torch,
        "/x/lib/python3.11/abc.py",
    )
    assert [line for line in read(text) if not line.startswith("  ")] == [
        "ValueError: no",
        "through 2 frames of torch, Python, called from",
        "through 1 frame of torch, called from",
        "2 frames of torch, Python, called from model.py:7, innermost first",
        "1 frame of torch, called from train.py:7",
        "1 frame of NePS, which called train.py:7",
    ]


@pytest.mark.parametrize(
    ("said", "link"),
    [
        ("During handling of the above exception, another exception occurred:", "while handling"),
        (
            "The above exception was the direct cause of the following exception:",
            "caused by",
        ),
    ],
)
def test_the_last_of_chained_exceptions_is_read_first(said: str, link: str) -> None:
    chained = (
        traceback("/x/site-packages/b.py", "/a/read.py", error="KeyError: 'x'")
        + f"\n{said}\n\n"
        + traceback("/a/train.py", error="RuntimeError: cannot read")
    )
    assert [line for line in read(chained) if not line.startswith("    ")] == [
        "RuntimeError: cannot read",
        '  File "/a/train.py", line 7, in work',
        link,
        "KeyError: 'x'",
        '  File "/a/read.py", line 7, in work',
        "1 frame of b, which called read.py:7",
        '  File "/x/site-packages/b.py", line 7, in work',
    ]


def test_a_long_message_does_not_push_the_frames_away() -> None:
    message = "\n".join(["ValueError: no", *(f"hint {at}" for at in range(40))])
    lines = read(traceback("/a/train.py", error=message))
    assert lines[6] == '  File "/a/train.py", line 7, in work'
    assert lines[9] == "the message goes on"
    assert lines[-1] == "hint 39"


def test_a_group_of_exceptions_stays_as_it_is() -> None:
    lines = [
        "  + Exception Group Traceback (most recent call last):",
        '  |   File "/usr/lib/python3.11/json/decoder.py", line 3, in decode',
        '  |   File "/home/ada/train.py", line 3, in <module>',
        "  | ExceptionGroup: x (1 sub-exception)",
    ]
    assert [line.text for line in own_first(lines)] == lines


@given(hostile_traceback)
def test_no_line_of_a_traceback_is_lost(text: str) -> None:
    of_order = ("Traceback (most recent call", "During handling of the above exception")
    lines = text.split("\n")
    kept = Counter(line.text for line in own_first(lines))
    said = (each for each in lines if each.strip() and not each.startswith(of_order))
    assert not Counter(said) - kept


# --- kinds -------------------------------------------------------------------------------------


def test_the_kinds_of_a_recorded_run() -> None:
    found = kinds_of(RunReader(RUNS / "hyperband-0.17").poll())
    assert found.total == 8
    assert [(len(each.errors), each.err_type, each.place) for each in found.kinds] == [
        (6, "TrainingDiverged", "objectives.py:17 in train"),
        (2, "ValueError", "objectives.py:19 in train"),
    ]
    diverged = found.kinds[0]
    assert diverged.message == "loss is [bold]nan[/bold] at step … (lr=…) red"
    assert [str(each) for each in diverged.traits] == ["weight_decay > 0.86 in 6 of 6"]
    assert diverged.traits[0].of_others == "0 of 34 others"
    assert diverged.workers == ("worker_0",)
    assert diverged.first is not None
    assert diverged.last is not None
    assert diverged.first < diverged.last
    assert diverged.errors[0].trial_id == "25_rung_0"
    assert not found.oddities


def test_all_errors_are_compared_together_with_the_other_trials() -> None:
    found = kinds_of(RunReader(RUNS / "hyperband-0.17").poll())
    assert found.everything is not None
    assert len(found.everything.errors) == 8
    (trait,) = found.everything.traits
    assert str(trait) == "weight_decay > 0.7 in 8 of 8"
    assert trait.of_others == "0 of 32 others"


def test_of_one_kind_nothing_more_is_told_together() -> None:
    assert kinds_of(snapshot([trial("1", State.CRASHED)], [row("1")])).everything is None


def test_the_last_error_of_a_trial_is_found() -> None:
    trials = [trial("1", State.CRASHED), trial("2")]
    found = kinds_of(snapshot(trials, [row("1", err="a"), row("1", err="b"), row("2", err="a")]))
    last = found.last_of("1")
    assert last is not None
    kind, error = last
    assert (kind.message, error.key) == ("b", "1:2")
    assert found.last_of("3") is None


def test_errors_of_one_text_from_two_places_are_two_kinds() -> None:
    errors = [row("1", tb=traceback("/a/one.py")), row("2", tb=traceback("/a/two.py"))]
    found = kinds_of(snapshot([trial("1"), trial("2")], errors))
    assert {each.place for each in found.kinds} == {"one.py:7 in work", "two.py:7 in work"}


def test_times_are_the_crashes_own() -> None:
    trials = [
        trial("1", State.CRASHED, 50.0),
        trial("2", State.CRASHED, 70.0),
        trial("3", State.SUCCESS, 90.0),
        trial("4", State.PENDING, None),
    ]
    found = kinds_of(snapshot(trials, [row("1"), row("2"), row("2"), row("3"), row("4")]))
    (kind,) = found.kinds
    assert (kind.first, kind.last) == (50.0, 70.0)
    assert [each.trial_id for each in kind.errors][:2] == ["2", "1"]
    assert kind.trial_ids == ("2", "1", "4", "3")


def test_a_crashed_trial_without_a_row_is_counted_with_its_kind_and_listed() -> None:
    text = traceback("/a/one.py", error="pkg.ValueError: no 4")
    lost = trial("2", State.CRASHED)
    lost.report = Report(None, None, None, {}, "no 4", text, "crashed", None)
    found = kinds_of(snapshot([trial("1", State.CRASHED), lost], [row("1", err="no 3", tb=text)]))
    (kind,) = found.kinds
    assert {each.standing for each in kind.errors} == {Standing.USUAL, Standing.NOT_IN_DUMP}
    (odd,) = found.oddities
    assert (odd.err_type, [each.trial_id for each in odd.errors]) == ("not in the dump", ["2"])


def test_a_trial_that_did_not_crash_needs_no_row() -> None:
    marked = [trial("2", State.FAILED), trial("3", State.CORRUPTED)]
    found = kinds_of(snapshot([trial("1", State.CRASHED), *marked], [row("1")]))
    assert found.oddities == ()


def test_of_many_workers_some_are_named_whole_and_the_others_counted() -> None:
    errors = [row(str(at), worker_id=f"worker_{at}") for at in range(5)]
    found = kinds_of(snapshot([trial(str(at), State.CRASHED) for at in range(5)], errors))
    (kind,) = found.kinds
    cells = dict(
        zip((each.key for each in KIND_COLUMNS), kind_cells(kind, found, 0.0), strict=True)
    )
    first, second, *_ = kind.workers
    assert cells["workers"].text == f"{first}, {second} +3"


def test_a_line_is_cut_at_a_space_where_there_is_one() -> None:
    code = '    raise TrainingDiverged(f"loss is [bold]nan[/bold] at epoch {epoch} of {epochs}")'
    for width in range(20, len(code)):
        rows = rows_of(0, code, width)
        assert "".join(code[each.start : each.stop] for each in rows) == code
        assert all(each.indent + each.stop - each.start <= width for each in rows)
    (first, _, *_) = rows_of(0, code, 50)
    assert code[: first.stop].endswith("loss is ")
    path = '  File "/a/rather/long/path/to/a/file/somewhere/train.py", line 3'
    assert path[: rows_of(0, path, 30)[0].stop].endswith("/")
    word = "x" * 50
    assert rows_of(0, word, 20)[0].stop == 20


def test_a_crashed_trial_of_which_nothing_was_kept_is_listed() -> None:
    found = kinds_of(snapshot([trial("1", State.CRASHED)]))
    assert [(each.err_type, each.message) for each in found.kinds] == [
        ("crashed", "no error was kept")
    ]


def test_a_row_whose_trial_is_gone_is_listed() -> None:
    found = kinds_of(snapshot([trial("1", State.CRASHED)], [row("1"), row("9")]))
    assert found.total == 2
    assert [(each.err_type, each.trial_ids) for each in found.oddities] == [("trial is gone", ())]


def test_nothing_is_computed_again_while_errors_and_trials_are_the_same() -> None:
    run = RunReader(RUNS / "hyperband-0.17").poll()
    summary, kinds = summarize(run), KindsOfErrors()
    found = kinds.of(run, summary)
    same = replace(run, trials=MappingProxyType(dict(run.trials)), errors=(*run.errors,))
    assert kinds.of(replace(same, revision=99, problems=()), summary) is found
    fewer = replace(run, errors=run.errors[1:])
    assert kinds.of(fewer, summary) is not found


def test_kinds_found_step_by_step_are_those_found_at_once() -> None:
    whole = RunReader(RUNS / "hyperband-0.17").poll()
    kinds = KindsOfErrors()
    ids = list(whole.trials)
    for count in [*range(1, len(ids) + 1, 5), 12, 30, len(ids)]:
        trials = MappingProxyType({each: whole.trials[each] for each in ids[:count]})
        run = replace(whole, trials=trials)
        summary = summarize(run)
        assert kinds.of(run, summary) == KindsOfErrors().of(run, summary)


# --- what configs share ------------------------------------------------------------------------


def traits_of(trials: Sequence[Trial], crashed: Sequence[str]) -> tuple[Trait, ...]:
    return kinds_of(snapshot(trials, [row(each) for each in crashed])).kinds[0].traits


def test_a_number_beyond_a_threshold_is_told() -> None:
    trials = [trial(str(i), decay=i / 40, rate=(i * 7 % 40) / 40) for i in range(40)]
    (trait,) = traits_of(trials, ["33", "34", "36", "39"])
    assert trait.key == "decay"
    assert str(trait) == "decay > 0.8 in 4 of 4"
    assert trait.of_others == "3 of 36 others"


def test_a_number_below_a_threshold_is_told() -> None:
    trials = [trial(str(i), rate=10.0 ** (-i / 10)) for i in range(40)]
    (trait,) = traits_of(trials, [str(i) for i in range(30, 40)])
    assert str(trait) == "rate < 0.0011 in 10 of 10"
    assert trait.of_others == "0 of 30 others"


def test_a_choice_is_told() -> None:
    trials = [trial(str(i), optimizer=("adam", "sgd", "lion")[i % 3]) for i in range(60)]
    (trait,) = traits_of(trials, [str(i) for i in range(0, 24, 3)])
    assert str(trait) == "optimizer = adam in 8 of 8"
    assert trait.of_others == "12 of 52 others"


def test_the_greatest_number_is_named_itself() -> None:
    trials = [trial(str(i), epochs=(1, 3, 9, 27)[i % 4]) for i in range(80)]
    (trait,) = traits_of(trials, [str(i) for i in range(3, 43, 4)])
    assert str(trait) == "epochs = 27 in 10 of 10"
    trials = [trial(str(i), epochs=(1, 3, 9, 27)[i % 4]) for i in range(80)]
    crashed = [str(i) for i in range(60) if i % 4 > 1]
    assert str(traits_of(trials, crashed)[0]) == "epochs > 3 in 30 of 30"


@pytest.mark.parametrize("crashed", [["39"], ["38", "39"]])
def test_of_too_few_trials_nothing_is_told(crashed: list[str]) -> None:
    assert not traits_of([trial(str(i), decay=i / 40) for i in range(40)], crashed)


def test_what_chance_would_do_as_well_is_not_told() -> None:
    """Crashes drawn blindly: something is told of one set in twenty at the most."""
    chance = random.Random(1)
    told = 0
    for _ in range(100):
        trials = [
            trial(
                str(i),
                decay=chance.random(),
                rate=chance.random(),
                layers=chance.randint(1, 4),
                optimizer=chance.choice(["adam", "sgd"]),
            )
            for i in range(60)
        ]
        told += bool(traits_of(trials, chance.sample([str(i) for i in range(60)], 8)))
    assert told <= 8


def test_a_slight_difference_among_very_many_is_not_told() -> None:
    trials = [trial(str(i), optimizer="adam" if i % 100 < 50 else "sgd") for i in range(4000)]
    crashed = [str(i) for i in range(2000) if i % 100 < 50 or i % 100 > 69]
    assert not traits_of(trials, crashed)


def test_strange_values_are_no_obstacle() -> None:
    strange: list[Any] = [math.nan, math.inf, None, "text", [1, 2], {"a": 1}, 10**400, True]
    trials = [trial(str(i), decay=i / 40, odd=0.5) for i in range(40)]
    trials += [trial(f"s{i}", decay=each, odd=each) for i, each in enumerate(strange)]
    trials += [trial("without")]
    traits = traits_of(trials, ["35", "36", "37", "38", "39"])
    assert [str(each) for each in traits] == ["decay > 0.86 in 5 of 5"]


@given(st.data())
def test_chances_are_those_of_a_blind_draw(data: st.DataObject) -> None:
    everything = data.draw(st.integers(1, 60))
    drawn = data.draw(st.integers(0, everything))
    marked = data.draw(st.integers(0, everything))
    met = data.draw(st.integers(max(0, drawn + marked - everything), min(drawn, marked)))
    ways = sum(
        math.comb(marked, each) * math.comb(everything - marked, drawn - each)
        for each in range(met, min(drawn, marked) + 1)
    )
    exact = ways / math.comb(everything, drawn)
    assert hypergeometric_tail(met, drawn, marked, everything) == pytest.approx(exact)


@given(
    st.lists(st.floats(allow_nan=True, allow_infinity=True), min_size=6, max_size=40),
    st.integers(3, 5),
)
def test_a_threshold_says_what_it_counts(values: list[float], crashed: int) -> None:
    """The number in the words parts exactly those that meet it from those that do not."""
    trials = [trial(str(i), x=value) for i, value in enumerate(values)]
    for trait in traits_of(trials, [str(i) for i in range(crashed)]):
        sign, threshold = trait.text.split()[1:]
        if sign != "=":
            meets = [v > float(threshold) if sign == ">" else v < float(threshold) for v in values]
            assert sum(meets[:crashed]) == trait.met
            finite = [m for m, v in zip(meets, values, strict=True) if abs(v) <= 1e300]
            assert sum(finite) == trait.met + trait.met_by_others
