"""NePSState: everything a worker or a person does to a run, each under the locks it needs.

Locks are taken in the order optimizer, trials, errors, always. What only looks never waits for
the optimizer lock longer than it must: workers hold it for as long as sampling takes.
"""

from __future__ import annotations

import os
import time
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any, Self, TypeVar, overload

from neps_state.decisions import Errors, adding, budgeting, removing, resetting
from neps_state.edit import Changed, Edit
from neps_state.editing import Editor
from neps_state.errors import ErrDump, SerializableTrialError, add_errors, read_errors
from neps_state.exceptions import (
    NePSError,
    NothingToUndoError,
    StateChangedError,
    TrialNotFoundError,
    UnreadableError,
)
from neps_state.fidelity import fidelity_key
from neps_state.files import read_bytes, replace_file
from neps_state.given import Evaluated, GivenConfigs
from neps_state.history import Change, History
from neps_state.layout import RunLayout
from neps_state.locks import FileLocker
from neps_state.mending import Mender
from neps_state.optimizer import AskFunction, BudgetInfo, OptimizationState, OptimizerInfo
from neps_state.pickles import dump_state, load_real, picklable_error
from neps_state.repo import TrialRepo
from neps_state.run_files import (
    check_same_run,
    create_run,
    read_optimizer_info,
    read_optimizer_state,
    read_pipeline_space,
)
from neps_state.sampling import sample
from neps_state.space import space_tree
from neps_state.stand_in import class_name_of
from neps_state.trial import ImportedConfig, Report, State, Trial
from neps_state.trial_files import TrialWriteHint
from neps_state.trial_ids import NewTrialIds

T = TypeVar("T")

_UNSAFE_RETRIES = 10
_UNSAFE_RETRY_WAIT = 0.1


