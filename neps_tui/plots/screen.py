"""The plots of a run, one at a time."""

from __future__ import annotations

from dataclasses import replace
from typing import ClassVar

from textual import on
from textual.app import ComposeResult
from textual.binding import Binding, BindingType
from textual.containers import Container, VerticalScroll
from textual.events import Resize
from textual.geometry import Size
from textual.widgets import Static, Tab, Tabs

from neps_tui.actions import bindings_of
from neps_tui.messages import PlotChosen
from neps_tui.plots.bar_lines import bar_lines
from neps_tui.plots.canvas import PlotCanvas
from neps_tui.plots.caption import Caption, inert
from neps_tui.plots.captions import pointed_parts, title_parts, waiting_parts
from neps_tui.plots.catalogue import PLOTS
from neps_tui.plots.chosen import ChosenPlot, usual_plot
from neps_tui.plots.evaluated import Predicate, Question
from neps_tui.plots.making import Made, Wish
from neps_tui.plots.plot import Bars, Dot
from neps_tui.plots.workshop import Workshop
from neps_tui.screens.threads import Failed, Finished, make_in_thread
from neps_tui.screens.view_screen import ViewScreen
from neps_tui.trials.filter_bar import FilterBar
from neps_tui.view import RunView
from neps_tui.widgets.key_bar import KeyBar

_TITLE_LINES = 2
_AFTER_THE_HELP = ("plots.toggle_log", "plots.keep", "plots.next_point")
"""Actions that a short footer leaves out, rather than where to read of them."""
_BEING_MADE = "Being made: this may take some seconds. The other plots do not wait for it."
_BESIDE_BARS = 4
"""Columns left and right of bars, for a scroll bar too."""


def _ordered_bindings() -> list[Binding]:
    """The bindings in the order of the footer."""
    helping = [each for each in bindings_of("everywhere") if each.id == "everywhere.help"]
    return sorted([*bindings_of("plots"), *helping], key=lambda each: each.id in _AFTER_THE_HELP)


