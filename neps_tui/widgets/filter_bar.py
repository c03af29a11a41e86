"""The line in which a filter is typed, and what is said about it meanwhile."""

from __future__ import annotations

from textual.app import ComposeResult
from textual.containers import Vertical
from textual.widgets import Input, Static


class FilterBar(Vertical):
    """An input and a note below it. `Input.Changed` and `Input.Submitted` tell what is typed."""

    DEFAULT_CSS = """
    FilterBar {
        height: 2;
        padding: 0 1;
        background: $panel;
        & > Input, & > Input:focus { border: none; height: 1; padding: 0; background: $panel; }
        & > Static { height: 1; color: $text-muted; }
        &.-wrong > Static { color: $text-warning; }
    }
    """

    def __init__(self) -> None:
        super().__init__()
        self.input = Input(placeholder="learning_rate<1e-3 state:success", compact=True)
        self._note = Static(markup=False)

    def compose(self) -> ComposeResult:
        """The input and the note."""
        yield self.input
        yield self._note

    @property
    def is_wrong(self) -> bool:
        """Whether what is typed is no filter, or not yet."""
        return self.has_class("-wrong")

    def say(self, text: str, *, wrong: bool = False) -> None:
        """Say something about the filter, and whether it is wrong."""
        self.set_class(wrong, "-wrong")
        self._note.update(text)
