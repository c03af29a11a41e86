"""What a person changes in a run: each edit, and that it can be taken back."""

from __future__ import annotations

import json
import math
import os
import re
import shutil
import time
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest

from neps_state import (
    ErrDump,
    NePSError,
    NePSState,
    NothingToUndoError,
    OptimizerInfo,
    State,
    Trial,
    UnreadableError,
)
from neps_state.decisions import (
    adding,
    budgeting,
    dropping,
    marking,
    removing,
    reporting,
    resetting,
)
from neps_state.edit import Edit
from neps_state.editing import LIMITS
from neps_state.given import Evaluated
from neps_state.history import History
from neps_state.layout import RunLayout
from neps_state.locks import FileLocker
from neps_state.reader import RunReader
from neps_state.trial_ids import NewTrialIds, given_again

BY = "neps-tui:ada@lab"
CopyRun = Callable[[str], Path]


def trials(state: NePSState) -> dict[str, Trial]:
    return state.lock_and_read_trials()


def errors(state: NePSState) -> list[Any]:
    return state.lock_and_get_errors().errs


def limits(state: NePSState) -> dict[str, float | None]:
    return dict(zip(LIMITS, state.lock_and_get_global_budgets(), strict=True))


@dataclass
class Made:
    """An edit of the run of `make.mixed`, and what must be so once it is made."""

    edit: Callable[[NePSState], Edit]
    holds: Callable[[NePSState], bool]


def report_five(state: NePSState) -> Edit:
    return reporting(trials(state)["5"], errors(state), objective=[0.25], by=BY, now=9.0)


def crash_five(state: NePSState) -> Edit:
    return reporting(trials(state)["5"], errors(state), message="node lost", by=BY, now=9.0)


EDITS = {
    "reset": Made(
        lambda state: resetting([trials(state)["2"], trials(state)["4"]], errors(state)),
        lambda state: (
            {trials(state)[each].state for each in ("2", "4")} == {State.PENDING}
            and not errors(state)
        ),
    ),
    "remove": Made(
        lambda state: removing([trials(state)["2"], trials(state)["6"]], errors(state)),
        lambda state: trials(state).keys() == {"1", "3", "4", "5"} and len(errors(state)) == 1,
    ),
    "report": Made(
        report_five,
        lambda state: trials(state)["5"].report is not None and len(errors(state)) == 2,
    ),
    "report a crash": Made(
        crash_five,
        lambda state: (
            trials(state)["5"].state is State.CRASHED and errors(state)[-1].err == "node lost"
        ),
    ),
    "mark": Made(
        lambda state: marking([trials(state)["1"]], State.CORRUPTED, now=9.0),
        lambda state: trials(state)["1"].state is State.CORRUPTED,
    ),
    "errors": Made(
        lambda state: dropping(errors(state)[:1]),
        lambda state: [row.trial_id for row in errors(state)] == ["4"],
    ),
    "budget": Made(
        lambda state: budgeting(limits(state), {"total_cost_to_spend": 7.5}),
        lambda state: state.lock_and_get_global_budgets()[1] == 7.5,
    ),
}


def everything(state: NePSState) -> tuple[Any, ...]:
    """All that NePS reads of a run, by the cache and by the trials' own files."""
    known = trials(state)
    by_files = {each: state.lock_and_get_trial_by_id(each) for each in state.all_trial_ids()}
    return (
        {each: plain(trial) for each, trial in known.items()},
        {each: plain(trial) for each, trial in by_files.items()},
        sorted(map(repr, errors(state))),
        state.lock_and_get_global_budgets(),
    )


def plain(trial: Trial) -> tuple[object, ...]:
    report = None if trial.report is None else vars(trial.report) | {"err": str(trial.report.err)}
    return dict(trial.config), vars(trial.metadata), report


