"""What has been made of one moment of a run, and what is being made."""

from __future__ import annotations

import time
from collections.abc import Callable
from functools import partial

from neps_tui.plots.kept import Kept
from neps_tui.plots.making import Made, Wish, make_plot
from neps_tui.view import RunView

_LEAST_PAUSE = 1.0
"""Seconds between two moments of a run that goes on."""
_MOST_WORK = 0.2
"""Share of the time in which plots of a run that goes on are made."""
Room = tuple[int, int]


class Workshop:
    """Gives out the work of making plots, and keeps the plots while the run is the same.

    One plot is made at a time, and beside it those that take long, so that nobody waits for what
    was asked for before.

    Args:
        ascii: Whether to draw with ASCII characters only.
    """

    def __init__(self, *, ascii: bool = False) -> None:
        self._ascii = ascii
        self._moment: RunView | None = None
        self._kept = Kept()
        self._made: dict[Wish, Made] = {}
        self._busy: set[Wish | None] = set()
        self._next_moment = 0.0

    def turn_to(self, view: RunView) -> bool:
        """Make plots of another moment from now on.

        Returns:
            Whether it is another, and long enough after the one before.
        """
        if self._moment is not None:
            seen, now = self._moment.snapshot, view.snapshot
            is_same = seen.trials is now.trials and seen.space is now.space
            # Not of the past: whatever is shown of it is of the same moment.
            is_live = self._moment.moment is None and view.moment is None
            may_wait = is_live and seen.generation == now.generation
            is_soon = may_wait and time.monotonic() < self._next_moment
            if is_same or self._busy or is_soon:
                return False
        self._moment, self._kept = view, Kept()
        self._made.clear()
        return True

    def made(self, wish: Wish, room: Room) -> Made | None:
        """What was wished for, if it is made, and drawn for as much room as there is."""
        made = self._made.get(wish)
        if made is None or (made.drawing is not None and made.size != room):
            return None
        return made

    def work(self, wish: Wish, room: Room) -> Callable[[], Made] | None:
        """What has to be done for a wish, in any thread; `take` is to be told when it is.

        Returns:
            None if it is done, or has to wait for other work.
        """
        place = _place(wish)
        if self._moment is None or place in self._busy or self.made(wish, room) is not None:
            return None
        self._busy.add(place)
        return partial(make_plot, wish, self._moment, self._kept, room, self._ascii)

    def take(self, made: Made) -> None:
        """Keep what was made."""
        self._busy.discard(_place(made.wish))
        self._made[made.wish] = made
        pause = max(_LEAST_PAUSE, made.seconds / _MOST_WORK)
        self._next_moment = time.monotonic() + pause

    def forget_filtered(self) -> None:
        """Throw away what was made for a filter, as there is another."""
        for wish in [wish for wish in self._made if wish.holds is not None]:
            del self._made[wish]


def _place(wish: Wish) -> Wish | None:
    """Where it is worked at a wish: all quick ones at one place, each slow one at its own."""
    return wish if wish.kind.is_slow else None
