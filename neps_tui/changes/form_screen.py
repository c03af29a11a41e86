"""A form that is filled in before a change of the run is asked about."""

from __future__ import annotations

from collections.abc import Callable
from typing import ClassVar, TypeAlias

from textual import on, work
from textual.app import ComposeResult
from textual.binding import Binding, BindingType
from textual.containers import Grid, Horizontal, Vertical, VerticalScroll
from textual.content import Content
from textual.message import Message
from textual.screen import ModalScreen
from textual.suggester import Suggester, SuggestFromList
from textual.widgets import Button, Input, Static

from neps_tui.changes.form import Entry, Form, FormError, Typed
from neps_tui.changes.plan import Plan
from neps_tui.widgets.path_suggester import PathSuggester
from neps_tui.words.formatting import plain, to_ascii

Answered: TypeAlias = Callable[[bool], None]
"""Told whether what was asked is to be done."""


class FormScreen(ModalScreen[None]):
    """Names, lines to type in, what may be typed, and what it comes to, at every key.

    It stays until what it comes to has been agreed to, or somebody leaves it.

    Args:
        form: What is to be filled in.
        propose: Asks a person whether to do what was typed, and does it.
        ascii: Whether only ASCII may be drawn.
    """

    DEFAULT_CSS = """
    FormScreen {
        align: center middle;
        & > Vertical {
            width: 100;
            max-width: 96%;
            height: auto;
            max-height: 96%;
            border: round $accent;
            background: $surface;
            padding: 0 2;
        }
        #title { text-style: bold; margin-bottom: 1; }
        VerticalScroll { height: auto; max-height: 60vh; }
        Grid {
            grid-size: 3;
            grid-columns: auto 2fr 3fr;
            grid-rows: 1;
            grid-gutter: 0 1;
            height: auto;
        }
        Grid.-of-a-path { grid-columns: auto 1fr auto; }
        .name { width: auto; max-width: 30; }
        .hint { color: $text-muted; }
        Input { height: 1; border: none; padding: 0 1; background: $boost; }
        Input:focus { border: none; background: $primary 30%; }
        #verdict { height: auto; max-height: 6; margin-top: 1; }
        #verdict.-wrong { color: $text-warning; }
        #answers { height: auto; align-horizontal: right; margin-top: 1; }
        #answers > Button { margin-left: 2; }
    }
    """
    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("escape", "leave", "leave it", id="form.leave", tooltip="Change nothing"),
        Binding("down", "app.focus_next", "next", show=False, id="form.next"),
        Binding("up", "app.focus_previous", "before", show=False, id="form.previous"),
    ]
    AUTO_FOCUS = "Input"

    class Read(Message):
        """What a form that reads files came to.

        Args:
            made: The plan, or why there is none.
            typed: What it was made of.
        """

        def __init__(self, made: Plan | str, typed: Typed) -> None:
            super().__init__()
            self.made = made
            self.typed = typed

    def __init__(
        self, form: Form, propose: Callable[[Plan, Answered], None], *, ascii: bool = False
    ) -> None:
        super().__init__()
        self._form = form
        self._propose = propose
        self._ascii = ascii
        self._inputs = {
            entry.name: Input(
                plain(entry.value),
                compact=True,
                suggester=_suggester(entry),
            )
            for entry in form.entries
        }
        # An input draws what it holds as it is, so it never holds a text of the run itself.
        self._meant = {
            entry.name: {plain(text): text for text in (*entry.choices, entry.value)}
            for entry in form.entries
        }
        self._verdict = Static(id="verdict", markup=False)

    def compose(self) -> ComposeResult:
        """Title, a row for each entry, what it comes to, answers."""
        with Vertical():
            yield Static(self._inert(self._form.title), id="title")
            names_a_path = any(entry.is_path for entry in self._form.entries)
            grid = Grid(classes="-of-a-path" if names_a_path else None)
            with VerticalScroll(can_focus=False), grid:
                for entry in self._form.entries:
                    yield Static(self._inert(entry.name), classes="name")
                    yield self._inputs[entry.name]
                    yield Static(self._inert(entry.hint), classes="hint")
            yield self._verdict
            with Horizontal(id="answers"):
                yield Button("Leave it (esc)", id="leave")
                yield Button("Go on (enter)", id="go", variant="primary")

    def on_mount(self) -> None:
        """Say what is missing."""
        self._on_changed()

    def _typed(self) -> Typed:
        return {
            name: self._meant[name].get(each.value, each.value)
            for name, each in self._inputs.items()
        }

    def _make(self, typed: Typed) -> Plan | str:
        """The plan that what is typed makes, or why it makes none."""
        try:
            plan = self._form.make(typed)
        except FormError as error:
            return str(error)
        return plan if plan.nothing is None else plan.nothing

    def _take(self, made: Plan | str) -> Plan | None:
        """Say what was made; give it if it is a plan."""
        if isinstance(made, str):
            self._say(made, is_wrong=True)
            return None
        self._say(made.lines[0] if made.lines else made.what, is_wrong=False)
        return made

    def _say(self, text: str, *, is_wrong: bool) -> None:
        # One line for each thing that is wrong.
        self._verdict.update(Content("\n").join(map(self._inert, text.split("\n"))))
        self._verdict.set_class(is_wrong, "-wrong")

    def _inert(self, text: str) -> Content:
        text = plain(text)
        return Content(to_ascii(text) if self._ascii else text)

    @on(Input.Changed)
    def _on_changed(self) -> None:
        if self._form.is_live:
            self._take(self._make(self._typed()))

    @on(Input.Submitted)
    @on(Button.Pressed, "#go")
    def _on_go(self) -> None:
        if self._form.is_live:
            self._go_on(self._make(self._typed()))
        else:
            self._say("Reading …", is_wrong=False)
            self._read(self._typed())

    @work(thread=True, exclusive=True)
    def _read(self, typed: Typed) -> None:
        self.post_message(self.Read(self._make(typed), typed))

    @on(Read)
    def _on_read(self, event: Read) -> None:
        # What has been typed since is asked for by another enter.
        if event.typed == self._typed() and self.is_current:
            self._go_on(event.made)

    def _go_on(self, made: Plan | str) -> None:
        if (plan := self._take(made)) is not None:
            self._propose(plan, self._on_answered)

    def _on_answered(self, answer: bool) -> None:
        if answer:
            self.dismiss()
        else:
            self._say("Nothing was changed. Type something else, or leave it.", is_wrong=False)

    @on(Button.Pressed, "#leave")
    def _on_left(self) -> None:
        self.action_leave()

    def action_leave(self) -> None:
        """Change nothing."""
        self.dismiss()


def _suggester(entry: Entry) -> Suggester | None:
    """What says how something typed into an entry may go on."""
    if entry.is_path:
        return PathSuggester()
    return SuggestFromList(map(plain, entry.choices)) if entry.choices else None
