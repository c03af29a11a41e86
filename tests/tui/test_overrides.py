"""What Textual calls by itself is ours only where that is meant."""

from __future__ import annotations

import importlib
import inspect
import pkgutil
from collections.abc import Iterator

from textual.message_pump import MessagePump

import neps_tui

HOOKS = {
    *("compose", "check_action", "render", "render_line", "render_label", "watch_scroll_y"),
    *("get_content_height", "get_default_screen", "get_key_display", "get_system_commands"),
    *("notify", "notify_style_update", "action_command_palette"),
    *("action_scroll_home", "action_scroll_end", "exit"),
}
"""Methods of Textual that are overridden on purpose."""


def own_classes() -> Iterator[type]:
    for found in pkgutil.walk_packages(neps_tui.__path__, "neps_tui."):
        if not found.name.endswith("__main__"):
            module = importlib.import_module(found.name)
            for _, each in inspect.getmembers(module, inspect.isclass):
                if issubclass(each, MessagePump) and each.__module__ == found.name:
                    yield each


def test_no_method_of_textual_is_overridden_by_accident() -> None:
    overridden = {
        f"{each.__name__}.{name} of {base.__name__}"
        for each in own_classes()
        for name, value in vars(each).items()
        for base in each.__mro__[1:]
        if inspect.isfunction(value)
        and not name.startswith("_")
        and name not in HOOKS
        and base.__module__.startswith("textual.")
        and name in vars(base)
    }
    assert not overridden
