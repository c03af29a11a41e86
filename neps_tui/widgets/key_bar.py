"""The last line of a screen: which keys do what here."""

from __future__ import annotations

from itertools import accumulate
from typing import NamedTuple

from textual.app import RenderResult
from textual.content import Content
from textual.dom import DOMNode
from textual.events import Click
from textual.screen import Screen
from textual.widget import Widget

from neps_tui.widgets.refusing import Refusing, purpose

_GAP = "  "


class _Key(NamedTuple):
    key: str
    label: str
    action: str
    does: DOMNode
    is_possible: bool

    def content(self) -> Content:
        """The key and what it does, greyed while it cannot."""
        if not self.is_possible:
            return Content.styled(f"{self.key} {self.label}", "$foreground-disabled")
        return Content.assemble((self.key, "bold $footer-key-foreground"), f" {self.label}")


class KeyBar(Widget):
    """The keys that do something now, and greyed those that cannot; each can be clicked.

    One widget for all of them: Textual's `Footer` has one for each key and makes them anew with
    every change of the focus, which costs as much as painting all the rest of the screen.
    """

    ALLOW_SELECT = False
    DEFAULT_CSS = """
    KeyBar {
        dock: bottom;
        height: 1;
        padding: 0 1;
        background: $footer-background;
        color: $footer-foreground;
    }
    """

    def __init__(self) -> None:
        super().__init__()
        self._keys: list[_Key] = []

    def on_mount(self) -> None:
        """Follow the bindings of the screen."""
        self.screen.bindings_updated_signal.subscribe(self, self._follow)
        self._follow(self.screen)

    def _follow(self, screen: Screen[object]) -> None:
        keys: dict[str, _Key] = {}
        for node, binding, is_possible, _ in screen.active_bindings.values():
            if binding.show:
                is_possible &= not self._is_refused(screen, binding.action)
                key = self.app.get_key_display(binding)
                shown = _Key(key, binding.description, binding.action, node, is_possible)
                keys.setdefault(binding.action, shown)
        # Where there is no room for all, what cannot be done now gives way.
        ordered = sorted(keys.values(), key=lambda each: not each.is_possible)
        if ordered != self._keys:
            self._keys = ordered
            self.refresh()

    def _is_refused(self, screen: Screen[object], action: str) -> bool:
        return isinstance(screen, Refusing) and screen.why_not(purpose(action)) is not None

    def render(self) -> RenderResult:
        """The keys in one line, as many as there is room for."""
        return Content(_GAP).join(each.content() for each in self._shown())

    def _shown(self) -> list[_Key]:
        ends = accumulate(each.content().cell_length + len(_GAP) for each in self._keys)
        room = self.content_size.width + len(_GAP)
        return [each for each, end in zip(self._keys, ends, strict=True) if end <= room]

    def on_click(self, event: Click) -> None:
        """Do what the key under the mouse does."""
        offset = event.get_content_offset(self)
        if offset is None:
            return
        start = 0
        for each in self._shown():
            stop = start + each.content().cell_length
            if start <= offset.x < stop:
                # As if the key had come: from the app, not from here.
                self.app.call_later(self.app.run_action, each.action, each.does)
            start = stop + len(_GAP)