class PlotsScreen(ViewScreen):
    """A plot, the trial under its cursor in words, and the way to the next plot."""

    CSS_PATH = "screen.tcss"
    BINDINGS: ClassVar[list[BindingType]] = [*_ordered_bindings()]

    def __init__(self, *, read_only: str = "", ascii: bool = False) -> None:
        super().__init__(read_only=read_only, ascii=ascii, id="plots")
        self._canvas = PlotCanvas(ascii=ascii)
        self._words = Static(markup=False)
        self._bars = VerticalScroll(self._words, id="bars")
        self._title = Caption(_TITLE_LINES, ascii=ascii, id="title")
        self._pointed = Caption(ascii=ascii, id="pointed")
        self._filter_bar: FilterBar | None = None
        self._kinds = PLOTS
        self._wish = Wish(PLOTS[0])
        self._variants: dict[str, str] = {}
        self._workshop = Workshop(ascii=ascii)
        self._shown: Made | None = None
        self._dot: Dot | None = None
        self._here = 0

    def begin_with(self, kind: str, variant: str) -> None:
        """Show this plot first; to be said before the screen is.

        Args:
            kind: Which, as in the catalogue.
            variant: Which of its variants.
        """
        self._wish = Wish(next(each for each in PLOTS if each.id == kind), variant)
        self._variants[kind] = variant

    def go_to(self, kind: str) -> None:
        """Show another plot.

        Args:
            kind: Which, as in the catalogue.
        """
        self.query_one(Tabs).active = kind

    def compose(self) -> ComposeResult:
        """The names of the plots, the plot, and the trial that is pointed at."""
        yield self.header
        tabs = Tabs(*(Tab(kind.name, id=kind.id) for kind in PLOTS), active=self._wish.kind.id)
        tabs.can_focus = False
        yield tabs
        yield self._title
        yield Container(self._canvas, self._bars, id="plot")
        yield self._pointed
        yield KeyBar()

    def on_mount(self) -> None:
        """Let the arrows go from trial to trial."""
        self._say_pointed()
        self._canvas.focus()

    def on_resize(self, event: Resize) -> None:
        """Draw what there is for the new size."""
        if self._shown is not None:
            self.call_after_refresh(self._draw, self._shown)

    # --- making ---------------------------------------------------------------------------------

    def show(self, view: RunView) -> None:
        """Make the plot anew if the run is another, though not all the time."""
        if self._workshop.turn_to(view):
            self._offer(view)
            self.call_after_refresh(self._begin)

    def _ask(self, wish: Wish) -> None:
        """Show what is wished for: at once if it is made, else say that it is being made."""
        # While a filter is typed, what is typed is the answer.
        is_typed, self._wish = wish.holds is not self._wish.holds, wish
        made = self._workshop.made(wish, self._room())
        if made is not None:
            self._draw(made)
            return
        if not is_typed:
            self._title.say(waiting_parts(wish))
            if wish.kind.is_slow:
                self._clear()
        # Not before that is painted: two threads at once make each other slow.
        self.call_after_refresh(self._begin)

    def _begin(self) -> None:
        """Make what is wished for now, in a thread."""
        work = self._workshop.work(self._wish, self._room())
        if work is not None:
            make_in_thread(work, self, "plot")

    @on(Failed)
    def _on_failed(self, event: Failed) -> None:
        raise event.error

    def _room(self) -> tuple[int, int]:
        """Columns and rows that there are for a plot, also while bars are shown."""
        return self._canvas.size.width, self._canvas.size.height

    @on(Finished)
    def _on_finished(self, event: Finished) -> None:
        self._workshop.take(event.made)
        if event.made.wish == self._wish:
            self._draw(event.made)
        # Something else may have been wished for meanwhile.
        self._begin()

    # --- drawing --------------------------------------------------------------------------------

    def _draw(self, made: Made) -> None:
        self._shown = made
        plot = made.plot
        self._show_bars(isinstance(plot, Bars))
        if isinstance(plot, Bars):
            width = self._room()[0] - _BESIDE_BARS
            lines = bar_lines(plot, width, ascii=self.ascii)
            self._words.update(inert(lines, ascii=self.ascii))
        else:
            self._canvas.set_plot(plot, made.drawing, Size(*made.size))
        self._title.say(title_parts(made, ascii=self.ascii))
        self._say_pointed()
        if made.wish.holds is not None and self._filter_bar is not None:
            self._filter_bar.note_matches(made.wish.filter, made.matches)
        self.refresh_bindings()

    def _clear(self) -> None:
        """Let nothing stand below a title that it has nothing to do with, where that may last."""
        self._shown = None
        self._show_bars(True)
        self._words.update(inert([(_BEING_MADE, "$foreground-muted")], ascii=self.ascii))
        self._say_pointed()

    def _show_bars(self, is_bars: bool) -> None:
        """Put the bars over the plot, or take them away: the plot keeps its size behind them."""
        if is_bars is not self._bars.display:
            self._bars.display = is_bars
            if self.focused in (self._canvas, self._bars, None):
                (self._bars if is_bars else self._canvas).focus()

    @on(PlotCanvas.Pointed)
    def _on_pointed(self, event: PlotCanvas.Pointed) -> None:
        self._dot, self._here = event.dot, event.here
        self._say_pointed()

    def _say_pointed(self) -> None:
        """Name the trial under the cursor; bars are of all trials."""
        has_none = self._bars.display or not self._canvas.plot.dots
        said = () if has_none else pointed_parts(self.view, self._dot, self._here)
        self._pointed.say(said)

    @on(PlotCanvas.Opened)
    def _on_opened(self, event: PlotCanvas.Opened) -> None:
        self.open_trial(event.trial_id)

    # --- which plot -----------------------------------------------------------------------------

    def _offer(self, view: RunView) -> None:
        """Show the tabs of the plots that this run has something for."""
        question = Question(view)
        kinds = tuple(kind for kind in PLOTS if kind.applies(question))
        tabs = self.query_one(Tabs)
        for kind in {*kinds} ^ {*self._kinds}:
            if kind in kinds:
                tabs.show(kind.id)
            else:
                tabs.hide(kind.id)
        self._kinds = kinds

    def check_action(self, action: str, parameters: tuple[object, ...]) -> bool | None:
        """Keep keys from what they would do to a line being typed."""
        del parameters
        bar = self._filter_bar
        return not (action == "brush" and bar is not None and bar.input.has_focus)

    def why_not(self, action: str) -> str | None:
        """Why an action cannot be done now."""
        kind = self._wish.kind
        if action in ("next_variant", "previous_variant") and len(self._all_variants()) < 2:
            return "This has no other aspect."
        if action in ("next_point", "previous_point") and kind.is_slow:
            return "These are of all trials: there is none to point at."
        if action in ("next_point", "previous_point") and not self._canvas.plot.dots:
            return "There is no trial in this plot."
        if action == "toggle_log" and kind.is_slow:
            return "There is no axis of the objective."
        if action == "next_objective" and self.view is not None:
            if self.view.summary.objectives == 1:
                return "This run has one objective."
            return None if kind.has_objective else "This shows two objectives at once."
        return None

    def _all_variants(self) -> list[str]:
        return [] if self.view is None else self._wish.kind.variants(Question(self.view))

    def action_next_plot(self) -> None:
        """Show the next plot."""
        self._go(1)

    def action_previous_plot(self) -> None:
        """Show the plot before."""
        self._go(-1)

    def _go(self, step: int) -> None:
        kind = self._wish.kind
        at = self._kinds.index(kind) if kind in self._kinds else 0
        self.go_to(self._kinds[(at + step) % len(self._kinds)].id)

    @on(Tabs.TabActivated)
    def _on_tab(self, event: Tabs.TabActivated) -> None:
        kind = next(kind for kind in PLOTS if kind.id == event.tab.id)
        if kind is not self._wish.kind:
            variant = self._variants.get(kind.id, "")
            self._ask(replace(self._wish, kind=kind, variant=variant))

    def action_next_variant(self) -> None:
        """Show it over something else."""
        if not self.refuses("next_variant"):
            self._vary(1)

    def action_previous_variant(self) -> None:
        """Show it over what was before."""
        if not self.refuses("previous_variant"):
            self._vary(-1)

    def _vary(self, step: int) -> None:
        variants, now = self._all_variants(), self._wish.variant
        at = variants.index(now) if now in variants else 0
        variant = variants[(at + step) % len(variants)]
        self._variants[self._wish.kind.id] = variant
        self._ask(replace(self._wish, variant=variant))

    def action_next_objective(self) -> None:
        """Show the next objective."""
        if self.view is not None and not self.refuses("next_objective"):
            objective = (self._wish.objective + 1) % self.view.summary.objectives
            self._ask(replace(self._wish, objective=objective))

    def action_toggle_log(self) -> None:
        """Make the objective's axis logarithmic, or not."""
        if not self.refuses("toggle_log"):
            self._ask(replace(self._wish, log=not self._wish.log))

    def action_next_point(self) -> None:
        """Point at the next trial from left to right, hidden or not."""
        if not self.refuses("next_point"):
            self._canvas.step(1)

    def action_previous_point(self) -> None:
        """Point at the trial before."""
        if not self.refuses("previous_point"):
            self._canvas.step(-1)

    def action_keep(self) -> None:
        """Show this plot on the first screen."""
        if self.refuses("keep"):
            return
        wish = self._wish
        chosen = ChosenPlot(wish.kind.id, wish.variant, wish.objective, wish.log)
        is_usual = self.view is not None and chosen == usual_plot(self.view)
        self.post_message(PlotChosen(None if is_usual else chosen))
        brushed = "" if wish.holds is None else ", without the brush"
        self.notify(f"{wish.kind.name} is on the first screen now{brushed}.", markup=False)

    # --- brushing -------------------------------------------------------------------------------

    async def action_brush(self) -> None:
        """Open the line in which a filter is typed."""
        if self._filter_bar is None:
            self._filter_bar = FilterBar(lambda: self.view)
            await self.mount(self._filter_bar, after=self._pointed)
        self._filter_bar.open()

    @on(FilterBar.Changed)
    def _on_filter(self, event: FilterBar.Changed) -> None:
        self._brush(event.holds, event.text)

    def _brush(self, holds: Predicate | None, text: str = "") -> None:
        """Let only some trials stand out."""
        self._workshop.forget_filtered()
        self._ask(replace(self._wish, holds=holds, filter=text))

    @on(FilterBar.Kept)
    def _on_kept(self) -> None:
        self._canvas.focus()

    def action_back(self) -> None:
        """Take the filter away, or go back to where the view was opened."""
        bar = self._filter_bar
        if bar is not None and (self._wish.holds is not None or bar.display):
            bar.close()
            self._brush(None)
            self._canvas.focus()
        else:
            super().action_back()
