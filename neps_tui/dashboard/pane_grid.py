"""The panes of the first screen, side by side in boxes, or one of them alone."""

from __future__ import annotations

from collections.abc import Iterator, Mapping

from textual.app import ComposeResult
from textual.containers import Horizontal, Vertical
from textual.widget import Widget

from neps_tui.dashboard.layout import BOXES, Direction, PaneLayout
from neps_tui.screens.pane import Pane


class PaneGrid(Vertical):
    """Lays panes out; which one is active is told by whoever knows about the focus.

    Args:
        panes: By name, as in `pane_layout`.
        layout: How much room each has.
    """

    DEFAULT_CSS = """
    PaneGrid { height: 1fr; }
    PaneGrid.-alone Pane { border: none; }
    """

    def __init__(self, panes: Mapping[str, Pane], layout: PaneLayout) -> None:
        super().__init__(id="panes")
        self._panes = panes
        self._arrangement = layout
        self._active = next(iter(panes))
        self._is_tabbed = False
        self._is_zoomed = False
        self._boxes: dict[str, Widget] = {
            "left": Vertical(*(panes[each] for each in BOXES["left"])),
            "bottom": Horizontal(*(panes[each] for each in BOXES["bottom"])),
        }
        self._boxes["top"] = Horizontal(self._boxes["left"], panes["evaluated"])

    @property
    def arrangement(self) -> PaneLayout:
        """How much room each pane has."""
        return self._arrangement

    @property
    def is_zoomed(self) -> bool:
        """Whether the active pane has all the room."""
        return self._is_zoomed

    def compose(self) -> ComposeResult:
        """The boxes, with the panes in them."""
        yield self._boxes["top"]
        yield self._boxes["bottom"]

    def on_mount(self) -> None:
        """Give each its room."""
        self._arrange()

    def activate(self, pane: str) -> None:
        """Show a pane, if only one is shown; a hidden one comes back."""
        self._active = pane
        if pane in self._arrangement.hidden:
            hidden = self._arrangement.hidden - {pane}
            self._arrangement = PaneLayout(self._arrangement.weights, hidden)
            self._arrange()
        elif self._is_alone:
            self._arrange()

    def set_tabbed(self, is_tabbed: bool) -> None:
        """Show one pane at a time, or all of them."""
        if is_tabbed != self._is_tabbed:
            self._is_tabbed = is_tabbed
            self._arrange()

    def zoom(self) -> None:
        """Give the active pane all the room, or give it back."""
        self._is_zoomed = not self._is_zoomed
        self._arrange()

    def resize(self, direction: Direction, step: int) -> None:
        """Give the active pane more or less room."""
        self._arrangement = self._arrangement.resized(self._active, direction, step)
        self._arrange()

    def hide_active(self) -> None:
        """Hide the active pane."""
        self._arrangement = self._arrangement.without(self._active)
        self._arrange()

    def reset(self) -> None:
        """Give all panes the room that they have at first."""
        self._arrangement, self._is_zoomed = PaneLayout(), False
        self._arrange()

    @property
    def _is_alone(self) -> bool:
        return self._is_tabbed or self._is_zoomed

    def _arrange(self) -> None:
        self.set_class(self._is_tabbed, "-alone")
        for name, widget in self._all():
            shown = self._shows_alone(name) if self._is_alone else self._arrangement.shows(name)
            widget.display = shown
            weight = self._arrangement.weights[name]
            if name in ("top", "bottom", *BOXES["left"]):
                widget.styles.height = f"{weight}fr"
            else:
                widget.styles.width = f"{weight}fr"

    def _shows_alone(self, name: str) -> bool:
        if name in BOXES:
            return any(self._shows_alone(each) for each in BOXES[name])
        return name == self._active

    def _all(self) -> Iterator[tuple[str, Widget]]:
        yield from self._boxes.items()
        yield from self._panes.items()
