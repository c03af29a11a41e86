"""Collecting garbage between keys rather than during them."""

from __future__ import annotations

import gc

EVERY = 0.25
"""Seconds after which to look whether there is something to collect."""
_WORTH_IT = 2_000
_SELDOM = 20
"""How many collections of what is new come before one of what is old is thought of."""
_GROWN = 1.25
"""Growth of what is old that makes looking through it worth its time, as CPython has it too."""
_AT_THE_LATEST = (100_000, 20, 20)
"""Allocations before the collector runs on its own, even within a key, and then runs before it
looks at what is older: sorting many trials allocates as many as 20,000."""


class Collector:
    """Keeps the collector from running while a key is answered.

    One paint of the whole screen makes thousands of objects that refer to each other. Left to
    itself the collector would go through them in the middle of one paint or another, which then
    takes half as long again, or twice as long.
    """

    def __init__(self) -> None:
        self._before_old = _SELDOM
        self._old = 0

    def begin(self) -> None:
        """Take what there is by now for lasting, and collect what comes."""
        gc.freeze()
        gc.set_threshold(*_AT_THE_LATEST)
        gc.enable()

    def collect(self) -> None:
        """Collect what is new, if there is much of it; to be called while nothing else is done."""
        if gc.isenabled() and gc.get_count()[0] >= _WORTH_IT:
            gc.collect(1)
            self._before_old -= 1
            if self._before_old <= 0:
                self._before_old = _SELDOM
                self._collect_old()

    def _collect_old(self) -> None:
        if len(gc.get_objects(generation=2)) > _GROWN * self._old:
            gc.collect()
            self._old = len(gc.get_objects(generation=2))
