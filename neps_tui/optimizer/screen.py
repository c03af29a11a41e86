"""The optimizer's mind: who it is, what is spent, the rungs, the search space, what it keeps."""

from __future__ import annotations

import time
from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from typing import Any, ClassVar

from textual import on
from textual.app import ComposeResult
from textual.binding import BindingType
from textual.containers import Container, Vertical, VerticalScroll
from textual.content import Content
from textual.events import Resize
from textual.widget import Widget
from textual.widgets import Static

from neps_state.snapshot import RunSnapshot
from neps_tui.actions import bindings_of
from neps_tui.messages import PlotOpened
from neps_tui.optimizer.facts import Budgets, budgets, optimizer_name
from neps_tui.optimizer.inert_tree import InertNode
from neps_tui.optimizer.inert_tree_view import InertTreeView
from neps_tui.optimizer.rung_table import Rung, rung_cells, rung_columns, rung_table, rung_words
from neps_tui.optimizer.space_rows import (
    NO_SPACE,
    RESAMPLED,
    SpaceNode,
    SpaceWidths,
    space_cells,
    space_columns,
    space_nodes,
    visible_nodes,
)
from neps_tui.optimizer.tried_values import Spreads, TriedValues
from neps_tui.optimizer.words import budgets_in_words, facts_in_words
from neps_tui.screens.pane import Pane
from neps_tui.screens.view_screen import ViewScreen
from neps_tui.view import RunView
from neps_tui.widgets.columns import Cell
from neps_tui.widgets.fitted_text import FittedText
from neps_tui.widgets.key_bar import KeyBar
from neps_tui.widgets.pane_tabs import PaneTabs
from neps_tui.widgets.trial_table import TrialTable
from neps_tui.words.formatting import plain, to_ascii
from neps_tui.words.states import INCUMBENT
from neps_tui.words.text_lines import Line, Part

_LEAST_WIDTH, _LEAST_HEIGHT = 130, 30
"""Below this size the parts share a place."""
_COUNTED_EVERY = 1.0
"""Seconds between two counts of the trials of a run that goes on."""
_NAMES = {"who": "Budget", "rungs": "Rungs", "space": "Search space", "kept": "State"}
_NO_RUNGS = (
    "No rungs.\nOptimizers such as hyperband try configs\nat several fidelities, each a rung."
)
_NO_STATE = "No optimizer_state.pkl that could be read: no state is known."
_NO_PAST = "What the optimizer kept at that time is not recorded anywhere."
_NOTHING_YET = "No search space and no trials yet.\nBoth come with the first trial that is sampled."


@dataclass(frozen=True, slots=True)
class _Spent:
    """What is said of the optimizer and its budgets; the rest of the run does not show in it."""

    found: Budgets
    info: Mapping[str, Any] | None
    ascii: bool
    snapshot: RunSnapshot = field(compare=False)


def _spent_lines(spent: _Spent, width: int) -> list[Line]:
    lines = budgets_in_words(spent.found, width, ascii=spent.ascii)
    return [*lines, *facts_in_words(spent.snapshot, width)]


class PartTable(TrialTable):
    """A table of something else than trials: nothing in it is selected for later."""

    def check_action(self, action: str, parameters: tuple[object, ...]) -> bool | None:
        """Leave out the keys that select rows."""
        if action in ("mark", "extend", "mark_all"):
            return False
        return super().check_action(action, parameters)


