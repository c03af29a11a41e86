"""The app: it wires store, screens and actions together, and holds no logic of its own.

What the first screen does not need is imported when it is used, which keeps the start short.
"""

from __future__ import annotations

import asyncio
import os
import signal
import sys
from collections.abc import Callable
from dataclasses import dataclass, field, replace
from pathlib import Path, PurePath
from typing import TYPE_CHECKING, Any, ClassVar

from textual import on
from textual.binding import Binding, BindingType
from textual.command import Provider
from textual.message import Message
from textual.messages import ExitApp
from textual.reactive import reactive
from textual.screen import Screen

from neps_state.snapshot import Phase, RunSnapshot
from neps_tui.actions import Action, bindings_of
from neps_tui.audience import is_served, keys_can_come
from neps_tui.changing_app import ChangingApp
from neps_tui.collector import EVERY, Collector
from neps_tui.dashboard.screen import DashboardScreen
from neps_tui.messages import (
    ActionAsked,
    Asked,
    ChangedByHand,
    CommandEnded,
    FileOpened,
    FirstLookGoesOn,
    FolderChanged,
    PlotChosen,
    PlotOpened,
    ReplayAsked,
    RunChanged,
    RunChosen,
    RunLeft,
    StoreFailed,
    ThemeChosen,
    TrialOpened,
)
from neps_tui.remembered import recall, remember
from neps_tui.screens.run_screen import RunScreen
from neps_tui.screens.views import is_view, make_view
from neps_tui.store import Inquiry, RunStore
from neps_tui.telling.wanted import ToBeTold
from neps_tui.terminal import restart_when_let_go_on
from neps_tui.themes import OTHER_SHADE, THEMES
from neps_tui.view import RunView
from neps_tui.words.formatting import plain, to_ascii

if TYPE_CHECKING:
    from neps_tui.replay.bar import ReplayBar
    from neps_tui.runs.folder_store import FolderStore
    from neps_tui.runs.screen import RunsScreen
    from neps_tui.telling.teller import Teller

_DARK, _LIGHT = "textual-dark", "textual-light"
# A default screen's own style sheet is not read.
_CSS: list[str | PurePath] = [
    Path(__file__).parent / room / "screen.tcss" for room in ("dashboard", "runs")
]
_ASCII_CSS = Path(__file__).parent / "screens" / "ascii.tcss"
_LONG_NOTE = 12.0
_OF_A_RUN = frozenset({"view", "replay"})
_GIVES_WAY = 0.001
"""Seconds after which a thread lets another one on: the usual 5 ms, several times between a key and
what it paints, are longer than most of what a key takes."""
_FIRST_LOOK = 0.5
"""Seconds that the first paint waits for the run at the most."""


@dataclass(frozen=True, slots=True)
class Options:
    """How the dashboard was asked to be.

    Args:
        read_only: Why no change of the run is allowed; empty if one is.
        poll_seconds: Look this often instead of waiting for file events; None for events.
        theme: A theme of Textual's; None for the usual one.
        ascii: Whether only ASCII may be drawn.
        complaints: What is wrong with the settings, to be said at the beginning.
        to_be_told: What the person wants to hear of.
    """

    read_only: str = ""
    poll_seconds: float | None = None
    theme: str | None = None
    ascii: bool = False
    complaints: tuple[str, ...] = ()
    to_be_told: ToBeTold = field(default_factory=ToBeTold)


def _why_not_writable(root: Path) -> str:
    """Why a run there could not be changed, as far as one can tell before there is one."""
    may_write = not root.exists() or os.access(root, os.W_OK | os.X_OK)
    return "" if may_write else f"you may not write to {plain(str(root))}"


def _being_read(root: Path, fraction: float = 0.0) -> RunView:
    """What is shown until a run has been read for the first time."""
    how_far = f" {fraction:.0%}" if fraction else ""
    doing = f"reading the run …{how_far}" if fraction < 1.0 else "adding up what was read …"
    return RunView(RunSnapshot(root, Phase.UNREAD, doing))


