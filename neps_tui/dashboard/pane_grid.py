"""The panes of the first screen, side by side in boxes, or one of them alone."""

from __future__ import annotations

from collections.abc import Iterator, Mapping

from textual import events
from textual.app import ComposeResult
from textual.containers import Horizontal, Vertical
from textual.message import Message
from textual.widget import Widget

from neps_tui.dashboard.layout import BOXES, Direction, PaneLayout
from neps_tui.screens.pane import Pane


class PaneGrid(Vertical):
    """Lays panes out; which one is active is told by whoever knows about the focus.

    A border between two panes can be dragged, and a double click on a pane's title zooms it.

    Args:
        panes: By name, as in `pane_layout`.
        layout: How much room each has.
    """

    DEFAULT_CSS = """
    PaneGrid { height: 1fr; }
    PaneGrid.-alone Pane { border: none; }
    """

    class Arranged(Message):
        """Somebody has dragged a border."""

    class ZoomAsked(Message):
        """A pane is to have all the room, or to give it back.

        Args:
            pane: Which.
        """

        def __init__(self, pane: str) -> None:
            super().__init__()
            self.pane = pane

    def __init__(self, panes: Mapping[str, Pane], layout: PaneLayout) -> None:
        super().__init__(id="panes")
        self._dragged: tuple[str, str, Direction] | None = None
        self._panes = panes
        self._arrangement = layout
        self._active = next(iter(panes))
        self._is_tabbed = False
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
    def is_tabbed(self) -> bool:
        """Whether there is no room for more than one pane."""
        return self._is_tabbed

    @property
    def is_alone(self) -> bool:
        """Whether only the active pane is seen."""
        return self._is_tabbed or self._arrangement.zoomed is not None

    @property
    def is_as_at_first(self) -> bool:
        """Whether nobody has hidden, zoomed or resized a pane."""
        return self._arrangement == PaneLayout()

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
        before, was_alone = self._arrangement, self.is_alone
        if before.zoomed is not None:
            self._arrangement = before.zooming(pane)
        elif pane in before.hidden:
            self._arrangement = before.showing(pane)
        if was_alone or self._arrangement != before:
            self._arrange()

    def set_tabbed(self, is_tabbed: bool) -> None:
        """Show one pane at a time, or all of them."""
        if is_tabbed != self._is_tabbed:
            self._is_tabbed = is_tabbed
            self._arrange()

    def zoom(self) -> None:
        """Give the active pane all the room, or give it back."""
        zoomed = self._active if self._arrangement.zoomed is None else None
        self._arrangement = self._arrangement.zooming(zoomed)
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
        self._arrangement = PaneLayout()
        self._arrange()

    # --- mouse ---------------------------------------------------------------------------------

    def on_mouse_down(self, event: events.MouseDown) -> None:
        """Take hold of a border."""
        if event.button == 1 and not self.is_alone:
            self._dragged = self._border_at(event.screen_x, event.screen_y)
            if self._dragged is not None:
                self.capture_mouse()

    def on_mouse_move(self, event: events.MouseMove) -> None:
        """Move the border that is held."""
        if self._dragged is None:
            return
        one, other, direction = self._dragged
        before, after = self._widget(one).region, self._widget(other).region
        if direction == "width":
            part = (event.screen_x - before.x) / (before.width + after.width)
        else:
            part = (event.screen_y - before.y) / (before.height + after.height)
        arrangement = self._arrangement.divided(one, other, part)
        if arrangement != self._arrangement:
            self._arrangement = arrangement
            self._arrange()

    def on_mouse_up(self) -> None:
        """Let go of the border."""
        if self._dragged is not None:
            self._dragged = None
            self.release_mouse()
            self.post_message(self.Arranged())

    def on_click(self, event: events.Click) -> None:
        """Zoom the pane whose title is clicked twice."""
        if event.chain == 2 and event.button == 1:
            for name, pane in self._panes.items():
                region = pane.region
                if (
                    pane.display
                    and event.screen_y == region.y
                    and event.screen_x in region.column_range
                ):
                    self.post_message(self.ZoomAsked(name))

    def _border_at(self, x: int, y: int) -> tuple[str, str, Direction] | None:
        """The two neighbours, left or above first, whose border is at a place of the screen."""
        for one, other, direction in self._arrangement.neighbours():
            before, after = self._widget(one).region, self._widget(other).region
            if direction == "width":
                is_there = x in (before.right - 1, after.x) and y in before.line_range
            else:
                is_there = y in (before.bottom - 1, after.y) and x in before.column_range
            if is_there:
                return one, other, direction
        return None

    def _widget(self, name: str) -> Widget:
        return self._boxes.get(name) or self._panes[name]

    # --- arranging -----------------------------------------------------------------------------

    def _arrange(self) -> None:
        self.set_class(self._is_tabbed, "-alone")
        for name, widget in self._all():
            shown = self._shows_alone(name) if self.is_alone else self._arrangement.shows(name)
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
