"""The command line, as scripts rely on it: output, JSON, exit statuses, one-line errors."""

from __future__ import annotations

import csv
import io
import json
import os
import shutil
import subprocess
import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import pytest

from neps_state import NePSState, State
from neps_tui.cli import main

CopyRun = Callable[[str], Path]
EXPECTED = Path(__file__).resolve().parent.parent / "data" / "expected"


@pytest.fixture
def run(capsys: pytest.CaptureFixture[str]) -> Callable[..., tuple[int, str, str]]:
    """Runs a command; its exit status, standard output and standard error."""

    def run_command(*arguments: object) -> tuple[int, str, str]:
        try:
            status = main([str(argument) for argument in arguments])
        except SystemExit as end:
            status = int(str(end.code))
        output = capsys.readouterr()
        return int(status), output.out, output.err

    return run_command


Run = Callable[..., tuple[int, str, str]]


@pytest.mark.parametrize("name", sorted(path.stem for path in EXPECTED.iterdir()))
def test_status_says_what_neps_reads(run: Run, recorded_run: CopyRun, name: str) -> None:
    expected: dict[str, Any] = json.loads((EXPECTED / f"{name}.json").read_text())
    status, output, error = run("status", recorded_run(name), "--json")
    read = json.loads(output)
    assert (status, error) == (0, "")
    assert {state: count for state, count in read["counts"].items() if count} == expected["counts"]
    assert set(read["counts"]) == {state.value for state in State}
    assert read["total"] == len(expected["trials"])
    assert (read["objectives"] > 1) == expected["multiobjective"]
    assert (read["best"] and read["best"]["id"]) == (expected["best"] and expected["best"]["id"])
    assert bool(read["pareto"]) == expected["multiobjective"]
    assert read["errors"] == len(expected["errors"])
    assert read["budget"] == expected["budget"]
    assert read["optimizer"]["name"] == expected["optimizer"]["name"]
    assert read["problems"] == []


def test_status_reads_like_a_sentence_or_two(run: Run, recorded_run: CopyRun) -> None:
    status, output, _ = run("status", recorded_run("hyperband-0.17"))
    assert status == 0
    assert "32 success, 8 crashed; 40 in all" in output
    assert "0.1309  trial 15_rung_3" in output
    assert "evaluations 40 of 100" in output


def test_trials_are_one_json_object_a_line(run: Run, recorded_run: CopyRun) -> None:
    status, output, _ = run("trials", recorded_run("architecture-0.17"), "--json")
    rows = [json.loads(line) for line in output.splitlines()]
    assert status == 0
    assert len(rows) == 25
    assert set(rows[0]) == {
        *("id", "state", "config", "raw_config", "objective_to_minimize", "cost"),
        *("learning_curve", "extra", "err", "sampling_worker_id", "evaluating_worker_id"),
        *("time_sampled", "time_started", "time_end", "evaluation_duration"),
        *("previous_trial_id", "source"),
    }
    assert rows[0]["config"]["block"] in ("Conv", "Pool")
    assert "SAMPLING__Resolvable.block::categorical__2" in rows[0]["raw_config"]


def test_nan_is_a_string_in_json(run: Run, recorded_run: CopyRun) -> None:
    _, output, _ = run("trials", recorded_run("nan-0.17"), "--json")
    objectives = [json.loads(line)["objective_to_minimize"] for line in output.splitlines()]
    assert "nan" in objectives
    assert "NaN" not in output


def test_trials_are_chosen_sorted_and_limited(run: Run, recorded_run: CopyRun) -> None:
    root = recorded_run("hyperband-0.17")
    _, output, _ = run(
        "trials", root, "--json", "--where", "rung=2 or rung=3", "--sort", "objective"
    )
    assert [json.loads(line)["id"] for line in output.splitlines()] == [
        *("15_rung_3", "15_rung_2", "13_rung_2", "2_rung_2"),
    ]
    _, output, _ = run("trials", root, "--json", "--sort=-objective", "--limit", "1")
    assert json.loads(output)["objective_to_minimize"] > 0.99
    _, output, _ = run("trials", root, "--json", "--state", "crashed")
    assert len(output.splitlines()) == 8
    both = len(run("trials", root, "--json", "--state", "crashed", "success")[1].splitlines())
    assert both == 40


def test_trials_as_csv_have_a_column_for_each_hyperparameter(
    run: Run, recorded_run: CopyRun
) -> None:
    _, output, _ = run("trials", recorded_run("hyperband-0.17"), "--csv")
    rows = list(csv.DictReader(io.StringIO(output)))
    assert len(rows) == 40
    assert float(rows[0]["config.learning_rate"]) > 0


