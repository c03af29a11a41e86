"""The first screen: everything about a run at a glance, and the way to everything else."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from typing import TYPE_CHECKING, ClassVar

from textual import on
from textual.app import ComposeResult
from textual.binding import BindingType
from textual.events import Resize

from neps_tui.actions import bindings_of, pane_keys
from neps_tui.dashboard.layout import Direction, PaneLayout
from neps_tui.dashboard.pane_grid import PaneGrid
from neps_tui.dashboard.panes.errors import ErrorsPane
from neps_tui.dashboard.panes.evaluated import EvaluatedPane
from neps_tui.dashboard.panes.evaluating import EvaluatingPane
from neps_tui.dashboard.panes.incumbent import IncumbentPane
from neps_tui.dashboard.panes.optimizer import OptimizerPane
from neps_tui.dashboard.panes.pending import PendingPane
from neps_tui.dashboard.panes.table_pane import TablePane
from neps_tui.messages import RunLeft, TrialOpened
from neps_tui.remembered import recall, remember
from neps_tui.replay.replaying import Replaying
from neps_tui.screens.changing import CHANGES, Changing
from neps_tui.screens.pane import Pane
from neps_tui.screens.run_screen import RunScreen
from neps_tui.trials.column_choice import ColumnChoice
from neps_tui.view import RunView
from neps_tui.widgets.key_bar import KeyBar
from neps_tui.widgets.trial_table import TrialTable

if TYPE_CHECKING:
    from neps_tui.plots.canvas import PlotCanvas
    from neps_tui.plots.chosen import ChosenPlot
    from neps_tui.widgets.pane_tabs import PaneTabs

_TAB_NAMES = {
    "evaluated": "Evaluated",
    "evaluating": "Evaluating",
    "pending": "Pending",
    "errors": "Errors",
    "incumbent": "Plot",
    "optimizer": "Optimizer",
}
_NEEDING_A_RUN = CHANGES | {"sort", "reverse_sort", "columns", "filter", "jump", "replay"}
_ARRANGING = frozenset({"zoom", "resize", "hide_pane"})
_WHILE_NOT_TYPING = {"filter", "jump", "play", "leave"}
"""What is done before whoever has the focus gets the key, unless it is a part of a text."""
_LEAST_WIDTH, _LEAST_HEIGHT = 120, 30
"""Below this size the panes become tabs."""


class DashboardScreen(Replaying[None], Changing[None], RunScreen):
    """Header, panes and footer.

    Args:
        read_only: Why the run may not be changed from here; empty if it may.
        ascii: Whether only ASCII may be drawn.
        is_one_of_several: Whether one can go back from it to other runs.
    """

    BINDINGS: ClassVar[list[BindingType]] = [
        *bindings_of("replay"),
        *bindings_of("dashboard", "everywhere"),
    ]
    AUTO_FOCUS = ""

    def __init__(
        self, *, read_only: str = "", ascii: bool = False, is_one_of_several: bool = False
    ) -> None:
        super().__init__(read_only=read_only, ascii=ascii)
        self._is_one_of_several = is_one_of_several
        self._evaluated = EvaluatedPane(ascii=ascii)
        self._incumbent = IncumbentPane(ascii=ascii)
        self._panes: dict[str, Pane] = {
            "evaluating": EvaluatingPane(ascii=ascii),
            "evaluated": self._evaluated,
            "pending": PendingPane(ascii=ascii),
            "errors": ErrorsPane(ascii=ascii),
            "incumbent": self._incumbent,
            "optimizer": OptimizerPane(ascii=ascii),
        }
        for name, key in pane_keys().items():
            self._panes[name].title_key = key
        remembered = recall()
        self._has_chosen_plot = remembered.get("plot") is not None
        self._grid = PaneGrid(self._panes, PaneLayout.from_plain(remembered.get("panes")))
        self._evaluated.choose_first(ColumnChoice.from_plain(remembered.get("columns")))
        self._active = self._grid.arrangement.zoomed or "evaluated"
        self._grid.activate(self._active)
        self._had_run = False
        self._tabs: PaneTabs | None = None

    def compose(self) -> ComposeResult:
        """Header, panes and keys; tabs and the filter line come when they are needed."""
        yield self.header
        for pane in self._panes.values():
            pane.data_bind(DashboardScreen.view)
        yield self._grid
        yield KeyBar()

    def on_mount(self) -> None:
        """Start with the trials."""
        self._activate(self._active)
        if self._has_chosen_plot:
            self.call_after_refresh(self._recall_plot)

    def on_resize(self, event: Resize) -> None:
        """Panes where there is room, tabs where there is not."""
        small = event.size.width < _LEAST_WIDTH or event.size.height < _LEAST_HEIGHT
        self.set_class(small, "-tabbed")
        self._grid.set_tabbed(small)
        if small and self._tabs is None:
            from neps_tui.widgets.pane_tabs import PaneTabs

            self._tabs = PaneTabs(_TAB_NAMES, self._active)
            self.mount(self._tabs, before="#panes")
        if self._tabs is not None:
            self._tabs.display = small
        self.call_after_refresh(self._count_in_tabs)

    def show(self, view: RunView) -> None:
        """Draw what the panes do not draw by themselves."""
        self.call_after_refresh(self._count_in_tabs)
        if self._had_run != view.has_run:
            # Only then: the footer is drawn anew each time.
            self._had_run = view.has_run
            self.refresh_bindings()

    def _count_in_tabs(self) -> None:
        if self.view is None or self._tabs is None:
            return
        summary = self.view.summary
        self._tabs.count(
            {
                "evaluated": self._evaluated.counted(),
                "evaluating": len(summary.evaluating),
                "pending": len(summary.pending),
                "errors": len(self.view.snapshot.errors),
            }
        )

    def tick(self, view: RunView) -> None:
        """Let ages grow in the panes that are seen."""
        for pane in self._panes.values():
            if pane.display and view.is_read:
                pane.tick(view.now())

    def action_runs(self) -> None:
        """Go back to the other runs."""
        self.post_message(RunLeft())

    # --- moving about --------------------------------------------------------------------------

    def action_pane(self, name: str) -> None:
        """Go to a pane."""
        self._activate(name)

    def on_tabs_tab_activated(self) -> None:
        """Go to the pane whose tab was chosen."""
        if self._tabs is None or not self._tabs.display:
            return
        # A tab that only follows the pane must not take the focus from a line being typed.
        if self._tabs.active_pane != self._active:
            self._activate(self._tabs.active_pane)

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
        self._active = name
        before = self._grid.arrangement
        self._grid.activate(name)
        if self._grid.arrangement != before:
            self.call_after_refresh(self._remember_panes)
        if self._tabs is not None:
            self._tabs.show_pane(name)

    # --- the plot ------------------------------------------------------------------------------

    async def choose_plot(self, chosen: ChosenPlot | None) -> None:
        """Show another plot in its pane."""
        await self._incumbent.choose(chosen)
        self._remember("plot", None if chosen is None else chosen.as_plain())

    async def _recall_plot(self) -> None:
        from neps_tui.plots.chosen import ChosenPlot

        await self._incumbent.choose(ChosenPlot.from_plain(recall().get("plot")))

    def on_plot_canvas_opened(self, event: PlotCanvas.Opened) -> None:
        """Show the trial that the plot's cursor is on."""
        self.post_message(TrialOpened(event.trial_id))

    # --- arranging -----------------------------------------------------------------------------

    def action_zoom(self) -> None:
        """Give the active pane all the room, or give it back."""
        if not self.refuses("zoom"):
            self._grid.zoom()
            self._activate(self._active)
            # The last line may wait: the panes are what the key was pressed for.
            self.call_after_refresh(self._remember_panes)

    @on(PaneGrid.ZoomAsked)
    def _on_zoom_asked(self, event: PaneGrid.ZoomAsked) -> None:
        self._activate(event.pane)
        self.action_zoom()

    def action_resize(self, direction: Direction, step: int) -> None:
        """Give the active pane more or less room."""
        if not self.refuses("resize"):
            self._grid.resize(direction, step)
            self._remember_panes()

    @on(PaneGrid.Arranged)
    def _on_arranged(self) -> None:
        self._remember_panes()

    def action_hide_pane(self) -> None:
        """Hide the active pane; its key brings it back."""
        if self.refuses("hide_pane"):
            return
        hidden = self._active
        self._grid.hide_active()
        self._activate(next(each for each in self._panes if self._grid.arrangement.shows(each)))
        self._remember_panes()
        if not self._grid.arrangement.shows(hidden):
            self.notify(f"{pane_keys()[hidden]} brings it back, X every pane.", markup=False)

    def action_show_panes(self) -> None:
        """Show every pane again, as they were at first."""
        self._grid.reset()
        self._remember_panes()

    def _remember_panes(self) -> None:
        self._remember("panes", self._grid.arrangement.as_plain())
        self.refresh_bindings()

    def _remember(self, topic: str, value: object) -> None:
        try:
            remember(topic, value)
        except OSError as error:
            self.notify(f"The layout will not be remembered: {error}", markup=False)

    # --- the past ------------------------------------------------------------------------------

    def close_replay(self) -> None:
        """Take the line of the past away."""
        super().close_replay()
        self._activate(self._active)

    # --- what a person can do ------------------------------------------------------------------

    def check_action(self, action: str, parameters: tuple[object, ...]) -> bool | None:
        """Keep keys from what they would do to a line being typed."""
        if action in _WHILE_NOT_TYPING and self._evaluated.is_typing:
            return False
        if action == "runs" and not self._is_one_of_several:
            return False
        if action == "show_panes" and self._grid.is_as_at_first:
            return False
        return super().check_action(action, parameters)

    def why_not(self, action: str) -> str | None:
        """Why an action cannot be done now."""
        if action in _NEEDING_A_RUN and not self._has_run():
            return "There is no run yet."
        if action in _ARRANGING and self._grid.is_tabbed:
            return "In so small a terminal there is one pane at a time."
        if action in _ARRANGING - {"zoom"} and self._grid.is_alone:
            return "One pane has all the room: z gives it back."
        return super().why_not(action)

    def _has_run(self) -> bool:
        return self.view is not None and self.view.has_run

    def chosen(self) -> Sequence[str]:
        """Ids of the trials that an action is about."""
        return self._panes[self._active].chosen()

    def action_open(self) -> None:
        """Show the chosen trial whole."""
        chosen = self.chosen()
        if chosen:
            self.post_message(TrialOpened(chosen[0]))

    def order(self) -> tuple[str, ...]:
        """Ids of the evaluated trials that are shown, first to last."""
        return tuple(self._evaluated.rows.order())

    @on(TrialTable.Opened)
    def _on_opened(self, event: TrialTable.Opened) -> None:
        # Not by which pane is active: the key may have come before the focus went on.
        tables = (pane for pane in self._panes.values() if isinstance(pane, TablePane))
        pane = next(each for each in tables if each.table is event.table)
        order = [pane.trial_of(key) for key in event.table.keys]
        self.post_message(TrialOpened(pane.trial_of(event.key), tuple(order)))

    def point_at(self, trial_id: str | None) -> None:
        """Bring the cursor of the active pane to a trial, if it is there."""
        pane = self._panes[self._active]
        if trial_id is not None and isinstance(pane, TablePane):
            pane.point_at(trial_id)

    def action_sort(self) -> None:
        """Sort by the next column."""
        if self.refuses("sort"):
            return
        self._show_evaluated()
        self._evaluated.sort_next()
        self._remember_columns()

    def action_columns(self) -> None:
        """Choose and order the columns of the evaluated trials, and sort by several."""
        if self.refuses("columns"):
            return
        from neps_tui.trials.columns_screen import ColumnsScreen

        self._show_evaluated()
        rows = self._evaluated.rows
        chooser = ColumnsScreen(
            rows.all_columns, rows.choice, rows.sorting, self._evaluated.choose, ascii=self.ascii
        )
        self.app.push_screen(chooser, self._remember_columns)

    def _remember_columns(self, result: None = None) -> None:
        del result
        rows = self._evaluated.rows
        self._remember("columns", replace(rows.choice, sorting=rows.sorting).as_plain())

    def action_reverse_sort(self) -> None:
        """Turn the sorting round."""
        if self.refuses("reverse_sort"):
            return
        self._show_evaluated()
        self._evaluated.reverse()
        self._remember_columns()

    def _show_evaluated(self) -> None:
        """Where there are tabs, what is sorted might not be seen."""
        if self.has_class("-tabbed"):
            self._activate("evaluated")

    @on(TrialTable.SortRequested, "#evaluated TrialTable")
    def _on_sort(self, event: TrialTable.SortRequested) -> None:
        self._evaluated.sort_by(event.column_key)
        self._remember_columns()

    # --- filter, and going to a trial ----------------------------------------------------------

    async def action_filter(self) -> None:
        """Open the line in which a filter is typed."""
        if not self.refuses("filter"):
            self._mark_active("evaluated")
            await self._evaluated.open_filter()

    async def action_jump(self) -> None:
        """Open the line in which an id is typed."""
        if not self.refuses("jump"):
            self._mark_active("evaluated")
            await self._evaluated.open_jump()

    def action_clear(self) -> None:
        """Take away the line in which an id is typed, or else the selection, or else the filter."""
        if not self._evaluated.close_jump() and (
            self._evaluated.is_typing or not self.select_none()
        ):
            self._evaluated.close_filter()
        self._activate(self._active)

    @on(EvaluatedPane.Filtered)
    def _on_filtered(self) -> None:
        self._count_in_tabs()
