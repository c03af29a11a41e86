"""The palette's way to trials: by a part of their id."""

from __future__ import annotations

from collections.abc import Callable
from functools import partial

from textual.command import DiscoveryHit, Hit, Hits, Provider
from textual.content import Content

from neps_tui.facts.trial_fields import natural_id
from neps_tui.messages import TrialOpened
from neps_tui.view import RunView
from neps_tui.words.formatting import number, plain

_MOST = 20


class TrialCommands(Provider):
    """Opens a trial whose id is typed."""

    async def discover(self) -> Hits:
        """The best trials, before anything is typed."""
        view = self._view()
        if view is not None and view.summary.best_id is not None:
            best = view.summary.best_id
            name = f"Trial {plain(best)}"
            yield DiscoveryHit(Content(name), self._opener(best), text=name, help="The incumbent.")

    async def search(self, query: str) -> Hits:
        """The trials whose ids contain what is typed, the closest first."""
        view = self._view()
        wanted = query.lower().removeprefix("trial").strip()
        if view is None or not wanted:
            return
        ids = [each for each in view.snapshot.trials if wanted in each]
        ids.sort(key=lambda each: (not each.startswith(wanted), natural_id(each)))
        for rank, trial_id in enumerate(ids[:_MOST]):
            # A match of an id is what was meant, more than a letter here and there in a command.
            name = f"Trial {plain(trial_id)}"
            yield Hit(
                2.0 - rank / _MOST,
                Content(name),  # what is no Content would be read as markup
                self._opener(trial_id),
                text=name,
                help=_in_words(view, trial_id),
            )

    def _view(self) -> RunView | None:
        view = getattr(self.app, "view", None)
        return view if isinstance(view, RunView) else None

    def _opener(self, trial_id: str) -> Callable[[], object]:
        return partial(self.app.post_message, TrialOpened(trial_id, (trial_id,)))


def _in_words(view: RunView, trial_id: str) -> str:
    trial = view.trial(trial_id)
    if trial is None:
        return ""
    objective = trial.report.objective_to_minimize if trial.report else None
    held = "" if objective is None else f", objective {number(objective)}"
    return f"Show it whole: {trial.metadata.state.value}{held}."