def test_one_trial_has_its_traceback(run: Run, recorded_run: CopyRun) -> None:
    status, output, _ = run("trial", recorded_run("hyperband-0.17"), "5_rung_0", "--json")
    trial = json.loads(output)
    assert status == 0
    assert trial["err_type"] == "TrainingDiverged"
    assert trial["tb"].startswith("Traceback (most recent call last)")


def test_errors_are_the_dump(run: Run, recorded_run: CopyRun) -> None:
    _, output, _ = run("errors", recorded_run("hyperband-0.17"), "--json")
    rows = [json.loads(line) for line in output.splitlines()]
    assert len(rows) == 8
    assert set(rows[0]) == {"trial_id", "worker_id", "err_type", "err", "tb"}


def test_texts_of_a_run_reach_the_terminal_inert(run: Run, recorded_run: CopyRun) -> None:
    for command in (("errors",), ("trial", "5_rung_0"), ("trials",), ("status",)):
        _, output, _ = run(command[0], recorded_run("hyperband-0.17"), *command[1:])
        assert "\x1b" not in output


def test_the_optimizer_has_budget_and_space(run: Run, recorded_run: CopyRun) -> None:
    _, output, _ = run("optimizer", recorded_run("hyperband-0.17"), "--json")
    optimizer = json.loads(output)
    assert optimizer["name"] == "hyperband"
    assert optimizer["budget"]["total_evaluations_to_spend"] == 100
    assert optimizer["search_space"]["learning_rate"] == "float 1e-5 … 0.1, log"


@pytest.mark.parametrize(
    ("arguments", "expected"),
    [
        (("status", "ROOT/nowhere"), "there is no directory"),
        (("status", "ROOT"), "give one of"),
        (("status", "ROOT/json-0.17/configs"), "is no NePS run"),
        (("trial", "ROOT/json-0.17", "99"), "there is no trial 99"),
        (("trial", "ROOT/hyperband-0.17", "15"), "there are 15_rung_0, 15_rung_1, 15_rung_2"),
        (("trials", "ROOT/json-0.17", "--where", "objective<"), "expected a value"),
        (("trials", "ROOT/json-0.17", "--sort", "nosuch"), "there is no field"),
        (("statsu",), "did you mean status?"),
    ],
)
def test_wrong_usage_is_one_line_and_status_2(
    run: Run, recorded_run: CopyRun, arguments: tuple[str, ...], expected: str
) -> None:
    root = recorded_run("json-0.17").parent
    status, output, error = run(*(each.replace("ROOT", str(root)) for each in arguments))
    assert status == 2
    assert output == ""
    assert expected in error
    assert len(error.splitlines()) == 1
    assert "Traceback" not in error


def test_of_a_folder_of_runs_each_is_a_line_of_json(run: Run, run_copy: CopyRun) -> None:
    folder = run_copy("json-0.17").parent
    run_copy("random-0.17").rename(folder / "another")
    (folder / "none").mkdir()
    status, output, _ = run("status", folder, "--json")
    assert status == 0
    records = [json.loads(line) for line in output.splitlines()]
    assert [Path(each["root"]).name for each in records] == ["another", "json-0.17"]
    assert [each["total"] for each in records] == [30, 15]


def test_reset_puts_trials_back_and_touches_nothing_else(run: Run, run_copy: CopyRun) -> None:
    root = run_copy("hyperband-0.17")
    status, output, _ = run("reset", root, "5_rung_0", "8_rung_0", "--yes")
    assert status == 0
    assert "pending again: 5_rung_0, 8_rung_0" in output
    state = NePSState.create_or_load(root, load_only=True)
    trials = state.lock_and_read_trials()
    assert [each.id for each in trials.values() if each.state is State.PENDING] == [
        *("5_rung_0", "8_rung_0"),
    ]
    assert len(state.lock_and_get_errors()) == 6


def test_reset_by_state_takes_them_all(run: Run, run_copy: CopyRun) -> None:
    root = run_copy("hyperband-0.17")
    assert run("reset", root, "--state", "crashed", "--yes")[0] == 0
    _, output, _ = run("status", root, "--json")
    counts = json.loads(output)["counts"]
    assert (counts["crashed"], counts["pending"]) == (0, 8)


def test_a_dry_run_and_a_missing_yes_change_nothing(
    run: Run, run_copy: CopyRun, monkeypatch: pytest.MonkeyPatch
) -> None:
    root = run_copy("hyperband-0.17")
    before = (root / "configs" / ".trial_cache.pkl").read_bytes()
    assert run("reset", root, "5_rung_0", "--dry-run")[0] == 0
    for answer in ("", "\n", "n\n", "perhaps\n"):
        monkeypatch.setattr("sys.stdin", io.StringIO(answer))
        assert run("reset", root, "5_rung_0")[0] == 3
    assert (root / "configs" / ".trial_cache.pkl").read_bytes() == before


