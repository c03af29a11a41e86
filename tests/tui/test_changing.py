"""Commands that change a run, each as somebody types it, and each taken back again."""

from __future__ import annotations

import contextlib
import getpass
import io
import json
import os
import shutil
import socket
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
import yaml

from neps_state import NePSState, State, StateChangedError, Trial
from neps_tui.changes.clearing import plan_clear
from neps_tui.cli import main
from neps_tui.commands.run_at import read_run
from neps_tui.settings import settings_file

CopyRun = Callable[[str], Path]
DATA = Path(__file__).resolve().parent.parent / "data/runs"


class Outcome:
    """What a command printed, and how it ended."""

    def __init__(self, *arguments: object) -> None:
        out, err = io.StringIO(), io.StringIO()
        with contextlib.redirect_stdout(out), contextlib.redirect_stderr(err):
            try:
                self.status = main([str(each) for each in arguments])
            except SystemExit as end:
                self.status = int(str(end.code))
        self.output, self.error = out.getvalue(), err.getvalue()


def trials(root: Path) -> dict[str, Trial]:
    return NePSState.create_or_load(root, load_only=True).lock_and_read_trials()


def contents(root: Path) -> tuple[Any, ...]:
    """What NePS reads of a run."""
    state = NePSState.create_or_load(root, load_only=True)
    return (
        {key: (str(vars(each)), each.state) for key, each in state.lock_and_read_trials().items()},
        sorted(map(str, state.lock_and_get_errors().errs)),
        state.lock_and_get_global_budgets(),
        sorted(state.all_trial_ids()),
    )


CHANGES = {
    "reset": ("random-0.17", ("reset", "ROOT", "--state", "crashed")),
    "remove": ("hyperband-0.17", ("remove", "ROOT", "2_rung_0", "19_rung_0")),
    "remove by state": ("random-0.17", ("remove", "ROOT", "--state", "crashed")),
    "report": ("killed-0.17", ("report", "ROOT", "11", "--objective", "-0.25", "--cost", "3")),
    "report a crash": ("killed-0.17", ("report", "ROOT", "11", "--crashed", "node lost")),
    "mark as failed": ("random-0.17", ("mark", "ROOT", "3", "4", "--failed")),
    "mark as corrupted": ("random-0.17", ("mark", "ROOT", "3", "--corrupted")),
    "enqueue": (
        "random-0.17",
        (
            *("enqueue", "ROOT", "--config"),
            '{"learning_rate": 0.01, "weight_decay": 0.5, "optimizer": "sgd"}',
        ),
    ),
    "enqueue like": (
        "architecture-0.17",
        ("enqueue", "ROOT", "--like", "3_rung_0", "--config", '{"learning_rate": 0.01}'),
    ),
    "budget": ("random-0.17", ("budget", "ROOT", "--evaluations", "500", "--cost", "1e3")),
}


@pytest.mark.parametrize("name", CHANGES)
def test_a_change_is_shown_made_and_taken_back(name: str, run_copy: CopyRun) -> None:
    run, words = CHANGES[name]
    root = run_copy(run)
    arguments = [str(root) if each == "ROOT" else each for each in words]
    before = contents(root)

    shown = Outcome(*arguments, "--dry-run")
    assert (shown.status, contents(root)) == (0, before)
    assert "dry run: nothing was changed" in shown.output

    made = Outcome(*arguments, "--yes")
    assert made.status == 0, made.error
    assert contents(root) != before
    assert f"neps-tui undo {root}" in made.output

    undone = Outcome("undo", root, "--yes")
    assert undone.status == 0, undone.error
    assert contents(root) == before
    assert Outcome("undo", root, "--yes").status == 1


def test_a_report_by_hand_is_what_a_worker_would_have_reported(run_copy: CopyRun) -> None:
    root = run_copy("killed-0.17")
    assert Outcome("report", root, "10", "--objective", "0.25", "--yes").status == 3
    assert Outcome("report", root, "10", "--objective", "0.25", "--yes", "--force").status == 0
    trial = trials(root)["10"]
    assert trial.state is State.SUCCESS
    assert trial.report is not None
    assert (trial.report.objective_to_minimize, trial.report.reported_as) == (0.25, "success")
    assert trial.metadata.evaluating_worker_id == "worker_0"
    assert trial.metadata.time_end is not None


