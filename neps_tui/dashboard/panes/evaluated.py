"""What has ended: the table of trials."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import replace
from typing import TYPE_CHECKING

from textual import on
from textual.message import Message

from neps_state.trial import UNFINISHED
from neps_tui.dashboard.panes.table_pane import TablePane
from neps_tui.messages import TrialOpened
from neps_tui.screens.threads import Failed, Finished, make_in_thread
from neps_tui.trials.column_choice import ALWAYS_FIRST, ColumnChoice, Sorting
from neps_tui.trials.rows import TrialRows
from neps_tui.view import RunView
from neps_tui.widgets.columns import Column

if TYPE_CHECKING:
    from neps_tui.trials.filter import Filter
    from neps_tui.trials.filter_bar import FilterBar
    from neps_tui.widgets.jump_bar import JumpBar

_AGES_EVERY = 5.0


class EvaluatedPane(TablePane):
    """The ended trials, sorted by any column, with the lines that filter them or go to one."""

    class Filtered(Message):
        """Another filter holds."""

    def __init__(self, *, ascii: bool = False) -> None:
        super().__init__(
            id="evaluated",
            empty_text="No trial has ended yet. The first report would show here.",
            pinned=2,
            ascii=ascii,
        )
        self.rows = TrialRows(ascii=ascii)
        self._filter_text = ""
        self._aged_at = 0.0
        self._best: frozenset[str] = frozenset()
        self._columns: tuple[Column, ...] = ()
        # Made when they are needed: the first paint need not wait for them.
        self._filter_bar: FilterBar | None = None
        self._jump_bar: JumpBar | None = None

    def show(self, view: RunView, now: float) -> None:
        """Draw the ended trials."""
        self.rows.now = now
        self.rows.show(view)
        self._arrange()
        changed = view.snapshot.changed
        best = _best(view)
        news = None if changed is None else changed | (best ^ self._best)
        # In the past time goes by in leaps: any row may have aged.
        self._draw(news if view.moment is None else None, flash=news)
        self._best = best
        if self._filter_text:
            self._note_matches()

    def tick(self, now: float) -> None:
        """Let ages grow, now and then."""
        if self.view is not None and now - self._aged_at >= _AGES_EVERY:
            self._aged_at = self.rows.now = now
            before = len(self.rows)
            self.rows.age()
            self._arrange()
            if len(self.rows) != before:
                self._draw_title()
                self._tell_filtered()
            self.table.set_rows(self.rows.order(), self.rows.cells, None, flash=())

    def sort_next(self) -> None:
        """Sort by the column after the one sorted by."""
        columns = self.rows.sortable()
        column, _ = self.rows.sorting[0]
        at = columns.index(column) if column in columns else -1
        self.sort_by(columns[(at + 1) % len(columns)])

    def sort_by(self, column: str) -> None:
        """Sort by a column; by the same again, the other way round."""
        if column not in self.rows.sortable():
            return
        now_by, descending = self.rows.sorting[0]
        turned = column == now_by and len(self.rows.sorting) == 1 and not descending
        self._sort_by(((column, turned),))

    def reverse(self) -> None:
        """Turn the sorting round."""
        self._sort_by(tuple((column, not down) for column, down in self.rows.sorting))

    def _sort_by(self, sorting: Sorting) -> None:
        self.rows.sort_by(sorting)
        self._arrange()
        self._draw(())

    def choose_first(self, choice: ColumnChoice) -> None:
        """Begin with other columns than usual."""
        self.rows.choose(choice)
        if choice.sorting:
            self.rows.sort_by(choice.sorting)
        self.table.set_pinned(len(ALWAYS_FIRST) + choice.pinned)

    def choose(self, choice: ColumnChoice, sorting: Sorting) -> int:
        """Show other columns, and sort by others.

        Returns:
            How many of the pinned ones there is room for, besides those that always are.
        """
        self.choose_first(replace(choice, sorting=sorting))
        self._arrange()
        self._draw(None)
        return self.table.pinned_in_sight - len(ALWAYS_FIRST)

    # --- filter --------------------------------------------------------------------------------

    @property
    def is_typing(self) -> bool:
        """Whether a filter or an id is being typed."""
        bars = (self._filter_bar, self._jump_bar)
        return any(bar is not None and bar.input.has_focus for bar in bars)

    async def open_filter(self) -> None:
        """Open the line in which a filter is typed; the next key is typed into it."""
        if self._filter_bar is None:
            from neps_tui.trials.filter_bar import FilterBar

            self._filter_bar = FilterBar(lambda: self.view)
            await self.mount(self._filter_bar)
        self._filter_bar.open()

    def close_filter(self) -> None:
        """Take the filter and its line away."""
        if self._filter_bar is not None:
            self._filter_bar.close()
        self._filter_by("", None)

    def on_filter_bar_changed(self, event: FilterBar.Changed) -> None:
        """Filter while it is typed."""
        event.stop()
        self._filter_by(event.text, event.holds)

    def _note_matches(self) -> None:
        """Say in the line how many trials its filter lets through."""
        if self._filter_bar is not None and self._filter_bar.display and self.rows.is_settled:
            self._filter_bar.note_matches(self._filter_text, len(self.rows))

    def on_filter_bar_kept(self, event: FilterBar.Kept) -> None:
        """Go on in the table."""
        event.stop()
        self.focus_content()

    def _filter_by(self, text: str, holds: Filter | None) -> None:
        """Show only what matches; `text` is what the filter was typed as."""
        self._filter_text = text
        self.rows.filter_by(holds, follows_clock=holds is not None and holds.follows_clock)
        self.set_class(bool(text), "-filtered")
        self._arrange()
        self._draw(())
        self._tell_filtered()

    def _tell_filtered(self) -> None:
        """Say elsewhere how many trials the filter lets through."""
        self._note_matches()
        self.post_message(self.Filtered())

    # --- putting very many in order ------------------------------------------------------------

    def _arrange(self) -> None:
        """Have the trials put in order, unless they are."""
        # Once what the key did is painted: two threads at once make each other slow.
        self.call_after_refresh(self._begin_to_arrange)

    def _begin_to_arrange(self) -> None:
        work = self.rows.work()
        if work is not None:
            make_in_thread(work, self, "order")

    @on(Finished)
    def _on_arranged(self, event: Finished) -> None:
        """Show the order that was made, and go on if it is not the one that is wanted any more."""
        event.stop()
        self.rows.take(event.made)
        self._draw(None, flash=frozenset())
        self._tell_filtered()
        self._begin_to_arrange()

    @on(Failed)
    def _on_failed(self, event: Failed) -> None:
        raise event.error

    # --- going to a trial ----------------------------------------------------------------------

    async def open_jump(self) -> None:
        """Open the line in which an id is typed; the next key is typed into it."""
        if self._jump_bar is None:
            from neps_tui.widgets.jump_bar import JumpBar

            self._jump_bar = JumpBar(
                lambda: self.table.keys, self._all_ids, self._whereabouts, ascii=self.ascii
            )
            await self.mount(self._jump_bar)
        self._jump_bar.open()

    def close_jump(self) -> bool:
        """Take away the line in which an id is typed; whether it was there."""
        was_open = self._jump_bar is not None and self._jump_bar.display
        if self._jump_bar is not None:
            self._jump_bar.display = False
        return was_open

    def on_jump_bar_typed(self, event: JumpBar.Typed) -> None:
        """Bring the cursor to the trial that is meant."""
        event.stop()
        self.table.move_cursor(event.trial_id)

    def on_jump_bar_left(self, event: JumpBar.Left) -> None:
        """Go on in the table, or show whole what is not in it."""
        event.stop()
        self.focus_content()
        if event.to_open is not None:
            self.post_message(TrialOpened(event.to_open, (event.to_open,)))

    def _all_ids(self) -> Collection[str]:
        return () if self.view is None else self.view.snapshot.trials

    def _whereabouts(self, trial_id: str) -> str:
        """Why a trial is not in the table."""
        trial = None if self.view is None else self.view.trial(trial_id)
        if trial is not None and trial.metadata.state in UNFINISHED:
            return f"is {trial.metadata.state.value}"
        return "is filtered out"

    # --- drawing -------------------------------------------------------------------------------

    def counted(self) -> str:
        """How many trials have ended, and how many of them the filter lets through."""
        ended = 0
        if self.view is not None:
            summary = self.view.summary
            ended = summary.total - len(summary.evaluating) - len(summary.pending)
        return f"{len(self.rows)} of {ended}" if self._filter_text else str(ended)

    def _roomy_columns(self) -> tuple[Column, ...]:
        """The columns; where several are sorted by, these have room for a number by the arrow."""
        sorting = self.rows.sorted_by
        numbered = {key for key, _ in sorting} if len(sorting) > 1 else set()
        return tuple(
            replace(each, gap=each.gap + 1) if each.key in numbered else each
            for each in self.rows.columns
        )

    def _draw(
        self,
        changed: frozenset[str] | tuple[str, ...] | None,
        flash: frozenset[str] | None = None,
    ) -> None:
        if self.view is not None:
            self.rows.now = self.view.now()
        columns = self._roomy_columns()
        if columns != self._columns:
            # Cells of the rows in sight stand in other columns now.
            self._columns, changed = columns, None
        self.table.set_columns(columns)
        order = self.rows.order()
        stale = None if changed == () else changed
        self.table.set_rows(order, self.rows.cells, stale, flash=flash)
        self.table.set_sort(self.rows.sorted_by)
        self._draw_title()
        self.table.empty_text = (
            "No ended trial matches the filter; escape takes it away."
            if self._filter_text
            else "No trial has ended yet. The first report would show here."
        )

    def on_trial_table_marks_changed(self) -> None:
        """Say how many trials are selected."""
        self._draw_title()

    def _draw_title(self) -> None:
        selected = len(self.table.marked)
        self.set_title(
            f"Evaluated {len(self.rows)}",
            self._being_done(),
            self._sorted_by_hidden(),
            f"{selected} selected" if selected else "",
            f"filter {self._filter_text}" if self._filter_text else "",
        )

    def _being_done(self) -> str:
        """What very many trials take a while for."""
        if self.rows.is_settled:
            return ""
        return "filtering …" if self.rows.sorted_by == self.rows.sorting else "sorting …"

    def _sorted_by_hidden(self) -> str:
        """Which of the columns sorted by have no arrow in the header, as they are hidden."""
        sorting = self.rows.sorted_by
        shown = {each.key for each in self.rows.columns}
        labels = {each.key: each.label for each in self.rows.all_columns}
        arrows = "^v" if self.ascii else "▲▼"
        told = [
            f"{labels[key]}{arrows[descending]}{place if len(sorting) > 1 else ''}"
            for place, (key, descending) in enumerate(sorting, 1)
            if key in labels and key not in shown
        ]
        return f"sorted by hidden {', '.join(told)}" if told else ""


def _best(view: RunView) -> frozenset[str]:
    """Ids of the trials that are starred."""
    best = view.summary.best_id
    return frozenset(view.summary.front) | ({best} if best is not None else set())
