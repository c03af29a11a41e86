"""The parts of a screen by name, in a line: which one is shown, and a way to each by the mouse."""

from __future__ import annotations

from collections.abc import Iterator, Mapping

from textual.app import RenderResult
from textual.content import Content
from textual.events import Click
from textual.message import Message
from textual.widget import Widget

_GAP = "  "


class SectionBar(Widget):
    """Names of sections, the shown one standing out."""

    ALLOW_SELECT = False
    DEFAULT_CSS = "SectionBar { height: 1; padding: 0 1; }"

    class Chosen(Message):
        """A section is to be shown.

        Args:
            section: Its id.
        """

        def __init__(self, section: str) -> None:
            super().__init__()
            self.section = section

    def __init__(self, *, id: str | None = None) -> None:
        super().__init__(id=id)
        self._labels: dict[str, str] = {}
        self._active = ""

    def show(self, labels: Mapping[str, str], active: str) -> None:
        """Show these sections.

        Args:
            labels: What each is called, by its id.
            active: The id of the one that is shown.
        """
        if (labels, active) != (self._labels, self._active):
            self._labels, self._active = dict(labels), active
            self.refresh()

    @property
    def labels(self) -> Mapping[str, str]:
        """What each section is called, by its id."""
        return self._labels

    def relabel(self, section: str, label: str) -> None:
        """Call a section something else."""
        if section in self._labels:
            self.show({**self._labels, section: label}, self._active)

    def render(self) -> RenderResult:
        """The names in a line."""
        return Content(_GAP).join(
            Content.styled(
                label,
                "bold underline $text-primary" if each == self._active else "$foreground 70%",
            )
            for each, label in self._labels.items()
        )

    def on_click(self, event: Click) -> None:
        """Show the section whose name was clicked."""
        offset = event.get_content_offset(self)
        if offset is None:
            return
        for section, start, stop in self._places():
            if start <= offset.x < stop:
                self.post_message(self.Chosen(section))

    def _places(self) -> Iterator[tuple[str, int, int]]:
        start = 0
        for section, label in self._labels.items():
            yield section, start, start + len(label)
            start += len(label) + len(_GAP)