@dataclass
class NePSState:
    """The state of one run, shared through its directory with every worker.

    Made by `create_or_load`. Two states are equal if they are of the same run and their pipeline
    spaces have the same pickle.
    """

    path: Path

    _trial_lock: FileLocker = field(repr=False)
    _trial_repo: TrialRepo = field(repr=False)

    _optimizer_lock: FileLocker = field(repr=False)

    _optimizer_info_path: Path = field(repr=False)
    _optimizer_info: OptimizerInfo = field(repr=False)

    _optimizer_state_path: Path = field(repr=False)
    _optimizer_state: OptimizationState = field(repr=False)

    _pipeline_space_path: Path = field(repr=False)

    _err_lock: FileLocker = field(repr=False)
    _shared_errors_path: Path = field(repr=False)
    _shared_errors: ErrDump = field(repr=False)

    _pipeline_space: Any = field(repr=False, default=None)

    def __eq__(self, other: object) -> bool:
        if not isinstance(other, NePSState):
            return NotImplemented
        mine, theirs = dict(vars(self)), dict(vars(other))
        my_space, their_space = mine.pop("_pipeline_space"), theirs.pop("_pipeline_space")
        return mine == theirs and dump_state(my_space) == dump_state(their_space)

    __hash__ = None  # type: ignore[assignment]  # mutable, as every dataclass with __eq__

    @classmethod
    def create_or_load(
        cls,
        path: Path,
        *,
        load_only: bool = False,
        optimizer_info: OptimizerInfo | None = None,
        optimizer_state: OptimizationState | None = None,
        pipeline_space: Any = None,
    ) -> Self:
        """The state of the run at `path`, which is made if there is none.

        Args:
            path: The run's root directory.
            load_only: Whether to make nothing.
            optimizer_info: Who optimizes; needed unless `load_only`.
            optimizer_state: What a new run starts from; needed unless `load_only`.
            pipeline_space: The search space, stored with its class where that is `__main__`'s.

        Raises:
            FileNotFoundError: `load_only`, and there is no run.
            NePSError: The run is another optimizer's, or searches another space.
            UnreadableError: A file of the run cannot be read.
            ValueError: Something is needed that was not given.
        """
        layout = RunLayout(path.absolute().resolve())
        if load_only:
            if not layout.is_run():
                raise FileNotFoundError(f"there is no NePS run at {layout.root}")
        elif optimizer_info is None or optimizer_state is None:
            raise ValueError("a run is made of an optimizer_info and an optimizer_state: give both")
        else:
            layout.root.mkdir(parents=True, exist_ok=True)
            with _optimizer_locker(layout).lock():
                if layout.is_run():
                    check_same_run(layout, optimizer_info, pipeline_space)
                else:
                    create_run(layout, optimizer_info, optimizer_state, pipeline_space)
        return cls._load(layout)

    @classmethod
    def _load(cls, layout: RunLayout) -> Self:
        return cls(
            path=layout.root,
            _trial_lock=FileLocker(
                layout.trial_lock,
                poll=_seconds_from("NEPS_TRIAL_FILELOCK_POLL", 0.05) or 0.05,
                timeout=_seconds_from("NEPS_TRIAL_FILELOCK_TIMEOUT", 120.0),
            ),
            _trial_repo=TrialRepo(layout.configs),
            _optimizer_lock=_optimizer_locker(layout),
            _optimizer_info_path=layout.optimizer_info,
            _optimizer_info=_read_patiently(read_optimizer_info, layout.optimizer_info),
            _optimizer_state_path=layout.optimizer_state,
            _optimizer_state=_read_patiently(read_optimizer_state, layout.optimizer_state),
            _pipeline_space_path=layout.pipeline_space,
            _err_lock=FileLocker(
                layout.error_lock,
                poll=_seconds_from("NEPS_GLOBAL_ERR_FILELOCK_POLL", 0.05) or 0.05,
                timeout=_seconds_from("NEPS_GLOBAL_ERR_FILELOCK_TIMEOUT", 120.0),
            ),
            _shared_errors_path=layout.errors,
            _shared_errors=read_errors(layout.errors),
            _pipeline_space=_read_patiently(read_pipeline_space, layout.pipeline_space),
        )

    def with_lock_timeout(self, seconds: float) -> Self:
        """This state with another patience.

        NePS waits two minutes for a lock; a person at a screen wants an answer in one or two
        seconds.

        Args:
            seconds: How long every call waits for each lock it needs.
        """
        return replace(
            self,
            _trial_lock=replace(self._trial_lock, timeout=seconds),
            _optimizer_lock=replace(self._optimizer_lock, timeout=seconds),
            _err_lock=replace(self._err_lock, timeout=seconds),
        )

    # --- reading -------------------------------------------------------------------------------

    @property
    def fidelity_name(self) -> str | None:
        """The key of the fidelity in a trial's config, where the run recorded one."""
        derived = self._optimizer_info.get("derived") or {}
        name = (derived.get("fidelity") or {}).get("name")
        return name if isinstance(name, str) else None

    def all_trial_ids(self) -> list[str]:
        """Ids of all trials that have a directory."""
        return self._trial_repo.list_trial_ids()

    def lock_and_read_trials(self) -> dict[str, Trial]:
        """Every trial, by id.

        Raises:
            LockFailedError: A worker holds the trial lock for too long.
        """
        with self._trial_lock.lock():
            return self._trial_repo.latest()

    def lock_and_get_trial_by_id(self, trial_id: str) -> Trial:
        """One trial, from its own files.

        Raises:
            TrialNotFoundError: There is none of that id.
        """
        with self._trial_lock.lock():
            return self._trial_repo.load_trial_from_disk(trial_id)

    def unsafe_retry_get_trial_by_id(self, trial_id: str) -> Trial:
        """One trial, read without the lock, again and again while a worker writes it.

        Raises:
            TrialNotFoundError: There is none of that id.
            NePSError: Its files could not be read for a second.
        """
        for attempt in range(_UNSAFE_RETRIES):
            try:
                return self._trial_repo.load_trial_from_disk(trial_id)
            except UnreadableError as error:
                if attempt == _UNSAFE_RETRIES - 1:
                    raise NePSError(f"trial {trial_id} stayed unreadable: {error}") from error
                time.sleep(_UNSAFE_RETRY_WAIT)
        raise AssertionError("unreachable")

    @overload
    def lock_and_get_next_pending_trial(self) -> Trial | None: ...
    @overload
    def lock_and_get_next_pending_trial(self, n: None) -> Trial | None: ...
    @overload
    def lock_and_get_next_pending_trial(self, n: int) -> list[Trial]: ...
    def lock_and_get_next_pending_trial(self, n: int | None = None) -> Trial | list[Trial] | None:
        """The pending trial sampled first, or the first `n` of them."""
        pending = self._in_state(State.PENDING)
        pending.sort(key=lambda trial: trial.metadata.time_sampled)
        if n is None:
            return pending[0] if pending else None
        return pending[:n]

    def lock_and_get_current_evaluating_trials(self) -> list[Trial]:
        """The trials some worker has taken and not yet reported."""
        return self._in_state(State.EVALUATING)

    def _in_state(self, state: State) -> list[Trial]:
        trials = self.lock_and_read_trials().values()
        return [trial for trial in trials if trial.metadata.state is state]

    def lock_and_get_errors(self) -> ErrDump:
        """The error dump."""
        with self._err_lock.lock():
            return read_errors(self._shared_errors_path)

    def lock_and_get_optimizer_info(self) -> OptimizerInfo:
        """Who optimizes, with which arguments."""
        with self._optimizer_lock.lock():
            return read_optimizer_info(self._optimizer_info_path)

    def lock_and_get_optimizer_state(self) -> OptimizationState:
        """Budget, random states, shared state, workers."""
        with self._optimizer_lock.lock():
            return read_optimizer_state(self._optimizer_state_path)

    def lock_and_get_search_space(self, *, real_objects: bool = False) -> Any:
        """The pipeline space.

        Args:
            real_objects: Whether to make the real objects, **running whatever the file says**;
                for a program's own run only. Otherwise unknown classes are inert stand-ins.

        Returns:
            None where the run has stored none.
        """
        with self._optimizer_lock.lock():
            if real_objects and self._pipeline_space_path.exists():
                return load_real(read_bytes(self._pipeline_space_path))
            return read_pipeline_space(self._pipeline_space_path)

    def lock_and_get_global_budgets(self) -> tuple[int | None, float | None, float | None]:
        """The whole run's limits on evaluations, cost and fidelities; None where there is none."""
        budget = self.lock_and_get_optimizer_state().budget or BudgetInfo()
        return (
            budget.total_evaluations_to_spend,
            budget.total_cost_to_spend,
            budget.total_fidelities_to_spend,
        )

    # --- what workers do -----------------------------------------------------------------------

    def lock_and_set_new_worker_id(self, worker_id: str | None = None) -> str:
        """Register a worker.

        Args:
            worker_id: Its name; None for the next `worker_N`.

        Raises:
            NePSError: The name is taken.
        """
        with self._changing_optimizer_state() as state:
            taken = state.worker_ids or []
            name = f"worker_{len(taken)}" if worker_id is None else worker_id
            if name in taken:
                raise NePSError(f"worker id {name} is taken; taken are {', '.join(taken)}")
            state.worker_ids = [*taken, name]
            return name

    @overload
    def lock_and_sample_trial(
        self, optimizer: AskFunction, *, worker_id: str, n: None = None
    ) -> Trial: ...
    @overload
    def lock_and_sample_trial(
        self, optimizer: AskFunction, *, worker_id: str, n: int
    ) -> list[Trial]: ...
    def lock_and_sample_trial(
        self, optimizer: AskFunction, *, worker_id: str, n: int | None = None
    ) -> Trial | list[Trial]:
        """Ask the optimizer for new trials, and store them as pending.

        The random states of the run are set before and kept after, so that the run samples the
        same whichever worker asks.

        Args:
            optimizer: Called with `trials`, `budget_info` and `n`.
            worker_id: Who asks.
            n: How many; None for one that is not in a list.

        Raises:
            NePSError: The optimizer names a previous trial that is not there.
            TrialAlreadyExistsError: It gives an id that is taken.
        """
        self._finish_what_was_begun()
        with self._optimizer_lock.lock():
            with self._trial_lock.lock():
                known = self._trial_repo.latest()
            sampled = sample(RunLayout(self.path), optimizer, known, worker_id=worker_id, n=n)
            with self._trial_lock.lock():
                self._trial_repo.store_new_trial(sampled)
        return sampled

    def lock_and_import_trials(
        self, imported_configs: Sequence[ImportedConfig], *, worker_id: str
    ) -> list[Trial]:
        """Add trials that were evaluated elsewhere, with state `external`.

        Args:
            imported_configs: Objects with `id`, `config` and `result`, as NePS makes them.
            worker_id: Who imports.

        Raises:
            ValueError: What was given is no list.
            TrialAlreadyExistsError: An id is taken; nothing was written.
        """
        if not isinstance(imported_configs, list | tuple):
            raise ValueError("trials are imported from a list of configs with their results")
        self._finish_what_was_begun()
        with self._optimizer_lock.lock(), self._trial_lock.lock():
            trials = Trial.load_from_dict(
                imported_configs,
                worker_id=worker_id,
                trial_directory=self._trial_repo.directory,
            )
            if trials:
                self._trial_repo.store_new_trial(trials)
            for trial in trials:
                self._trial_repo.update_trial(trial, hints=["report", "metadata"])
            return trials

    def lock_and_report_trial_evaluation(
        self, trial: Trial, report: Report, *, worker_id: str
    ) -> None:
        """Record how an evaluation ended, and its error in the error dump.

        Args:
            trial: The trial after `Trial.set_complete`.
            report: What that returned; it is attached to the trial. Of an error that cannot be
                pickled only the text is.
            worker_id: Who evaluated it.
        """
        with self._trial_lock.lock(), self._err_lock.lock():
            trial.report = replace(report, err=picklable_error(report.err))
            self._trial_repo.update_trial(trial, hints=["report", "metadata"])
            if report.err is not None:
                row = SerializableTrialError(
                    trial_id=trial.id,
                    worker_id=worker_id,
                    err_type=class_name_of(report.err),
                    err=str(report.err),
                    tb=report.tb,
                )
                add_errors(self._shared_errors_path, [row])

    def put_updated_trial(
        self,
        trial: Trial,
        *,
        hints: list[TrialWriteHint] | TrialWriteHint | None = None,
    ) -> None:
        """Record what a trial has become.

        Args:
            trial: The trial as it is now.
            hints: Which of its files to write; None for all that apply.
        """
        with self._trial_lock.lock():
            self._trial_repo.update_trial(trial, hints=hints)

    # --- what a person does --------------------------------------------------------------------

    def lock_and_edit(self, edit: Edit, *, force: bool = False) -> Changed:
        """Carry out what a person has decided, as one change that can be taken back.

        Trials that no longer are what was seen are refused, the others edited all at once. What
        goes is kept; see `History`.

        Args:
            edit: What is to be changed; see `neps_state.edit`.
            force: Whether to edit even trials that a worker may be evaluating.

        Raises:
            LockFailedError: A lock could not be had in time; nothing was changed.
        """
        with self._locks_for(edit):
            return self._editor.apply(edit, force=force)

    def lock_and_undo(self, change_id: str | None = None) -> Changed:
        """Take a change back, if nothing that it was about has changed since.

        Args:
            change_id: Which, as in `history`; None for the last that can be.

        Raises:
            NothingToUndoError: There is no such change, or it was undone already.
            StateChangedError: A later change of the same is still in force; nothing was changed.
            LockFailedError: A lock could not be had in time; nothing was changed.
            UnreadableError: What was kept of it is damaged; nothing was changed.
        """
        change = self._to_undo(change_id)
        edit = change.read_edit().turned_round(change.id)
        with self._locks_for(edit):
            # Read once: where a disk fails now and then, a second reading may tell of others.
            undoable = iter(self.history.undoable())
            if not any(each.id == change.id for each in undoable):
                raise NothingToUndoError(
                    f"{change.id} was undone meanwhile, or cannot be read any more; "
                    "nothing was changed"
                )
            later = next((each for each in undoable if each.is_about_same(change)), None)
            if later is not None:
                raise StateChangedError(
                    f"{later.id} changed the same again: undo that first; nothing was changed"
                )
            # Not all that is evaluating is worth a refusal: that it was so is what is restored.
            return self._editor.apply(edit, force=True, whole=True)

    def _finish_what_was_begun(self) -> None:
        """Before ids are given, as one may be that of a trial that a killed undo was restoring."""
        if self.history.has_begun():
            self.lock_and_finish_changes()

    def lock_and_finish_changes(self) -> None:
        """Finish, or take back, changes of processes that were killed; any next change does so.

        Raises:
            LockFailedError: A lock could not be had in time.
        """
        with self._optimizer_lock.lock(), self._trial_lock.lock(), self._err_lock.lock():
            self._editor.finish_begun()

    # --- mending -------------------------------------------------------------------------------

    def lock_and_mend_cache(self) -> Changed:
        """Put what is torn or damaged in the trial cache aside, or rebuild it if it is missing.

        Raises:
            LockFailedError: A lock could not be had in time; nothing was changed.
        """
        with self._mending() as mender:
            return mender.mend_cache()

    def lock_and_mend_files(self, trial_ids: Iterable[str]) -> Changed:
        """Write trials' own files anew where they do not say what the cache says.

        What they said is kept. A directory that is missing is made.

        Args:
            trial_ids: The trials to look at.

        Raises:
            LockFailedError: A lock could not be had in time; nothing was changed.
        """
        with self._mending() as mender:
            return mender.mend_files(trial_ids)

    def lock_and_take_up(self, trial_ids: Iterable[str]) -> Changed:
        """Let the trial cache know the trials of directories that it does not know.

        Args:
            trial_ids: The trials that the directories are named for.

        Raises:
            LockFailedError: A lock could not be had in time; nothing was changed.
        """
        with self._mending() as mender:
            return mender.take_up(trial_ids)

    def lock_and_drop_empty_directories(self, trial_ids: Iterable[str]) -> Changed:
        """Remove directories that the cache does not know and that nothing is in.

        Args:
            trial_ids: The trials that they are named for.

        Raises:
            LockFailedError: A lock could not be had in time; nothing was changed.
        """
        with self._mending() as mender:
            return mender.drop_empty_directories(trial_ids)

    def lock_and_drop_stale_errors(self, seen: Errors | None = None) -> Changed:
        """Take the rows out of the error dump whose trials are not crashed any more, or gone.

        Args:
            seen: The rows that were seen to be such; None for all that are.

        Raises:
            LockFailedError: A lock could not be had in time; nothing was changed.
        """
        with self._mending() as mender:
            return mender.drop_stale_errors(seen)

    def lock_and_mend_errors(self) -> Changed:
        """Write the error dump anew without the lines that nobody can read; they are kept.

        Raises:
            LockFailedError: A lock could not be had in time; nothing was changed.
        """
        with self._mending() as mender:
            return mender.mend_errors()

    def lock_and_clear_leftovers(self, paths: Iterable[Path]) -> Changed:
        """Move away what killed processes left beside the files they were writing.

        Args:
            paths: The files and directories; what is none of these stays where it is.

        Raises:
            LockFailedError: A lock could not be had in time; nothing was changed.
        """
        with self._mending() as mender:
            return mender.clear_leftovers(paths)

    @contextmanager
    def _mending(self) -> Iterator[Mender]:
        with self._trial_lock.lock(), self._err_lock.lock():
            self._editor.finish_begun()
            yield Mender(RunLayout(self.path), self._trial_repo)

    def _to_undo(self, change_id: str | None) -> Change:
        undoable = self.history.undoable()
        if change_id is None:
            if not undoable:
                raise NothingToUndoError("nothing was changed that could be undone")
            return undoable[-1]
        found = [each for each in undoable if each.id.startswith(change_id)]
        if len(found) != 1:
            raise NothingToUndoError(f"no change {change_id} that could be undone")
        return found[0]

    @property
    def history(self) -> History:
        """What this package has changed in the run."""
        return self._editor.history

    @property
    def _editor(self) -> Editor:
        return Editor(RunLayout(self.path), self._trial_repo)

    @contextmanager
    def _locks_for(self, edit: Edit) -> Iterator[None]:
        """The locks an edit needs. Who adds trials or limits keeps workers from sampling."""
        with ExitStack() as held:
            if edit.budget is not None or any(each.before is None for each in edit.trials):
                held.enter_context(self._optimizer_lock.lock())
            held.enter_context(self._trial_lock.lock())
            held.enter_context(self._err_lock.lock())
            yield

    def lock_and_enqueue(self, configs: Sequence[Mapping[str, Any]], *, by: str) -> Changed:
        """Add pending trials with configs that a person has chosen; the next free worker takes one.

        They are sampled as workers sample, by an optimizer that returns what it was given.

        Args:
            configs: Keys and values as stored. With rungs, each names the fidelity of one.
            by: Who asks; kept as the trials' `sampling_worker_id`.

        Raises:
            LockFailedError: A lock could not be had in time; nothing was changed.
            NePSError: No id can be found that the optimizer accepts; nothing was changed.
        """
        with self._optimizer_lock.lock(), self._trial_lock.lock(), self._err_lock.lock():
            known = self._trial_repo.latest()
            given = GivenConfigs(configs, self._new_ids(known, configs))
            sampled = sample(RunLayout(self.path), given, known, worker_id=by, n=len(configs))
            assert isinstance(sampled, list)
            return self._editor.apply(adding("enqueue", sampled), whole=True)

    def lock_and_import(self, evaluated: Sequence[Evaluated], *, by: str) -> Changed:
        """Add trials that were evaluated elsewhere, under new ids, as one change.

        Args:
            evaluated: Configs with what came out of them.
            by: Who imports; kept as the trials' worker.

        Raises:
            LockFailedError: A lock could not be had in time; nothing was changed.
            NePSError: No ids can be found that the optimizer accepts; nothing was changed.
        """
        with self._optimizer_lock.lock(), self._trial_lock.lock(), self._err_lock.lock():
            known = self._trial_repo.latest()
            ids = self._new_ids(known, [each.config for each in evaluated])
            layout = RunLayout(self.path)
            trials = [
                each.as_trial(trial_id, str(layout.trial_directory(trial_id)), by)
                for trial_id, each in zip(ids, evaluated, strict=True)
            ]
            return self._editor.apply(adding("import", trials), whole=True)

    def _new_ids(
        self, known: Mapping[str, Trial], configs: Sequence[Mapping[str, Any]]
    ) -> list[str]:
        key = fidelity_key(self._optimizer_info, space_tree(self._pipeline_space), known)
        ids = NewTrialIds(self._optimizer_info, known, key)
        return [ids.next(config) for config in configs]

    def lock_and_reset_trial_by_id(self, trial_id: str) -> None:
        """Make a trial pending again: its config stays, its report and its errors go.

        Nothing else of the run is touched, unlike in NePS itself. What goes is kept.

        Raises:
            TrialNotFoundError: There is none of that id.
        """
        self._edit_one(trial_id, resetting)

    def lock_and_reset_trials(self, seen: Iterable[Trial], *, force: bool = False) -> Changed:
        """Make trials pending again, but only those that still are what the caller saw.

        Args:
            seen: The trials as they were when the decision was made.
            force: Whether to reset even a trial that a worker may be evaluating.

        Raises:
            LockFailedError: A lock could not be had in time; nothing was changed.
        """
        with self._trial_lock.lock(), self._err_lock.lock():
            errors = read_errors(self._shared_errors_path).errs
            return self._editor.apply(resetting(seen, errors), force=force)

    def lock_and_remove_trial_by_id(self, trial_id: str) -> None:
        """Take a trial out of the run; its directory and its errors are kept.

        Raises:
            TrialNotFoundError: There is none of that id.
        """
        self._edit_one(trial_id, removing)

    def _edit_one(
        self,
        trial_id: str,
        make: Callable[[Sequence[Trial], Sequence[SerializableTrialError]], Edit],
    ) -> None:
        """Edit a trial whatever it is just now."""
        with self._trial_lock.lock(), self._err_lock.lock():
            trial = self._known_trial(trial_id)
            edit = make([trial], read_errors(self._shared_errors_path).errs)
            self._editor.apply(edit, force=True)

    def _known_trial(self, trial_id: str) -> Trial:
        """The trial by the cache, or else by its own files."""
        trial = self._trial_repo.latest().get(trial_id)
        if trial is not None:
            return trial
        try:
            return self._trial_repo.load_trial_from_disk(trial_id)
        except TrialNotFoundError as error:
            raise TrialNotFoundError(
                f"no trial {trial_id} in this run; nothing was changed"
            ) from error

    def lock_and_update_global_budgets(
        self,
        *,
        total_evaluations_to_spend: int | None,
        total_cost_to_spend: float | None,
        total_fidelities_to_spend: float | None,
    ) -> None:
        """Set the whole run's limits; None leaves one as it is."""
        limits = {
            "total_evaluations_to_spend": total_evaluations_to_spend,
            "total_cost_to_spend": total_cost_to_spend,
            "total_fidelities_to_spend": total_fidelities_to_spend,
        }
        given = {name: limit for name, limit in limits.items() if limit is not None}
        with self._optimizer_lock.lock(), self._trial_lock.lock(), self._err_lock.lock():
            self._editor.apply(budgeting(self._editor.budget(), given))

    @contextmanager
    def _changing_optimizer_state(self) -> Iterator[OptimizationState]:
        """The optimizer's state, written back unless the block raises."""
        with self._optimizer_lock.lock():
            state = read_optimizer_state(self._optimizer_state_path)
            yield state
            replace_file(self._optimizer_state_path, dump_state(state))


def _read_patiently(read: Callable[[Path], T], path: Path) -> T:
    """Read a file that a worker may be writing in place, without waiting for its lock.

    Raises:
        UnreadableError: It stayed half written for a second.
    """
    for _ in range(_UNSAFE_RETRIES):
        try:
            return read(path)
        except UnreadableError:
            time.sleep(_UNSAFE_RETRY_WAIT)
    return read(path)


def _optimizer_locker(layout: RunLayout) -> FileLocker:
    return FileLocker(
        layout.optimizer_lock,
        poll=_seconds_from("NEPS_STATE_FILELOCK_POLL", 0.2) or 0.2,
        timeout=_seconds_from("NEPS_STATE_FILELOCK_TIMEOUT", 120.0),
    )


def _seconds_from(variable: str, default: float) -> float | None:
    """A duration from one of NePS's own environment variables, which may say `none`."""
    text = os.environ.get(variable, "")
    if text.lower() in ("none", "n", "null"):
        return None
    return float(text) if text else default
