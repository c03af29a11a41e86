"""The errors of a run as rows of tables: the kinds, and the errors of one kind."""

from __future__ import annotations

from collections.abc import Sequence

from rich.cells import cell_len

from neps_state import Trial
from neps_state.readable import readable_value
from neps_tui.errors.kinds import ErrorKind, ErrorsInKinds, Standing, TrialError
from neps_tui.errors.overrepresented import LEAST_TRIALS
from neps_tui.view import RunView
from neps_tui.widgets.columns import Cell, Column
from neps_tui.words.formatting import MISSING, age, counted, number, percent
from neps_tui.words.states import look

_WORKERS = 24
_WORKERS_TOLD = 40
"""Cells that the names of workers take at the most, in the table and below it."""

KIND_COLUMNS = (
    Column("count", "×", "right"),
    Column("share", "share", "right"),
    Column("type", "error"),
    Column("message", "message", max_width=48),
    Column("traits", "more often than others", max_width=60),
    Column("place", "where", max_width=32),
    Column("last", "last", "right"),
    Column("workers", "workers", max_width=_WORKERS, whole=True),
)
_TOO_FEW = f"fewer than {LEAST_TRIALS} trials: too few to compare their configs with others"
_NOTHING = "no hyperparameter tells these trials from others"


def kind_cells(kind: ErrorKind, found: ErrorsInKinds, now: float) -> tuple[Cell, ...]:
    """What the row of a kind says.

    Args:
        kind: The kind, one of the oddities, or everything.
        found: All errors of the run.
        now: Seconds since the epoch.
    """
    is_odd = any(kind is odd for odd in found.oddities)
    is_one = not is_odd and kind is not found.everything
    return (
        Cell(str(len(kind.errors))),
        Cell("" if is_odd else percent(len(kind.errors), found.total), "text-muted"),
        Cell(kind.err_type, "" if kind is found.everything else "text-error"),
        Cell(kind.message, "" if is_one else "text-muted"),
        Cell(", ".join(map(str, kind.traits)), "text-primary"),
        Cell(kind.place, "text-muted"),
        Cell(_age(kind.last, now), "text-muted"),
        Cell(_some(kind.workers, _WORKERS), "text-muted"),
    )


def _some(names: Sequence[str], room: int) -> str:
    """As many names as have room whole, the first one always, and how many more there are."""
    for count in range(len(names), 0, -1):
        more = f" +{len(names) - count}" if count < len(names) else ""
        text = ", ".join(names[:count]) + more
        if count == 1 or cell_len(text) <= room:
            return text
    return ""


def about(kind: ErrorKind, found: ErrorsInKinds, now: float) -> list[tuple[str, str]]:
    """What is to be said of a kind where its row is cut: how often, when, where, to which configs.

    Args:
        kind: The kind, one of the oddities, or everything.
        found: All errors of the run.
        now: Seconds since the epoch.
    """
    often = f"{len(kind.errors)} of {counted(found.total, 'error')}"
    share = percent(len(kind.errors), found.total)
    told = f"{often} ({share}), {_when(kind, now)}, {_whose(kind)}"
    parts = [(told, "$foreground 70%")]
    for trait in kind.traits:
        parts += [
            (f"\n{trait}", "$text-primary"),
            (f", but in {trait.of_others}", "$foreground 70%"),
        ]
    if not kind.traits:
        few = len(kind.trial_ids) < LEAST_TRIALS
        parts.append((f"\n{_TOO_FEW if few else _NOTHING}", "$foreground 70%"))
    return parts


def _when(kind: ErrorKind, now: float) -> str:
    if kind.last is None:
        return "time unknown"
    first, last = _age(kind.first, now), _age(kind.last, now)
    return last if first == last else f"first {first}, last {last}"


def _whose(kind: ErrorKind) -> str:
    return _some(kind.workers, _WORKERS_TOLD) or "no worker known"


class ErrorRows:
    """The errors of one kind, with the hyperparameters that its trials have in common.

    Args:
        kind: The kind.
        view: The run.

    Attributes:
        keys: The errors, newest first.
        columns: What is said of each.
    """

    def __init__(self, kind: ErrorKind, view: RunView) -> None:
        self._errors = {error.key: error for error in kind.errors}
        self.keys = list(self._errors)
        self._view = view
        self._traits = [trait.key for trait in kind.traits]
        self._has_notes = any(self._note(error) for error in kind.errors)
        self.columns = self._make_columns()

    def get(self, key: str | None) -> TrialError | None:
        """An error by its key; None if there is none."""
        return None if key is None else self._errors.get(key)

    def cells(self, key: str) -> Sequence[Cell]:
        """What the row of an error says."""
        error = self._errors[key]
        trial = self._view.trial(error.trial_id)
        return [
            Cell(error.trial_id),
            *([Cell(self._note(error), "text-error")] if self._has_notes else []),
            *(Cell(self._value(trial, trait), "text-primary") for trait in self._traits),
            Cell(_age(error.time, self._view.now()), "text-muted"),
            Cell(error.worker_id, "text-muted"),
            Cell(error.message),
        ]

    def _make_columns(self) -> tuple[Column, ...]:
        names = self._view.summary.names
        return (
            Column("trial", "trial"),
            *([Column("note", "note")] if self._has_notes else []),
            *(Column(key, names.get(key, key), "decimal", 20) for key in self._traits),
            Column("when", "when", "right"),
            Column("worker", "worker", max_width=16),
            Column("message", "message", max_width=60),
        )

    def _note(self, error: TrialError) -> str:
        """What is odd about an error; else what became of its trial since."""
        trial = self._view.trial(error.trial_id)
        if error.standing is not Standing.USUAL or trial is None:
            return error.standing.value
        shown = look(trial.metadata.state.value)
        return "" if shown.colour == "text-error" else f"now {shown.word}"

    def _value(self, trial: Trial | None, key: str) -> str:
        if trial is None or key not in trial.config:
            return MISSING
        return number(readable_value(key, trial.config, self._view.snapshot.space))


def _age(moment: float | None, now: float) -> str:
    return MISSING if moment is None else age(now - moment)