def test_a_trial_that_has_ended_did_so_when_it_did_whatever_is_told_of_it(
    run_copy: CopyRun,
) -> None:
    root = run_copy("killed-0.17")
    before = trials(root)["8"].metadata
    assert Outcome("report", root, "8", "--objective", "0.25", "--yes").status == 0
    after = trials(root)["8"].metadata
    assert after.state is State.SUCCESS
    assert (after.time_started, after.time_end) == (before.time_started, before.time_end)
    assert after.evaluation_duration == before.evaluation_duration


def test_a_crash_told_by_hand_has_a_row_in_the_error_dump(run_copy: CopyRun) -> None:
    root = run_copy("killed-0.17")
    assert Outcome("report", root, "11", "--crashed", "node lost", "--yes").status == 0
    rows = NePSState.create_or_load(root, load_only=True).lock_and_get_errors().errs
    (row,) = [each for each in rows if each.trial_id == "11"]
    assert (row.err_type, row.err) == ("RuntimeError", "node lost")
    assert row.worker_id.startswith("neps-tui:")


def test_a_report_needs_as_many_objectives_as_the_run_has(run_copy: CopyRun) -> None:
    root = run_copy("multiobjective-0.17")
    trial_id = next(iter(trials(root)))
    wrong = Outcome("report", root, trial_id, "--objective", "1", "--yes", "--force")
    assert wrong.status == 2
    assert "has 2 objectives, not 1" in wrong.error
    assert Outcome("report", root, trial_id, "--yes").status == 2


def test_removing_says_who_was_promoted_from_a_trial(run_copy: CopyRun) -> None:
    shown = Outcome("remove", run_copy("hyperband-0.17"), "2_rung_0", "--dry-run")
    assert "risk: 2_rung_1 was promoted from 2_rung_0" in shown.output


def test_no_trial_is_removed_where_that_would_stop_the_workers(run_copy: CopyRun) -> None:
    root = run_copy("evolution-0.17")
    refused = Outcome("remove", root, "3", "--yes")
    assert refused.status == 3
    assert "would stop" in refused.error
    assert Outcome("remove", root, "3", "--yes", "--force").status == 0


@pytest.mark.parametrize(
    ("config", "reasons"),
    [
        ('{"learning_rate": 5}', ["5 is out of bounds", "optimizer is missing"]),
        ('{"lerning_rate": 0.1}', ["no 'lerning_rate'", "did you mean learning_rate?"]),
        ('{"optimizer": "sgdd"}', ["optimizer is one of", "sgd"]),
        ('{"learning_rate": "much"}', ["learning_rate is float", "not 'much'"]),
        ('{"learning_rate": true}', ["not True"]),
        ("[1]", ["is a JSON object"]),
        ("{", ["is no JSON"]),
    ],
)
def test_a_config_that_does_not_fit_is_refused_with_the_reason(
    config: str, reasons: list[str], run_copy: CopyRun
) -> None:
    root = run_copy("random-0.17")
    before = contents(root)
    refused = Outcome("enqueue", root, "--config", config, "--yes")
    assert refused.status == 2
    assert len(refused.error.splitlines()) == 1
    assert all(reason in refused.error for reason in reasons)
    assert contents(root) == before


def test_whoever_enqueues_is_told_that_the_budget_is_used_up(run_copy: CopyRun) -> None:
    root, config = run_copy("hyperband-0.17"), ("--like", "15_rung_0", "--config", "{}")
    before = Outcome("enqueue", root, *config, "--dry-run")
    assert "of the budget are used" not in before.output
    assert Outcome("budget", root, "--evaluations", "40", "--yes").status == 0

    after = Outcome("enqueue", root, *config, "--dry-run")

    told = "all 40 evaluations of the budget are used: no worker takes it before that is raised"
    assert f"risk: {told}" in after.output


def test_an_architecture_is_enqueued_like_another(run_copy: CopyRun) -> None:
    root = run_copy("architecture-0.17")
    bare = Outcome("enqueue", root, "--config", '{"learning_rate": 0.01}', "--yes")
    assert bare.status == 2
    assert "give a trial whose config is to be changed" in bare.error
    like = ("--like", "3_rung_0")
    deeper = Outcome("enqueue", root, *like, "--config", '{"net[1]": "Conv"}', "--yes")
    assert deeper.status == 2
    assert "start from a trial that has chosen it" in deeper.error
    assert Outcome("enqueue", root, *like, "--config", '{"epochs": 9}', "--yes").status == 0
    (new,) = [each for each in trials(root).values() if each.state is State.PENDING]
    assert new.id.endswith("_rung_2")
    assert {**new.config, "ENVIRONMENT__epochs": 1} == trials(root)["3_rung_0"].config


