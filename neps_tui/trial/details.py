"""One trial in a line, and its error in a few."""

from __future__ import annotations

from dataclasses import dataclass

from rich.cells import cell_len, set_cell_size

from neps_state import State, Trial
from neps_state.stand_in import class_name_of
from neps_tui.trial.values import LONGEST_TEXT, cut
from neps_tui.view import RunView
from neps_tui.words.formatting import date_and_time, number, plain
from neps_tui.words.states import INCUMBENT, look
from neps_tui.words.text_lines import Line, Part, row_lines

_ERROR_LINES = 3


@dataclass(frozen=True, slots=True)
class Headline:
    """A trial in a line.

    Args:
        glyph: Its state as a sign.
        colour: The state's colour.
        title: Id, state and objective.
        place: Which one it is of the table that it was opened from; empty if it is not in it.
        error: Its error; empty if there was none.
        past: Which moment of the past it is; empty in the present.
    """

    glyph: str
    colour: str
    title: str
    place: str = ""
    error: str = ""
    past: str = ""


@dataclass(frozen=True, slots=True)
class ErrorOfTrial:
    """What went wrong with a trial.

    Args:
        text: The error in a line.
        traceback: As the worker printed it; empty if none was kept.
        is_past: Whether it is of an evaluation before the last one.
    """

    text: str
    traceback: str
    is_past: bool


def headline(trial: Trial, view: RunView, *, place: str = "", ascii: bool = False) -> Headline:
    """Put a trial in a line.

    Args:
        trial: The trial.
        view: The run.
        place: Which one it is of the table that it was opened from.
        ascii: Whether only ASCII may be drawn.
    """
    is_best = trial.id == view.summary.best_id
    shown = INCUMBENT if is_best else look(trial.state.value)
    objective = trial.report.objective_to_minimize if trial.report else None
    parts = [trial.id, trial.state.value]
    if is_best:
        parts.append("incumbent")
    elif trial.id in view.summary.front:
        parts.append("on the front")
    if objective is not None:
        parts.append(f"objective {number(objective, 6)}")
    error = error_of(trial, view)
    text = "" if error is None or error.is_past else error.text
    title = plain(" · ".join(parts))
    past = "" if view.moment is None else f"past {date_and_time(view.moment)}"
    return Headline(shown.sign(ascii), shown.colour_style, title, place, text, past)


def headline_line(said: Headline, width: int, *, ascii: bool = False) -> list[Line]:
    """Draw a headline; what does not fit is shortened at its end, and says so."""
    ellipsis = "~" if ascii else "…"
    line: list[Part] = []
    room = width
    for text, style in (
        (f" {said.past} " if said.past else "", "bold reverse"),
        (said.glyph, said.colour),
        (f" {said.title}", "bold"),
        (f"  {said.place}" if said.place else "", "$foreground 70%"),
        (f"  {said.error}" if said.error else "", "$text-error"),
    ):
        if cell_len(text) > room:
            text = set_cell_size(text, max(room - 1, 0)).rstrip() + ellipsis if room > 3 else ""
        line.append((text, style))
        room -= cell_len(text)
    return [line]


def error_of(trial: Trial, view: RunView) -> ErrorOfTrial | None:
    """The error of a trial, from the dump or else from its report; None if there was none."""
    row = next((row for row in reversed(view.snapshot.errors) if row.trial_id == trial.id), None)
    report = trial.report
    has_own = report is not None and report.err is not None
    if row is not None:
        text, traceback = f"{row.err_type}: {row.err}", row.tb
    elif report is not None and report.err is not None:
        kind, message = class_name_of(report.err), str(report.err)
        text, traceback = message if kind == "Exception" else f"{kind}: {message}", report.tb
    else:
        return None
    traceback = traceback or (report.tb if report is not None else None) or ""
    broke = trial.state in (State.CRASHED, State.FAILED, State.CORRUPTED) or has_own
    return ErrorOfTrial(cut(plain(text[: 2 * LONGEST_TEXT])), traceback, not broke)


def error_lines(error: ErrorOfTrial | None, width: int) -> list[Line]:
    """Draw what no traceback tells of an error: that it is past, and what it is without one."""
    if error is None:
        return []
    said = () if error.traceback else row_lines([((error.text, "$text-error"),)], width)
    lines = [*said[:_ERROR_LINES]]
    if error.is_past:
        past = "of an evaluation before: the trial was put back to pending since"
        lines.append([(past, "$text-error")])
    return lines
