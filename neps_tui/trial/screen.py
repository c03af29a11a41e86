"""One trial whole: config, times, report, error, learning curve, lineage, files."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from functools import partial
from typing import ClassVar

from textual import on
from textual.app import ComposeResult
from textual.binding import BindingType
from textual.containers import Container, Vertical
from textual.events import Resize
from textual.message import Message
from textual.reactive import reactive
from textual.widget import Widget

from neps_state import State, Trial
from neps_tui.actions import bindings_of
from neps_tui.facts import records
from neps_tui.messages import Asked, FileOpened
from neps_tui.plots.canvas import PlotCanvas
from neps_tui.plots.one_trial import one_trial_plot
from neps_tui.plots.plot import Plot
from neps_tui.screens.changing import CHANGES, Changing
from neps_tui.screens.pane import Pane
from neps_tui.trial.config_rows import Config, config_lines, config_of, is_stored_as_shown
from neps_tui.trial.copying import copied_path, last_of
from neps_tui.trial.details import ErrorOfTrial, Headline, error_of, headline, headline_line
from neps_tui.trial.directory import EntryKind, Listing, directory_of, list_directory
from neps_tui.trial.lineage import Lineages, Step
from neps_tui.trial.panes import CurvePane, ErrorPane, FilesPane, LineagePane
from neps_tui.trial.report_rows import ReportRows, report_lines, report_rows
from neps_tui.trial.section_bar import SectionBar
from neps_tui.trial.timing import Timing, timing_lines, timing_of
from neps_tui.view import RunView
from neps_tui.widgets.fitted_text import FittedText
from neps_tui.widgets.key_bar import KeyBar
from neps_tui.widgets.reading_scroll import ReadingScroll
from neps_tui.widgets.trial_table import TrialTable
from neps_tui.words.formatting import plain

_LEAST_WIDTH, _LEAST_HEIGHT = 120, 30
"""Below this size one section is shown at a time."""
_MOST_COPIED = 75_000
"""Bytes that are copied: terminals take about 100,000, which are 75,000 before encoding."""
_PATIENCE = 0.2
"""Seconds after which it is said that something is waited for."""
_NAMES = {
    "overview": "Overview",
    "error": "Error",
    "curve": "Curve",
    "lineage": "Lineage",
    "files": "Files",
}
_GREYED = (
    *sorted(CHANGES),
    "next_trial",
    "previous_trial",
    "raw_config",
    "copy_path",
    "copy_contents",
)


class TrialScreen(Changing[str]):
    """Everything about one trial, as it is now; its result is the trial that was shown last.

    Args:
        trial_id: The trial.
        order: Ids of the trials it stands among.
        read_only: Why the run may not be changed from here; empty if it may.
        ascii: Whether only ASCII may be drawn.
    """

    CSS_PATH = "screen.tcss"
    BINDINGS: ClassVar[list[BindingType]] = [*bindings_of("trial")]

    view: reactive[RunView | None] = reactive[RunView | None](None, repaint=False)

    class Listed(Message):
        """The trial's directory was read."""

        def __init__(self, listing: Listing) -> None:
            super().__init__()
            self.listing = listing

    def __init__(
        self, trial_id: str, order: tuple[str, ...], *, read_only: str = "", ascii: bool = False
    ) -> None:
        super().__init__(id="trial")
        self.trial_id = trial_id
        self.read_only = read_only
        self._ascii = ascii
        self._order = order
        self._place_of = {each: at for at, each in enumerate(order)}
        self._place = self._place_of.get(trial_id, 0)
        self._is_raw = False
        self._possible: list[str | None] = []
        self._lineages = Lineages()
        self._listing: Listing | None = None
        self._is_asking = False
        self._section = ""
        self._shown_sections: tuple[str, ...] = ()
        self._error: ErrorOfTrial | None = None
        self._compared: tuple[Trial | None, ...] = ()
        self._configured: tuple[str, RunView, bool] | None = None
        self._plot: Plot | None = None
        self._title: FittedText[Headline] = FittedText(
            partial(headline_line, ascii=ascii), ascii=ascii, id="title"
        )
        self._config: FittedText[Config] = FittedText(config_lines, ascii=ascii)
        self._timing: FittedText[Timing] = FittedText(
            partial(timing_lines, ascii=ascii), ascii=ascii
        )
        self._report: FittedText[ReportRows] = FittedText(report_lines, ascii=ascii)
        self._texts = {name: Pane(id=name, ascii=ascii) for name in ("config", "timing", "report")}
        self._errors = ErrorPane(ascii=ascii)
        self._curve = CurvePane(ascii=ascii)
        self._lineage = LineagePane(ascii=ascii)
        self._files = FilesPane(ascii=ascii)
        self._overview = ReadingScroll(id="overview")
        self._sections = SectionBar(id="sections")
        self._panes: dict[str, Widget] = {
            "overview": self._overview,
            "error": self._errors,
            "curve": self._curve,
            "lineage": self._lineage,
            "files": self._files,
        }

    def compose(self) -> ComposeResult:
        """Title, sections, keys."""
        yield self._title
        yield self._sections
        with Container(id="body"):
            with self._overview:
                with self._texts["config"]:
                    yield self._config
                with self._texts["timing"]:
                    yield self._timing
                with self._texts["report"]:
                    yield self._report
            with Vertical(id="right"):
                yield self._errors
                yield self._curve
                yield self._lineage
                yield self._files
        yield KeyBar()

    def on_mount(self) -> None:
        """Draw at once, and again as time goes by."""
        self.set_interval(1.0, self._draw)
        for name, pane in self._texts.items():
            pane.set_title(name.capitalize())
        self._draw()

    def on_resize(self, event: Resize) -> None:
        """All sections where there is room, and one at a time where there is not."""
        small = event.size.width < _LEAST_WIDTH or event.size.height < _LEAST_HEIGHT
        self.set_class(small, "-small")
        self._make_room()
        if self._section:
            self._go_to(self._section)

    def on_screen_resume(self) -> None:
        """Draw what has changed while another screen was seen."""
        self._draw()

    def watch_view(self) -> None:
        """Draw another moment of the run."""
        if self.is_mounted:
            self._draw()

    # --- drawing -------------------------------------------------------------------------------

    @property
    def _trial(self) -> Trial | None:
        return None if self.view is None else self.view.trial(self.trial_id)

    def _draw(self) -> None:
        view, trial = self.view, self._trial
        if view is None or not self.is_current:
            return
        if trial is None:
            gone = f"Trial {plain(self.trial_id)} is no longer in the run."
            self._title.show(Headline("", "", gone))
        else:
            self._draw_trial(trial, view)
        self._refresh_bindings_if_needed()

    def _draw_trial(self, trial: Trial, view: RunView) -> None:
        now = view.now()
        self._lineages.follow(view.snapshot)
        steps = self._lineages.of(trial.id)
        self._error = error_of(trial, view)
        place = ""
        if trial.id in self._place_of and len(self._order) > 1:
            place = f"{self._place_of[trial.id] + 1} of {len(self._order)}"
        self._title.show(headline(trial, view, place=place, ascii=self._ascii))
        self._draw_config(trial, view)
        self._timing.show(timing_of(trial, view, now))
        self._report.show(report_rows(trial))
        if self._error is not None:
            self._errors.draw(self._error)
        has_curve = self._draw_curve(trial, steps, view)
        if len(steps) > 1:
            self._lineage.draw(steps, trial.id, view)
        self._ask_for_files(view)
        self._show_sections(
            {
                "overview": "",
                **({} if self._error is None else {"error": ""}),
                **({"curve": ""} if has_curve else {}),
                **({"lineage": f" {len(steps)}"} if len(steps) > 1 else {}),
                "files": self._files_said,
            }
        )

    def _draw_config(self, trial: Trial, view: RunView) -> None:
        """Draw the config unless it is drawn: which trial of a front is near takes a while."""
        configured = (trial.id, view, self._is_raw)
        if configured != self._configured:
            self._configured = configured
            self._config.show(config_of(trial, view, raw=self._is_raw))

    @property
    def _files_said(self) -> str:
        # On a small terminal no title says so.
        when = ", as they are now" if self._is_past else ""
        return "" if self._listing is None else f" {self._listing.files}{when}"

    def _draw_curve(self, trial: Trial, steps: tuple[Step, ...], view: RunView) -> bool:
        best_id = view.summary.best_id
        lineage = [each for step in steps if (each := view.trial(step.trial_id)) is not None]
        best = view.trial(best_id) if best_id else None
        compared = (trial, *lineage, best)
        if [*map(id, compared)] != [*map(id, self._compared)]:
            self._compared, self._plot = compared, one_trial_plot(trial, lineage, best)
        if self._plot is not None:
            self._curve.draw(self._plot)
        return self._plot is not None

    @property
    def _is_past(self) -> bool:
        return self.view is not None and self.view.moment is not None

    # --- sections ------------------------------------------------------------------------------

    def _show_sections(self, counts: Mapping[str, str]) -> None:
        """Show the sections that there is something in, with how much."""
        self._shown_sections = tuple(counts)
        here = self._here
        if here not in counts:
            here = "error" if "error" in counts else "overview"
        labels = {name: _NAMES[name] + count for name, count in counts.items()}
        self._sections.show(labels, here)
        if here != self._section or not self._panes[here].has_focus_within:
            self._go_to(here)
        else:
            self._make_room()

    @property
    def _here(self) -> str:
        """The section that the keys work in."""
        focused = (name for name, pane in self._panes.items() if pane.has_focus_within)
        return next(focused, self._section)

    def _make_room(self) -> None:
        """Tables get as many lines as they need, and what is read the rest."""
        small, shown = self.has_class("-small"), self._shown_sections
        for name, pane in self._panes.items():
            is_shown = name in shown and (not small or name == self._section)
            if pane.display != is_shown:
                pane.display = is_shown
        self.set_class(small and self._section == "overview", "-on-overview")
        is_alone = not {"error", "curve"} & set(shown)
        self.set_class(is_alone and not small, "-alone")
        self._fit(self._lineage, small, is_alone=False)
        self._fit(self._files, small, is_alone=is_alone)

    def _fit(self, pane: LineagePane | FilesPane, small: bool, *, is_alone: bool) -> None:
        """Give a table as many lines as it needs, up to a fifth of the screen, or half if alone."""
        most, rows = max(self.app.size.height // (2 if is_alone else 5), 5), len(pane.table.keys)
        takes_all = small or (is_alone and rows > most)
        heights = ("1fr", "1fr") if takes_all else ("auto", str(min(max(rows, 1), most) + 1))
        for widget, height in zip((pane, pane.table), heights, strict=True):
            if str(widget.styles.height) != height:
                widget.styles.height = height

    def _go_to(self, section: str) -> None:
        """Show a section, and let the keys work in it."""
        self._section = section
        self._make_room()
        labels = dict(self._sections.labels)
        self._sections.show(labels, section)
        targets: dict[str, Widget] = {
            "overview": self._overview,
            "error": self._errors.traceback,
            "curve": self._curve.canvas,
            "lineage": self._lineage.table,
            "files": self._files.table,
        }
        if self.is_current:
            self.set_focus(targets[section])

    @on(SectionBar.Chosen)
    def _on_section_chosen(self, event: SectionBar.Chosen) -> None:
        self._go_to(event.section)

    def action_next_section(self, step: int = 1) -> None:
        """Go on to the next section."""
        names = self._shown_sections
        if not names:
            return
        at = names.index(self._here) if self._here in names else 0
        self._go_to(names[(at + step) % len(names)])

    def action_previous_section(self) -> None:
        """Go back to the section before."""
        self.action_next_section(-1)

    # --- files ---------------------------------------------------------------------------------

    def _ask_for_files(self, view: RunView) -> None:
        """Have the directory read, unless that is under way."""
        directory = directory_of(view.snapshot.root, self.trial_id)
        if self._listing is not None and self._listing.directory != directory:
            self._listing = None
            # The other trial's files stay for as long as an answer usually takes: no flicker.
            self.set_timer(_PATIENCE, self._forget_files)
        if directory is None:
            self._listing = Listing(view.snapshot.root, problem="Its id is no directory's name.")
            self._files.draw(self._listing, is_past=self._is_past)
        elif not self._is_asking:
            self._is_asking = True
            self.post_message(
                Asked(lambda: self.Listed(list_directory(directory)), self.post_message)
            )

    def _forget_files(self) -> None:
        if self._listing is None:
            self._files.clear()

    @on(Listed)
    def _on_listed(self, event: Listed) -> None:
        self._is_asking = False
        view = self.view
        if view is None:
            return
        if event.listing.directory != directory_of(view.snapshot.root, self.trial_id):
            self._ask_for_files(view)
            return
        self._listing = event.listing
        self._files.draw(event.listing, is_past=self._is_past)
        self._sections.relabel("files", _NAMES["files"] + self._files_said)
        self._make_room()

    # --- opening -------------------------------------------------------------------------------

    @on(TrialTable.Opened)
    def _on_opened(self, event: TrialTable.Opened) -> None:
        if event.table is self._files.table:
            self._open_file(event.key)
        else:
            self._show_trial(event.key)

    @on(PlotCanvas.Opened)
    def _on_plot_opened(self, event: PlotCanvas.Opened) -> None:
        self._show_trial(event.trial_id)

    def _open_file(self, place: str) -> None:
        entry = self._files.entry(place)
        if entry is None or self._listing is None:
            return
        if entry.kind is EntryKind.DIRECTORY:
            self.notify("A directory: what is in it stands below it.", markup=False)
        elif entry.kind is EntryKind.OTHER:
            self.notify("Neither a file nor a directory: there is nothing to read.", markup=False)
        else:
            path = self._listing.directory / place
            name = f"{self.trial_id}: {place}{', as it is now' if self._is_past else ''}"
            self.post_message(FileOpened(path, name))

    def _show_trial(self, trial_id: str) -> None:
        if self.view is None or self.view.trial(trial_id) is None:
            self.notify(f"Trial {plain(trial_id)} is not in the run.", markup=False)
            return
        self.trial_id = trial_id
        self._place = self._place_of.get(trial_id, self._place)
        with self.app.batch_update():
            self._draw()

    # --- what can be done ----------------------------------------------------------------------

    def why_not(self, action: str) -> str | None:
        """Why an action cannot be done now."""
        if action in ("next_trial", "previous_trial") and len(self._order) < 2:
            return "It was opened by itself: there is no other trial to go on to."
        if action == "next_trial" and self._neighbour(1) is None:
            return "This is the last trial of the table it was opened from."
        if action == "previous_trial" and self._neighbour(-1) is None:
            return "This is the first trial of the table it was opened from."
        if action not in _GREYED or action in ("next_trial", "previous_trial"):
            return None
        view, trial = self.view, self._trial
        if view is None or trial is None:
            return f"Trial {plain(self.trial_id)} is no longer in the run."
        if (refusal := super().why_not(action)) is not None:
            return refusal
        if action == "reset" and trial.state is State.PENDING:
            return f"Trial {plain(trial.id)} is pending already."
        if action == "raw_config" and not self._is_raw and is_stored_as_shown(trial, view):
            return "The config is stored just as it is shown."
        if action == "copy_path" and directory_of(view.snapshot.root, trial.id) is None:
            return "The trial's id is no directory's name."
        return None

    def _refresh_bindings_if_needed(self) -> None:
        """Grey other keys than before, if any: the footer is made anew each time."""
        possible = [self.why_not(name) for name in _GREYED]
        if possible != self._possible:
            self._possible = possible
            self.refresh_bindings()

    def chosen(self) -> Sequence[str]:
        """This trial."""
        return (self.trial_id,)

    def action_raw_config(self) -> None:
        """Show the config as stored, or as a person reads it."""
        if not self.refuses("raw_config"):
            self._is_raw = not self._is_raw
            self._texts["config"].set_title("Config as stored" if self._is_raw else "Config")
            self._draw()
            self._go_to("overview")

    def action_copy_path(self) -> None:
        """Copy where the trial's files lie."""
        if not self.refuses("copy_path") and self.view is not None:
            directory = directory_of(self.view.snapshot.root, self.trial_id)
            if directory is not None:
                self.app.copy_to_clipboard(str(directory))
                self.notify(copied_path(directory, ascii=self._ascii), markup=False)

    def action_copy_contents(self) -> None:
        """Copy the traceback, or else the config as JSON."""
        view, trial = self.view, self._trial
        if self.refuses("copy_contents") or view is None or trial is None:
            return
        error = error_of(trial, view)
        if error is not None and error.traceback:
            text, form = plain(error.traceback, newlines=True), ""
            what = "traceback"
        else:
            record = records.trial_record(trial, view.snapshot, view.summary)
            shown = record["raw_config" if self._is_raw else "config"]
            text, form = records.to_json(shown, indent=1), " as JSON"
            what = "config"
        copied = last_of(text, _MOST_COPIED)
        left_out = len(text) - len(copied)
        self.app.copy_to_clipboard(copied)
        cut = f", without its first {left_out} characters" if left_out > 0 else ""
        said = f"Copied the {what} of {plain(trial.id)}{form}{cut}, if your terminal allows it"
        self.notify(said, markup=False)

    def action_next_trial(self) -> None:
        """Show the next trial."""
        self._go("next_trial", 1)

    def action_previous_trial(self) -> None:
        """Show the trial before."""
        self._go("previous_trial", -1)

    def action_back(self) -> None:
        """Go back to where the trial was opened."""
        self.dismiss(self.trial_id)

    def _go(self, action: str, step: int) -> None:
        neighbour = self._neighbour(step)
        if not self.refuses(action) and neighbour is not None:
            self._show_trial(neighbour)

    def _neighbour(self, step: int) -> str | None:
        """The trial before or after in the table; from one beside it, as from the last in it."""
        at = self._place + step
        return self._order[at] if 0 <= at < len(self._order) else None