# --- import --------------------------------------------------------------------------------------


def test_what_cannot_be_read_of_the_other_run_is_told_before_it_is_imported(
    run_copy: CopyRun,
) -> None:
    root, other = run_copy("random-0.17"), run_copy("killed-0.17")
    cache = other / "configs/.trial_cache.pkl"
    os.truncate(cache, cache.stat().st_size - 9)
    os.utime(cache, (1.0, 1.0))

    shown = Outcome("import", root, other, "--dry-run")

    assert "not all of that run can be read: configs/.trial_cache.pkl" in shown.output


def test_another_run_is_imported(run_copy: CopyRun) -> None:
    root, other = run_copy("random-0.17"), run_copy("killed-0.17")
    shown = Outcome("import", root, other, "--dry-run")
    assert "new trials, evaluated elsewhere: 8 evaluations" in shown.output
    assert "skipped: trial 8: it is crashed" in shown.output

    assert Outcome("import", root, other, "--yes").status == 0
    new = [each for each in trials(root).values() if each.state is State.EXTERNAL]
    assert len(new) == 8
    again = Outcome("import", root, other, "--yes")
    assert again.status == 1
    assert "there already" in again.output


@pytest.mark.parametrize("form", ["--csv", "--json"])
def test_what_trials_prints_can_be_imported(form: str, run_copy: CopyRun, tmp_path: Path) -> None:
    root, other = run_copy("hyperband-0.17"), run_copy("hyperband-0.16")
    file = tmp_path / "evaluations"
    file.write_text(Outcome("trials", other, form).output)

    assert Outcome("import", root, file, "--yes").status == 0

    theirs = {str(each.config) for each in trials(other).values() if each.state is State.SUCCESS}
    new = {each.id: each for each in trials(root).values() if each.state is State.EXTERNAL}
    assert len(new) == len(theirs)
    for trial_id, trial in new.items():
        rung = {1: 0, 3: 1, 9: 2, 27: 3}[trial.config["epochs"]]
        assert trial_id.endswith(f"_rung_{rung}")


def test_what_is_wrong_with_a_table_is_said_in_its_own_words(
    run_copy: CopyRun, tmp_path: Path
) -> None:
    table = tmp_path / "table.csv"
    table.write_text("lr,weight_decay,objective\n0.1,0.5,0.2\n0.1,0.5,hello\n")
    shown = Outcome("import", run_copy("hyperband-0.17"), table, "--dry-run").output
    assert "line 2: learning_rate is missing" in shown
    assert "line 3: 'hello' is no number" in shown


def test_a_table_that_somebody_wrote_is_imported(run_copy: CopyRun, tmp_path: Path) -> None:
    root = run_copy("random-0.17")
    table = tmp_path / "mine.csv"
    table.write_text(
        "learning_rate,weight_decay,optimizer,objective,cost\n"
        "0.01,0.5,sgd,0.3,2\n"
        "0.02,0.5,nosuch,0.3,2\n"
        "0.02,0.5,adam,,2\n"
        "0.03,0.5,adam,nan,\n"
    )
    shown = Outcome("import", root, table, "--dry-run")
    assert "2 evaluations" in shown.output
    assert "skipped: line 3: optimizer is one of" in shown.output
    assert "skipped: line 4: it has no objective" in shown.output
    assert Outcome("import", root, table, "--yes").status == 0


@pytest.mark.parametrize(
    ("text", "reason"),
    [
        ("", "names no column objective_to_minimize"),
        ("a,b\n1,2\n", "names no column objective_to_minimize"),
        ('{"objective_to_minimize": 1}\n', 'has no "config"'),
        ('{"config": \n', "is no JSON"),
        ("objective\n", "holds no evaluation"),
    ],
)
def test_a_file_of_something_else_is_refused(
    text: str, reason: str, run_copy: CopyRun, tmp_path: Path
) -> None:
    file = tmp_path / "file"
    file.write_text(text)
    refused = Outcome("import", run_copy("random-0.17"), file, "--yes")
    assert refused.status == 2
    assert reason in refused.error
    assert len(refused.error.splitlines()) == 1