@pytest.mark.parametrize("name", EDITS)
def test_an_edit_is_made_and_taken_back_without_a_trace(name: str, mixed_run: NePSState) -> None:
    before = everything(mixed_run)

    changed = mixed_run.lock_and_edit(EDITS[name].edit(mixed_run), force=True)

    assert changed.refused == {}
    assert EDITS[name].holds(mixed_run)
    assert everything(mixed_run) != before
    undone = mixed_run.lock_and_undo()
    assert undone.refused == {}
    assert everything(mixed_run) == before
    with pytest.raises(NothingToUndoError):
        mixed_run.lock_and_undo()


def test_what_a_pipeline_wrote_comes_back_with_its_trial(mixed_run: NePSState) -> None:
    log = mixed_run.path / "configs/config_2/train.log"
    log.write_text("epoch 1")
    mixed_run.lock_and_edit(removing([trials(mixed_run)["2"]], errors(mixed_run)))
    assert not log.exists()

    mixed_run.lock_and_undo()

    assert log.read_text() == "epoch 1"


def test_an_undo_is_refused_where_anything_has_changed_since(
    mixed_run: NePSState, make: Any
) -> None:
    seen = trials(mixed_run)
    mixed_run.lock_and_edit(resetting([seen["2"], seen["4"]], errors(mixed_run)))
    taken = trials(mixed_run)["2"]
    taken.set_evaluating(time_started=5.0, worker_id="worker_9")
    mixed_run.put_updated_trial(taken, hints="metadata")
    before = everything(mixed_run)

    undone = mixed_run.lock_and_undo()

    assert undone.done == ()
    assert set(undone.refused) == {"2"}
    assert "changed meanwhile" in undone.refused["2"]
    assert everything(mixed_run) == before
    assert len(mixed_run.history.undoable()) == 1


def test_changes_are_taken_back_one_by_one_the_last_first(mixed_run: NePSState) -> None:
    start = everything(mixed_run)
    mixed_run.lock_and_edit(resetting([trials(mixed_run)["2"]], errors(mixed_run)))
    middle = everything(mixed_run)
    mixed_run.lock_and_edit(removing([trials(mixed_run)["4"]], errors(mixed_run)))

    mixed_run.lock_and_undo()
    assert everything(mixed_run) == middle
    mixed_run.lock_and_undo()
    assert everything(mixed_run) == start


def test_an_older_change_is_taken_back_by_its_id(mixed_run: NePSState) -> None:
    reset = mixed_run.lock_and_edit(resetting([trials(mixed_run)["2"]], errors(mixed_run)))
    mixed_run.lock_and_edit(removing([trials(mixed_run)["4"]], errors(mixed_run)))
    assert reset.change_id is not None

    mixed_run.lock_and_undo(reset.change_id)

    assert trials(mixed_run)["2"].state is State.CRASHED
    assert "4" not in trials(mixed_run)


def test_history_tells_what_was_done_when_and_by_whom(mixed_run: NePSState) -> None:
    mixed_run.lock_and_edit(resetting([trials(mixed_run)["2"]], errors(mixed_run)))
    mixed_run.lock_and_undo()

    reset, undo = mixed_run.history.changes()

    assert (reset.action, reset.trial_ids) == ("reset", ("2",))
    assert (undo.action, undo.undoes) == ("undo", reset.id)
    assert abs(reset.time - time.time()) < 60
    assert reset.by.startswith("neps-tui:")
    assert "@" in reset.by


def test_what_is_old_or_large_is_forgotten(mixed_run: NePSState) -> None:
    history = mixed_run.history
    for _ in range(3):
        mixed_run.lock_and_edit(resetting([trials(mixed_run)["2"]], errors(mixed_run)))
        mixed_run.lock_and_undo()
    aged = {0: 40.0, 2: 10.0, 3: 3.0}
    for place, days in aged.items():
        fields_path = history.changes()[place].directory / "change.json"
        fields = json.loads(fields_path.read_text())
        fields |= {"time": time.time() - days * 86400, "bytes": 1 << 30}
        fields_path.write_text(json.dumps(fields))
    kept = [change.id for change in history.changes()]

    mixed_run.lock_and_edit(resetting([trials(mixed_run)["4"]], errors(mixed_run)))

    # Over 30 days goes; over 7 days goes as there is more than a gigabyte; three days stay.
    assert [change.id for change in history.changes()][:-1] == [kept[1], *kept[3:]]


