"""What this program has changed in a run, and taking it back."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from functools import lru_cache
from types import MappingProxyType

from neps_state import StateChangedError, UnreadableError
from neps_state.edit import Edit, check
from neps_state.history import MEND, Change, History
from neps_state.layout import RunLayout
from neps_state.optimizer import BudgetInfo
from neps_state.snapshot import RunSnapshot
from neps_tui.changes.budgeting import budget_lines, budget_risks
from neps_tui.changes.plan import Plan
from neps_tui.changes.removing import removal_objection, removal_risks
from neps_tui.facts.trial_fields import natural_id
from neps_tui.view import RunView
from neps_tui.words.formatting import age, date_and_time, few_of, number

_MOST_KEPT = 1024


@dataclass(frozen=True, slots=True)
class Past:
    """The changes that are kept of a run.

    Args:
        changes: All of them, oldest first.
        undoable: Ids of those that nobody has taken back, and that are more than a mend.
        obstacles: Why some of these cannot be taken back any more, by their ids, as far as one
            sees without a lock.
    """

    changes: tuple[Change, ...] = ()
    undoable: frozenset[str] = frozenset()
    obstacles: Mapping[str, str] = field(default_factory=lambda: MappingProxyType({}))

    @classmethod
    def read(cls, history: History, run: RunSnapshot) -> Past:
        """Read the changes of a run.

        Args:
            history: Where they are kept.
            run: The run as it is now.

        Raises:
            OSError: They cannot be read.
        """
        undoable = history.undoable()
        obstacles = {
            change.id: why
            for change in undoable
            if (why := _obstacle(change, run) or _later(change, undoable))
        }
        return cls(
            tuple(history.changes()),
            frozenset(change.id for change in undoable),
            MappingProxyType(obstacles),
        )

    def standing(self, change: Change) -> str:
        """What became of a change."""
        if change.undoes is not None:
            undone = next((each for each in self.changes if each.id == change.undoes), None)
            return "took one back" if undone is None else f"took back {about(undone)}"
        if change.action == MEND:
            return "mended"
        if change.id not in self.undoable:
            return "undone"
        return "changed since" if change.id in self.obstacles else "can be undone"


def listed_ids(change: Change) -> str:
    """The trials that a change is about, the first of many."""
    return few_of(sorted(change.trial_ids, key=natural_id))


def about(change: Change) -> str:
    """A change in a few words: what was done, to what."""
    return f"{change.action} {listed_ids(change) or _limits_of(change)}".rstrip()


def plan_undo(view: RunView, past: Past, wanted: str | None, *, now: float) -> Plan:
    """Work out what taking a change back would do.

    Args:
        view: The run as the person sees it.
        past: What was changed.
        wanted: Which change, by how its id begins; None for the last one.
        now: Seconds since the epoch.
    """
    found = _find(past, wanted)
    if isinstance(found, str):
        return Plan("undo nothing", "", lambda state, force: state.lock_and_undo(), nothing=found)
    refusal = past.obstacles.get(found.id)
    if refusal is not None and wanted is None and past.undoable - past.obstacles.keys():
        refusal += "; earlier changes can still be taken back one by one (H, or undo --list)"
    edit = _edit_of(found).turned_round(found.id) if refusal is None else Edit("undo")
    going = [each.before for each in edit.trials if each.before and each.after is None]
    return Plan(
        what=f"undo {about(found)}",
        done="as before",
        make=lambda state, force: state.lock_and_undo(found.id),
        lines=(
            f"to be taken back: {about(found)}",
            f"  {age(now - found.time)} ({date_and_time(found.time)}) by {found.by}",
            *budget_lines(view, edit),
            "Only if nothing that it was about has changed since; all of it, or nothing.",
        ),
        risks=(*removal_risks(view, going), *budget_risks(view, edit)),
        objection=removal_objection(view, going),
        refusal=refusal,
        is_undoable=False,
    )


def read_undo(view: RunView, change_id: str | None) -> Plan:
    """Read what taking a change back would do; what goes wrong is in the plan.

    Args:
        view: The run as the person sees it.
        change_id: Which change; None for the last one.
    """
    try:
        past = Past.read(History(RunLayout(view.snapshot.root)), view.snapshot)
    except OSError as error:
        nothing = plan_undo(view, Past(), None, now=0.0)
        return replace(nothing, nothing=f"the changes cannot be read: {error}")
    return plan_undo(view, past, change_id, now=view.now())


def _find(past: Past, wanted: str | None) -> Change | str:
    """The change that is meant, or why there is none to be taken back."""
    if wanted is None:
        if past.changes and past.changes[-1].action == MEND:
            return (
                f"the last change, {about(past.changes[-1])}, only put right what disagreed and "
                "cannot be taken back; name an earlier one"
            )
        left = [change for change in past.changes if change.id in past.undoable]
        return left[-1] if left else "no change of this program is left that could be taken back"
    found = [change for change in past.changes if change.id.startswith(wanted)]
    if not found:
        return f"there is no change {wanted}"
    if len(found) > 1:
        return f"{wanted} is how {len(found)} changes begin: give more of it"
    if found[0].id not in past.undoable:
        return f"{about(found[0])} cannot be taken back: {past.standing(found[0])}"
    return found[0]


def history_lines(past: Past) -> list[str]:
    """The changes, newest first, each with what became of it."""
    lines = []
    for change in reversed(past.changes):
        standing = past.standing(change)
        if change.undoes is not None:
            standing = f"took back {change.undoes}"
        elif change.id in past.obstacles:
            standing = f"cannot be undone: {past.obstacles[change.id]}"
        lines.append(
            f"{change.id}  {date_and_time(change.time)}  {change.by}  {about(change)}  {standing}"
        )
    return lines


@lru_cache(maxsize=_MOST_KEPT)
def _edit_of(change: Change) -> Edit:
    """What a change did; what is kept of it never changes."""
    return change.read_edit()


def _later(change: Change, undoable: Sequence[Change]) -> str | None:
    """Why a change has to wait for a later one to be taken back; None if it has not."""
    later = undoable[undoable.index(change) + 1 :]
    is_first = not any(each.is_about_same(change) for each in later)
    return None if is_first else "it was changed again later: undo that first"


def _obstacle(change: Change, run: RunSnapshot) -> str | None:
    try:
        edit = _edit_of(change).turned_round(change.id)
        for each in edit.trials:
            check(each, run.trials.get(each.trial_id), force=True)
    except (StateChangedError, UnreadableError) as error:
        return str(error)
    if edit.budget is None:
        return None
    state = run.optimizer_state
    budget = (None if state is None else state.budget) or BudgetInfo()
    is_as_left = all(getattr(budget, name) == limit for name, limit in edit.budget[0].items())
    return None if is_as_left else "the budget has changed meanwhile"


def _limits_of(change: Change) -> str:
    """What a change of the budget did to which limits."""
    try:
        budget = _edit_of(change).budget
    except UnreadableError:
        # Doctor tells of it; here it only stays without a detail.
        budget = None
    if budget is None:
        return ""
    before, after = budget
    return ", ".join(
        f"{_short(name)} {_limit(before.get(name))} → {_limit(limit)}"
        for name, limit in after.items()
    )


def _short(name: str) -> str:
    return name.removeprefix("total_").removesuffix("_to_spend")


def _limit(limit: float | None) -> str:
    return "no limit" if limit is None else number(limit)
