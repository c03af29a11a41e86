"""What is said above and below a plot: what it shows, what its signs mean, which trial it is."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from typing import TYPE_CHECKING, NamedTuple

from rich.cells import cell_len

from neps_state.readable import readable_value
from neps_tui.plots.plot import Bars, Dot, Pen
from neps_tui.view import RunView
from neps_tui.words.formatting import counted, number, plain

if TYPE_CHECKING:
    from neps_tui.plots.making import Made, Wish

_GAP = "  "
PEN_STYLES: dict[Pen, str] = {
    "faint": "$foreground-muted",
    "plain": "$foreground",
    "second": "$text-secondary",
    "good": "$text-primary",
    "warning": "$text-warning",
    "bad": "$text-error",
    "best": "bold $text-accent",
    "own": "$text-primary",
}


class Part(NamedTuple):
    """Something that is said beside other things.

    Attributes:
        text: The words.
        style: How they are written.
        is_long: Whether they may be torn apart at the end of a line.
    """

    text: str
    style: str = "$foreground-muted"
    is_long: bool = False


def waiting_parts(wish: Wish) -> Iterator[Part]:
    """What is being made."""
    yield Part(" ".join(filter(None, (wish.kind.name, wish.variant, "…"))))


def title_parts(made: Made, *, ascii: bool) -> Iterator[Part]:
    """What a plot shows, what its signs stand for, and what is to be known of it.

    Args:
        made: The plot.
        ascii: Whether its signs are ASCII characters only.
    """
    yield Part(made.plot.title, "bold")
    if made.wish.holds is not None:
        yield Part(f"brushed: {made.wish.filter}, {made.matches} match", "$text-secondary", True)
    yield from legend_parts(made, ascii=ascii)


def legend_parts(made: Made, *, ascii: bool) -> Iterator[Part]:
    """The same without the title.

    Args:
        made: The plot.
        ascii: Whether its signs are ASCII characters only.
    """
    plot = made.plot
    if isinstance(plot, Bars):
        if plot.bars:
            yield Part(f"{'=-' if ascii else '▓─'} how uncertain", "$text-primary")
        return
    yield from (Part(said, PEN_STYLES[pen]) for pen, said in made.legend)
    if made.drawing is not None and made.drawing.beyond:
        yield Part(f"{made.drawing.beyond} far beyond, at the edge", "$text-warning")
    if made.drawing is not None and made.drawing.cut:
        yield Part(f"{counted(made.drawing.cut, 'line')} beyond the edge", "$text-warning")
    if made.drawing is not None and made.drawing.hidden:
        hidden = counted(made.drawing.hidden, "group")
        yield Part(f"no room for {hidden} more", "$text-warning")
    if made.wish.log and not made.is_log:
        yield Part("not logarithmic: not all are above 0", "$text-warning")
    yield from (Part(note, is_long=True) for note in plot.notes)


def pointed_parts(view: RunView | None, dot: Dot | None, here: int) -> Iterator[Part]:
    """The trial that is pointed at.

    Args:
        view: The run.
        dot: The trial; None if none is pointed at.
        here: How many trials are at this place, it included.
    """
    trial = None if dot is None or view is None else view.trial(dot.trial_id)
    if trial is None or view is None:
        yield Part("the arrows go from trial to trial, enter opens one")
        return
    yield Part(trial.id, "bold")
    objective = trial.report.objective_to_minimize if trial.report else None
    yield Part(number(objective), "$text-accent")
    if here > 1:
        yield Part(f"one of {here} here", "$text-warning")
    names = view.summary.names
    for key in trial.config:
        value = readable_value(key, trial.config, view.snapshot.space)
        yield Part(f"{names.get(key, key)} {number(value)}")


def flowed(parts: Iterable[Part], width: int, most_lines: int) -> Iterator[tuple[str, str]]:
    """Parts side by side, each whole on the next line where it does not fit.

    Args:
        parts: The parts.
        width: Cells of a line.
        most_lines: How many lines there are; what they cannot hold is shown to be left out.

    Yields:
        Texts and their styles.
    """
    line, used = 1, 0
    for gap, text, style in _pieces(parts):
        left_out = 2 if line == most_lines else 0
        if used and used + len(gap) + cell_len(text) + left_out > width:
            if left_out:
                yield " …", style
                return
            line, used = line + 1, 0
            yield "\n", ""
        gap = gap if used else ""
        yield gap + text, style
        used += len(gap) + cell_len(text)


def _pieces(parts: Iterable[Part]) -> Iterator[tuple[str, str, str]]:
    """What stays whole, each with the gap before it."""
    for part in parts:
        first, *others = part.text.split() if part.is_long else [part.text]
        yield _GAP, plain(first), part.style
        yield from ((" ", plain(word), part.style) for word in others)
