"""What the store's thread tells the app, and what screens ask of it."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING

from textual.message import Message

from neps_tui.view import RunView

if TYPE_CHECKING:
    from neps_state import Changed
    from neps_tui.actions import Action
    from neps_tui.changes.plan import Plan
    from neps_tui.plots.chosen import ChosenPlot
    from neps_tui.runs.line import RunLine


class RunChanged(Message):
    """The run is another than before."""

    def __init__(self, view: RunView) -> None:
        super().__init__()
        self.view = view


class FolderChanged(Message):
    """The runs of a folder are others, or other than before.

    Args:
        lines: All of them.
    """

    def __init__(self, lines: tuple[RunLine, ...]) -> None:
        super().__init__()
        self.lines = lines

    def can_replace(self, message: Message) -> bool:
        """Only the last of several matters."""
        return isinstance(message, FolderChanged)


class RunChosen(Message):
    """One of several runs is to be shown.

    Args:
        root: Its directory.
    """

    def __init__(self, root: Path) -> None:
        super().__init__()
        self.root = root


class RunLeft(Message):
    """The runs of the folder are to be shown again in place of this one."""


class FirstLookGoesOn(Message):
    """The first look at a run takes long: there is so much of it.

    Args:
        fraction: How much of it has been read, from 0 to 1.
    """

    def __init__(self, fraction: float) -> None:
        super().__init__()
        self.fraction = fraction


class CommandStarted(Message):
    """A change of the run has begun: it may have to wait for a lock.

    Args:
        what: What is being done, in words.
    """

    def __init__(self, what: str) -> None:
        super().__init__()
        self.what = what


class CommandEnded(Message):
    """A change of the run has ended.

    Args:
        plan: What was to be done.
        changed: What became of it; None if it failed as a whole.
        failure: Why it failed: what happened, what was not touched, what to do next.
    """

    def __init__(
        self, plan: Plan, changed: Changed | None = None, *, failure: str | None = None
    ) -> None:
        super().__init__()
        self.plan = plan
        self.changed = changed
        self.failure = failure


class StoreFailed(Message):
    """The run cannot be read.

    Args:
        failure: Why, in a line.
        is_final: Whether nobody tries any more.
    """

    def __init__(self, failure: str, *, is_final: bool) -> None:
        super().__init__()
        self.failure = failure
        self.is_final = is_final


class TrialOpened(Message):
    """A trial is to be shown whole.

    Args:
        trial_id: The trial.
        order: Ids of the trials it stands among, for going to the next one; by default those of
            the table of evaluated trials.
    """

    def __init__(self, trial_id: str, order: tuple[str, ...] = ()) -> None:
        super().__init__()
        self.trial_id = trial_id
        self.order = order


class ChangeAsked(Message):
    """The run is to be changed, once that is confirmed.

    Args:
        kind: How, as in `neps_tui.changes.catalogue`.
        trial_ids: The trials that are chosen.
    """

    def __init__(self, kind: str, trial_ids: tuple[str, ...] = ()) -> None:
        super().__init__()
        self.kind = kind
        self.trial_ids = trial_ids


class UndoAsked(Message):
    """A change is to be taken back, once that is confirmed.

    Args:
        change_id: Which; None for the last that can be.
    """

    def __init__(self, change_id: str | None = None) -> None:
        super().__init__()
        self.change_id = change_id


class UndoRead(Message):
    """What taking a change back would do has been read.

    Args:
        plan: What it would do.
    """

    def __init__(self, plan: Plan) -> None:
        super().__init__()
        self.plan = plan


class MendAsked(Message):
    """What disagrees in the run's directory is to be put right, once that is confirmed.

    Args:
        plan: How.
    """

    def __init__(self, plan: Plan) -> None:
        super().__init__()
        self.plan = plan


class PlotOpened(Message):
    """A plot is to be shown.

    Args:
        kind: Which, as in the catalogue of plots.
        variant: Which of its variants.
    """

    def __init__(self, kind: str, variant: str) -> None:
        super().__init__()
        self.kind = kind
        self.variant = variant


class PlotChosen(Message):
    """A plot is to be shown on the first screen.

    Args:
        chosen: Which; None for the one that is there at first.
    """

    def __init__(self, chosen: ChosenPlot | None) -> None:
        super().__init__()
        self.chosen = chosen


class ActionAsked(Message):
    """Something is to be done that is done on another screen than this one.

    Args:
        action: What, as in the one table of actions.
    """

    def __init__(self, action: Action) -> None:
        super().__init__()
        self.action = action


class ThemeChosen(Message):
    """Other colours are to be used from now on.

    Args:
        name: A theme of Textual's or of ours.
    """

    def __init__(self, name: str) -> None:
        super().__init__()
        self.name = name


class ReplayAsked(Message):
    """The past of the run is to be gone through."""


class ChangedByHand(Message):
    """It has been read which trials somebody has changed.

    Args:
        trial_ids: The trials.
    """

    def __init__(self, trial_ids: frozenset[str]) -> None:
        super().__init__()
        self.trial_ids = trial_ids


class Asked(Message):
    """Something is to be read by the store's thread, which alone reads the run.

    Args:
        read: Reads it, in a few milliseconds at the most, and makes the answer; it says in the
            answer what went wrong, and raises nothing.
        answer: Takes the answer; must be safe to call from that thread.
    """

    def __init__(self, read: Callable[[], Message], answer: Callable[[Message], object]) -> None:
        super().__init__()
        self.read = read
        self.answer = answer


class FileOpened(Message):
    """A file of a trial's directory is to be followed.

    Args:
        path: The file.
        name: What it is called: its trial, and its path in the trial's directory.
    """

    def __init__(self, path: Path, name: str) -> None:
        super().__init__()
        self.path = path
        self.name = name
