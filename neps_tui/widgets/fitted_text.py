"""Text that is laid out for the width that it gets, and drawn anew only if it changed."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Generic, TypeAlias, TypeVar

from textual.app import RenderResult
from textual.content import Content
from textual.geometry import Size
from textual.widget import Widget

from neps_tui.words.formatting import to_ascii
from neps_tui.words.text_lines import Line

Shown = TypeVar("Shown")
Draw: TypeAlias = Callable[[Shown, int], Sequence[Line]]


class FittedText(Widget, Generic[Shown]):
    """Draws something as lines of styled text, as many as it takes.

    Args:
        draw: Makes the lines, for a width in cells; their texts are inert.
        ascii: Whether only ASCII may be drawn.
        id: The widget's id.
    """

    DEFAULT_CSS = "FittedText { width: 1fr; height: auto; }"

    def __init__(self, draw: Draw[Shown], *, ascii: bool = False, id: str | None = None) -> None:
        super().__init__(id=id)
        self._draw = draw
        self._ascii = ascii
        self._shown: Shown | None = None
        self._drawn: tuple[int, list[Content]] = (-1, [])

    def show(self, shown: Shown) -> None:
        """Show something else; what looks the same is not drawn again."""
        if shown == self._shown:
            return
        width, before = self._drawn
        self._shown = shown
        if width < 0:
            self.refresh(layout=True)
            return
        lines = self._lines_for(width)
        self._drawn = (width, lines)
        if lines != before:
            self.refresh(layout=len(lines) != len(before))

    def get_content_height(self, container: Size, viewport: Size, width: int) -> int:
        """As many lines as there are at that width."""
        del container, viewport
        return len(self._lines(width))

    def render(self) -> RenderResult:
        """The lines."""
        return Content("\n").join(self._lines(self.content_size.width))

    def _lines(self, width: int) -> list[Content]:
        if self._drawn[0] != width:
            self._drawn = (width, self._lines_for(width))
        return self._drawn[1]

    def _lines_for(self, width: int) -> list[Content]:
        if self._shown is None or width < 1:
            return []
        return [
            Content.assemble(
                *((to_ascii(text) if self._ascii else text, style) for text, style in line)
            )
            for line in self._draw(self._shown, width)
        ]
