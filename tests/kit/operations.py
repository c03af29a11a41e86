"""What can be done to the run of `RunMaker.mixed`, each to be cut short and to be done again."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any

from neps_state import NePSState, State
from neps_state.decisions import dropping, marking, removing, reporting
from neps_state.given import Evaluated


@dataclass
class Operation:
    """Something done to the run of `make.mixed`.

    Attributes:
        run: Does it, or does it again.
        touches: Ids of the trials it changes.
        states: What these may be in while it is being done.
        check: Whether it was done in the end.
        is_action: Whether it is what a person does, by an edit, rather than what a worker does.
    """

    run: Callable[[NePSState, Any], object]
    touches: frozenset[str] = frozenset()
    states: frozenset[State] = frozenset()
    check: Callable[[NePSState], bool] = field(default=lambda state: True)
    is_action: bool = True


def reset_two(state: NePSState, make: Any) -> None:
    trials = state.lock_and_read_trials()
    if any(trials[each].state is not State.PENDING for each in ("2", "4")):
        state.lock_and_reset_trials([trials["2"], trials["4"]], force=True)
    else:
        for trial_id in ("2", "4"):
            state.lock_and_reset_trial_by_id(trial_id)


def report_crash(state: NePSState, make: Any) -> None:
    trial = state.lock_and_read_trials()["5"]
    make.evaluate(state, trial, err=RuntimeError("late crash"))


def remove_one(state: NePSState, make: Any) -> None:
    if "2" in state.lock_and_read_trials():
        state.lock_and_remove_trial_by_id("2")
    else:
        state.lock_and_finish_changes()


def enqueue_two(state: NePSState, make: Any) -> None:
    state.lock_and_finish_changes()
    if len(state.lock_and_read_trials()) < 8:
        state.lock_and_enqueue([{"lr": 0.5}, {"lr": 0.6}], by="ada")


def bring_in_two(state: NePSState, make: Any) -> None:
    state.lock_and_finish_changes()
    if len(state.lock_and_read_trials()) < 8:
        state.lock_and_import(
            [Evaluated({"lr": 0.5}, [0.1]), Evaluated({"lr": 1.0}, [2])], by="ada"
        )


def tell_of_a_crash(state: NePSState, make: Any) -> None:
    state.lock_and_finish_changes()
    trial = state.lock_and_read_trials()["5"]
    if trial.report is None:
        edit = reporting(trial, [], message="node lost", by="ada", now=9.0)
        state.lock_and_edit(edit, force=True)


def mark_two(state: NePSState, make: Any) -> None:
    state.lock_and_finish_changes()
    trials = state.lock_and_read_trials()
    if trials["1"].state is not State.CORRUPTED:
        state.lock_and_edit(marking([trials["1"], trials["3"]], State.CORRUPTED, now=9.0))


def tell_of_a_result(state: NePSState, make: Any) -> None:
    state.lock_and_finish_changes()
    trial = state.lock_and_read_trials()["5"]
    if trial.report is None:
        edit = reporting(trial, [], objective=[0.25], cost=2.0, by="ada", now=9.0)
        state.lock_and_edit(edit, force=True)


def mark_as_failed(state: NePSState, make: Any) -> None:
    state.lock_and_finish_changes()
    trials = state.lock_and_read_trials()
    if trials["1"].state is not State.FAILED:
        state.lock_and_edit(marking([trials["1"], trials["3"]], State.FAILED, now=9.0))


def reset_and_undo(state: NePSState, make: Any) -> None:
    state.lock_and_finish_changes()
    if not state.history.changes():
        trials = state.lock_and_read_trials()
        state.lock_and_reset_trials([trials["2"], trials["4"]])
    if state.history.undoable():
        state.lock_and_undo()


def enqueue_and_undo(state: NePSState, make: Any) -> None:
    state.lock_and_finish_changes()
    if not state.history.changes():
        state.lock_and_enqueue([{"lr": 0.5}, {"lr": 0.6}], by="ada")
    if state.history.undoable():
        state.lock_and_undo()


def drop_errors(state: NePSState, make: Any) -> None:
    state.lock_and_edit(dropping(state.lock_and_get_errors().errs))


def remove_and_undo(state: NePSState, make: Any) -> None:
    state.lock_and_finish_changes()
    if not state.history.changes():
        trials = state.lock_and_read_trials()
        state.lock_and_edit(removing([trials["2"]], state.lock_and_get_errors().errs))
    if state.history.undoable():
        state.lock_and_undo()


def raise_budget(state: NePSState, make: Any) -> None:
    state.lock_and_update_global_budgets(
        total_evaluations_to_spend=777, total_cost_to_spend=None, total_fidelities_to_spend=None
    )


@dataclass
class Imported:
    id: str
    config: dict[str, Any]
    result: dict[str, Any]


def import_two(state: NePSState, make: Any) -> None:
    known = state.lock_and_read_trials()
    new = [
        Imported(trial_id, {"lr": 0.3}, {"objective_to_minimize": 0.2, "cost": 2.0})
        for trial_id in ("i1", "i2", "i3", "i4")
        if trial_id not in known
    ]
    state.lock_and_import_trials(new[:2], worker_id="importer")


OPERATIONS = {
    "reset": Operation(
        reset_two,
        frozenset({"2", "4"}),
        frozenset({State.CRASHED, State.PENDING}),
        lambda state: (
            {state.lock_and_read_trials()[each].state for each in ("2", "4")} == {State.PENDING}
            and not state.lock_and_get_errors().of_trials({"2", "4"})
        ),
    ),
    "report": Operation(
        report_crash,
        frozenset({"5"}),
        frozenset({State.EVALUATING, State.CRASHED}),
        lambda state: (
            bool(state.lock_and_get_errors().of_trials({"5"}))
            and state.lock_and_get_trial_by_id("5").report is not None
        ),
        is_action=False,
    ),
    "sample": Operation(
        lambda state, make: make.sample(state, 3),
        check=lambda state: len(state.lock_and_read_trials()) >= 9,
        is_action=False,
    ),
    "import": Operation(
        import_two,
        check=lambda state: len(state.lock_and_read_trials()) >= 8,
        is_action=False,
    ),
    "remove": Operation(
        remove_one,
        frozenset({"2"}),
        frozenset({State.CRASHED}),
        lambda state: (
            "2" not in state.lock_and_read_trials()
            and not state.lock_and_get_errors().of_trials({"2"})
        ),
    ),
    "enqueue": Operation(enqueue_two, check=lambda state: len(state.lock_and_read_trials()) == 8),
    "import as a change": Operation(
        bring_in_two, check=lambda state: len(state.lock_and_read_trials()) == 8
    ),
    "tell of a crash": Operation(
        tell_of_a_crash,
        frozenset({"5"}),
        frozenset({State.EVALUATING, State.CRASHED}),
        lambda state: (
            len(state.lock_and_get_errors().of_trials({"5"})) == 1
            and state.lock_and_get_trial_by_id("5").report is not None
        ),
    ),
    "mark": Operation(
        mark_two,
        frozenset({"1", "3"}),
        frozenset({State.SUCCESS, State.CORRUPTED}),
        lambda state: (
            {state.lock_and_get_trial_by_id(each).state for each in ("1", "3")} == {State.CORRUPTED}
        ),
    ),
    "tell of a result": Operation(
        tell_of_a_result,
        frozenset({"5"}),
        frozenset({State.EVALUATING, State.SUCCESS}),
        lambda state: (
            state.lock_and_get_trial_by_id("5").report == state.lock_and_read_trials()["5"].report
            and state.lock_and_read_trials()["5"].state is State.SUCCESS
        ),
    ),
    "mark as failed": Operation(
        mark_as_failed,
        frozenset({"1", "3"}),
        frozenset({State.SUCCESS, State.FAILED}),
        lambda state: (
            {state.lock_and_get_trial_by_id(each).state for each in ("1", "3")} == {State.FAILED}
        ),
    ),
    "reset and undo": Operation(
        reset_and_undo,
        frozenset({"2", "4"}),
        frozenset({State.CRASHED, State.PENDING}),
        lambda state: (
            {state.lock_and_get_trial_by_id(each).state for each in ("2", "4")} == {State.CRASHED}
            and len(state.lock_and_get_errors().of_trials({"2", "4"})) == 2
            and state.history.undoable() == []
        ),
    ),
    "enqueue and undo": Operation(
        enqueue_and_undo,
        check=lambda state: (
            len(state.lock_and_read_trials()) == 6 and state.history.undoable() == []
        ),
    ),
    "drop errors": Operation(
        drop_errors,
        frozenset({"2", "4"}),
        frozenset({State.CRASHED}),
        lambda state: state.lock_and_get_errors().empty(),
    ),
    "remove and undo": Operation(
        remove_and_undo,
        frozenset({"2"}),
        frozenset({State.CRASHED}),
        lambda state: (
            state.lock_and_get_trial_by_id("2") == state.lock_and_read_trials()["2"]
            and len(state.lock_and_get_errors().of_trials({"2"})) == 1
            and state.history.undoable() == []
        ),
    ),
    "budget": Operation(
        raise_budget, check=lambda state: state.lock_and_get_global_budgets()[0] == 777
    ),
    "worker": Operation(
        lambda state, make: state.lock_and_set_new_worker_id(),
        check=lambda state: bool(state.lock_and_get_optimizer_state().worker_ids),
        is_action=False,
    ),
}
