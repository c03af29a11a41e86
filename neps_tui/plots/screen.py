"""The plots of a run, one at a time."""

from __future__ import annotations

import time
from collections.abc import Iterator
from typing import ClassVar

from textual import on, work
from textual.app import ComposeResult
from textual.binding import BindingType
from textual.containers import VerticalScroll
from textual.content import Content
from textual.geometry import Size
from textual.message import Message
from textual.widgets import Static, Tab, Tabs

from neps_state.snapshot import RunSnapshot
from neps_tui.actions import bindings_of
from neps_tui.messages import PlotChosen
from neps_tui.plots.bar_lines import bar_lines
from neps_tui.plots.canvas import PlotCanvas
from neps_tui.plots.catalogue import PLOTS, PlotKind
from neps_tui.plots.chosen import ChosenPlot
from neps_tui.plots.drawing import Drawing, draw_plot
from neps_tui.plots.evaluated import Predicate, Question
from neps_tui.plots.plot import Bars, Dot, Pen, Plot
from neps_tui.screens.view_screen import ViewScreen
from neps_tui.trials.filter_bar import FilterBar
from neps_tui.view import RunView
from neps_tui.widgets.key_bar import KeyBar
from neps_tui.words.formatting import number, plain, to_ascii

_REDRAWN_EVERY = 1.0
"""Seconds between two drawings of a run that goes on."""
_STYLES: dict[Pen, str] = {
    "faint": "$foreground-disabled",
    "plain": "$foreground-muted",
    "second": "$text-secondary",
    "good": "$text-primary",
    "warning": "$text-warning",
    "bad": "$text-error",
    "best": "bold $text-accent",
}


