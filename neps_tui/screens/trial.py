"""One trial whole: its config beside the incumbent's, its times, report, curve and error."""

from __future__ import annotations

from collections.abc import Iterator
from typing import ClassVar

from textual.app import ComposeResult
from textual.binding import BindingType
from textual.containers import ScrollableContainer, VerticalScroll
from textual.content import Content
from textual.events import Resize
from textual.reactive import reactive
from textual.widgets import Static

from neps_state import State
from neps_tui.actions import bindings_of
from neps_tui.formatting import plain, to_ascii
from neps_tui.messages import ResetAsked
from neps_tui.screens.refusing import Refusing
from neps_tui.trial_details import Rows, TrialDetails, details_of
from neps_tui.view import RunView
from neps_tui.widgets.key_bar import KeyBar
from neps_tui.widgets.step_curve import StepCurve

_LEAST_WIDTH = 120
_SECTIONS = {
    "config": "Config",
    "times": "Times",
    "report": "Report",
    "error": "Error",
    "traceback": "Traceback",
}


class TrialScreen(Refusing[str]):
    """Everything about one trial, as it is now; its result is the trial that was shown last.

    Args:
        trial_id: The trial.
        order: Ids of the trials it stands among.
        can_write: Whether the run may be changed from here.
        ascii: Whether only ASCII may be drawn.
    """

    CSS_PATH = "trial.tcss"
    BINDINGS: ClassVar[list[BindingType]] = [*bindings_of("trial")]

    view: reactive[RunView | None] = reactive[RunView | None](None)

    def __init__(
        self, trial_id: str, order: tuple[str, ...], *, can_write: bool = True, ascii: bool = False
    ) -> None:
        super().__init__(id="trial")
        self._can_write = can_write
        self.trial_id = trial_id
        self._order = order
        self._ascii = ascii
        self._drawn: dict[str, object] = {}
        self._possible: list[str | None] = []

    def compose(self) -> ComposeResult:
        """Title, sections, footer."""
        yield Static(id="title", markup=False)
        with ScrollableContainer(id="body", can_focus=False):
            with VerticalScroll(id="left"):
                for name in ("config", "times", "report"):
                    yield self._section(name)
            with VerticalScroll(id="right"):
                yield self._section("error")
                yield self._section("traceback")
                classes = "section -ascii" if self._ascii else "section"
                curve = StepCurve(ascii=self._ascii, id="curve", classes=classes)
                curve.border_title = "Learning curve"
                yield curve
        yield KeyBar()

    def _section(self, name: str) -> Static:
        classes = "section -ascii" if self._ascii else "section"
        section = Static(id=name, classes=classes, markup=False)
        section.border_title = _SECTIONS[name]
        return section

    def on_mount(self) -> None:
        """Draw at once, and again as time goes by."""
        self.set_interval(1.0, self._draw)
        self._draw()

    def on_resize(self, event: Resize) -> None:
        """Side by side where there is room, and one scroll for all where there is not."""
        narrow = event.size.width < _LEAST_WIDTH
        self.set_class(narrow, "-narrow")
        body, right = self.query_one("#body"), self.query_one("#right")
        body.can_focus, right.can_focus = narrow, not narrow
        self.query_one("#left").can_focus = not narrow
        (body if narrow else right).focus()
        self._draw()

    def watch_view(self) -> None:
        """Draw another moment of the run."""
        if self.is_mounted:
            self._draw()
            self._refresh_bindings_if_needed()

    def _draw(self) -> None:
        view = self.view
        if view is None or not self.is_current:
            return
        trial = view.trial(self.trial_id)
        if trial is None:
            gone = f"Trial {self.trial_id} is no longer in the run."
            self._update("title", Content(plain(gone)))
            return
        self._draw_details(details_of(trial, view, view.now(), ascii=self._ascii))

    def _draw_details(self, details: TrialDetails) -> None:
        title = [(details.glyph, details.colour), (f" {details.title}", "bold")]
        if self.trial_id in self._order and len(self._order) > 1:
            place = f"  {self._order.index(self.trial_id) + 1} of {len(self._order)}"
            title.append((place, "$foreground-muted"))
        if details.error:
            title.append((f"  {details.error}", "$text-error"))
        self._update("title", Content.assemble(*title))
        self._update("config", Content.assemble(*_config_parts(details.config)))
        for name, rows in (("times", details.times), ("report", details.report)):
            self._update(name, Content.assemble(*_parts(rows)))
        self._update("error", Content.styled(details.error, "$text-error"))
        self._update("traceback", Content.assemble(*_traceback_parts(details.traceback)))
        self._put_first("right" if details.error and self.has_class("-narrow") else "left")
        self.query_one("#error").set_class(not details.error, "-empty")
        self.query_one("#traceback").set_class(not details.traceback, "-empty")
        curve = self.query_one("#curve", StepCurve)
        curve.set_class(len(details.curve) < 2, "-empty")
        curve.set_points(details.curve, step=False, x_label="step")

    def _put_first(self, name: str) -> None:
        """Above or on the left: what the person came for."""
        body = self.query_one("#body")
        if body.children[0].id != name:
            body.move_child(self.query_one(f"#{name}"), before=0)

    def _update(self, name: str, content: Content) -> None:
        if self._ascii:
            content = Content(to_ascii(content.plain), spans=list(content.spans))
        if self._drawn.get(name) != content:
            self._drawn[name] = content
            self.query_one(f"#{name}", Static).update(content)

    def why_not(self, action: str) -> str | None:
        """Why an action cannot be done now."""
        if action == "reset_trial":
            return self._why_no_reset()
        if action == "next_trial" and self._neighbour(1) is None:
            return "This is the last trial of the table it was opened from."
        if action == "previous_trial" and self._neighbour(-1) is None:
            return "This is the first trial of the table it was opened from."
        return None

    def _why_no_reset(self) -> str | None:
        if not self._can_write:
            return (
                "Read-only: nothing can be changed from here. Start without --read-only for that."
            )
        trial = self.view.trial(self.trial_id) if self.view is not None else None
        if trial is None:
            return f"Trial {self.trial_id} is no longer in the run."
        return f"Trial {trial.id} is pending already." if trial.state is State.PENDING else None

    def _refresh_bindings_if_needed(self) -> None:
        """Grey other keys than before, if any: the footer is made anew each time."""
        possible = [self.why_not(name) for name in ("reset_trial", "next_trial", "previous_trial")]
        if possible != self._possible:
            self._possible = possible
            self.refresh_bindings()

    def action_reset_trial(self) -> None:
        """Ask whether to reset this trial."""
        if not self.refuses("reset_trial"):
            self.post_message(ResetAsked((self.trial_id,)))

    def action_next_trial(self) -> None:
        """Show the next trial."""
        if not self.refuses("next_trial"):
            self._go(1)

    def action_previous_trial(self) -> None:
        """Show the trial before."""
        if not self.refuses("previous_trial"):
            self._go(-1)

    def action_back(self) -> None:
        """Go back to where the trial was opened."""
        self.dismiss(self.trial_id)

    def _go(self, step: int) -> None:
        neighbour = self._neighbour(step)
        if neighbour is not None:
            self.trial_id = neighbour
            self._draw()
            self._refresh_bindings_if_needed()

    def _neighbour(self, step: int) -> str | None:
        if self.trial_id not in self._order:
            return None
        at = self._order.index(self.trial_id) + step
        return self._order[at] if 0 <= at < len(self._order) else None