def test_a_change_that_cannot_be_read_any_more_once_the_locks_are_had_is_not_taken_back(
    mixed_run: NePSState,
) -> None:
    mixed_run.lock_and_edit(resetting([trials(mixed_run)["2"]], errors(mixed_run)))
    (change,) = mixed_run.history.changes()
    held = FileLocker(RunLayout(mixed_run.path).trial_lock, poll=0.1, timeout=5)
    with ThreadPoolExecutor() as threads, held.lock():
        undone = threads.submit(mixed_run.lock_and_undo)
        time.sleep(0.3)  # by then it waits for the lock
        (change.directory / "change.json").write_bytes(b"")

    with pytest.raises(NothingToUndoError, match="cannot be read any more"):
        undone.result()
    assert trials(mixed_run)["2"].state is State.PENDING


def test_a_damaged_change_is_not_taken_back(mixed_run: NePSState) -> None:
    mixed_run.lock_and_edit(resetting([trials(mixed_run)["2"]], errors(mixed_run)))
    (change,) = mixed_run.history.changes()
    (change.directory / "trials.pkl").write_bytes(b"\x80\x05K\x01.")
    before = everything(mixed_run)

    with pytest.raises(UnreadableError):
        mixed_run.lock_and_undo()

    assert everything(mixed_run) == before


def test_only_rows_that_were_dropped_come_back(mixed_run: NePSState) -> None:
    first = errors(mixed_run)[0]
    mixed_run.lock_and_edit(dropping([first]))
    mixed_run.lock_and_undo()
    assert sorted(map(repr, errors(mixed_run))) == sorted(
        map(repr, ErrDump([*errors(mixed_run)]).errs)
    )
    assert sum(row == first for row in errors(mixed_run)) == 1


# --- adding trials -------------------------------------------------------------------------------


def test_an_enqueued_config_waits_for_a_worker_and_is_signed(mixed_run: NePSState) -> None:
    changed = mixed_run.lock_and_enqueue([{"lr": 0.5}], by=BY)

    (trial_id,) = changed.done
    trial = trials(mixed_run)[trial_id]
    assert trial_id == "7"
    assert (trial.state, trial.config) == (State.PENDING, {"lr": 0.5})
    assert trial.metadata.sampling_worker_id == BY
    assert mixed_run.lock_and_get_trial_by_id(trial_id) == trial
    mixed_run.lock_and_undo()
    assert trial_id not in trials(mixed_run)
    assert trial_id not in mixed_run.all_trial_ids()


def test_an_enqueued_config_that_a_worker_has_taken_stays(mixed_run: NePSState) -> None:
    (trial_id,) = mixed_run.lock_and_enqueue([{"lr": 0.5}], by=BY).done
    taken = trials(mixed_run)[trial_id]
    taken.set_evaluating(time_started=5.0, worker_id="worker_9")
    mixed_run.put_updated_trial(taken, hints="metadata")

    assert set(mixed_run.lock_and_undo().refused) == {trial_id}
    assert trials(mixed_run)[trial_id].state is State.EVALUATING


def test_what_was_evaluated_elsewhere_is_imported_at_once(mixed_run: NePSState) -> None:
    before = everything(mixed_run)
    evaluated = [Evaluated({"lr": 0.3}, [1]), Evaluated({"lr": 0.4}, [0.2, 3], cost=2.0)]

    changed = mixed_run.lock_and_import(evaluated, by=BY)

    assert changed.done == ("7", "8")
    one, other = (trials(mixed_run)[each] for each in changed.done)
    assert one.state is other.state is State.EXTERNAL
    assert one.report is not None
    assert type(one.report.objective_to_minimize) is float
    assert other.report is not None
    assert other.report.objective_to_minimize == [0.2, 3.0]
    assert math.isnan(one.metadata.time_sampled)
    files = mixed_run.lock_and_get_trial_by_id("8")
    assert files.report == other.report
    mixed_run.lock_and_undo()
    assert everything(mixed_run) == before


