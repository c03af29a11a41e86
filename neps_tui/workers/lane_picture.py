"""One lane of a timeline as text: bars to half a cell, and the signs of what went wrong."""

from __future__ import annotations

import math
from collections.abc import Iterable, Sequence
from typing import NamedTuple

from rich.cells import cell_len

from neps_state import State
from neps_tui.words.formatting import plain, to_ascii
from neps_tui.words.states import look
from neps_tui.workers.lane import FAILED, Bar
from neps_tui.workers.time_window import TimeWindow

_NOTHING, _GAP = 0, 1
_RANKED = (
    *(State.PENDING, State.EXTERNAL, State.EVALUATING, State.SUCCESS),
    *(State.UNKNOWN, State.CORRUPTED, State.FAILED, State.CRASHED),
)
"""The states, the worst last."""
_RANKS = {state: rank for rank, state in enumerate(_RANKED, _GAP + 1)}
_NAMES = ("", "", *(state.value for state in _RANKED), "chosen")
_CHOSEN = len(_NAMES) - 1
_EVALUATING = _RANKS[State.EVALUATING]
_SIGNED = frozenset(range(_RANKS[State.UNKNOWN], _CHOSEN)) | {_EVALUATING}
"""Ranks of bars that end with the sign of their state."""
_FAILED = frozenset(_RANKS[state] for state in FAILED)
_EIGHTHS = "▁▂▃▄▅▆▇"
_LONG = 3
"""Half cells of a bar that can do without its last one."""

LANE_LOOKS = tuple(_NAMES[_EVALUATING:])
"""Names of the looks of bars: each has one of its own, and one after `on-` as a background."""


class Piece(NamedTuple):
    """Some text that looks the same.

    Attributes:
        text: Safe to draw.
        looks: Names of looks, of which later ones prevail.
    """

    text: str
    looks: tuple[str, ...] = ()


