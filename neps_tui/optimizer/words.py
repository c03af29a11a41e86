"""The optimizer, its budgets and when they are spent, in words and bars."""

from __future__ import annotations

import textwrap
from collections.abc import Iterator

from neps_state.snapshot import RunSnapshot
from neps_tui.optimizer.facts import Budgets, Fact, Spending, WorkerSpending, arguments, derived
from neps_tui.words.formatting import bar, duration, number, plain
from neps_tui.words.text_lines import Line, Part

_NAME_WIDTH = 12
_BAR = 12
_LISTED_WORKERS = 50


def facts_in_words(snapshot: RunSnapshot, width: int) -> Iterator[Line]:
    """Arguments and derived facts, folded into a width.

    Args:
        snapshot: The run.
        width: In cells.
    """
    if snapshot.optimizer_info is None:
        yield [("optimizer_info.yaml has still to be written", "$foreground-muted")]
        return
    # Only what has a few words each stands on one line with others.
    yield from _row("arguments", _listed(arguments(snapshot)) or "none", width)
    found = derived(snapshot)
    if found:
        yield from _row("derived", _listed(found), width)
    elif "derived" not in snapshot.optimizer_info:
        yield from _row("derived", "nothing recorded (NePS does so from 0.17 on, if at all)", width)


def _listed(facts: list[Fact]) -> str:
    # What belongs together stays on one line.
    return ", ".join(f"{name}\xa0{text}" for name, text in facts)


def budgets_in_words(found: Budgets, width: int, *, ascii: bool = False) -> Iterator[Line]:
    """What is spent of what, when it will be, and what NePS itself has counted.

    Args:
        found: The budgets.
        width: In cells.
        ascii: Whether to draw with ASCII characters only.
    """
    for each in found.run:
        name = (f"{each.resource:<{_NAME_WIDTH}}", "$foreground-muted")
        yield [name, *_spending(each, ascii)]
    if found.missing:
        yield from _row("limits", found.missing, width)
    if found.end:
        yield from _row("end", found.end, width)
    for sentence in found.kept:
        yield from _row("NePS counts", sentence, width)
    for at, worker in enumerate(found.workers[:_LISTED_WORKERS]):
        yield from _worker(worker, "each worker" if at == 0 else "", width)
    beyond = len(found.workers) - _LISTED_WORKERS
    if beyond > 0:
        yield from _row("", f"and {beyond} more workers", width)


def _spending(each: Spending, ascii: bool) -> Iterator[Part]:
    if each.allowed is None:
        yield f"{number(each.used)}, without a limit", ""
        return
    yield bar(each.fraction, _BAR, ascii), "$text-warning" if each.is_spent else "$text-primary"
    yield f" {number(each.used)} / {number(each.allowed)}", ""
    if each.is_spent:
        yield "  spent", "$text-warning"
    elif each.seconds_left is not None:
        said = f"  {duration(each.seconds_left)} left" + (", first" if each.ends_first else "")
        yield said, "$text-accent" if each.ends_first else "$foreground-muted"


def _worker(worker: WorkerSpending, title: str, width: int) -> Iterator[Line]:
    """One worker's own budget."""
    said = [
        f"{number(each.used)} / {number(each.allowed)} {each.resource}".replace(" ", "\xa0")
        for each in worker.spendings
    ]
    text = f"{worker.worker_id}: " + ", ".join(said)
    if worker.is_done:
        text += ", spent"
    elif worker.seconds_left is not None:
        text += ", " + f"{duration(worker.seconds_left)} left".replace(" ", "\xa0")
    yield from _row(title, text, width)


def _row(name: str, text: str, width: int) -> Iterator[Line]:
    """A name and a text, folded so that names stand alone on the left."""
    room = max(12, width - _NAME_WIDTH)
    for at, line in enumerate(textwrap.wrap(plain(text), room) or [""]):
        title = "" if at else name
        yield [
            (f"{title:<{_NAME_WIDTH}}", "$foreground-muted"),
            (line.strip("\xa0").replace("\xa0", " "), ""),
        ]
