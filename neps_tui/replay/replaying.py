"""A screen on which the past of the run is gone through, from a line at its foot."""

from __future__ import annotations

from typing import TYPE_CHECKING

from textual.screen import ScreenResultType

from neps_tui.messages import ReplayAsked
from neps_tui.screens.changing import CHANGES
from neps_tui.view import RunView
from neps_tui.widgets.key_bar import KeyBar
from neps_tui.widgets.refusing import Refusing

if TYPE_CHECKING:
    from neps_tui.replay.bar import ReplayBar

PAST = "This is the past: go back to now to change the run."
_KEYS = frozenset({"play", "step", "speed", "incumbent", "crash", "edge", "leave"})


class Replaying(Refusing[ScreenResultType]):
    """Has the line of the past while that is gone through, and its keys wherever the focus is.

    The keys are bound on the screen and not on the line: whoever goes to a pane to look at what
    happened then goes on from there, and a key never means something else meanwhile.
    """

    ascii: bool = False
    _replay_bar: ReplayBar | None = None

    @property
    def is_replaying(self) -> bool:
        """Whether the past is shown."""
        return self._replay_bar is not None

    def open_replay(self, live: RunView) -> None:
        """Show the line from which the past of a run is gone through."""
        from neps_tui.replay.bar import ReplayBar

        self._replay_bar = ReplayBar(live, ascii=self.ascii)
        self.add_class("-replaying")
        self.mount(self._replay_bar, before=self.query_one(KeyBar))
        self._replay_bar.focus()

    def note_live(self, live: RunView) -> None:
        """Tell the line what the run has become meanwhile."""
        if self._replay_bar is not None:
            self._replay_bar.note_live(live)

    def close_replay(self) -> None:
        """Take the line away."""
        if self._replay_bar is not None:
            self._replay_bar.remove()
            self._replay_bar = None
            self.remove_class("-replaying")
            self.refresh_bindings()

    def check_action(self, action: str, parameters: tuple[object, ...]) -> bool | None:
        """Have the keys of the past only while it is shown."""
        del parameters
        return self.is_replaying or action not in _KEYS

    def why_not(self, action: str) -> str | None:
        """Why an action cannot be done now."""
        if self._replay_bar is None:
            return super().why_not(action)
        return PAST if action in CHANGES else self._replay_bar.why_not(action)

    def action_replay(self) -> None:
        """Begin to go through the run's past; from a pane, go back to the line that does."""
        if self._replay_bar is not None:
            self._replay_bar.take_in()
            self._replay_bar.focus()
        elif not self.refuses("replay"):
            self.post_message(ReplayAsked())

    def action_play(self) -> None:
        """Let time go by, or stop it."""
        if self._replay_bar is not None:
            self._replay_bar.play()

    def action_step(self, steps: int) -> None:
        """Go on or back by hundredths of the whole."""
        if self._replay_bar is not None:
            self._replay_bar.step(steps)

    def action_speed(self, step: int) -> None:
        """Let time go by faster or slower."""
        if self._replay_bar is not None:
            self._replay_bar.change_speed(step)

    def action_incumbent(self, step: int) -> None:
        """Go to when the next better trial ended, or the one before."""
        if self._replay_bar is not None and not self.refuses("incumbent"):
            self._replay_bar.jump_to_incumbent(step)

    def action_crash(self, step: int) -> None:
        """Go to when the next trial crashed, or the one before."""
        if self._replay_bar is not None and not self.refuses("crash"):
            self._replay_bar.jump_to_crash(step)

    def action_edge(self, last: bool) -> None:
        """Go to the end or to the beginning."""
        if self._replay_bar is not None:
            self._replay_bar.jump_to_edge(last=last)

    def action_leave(self) -> None:
        """Show the present again."""
        if self._replay_bar is not None:
            self._replay_bar.leave()