def test_an_evaluation_without_its_fidelity_is_skipped(run_copy: CopyRun, tmp_path: Path) -> None:
    root = run_copy("hyperband-0.17")
    line = {
        "config": {"learning_rate": 0.01, "weight_decay": 0.1, "optimizer": "sgd"},
        "objective": 0.3,
    }
    file = tmp_path / "lines"
    file.write_text(json.dumps(line))
    assert "at which epochs" in Outcome("import", root, file, "--yes").output
    line["config"]["epochs"] = 3  # type: ignore[index]
    file.write_text(json.dumps(line))
    assert Outcome("import", root, file, "--yes").status == 0


def test_a_trial_of_another_run_at_the_fidelity_of_no_rung_is_skipped_beforehand(
    run_copy: CopyRun, tmp_path: Path
) -> None:
    root, other = run_copy("hyperband-0.17"), tmp_path / "other"
    shutil.copytree(root, other)
    state = NePSState.create_or_load(other, load_only=True)
    for trial_id, epochs in (("3_rung_0", 3), ("4_rung_0", 4)):
        trial = state.lock_and_get_trial_by_id(trial_id)
        trial.config = {**trial.config, "epochs": epochs}
        state.put_updated_trial(trial, hints="config")

    shown = Outcome("import", root, other, "--dry-run")

    assert "new trials, evaluated elsewhere: 1 evaluation" in shown.output
    reason = "epochs must be that of a rung: 1, 3, 9, 27; not 4"
    assert f"skipped: trial 4_rung_0: {reason}" in shown.output
    assert Outcome("import", root, other, "--yes").status == 0


def test_before_the_optimizer_has_named_a_trial_none_is_promised(
    run_copy: CopyRun, tmp_path: Path
) -> None:
    root, file = run_copy("hyperband-0.17"), tmp_path / "lines"
    file.write_text(Outcome("trials", root, "--json").output)
    info = root / "optimizer_info.yaml"
    known = yaml.safe_load(info.read_text())
    info.write_text(yaml.safe_dump({name: known[name] for name in ("name", "info")}))
    shutil.rmtree(root / "configs")
    (root / "configs").mkdir()

    shown = Outcome("import", root, file, "--dry-run")

    assert shown.status == 1
    assert "Start a worker first" in shown.output


# --- budget, errors, history ---------------------------------------------------------------------


def test_a_budget_shows_what_is_used_and_warns_of_what_is_spent(run_copy: CopyRun) -> None:
    root = run_copy("random-0.17")
    shown = Outcome("budget", root, "--evaluations", "10", "--dry-run")
    assert "evaluations: 200 becomes 10; 30 used so far" in shown.output
    assert "risk: 30 evaluations are used already" in shown.output
    assert Outcome("budget", root, "--evaluations", "200", "--yes").status == 1


def test_an_older_run_has_no_budget_of_its_own(run_copy: CopyRun) -> None:
    refused = Outcome("budget", run_copy("random-0.13"), "--evaluations", "10", "--yes")
    assert refused.status == 3
    assert "before 0.17" in refused.error


def test_only_errors_about_nothing_are_dropped(run_copy: CopyRun) -> None:
    root = run_copy("random-0.17")
    assert Outcome("errors", root, "--clear", "--yes").status == 1
    state = NePSState.create_or_load(root, load_only=True)
    rows = state.lock_and_get_errors().errs
    trial = state.lock_and_read_trials()[rows[0].trial_id]
    trial.metadata.state = State.SUCCESS
    state.put_updated_trial(trial, hints="metadata")

    cleared = Outcome("errors", root, "--clear", "--yes")

    assert cleared.status == 0
    assert f"{trial.id} (now success)" in cleared.output
    assert len(state.lock_and_get_errors().errs) == len(rows) - 1
    assert Outcome("undo", root, "--yes").status == 0
    assert len(state.lock_and_get_errors().errs) == len(rows)


def test_an_error_of_a_trial_that_has_crashed_again_since_it_was_looked_at_stays(
    run_copy: CopyRun,
) -> None:
    root = run_copy("random-0.17")
    state = NePSState.create_or_load(root, load_only=True)
    rows = state.lock_and_get_errors().errs
    trial = state.lock_and_read_trials()[rows[0].trial_id]
    trial.metadata.state = State.PENDING
    state.put_updated_trial(trial, hints="metadata")
    plan = plan_clear(read_run(root))
    trial.metadata.state = State.CRASHED
    state.put_updated_trial(trial, hints="metadata")

    changed = plan.make(state, False)

    assert not changed.done
    assert changed.refused == {trial.id: "it is crashed again"}
    assert state.lock_and_get_errors().errs == rows


