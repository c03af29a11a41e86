"""What a filter may ask for in the run that is shown."""

from __future__ import annotations

from collections.abc import Callable

from neps_tui.facts.trial_fields import TrialFields
from neps_tui.trials.filter_completion import Completions, completions_of
from neps_tui.view import RunView


class FilterTerms:
    """Fields, values and the time by the run that is shown now, found anew for each of its moments.

    Args:
        view: Gives the run as it is shown.
        is_ascii: Tells whether only ASCII may be drawn.
    """

    def __init__(self, view: Callable[[], RunView | None], is_ascii: Callable[[], bool]) -> None:
        self._view = view
        self._is_ascii = is_ascii
        self._made_for: RunView | None = None
        self._fields: TrialFields | None = None
        self._completions: Completions | None = None

    @property
    def fields(self) -> TrialFields | None:
        """The fields; None before there is a run."""
        view = self._view()
        if view is not None and view is not self._made_for:
            self._made_for, self._completions = view, None
            self._fields = TrialFields(view.snapshot, view.summary, self._now)
        return self._fields

    @property
    def completions(self) -> Completions | None:
        """What fields and values there are; None before there is a run."""
        fields = self.fields
        if self._completions is None and fields is not None and self._made_for is not None:
            self._completions = completions_of(
                self._made_for.snapshot, fields, ascii=self._is_ascii()
            )
        return self._completions

    def _now(self) -> float:
        # Of the view that is shown when it is asked: a filter outlives the moment it is made in.
        view = self._view()
        return 0.0 if view is None else view.now()
