"""The first screen: everything about a run at a glance, and the way to everything else."""

from __future__ import annotations

import time
from collections.abc import Sequence
from typing import ClassVar

from textual import on
from textual.app import ComposeResult
from textual.binding import BindingType
from textual.containers import Container, Vertical
from textual.events import Resize
from textual.reactive import reactive
from textual.screen import Screen
from textual.widgets import Input, Static, Tab, Tabs

from neps_tui.actions import bindings_of
from neps_tui.filter import FilterError, parse_filter
from neps_tui.messages import ResetAsked, TrialOpened
from neps_tui.panes.errors import ErrorsPane
from neps_tui.panes.evaluated import EvaluatedPane
from neps_tui.panes.evaluating import EvaluatingPane
from neps_tui.panes.incumbent import IncumbentPane
from neps_tui.panes.optimizer import OptimizerPane
from neps_tui.panes.pane import Pane
from neps_tui.panes.pending import PendingPane
from neps_tui.panes.table_pane import TablePane
from neps_tui.trial_fields import TrialFields
from neps_tui.view import RunView
from neps_tui.widgets.key_bar import KeyBar
from neps_tui.widgets.run_header import RunHeader
from neps_tui.widgets.trial_table import TrialTable

_TAB_NAMES = {
    "evaluated": "Evaluated",
    "evaluating": "Evaluating",
    "pending": "Pending",
    "errors": "Errors",
    "incumbent": "Plot",
    "optimizer": "Optimizer",
}
_LEAST_WIDTH, _LEAST_HEIGHT = 120, 30
"""Below this size the panes become tabs."""


