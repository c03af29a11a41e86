"""A few lines of words above or below a plot."""

from __future__ import annotations

from collections.abc import Iterable

from textual.content import Content
from textual.widget import Widget

from neps_tui.plots.captions import Part, flowed
from neps_tui.words.formatting import plain, to_ascii


class Caption(Widget):
    """Says parts side by side, as many as there is room for.

    Args:
        lines: How many lines it has.
        ascii: Whether only ASCII may be written.
        id: The widget's id.
    """

    ALLOW_SELECT = False

    def __init__(self, lines: int = 1, *, ascii: bool = False, id: str | None = None) -> None:
        super().__init__(id=id)
        self._most_lines = lines
        self._ascii = ascii
        self._parts: tuple[Part, ...] = ()

    def say(self, parts: Iterable[Part]) -> None:
        """Say something else."""
        said = tuple(parts)
        if said != self._parts:
            self._parts = said
            self.refresh()

    def render(self) -> Content:
        """The parts in the width there is."""
        room = self.content_size.width
        return inert(flowed(self._parts, room, self._most_lines), ascii=self._ascii)


def inert(parts: Iterable[tuple[str, str]], *, ascii: bool) -> Content:
    """Texts and their styles as they are drawn: nothing in them is markup."""
    said = [(plain(text, newlines=True), style) for text, style in parts]
    if ascii:
        said = [(to_ascii(text), style) for text, style in said]
    return Content.assemble(*said)
