"""What this program has changed in the run, and the way to take it back."""

from __future__ import annotations

from collections.abc import Iterable
from typing import ClassVar

from textual import on
from textual.app import ComposeResult
from textual.binding import BindingType
from textual.content import Content
from textual.message import Message
from textual.widgets import Static

from neps_tui.actions import bindings_of
from neps_tui.history.rows import COLUMNS, Kept, cells, in_words, read_kept
from neps_tui.messages import Asked, UndoAsked
from neps_tui.screens.changing import said_of_read_only
from neps_tui.screens.view_screen import ViewScreen
from neps_tui.view import RunView
from neps_tui.widgets.key_bar import KeyBar
from neps_tui.widgets.trial_table import TrialTable
from neps_tui.words.formatting import plain, to_ascii

_EMPTY = (
    "Nothing was changed in this run from here.\n"
    "What neps-tui changes is listed here, to be undone."
)


class HistoryScreen(ViewScreen):
    """The changes, newest first, and the chosen one in words."""

    CSS_PATH = "screen.tcss"
    BINDINGS: ClassVar[list[BindingType]] = [*bindings_of("history")]

    class Read(Message):
        """The changes were read, in the store's thread."""

        def __init__(self, kept: Kept) -> None:
            super().__init__()
            self.kept = kept

    def __init__(self, *, read_only: str = "", ascii: bool = False) -> None:
        super().__init__(read_only=read_only, ascii=ascii, id="history")
        self._title = Static(id="title", markup=False)
        self._table = TrialTable(id="table", ascii=ascii, empty_text=_EMPTY, flash=False)
        self._words = Static(id="words", markup=False)
        self._kept = Kept()
        self._is_asking = False

    def compose(self) -> ComposeResult:
        """The line about all, the changes, the chosen one, the keys."""
        yield self.header
        yield self._title
        yield self._table
        yield self._words
        yield KeyBar()

    def on_mount(self) -> None:
        """Let the keys move the cursor."""
        self._table.set_columns(COLUMNS)
        self._table.focus()

    def show(self, view: RunView) -> None:
        """Have the changes read, unless that is under way."""
        if not self._is_asking:
            self._is_asking = True
            self.post_message(Asked(lambda: self.Read(read_kept(view)), self.post_message))

    @on(Read)
    def _on_read(self, event: Read) -> None:
        self._is_asking = False
        self._kept = kept = event.kept
        if self.view is None:
            return
        now = self.view.now()
        by_id = {change.id: change for change in kept.newest_first()}
        self._table.set_rows(list(by_id), lambda key: cells(kept.past, by_id[key], now))
        said = kept.failure or f"Changes made with neps-tui: {len(by_id)}"
        begun = f", {kept.begun} cut short: see doctor" if kept.begun else ""
        self._title.update(self._inert([(said, "bold"), (begun, "$text-warning")]))
        self._draw_words()

    @on(TrialTable.CursorMoved)
    def _draw_words(self) -> None:
        """Put the change under the cursor in words."""
        chosen = self._table.cursor_key
        change = None if chosen is None else self._kept.find(chosen)
        said = [] if change is None else in_words(self._kept.past, change)
        self._words.update(self._inert(said))
        self.refresh_bindings()

    def _inert(self, parts: Iterable[tuple[str, str]]) -> Content:
        said = [(plain(text, newlines=True), style) for text, style in parts]
        if self.ascii:
            said = [(to_ascii(text), style) for text, style in said]
        return Content.assemble(*said)

    @on(TrialTable.Opened)
    def _on_opened(self, event: TrialTable.Opened) -> None:
        change = self._kept.find(event.key)
        known = [each for each in change.trial_ids if self._is_there(each)] if change else []
        if known:
            self.open_trial(known[0], tuple(known))
        else:
            self.notify("None of its trials is in the run now.", markup=False)

    def _is_there(self, trial_id: str) -> bool:
        return self.view is not None and self.view.trial(trial_id) is not None

    def why_not(self, action: str) -> str | None:
        """Why an action cannot be done now."""
        if action != "undo_this":
            return super().why_not(action)
        if self.read_only:
            return said_of_read_only(self.read_only)
        chosen = self._table.cursor_key
        if chosen is None or chosen not in self._kept.past.undoable:
            return "There is nothing to be taken back here."
        why = self._kept.past.obstacles.get(chosen)
        return None if why is None else f"It cannot be taken back: {why}."

    def action_undo_this(self) -> None:
        """Ask whether to take the chosen change back."""
        chosen = self._table.cursor_key
        if chosen is not None and not self.refuses("undo_this"):
            self.post_message(UndoAsked(chosen))