def test_a_yes_at_the_prompt_goes_on(
    run: Run, run_copy: CopyRun, monkeypatch: pytest.MonkeyPatch
) -> None:
    root = run_copy("hyperband-0.17")
    monkeypatch.setattr("sys.stdin", io.StringIO("y\n"))
    assert run("reset", root, "5_rung_0")[0] == 0


def test_nothing_to_reset_is_status_1(run: Run, run_copy: CopyRun) -> None:
    root = run_copy("random-0.17")
    assert run("reset", root, "--state", "failed", "--yes")[0] == 1
    assert run("reset", root, "--abandoned", "--yes")[0] == 1
    assert run("reset", root, "nosuch", "--yes")[0] == 1


def test_an_evaluating_trial_needs_force(run: Run, run_copy: CopyRun) -> None:
    root = run_copy("killed-0.17")
    status, _, error = run("reset", root, "10", "--yes")
    assert status == 3
    assert "--force" in error
    assert run("reset", root, "10", "--yes", "--force")[0] == 0


def test_an_abandoned_trial_does_not(run: Run, run_copy: CopyRun) -> None:
    root = run_copy("killed-0.17")
    state = NePSState.create_or_load(root, load_only=True)
    later = state.lock_and_read_trials()["11"]
    later.set_evaluating(time_started=2_000_000_000.0, worker_id="worker_0")
    state.put_updated_trial(later, hints="metadata")
    assert json.loads(run("status", root, "--json")[1])["abandoned"] == ["10"]
    status, output, _ = run("reset", root, "--abandoned", "--yes")
    assert status == 0
    assert "abandoned: 10, its worker has started a later trial" in output


def left_early(root: Path) -> Path:
    """A run whose worker was killed when only four trials had ended."""
    for number in range(5, 10):
        shutil.rmtree(root / "configs" / f"config_{number}")
    (root / "configs" / ".trial_cache.pkl").unlink()
    return root


def test_a_worker_killed_early_does_not_keep_a_run_live(run: Run, run_copy: CopyRun) -> None:
    root = left_early(run_copy("killed-0.17"))
    output = run("status", root)[1]
    assert "condition   idle, 0 of 1 worker busy" in output
    why = "the longest of 4 like trials took 10 ms, this one over ten times as long"
    assert f", quiet: {why}" in output
    assert json.loads(run("status", root, "--json")[1])["condition"] == "idle"
    assert json.loads(run("status", root, "--json")[1])["abandoned"] == []
    assert f"{why}: its worker may be dead" in run("reset", root, "10", "--dry-run", "--force")[1]


@contextmanager
def held(lock: Path, function: str) -> Iterator[int]:
    """Another process that holds a lock; its process id."""
    program = (
        "import fcntl, sys\n"
        f"stream = open({str(lock)!r}, 'w')\n"
        f"fcntl.{function}(stream, fcntl.LOCK_EX)\n"
        "print('held', flush=True)\n"
        "sys.stdin.read()"
    )
    holder = subprocess.Popen(
        [sys.executable, "-c", program], stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True
    )
    assert holder.stdin is not None
    assert holder.stdout is not None
    try:
        assert holder.stdout.readline() == "held\n"
        yield holder.pid
    finally:
        holder.stdin.close()
        holder.wait()


@pytest.mark.parametrize("function", ["lockf", "flock"])
def test_a_held_lock_is_status_4_with_its_holder_and_then_it_works(
    run: Run, run_copy: CopyRun, function: str
) -> None:
    root = run_copy("hyperband-0.17")
    with held(root / ".configs.lock", function) as pid:
        status, _, error = run("reset", root, "5_rung_0", "--yes", "--timeout", "1")
    assert status == 4
    assert f"process {pid}" in error
    assert len(error.splitlines()) == 1
    assert run("reset", root, "5_rung_0", "--yes", "--timeout", "1")[0] == 0


def test_the_dashboard_needs_a_terminal(run: Run, recorded_run: CopyRun) -> None:
    for arguments in ((recorded_run("json-0.17"),), ("demo",)):
        status, _, error = run(*arguments)
        assert status == 2
        assert "needs a terminal" in error


@pytest.mark.parametrize("words", ["trials ROOT --json", "--version", "--help"])
@pytest.mark.parametrize("unbuffered", ["", "1"])
def test_a_reader_that_has_had_enough_is_no_error(
    recorded_run: CopyRun, words: str, unbuffered: str
) -> None:
    python = shutil.which("python3", path=str(Path(sys.executable).parent)) or sys.executable
    done = subprocess.run(
        f"{python} -m neps_tui {words.replace('ROOT', str(recorded_run('hyperband-0.17')))} | true",
        shell=True,
        env={**os.environ, "PYTHONUNBUFFERED": unbuffered},
        capture_output=True,
        text=True,
        check=True,
    )
    assert done.stderr == ""