@pytest.mark.parametrize(
    "command",
    [
        ("enqueue", "ROOT", "--like", "3", "--config", '{"learning_rate": 0.01}'),
        ("import", "ROOT", "OTHER"),
    ],
)
def test_who_added_a_trial_is_told_by_the_trial(command: Any, run_copy: CopyRun) -> None:
    places = {"ROOT": run_copy("random-0.17"), "OTHER": run_copy("killed-0.17")}
    before = trials(places["ROOT"])
    assert Outcome(*(places.get(each, each) for each in command), "--yes").status == 0
    added = [each for each in trials(places["ROOT"]).values() if each.id not in before]
    assert added
    for trial in added:
        by = {trial.metadata.sampling_worker_id, trial.metadata.evaluating_worker_id} - {None}
        assert by == {f"neps-tui:{getpass.getuser()}@{socket.gethostname()}"}


def test_who_changed_a_run_is_told_by_its_history(run_copy: CopyRun) -> None:
    root = run_copy("random-0.17")
    assert Outcome("remove", root, "3", "--yes").status == 0
    by = f"neps-tui:{getpass.getuser()}@{socket.gethostname()}"
    assert by in Outcome("undo", root, "--list").output


def test_doctor_mends_nothing_where_settings_forbid_changes(run_copy: CopyRun) -> None:
    root = run_copy("random-0.17")
    (root / "configs" / "config_3" / "metadata.json").write_text("{")
    settings_file().parent.mkdir(parents=True, exist_ok=True)
    settings_file().write_text("read_only = true\n")
    before = contents(root)
    refused = Outcome("doctor", root, "--fix", "--yes")
    assert refused.status == 3
    assert "read_only is set in" in refused.error
    assert contents(root) == before


def test_history_lists_every_change_the_newest_first(run_copy: CopyRun) -> None:
    root = run_copy("random-0.17")
    assert Outcome("undo", root, "--list").status == 1
    Outcome("mark", root, "5", "--corrupted", "--yes")
    Outcome("mark", root, "4", "--failed", "--yes")
    Outcome("undo", root, "--yes")

    lines = Outcome("undo", root, "--list").output.splitlines()

    assert [line.rsplit("  ", 1)[1].split()[0] for line in lines] == ["took", "undone", "can"]
    assert "neps-tui:" in lines[0]
    oldest = lines[-1].split()[0]
    assert Outcome("undo", root, oldest, "--yes").status == 0
    assert trials(root)["5"].state is State.SUCCESS
    assert Outcome("undo", root, "nosuch", "--yes").status == 1


def test_an_undo_is_refused_once_a_worker_has_taken_the_trial(run_copy: CopyRun) -> None:
    root = run_copy("random-0.17")
    crashed = [each.id for each in trials(root).values() if each.state is State.CRASHED]
    Outcome("reset", root, *crashed, "--yes")
    state = NePSState.create_or_load(root, load_only=True)
    taken = state.lock_and_read_trials()[crashed[0]]
    taken.set_evaluating(time_started=5.0, worker_id="worker_9")
    state.put_updated_trial(taken, hints="metadata")

    refused = Outcome("undo", root, "--yes")

    assert refused.status == 3
    assert "changed meanwhile" in refused.error
    assert all(trials(root)[each].state is State.PENDING for each in crashed[1:])


def test_a_run_that_may_not_be_written_is_left(run_copy: CopyRun) -> None:
    root = run_copy("random-0.17")
    unknown = Outcome("mark", root, "nosuch", "--failed", "--yes")
    assert unknown.status == 1
    assert "no trial nosuch" in unknown.error


# --- what newcomers stumbled over -----------------------------------------------------------------


def test_a_dry_run_ends_as_the_change_would(run_copy: CopyRun) -> None:
    root = run_copy("killed-0.17")

    ended = next(each.id for each in trials(root).values() if each.state is State.SUCCESS)

    assert Outcome("reset", root, ended, "--dry-run").status == 3
    assert Outcome("reset", root, ended, "--dry-run", "--force").status == 0


def test_an_undo_that_would_be_refused_says_so_before_it_asks(run_copy: CopyRun) -> None:
    root = run_copy("random-0.17")
    Outcome("mark", root, "3", "--failed", "--yes")
    Outcome("reset", root, "3", "--yes")

    change_id = Outcome("undo", root, "--list").output.splitlines()[-1].partition(" ")[0]
    told = Outcome("undo", root, change_id, "--dry-run")

    assert told.status == 3
    assert "has changed meanwhile, from failed to pending" in told.error
    assert "cannot be undone: trial 3 has changed" in Outcome("undo", root, "--list").output


