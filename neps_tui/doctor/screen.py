"""What is wrong with the run's directory, what that does, and what mends it.

The run is examined in a thread of its own and not in the store's. It is only read for it, but for
seconds where there are many trials, with a pause between two looks: so long nothing of the run
would be followed on any screen. What mends it is done by the store's thread, as every change.
"""

from __future__ import annotations

import threading
import time
from dataclasses import replace
from typing import ClassVar

from textual import on
from textual.app import ComposeResult
from textual.binding import BindingType
from textual.content import Content
from textual.events import Resize
from textual.message import Message
from textual.widgets import Static

from neps_state import Changed, NePSState
from neps_tui.actions import bindings_of
from neps_tui.doctor.examine import examine
from neps_tui.doctor.finding import Finding
from neps_tui.doctor.mending import mended_of, plan_mend
from neps_tui.doctor.rows import finding_cells, finding_columns, finding_lines, findings_in_short
from neps_tui.messages import MendAsked
from neps_tui.screens.changing import said_of_read_only
from neps_tui.screens.pane import Pane
from neps_tui.screens.view_screen import ViewScreen
from neps_tui.view import RunView
from neps_tui.widgets.columns import Cell
from neps_tui.widgets.fitted_text import FittedText
from neps_tui.widgets.key_bar import KeyBar
from neps_tui.widgets.reading_scroll import ReadingScroll
from neps_tui.widgets.trial_table import TrialTable
from neps_tui.words.formatting import counted, to_ascii

_LOOKING = "The run is being looked at, twice: what is just being written is not told."
_NOTHING = (
    "Nothing is wrong.\nDisagreeing files, torn caches, abandoned trials and held locks come here."
)
_NARROW = 110


class FindingTable(TrialTable):
    """A table of findings: nothing in it is selected for later."""

    def check_action(self, action: str, parameters: tuple[object, ...]) -> bool | None:
        """Leave out the keys that select rows."""
        if action in ("mark", "extend", "mark_all"):
            return False
        return super().check_action(action, parameters)