@pytest.mark.parametrize(
    ("name", "fidelity", "expected"),
    [
        ("hyperband-0.17", {"epochs": 3}, r"\d+_rung_1"),
        ("asha-0.17", {"epochs": 27}, r"\d+_rung_3"),
        ("primo-0.17", {"epochs": 1}, r"\d+_rung_0"),
        ("architecture-0.17", {"ENVIRONMENT__epochs": 9}, r"\d+_rung_2"),
        ("hyperband-0.16", {"epochs": 1}, r"\d+_rung_0"),
        ("random-0.17", {}, r"\d+"),
        ("evolution-0.17", {}, r"11"),
        ("bayesian-0.17", {}, r"\d+"),
        ("random-0.13", {}, r"\d+"),
    ],
)
def test_new_ids_are_such_as_the_optimizer_gives(
    name: str, fidelity: dict[str, int], expected: str, copy_run: CopyRun
) -> None:
    root = copy_run(name)
    state = NePSState.create_or_load(root, load_only=True)
    like = next(iter(trials(state).values()))

    changed = state.lock_and_enqueue([{**like.config, **fidelity}], by=BY)

    (trial_id,) = changed.done
    numbers = [int(each.partition("_")[0]) for each in trials(state) if each != trial_id]
    assert int(trial_id.partition("_")[0]) == max(numbers) + 1
    assert re.fullmatch(expected, trial_id)
    assert RunReader(root).poll().trials[trial_id].state is State.PENDING


def test_a_fidelity_of_no_rung_is_refused(copy_run: CopyRun) -> None:
    state = NePSState.create_or_load(copy_run("hyperband-0.17"), load_only=True)
    like = next(iter(trials(state).values()))
    before = everything(state)

    with pytest.raises(NePSError, match="epochs must be that of a rung: 1, 3, 9, 27; not 5"):
        state.lock_and_enqueue([{**like.config, "epochs": 5}], by=BY)

    assert everything(state) == before


def test_what_numbers_trials_by_their_count_finds_the_next_number_free() -> None:
    info = OptimizerInfo(name="neps_regularized_evolution", info={})
    known: dict[str, Any] = {"1": None, "2": None, "4": None}
    ids = NewTrialIds(info, known, None)
    assert [ids.next({}), ids.next({})] == ["3", "5"]
    assert NewTrialIds(OptimizerInfo(name="grid_search", info={}), known, None).next({}) == "5"


def test_what_others_did_to_a_trial_is_not_taken_for_a_change_that_a_kill_prevented(
    mixed_run: NePSState,
) -> None:
    crashed = [each for each in trials(mixed_run).values() if each.state is State.CRASHED]
    assert len(crashed) >= 2
    mixed_run.history.begin(resetting(crashed, errors(mixed_run)))
    crashed[0].metadata.state = State.FAILED
    mixed_run.put_updated_trial(crashed[0], hints="metadata")

    mixed_run.lock_and_finish_changes()

    assert mixed_run.history.changes() == []
    assert trials(mixed_run)[crashed[1].id].state is State.CRASHED


def test_it_is_known_which_removed_trial_gives_its_id_to_the_next() -> None:
    plain = OptimizerInfo(name="random_search", info={})
    known: dict[str, Any] = {"1": None, "2": None, "3": None}
    assert given_again(plain, known, ["3"]) == "3"
    assert given_again(plain, known, ["2"]) is None
    assert given_again(plain, known, ["2", "3"]) == "2"
    rungs: dict[str, Any] = {"1_rung_0": None, "2_rung_0": None, "2_rung_1": None}
    assert given_again(plain, rungs, ["2_rung_1"]) is None
    assert given_again(plain, rungs, ["2_rung_0", "2_rung_1"]) == "2_rung_0"


# --- refusals ------------------------------------------------------------------------------------


