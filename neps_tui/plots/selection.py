"""Which trials are drawn where there are many, and what tells them apart."""

from __future__ import annotations

import math
from collections.abc import Iterator, Sequence, Set
from heapq import nsmallest

from neps_tui.plots.evaluated import Evaluation, Question
from neps_tui.plots.plot import Legend, Pen

MOST_DOTS = 3_000
"""Dots that are drawn at the most: more than that are a cloud anyhow, and take their time."""
BEST = 10
"""How many lines stand out as good ones."""
_GOOD = 100
"""Dots that are drawn for their objective, however many there are."""


def dots_of(question: Question) -> list[int]:
    """Which evaluations get a dot: all of few, of many a part that leaves no good one out.

    The best always stay, and what the filter lets through goes before what it does not.
    """
    found = question.evaluations()
    if len(found) <= MOST_DOTS:
        return list(range(len(found)))

    def choose() -> list[int]:
        best = {at for at, each in enumerate(found) if each.is_best}
        good = lowest(found, _GOOD) | best | {*_once_best(found)}
        return part_of([each.is_chosen for each in found], good, MOST_DOTS)

    return question.kept.last(("drawn", question.objective), question.holds, choose)


def _once_best(evaluations: Sequence[Evaluation]) -> Iterator[int]:
    """Which had the lowest objective of all when they ended: the steps of the incumbent curve."""
    least = math.inf
    for at, each in enumerate(evaluations):
        if each.objective < least:
            least = each.objective
            yield at


def lowest(evaluations: Sequence[Evaluation], count: int) -> set[int]:
    """Which of those that the filter lets through have the lowest objectives."""
    chosen = (at for at, each in enumerate(evaluations) if each.is_chosen)
    return set(nsmallest(count, chosen, key=lambda at: evaluations[at].objective))


def part_of(chosen: Sequence[bool], good: Set[int], most: int) -> list[int]:
    """Some of many: the good ones, then evenly many of those chosen, then of the others.

    Of those every second, fourth, eighth … one, so that hardly any comes or goes as more end.

    Args:
        chosen: Of each, in the order in which they ended, whether the filter lets it through.
        good: Those that always stay.
        most: How many there may be, unless more of them are good.

    Returns:
        Their places, ascending.
    """
    kept = set(good)
    for is_chosen in (True, False):
        some = [at for at, each in enumerate(chosen) if each is is_chosen and at not in good]
        room, step = most - len(kept), 1
        while room > 0 and len(some) > room * step:
            step *= 2
        kept.update(some[::step] if room > 0 else ())
    return sorted(kept)


def left_out_note(drawn: int, count: int) -> tuple[str, ...]:
    """What is said where only so many of a number of trials are drawn."""
    return (f"{count - drawn} of {count} not drawn: all good ones are",) if drawn < count else ()


def missing_note(missing: int) -> tuple[str, ...]:
    """What is said where some trials have nothing that could be drawn."""
    return (f"{missing} ended without an objective",) if missing else ()


def trial_legend(question: Question) -> Legend:
    """What dots of trials stand for."""
    if question.holds is None:
        return ("plain", "trial"), _best(question)
    return ("plain", "matches"), ("faint", "does not match"), _best(question)


def line_pen(question: Question, each: Evaluation, is_good: bool) -> Pen:
    """How the line of a trial is drawn, among many others."""
    if each.is_best or not each.is_chosen:
        return each.pen
    return "good" if is_good else "plain" if question.holds else "faint"


def line_legend(question: Question, good: int) -> Legend:
    """What lines of trials stand for, so many of them good ones."""
    low: tuple[Pen, str]
    low = "good", f"the {good} lowest" if good > 1 else "the lowest"
    if question.holds is None:
        return _best(question), low, ("faint", "others")
    return _best(question), low, ("plain", "matches"), ("faint", "does not match")


def _best(question: Question) -> tuple[Pen, str]:
    several = question.view.summary.objectives > 1
    return "best", "on the front" if several else "incumbent"