class DoctorScreen(ViewScreen):
    """Findings in rows, the worst first, and below them the chosen one in words.

    Args:
        read_only: Why the run may not be changed from here; empty if it may.
        ascii: Whether only ASCII may be drawn.
    """

    CSS_PATH = "screen.tcss"
    BINDINGS: ClassVar[list[BindingType]] = [*bindings_of("doctor")]

    class Examined(Message):
        """The run was examined."""

        def __init__(self, findings: tuple[Finding, ...]) -> None:
            super().__init__()
            self.findings = findings

    class MendEnded(Message):
        """The store's thread has mended what it could."""

    def __init__(self, *, read_only: str = "", ascii: bool = False) -> None:
        super().__init__(read_only=read_only, ascii=ascii, id="doctor")
        self._short = Static(id="short", markup=False)
        self._table = FindingTable(pinned=1, flash=False, ascii=ascii, empty_text=_LOOKING)
        self._words: FittedText[Finding] = FittedText(finding_lines, ascii=ascii)
        self._panes = {name: Pane(id=name, ascii=ascii) for name in ("found", "chosen")}
        self._by_kind: dict[str, Finding] = {}
        self._findings: tuple[Finding, ...] | None = None
        self._looked_at = 0.0
        self._is_looking = False
        self._before_mend: tuple[Finding, ...] | None = None
        self._leaving = threading.Event()
        self._drawn: list[tuple[str, str]] = []

    def compose(self) -> ComposeResult:
        """The line about all, the findings, the chosen one, the keys."""
        yield self.header
        yield self._short
        with self._panes["found"]:
            yield self._table
        with self._panes["chosen"], ReadingScroll():
            yield self._words
        yield KeyBar()

    def on_mount(self) -> None:
        """Let the keys move the cursor."""
        self._table.focus()

    def on_resize(self, event: Resize) -> None:
        """Shorter rows and fewer of them, where there is little room."""
        del event
        self._draw_found()

    def on_unmount(self) -> None:
        """Let the look under way end without its pause."""
        self._leaving.set()

    def show(self, view: RunView) -> None:
        """Look at the run, the first time, and say how old the look is."""
        if self._findings is None and view.has_run:
            self._look()
        self._draw_short()

    # --- looking -------------------------------------------------------------------------------

    def _look(self) -> None:
        """Examine the run, unless that is under way."""
        if self._is_looking or self.view is None:
            return
        self._is_looking = True
        root, may_probe = self.view.snapshot.root, not self.read_only

        def look() -> None:
            found = examine(root, may_probe=may_probe, wait=self._leaving.wait)
            self.post_message(self.Examined(found))

        self.run_worker(look, name="examine", thread=True)
        self._draw_short()
        self.refresh_bindings()

    @on(Examined)
    def _on_examined(self, event: Examined) -> None:
        self._is_looking = False
        self._looked_at = time.time()
        self._findings = event.findings
        self._by_kind = {finding.kind: finding for finding in event.findings}
        self._table.empty_text = _NOTHING
        self.set_class(not event.findings, "-empty")
        self._panes["found"].set_title("Found")
        self._draw_found()
        self._draw_short()
        self._draw_chosen()
        self._tell_mended(event.findings)

    def _draw_found(self) -> None:
        size = self.app.size
        narrow = size.width < _NARROW
        self._table.set_columns(finding_columns(narrow) if self._by_kind else ())

        def cells(kind: str) -> tuple[Cell, ...]:
            return finding_cells(self._by_kind[kind], narrow=narrow, ascii=self.ascii)

        self._table.set_rows(list(self._by_kind), cells)
        rows = min(len(self._by_kind), size.height // 4)
        self._table.styles.height = rows + 1 if rows else "1fr"

    def _draw_short(self) -> None:
        parts = findings_in_short(
            self._findings,
            is_looking=self._is_looking,
            age_of_look=time.time() - self._looked_at,
        )
        drawn = [(to_ascii(text) if self.ascii else text, style) for text, style in parts]
        if drawn != self._drawn:
            self._drawn = drawn
            self._short.update(Content.assemble(*drawn))

    @on(TrialTable.CursorMoved)
    def _draw_chosen(self) -> None:
        """Put the finding under the cursor in words."""
        finding = self._chosen
        self._panes["chosen"].set_title("" if finding is None else finding.kind)
        if finding is not None:
            self._words.show(finding)
        self.refresh_bindings()

    @property
    def _chosen(self) -> Finding | None:
        return self._by_kind.get(self._table.cursor_key or "")

    # --- what a person can do ------------------------------------------------------------------

    def why_not(self, action: str) -> str | None:
        """Why an action cannot be done now; None if it can."""
        if action == "open" and not self._trials():
            return "This is not about trials that are in the run."
        if self._is_looking and action in ("look_again", "mend"):
            return "The run is being looked at just now."
        if action != "mend":
            return super().why_not(action)
        if self.read_only:
            return said_of_read_only(self.read_only)
        if self.view is not None and self.view.moment is not None:
            return "This is the past: go back to now to change the run."
        if not any(finding.is_mendable for finding in self._findings or ()):
            return "Nothing that was found can be mended without a risk."
        return None

    def action_look_again(self) -> None:
        """Examine the run again."""
        if not self.refuses("look_again"):
            self._look()

    def action_mend(self) -> None:
        """Ask whether to mend what can be mended without a risk."""
        if self.refuses("mend") or self._findings is None:
            return
        findings = self._findings
        plan = plan_mend(findings)

        def make(state: NePSState, force: bool) -> Changed:
            self._before_mend = findings
            try:
                # What was mended is told once another look has shown it.
                return replace(plan.make(state, force), change_id=None)
            finally:
                self.post_message(self.MendEnded())

        self.post_message(MendAsked(replace(plan, make=make)))

    @on(MendEnded)
    def _on_mend_ended(self) -> None:
        self._look()

    def _tell_mended(self, left: tuple[Finding, ...]) -> None:
        if self._before_mend is None:
            return
        mended = mended_of(self._before_mend, left)
        self._before_mend = None
        if mended:
            self.notify(f"Mended: {counted(len(mended), 'finding')}.", markup=False)

    @on(TrialTable.Opened)
    def action_open(self) -> None:
        """Show the first trial that the finding is about, among the others."""
        if not self.refuses("open"):
            trials = self._trials()
            self.open_trial(trials[0], trials)

    def _trials(self) -> tuple[str, ...]:
        finding, view = self._chosen, self.view
        if finding is None or view is None:
            return ()
        return tuple(each for each in finding.trials if view.trial(each) is not None)