class PlotsScreen(ViewScreen):
    """A plot, the trial under its cursor in words, and the way to the next plot."""

    CSS_PATH = "screen.tcss"
    BINDINGS: ClassVar[list[BindingType]] = [*bindings_of("plots")]

    class Made(Message):
        """A plot is made, in a thread of its own: of many trials that takes longer than a key may.

        Args:
            question: What was asked.
            plot: The answer.
            drawing: The plot drawn; None for a chart of bars.
            size: The size for which it is drawn.
        """

        def __init__(
            self, question: Question, plot: Plot | Bars, drawing: Drawing | None, size: Size
        ) -> None:
            super().__init__()
            self.question = question
            self.plot = plot
            self.drawing = drawing
            self.size = size

    def __init__(self, *, can_write: bool = True, ascii: bool = False) -> None:
        super().__init__(can_write=can_write, ascii=ascii, id="plots")
        self._canvas = PlotCanvas(ascii=ascii)
        self._bars = Static(markup=False)
        self._title = Static(id="title", markup=False)
        self._pointed = Static(id="pointed", markup=False)
        self._tabs = Tabs()
        self._tabs.can_focus = False
        self._kinds: tuple[PlotKind, ...] = ()
        self._kind = PLOTS[0]
        self._variants: dict[str, str] = {}
        self._first: str | None = None
        self._objective = 0
        self._log = False
        self._holds: Predicate | None = None
        self._filter_bar: FilterBar | None = None
        self._question: Question | None = None
        self._drawn_at = 0.0
        self._is_making = False
        self._drawn: RunSnapshot | None = None

    def begin_with(self, kind: str, variant: str) -> None:
        """Show this plot first; to be said before the screen is.

        Args:
            kind: Which, as in the catalogue.
            variant: Which of its variants.
        """
        self._kind = next(each for each in PLOTS if each.id == kind)
        self._variants[kind] = variant
        self._first = kind

    def compose(self) -> ComposeResult:
        """The names of the plots, the plot, and the trial that is pointed at."""
        yield self.header
        yield self._tabs
        yield self._title
        yield self._canvas
        yield VerticalScroll(self._bars, id="bars")
        yield self._pointed
        yield KeyBar()

    def on_mount(self) -> None:
        """Let the arrows go from trial to trial."""
        self._pointed.update(self._inert(list(self._pointed_parts(None))))
        self._canvas.focus()

    def show(self, view: RunView) -> None:
        """Draw the plot anew if the run is another, though not all the time."""
        is_same = self._question is not None and self._question.view.snapshot is view.snapshot
        if is_same or time.monotonic() - self._drawn_at < _REDRAWN_EVERY:
            return
        self._ask(view)

    def _ask(self, view: RunView | None = None) -> None:
        """Make the plot that is asked for now."""
        view = view or self.view
        if view is None:
            return
        self._drawn_at = time.monotonic()
        variant = self._variants.get(self._kind.id, "")
        question = Question(view, self._objective, variant, self._log, self._holds)
        self._question = question
        self._offer(question)
        if question.view.snapshot is not self._drawn:
            self._drawn = question.view.snapshot
        else:
            # The run is the same, so somebody has asked: that is answered at once.
            said = f"{self._kind.name} {variant} …"
            self._title.update(self._inert([(said, "$foreground-muted")]))
        # Not before that is painted: two threads at once make each other slow.
        self.call_after_refresh(self._begin)

    def _begin(self) -> None:
        """Make the plot that was asked for last, one at a time."""
        if self._question is not None and not self._is_making:
            self._is_making = True
            self._make(self._kind, self._question, self._canvas.size)

    @work(thread=True)
    def _make(self, kind: PlotKind, question: Question, size: Size) -> None:
        plot = kind.make(question)
        drawing = None
        if isinstance(plot, Plot):
            drawing = draw_plot(plot, size.width, size.height, ascii=self.ascii)
        self.post_message(self.Made(question, plot, drawing, size))

    @on(Made)
    def _on_made(self, event: Made) -> None:
        self._is_making = False
        if event.question is self._question:
            self._draw(event)
        else:
            self._begin()

    def _offer(self, question: Question) -> None:
        """Show the tabs of the plots that this run has something for."""
        kinds = tuple(kind for kind in PLOTS if kind.applies(question))
        if kinds != self._kinds:
            self._kinds = kinds
            self._tabs.clear()
            for kind in kinds:
                self._tabs.add_tab(Tab(kind.name, id=kind.id))
            self._tabs.active = self._kind.id

    def _draw(self, made: Made) -> None:
        plot = made.plot
        self.set_class(isinstance(plot, Bars), "-bars")
        if isinstance(plot, Bars):
            width = self.size.width - 6
            self._bars.update(self._inert(bar_lines(plot, width, ascii=self.ascii)))
            title = [(plot.title, "bold")]
        else:
            self._canvas.set_plot(plot, made.drawing, made.size)
            title = list(self._title_parts(plot))
            if self._canvas.beyond:
                title.append((f"  {self._canvas.beyond} far beyond, at the edge", "$text-warning"))
        title += [(f"  {note}", "$text-warning") for note in plot.notes]
        self._title.update(self._inert(title))
        self.refresh_bindings()

    def _title_parts(self, plot: Plot) -> Iterator[tuple[str, str]]:
        yield plot.title, "bold"
        for pen, meaning in plot.legend:
            sign = {"best": "★", "faint": "·"}.get(pen, "●")
            yield f"  {sign} {meaning}", _STYLES[pen]

    def _inert(self, parts: list[tuple[str, str]]) -> Content:
        said = [(plain(text, newlines=True), style) for text, style in parts]
        if self.ascii:
            said = [(to_ascii(text), style) for text, style in said]
        return Content.assemble(*said)

    @on(PlotCanvas.Pointed)
    def _on_pointed(self, event: PlotCanvas.Pointed) -> None:
        self._pointed.update(self._inert(list(self._pointed_parts(event.dot))))

    def _pointed_parts(self, dot: Dot | None) -> Iterator[tuple[str, str]]:
        trial = None if dot is None or self.view is None else self.view.trial(dot.trial_id)
        if dot is None or trial is None or self.view is None:
            yield "the arrows go from trial to trial, enter opens one", "$foreground-muted"
            return
        yield trial.id, "bold"
        objective = trial.report.objective_to_minimize if trial.report else None
        yield f"  {number(objective)}  ", "$text-accent"
        names = self.view.summary.names
        config = "  ".join(
            f"{names.get(key, key)} {number(value)}" for key, value in trial.config.items()
        )
        yield config, "$foreground-muted"

    @on(PlotCanvas.Opened)
    def _on_opened(self, event: PlotCanvas.Opened) -> None:
        order = dict.fromkeys(dot.trial_id for dot in self._canvas.plot.dots)
        self.open_trial(event.trial_id, tuple(order))

    # --- which plot ----------------------------------------------------------------------------

    def check_action(self, action: str, parameters: tuple[object, ...]) -> bool | None:
        """Keep keys from what they would do to a line being typed."""
        del parameters
        bar = self._filter_bar
        return not (action == "brush" and bar is not None and bar.input.has_focus)

    def why_not(self, action: str) -> str | None:
        """Why an action cannot be done now."""
        question = self._question
        if question is None:
            return None
        if action in ("next_variant", "previous_variant"):
            has_more = len(self._kind.variants(question)) > 1
            return None if has_more else "There is nothing else to show this over."
        if action == "keep" and self._kind.is_slow:
            return "This one has no place on the first screen."
        if action == "next_objective" and question.view.summary.objectives == 1:
            return "This run has one objective."
        return None

    def action_next_plot(self) -> None:
        """Show the next plot."""
        self._go(1)

    def action_previous_plot(self) -> None:
        """Show the plot before."""
        self._go(-1)

    def _go(self, step: int) -> None:
        at = self._kinds.index(self._kind) if self._kind in self._kinds else 0
        self._tabs.active = self._kinds[(at + step) % len(self._kinds)].id

    @on(Tabs.TabActivated)
    def _on_tab(self, event: Tabs.TabActivated) -> None:
        kind = next(kind for kind in PLOTS if kind.id == event.tab.id)
        if self._first not in (None, kind.id):
            # Once they are there, tabs begin with the leftmost, whatever was made active before.
            self._tabs.active, self._first = self._first or "", None
            return
        if kind is not self._kind:
            self._kind = kind
            self._ask()

    def action_next_variant(self) -> None:
        """Show it over something else."""
        if not self.refuses("next_variant"):
            self._vary(1)

    def action_previous_variant(self) -> None:
        """Show it over what was before."""
        if not self.refuses("previous_variant"):
            self._vary(-1)

    def _vary(self, step: int) -> None:
        if self._question is None:
            return
        variants = self._kind.variants(self._question)
        now = self._variants.get(self._kind.id, variants[0] if variants else "")
        at = variants.index(now) if now in variants else 0
        if variants:
            self._variants[self._kind.id] = variants[(at + step) % len(variants)]
            self._ask()

    def action_next_objective(self) -> None:
        """Show the next objective."""
        if self._question is not None and not self.refuses("next_objective"):
            self._objective = (self._objective + 1) % self._question.view.summary.objectives
            self._ask()

    def action_toggle_log(self) -> None:
        """Make the objective's axis logarithmic, or not."""
        self._log = not self._log
        self._ask()

    def action_keep(self) -> None:
        """Show this plot on the first screen."""
        if self.refuses("keep"):
            return
        variant = self._variants.get(self._kind.id, "")
        is_usual = self._kind is PLOTS[0] and not variant and not self._log
        chosen = ChosenPlot(self._kind.id, variant, self._objective, self._log)
        self.post_message(PlotChosen(None if is_usual else chosen))
        self.notify(f"{self._kind.name} is on the first screen now.", markup=False)

    # --- brushing ------------------------------------------------------------------------------

    async def action_brush(self) -> None:
        """Open the line in which a filter is typed."""
        if self._filter_bar is None:
            self._filter_bar = FilterBar(lambda: self.view)
            await self.mount(self._filter_bar, after=self._pointed)
        self._filter_bar.open()

    @on(FilterBar.Changed)
    def _on_filter(self, event: FilterBar.Changed) -> None:
        self._holds = event.holds
        self._ask()
        if self._filter_bar is not None and self._question is not None:
            chosen = sum(each.is_chosen for each in self._question.evaluations())
            self._filter_bar.say(f"{chosen} trials match")

    @on(FilterBar.Kept)
    def _on_kept(self) -> None:
        self._canvas.focus()

    def action_back(self) -> None:
        """Take the filter away, or go back to where the view was opened."""
        if self._filter_bar is not None and (self._holds is not None or self._filter_bar.display):
            self._filter_bar.close()
            self._holds = None
            self._ask()
            self._canvas.focus()
        else:
            super().action_back()
