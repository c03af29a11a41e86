"""A small chart: how the best so far, or a learning curve, went."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from typing import ClassVar

from rich.segment import Segment
from textual.reactive import reactive
from textual.strip import Strip
from textual.widget import Widget

from neps_tui.widgets.chart import Chart, Point, Run
from neps_tui.words.formatting import number, plain


class StepCurve(Widget):
    """A curve over faint dots, drawn with braille characters.

    Args:
        ascii: Whether to draw with ASCII characters only.
        empty_text: What to say when there is nothing to draw.
    """

    ALLOW_SELECT = False

    DEFAULT_CSS = """
    StepCurve {
        width: 1fr;
        height: 1fr;
        & > .step-curve--line { color: $text-primary; }
        & > .step-curve--mark { color: $foreground 35%; }
        & > .step-curve--axis { color: $text-muted; }
        & > .step-curve--empty { color: $text-muted; }
    }
    """

    COMPONENT_CLASSES: ClassVar[set[str]] = {
        "step-curve--line",
        "step-curve--mark",
        "step-curve--axis",
        "step-curve--empty",
    }

    empty_text: reactive[str] = reactive("nothing to draw yet")
    """What to say when there is nothing to draw."""

    def __init__(
        self,
        *,
        ascii: bool = False,
        empty_text: str = "nothing to draw yet",
        name: str | None = None,
        id: str | None = None,
        classes: str | None = None,
    ) -> None:
        super().__init__(name=name, id=id, classes=classes)
        self.set_reactive(StepCurve.empty_text, empty_text)
        self._ascii = ascii
        self._chart = Chart()
        self._drawn: tuple[Chart, int, int] | None = None
        self._lines: list[list[Run]] = []

    def set_points(
        self,
        points: Sequence[Point],
        *,
        marks: Sequence[Point] = (),
        log: bool = False,
        x_label: str = "",
        y_format: Callable[[float], str] = number,
        step: bool = True,
    ) -> None:
        """Draw other points; the same ones again paint nothing.

        Args:
            points: The curve, in ascending order of x. NaN and infinite ones are left out.
            marks: Dots behind it, in any order. Those far outside the range of most are
                left out, so that one diverged trial does not flatten the curve.
            log: Whether the y axis is logarithmic; if it can be, with all of the curve
                above zero.
            x_label: What x counts.
            y_format: Writes the labels of the y axis.
            step: Whether a value holds until the next one, and the last one to the end;
                otherwise straight lines join the points.
        """
        chart = Chart(
            points=tuple(points),
            marks=tuple(marks),
            log=log,
            step=step,
            x_label=x_label,
            y_format=y_format,
            ascii=self._ascii,
        )
        if chart != self._chart:
            self._chart = chart
            self.refresh()

    def render_line(self, y: int) -> Strip:
        """Draw one line of the chart."""
        width, height = self.size
        drawn = (self._chart, width, height)
        if self._drawn != drawn:
            self._drawn = drawn
            self._lines = self._chart.draw(width, height)
        background = self.get_visual_style().rich_style
        if self._lines:
            runs: Iterable[tuple[str, str]] = self._lines[y]
        else:
            text = plain(self.empty_text) if y == (height - 1) // 2 else ""
            runs = [(text.center(width), "empty")]
        strip = Strip(
            Segment(text, self.get_visual_style(f"step-curve--{part}").rich_style)
            for text, part in runs
        )
        return strip.adjust_cell_length(width, background).simplify()
