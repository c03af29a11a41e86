"""Which views there are, by the name under which the table of actions opens them."""

from __future__ import annotations

from importlib import import_module
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from neps_tui.screens.view_screen import ViewScreen

_VIEWS = {
    "doctor": ("neps_tui.doctor.screen", "DoctorScreen"),
    "workers": ("neps_tui.workers.screen", "WorkersScreen"),
    "errors": ("neps_tui.errors.screen", "ErrorsScreen"),
    "optimizer": ("neps_tui.optimizer.screen", "OptimizerScreen"),
    "history": ("neps_tui.history.screen", "HistoryScreen"),
    "plots": ("neps_tui.plots.screen", "PlotsScreen"),
}


def is_view(name: str) -> bool:
    """Whether that is the name of a view."""
    return name in _VIEWS


def make_view(name: str, *, read_only: str, ascii: bool) -> ViewScreen:
    """Make the screen of a view, importing it: the start of the program needs none of them."""
    module, screen = _VIEWS[name]
    made: ViewScreen = getattr(import_module(module), screen)(read_only=read_only, ascii=ascii)
    return made