class LanePicture:
    """The bars of one worker in a window of time.

    Where several trials share half a cell it shows the worst of their states: crashed, failed,
    corrupted, unknown, success, evaluating. Whatever is no success has its sign in the cell where
    it ends, which then is its own; among several the worst again. One that is evaluated has it
    where it goes out of sight, too, and a fill of its own. Where several end in
    one cell and some of them failed, it is filled as high as their share, by an eighth at least:
    so a crash is seen however many trials are in the cell, and is no more than it was. A bar that
    the next one follows at once leaves its last half cell free, if it has at least three and no
    sign: bars can be told apart.

    Args:
        window: The time in sight.
        ascii: Whether only ASCII may be drawn.
    """

    def __init__(self, window: TimeWindow, ascii: bool) -> None:
        self._window = window
        self._ascii = ascii
        self._halves = [_NOTHING] * window.halves
        self._signs: dict[int, int] = {}
        self._ended = [0] * (window.halves // 2 + 1)
        self._failed = self._ended.copy()
        self._labels: list[tuple[int, int, str]] = []

    def copy(self) -> LanePicture:
        """A picture to which more can be added, without drawing the same bars anew."""
        copied = LanePicture(self._window, self._ascii)
        copied._halves = self._halves.copy()
        copied._signs = self._signs.copy()
        copied._ended = self._ended.copy()
        copied._failed = self._failed.copy()
        copied._labels = self._labels.copy()
        return copied

    def add(self, bars: Iterable[Bar]) -> None:
        """Draw bars, which come by their start; those without an end yet are passed over."""
        start, step, halves = self._window.start, self._window.step, self._window.halves
        line, signs = self._halves, self._signs
        before = (-_LONG, -_LONG, _NOTHING)
        for bar in bars:
            if bar.end < start or bar.end == math.inf:
                continue
            first, last = int((bar.start - start) // step), int((bar.end - start) // step)
            if first >= halves:
                break
            rank = _RANKS[bar.state]
            seen, stop = max(first, 0), min(last, halves - 1)
            if last < halves and rank != _EVALUATING:
                self._ended[last // 2] += 1
                if rank in _FAILED:
                    self._failed[last // 2] += 1
                    if last == first + 1 and last % 2 == 0 and line[seen] > _GAP:
                        # It would colour others' half of a cell in which it is not counted.
                        seen = last
            adjoins = before[1] in (first - 1, first) and last > first > 0
            is_signed = before[2] in _SIGNED
            if adjoins and not is_signed and before[1] - before[0] >= _LONG - 1:
                # Where both share half a cell, the free one is that before it.
                line[first - 1] = _GAP
            before = (first, last, rank)
            if stop == seen:
                if rank > line[seen]:
                    line[seen] = rank
            else:
                for half in range(seen, stop + 1):
                    if rank > line[half]:
                        line[half] = rank
                if stop - seen >= 7:
                    self._label(bar, seen, stop, rank)
            ends = last <= halves or rank == _EVALUATING
            if rank in _SIGNED and ends and signs.get(stop // 2, 0) < rank:
                signs[stop // 2] = rank

    def choose(self, bar: Bar) -> None:
        """Draw one bar above all others, in a look of its own, at least a cell wide."""
        first, last = self._window.half_at(bar.start), self._window.half_at(bar.end)
        if last < 0 or first >= self._window.halves:
            return
        seen, stop = max(first, 0), min(last, self._window.halves - 1)
        if seen == stop:
            seen = stop = seen - seen % 2
            stop += 1 if stop + 1 < self._window.halves else 0
        self._halves[seen : stop + 1] = [_CHOSEN] * (stop + 1 - seen)
        cells = range(seen // 2, stop // 2 + 1)
        self._signs = {cell: rank for cell, rank in self._signs.items() if cell not in cells}
        self._labels = [
            label
            for label in self._labels
            if label[0] + len(label[2]) <= cells.start or label[0] >= cells.stop
        ]
        rank = _RANKS[bar.state]
        if rank in _SIGNED and (last <= self._window.halves or rank == _EVALUATING):
            self._signs[stop // 2] = _CHOSEN + rank
        self._label(bar, seen, stop, _CHOSEN)

    def _label(self, bar: Bar, first: int, last: int, rank: int) -> None:
        """Name a bar within it, where there is room."""
        text = plain(bar.trial_id)
        text = to_ascii(text) if self._ascii else text
        start, stop = (first + 1) // 2, (last + 1) // 2
        if cell_len(text) == len(text) <= stop - start - 2:
            self._labels.append((start + 1, rank, text))

    def pieces(self, idle: range, named: bool = True) -> list[Piece]:
        """The lane as text, of exactly as many cells as the window has.

        Args:
            idle: Half cells in which the worker was there: a line where it evaluated nothing.
            named: Whether there are names, signs and lines too, as in one line of a high lane.
        """
        if not named:
            idle = range(0)
        cells = [self._cell(cell, idle) for cell in range(len(self._halves) // 2)]
        free = 0
        for cell, rank, text in self._labels if named else ():
            stop = cell + len(text)
            # Of a trial that others cover in part, pieces of the name would tell nobody anything.
            if cell >= free and set(self._halves[2 * cell : 2 * stop]) == {rank}:
                looks = (f"on-{_NAMES[rank]}",)
                cells[cell:stop] = [Piece(letter, looks) for letter in text]
                free = stop
        for cell, rank in self._signs.items():
            if 0 <= cell < len(cells):
                cells[cell] = self._share(cell, rank) or self._sign(rank, named)
        return _joined(cells)

    def _share(self, cell: int, rank: int) -> Piece | None:
        """How many of the trials that end in a cell failed; None where all did or none."""
        ended, failed = self._ended[cell], self._failed[cell]
        if rank > _CHOSEN or not 0 < failed < ended:
            return None
        if self._ascii:
            fill = "%" if 2 * failed >= ended else ":"
        else:
            steps = len(_EIGHTHS) + 1
            fill = _EIGHTHS[min(max(round(steps * failed / ended), 1), steps - 1) - 1]
        return Piece(fill, ("on-success", _NAMES[rank]))

    def _sign(self, rank: int, named: bool) -> Piece:
        chosen = rank > _CHOSEN
        name = _NAMES[rank - _CHOSEN if chosen else rank]
        if not named and not self._ascii:
            return Piece("█" if chosen else _fill(rank), ("chosen" if chosen else name,))
        return Piece(look(name).sign(self._ascii), ("on-chosen" if chosen else f"on-{name}",))

    def _cell(self, cell: int, idle: range) -> Piece:
        left, right = self._halves[2 * cell], self._halves[2 * cell + 1]
        if left <= _GAP and right <= _GAP:
            is_idle = left == right == _NOTHING and (2 * cell in idle or 2 * cell + 1 in idle)
            return Piece("." if self._ascii else "─", ("idle",)) if is_idle else Piece(" ")
        if self._ascii:
            worst = max(left, right)
            fill = "|" if _GAP in (left, right) else _ascii_fill(worst)
            return Piece(fill, (_NAMES[worst],))
        if left == right:
            return Piece(_fill(left), (_NAMES[left],))
        if right <= _GAP:
            return Piece("▌", (_NAMES[left],))
        if left <= _GAP:
            return Piece("▐", (_NAMES[right],))
        return Piece("▌", (f"on-{_NAMES[right]}", _NAMES[left]))


def worst_of(bars: Iterable[Bar]) -> Bar | None:
    """The bar that prevails where several share a cell: of the worst state, the latest."""
    return max(bars, key=lambda bar: (_RANKS[bar.state], bar.start), default=None)


def _fill(rank: int) -> str:
    """A full cell; what is not over yet can be told apart without colours."""
    return "▒" if rank == _EVALUATING else "█"


def _ascii_fill(rank: int) -> str:
    if rank == _CHOSEN:
        return "#"
    return "-" if rank == _EVALUATING else "="


def _joined(cells: Sequence[Piece]) -> list[Piece]:
    """Neighbours that look the same as one."""
    joined: list[Piece] = []
    for cell in cells:
        if joined and joined[-1].looks == cell.looks:
            joined[-1] = Piece(joined[-1].text + cell.text, cell.looks)
        else:
            joined.append(cell)
    return joined
