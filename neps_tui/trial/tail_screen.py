"""A text file that is written while one watches, followed like with `tail -f`."""

from __future__ import annotations

import time
from collections.abc import Iterator
from dataclasses import dataclass, replace
from pathlib import Path
from typing import ClassVar

from rich.cells import cell_len
from textual import on
from textual.app import ComposeResult
from textual.binding import BindingType
from textual.message import Message

from neps_tui.actions import bindings_of
from neps_tui.messages import Asked
from neps_tui.trial.copying import copied_path, path_lines
from neps_tui.trial.directory import size_text
from neps_tui.trial.tail_reading import EarlierLines, TailNews, TailReader
from neps_tui.trial.tail_view import TailView
from neps_tui.widgets.fitted_text import FittedText
from neps_tui.widgets.key_bar import KeyBar
from neps_tui.widgets.refusing import Refusing
from neps_tui.words.formatting import age, plain, shorten_middle
from neps_tui.words.text_lines import Line, row_lines

_EVERY = 0.5
"""Seconds between two looks at the file."""
_LEAST_NAME = 20
"""Cells of the file's name, before which nothing else of it is told."""


@dataclass(frozen=True, slots=True)
class _Said:
    """What the first line tells of the file."""

    name: str
    about: tuple[str, ...]
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

    class MoreRead(Message):
        """The beginning, or what stands after the last line, was read."""

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
        self._is_asking = self._is_asking_more = False
        self._news: TailNews | None = None
        self._earlier = 0
        self._happened = ""
        self._lines = TailView(ascii=ascii)
        self._title: FittedText[_Said] = FittedText(
            lambda said, width: _title_line(said, width, ascii), ascii=ascii, id="title"
        )
        self._where: FittedText[Path] = FittedText(path_lines, ascii=ascii, id="where")
        self._problem: FittedText[str] = FittedText(
            lambda text, width: row_lines([((text, "$text-error"),)], width),
            ascii=ascii,
            id="problem",
        )

    def compose(self) -> ComposeResult:
        """What it is, its lines, the keys."""
        yield self._title
        yield self._where
        yield self._problem
        yield self._lines
        yield KeyBar()

    def on_mount(self) -> None:
        """Look at once, and again and again."""
        self._where.show(self._file)
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
        self._take(event.news, at_end=True)
        if event.news.is_behind:
            self._ask()

    @on(MoreRead)
    def _on_more_read(self, event: MoreRead) -> None:
        self._is_asking_more = False
        self._take(event.news, at_end=False)

    def _take(self, news: TailNews, *, at_end: bool) -> None:
        """Show what was read; at the end or the beginning of it if it is other than before."""
        self._news, self._earlier = news, news.earlier
        if news.is_other:
            self._happened = news.note
        with self.app.batch_update():
            is_cut = bool(news.later)
            if news.is_anew:
                self._happened = ""
                self._lines.begin(news.lines, news.open_line, is_cut=is_cut, at_end=at_end)
            else:
                self._lines.append(news.lines, news.open_line, news.note, is_cut=is_cut)
            self._say()

    @on(TailView.TopReached)
    def _on_top(self) -> None:
        if not self._is_asking_more and self._earlier and self._lines.has_room:
            self._is_asking_more = True
            reader = self._reader
            self.post_message(
                Asked(lambda: self.EarlierRead(reader.read_earlier()), self.post_message)
            )

    @on(EarlierRead)
    def _on_earlier(self, event: EarlierRead) -> None:
        self._is_asking_more = False
        self._earlier = event.found.earlier
        if event.found.lines:
            self._lines.prepend(event.found.lines)
            self._say()

    @on(TailView.BottomReached)
    def _on_bottom(self) -> None:
        if not self._is_asking_more and self._news is not None and self._news.later:
            self._is_asking_more = True
            reader, is_anew = self._reader, not self._lines.has_room
            self.post_message(
                Asked(lambda: self.MoreRead(reader.read_later(is_anew=is_anew)), self.post_message)
            )

    @on(TailView.Followed)
    def _on_followed(self) -> None:
        self._say()
        self.refresh_bindings()

    def _say(self) -> None:
        news = self._news
        if news is None:
            self._title.show(_Said(self._called, (), "reading …", True))
            return
        problem = " ".join(_problems(news, self._happened))
        self._problem.show(plain(problem))
        self.set_class(bool(problem), "-problem")
        about: tuple[str, ...] = ()
        if news.modified is not None:
            written = f"written {age(time.time() - news.modified)}"
            about = (part_read(replace(news, earlier=self._earlier)), written)
        if not news.is_text:
            state = "not shown"
        elif news.problem or news.is_empty:
            state = "waiting"
        else:
            state = "following" if self._lines.is_following else "stopped, G follows again"
        self._title.show(_Said(self._called, about, state, state == "following"))

    def why_not(self, action: str) -> str | None:
        """Why an action cannot be done now."""
        if action in ("follow", "start") and self._news is not None and not self._news.is_text:
            return "There is no text to follow."
        return None

    @on(TailView.EndAsked)
    def action_follow(self) -> None:
        """Go to the end, and stay there."""
        if self.refuses("follow"):
            return
        if self._news is not None and self._news.later:
            reader = self._reader
            self.post_message(Asked(lambda: self.Read(reader.read_end()), self.post_message))
        else:
            self._lines.follow()

    @on(TailView.StartAsked)
    def action_start(self) -> None:
        """Go to the beginning of the file."""
        if self.refuses("start"):
            return
        if self._earlier or self._lines.has_dropped:
            reader = self._reader
            self.post_message(Asked(lambda: self.MoreRead(reader.read_start()), self.post_message))
        else:
            self._lines.scroll_home(animate=False, force=True, immediate=True)

    def action_copy_path(self) -> None:
        """Copy the file's path."""
        self.app.copy_to_clipboard(str(self._file))
        self.notify(copied_path(self._file, ascii=self._ascii), markup=False)

    def action_back(self) -> None:
        """Go back to the trial."""
        self.dismiss(None)


def part_read(news: TailNews) -> str:
    """Which part of the file was read, and how large it is: `the last 128 kB of 6.8 MB`."""
    whole, part = size_text(news.size), size_text(news.size - news.earlier - news.later)
    if not news.earlier and not news.later:
        return whole
    if not news.earlier:
        return f"the first {part} of {whole}"
    if not news.later:
        return f"the last {part} of {whole}"
    return f"{part} of {whole}, {size_text(news.earlier)} before"


def _problems(news: TailNews, happened: str) -> Iterator[str]:
    """Why there is not what one would expect, in sentences."""
    if news.problem:
        yield news.problem
    elif news.is_empty:
        yield "The file is empty; waiting for a first line."
    if happened and not news.problem:
        begin = happened[0].upper() + happened[1:]
        yield f"{begin}: the lines before that are not in it any more."


def _title_line(said: _Said, width: int, ascii: bool) -> list[Line]:
    state = f"  {said.state}"
    room = width - cell_len(state)
    about = ""
    for count in range(len(said.about), 0, -1):
        about = f"  {', '.join(said.about[:count])}"
        if cell_len(about) <= room - _LEAST_NAME:
            break
        about = ""
    name = shorten_middle(said.name, max(room - cell_len(about), 1), "~" if ascii else "…")
    style = "$text-primary" if said.is_well else "$text-error"
    return [[(name, "bold"), (about, "$foreground 70%"), (state, style)]]
