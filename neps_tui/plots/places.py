"""Where the trials of a drawing are, and which is the next one in a direction."""

from __future__ import annotations

from collections.abc import Sequence

from neps_tui.plots.plot import Dot

_ROW = 2
"""How many columns a row is worth, as cells are about twice as high as wide."""
Cell = tuple[int, int]


class Places:
    """Finds trials by cells: those of one are on top of each other, the best of them uppermost.

    Args:
        dots: The trials as they were drawn, what covers others last.
        cells: The column and the row of each.
    """

    def __init__(self, dots: Sequence[Dot] = (), cells: Sequence[Cell] = ()) -> None:
        self._dots, self._cells = dots, cells
        self._numbers = {dot.trial_id: number for number, dot in enumerate(dots)}
        # Of each cell the uppermost alone: a list for each would be much work for the collector.
        self._uppermost = {cell: number for number, cell in enumerate(cells)}

    def dot(self, trial_id: str | None) -> Dot | None:
        """A trial, if it is in the drawing."""
        number = self._numbers.get(trial_id or "")
        return None if number is None else self._dots[number]

    def cell(self, trial_id: str | None) -> Cell | None:
        """Where a trial is, if it is in the drawing."""
        number = self._numbers.get(trial_id or "")
        return None if number is None else self._cells[number]

    def here(self, cell: Cell) -> list[Dot]:
        """The trials of a cell, the uppermost last."""
        return [self._dots[at] for at, each in enumerate(self._cells) if each == cell]

    def first(self) -> Dot | None:
        """The trial that covers all others: the best one."""
        return self._dots[-1] if self._dots else None

    def towards(self, start: Cell, across: int, down: int) -> Dot | None:
        """The nearest trial in a direction, rather straight ahead than near.

        Args:
            start: From where.
            across: Columns of a step in the direction.
            down: Rows of a step.
        """
        nearest: tuple[int, Cell] | None = None
        for cell in self._uppermost:
            column, row = cell[0] - start[0], (cell[1] - start[1]) * _ROW
            ahead = column * across + row * down
            if ahead > 0:
                aside = abs(row * across) + abs(column * down)
                if nearest is None or (ahead + 2 * aside, cell) < nearest:
                    nearest = ahead + 2 * aside, cell
        return None if nearest is None else self._dots[self._uppermost[nearest[1]]]

    def nearest(self, place: Cell) -> Dot | None:
        """The trial nearest to a cell."""

        def far(cell: Cell) -> int:
            return abs(cell[0] - place[0]) + _ROW * abs(cell[1] - place[1])

        if not self._dots:
            return None
        return self._dots[self._uppermost[min(self._uppermost, key=far)]]

    def step(self, trial_id: str | None, step: int) -> Dot | None:
        """The next trial from left to right, or the one before, those on top of each other too.

        Args:
            trial_id: From which on; after the last one comes the first.
            step: 1 or -1.
        """
        if not self._dots:
            return None
        order = sorted(range(len(self._dots)), key=lambda at: (self._cells[at], -at))
        start = self._numbers.get(trial_id or "")
        at = (-1 if step > 0 else 0) if start is None else order.index(start)
        return self._dots[order[(at + step) % len(order)]]