def test_whoever_changes_the_budget_is_told_what_puts_it_back(run_copy: CopyRun) -> None:
    told = Outcome("budget", run_copy("random-0.17"), "--evaluations", "900", "--dry-run").output
    assert "a worker that starts later puts back the limits that its neps.run gives" in told


@pytest.mark.parametrize(
    ("command", "said"),
    [
        ("reset", "even a success, and even what a worker may still be evaluating"),
        ("remove", "and where the optimizer counts trials, whose workers would stop"),
        ("undo", "even where the optimizer counts trials, whose workers would stop"),
        ("budget", None),
    ],
)
def test_help_says_of_force_what_it_is_for(command: str, said: str | None) -> None:
    helped = " ".join(Outcome(command, "--help").output.split())
    assert ("--force" in helped) == (said is not None)
    assert said is None or said in helped


def test_a_refused_undo_tells_of_earlier_changes_that_are_not(run_copy: CopyRun) -> None:
    root = run_copy("random-0.17")
    alone = "H, or undo --list"
    Outcome("mark", root, "4", "--failed", "--yes")
    Outcome("mark", root, "3", "--failed", "--yes")
    state = NePSState.create_or_load(root, load_only=True)
    for trial_id, is_told in (("3", True), ("4", False)):
        state.lock_and_reset_trial_by_id(trial_id)
        Outcome("undo", root, "--yes")
        taken = state.lock_and_get_trial_by_id(trial_id)
        taken.set_evaluating(time_started=5.0, worker_id="worker_9")
        state.put_updated_trial(taken, hints="metadata")
        refused = Outcome("undo", root, "--yes")
        assert refused.status == 3
        assert (alone in refused.error) == is_told


def test_a_beginning_that_fits_several_changes_is_not_enough(run_copy: CopyRun) -> None:
    root = run_copy("random-0.17")
    Outcome("mark", root, "3", "--failed", "--yes")
    Outcome("mark", root, "4", "--failed", "--yes")

    told = Outcome("undo", root, "2", "--yes")

    assert told.status == 1
    assert "2 is how 2 changes begin: give more of it" in told.error
    assert "there is no change nosuch" in Outcome("undo", root, "nosuch").error


@pytest.mark.parametrize("name", ["reset", "remove"])
def test_trials_are_named_or_chosen_by_state_not_both(name: str, run_copy: CopyRun) -> None:
    root = run_copy("random-0.17")
    before = contents(root)

    told = Outcome(name, root, "5", "--state", "crashed", "--yes")

    assert (told.status, contents(root)) == (2, before)
    assert "or else" in told.error


def test_a_limit_can_be_taken_away_and_the_history_tells_it(run_copy: CopyRun) -> None:
    root = run_copy("random-0.17")
    Outcome("budget", root, "--evaluations", "500", "--yes")

    told = Outcome("budget", root, "--evaluations", "none", "--yes")

    assert "evaluations: 500 becomes no limit" in told.output
    assert (
        "budget evaluations 500 → no limit  can be undone" in Outcome("undo", root, "--list").output
    )


def test_what_a_change_of_the_best_trial_does_is_a_risk_that_is_named(run_copy: CopyRun) -> None:
    root = run_copy("random-0.17")
    best = json.loads(Outcome("status", root, "--json").output)["best"]["id"]

    marked = Outcome("mark", root, best, "--failed", "--dry-run").output
    removed = Outcome("remove", root, best, "--dry-run").output

    assert f"risk: {best} is the best so far, and stays so: NePS goes by its report" in marked
    assert f"risk: {best} is the best so far\n" in removed


def test_a_report_shows_its_cost_before_it_is_made(run_copy: CopyRun) -> None:
    root = run_copy("killed-0.17")

    told = Outcome("report", root, "11", "--objective", "0.5", "--cost", "7", "--dry-run")

    assert "objective 0.5, cost 7" in told.output


def test_a_message_that_is_cut_is_inert_to_its_end(run_copy: CopyRun) -> None:
    for name in ("hyperband-0.17", "random-0.17"):
        told = Outcome("reset", run_copy(name), "--state", "crashed", "--dry-run").output

        assert "loss is [bold]nan[/bold] at step 3" in told
        assert "red" in told
        assert not any(half in told for half in ("\x1b", "\N{SYMBOL FOR ESCAPE}", "[…", "[3…"))