def test_a_good_result_is_reset_only_with_force(run: Run, run_copy: CopyRun) -> None:
    root = run_copy("killed-0.17")
    status, _, error = run("reset", root, "3", "--yes")
    assert status == 3
    assert "3 succeeded" in error
    assert "--force" in error
    assert run("reset", root, "3", "--yes", "--force")[0] == 0


def test_a_file_in_place_of_a_run_is_called_one(run: Run, tmp_path: Path) -> None:
    path = tmp_path / "train.py"
    path.touch()
    status, _, error = run("status", path)
    assert status == 2
    assert "is a file" in error


def test_trials_are_sorted_by_several_fields(run: Run, recorded_run: CopyRun) -> None:
    _, output, _ = run("trials", recorded_run("hyperband-0.17"), "--sort=-rung,objective", "--json")
    trials = [json.loads(line) for line in output.splitlines()]
    told = [(each["id"][-1], each["objective_to_minimize"]) for each in trials]
    assert [rung for rung, _ in told] == sorted((rung for rung, _ in told), reverse=True)
    assert [value for rung, value in told if rung == "2"] == sorted(
        value for rung, value in told if rung == "2"
    )


@pytest.mark.parametrize(
    ("root", "words", "ids"),
    [
        ("killed-0.17", ("--where", "is:quiet"), ["10"]),
        ("killed-0.17", ("--where", "error:TrainingDiverged"), ["8"]),
        ("killed-0.17", ("--where", "when<1h"), []),
        ("killed-0.17", ("--where", "has:when", "--sort=-when", "--limit", "1"), ["9"]),
        ("nan-0.17", ("--where", "OBJECTIVE=nan", "--sort", "When", "--limit", "1"), ["5"]),
        ("multiobjective-0.17", ("--sort", "objective 1", "--limit", "1"), ["4"]),
    ],
)
def test_trials_are_asked_for_by_what_columns_and_verdicts_are_called(
    run: Run, recorded_run: CopyRun, root: str, words: tuple[str, ...], ids: list[str]
) -> None:
    status, output, error = run("trials", recorded_run(root), "--json", *words)
    assert (status, error) == (0, "")
    assert [json.loads(line)["id"] for line in output.splitlines()] == ids


@pytest.mark.parametrize("option", ["--sort", "--where"])
def test_a_name_that_is_no_field_says_what_may_have_been_meant(
    run: Run, recorded_run: CopyRun, option: str
) -> None:
    word = "objctive" if option == "--sort" else "objctive<1"
    status, _, error = run("trials", recorded_run("nan-0.17"), option, word)
    assert status == 2
    assert f"{option}: there is no field 'objctive'; did you mean objective?" in error


def test_what_a_filter_lets_through_is_changed_and_nothing_else(
    run: Run, run_copy: CopyRun
) -> None:
    root = run_copy("hyperband-0.17")
    status, output, _ = run("reset", root, "--where", '"out of memory"', "--yes")
    assert (status, output.splitlines()[-2]) == (0, "pending again: 1_rung_0, 8_rung_0")

    status, output, _ = run(
        "mark", root, "--where", "objective>0.9", "--state", "success", "--corrupted", "--yes"
    )
    marked = output.splitlines()[-2].removeprefix("marked as corrupted: ").split(", ")
    _, listed, _ = run("trials", root, "--state", "corrupted", "--json")
    assert {json.loads(line)["id"] for line in listed.splitlines()} == set(marked)

    assert run("remove", root, "--where", "state:crashed epochs=1", "--yes")[0] == 0
    assert run("trials", root, "--state", "crashed", "--json")[1] == ""
    assert run("remove", root, "--where", "state:crashed", "--yes")[0] == 1


@pytest.mark.parametrize("command", ["reset", "remove", "mark"])
def test_a_wrong_filter_and_no_filter_change_nothing(
    run: Run, run_copy: CopyRun, command: str
) -> None:
    root = run_copy("hyperband-0.17")
    before = (root / "configs" / ".trial_cache.pkl").read_bytes()
    options = ("--corrupted", "--yes") if command == "mark" else ("--yes",)
    for asked in (("--where", "nosuch>1"), (), ("5_rung_0", "--where", "rung=0")):
        status, _, error = run(command, root, *asked, *options)
        assert (status, error.count("\n")) == (2, 1)
    assert (root / "configs" / ".trial_cache.pkl").read_bytes() == before
