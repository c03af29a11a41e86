"""Carrying out an edit inside the run's locks, and finishing one that a kill cut short.

The cache decides: the one write in which it takes up an edit, or the rename that puts a cache
without some trials in its place, is the moment at which the edit has happened. Whatever comes
after is finished by the next change of this package, whatever came before is taken back. Rows come
into the error dump before it and go out of it after it, so that no crash ever lacks its row.
"""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path

from neps_state.edit import BUDGET, LIMITS, Budget, Changed, Edit, TrialEdit, check, is_as_seen
from neps_state.errors import add_errors, drop_errors, read_errors
from neps_state.exceptions import StateChangedError, TrialNotFoundError, UnreadableError
from neps_state.files import replace_file
from neps_state.history import MEND, WHOLE_DIRECTORY, Change, History
from neps_state.interrupts import uninterrupted
from neps_state.layout import RunLayout
from neps_state.optimizer import BudgetInfo
from neps_state.pickles import dump_state
from neps_state.repo import TrialRepo
from neps_state.run_files import read_optimizer_state
from neps_state.trial import Trial


class Editor:
    """Changes a run. The caller holds the locks of what an edit is about, in their order.

    Args:
        layout: The run.
        repo: Its trials.
    """

    def __init__(self, layout: RunLayout, repo: TrialRepo) -> None:
        self._layout = layout
        self._repo = repo
        self.history = History(layout)

    def apply(self, edit: Edit, *, force: bool = False, whole: bool = False) -> Changed:
        """Carry out an edit, or the part of it whose trials still are what was seen.

        Args:
            edit: What is wanted.
            force: Whether to edit even trials that a worker may be evaluating.
            whole: Whether to do nothing at all if one trial is refused.

        Returns:
            What was done, what was not and why.
        """
        self.finish_begun()
        refused = self._refused(edit, force=force)
        if refused:
            edit = Edit(edit.action) if whole else edit.without(refused.keys())
        if not edit:
            return Changed(refused=refused)
        with uninterrupted():
            change = self.history.begin(edit)
            self._carry_out(edit, change)
            self.history.finish(change)
        return Changed(change.trial_ids, refused, change.id)

    def finish_begun(self) -> None:
        """Finish, or take back, what a process began and was killed in."""
        self.history.sweep()
        for change in self.history.begun():
            if change.action == MEND:
                # What it did not come to is found again; what it put aside stays kept.
                self.history.finish(change)
                continue
            try:
                edit = change.read_edit()
                has_happened = self._has_happened(edit)
            except UnreadableError:
                # What it wanted, or what became of it, cannot be told now: doctor tells of it.
                continue
            if has_happened:
                self._finish(edit, change)
            else:
                self._take_back(edit, change)

    def _refused(self, edit: Edit, *, force: bool) -> dict[str, str]:
        known = self._repo.latest() if edit.trials else {}
        refused = {}
        for each in edit.trials:
            try:
                check(each, self._now(known, each.trial_id), force=force)
            except StateChangedError as error:
                refused[each.trial_id] = str(error)
        if edit.budget is not None and not self._has_budget(edit.budget[0]):
            refused[BUDGET] = "the budget has changed meanwhile"
        return refused

    def _now(self, known: Mapping[str, Trial], trial_id: str) -> Trial | None:
        """The trial by the cache, or else by its own files."""
        if trial_id in known:
            return known[trial_id]
        try:
            return self._repo.load_trial_from_disk(trial_id)
        except (TrialNotFoundError, UnreadableError):
            return None

    # --- forward -------------------------------------------------------------------------------

    def _carry_out(self, edit: Edit, change: Change) -> None:
        changed, added, removed = _kinds(edit)
        add_errors(self._layout.errors, edit.adds)
        if changed:
            self._repo.change_trials(changed)
        if added:
            self._add(added, edit)
        if removed:
            change.whole.mkdir()
            self._repo.remove_trials([trial.id for trial in removed], change.whole)
        drop_errors(self._layout.errors, edit.drops)
        if edit.budget is not None:
            self._set_budget(edit.budget[1])

    def _add(self, trials: list[Trial], edit: Edit) -> None:
        kept_in = None if edit.undoes is None else self._kept_by(edit.undoes)
        if kept_in is None:
            self._repo.store_new_trial(trials)
        else:
            self._repo.restore_trials(trials, kept_in)

    def _kept_by(self, change_id: str) -> Path | None:
        """Where a change keeps the directories of trials it removed."""
        kept = self._layout.backups / change_id / WHOLE_DIRECTORY
        return kept if kept.is_dir() else None

    def budget(self) -> dict[str, float | None]:
        """The limits of the whole run as they are."""
        budget = read_optimizer_state(self._layout.optimizer_state).budget or BudgetInfo()
        return {name: getattr(budget, name) for name in LIMITS}

    def _has_budget(self, limits: Budget) -> bool:
        now = self.budget()
        return all(now[name] == limit for name, limit in limits.items())

    def _set_budget(self, limits: Budget) -> None:
        state = read_optimizer_state(self._layout.optimizer_state)
        if state.budget is None:
            state.budget = BudgetInfo()
        for name, limit in limits.items():
            setattr(state.budget, name, limit)
        replace_file(self._layout.optimizer_state, dump_state(state))

    # --- after a kill --------------------------------------------------------------------------

    def _has_happened(self, edit: Edit) -> bool:
        if edit.budget is not None:
            return self._has_budget(edit.budget[1])
        if not edit.trials:
            return not self._has_rows(edit)
        known = self._repo.latest()
        # One write took up all of them, so any tells that nobody else has changed since.
        for each in edit.trials:
            if each.before is None:
                return each.trial_id in known
            if each.after is None:
                return each.trial_id not in known
            now = self._now(known, each.trial_id)
            if now is not None and is_as_seen(now, each.after):
                return True
            if now is not None and is_as_seen(now, each.before):
                return False
        # Others have taken up all of them, in whichever state they were: there is nothing to do.
        return True

    def _has_rows(self, edit: Edit) -> bool:
        rows = read_errors(self._layout.errors).errs
        return any(row in rows for row in edit.drops) or any(row not in rows for row in edit.adds)

    def _finish(self, edit: Edit, change: Change) -> None:
        """Do what is left to do, but nothing to a trial that a worker has taken up since."""
        known = self._repo.latest()
        untouched = [each for each in edit.trials if _is_done(each, known.get(each.trial_id))]
        changed, added, removed = _kinds(Edit(edit.action, tuple(untouched)))
        for trial in changed:
            self._repo.write_as_known(trial)
        if added:
            self._repo.finish_directories([trial.id for trial in added])
        if removed:
            change.whole.mkdir(exist_ok=True)
            self._repo.remove_trials([trial.id for trial in removed], change.whole)
        mine = {each.trial_id for each in untouched}
        drop_errors(self._layout.errors, [row for row in edit.drops if row.trial_id in mine])
        rows = read_errors(self._layout.errors).errs
        missing = [row for row in edit.adds if row.trial_id in mine and row not in rows]
        add_errors(self._layout.errors, missing)
        self.history.finish(change)

    def _take_back(self, edit: Edit, change: Change) -> None:
        _, added, removed = _kinds(edit)
        if removed and change.whole.is_dir():
            self._repo.take_back_directories([trial.id for trial in removed], change.whole)
        if added:
            ids = [trial.id for trial in added]
            kept_in = None if edit.undoes is None else self._kept_by(edit.undoes)
            if kept_in is not None:
                self._repo.put_aside_directories(ids, kept_in)
            else:
                self._repo.drop_unfinished_directories(ids)
        drop_errors(self._layout.errors, edit.adds)
        self.history.withdraw(change)


def _kinds(edit: Edit) -> tuple[list[Trial], list[Trial], list[Trial]]:
    """The trials changed, added and removed."""
    changed, added, removed = [], [], []
    for each in edit.trials:
        if each.after is None:
            assert each.before is not None
            removed.append(each.before)
        elif each.before is None:
            added.append(each.after)
        else:
            changed.append(each.after)
    return changed, added, removed


def _is_done(edit: TrialEdit, now: Trial | None) -> bool:
    """Whether the cache has a trial as an edit leaves it."""
    if edit.after is None or now is None:
        return edit.after is now
    return is_as_seen(now, edit.after)
