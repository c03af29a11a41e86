"""The errors in kinds: what went wrong, how often, to which configs, with each traceback."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING, ClassVar

from textual import on
from textual.app import ComposeResult
from textual.binding import BindingType
from textual.containers import Container
from textual.content import Content
from textual.events import Resize
from textual.widget import Widget
from textual.widgets import Static

from neps_tui.actions import bindings_of
from neps_tui.errors.kinds import ErrorKind, ErrorsInKinds, KindsOfErrors, TrialError
from neps_tui.errors.rows import KIND_COLUMNS, ErrorRows, about, kind_cells
from neps_tui.errors.traceback_view import TracebackView
from neps_tui.screens.changing import Changing
from neps_tui.screens.pane import Pane
from neps_tui.screens.view_screen import ViewScreen
from neps_tui.view import RunView
from neps_tui.widgets.columns import Cell
from neps_tui.widgets.key_bar import KeyBar
from neps_tui.widgets.trial_table import TrialTable
from neps_tui.words.formatting import plain, to_ascii

if TYPE_CHECKING:
    from textual.widgets import Input

    from neps_tui.widgets.search_line import SearchLine

_LEAST_WIDTH, _LEAST_HEIGHT = 120, 30
"""Below this size kinds and their errors share a place."""
_FEW_ROWS = 4
"""Rows that a table has at the most where there is little room."""
_NO_ERRORS = "No errors.\nA trial that crashes comes here, with the others that crashed like it."


class ErrorsScreen(Changing[None], ViewScreen):
    """Kinds above, the errors of the chosen kind below, and beside them the chosen traceback.

    Args:
        read_only: Why the run may not be changed from here; empty if it may.
        ascii: Whether only ASCII may be drawn.
    """

    CSS_PATH = "screen.tcss"
    BINDINGS: ClassVar[list[BindingType]] = [*bindings_of("errors")]

    def __init__(self, *, read_only: str = "", ascii: bool = False) -> None:
        super().__init__(read_only=read_only, ascii=ascii, id="errors")
        self._kinds = TrialTable(pinned=0, ascii=ascii, empty_text=_NO_ERRORS)
        self._about = Static(id="about", markup=False)
        self._errors = TrialTable(ascii=ascii)
        self._traceback = TracebackView(ascii=ascii)
        self._search: SearchLine | None = None
        self._panes = {name: Pane(id=name, ascii=ascii) for name in ("kinds", "one", "traceback")}
        self._fold = KindsOfErrors()
        self._found: ErrorsInKinds | None = None
        self._kind_of: dict[str, ErrorKind] = {}
        self._shown_kind: ErrorKind | None = None
        self._rows: ErrorRows | None = None
        self._said: object = None
        self._searched_from: Widget | None = None
        self._is_on_errors = False
        self._begins_with = ""

    def compose(self) -> ComposeResult:
        """Header, three panes, keys; the search comes when it is needed."""
        yield self.header
        with self._panes["kinds"]:
            yield self._kinds
            yield self._about
        with Container(id="lower"):
            with self._panes["one"]:
                yield self._errors
            with self._panes["traceback"]:
                yield self._traceback
        yield KeyBar()

    def begin_with_trial(self, trial_id: str) -> None:
        """Point at the last error of a trial, once there is something to see.

        Args:
            trial_id: The trial; if it has no error, nothing is pointed at.
        """
        self._begins_with = trial_id
        if self.view is not None and self.is_mounted:
            self.show(self.view)

    def on_resize(self, event: Resize) -> None:
        """Kinds and errors one in the place of the other, where there is little room."""
        small = event.size.width < _LEAST_WIDTH or event.size.height < _LEAST_HEIGHT
        self.set_class(small, "-small")
        self._take_turns()
        self._make_room()

    def _take_turns(self) -> None:
        """Show kinds or their errors, where there is no room for both.

        Not by a class: that would find the styles of the whole screen anew at every change of pane.
        """
        small = self.has_class("-small")
        self._panes["kinds"].display = not (small and self._is_on_errors)
        self._panes["one"].display = not small or self._is_on_errors

    def _make_room(self) -> None:
        """Give tables as many lines as they need, and most of the screen to the traceback."""
        small, kinds = self.has_class("-small"), len(self._kind_of)
        most = _FEW_ROWS if small else max(self.app.size.height // 4, _FEW_ROWS)
        self._kinds.styles.height = min(kinds, most) + 1 if kinds else "1fr"
        errors = 0 if self._shown_kind is None else len(self._shown_kind.errors)
        self._errors.styles.height = min(errors, _FEW_ROWS + 2) + 1 if small else "1fr"

    # --- the run -------------------------------------------------------------------------------

    def show(self, view: RunView) -> None:
        """Draw the errors; what has not changed only grows older."""
        found = self._fold.of(view.snapshot, view.summary)
        if found is not self._found:
            self._found = found
            listed = (*filter(None, [found.everything]), *found.kinds, *found.oddities)
            self._kind_of = {kind.key: kind for kind in listed}
            self.set_class(not found.kinds, "-empty")
            self._kinds.set_columns(KIND_COLUMNS if found.kinds else ())
        self._kinds.set_rows(list(self._kind_of), self._kind_cells)
        self._show_kind()
        self._draw_titles()
        self._point(found)

    def _point(self, found: ErrorsInKinds) -> None:
        """Bring the cursors to the error that is to be seen first."""
        trial_id, self._begins_with = self._begins_with, ""
        last = found.last_of(trial_id) if trial_id else None
        if last is not None:
            kind, error = last
            self._kinds.move_cursor(kind.key)
            self._show_kind()
            self._errors.move_cursor(error.key)
            self._show_error()

    def _kind_cells(self, key: str) -> tuple[Cell, ...]:
        assert self._found is not None
        assert self.view is not None
        return kind_cells(self._kind_of[key], self._found, self.view.now())

    def _show_kind(self) -> None:
        """Draw the errors of the kind under the cursor."""
        kind = self._kind_of.get(self._kinds.cursor_key or "")
        if kind is None or self.view is None or self._found is None:
            self._shown_kind = self._rows = None
            self._make_room()
            return
        is_other = self._shown_kind is None or kind.key != self._shown_kind.key
        self._shown_kind = kind
        self._rows = ErrorRows(kind, self.view)
        self._say(kind, self._found, self.view.now())
        if is_other:
            self._errors.clear_marks()
        self._errors.set_columns(self._rows.columns)
        self._errors.set_rows(self._rows.keys, self._rows.cells)
        if is_other:
            self._errors.move_cursor(self._rows.keys[0])
        self._make_room()
        self._draw_titles()
        self._show_error()

    @on(TrialTable.MarksChanged)
    def _draw_titles(self) -> None:
        """Say how many there are, and how many of them are selected."""
        if self._found is not None:
            self._panes["kinds"].set_title(_title(self._found), _selected(self._kinds))
        if (kind := self._shown_kind) is not None:
            title = f"{kind.err_type} {len(kind.errors)}"
            self._panes["one"].set_title(title, _selected(self._errors))

    def _say(self, kind: ErrorKind, found: ErrorsInKinds, now: float) -> None:
        parts = about(kind, found, now)
        if parts != self._said:
            self._said = parts
            texts = ((plain(text, newlines=True), style) for text, style in parts)
            shown = ((to_ascii(text) if self.ascii else text, style) for text, style in texts)
            self._about.update(Content.assemble(*shown))

    def _show_error(self) -> None:
        """Draw the traceback of the error under the cursor."""
        error = self._error
        if error is None:
            return
        last = f"{error.err_type}: {error.message}"
        self._traceback.set_text(error.traceback or f"{last}\n\n(no traceback was kept)")
        self._panes["traceback"].set_title(f"Traceback {error.trial_id}", error.standing.value)
        self._say_found()

    @property
    def _error(self) -> TrialError | None:
        return None if self._rows is None else self._rows.get(self._errors.cursor_key)

    # --- moving about --------------------------------------------------------------------------

    @on(TrialTable.CursorMoved)
    def _on_cursor_moved(self, event: TrialTable.CursorMoved) -> None:
        if event.table is self._kinds:
            self._show_kind()
        else:
            self._show_error()

    @on(TrialTable.Opened)
    def _on_opened(self, event: TrialTable.Opened) -> None:
        if event.table is self._kinds:
            self._go_to("one")
        else:
            self.action_open()

    def action_open(self) -> None:
        """Show the trial of the chosen error whole."""
        error, kind = self._error, self._shown_kind
        if error is None or kind is None or self.view is None:
            return
        if self.view.trial(error.trial_id) is None:
            self.notify(f"Trial {error.trial_id} is not in the run any more.", markup=False)
        else:
            self.open_trial(error.trial_id, kind.trial_ids)

    def action_next_pane(self, step: int = 1) -> None:
        """Go on to the next pane."""
        names = list(self._panes)
        at = next((i for i, name in enumerate(names) if self._panes[name].has_focus_within), 0)
        self._go_to(names[(at + step) % len(names)])

    def action_previous_pane(self) -> None:
        """Go back to the pane before."""
        self.action_next_pane(-1)

    def _go_to(self, name: str) -> None:
        if name != "traceback":
            self._is_on_errors = name == "one"
            self._take_turns()
        targets: dict[str, Widget] = {
            "kinds": self._kinds,
            "one": self._errors,
            "traceback": self._traceback,
        }
        self.set_focus(targets[name])

    def action_back(self) -> None:
        """Close what was opened last: the search, the errors of a kind, the view."""
        if self._search is not None:
            self._end_search()
        elif self.has_class("-small") and self._is_on_errors:
            self._go_to("kinds")
        else:
            super().action_back()

    # --- search --------------------------------------------------------------------------------

    async def action_search(self) -> None:
        """Open the line in which to type what to search the traceback for."""
        if self._search is None:
            from neps_tui.widgets.search_line import SearchLine

            self._searched_from = self.focused
            self._search = SearchLine()
            await self._panes["traceback"].mount(self._search)
        # At once: the next key is typed into it.
        self.set_focus(self._search.input)

    def action_keep_search(self) -> None:
        """Go on in the traceback, with the matches in it."""
        self.set_focus(self._traceback)

    def _end_search(self) -> None:
        if self._search is not None:
            self.set_focus(self._searched_from)
            self._search.remove()
            self._search = None
            self._traceback.query_text = ""
            self.refresh_bindings()

    def on_input_changed(self, event: Input.Changed) -> None:
        """Search while it is typed."""
        if self._search is not None:
            self._traceback.query_text = event.value
            self._say_found()

    def action_next_match(self, step: int = 1) -> None:
        """Show the next match."""
        self._traceback.next_match(step)
        self._say_found()

    def action_previous_match(self) -> None:
        """Show the match before."""
        self.action_next_match(-1)

    def _say_found(self) -> None:
        if self._search is not None:
            self._search.say(self._traceback.found)
            self.refresh_bindings()

    @property
    def _is_typing(self) -> bool:
        return self._search is not None and self.focused is self._search.input

    # --- what can be done ----------------------------------------------------------------------

    def check_action(self, action: str, parameters: tuple[object, ...]) -> bool | None:
        """Grey what is impossible now."""
        del parameters
        if action == "search" and self._is_typing:
            # The sign is a part of what is typed.
            return False
        if action == "keep_search":
            return self._is_typing
        if action in ("next_match", "previous_match"):
            # Not greyed: the keys of a search that nobody has begun are in the way of others.
            return self._traceback.has_matches
        if action in ("search", "open", "next_pane", "previous_pane"):
            return True if self._kind_of else None
        if action == "change":
            return True if self._kind_of else None
        return True

    def chosen(self) -> Sequence[str]:
        """The trials of the selected kinds, or of the selected errors, that are there."""
        if self.view is None:
            return ()
        if self._kinds.has_focus:
            keys = self._kinds.marked or {self._kinds.cursor_key or ""}
            kinds = (kind for key, kind in self._kind_of.items() if key in keys)
            trial_ids = [each for kind in kinds for each in kind.trial_ids]
        else:
            keys = self._errors.marked or {self._errors.cursor_key or ""}
            errors = self._shown_kind.errors if self._shown_kind is not None else ()
            trial_ids = [error.trial_id for error in errors if error.key in keys]
        return tuple(dict.fromkeys(each for each in trial_ids if self.view.trial(each)))


def _selected(table: TrialTable) -> str:
    return f"{len(table.marked)} selected" if table.marked else ""


def _title(found: ErrorsInKinds) -> str:
    if not found.kinds:
        return "Errors 0"
    kinds = "1 kind" if len(found.kinds) == 1 else f"{len(found.kinds)} kinds"
    return f"Errors {found.total} in {kinds}"
