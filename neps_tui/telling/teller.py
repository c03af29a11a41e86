"""The ways in which a person hears of news: a bell, a notification, a command of their own."""

from __future__ import annotations

import os
import subprocess
import sys
import time
from collections.abc import Callable

from neps_tui.telling.news import News, NewsFeed
from neps_tui.telling.wanted import ToBeTold
from neps_tui.view import RunView
from neps_tui.words.formatting import plain

_LONGEST = 200
_ESCAPE = "\x1b"
_END = f"{_ESCAPE}\\"


class Teller:
    """Tells a person what is new about a run.

    Args:
        wanted: What they want to hear of.
        ring: Rings the bell.
        write: Writes to the terminal, past what is drawn there.
    """

    def __init__(
        self,
        wanted: ToBeTold,
        ring: Callable[[], object],
        write: Callable[[str], object] | None = None,
    ) -> None:
        self._wanted = wanted
        self._ring = ring
        self._write = write or write_to_terminal
        self._feed = NewsFeed()
        self._started: list[subprocess.Popen[bytes]] = []

    def tell(self, view: RunView) -> list[str]:
        """Tell what is new, if anything is.

        Returns:
            What went wrong with telling it.
        """
        self._started = [each for each in self._started if each.poll() is None]
        news = self._feed.of(view, time.time())
        failures = []
        for each in news:
            if each.kind in self._wanted.kinds:
                failures += self._tell(each, view.snapshot.root.name)
        return failures

    def _tell(self, news: News, run: str) -> list[str]:
        run, text = plain(run), plain(news.text)[:_LONGEST]
        for way in self._wanted.ways:
            if way == "bell":
                self._ring()
            else:
                self._write(notification(way, f"NePS {run}", text))
        return self._run_command(news, run, text) if self._wanted.command else []

    def _run_command(self, news: News, run: str, text: str) -> list[str]:
        values = {"kind": news.kind, "text": text, "trial": plain(news.trial_id or ""), "run": run}
        words = [_filled(word, values) for word in self._wanted.command]
        named = {f"NEPS_TUI_{name.upper()}": value for name, value in values.items()}
        try:
            self._started.append(
                subprocess.Popen(
                    words,
                    stdin=subprocess.DEVNULL,
                    stdout=subprocess.DEVNULL,
                    stderr=subprocess.DEVNULL,
                    start_new_session=True,
                    env={**os.environ, **named},
                )
            )
        except OSError as error:
            return [f"tell_command cannot be run: {error.strerror or error}: {words[0]}"]
        return []


def _filled(word: str, values: dict[str, str]) -> str:
    for name, value in values.items():
        word = word.replace(f"{{{name}}}", value)
    return word


def notification(way: str, title: str, text: str) -> str:
    """The escape sequence for a notification.

    Args:
        way: `osc9`, `osc777` or `osc99`.
        title: Whose it is.
        text: What is told; neither holds a control character.
    """
    # A semicolon ends a field.
    title, text = title.replace(";", ","), text.replace(";", ",")
    said = {
        "osc9": f"{_ESCAPE}]9;{title}: {text}{_END}",
        "osc777": f"{_ESCAPE}]777;notify;{title};{text}{_END}",
        "osc99": f"{_ESCAPE}]99;;{title}: {text}{_END}",
    }[way]
    if "TMUX" not in os.environ:
        return said
    # tmux hands on what is wrapped so, where `allow-passthrough` is on.
    return f"{_ESCAPE}Ptmux;{said.replace(_ESCAPE, _ESCAPE * 2)}{_END}"


def write_to_terminal(sequence: str) -> None:
    """Write a whole sequence, between two of those that draw."""
    if sys.__stderr__ is not None:
        sys.__stderr__.write(sequence)
        sys.__stderr__.flush()