class OptimizerScreen(ViewScreen):
    """Four parts side by side, or one at a time where there is little room.

    Args:
        read_only: Why the run may not be changed from here; empty if it may.
        ascii: Whether only ASCII may be drawn.
    """

    CSS_PATH = "screen.tcss"
    BINDINGS: ClassVar[list[BindingType]] = [*bindings_of("optimizer")]

    def __init__(self, *, read_only: str = "", ascii: bool = False) -> None:
        super().__init__(read_only=read_only, ascii=ascii, id="optimizer")
        self._panes = {name: Pane(id=name, ascii=ascii) for name in _NAMES}
        self._tabs = PaneTabs(_NAMES, "space")
        self._tabs.can_focus = False
        self._words: FittedText[_Spent] = FittedText(_spent_lines, ascii=ascii)
        self._who = VerticalScroll(self._words)
        self._rungs = PartTable(flash=False, ascii=ascii, empty_text=_NO_RUNGS)
        self._about_rungs = Static(id="about-rungs", markup=False)
        self._space = PartTable(flash=False, ascii=ascii, empty_text=_NOTHING_YET)
        self._note = Static(NO_SPACE, id="note", markup=False)
        self._about = Static(id="about", markup=False)
        self._about_node: SpaceNode | None = None
        self._left = Vertical(id="left")
        self._tree = InertTreeView(ascii=ascii)
        self._no_state = Static(id="no-state", markup=False)
        self._targets: dict[str, Widget] = {
            "who": self._who,
            "rungs": self._rungs,
            "space": self._space,
            "kept": self._tree,
        }

        self._tried = TriedValues()
        self._counted: RunView | None = None
        self._counted_at = 0.0
        self._spreads: Spreads | None = None
        self._top_nodes: tuple[SpaceNode, ...] = ()
        self._node_of: dict[str, SpaceNode] = {}
        self._unfolded: dict[str, bool] = {}
        self._widths = SpaceWidths()
        self._rung_of: dict[str, Rung] = {}
        self._kept: tuple[object, object] | None = None
        self._part = "space"

    def compose(self) -> ComposeResult:
        """The four parts, of which a small terminal shows the one whose tab is active."""
        yield self.header
        yield self._tabs
        with Container(id="parts"):
            with self._left:
                with self._panes["who"]:
                    yield self._who
                with self._panes["rungs"]:
                    yield self._rungs
                    yield self._about_rungs
                with self._panes["kept"]:
                    yield self._tree
                    yield self._no_state
            with self._panes["space"]:
                yield self._note
                yield self._space
                yield self._about
        yield KeyBar()

    def on_mount(self) -> None:
        """Begin in the search space."""
        for name in ("rungs", "space", "kept"):
            self._panes[name].set_title(_NAMES[name])
        self._go_to("space")

    def on_resize(self, event: Resize) -> None:
        """One part at a time, where there is little room."""
        small = event.size.width < _LEAST_WIDTH or event.size.height < _LEAST_HEIGHT
        self.set_class(small, "-small")
        self._take_turns()
        if self.view is not None:
            self.call_after_refresh(self.watch_view)

    def _take_turns(self) -> None:
        """Show only the chosen part, where there is no room for all.

        Not by classes: these would find the styles of the whole screen anew with every part.
        """
        small = self.has_class("-small")
        for name, pane in self._panes.items():
            pane.display = not small or name == self._part
        self._left.display = not small or self._part != "space"
        self._tabs.display = small
        if small:
            self._tabs.show_pane(self._part)

    # --- the run -------------------------------------------------------------------------------

    def show(self, view: RunView) -> None:
        """Draw the optimizer; trials are counted anew only once a second."""
        self._count(view)
        self._show_words(view)
        self._show_rungs(view)
        self._show_space(view)
        self._show_kept(view)

    def _count(self, view: RunView) -> None:
        """Count what the trials tell, if they have changed."""
        before = self._counted
        if before is not None and before.snapshot is view.snapshot:
            return
        is_other = before is None or before.snapshot.generation != view.snapshot.generation
        is_soon = time.monotonic() - self._counted_at < _COUNTED_EVERY
        if is_soon and not is_other and view.moment is None:
            return
        self._counted, self._counted_at = view, time.monotonic()
        snapshot, summary = view.snapshot, view.summary
        self._rung_of = {str(each.rung): each for each in rung_table(snapshot, summary)}
        spreads = self._tried.follow(snapshot, summary)
        if spreads is not self._spreads:
            self._spreads = spreads
            self._top_nodes = space_nodes(snapshot, summary, spreads)

    def _show_words(self, view: RunView) -> None:
        name = optimizer_name(view.snapshot)
        self._panes["who"].set_title("Optimizer", name or "unknown yet")
        found = budgets(view.snapshot, view.summary, view.now())
        if view.moment is not None:
            # What NePS has counted by now.
            found = replace(found, kept=())
        info = view.snapshot.optimizer_info
        self._words.show(_Spent(found, info, self.ascii, view.snapshot))

    def _show_rungs(self, view: RunView) -> None:
        rungs = tuple(self._rung_of.values())
        self._rungs.set_columns(rung_columns(rungs, view.summary) if rungs else ())
        self._rungs.set_rows(list(self._rung_of), self._rung_cells)
        self._about_rungs.display = bool(rungs)
        self._about_rungs.update(self._inert([(rung_words(rungs), "")]), layout=False)
        if not self.has_class("-small"):
            self._rungs.styles.height = min(len(rungs), 10) + 1 if rungs else 5
        else:
            self._rungs.styles.height = "1fr"

    def _rung_cells(self, key: str) -> tuple[Cell, ...]:
        assert self.view is not None
        star = INCUMBENT.sign(self.ascii)
        return rung_cells(self._rung_of[key], self.view.summary, star)

    def _show_space(self, view: RunView) -> None:
        if self._spreads is None:
            return
        nodes = list(visible_nodes(self._top_nodes, self._unfolded))
        self._node_of = {node.id: node for node in nodes}
        # The table has two cells less: one to mark rows, one for its scroll bar.
        self._widths = SpaceWidths.within(self._space.size.width - 2, nodes)
        columns = space_columns(self._spreads, view.summary.objectives, self._widths)
        self._space.set_columns(columns if nodes else ())
        self._space.set_rows(list(self._node_of), self._space_cells)
        space = view.snapshot.space
        self._note.display = space is None and bool(nodes)
        name = "" if space is None or space.name == "SearchSpace" else space.name
        self._panes["space"].set_title(_NAMES["space"], name)

        self._show_about()

    def _show_about(self) -> None:
        """Say in full what the row under the cursor has little room for."""
        node = self._node_of.get(self._space.cursor_key or "")
        if node is self._about_node:
            return
        self._about_node = node
        parts = []
        if node is not None:
            said = node.domain or ("a choice" if node.choice is not None else "")
            parts = [(plain(node.name), "bold"), (f"  {plain(said)}", "")]
            if said.startswith(RESAMPLED):
                parts.append((f"  {RESAMPLED}: chosen anew at this place", "$foreground-muted"))
            if node.key is not None and node.key != node.name:
                parts.append((f"  stored as {plain(node.key)}", "$foreground-muted"))
        self._about.update(self._inert(parts))

    def _space_cells(self, key: str) -> tuple[Cell, ...]:
        assert self._spreads is not None
        node = self._node_of[key]
        return space_cells(
            node,
            self._spreads,
            self._widths,
            is_unfolded=self._is_unfolded(node),
            ascii=self.ascii,
        )

    def _is_unfolded(self, node: SpaceNode) -> bool:
        return bool(node.children) and self._unfolded.get(node.id, node.starts_unfolded)

    def _show_kept(self, view: RunView) -> None:
        """Draw what the optimizer keeps, if it has kept something else since."""
        is_past = view.moment is not None
        state = None if is_past else view.snapshot.optimizer_state
        space = view.snapshot.space
        if self._kept is not None and self._kept[0] is state and self._kept[1] is space:
            return
        self._kept = (state, space)
        nodes = []
        if state is not None:
            recorded = None if state.budget is None else state.budget.as_recorded()
            nodes = [
                InertNode("shared state", state.shared_state),
                InertNode("random states", state.seed_snapshot),
                InertNode("budget", recorded),
                InertNode("workers", state.worker_ids),
            ]
        if space is not None:
            stored = {name: each.node for name, each in space.parameters.items()}
            nodes.append(InertNode("search space as stored", stored))
        self._tree.show(nodes)
        self._tree.display = bool(nodes)
        self._no_state.display = state is None
        self._no_state.update(_NO_PAST if is_past else _NO_STATE)

    def _inert(self, parts: list[Part]) -> Content:
        said = [(plain(text, newlines=True), style) for text, style in parts]
        if self.ascii:
            said = [(to_ascii(text), style) for text, style in said]
        return Content.assemble(*said)

    # --- moving about --------------------------------------------------------------------------

    def action_next_part(self, step: int = 1) -> None:
        """Go on to the next part."""
        names = list(_NAMES)
        at = next((i for i, name in enumerate(names) if self._panes[name].has_focus_within), 0)
        self._go_to(names[(at + step) % len(names)])

    def action_previous_part(self) -> None:
        """Go back to the part before."""
        self.action_next_part(-1)

    def _go_to(self, name: str) -> None:
        self._part = name
        self._take_turns()
        self.set_focus(self._targets[name])
        if self.has_class("-small") and self.view is not None:
            # What was out of sight had no size to be drawn for.
            self.call_after_refresh(self.watch_view)

    def on_tabs_tab_activated(self) -> None:
        """Show the part whose tab was clicked."""
        name = self._tabs.active_pane
        if self._tabs.display and not self._panes[name].has_focus_within:
            self._go_to(name)

    @on(TrialTable.CursorMoved)
    def _on_cursor_moved(self, event: TrialTable.CursorMoved) -> None:
        if event.table is self._space:
            self._show_about()

    @on(TrialTable.Opened)
    def _on_opened(self, event: TrialTable.Opened) -> None:
        if event.table is self._rungs:
            self._open_best(event.key)
        else:
            self._open_node(event.key)

    def _open_best(self, key: str) -> None:
        best = self._rung_of[key].best_id
        if best is None:
            self.notify(f"No trial at rung {key} has an objective yet.", markup=False)
        else:
            self.open_trial(best)

    def _open_node(self, key: str) -> None:
        """Unfold what can be, or fold it again; show the plot of a plain hyperparameter."""
        node = self._node_of.get(key)
        if node is None or self.view is None:
            return
        if node.children:
            self._unfolded[node.id] = not self._is_unfolded(node)
            self._show_space(self.view)
        elif node.key is not None:
            self._open_plot(node.key, self.view)

    def _open_plot(self, key: str, view: RunView) -> None:
        config_key = next((each for each in view.summary.config_keys if each.key == key), None)
        if config_key is None or not config_key.varies:
            self.notify("Trials do not differ in it: there is nothing to plot.", markup=False)
            return
        self.post_message(PlotOpened("parameter", config_key.name))
