"""The last line of a screen: which keys do what here."""

from __future__ import annotations

from typing import NamedTuple

from textual.app import RenderResult
from textual.content import Content
from textual.screen import Screen
from textual.style import Style
from textual.widget import Widget


class _Key(NamedTuple):
    key: str
    label: str
    action: str
    is_possible: bool


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
        for _, binding, is_possible, _ in screen.active_bindings.values():
            if binding.show:
                key = self.app.get_key_display(binding)
                shown = _Key(key, binding.description, binding.action, is_possible)
                keys.setdefault(binding.action, shown)
        if list(keys.values()) != self._keys:
            self._keys = list(keys.values())
            self.refresh()

    def render(self) -> RenderResult:
        """All keys in one line."""
        return Content("  ").join(_shown(each) for each in self._keys)


def _shown(key: _Key) -> Content:
    if not key.is_possible:
        return Content.styled(f"{key.key} {key.label}", "$text-disabled")
    shown = Content.assemble((key.key, "bold $footer-key-foreground"), f" {key.label}")
    return shown.stylize(Style.from_meta({"@click": key.action}))
