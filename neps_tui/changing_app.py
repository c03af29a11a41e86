"""Changing a run: what is asked for is shown first, carried out if confirmed, and told of."""

from __future__ import annotations

import time
from collections.abc import Callable
from typing import TYPE_CHECKING

from textual import on
from textual.app import App

from neps_tui.messages import (
    Asked,
    ChangeAsked,
    CommandEnded,
    CommandStarted,
    MendAsked,
    UndoAsked,
    UndoRead,
)
from neps_tui.replay.replaying import PAST
from neps_tui.screens.changing import Changing

if TYPE_CHECKING:
    from neps_tui.changes.plan import Plan
    from neps_tui.store import RunStore
    from neps_tui.view import RunView

_MOST_REASONS = 3


class ChangingApp(App[None]):
    """The part of the app in which a person and the run come to a change."""

    # --- what the rest of the app provides ------------------------------------------------------

    def shown(self) -> RunView | None:
        """The moment of the run that is on the screen."""
        raise NotImplementedError

    def followed(self) -> RunStore | None:
        """Who carries changes out; None while no run is followed."""
        raise NotImplementedError

    def uses_ascii(self) -> bool:
        """Whether only ASCII may be drawn."""
        raise NotImplementedError

    def say(self, text: str, severity: str = "information") -> None:
        """Tell a person something, in the place of what was said before."""
        raise NotImplementedError

    def say_in_header(self, text: str) -> None:
        """Tell of what is under way; nothing, once it is over."""
        raise NotImplementedError

    # --- asking ---------------------------------------------------------------------------------

    @on(ChangeAsked)
    def _on_change_asked(self, message: ChangeAsked) -> None:
        view = self._changeable()
        if view is None:
            return
        if message.kind == "undo":
            self._on_undo_asked(UndoAsked())
            return
        from neps_tui.changes.catalogue import asked
        from neps_tui.changes.form import Form, FormError
        from neps_tui.facts.trial_fields import natural_id

        ids = sorted(message.trial_ids, key=natural_id)
        trials = [trial for each in ids if (trial := view.trial(each)) is not None]
        if message.trial_ids and not trials:
            self.say("None of these trials is in the run any more.", "warning")
            return
        try:
            change = asked(message.kind, view, trials, now=time.time())
        except FormError as error:
            self.say(f"{error}.", "warning")
            return
        if isinstance(change, Form):
            from neps_tui.changes.form_screen import FormScreen

            self.push_screen(FormScreen(change, self._propose, ascii=self.uses_ascii()))
        else:
            self._propose(change)

    @on(UndoAsked)
    def _on_undo_asked(self, message: UndoAsked) -> None:
        view = self._changeable()
        if view is not None:
            from neps_tui.changes.undoing import read_undo

            seen, change_id = view, message.change_id
            self.post_message(
                Asked(lambda: UndoRead(read_undo(seen, change_id)), self.post_message)
            )

    @on(UndoRead)
    def _on_undo_read(self, message: UndoRead) -> None:
        self._propose(message.plan)

    @on(MendAsked)
    def _on_mend_asked(self, message: MendAsked) -> None:
        if self._changeable() is not None:
            self._propose(message.plan)

    def _changeable(self) -> RunView | None:
        """The run, if it can be changed now; why not is said."""
        view = self.shown()
        if view is not None and view.moment is not None:
            self.say(PAST, "warning")
            return None
        return view if self.followed() is not None else None

    def _propose(self, plan: Plan, then: Callable[[bool], None] | None = None) -> None:
        """Ask whether to change the run, and have it done if the answer is yes.

        Args:
            plan: What would be done.
            then: Told the answer; without it, a no is said aloud.
        """
        from neps_tui.screens.confirm import ConfirmScreen

        if plan.nothing is not None:
            self.say(f"Nothing to do: {plan.nothing}.")
            return
        if plan.refusal is not None:
            self.say(f"Left as it is: {plan.refusal}.", "warning")
            return
        store = self.followed()
        if store is None:
            return  # the run was left meanwhile

        def answered(answer: bool | None) -> None:
            if answer:
                store.submit(plan)
            if then is not None:
                then(bool(answer))
            elif not answer:
                self.say("Nothing was changed.")

        label = f"Yes, {plan.what.partition(' ')[0]}"
        self.push_screen(ConfirmScreen(plan.question, plan.lines, plan.risks, label), answered)

    # --- telling --------------------------------------------------------------------------------

    @on(CommandStarted)
    def _on_command_started(self, message: CommandStarted) -> None:
        self.say_in_header(f"{message.what} …")

    @on(CommandEnded)
    def _on_command_ended(self, message: CommandEnded) -> None:
        self.say_in_header("")
        if message.changed is None:
            self.say(f"{message.plan.what}: {message.failure}", severity="error")
            return
        done, refused = message.changed.done, message.changed.refused
        said = ""
        if message.changed.change_id is not None:
            self._select_none()
            listed = f"{done[0]} " if len(done) == 1 else f"{len(done)} trials " if done else ""
            until = message.plan.undoable_until
            undo = f"; u takes it back{f', {until}' if until else ''}"
            said = f"{listed}{message.plan.done}{undo if message.plan.is_undoable else ''}"
        if not refused:
            self.say(said)
            return
        shown = list(refused.values())[:_MOST_REASONS]
        more = f"; and {len(refused) - len(shown)} more" if len(refused) > len(shown) else ""
        left = f"Left as it is: {'; '.join(shown)}{more}"
        self.say(f"{said}. {left}" if said else left, severity="warning")

    def _select_none(self) -> None:
        """What was selected has been dealt with, also on the screens below."""
        for screen in self.screen_stack:
            if isinstance(screen, Changing):
                screen.select_none()