def test_trials_that_are_not_as_seen_are_left_and_the_others_edited(mixed_run: NePSState) -> None:
    seen = trials(mixed_run)
    mixed_run.lock_and_remove_trial_by_id("1")

    changed = mixed_run.lock_and_edit(
        removing([seen["1"], seen["2"], seen["5"]], errors(mixed_run))
    )

    assert changed.done == ("2",)
    assert "no longer in the run" in changed.refused["1"]
    assert "may still be evaluating" in changed.refused["5"]


@pytest.mark.parametrize(
    ("trial_id", "what", "value"),
    [
        ("5", "evaluating_worker_id", "worker_1"),
        ("1", "time_started", 7.0),
        ("1", "time_end", 7.0),
        ("1", "time_sampled", 7.0),
        ("1", "state", State.FAILED),
        ("1", "objective_to_minimize", 0.75),
    ],
)
def test_a_trial_that_anybody_has_touched_since_it_was_seen_is_left(
    mixed_run: NePSState, trial_id: str, what: str, value: object
) -> None:
    edit = removing([trials(mixed_run)[trial_id]], errors(mixed_run))
    touched = trials(mixed_run)[trial_id]
    assert hasattr(touched.metadata, what) != hasattr(touched.report, what)
    setattr(touched.metadata if hasattr(touched.metadata, what) else touched.report, what, value)
    mixed_run.put_updated_trial(touched)

    changed = mixed_run.lock_and_edit(edit, force=True)

    assert changed.done == ()
    assert "changed meanwhile" in changed.refused[trial_id]
    assert trial_id in trials(mixed_run)


def test_a_budget_that_somebody_else_has_changed_is_left(mixed_run: NePSState) -> None:
    edit = budgeting(limits(mixed_run), {"total_cost_to_spend": 9.0})
    mixed_run.lock_and_update_global_budgets(
        total_evaluations_to_spend=None, total_cost_to_spend=3.0, total_fidelities_to_spend=None
    )
    changed = mixed_run.lock_and_edit(edit)

    assert set(changed.refused) == {"budget"}
    assert mixed_run.lock_and_get_global_budgets() == (100, 3.0, None)


def test_an_edit_of_nothing_leaves_no_history(mixed_run: NePSState) -> None:
    changed = mixed_run.lock_and_edit(dropping([]))
    assert (changed.done, changed.change_id) == ((), None)
    assert mixed_run.history.changes() == []


def test_a_report_has_an_objective_or_a_message(mixed_run: NePSState) -> None:
    trial = trials(mixed_run)["5"]
    for given in ({}, {"objective": [1.0], "message": "both"}):
        with pytest.raises(ValueError, match="either an objective or a message"):
            reporting(trial, [], by=BY, now=1.0, **given)  # type: ignore[arg-type]


# --- kills ---------------------------------------------------------------------------------------


def test_what_a_kill_left_before_a_change_had_begun_is_swept(mixed_run: NePSState) -> None:
    left = RunLayout(mixed_run.path).backups / ".begun-20260101T000000.000000Z-reset-1"
    left.mkdir(parents=True)
    (left / "trials.pkl").write_bytes(b"\x80")

    mixed_run.lock_and_edit(resetting([trials(mixed_run)["2"]], errors(mixed_run)))

    assert not left.exists()


def test_a_begun_change_that_cannot_be_read_is_left_alone(mixed_run: NePSState) -> None:
    mixed_run.lock_and_edit(resetting([trials(mixed_run)["2"]], errors(mixed_run)))
    (change,) = mixed_run.history.changes()
    begun = change.directory.with_name(f".begun-{change.id}")
    shutil.copytree(change.directory, begun)
    (begun / "trials.pkl").write_bytes(b"")

    mixed_run.lock_and_finish_changes()

    assert begun.exists()
    assert [each.id for each in History(RunLayout(mixed_run.path)).begun()] == [change.id]
    assert os.listdir(begun)


def test_adding_and_removing_are_opposites(mixed_run: NePSState) -> None:
    edit = adding("import", [trials(mixed_run)["1"]])
    assert edit.turned_round("x").turned_round("y").trials == edit.trials