# --- what is told before a change is taken back, and what a budget is ---------------------------


def test_taking_a_budget_back_that_is_overspent_names_the_risk(run_copy: CopyRun) -> None:
    root = run_copy("random-0.17")
    Outcome("budget", root, "--evaluations", "5", "--yes")
    Outcome("budget", root, "--evaluations", "500", "--yes")

    told = Outcome("undo", root, "--dry-run").output

    assert "evaluations: 500 becomes 5; " in told
    assert "evaluations are used already: workers stop" in told


def test_a_budget_that_was_changed_again_is_not_taken_back_first(run_copy: CopyRun) -> None:
    root = run_copy("random-0.17")
    for limit in ("500", "600", "500"):
        assert Outcome("budget", root, "--evaluations", limit, "--yes").status == 0
    first = Outcome("undo", root, "--list").output.splitlines()[-1].partition(" ")[0]

    told = Outcome("undo", root, first, "--yes")

    assert told.status == 3
    assert "changed again later: undo that first" in told.error
    for _ in range(3):
        assert Outcome("undo", root, "--yes").status == 0


def test_taking_an_enqueued_trial_back_tells_what_was_promoted_from_it(run_copy: CopyRun) -> None:
    root = run_copy("hyperband-0.17")
    Outcome("enqueue", root, "--like", "15_rung_3", "--config", '{"epochs": 1}', "--yes")
    (new,) = [each.id for each in trials(root).values() if each.state is State.PENDING]
    heir = trials(root)["3_rung_0"]
    heir.metadata.previous_trial_id = new
    NePSState.create_or_load(root, load_only=True).put_updated_trial(heir, hints="metadata")

    assert f"risk: 3_rung_0 was promoted from {new}" in Outcome("undo", root, "--dry-run").output


def test_evolution_loses_its_last_trial_without_harm_and_no_other(run_copy: CopyRun) -> None:
    root = run_copy("evolution-0.17")
    ids = sorted(trials(root), key=int)
    warning = "numbers trials by how many there are"
    assert warning not in Outcome("remove", root, ids[-1], "--dry-run").output
    assert warning in Outcome("remove", root, ids[0], "--dry-run").output


def test_a_budget_without_options_is_told(run_copy: CopyRun) -> None:
    root = run_copy("hyperband-0.17")
    before = contents(root)
    told = Outcome("budget", root)
    assert (told.status, contents(root)) == (0, before)
    assert "40 / 100" in told.output
    assert "worker_0: 40 / 40 evaluations" in told.output


def test_a_fidelity_that_nobody_gave_is_told(run_copy: CopyRun) -> None:
    root = run_copy("hyperband-0.17")
    config = {"learning_rate": 0.01, "weight_decay": 0.5, "optimizer": "sgd"}
    told = Outcome("enqueue", root, "--config", json.dumps(config), "--dry-run").output
    assert "epochs = 1, as none was given" in told
    given = json.dumps(config | {"epochs": 1})
    assert "none was given" not in Outcome("enqueue", root, "--config", given, "--dry-run").output


def test_a_value_out_of_bounds_says_of_which(run_copy: CopyRun) -> None:
    root = run_copy("hyperband-0.17")
    config = json.dumps({"learning_rate": 5, "epochs": 1})
    told = Outcome("enqueue", root, "--like", "3_rung_0", "--config", config, "--dry-run")
    assert told.status == 2
    assert "learning_rate: 5 is out of bounds (float 1e-5 … 0.1, log)" in told.error


# --- what an audit found -------------------------------------------------------------------------


def test_an_undo_leaves_another_trial_that_came_to_the_same_id(run_copy: CopyRun) -> None:
    root = run_copy("random-0.17")

    def enqueue(rate: float) -> str:
        config = json.dumps({"learning_rate": rate, "weight_decay": 0.5, "optimizer": "sgd"})
        known = trials(root).keys()
        assert Outcome("enqueue", root, "--config", config, "--yes").status == 0
        (new,) = trials(root).keys() - known
        return new

    first = enqueue(0.01)
    change_id = Outcome("undo", root, "--list").output.partition(" ")[0]
    Outcome("remove", root, first, "--yes")
    assert enqueue(0.02) == first

    refused = Outcome("undo", root, change_id, "--yes")

    assert refused.status == 3
    assert trials(root)[first].config["learning_rate"] == 0.02