def _action_commands() -> type[Provider]:
    from neps_tui.palette import ActionCommands

    return ActionCommands


def _trial_commands() -> type[Provider]:
    from neps_tui.palette import TrialCommands

    return TrialCommands


class NepsTuiApp(ChangingApp):
    """The dashboard of one run, or of one after the other of those in a folder.

    Args:
        root: The run directory, or a folder of some.
        options: How it was asked to be.
        is_folder: Whether it is a folder of runs.

    Attributes:
        ended_by: The signal that ended it, if one did.
    """

    TITLE = "neps-tui"
    CSS_PATH = _CSS
    BINDINGS: ClassVar[list[BindingType]] = [*bindings_of("everywhere")]
    ENABLE_COMMAND_PALETTE = True
    COMMANDS: ClassVar[set[type[Provider] | Callable[[], type[Provider]]]] = {
        _action_commands,
        _trial_commands,
    }

    view: reactive[RunView | None] = reactive[RunView | None](None, repaint=False)

    def __init__(
        self, root: Path, options: Options | None = None, *, is_folder: bool = False
    ) -> None:
        self._options = options or Options()
        super().__init__(css_path=[*_CSS, _ASCII_CSS] if self._options.ascii else None)
        for theme in THEMES:
            self.register_theme(theme)
        # Over a slow line a moving underline is in the way of what a key was pressed for.
        self.animation_level = "none"
        self._root = root
        self._runs = self._runs_screen() if is_folder else None
        self._folder: FolderStore | None = None
        self._store: RunStore | None = None
        self._live: RunView | None = None
        self._told_polling: str | None = None
        self._turn = 0
        self._once_known: Action | None = None
        self.ended_by: signal.Signals | None = None
        self._had_keys = False
        self._may_end = False
        self._is_to_end = False
        self._teller: Teller | None = None
        self._read_only = ""
        self._dashboard = self._dashboard_of(root)

    def get_default_screen(self) -> Screen[None]:
        """The runs of the folder, or the dashboard, with the run if that is read in a moment."""
        if self._runs is not None:
            return self._runs
        self.set_reactive(NepsTuiApp.view, self._follow(self._root))
        return self._dashboard.data_bind(NepsTuiApp.view)

    def _dashboard_of(self, root: Path) -> DashboardScreen:
        self._read_only = self._options.read_only or _why_not_writable(root)
        return DashboardScreen(
            read_only=self._read_only,
            ascii=self._options.ascii,
            is_one_of_several=self._runs is not None,
        )

    def _runs_screen(self) -> RunsScreen:
        from neps_tui.runs.screen import RunsScreen

        return RunsScreen(self._root, ascii=self._options.ascii)

    def on_mount(self) -> None:
        """Begin to look at the runs, if there are several."""
        self._end_by_signals()
        theme = self._options.theme or recall().get("theme")
        if theme in self.available_themes:
            self.theme = theme
        # A server may be gone before it was ever looked for.
        self._had_keys = is_served() or keys_can_come()
        self.set_interval(0.5, self._note_heartbeat)
        if self._runs is not None:
            from neps_tui.runs.folder_store import FolderStore

            self._folder = FolderStore(self._root, self.post_message, self._options.poll_seconds)
            self._folder.look()

    def _end_by_signals(self) -> None:
        """Leave the terminal as it was found, and a change under way whole, whoever ends this."""
        loop = asyncio.get_running_loop()

        def end(by: signal.Signals) -> None:
            self.ended_by = by
            self.post_message(ExitApp())

        for each in (signal.SIGTERM, signal.SIGHUP, signal.SIGINT):
            loop.add_signal_handler(each, end, each)
        restart_when_let_go_on(self._take_terminal_again)

    def _take_terminal_again(self) -> None:
        if keys_can_come():
            with self.suspend():
                pass

    @on(ExitApp)
    def _end_once_begun(self, message: ExitApp) -> None:
        """Half made, a screen cannot be taken down: widgets fail which look for their parts."""
        if not self._may_end:
            self._is_to_end = True
            message.prevent_default()

    def exit(self, *args: Any, **kwargs: Any) -> None:
        """End; whoever asks for it from within has been made."""
        self._may_end = True
        super().exit(*args, **kwargs)

    def on_ready(self) -> None:
        """Let what the first paint did not need begin: the collector, the watch."""
        self.call_after_refresh(self._begin_watching)
        if self._options.complaints:
            self.say("\n".join(self._options.complaints), "warning")
        self._live = self._live or self.view
        self._tell()
        sys.setswitchinterval(_GIVES_WAY)
        collector = Collector()
        collector.begin()
        self.set_interval(EVERY, collector.collect)

    def _begin_watching(self) -> None:
        self._may_end = True
        if self._is_to_end:
            self.exit()
        if self._store is not None:
            self._store.begin_watching()

    def _follow(self, root: Path) -> RunView:
        """Begin to follow a run; what is known of it at once."""
        if self._options.to_be_told.kinds:
            from neps_tui.telling.teller import Teller

            self._teller = Teller(self._options.to_be_told, self.bell)
        self._turn += 1
        turn = self._turn

        def post(message: Message) -> bool:
            # What is said of a run that was left is for nobody, but for what became of a change.
            is_for_somebody = turn == self._turn or isinstance(message, CommandEnded)
            return is_for_somebody and self.post_message(message)

        self._told_polling = None
        self._store = RunStore(root, post, self._options.poll_seconds)
        self._store.start()
        return self._store.wait_for_first_look(_FIRST_LOOK) or _being_read(root)

    def on_unmount(self) -> None:
        """End the threads with the app."""
        for store in (self._store, self._folder):
            if store is not None:
                store.stop()

    # --- one of several runs -------------------------------------------------------------------

    @on(FolderChanged)
    def _on_folder_changed(self, message: FolderChanged) -> None:
        if self._runs is not None:
            with self.batch_update():
                self._runs.lines = message.lines

    @on(RunChosen)
    async def _on_run_chosen(self, message: RunChosen) -> None:
        if self._folder is None or self._store is not None:
            return
        self._folder.rest()
        self._live = None
        self._dashboard = self._dashboard_of(message.root)
        self.view = self._follow(message.root)
        await self.push_screen(self._dashboard.data_bind(NepsTuiApp.view))
        self._begin_watching()

    @on(RunLeft)
    async def _on_run_left(self) -> None:
        store, self._store = self._store, None
        if self._folder is None or store is None:
            return
        self._turn += 1
        # Not waited for: it may be making a change, or hang with a file server.
        asyncio.get_running_loop().run_in_executor(None, store.stop)
        await self._return()
        await self.pop_screen()
        self._folder.look()

    # --- what the store tells ------------------------------------------------------------------

    @on(RunChanged)
    def _on_run_changed(self, message: RunChanged) -> None:
        if self.view is None or message.view.snapshot.root != self.view.snapshot.root:
            return  # the last word on a run that was left
        self._live = message.view
        self._tell()
        if message.view.polling != self._told_polling:
            self._told_polling = message.view.polling
            if self._told_polling is not None and self._options.poll_seconds is None:
                self.say(f"Looking again and again: {self._told_polling}.")
        if self._dashboard.is_replaying:
            self._dashboard.note_live(message.view)
        else:
            with self.batch_update():
                self.view = message.view
        self.say_in_header("")

    @on(FirstLookGoesOn)
    def _on_first_look_goes_on(self, message: FirstLookGoesOn) -> None:
        if self.view is not None and not self.view.is_read:
            self.view = _being_read(self.view.snapshot.root, message.fraction)

    @on(StoreFailed)
    def _on_store_failed(self, message: StoreFailed) -> None:
        hint = "; leave and start again" if message.is_final else "; trying again"
        if self._store is None:
            self.say(f"{message.failure}{hint}", "error")
        self.say_in_header(f"{message.failure}{hint}")

    def say_in_header(self, text: str) -> None:
        """Tell of what is under way, in the header of every screen."""
        for screen in self.screen_stack:
            if isinstance(screen, RunScreen):
                screen.notice = text

    def _note_heartbeat(self) -> None:
        if self._had_keys and not keys_can_come():
            # Nobody sends a signal where it was no session's own; reading would spin for ever.
            self.ended_by = signal.SIGHUP
            self.exit()
        if self._store is None:
            return
        self._tell()
        for screen in self.screen_stack:
            if isinstance(screen, RunScreen):
                screen.checked_at = self._store.checked_at

    def _tell(self) -> None:
        """Tell what is new, in the ways that the person has chosen."""
        if self._live is not None and self._teller is not None:
            for failure in self._teller.tell(self._live):
                self.say(failure, "warning")

    def notify(self, *args: Any, **kwargs: Any) -> None:
        """Say something, in the place of what was said before: old news hides the screen."""
        self.clear_notifications()
        super().notify(*args, **kwargs)

    def shown(self) -> RunView | None:
        """The moment of the run that is on the screen."""
        return self.view

    def followed(self) -> RunStore | None:
        """Who reads and changes the run."""
        return self._store

    def uses_ascii(self) -> bool:
        """Whether only ASCII may be drawn."""
        return self._options.ascii

    def say(self, text: str, severity: str = "information") -> None:
        """Tell a person something, in the place of what was said before."""
        if severity == "error":
            self.notify(text, severity="error", timeout=_LONG_NOTE, markup=False)
        elif severity == "warning":
            self.notify(text, severity="warning", timeout=_LONG_NOTE, markup=False)
        else:
            self.notify(text, markup=False)

    # --- the past -------------------------------------------------------------------------------

    @on(ReplayAsked)
    def _on_replay_asked(self) -> None:
        if self.view is not None and not self._dashboard.is_replaying:
            from neps_tui.replay.by_hand import changed_by_hand

            self._live = self.view
            self._dashboard.open_replay(self.view)
            root = self.view.snapshot.root
            self.post_message(
                Asked(lambda: ChangedByHand(changed_by_hand(root)), self.post_message)
            )

    @on(ChangedByHand)
    def _on_changed_by_hand(self, message: ChangedByHand) -> None:
        there = self._live.snapshot.trials.keys() if self._live is not None else ()
        known = len(message.trial_ids.intersection(there))
        if known:
            trials = "1 trial was" if known == 1 else f"{known} trials were"
            self.say(f"{trials} reset or changed by hand: only the last turn of these is shown.")

    async def on_replay_bar_opened(self) -> None:
        """Do what the past was opened for, now that it is known."""
        asked, self._once_known = self._once_known, None
        if asked is not None:
            await self._perform(asked)

    def on_replay_bar_moved(self, event: ReplayBar.Moved) -> None:
        """Show another moment of the past, unless it comes too late."""
        if self._dashboard.is_replaying:
            with self.batch_update():
                self.view = event.view

    def on_replay_bar_left(self) -> None:
        """Show the present again."""
        self._dashboard.close_replay()
        # What was said of the past holds no more.
        self.clear_notifications()
        if self._live is not None:
            # Whatever it changed was not in the past that is still shown.
            snapshot = replace(self._live.snapshot, changed=None)
            with self.batch_update():
                self.view = replace(self._live, snapshot=snapshot)

    @on(PlotChosen)
    async def _on_plot_chosen(self, message: PlotChosen) -> None:
        await self._dashboard.choose_plot(message.chosen)

    # --- what a person asks --------------------------------------------------------------------

    @on(ActionAsked)
    async def _on_action_asked(self, message: ActionAsked) -> None:
        action = message.action
        if self._store is None:
            self.say("Choose a run first.")
            return
        if is_view(action.place):
            self.action_view(action.place)
        else:
            await self._return()
        if action.place == "replay":
            self._once_known = action
            self._dashboard.action_replay()
            return
        if action.place == "trial":
            chosen = self._dashboard.chosen()
            if not chosen:
                self.say("Choose a trial first.")
                return
            self._on_trial_opened(TrialOpened(chosen[0]))
        self.call_later(self._perform, action)

    async def _return(self) -> None:
        """Go back to the first screen."""
        while self.screen is not self._dashboard:
            await self.pop_screen()

    async def _perform(self, action: Action) -> None:
        """Do something on the screen that has just been gone to."""
        await self.screen.run_action(action.id)

    @on(TrialOpened)
    def _on_trial_opened(self, message: TrialOpened) -> None:
        from neps_tui.trial.screen import TrialScreen

        table = self._dashboard.order()
        order = message.order or (table if message.trial_id in table else ())
        screen = TrialScreen(
            message.trial_id,
            order or (message.trial_id,),
            read_only=self._read_only,
            ascii=self._options.ascii,
        )
        # From elsewhere, nothing was chosen on the dashboard.
        is_from_there = self.screen is self._dashboard
        point_at = self._dashboard.point_at if is_from_there else None
        self.push_screen(screen.data_bind(NepsTuiApp.view), point_at)

    @on(FileOpened)
    def _on_file_opened(self, message: FileOpened) -> None:
        from neps_tui.trial.tail_screen import TailScreen

        self.push_screen(TailScreen(message.path, message.name, ascii=self._options.ascii))

    @on(PlotOpened)
    def _on_plot_opened(self, message: PlotOpened) -> None:
        from neps_tui.plots.screen import PlotsScreen

        if isinstance(self.screen, PlotsScreen):
            self.screen.go_to(message.kind)
            return
        plots = PlotsScreen(read_only=self._read_only, ascii=self._options.ascii)
        plots.begin_with(message.kind, message.variant)
        self.push_screen(plots.data_bind(NepsTuiApp.view))

    @on(Asked)
    def _on_asked(self, message: Asked) -> None:
        if self._store is not None:
            self._store.inquire(Inquiry(message.read, message.answer))

    def get_key_display(self, binding: Binding) -> str:
        """What a key is called where it is listed."""
        shown = super().get_key_display(binding)
        return to_ascii(shown) if self._options.ascii else shown

    def action_command_palette(self) -> None:
        """Find any action, view or trial by its name."""
        from textual.command import CommandPalette

        asked = "Search for an action, a view or a trial"
        self.push_screen(CommandPalette(placeholder=asked, id="--command-palette"))

    def action_view(self, name: str) -> None:
        """Show a view of the run, in the place of another one."""
        from neps_tui.screens.view_screen import ViewScreen
        from neps_tui.trial.screen import TrialScreen

        made = make_view(name, read_only=self._read_only, ascii=self._options.ascii)
        screen = made.data_bind(NepsTuiApp.view)
        if type(self.screen) is type(made):
            return
        if isinstance(self.screen, TrialScreen):
            made.begin_with_trial(self.screen.trial_id)
        if isinstance(self.screen, ViewScreen):
            self.switch_screen(screen)
        else:
            self.push_screen(screen)

    def check_action(self, action: str, parameters: tuple[object, ...]) -> bool | None:
        """Keep keys from views of a run while none has been chosen."""
        if action in _OF_A_RUN and self._store is None:
            return False
        return super().check_action(action, parameters)

    async def action_replay(self) -> None:
        """Go through the run's past, on the first screen."""
        await self._return()
        self._dashboard.action_replay()

    def action_help(self) -> None:
        """Show every key."""
        from neps_tui.screens.help import HelpScreen

        self.push_screen(HelpScreen(ascii=self._options.ascii))

    def action_toggle_theme(self) -> None:
        """Change between dark and light."""
        other = OTHER_SHADE.get(self.theme)
        self._choose_theme(other or (_LIGHT if self.current_theme.dark else _DARK))

    @on(ThemeChosen)
    def _on_theme_chosen(self, message: ThemeChosen) -> None:
        self._choose_theme(message.name)

    def _choose_theme(self, name: str) -> None:
        """Use a theme from now on."""
        self.theme = name
        try:
            remember("theme", name)
        except OSError as error:
            self.say(f"The theme will not be remembered: {error}", "warning")
