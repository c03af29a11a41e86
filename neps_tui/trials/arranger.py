"""Keeps trials arranged as is wished, though it takes a while to arrange very many."""

from __future__ import annotations

from collections.abc import Callable

from neps_state.snapshot import Trials
from neps_tui.trials.arrangement import Arrangement


class Arranger:
    """An arrangement, and the work on the next one.

    Work is given out one piece at a time. What changes in the meantime is made up for when it
    comes back; what was given out for a wish that is not the last one any more is thrown away.

    Attributes:
        arrangement: What is to be shown; None before there is any.
        is_as_wished: Whether it is sorted and filtered as was wished last.
    """

    def __init__(self) -> None:
        self.arrangement: Arrangement | None = None
        self.is_as_wished = True
        self._is_due = False
        self._is_given_out = False
        self._is_of_use = False
        """Whether what was given out is for the last wish."""
        self._missed: set[str] | None = None
        """What has changed since it was given out; None if that may be anything, or nothing is."""
        self._is_left_behind = False
        """Whether what is to be shown is of trials that were, and can follow no more."""

    def put(self, arrangement: Arrangement) -> None:
        """Have an arrangement that was made at once."""
        self.arrangement, self.is_as_wished = arrangement, True
        self._is_due = self._is_of_use = self._is_left_behind = False

    def want(self, *, otherwise: bool) -> None:
        """Have another one made when there is time; until then, the one there is has to do.

        Args:
            otherwise: Whether it is to be sorted or filtered in another way, or else anything
                about the trials may have changed.
        """
        self._is_due = True
        if otherwise:
            self.is_as_wished = self._is_of_use = False
        else:
            self._missed, self._is_left_behind = None, True

    def follow(self, changed: frozenset[str], trials: Trials) -> bool:
        """Have those trials in their places that have changed.

        Returns:
            Whether that could be done, or else another arrangement has to be wanted.
        """
        if self._missed is not None:
            self._missed |= changed
        if self._is_left_behind:
            # Another one, of the trials as they are then, is wanted already.
            return True
        return self.arrangement is not None and self.arrangement.follow(changed, trials)

    def work(self, arranging: Callable[[], Arrangement]) -> Callable[[], Arrangement] | None:
        """What has to be done, if anything has to be and nothing is being done.

        Args:
            arranging: Makes the arrangement that is wished for of the trials as they are now.
        """
        if not self._is_due or self._is_given_out:
            return None
        self._is_due, self._is_given_out, self._is_of_use = False, True, True
        self._missed = set()
        return arranging

    def take(self, arrangement: Arrangement, trials: Trials) -> None:
        """Have what was made, if it is still of use.

        Args:
            arrangement: What came of the work.
            trials: The trials as they are now.
        """
        is_of_use, self._is_given_out, self._is_of_use = self._is_of_use, False, False
        if not is_of_use:
            return
        self.arrangement, self.is_as_wished = arrangement, True
        missed, self._missed = self._missed, None
        self._is_left_behind = missed is None or not arrangement.follow(missed, trials)
        if self._is_left_behind:
            # Better than what was there, but not of the trials as they are.
            self._is_due = True
