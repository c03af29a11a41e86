"""A text file that is written while one watches, followed like with `tail -f`."""

from __future__ import annotations

import time
from dataclasses import dataclass
from pathlib import Path
from typing import ClassVar

from rich.cells import cell_len
from textual import on
from textual.app import ComposeResult
from textual.binding import BindingType
from textual.message import Message

from neps_tui.actions import bindings_of
from neps_tui.messages import Asked
from neps_tui.trial.directory import size_text
from neps_tui.trial.tail_reading import EarlierLines, TailNews, TailReader
from neps_tui.trial.tail_view import TailView
from neps_tui.widgets.fitted_text import FittedText
from neps_tui.widgets.key_bar import KeyBar
from neps_tui.widgets.refusing import Refusing
from neps_tui.words.formatting import age, plain, shorten_middle
from neps_tui.words.text_lines import Line

_EVERY = 0.5
"""Seconds between two looks at the file."""


@dataclass(frozen=True, slots=True)
class _Said:
    """What the first line tells of the file."""

    name: str
    about: str
    state: str
    is_well: bool


class TailScreen(Refusing[None]):
    """The last part of a text file, and what is added to it.

    Args:
        path: The file.
        name: What it is called.
        ascii: Whether only ASCII may be drawn.
    """

    CSS_PATH = "tail_screen.tcss"
    BINDINGS: ClassVar[list[BindingType]] = [*bindings_of("tail")]

    class Read(Message):
        """The file was looked at."""

        def __init__(self, news: TailNews) -> None:
            super().__init__()
            self.news = news

    class EarlierRead(Message):
        """What stands before the first line was read."""

        def __init__(self, found: EarlierLines) -> None:
            super().__init__()
            self.found = found

    def __init__(self, path: Path, name: str, *, ascii: bool = False) -> None:
        super().__init__(id="tail")
        self._file = path
        self._called = plain(name)
        self._ascii = ascii
        self._reader = TailReader(path)
        self._is_asking = self._is_asking_earlier = False
        self._news: TailNews | None = None
        self._lines = TailView(ascii=ascii)
        self._title: FittedText[_Said] = FittedText(
            lambda said, width: _title_line(said, width, ascii), ascii=ascii, id="title"
        )
        self._problem: FittedText[str] = FittedText(
            lambda text, width: [[(text, "$text-warning")]] if width else [],
            ascii=ascii,
            id="problem",
        )

    def compose(self) -> ComposeResult:
        """What it is, its lines, the keys."""
        yield self._title
        yield self._problem
        yield self._lines
        yield KeyBar()

    def on_mount(self) -> None:
        """Look at once, and again and again."""
        self._lines.focus()
        self.set_interval(_EVERY, self._ask)
        self._say()
        self._ask()

    def on_screen_resume(self) -> None:
        """Catch up with what came while another screen was seen."""
        self._ask()

    def _ask(self) -> None:
        if self._is_asking or not self.is_current:
            return
        self._is_asking = True
        reader = self._reader
        self.post_message(Asked(lambda: self.Read(reader.read()), self.post_message))

    @on(Read)
    def _on_read(self, event: Read) -> None:
        self._is_asking = False
        news = self._news = event.news
        with self.app.batch_update():
            self._lines.append(news.lines, news.open_line, news.note)
            self._say()
        if news.is_behind:
            self._ask()

    @on(TailView.TopReached)
    def _on_top(self) -> None:
        if self._is_asking_earlier or self._news is None or not self._news.earlier:
            return
        if self._lines.has_room:
            self._is_asking_earlier = True
            reader = self._reader
            self.post_message(
                Asked(lambda: self.EarlierRead(reader.read_earlier()), self.post_message)
            )

    @on(EarlierRead)
    def _on_earlier(self, event: EarlierRead) -> None:
        self._is_asking_earlier = False
        if event.found.lines:
            self._lines.prepend(event.found.lines)

    @on(TailView.Followed)
    def _on_followed(self) -> None:
        self._say()
        self.refresh_bindings()

    def _say(self) -> None:
        news = self._news
        if news is None:
            self._title.show(_Said(self._called, "", "reading …", True))
            return
        problem = plain(news.problem)
        self._problem.show(problem)
        self.set_class(bool(problem), "-problem")
        about = []
        if news.modified is not None:
            about = [size_text(news.size), f"written {age(time.time() - news.modified)}"]
        if not news.is_text:
            state = "not shown"
        elif problem:
            state = "waiting"
        else:
            state = "following" if self._lines.is_following else "stopped, G follows again"
        self._title.show(_Said(self._called, ", ".join(about), state, state == "following"))

    def why_not(self, action: str) -> str | None:
        """Why an action cannot be done now."""
        if action == "follow" and self._news is not None and not self._news.is_text:
            return "There is no text to follow."
        return None

    def action_follow(self) -> None:
        """Go to the end, and stay there."""
        if not self.refuses("follow"):
            self._lines.follow()

    def action_copy_path(self) -> None:
        """Copy the file's path."""
        self.app.copy_to_clipboard(str(self._file))
        self.notify(f"Copied the path {plain(str(self._file))}", markup=False)

    def action_back(self) -> None:
        """Go back to the trial."""
        self.dismiss(None)


def _title_line(said: _Said, width: int, ascii: bool) -> list[Line]:
    state = f"  {said.state}"
    about = f"  {said.about}" if said.about else ""
    room = width - cell_len(state)
    if cell_len(about) > room // 2:
        about = ""
    name = shorten_middle(said.name, max(room - cell_len(about), 1), "~" if ascii else "…")
    style = "$text-success" if said.is_well else "$text-warning"
    return [[(name, "bold"), (about, "$foreground-muted"), (state, style)]]