def test_a_change_of_a_trial_that_was_changed_again_is_not_taken_back_first(
    run_copy: CopyRun,
) -> None:
    root = run_copy("random-0.17")
    for words in (("reset", "1", "--force"), ("report", "1", "--objective", "0.5"), ("reset", "1")):
        assert Outcome(words[0], root, *words[1:], "--force", "--yes").status == 0
    first = Outcome("undo", root, "--list").output.splitlines()[-1].partition(" ")[0]

    told = Outcome("undo", root, first, "--yes")

    assert told.status == 3
    assert "undo that first" in told.error
    state = NePSState.create_or_load(root, load_only=True)
    with pytest.raises(StateChangedError, match="undo that first"):
        state.lock_and_undo(first)
    for _ in range(3):
        assert Outcome("undo", root, "--yes").status == 0


@pytest.mark.parametrize("run", ["random-0.17", "hyperband-0.17"])
def test_a_run_without_trials_takes_what_it_is_given(run: str, run_copy: CopyRun) -> None:
    other, root = DATA / run, run_copy(run)
    for path in (root / "configs").iterdir():
        if path.is_dir():
            shutil.rmtree(path)
    (root / "configs/.trial_cache.pkl").unlink()

    told = Outcome("import", root, other, "--dry-run")

    assert told.status == 0, told.error
    assert "learning_rate" in told.output


def test_a_table_of_a_spreadsheet_is_read(run_copy: CopyRun, tmp_path: Path) -> None:
    table = tmp_path / "more.csv"
    table.write_text(
        "learning_rate,weight_decay,optimizer,objective\n0.01,0.5,sgd,0.4\n", encoding="utf-8-sig"
    )
    told = Outcome("import", run_copy("random-0.17"), table, "--dry-run")
    assert "1 evaluation" in told.output
    assert "skipped" not in told.output


CONFIG = '{"learning_rate": 0.01, "weight_decay": 0.5, "optimizer": "sgd"}'


@pytest.mark.parametrize(
    "content",
    [
        f'{{"config": {CONFIG}, "objective": 1{"0" * 400}}}',
        f'{{"config": {CONFIG}, "objective": "{"[" * 100_000}"}}',
        f'{{"config": {CONFIG}, "objective": 0.1, "cost": -5}}',
        f'{{"config": {CONFIG}, "objective": 0.1, "cost": NaN}}',
        f"learning_rate,objective\n{'9' * 200_000},0.1\n",
    ],
    ids=["a huge number", "a deep text", "a negative cost", "no cost", "a huge cell"],
)
def test_a_file_that_makes_no_sense_is_refused_in_a_line(
    content: str, run_copy: CopyRun, tmp_path: Path
) -> None:
    source = tmp_path / "more"
    source.write_text(content)
    told = Outcome("import", run_copy("random-0.17"), source, "--yes")
    assert told.status in (1, 2)
    assert "Traceback" not in told.error


def test_a_pipe_is_not_waited_for(run_copy: CopyRun, tmp_path: Path) -> None:
    pipe = tmp_path / "pipe"
    os.mkfifo(pipe)
    told = Outcome("import", run_copy("random-0.17"), pipe, "--yes")
    assert told.status == 2
    assert "is no file" in told.error


@pytest.mark.parametrize("number", [("--cost", "nan"), ("--cost=-1",), ("--objective=-inf",)])
def test_a_report_takes_no_number_that_none_can_be(
    number: tuple[str, ...], run_copy: CopyRun
) -> None:
    root = run_copy("killed-0.17")
    before = contents(root)
    objective = () if number[0].startswith("--objective") else ("--objective", "0.5")
    told = Outcome("report", root, "11", *objective, *number, "--yes")
    assert (told.status, contents(root)) == (2, before)


@pytest.mark.parametrize(
    "words",
    [
        ("remove", "10"),
        ("report", "10", "--objective", "0.5"),
        ("mark", "10", "--failed"),
        ("mark", "10", "--corrupted"),
    ],
    ids=" ".join,
)
def test_what_a_worker_may_be_evaluating_is_changed_only_with_force(
    words: tuple[str, ...], run_copy: CopyRun
) -> None:
    root = run_copy("killed-0.17")
    before = contents(root)

    refused = Outcome(words[0], root, *words[1:], "--yes")

    assert (refused.status, contents(root)) == (3, before)
    assert "may still be evaluating 10" in refused.output + refused.error
    assert Outcome(words[0], root, *words[1:], "--force", "--yes").status == 0
