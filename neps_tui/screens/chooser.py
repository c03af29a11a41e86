"""Choosing one of several runs."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import ClassVar

from textual import on
from textual.app import ComposeResult
from textual.binding import Binding, BindingType
from textual.content import Content
from textual.screen import Screen
from textual.widgets import OptionList, Static
from textual.widgets.option_list import Option

from neps_tui.widgets.key_bar import KeyBar
from neps_tui.words.formatting import counted, plain


class ChooserScreen(Screen[Path]):
    """The runs of a folder.

    Args:
        directory: The folder.
        runs: The runs in it.
    """

    DEFAULT_CSS = """
    ChooserScreen {
        & > Static { padding: 1 2; }
        & > OptionList { height: 1fr; margin: 0 2; }
    }
    """
    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("escape,q", "app.quit", "quit", id="chooser.quit", tooltip="Leave"),
    ]

    def __init__(self, directory: Path, runs: Sequence[Path]) -> None:
        super().__init__()
        self._directory = directory
        self._runs = runs

    def compose(self) -> ComposeResult:
        """The question and the runs."""
        question = f"{self._directory} holds {counted(len(self._runs), 'NePS run')}. Which one?"
        yield Static(Content(plain(question)))
        yield OptionList(
            *(
                Option(Content(plain(str(run.relative_to(self._directory)))), id=str(number))
                for number, run in enumerate(self._runs)
            )
        )
        yield KeyBar()

    @on(OptionList.OptionSelected)
    def _on_selected(self, event: OptionList.OptionSelected) -> None:
        self.dismiss(self._runs[int(event.option.id or 0)])