def _config_parts(rows: list[tuple[str, str, str]]) -> Iterator[tuple[str, str]]:
    """Names, values, and where it differs what the incumbent has."""
    names = max((len(name) for name, _, _ in rows), default=0)
    values = max((len(value) for _, value, _ in rows), default=0)
    if any(other for _, _, other in rows):
        yield f"{'':<{names}}  {'this trial':<{values}}  incumbent\n", "$foreground-disabled"
        values = max(values, len("this trial"))
    for index, (name, value, other) in enumerate(rows):
        yield ("\n" if index else "") + f"{plain(name):<{names}}  ", "$foreground-muted"
        differs = other not in ("", "same")
        yield f"{plain(value):<{values}}  ", "bold" if differs else ""
        yield plain(other), "$text-accent" if differs else "$foreground-disabled"


def _parts(rows: Rows) -> Iterator[tuple[str, str]]:
    width = max((len(name) for name, _ in rows), default=0)
    for index, (name, value) in enumerate(rows):
        yield ("\n" if index else "") + f"{plain(name):<{width}}  ", "$foreground-muted"
        yield plain(value), ""


def _traceback_parts(traceback: str) -> Iterator[tuple[str, str]]:
    """The lines that name a place in a file stand out from the code between them."""
    for index, line in enumerate(traceback.split("\n")):
        names_place = line.lstrip().startswith('File "')
        yield ("\n" if index else "") + line, "$text-accent" if names_place else ""