class DashboardScreen(Screen[None]):
    """Header, panes and footer.

    Args:
        can_write: Whether the run may be changed from here.
        ascii: Whether only ASCII may be drawn.
    """

    BINDINGS: ClassVar[list[BindingType]] = [*bindings_of("dashboard", "everywhere")]
    AUTO_FOCUS = ""

    view: reactive[RunView | None] = reactive[RunView | None](None)
    notice: reactive[str] = reactive("")
    """What is under way, or has failed."""

    def __init__(self, *, can_write: bool = True, ascii: bool = False) -> None:
        super().__init__()
        self._can_write = can_write
        self._header = RunHeader(read_only=not can_write, ascii=ascii)
        self._evaluated = EvaluatedPane(ascii=ascii)
        self._panes: dict[str, Pane] = {
            "evaluating": EvaluatingPane(ascii=ascii),
            "evaluated": self._evaluated,
            "pending": PendingPane(ascii=ascii),
            "errors": ErrorsPane(ascii=ascii),
            "incumbent": IncumbentPane(ascii=ascii),
            "optimizer": OptimizerPane(ascii=ascii),
        }
        self._active = "evaluated"
        self._evaluated.add_class("-active")
        self._had_run = False
        self._filter_note = Static(id="filter-note", markup=False)
        self.checked_at = time.monotonic()

    def compose(self) -> ComposeResult:
        """Header, tabs for small terminals, panes, filter line, footer."""
        yield self._header
        with Container(id="panes"):
            for pane in self._panes.values():
                yield pane.data_bind(DashboardScreen.view)
        with Vertical(id="filter"):
            yield Input(placeholder="learning_rate<1e-3 state:success", compact=True)
            yield self._filter_note
        yield KeyBar()

    def on_mount(self) -> None:
        """Start with the trials."""
        self.set_interval(1.0, self.tick)
        self._activate(self._active)

    def on_resize(self, event: Resize) -> None:
        """Panes where there is room, tabs where there is not."""
        small = event.size.width < _LEAST_WIDTH or event.size.height < _LEAST_HEIGHT
        self.set_class(small, "-tabbed")
        if small and not self.query("#tabs"):
            tabs = (Tab(name, id=f"tab-{pane}") for pane, name in _TAB_NAMES.items())
            self.mount(Tabs(*tabs, id="tabs", active=f"tab-{self._active}"), before="#panes")
        self.call_after_refresh(self._draw_header)
        self.call_after_refresh(self._count_in_tabs)

    def watch_view(self) -> None:
        """Draw another moment of the run."""
        self._draw_header()
        self._count_in_tabs()
        if self._had_run != self._has_run():
            # Only then: the footer is made anew each time.
            self._had_run = self._has_run()
            self.refresh_bindings()

    def _count_in_tabs(self) -> None:
        if self.view is None or not self.query("#tabs Tab"):
            return
        summary = self.view.summary
        counts = {
            "evaluated": summary.total - len(summary.evaluating) - len(summary.pending),
            "evaluating": len(summary.evaluating),
            "pending": len(summary.pending),
            "errors": len(self.view.snapshot.errors),
        }
        for name, count in counts.items():
            label = f"{_TAB_NAMES[name]} {count}"
            tab = self.query_one(f"#tab-{name}", Tab)
            if tab.label_text != label:
                tab.label = label

    def watch_notice(self) -> None:
        """Say what is under way."""
        self._draw_header()

    def tick(self) -> None:
        """Draw what changes by itself with time."""
        if not self.is_current:
            return
        now = time.time()
        for pane in self._panes.values():
            if pane.display:
                pane.tick(now)
        self._draw_header()

    def _draw_header(self) -> None:
        if self.view is not None and self._header.is_mounted:
            age = time.monotonic() - self.checked_at
            self._header.draw(self.view, time.time(), age, self.notice or None)

    # --- moving about --------------------------------------------------------------------------

    def action_pane(self, name: str) -> None:
        """Go to a pane."""
        self._activate(name)

    @on(Tabs.TabActivated)
    def _on_tab(self, event: Tabs.TabActivated) -> None:
        if self.has_class("-tabbed"):
            self._activate((event.tab.id or "").removeprefix("tab-"))

    def on_descendant_focus(self) -> None:
        """The pane that has the focus is the active one."""
        for name, pane in self._panes.items():
            if pane.has_focus_within or pane.has_focus:
                self._mark_active(name)

    def _activate(self, name: str) -> None:
        self._mark_active(name)
        pane = self._panes[name]
        if isinstance(pane, TablePane | IncumbentPane | OptimizerPane):
            pane.focus_content()

    def _mark_active(self, name: str) -> None:
        if name == self._active:
            return
        self._panes[self._active].remove_class("-active")
        self._panes[name].add_class("-active")
        self._active = name
        for tabs in self.query(Tabs):
            tabs.active = f"tab-{name}"

    # --- what a person can do ------------------------------------------------------------------

    def check_action(self, action: str, parameters: tuple[object, ...]) -> bool | None:
        """Grey what is impossible now."""
        del parameters
        if action == "filter" and isinstance(self.focused, Input):
            # The sign is a part of what is typed.
            return False
        if action in ("sort", "reverse_sort", "filter") and not self._has_run():
            return None
        if action == "reset":
            return True if self._can_write and self._has_run() else None
        return True

    def _has_run(self) -> bool:
        return self.view is not None and self.view.has_run

    def chosen(self) -> Sequence[str]:
        """Ids of the trials that an action is about."""
        return self._panes[self._active].chosen()

    def action_open(self) -> None:
        """Show the chosen trial whole."""
        chosen = self.chosen()
        if chosen:
            self.post_message(TrialOpened(chosen[0], tuple(self._evaluated.rows.order())))

    @on(TrialTable.Opened)
    def _on_opened(self, event: TrialTable.Opened) -> None:
        pane = self._panes[self._active]
        trial_id = pane.trial_of(event.key) if isinstance(pane, TablePane) else event.key
        order = (
            self._evaluated.rows.order()
            if self._active == "evaluated"
            else [pane.trial_of(key) for key in event.table.keys]
            if isinstance(pane, TablePane)
            else [trial_id]
        )
        self.post_message(TrialOpened(trial_id, tuple(order)))

    def action_reset(self) -> None:
        """Ask whether to reset the chosen trials."""
        chosen = self.chosen()
        if chosen:
            self.post_message(ResetAsked(tuple(chosen)))
        else:
            self.notify("Choose a trial first.", markup=False)

    def clear_selection(self) -> None:
        """Select nothing any more."""
        for table in self.query(TrialTable):
            table.clear_marks()

    def action_sort(self) -> None:
        """Sort by the next column."""
        self._evaluated.sort_next()

    def action_reverse_sort(self) -> None:
        """Turn the sorting round."""
        self._evaluated.reverse()

    @on(TrialTable.SortRequested, "#evaluated TrialTable")
    def _on_sort(self, event: TrialTable.SortRequested) -> None:
        self._evaluated.sort_by(event.column_key)

    # --- filter --------------------------------------------------------------------------------

    def action_filter(self) -> None:
        """Open the line in which a filter is typed."""
        self._mark_active("evaluated")
        self._note_filter("enter keeps the filter, escape takes it away")
        # At once, not by the next refresh: the next key is typed into it.
        self.query_one("#filter").display = True
        self.set_focus(self.query_one("#filter Input", Input))

    def action_clear(self) -> None:
        """Take away filter and selection."""
        field = self.query_one("#filter Input", Input)
        field.value = ""
        self._evaluated.filter_by("", None)
        self.query_one("#filter").remove_class("-wrong")
        self.query_one("#filter").display = False
        self.clear_selection()
        self._activate(self._active)

    @on(Input.Changed, "#filter Input")
    def _on_filter(self, event: Input.Changed) -> None:
        if self.view is None:
            return
        text = event.value.strip()
        try:
            fields = TrialFields(self.view.snapshot, self.view.summary)
            holds = parse_filter(text, fields) if text else None
        except FilterError as error:
            self.query_one("#filter").add_class("-wrong")
            self._note_filter(str(error))
            return
        self.query_one("#filter").remove_class("-wrong")
        self._evaluated.filter_by(text, holds)
        self._note_filter(f"{len(self._evaluated.rows)} trials match")

    @on(Input.Submitted, "#filter Input")
    def _on_filter_done(self) -> None:
        if not self.query_one("#filter").has_class("-wrong"):
            self.query_one("#filter").display = False
            self._activate("evaluated")

    def _note_filter(self, text: str) -> None:
        self._filter_note.update(text)
