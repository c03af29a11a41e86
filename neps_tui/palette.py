"""What the palette finds: every action wherever it is done, every plot, trial and theme."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from functools import partial
from typing import NamedTuple

from textual.app import App
from textual.command import DiscoveryHit, Hit, Hits, Provider
from textual.content import Content

from neps_tui.actions import ACTIONS, Place, binding_id
from neps_tui.facts.trial_fields import natural_id
from neps_tui.messages import ActionAsked, PlotOpened, ThemeChosen, TrialOpened
from neps_tui.plots.catalogue import PLOTS
from neps_tui.plots.evaluated import Question
from neps_tui.view import RunView
from neps_tui.widgets.refusing import Refusing, purpose
from neps_tui.words.formatting import number, plain

_MOST = 20
_BY_HELP = 0.01
"""Rank of what is found by its explanation: below all that is found by its name."""
_THE_PALETTE = "app.command_palette"
_PLACES: dict[Place, str] = {
    "dashboard": "Dashboard",
    "changes": "Dashboard",
    "trial": "Trial",
    "workers": "Workers",
    "plots": "Plots",
    "errors": "Errors",
    "optimizer": "Optimizer",
    "history": "History",
    "doctor": "Doctor",
    "replay": "Replay",
}
"""Where there is a way to from everywhere."""


class _Command(NamedTuple):
    name: str
    help: str
    perform: Callable[[], object]


def run_of(app: App[object]) -> RunView | None:
    """The run that an app shows."""
    view = getattr(app, "view", None)
    return view if isinstance(view, RunView) else None


class ActionCommands(Provider):
    """Does what can be done here, and goes to where the rest can."""

    async def discover(self) -> Hits:
        """What can be done here, before anything is typed."""
        for command in self._here():
            yield DiscoveryHit(
                Content(command.name), command.perform, text=command.name, help=command.help
            )

    async def search(self, query: str) -> Hits:
        """What is called or explained as typed, wherever it is done."""
        matcher = self.matcher(query)
        for command in (
            *self._here(),
            *self._elsewhere(),
            *self._plots(),
            *self._themes(),
        ):
            score = matcher.match(command.name)
            if score <= 0 and query.lower() in command.help.lower():
                score = _BY_HELP
            if score > 0:
                shown = matcher.highlight(command.name)
                yield Hit(score, shown, command.perform, text=command.name, help=command.help)

    def _here(self) -> Iterator[_Command]:
        """What the keys do now, on the screen that the palette was called from."""
        seen: set[str] = set()
        active = self.screen.active_bindings.values()
        # What the last line shows before what moves a cursor.
        for node, binding, _, tooltip in sorted(active, key=lambda each: not each.binding.show):
            if not tooltip or binding.action in seen or binding.action == _THE_PALETTE:
                continue
            seen.add(binding.action)
            perform = partial(self.app.call_later, self.app.run_action, binding.action, node)
            name = binding.description.capitalize()
            key = self.app.get_key_display(binding)
            help = self._why_not(binding.action) or tooltip
            yield _Command(name, f"{help.rstrip('.')} ({key}).", perform)

    def _why_not(self, action: str) -> str | None:
        screen = self.screen
        return screen.why_not(purpose(action)) if isinstance(screen, Refusing) else None

    def _elsewhere(self) -> Iterator[_Command]:
        """What the one table of actions knows besides."""
        here = {binding.id for _, binding, _, _ in self.screen.active_bindings.values()}
        for action in ACTIONS:
            if action.id in ("back", "runs", "command_palette") or binding_id(action) in here:
                continue
            perform = partial(self.app.post_message, ActionAsked(action))
            if action.place in _PLACES:
                name = f"{_PLACES[action.place]}: {action.label}"
                yield _Command(name, action.help, perform)
            elif action.place == "everywhere":
                # Its key means something else here.
                yield _Command(action.label.capitalize(), action.help, perform)

    def _plots(self) -> Iterator[_Command]:
        view = run_of(self.app)
        if view is None or not view.has_run:
            return
        question = Question(view)
        for kind in PLOTS:
            if kind.applies(question):
                perform = partial(self.app.post_message, PlotOpened(kind.id, ""))
                yield _Command(f"Plot: {kind.name}", "Show this plot.", perform)

    def _themes(self) -> Iterator[_Command]:
        for name in sorted(self.app.available_themes):
            perform = partial(self.app.post_message, ThemeChosen(name))
            yield _Command(f"Theme: {name}", "Use this theme.", perform)


class TrialCommands(Provider):
    """Opens a trial whose id is typed."""

    async def discover(self) -> Hits:
        """The best trials, before anything is typed."""
        view = run_of(self.app)
        if view is not None and view.summary.best_id is not None:
            best = view.summary.best_id
            name = f"Trial {plain(best)}"
            yield DiscoveryHit(Content(name), self._opener(best), text=name, help="The incumbent.")

    async def search(self, query: str) -> Hits:
        """The trials whose ids contain what is typed, the closest first."""
        view = run_of(self.app)
        wanted = query.lower().removeprefix("trial").strip()
        if view is None or not wanted:
            return
        ids = [each for each in view.snapshot.trials if wanted in each.lower()]
        ids.sort(key=lambda each: (not each.lower().startswith(wanted), natural_id(each)))
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

    def _opener(self, trial_id: str) -> Callable[[], object]:
        return partial(self.app.post_message, TrialOpened(trial_id))


def _in_words(view: RunView, trial_id: str) -> str:
    trial = view.trial(trial_id)
    if trial is None:
        return ""
    objective = trial.report.objective_to_minimize if trial.report else None
    held = "" if objective is None else f", objective {number(objective)}"
    return f"Show it whole: {trial.metadata.state.value}{held}."
