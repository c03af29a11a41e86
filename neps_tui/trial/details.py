"""One trial in words: its config beside the incumbent's, its report, its error."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from rich.cells import cell_len, set_cell_size

from neps_state import State, Trial
from neps_state.readable import readable_config
from neps_state.stand_in import class_name_of
from neps_tui.view import RunView
from neps_tui.words.formatting import MISSING, date_and_time, number, plain
from neps_tui.words.states import INCUMBENT, look
from neps_tui.words.text_lines import Line, Part, row_lines

_LONGEST_TEXT = 2_000
"""Characters of one value that are shown."""
_MOST_ROWS = 300
_DEEPEST = 8
_MOST_ITEMS = 20
_ERROR_LINES = 3
_NAME, _SAME, _OTHER = "$foreground-muted", "$foreground-disabled", "$text-accent"


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
class Setting:
    """One hyperparameter of a trial.

    Args:
        name: What it is called.
        value: Its value.
        other: The incumbent's; None where there is none to compare with.
    """

    name: str
    value: str
    other: str | None = None

    @property
    def differs(self) -> bool:
        """Whether the incumbent has another value."""
        return self.other is not None and self.other != self.value


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
        (f"{said.past}  " if said.past else "", "bold $text-warning"),
        (said.glyph, said.colour),
        (f" {said.title}", "bold"),
        (f"  {said.place}" if said.place else "", _NAME),
        (f"  {said.error}" if said.error else "", "$text-error"),
    ):
        if cell_len(text) > room:
            text = set_cell_size(text, max(room - 1, 0)).rstrip() + ellipsis if room > 3 else ""
        line.append((text, style))
        room -= cell_len(text)
    return [line]


def settings_of(trial: Trial, view: RunView, *, raw: bool = False) -> tuple[Setting, ...]:
    """The config of a trial beside the incumbent's.

    Args:
        trial: The trial.
        view: The run.
        raw: Whether keys and values are as stored, instead of as a person reads them.
    """
    best = view.trial(view.summary.best_id) if view.summary.best_id else None
    own = _config(trial, view, raw)
    if best is None or best.id == trial.id:
        return tuple(Setting(name, value) for name, value in own.items())
    others = _config(best, view, raw)
    return tuple(
        Setting(name, own.get(name, MISSING), others.get(name, MISSING))
        for name in dict.fromkeys((*own, *others))
    )


def _config(trial: Trial, view: RunView, raw: bool) -> dict[str, str]:
    if raw:
        config: Mapping[Any, Any] = trial.config
        return {plain(str(key)): _cut(plain(repr(value))) for key, value in config.items()}
    config = readable_config(trial.config, view.snapshot.space, view.summary.names)
    return {plain(str(name)): _value(value) for name, value in config.items()}


def is_stored_as_shown(trial: Trial, view: RunView) -> bool:
    """Whether the config as stored has no other keys and values than a person reads."""
    readable = readable_config(trial.config, view.snapshot.space, view.summary.names)
    return readable == dict(trial.config)


def setting_lines(settings: Sequence[Setting], width: int) -> list[Line]:
    """Draw a config: names, values, and what the incumbent has where it differs."""
    if not settings:
        return [[("no hyperparameters", _SAME)]]
    compares = any(each.other is not None for each in settings)
    head = (("this trial", _SAME), ("incumbent", _SAME)) if compares else ()
    names = max(cell_len(each.name) for each in settings)
    if names > width // 2:
        return [*_stacked(settings, head, width)]
    rows: list[tuple[Part, ...]] = [(("", ""), *head)] if head else []
    rows += [((each.name, _NAME), *_values(each)) for each in settings]
    return row_lines(rows, width)


def _stacked(settings: Sequence[Setting], head: tuple[Part, ...], width: int) -> Iterator[Line]:
    """Long names above their values, which stand below each other all the same."""
    widest = max(cell_len(text) for text in (*(each.value for each in settings), "this trial"))

    def below(parts: tuple[Part, ...]) -> list[Line]:
        (text, style), *other = parts
        padded = text + " " * (min(widest, width // 2) - cell_len(text))
        return row_lines([(("", ""), (padded, style), *other)], width)

    if head:
        yield from below(head)
    for each in settings:
        yield from row_lines([((each.name, _NAME),)], width)
        yield from below(_values(each))


def _values(setting: Setting) -> tuple[Part, ...]:
    own = (setting.value, "bold" if setting.differs else "")
    if setting.other is None:
        return (own,)
    return own, (setting.other, _OTHER) if setting.differs else ("same", _SAME)


def report_rows(trial: Trial) -> list[tuple[str, str]]:
    """Objectives, cost and everything else the pipeline returned, nested names indented."""
    report = trial.report
    if report is None:
        return []
    objective = report.objective_to_minimize
    if isinstance(objective, list | tuple):
        rows = [(f"objective {at}", number(each, 8)) for at, each in enumerate(objective, start=1)]
    else:
        rows = [("objective", number(objective, 8))]
    rows.append(("cost", number(report.cost, 6)))
    if report.learning_curve:
        rows.append(("learning curve", _counted(len(report.learning_curve), "point")))
    for row in _nested(report.extra):
        if len(rows) >= _MOST_ROWS:
            return [*rows, ("…", "the rest is left out")]
        rows.append(row)
    return rows


def report_lines(rows: Sequence[tuple[str, str]], width: int) -> list[Line]:
    """Draw a report."""
    if not rows:
        return [[("none yet: it comes when the evaluation ends", _SAME)]]
    return row_lines([((name, _NAME), (value, "")) for name, value in rows], width)


def _nested(value: Any, depth: int = 0) -> Iterator[tuple[str, str]]:
    for key, item in _items(value):
        name = "  " * depth + _cut(plain(str(key)))
        if _is_deep(item) and depth < _DEEPEST:
            yield name, ""
            yield from _nested(item, depth + 1)
        else:
            yield name, _value(item)


def _items(value: Any) -> Iterable[tuple[Any, Any]]:
    if isinstance(value, Mapping):
        return value.items()
    return [*enumerate(value)] if isinstance(value, list | tuple) else []


def _is_deep(value: object) -> bool:
    if isinstance(value, Mapping):
        return bool(value)
    return isinstance(value, list | tuple) and any(
        isinstance(each, Mapping | list | tuple) for each in value
    )


def _value(value: object) -> str:
    if isinstance(value, list | tuple) and len(value) > _MOST_ITEMS:
        few = number(list(value[:_MOST_ITEMS]), 6)
        return f"{_cut(few)}, … ({len(value)} in all)"
    if isinstance(value, Mapping) and not value:
        return MISSING
    return _cut(number(value, 6))


def _cut(text: str) -> str:
    if len(text) <= _LONGEST_TEXT:
        return text
    return f"{text[:_LONGEST_TEXT]}… ({len(text) - _LONGEST_TEXT} characters left out)"


def _counted(count: int, what: str) -> str:
    return f"{count} {what}" if count == 1 else f"{count} {what}s"


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
    return ErrorOfTrial(_cut(plain(text[: 2 * _LONGEST_TEXT])), traceback, not broke)


def error_lines(error: ErrorOfTrial | None, width: int) -> list[Line]:
    """Draw what no traceback tells of an error: that it is past, and what it is without one."""
    if error is None:
        return []
    said = () if error.traceback else row_lines([((error.text, "$text-error"),)], width)
    lines = [*said[:_ERROR_LINES]]
    if error.is_past:
        past = "of an evaluation before: the trial was put back to pending since"
        lines.append([(past, "$text-warning")])
    return lines
