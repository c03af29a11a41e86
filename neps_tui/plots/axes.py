"""The words and numbers beside a plot: labels of its axes, as lines of text."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from rich.cells import cell_len

from neps_tui.plots.plot import Axis
from neps_tui.plots.shortening import shortened_apart
from neps_tui.widgets.scale import Scale
from neps_tui.words.formatting import number, plain, shorten_middle, to_ascii

_ROWS_A_LABEL = 3
_COLUMNS_A_LABEL = 12
_MOST_OF_THE_WIDTH = 4
"""Names beside a plot take one part of so many of its width at the most."""


@dataclass(frozen=True, slots=True)
class Lettering:
    """How the words of a plot are written.

    Args:
        ascii: Whether with ASCII characters only.
    """

    ascii: bool = False

    def text(self, text: str) -> str:
        """Text of a run, inert."""
        return to_ascii(plain(text)) if self.ascii else plain(text)

    def shortened(self, text: str, room: int) -> str:
        """Text in so many cells."""
        return shorten_middle(self.text(text), room, "~" if self.ascii else "…")

    def apart(self, texts: Sequence[str], room: int) -> list[str]:
        """Several texts in so many cells each, so that they differ where that can be."""
        return shortened_apart(list(map(self.text, texts)), room, "~" if self.ascii else "…")

    def name(self, axis: Axis, scale: Scale) -> str:
        """What an axis shows, and whether its scale is logarithmic."""
        return self.text(axis.label + (" (log)" if scale.log and axis.label else ""))

    def beside(self, axis: Axis, scale: Scale, rows: int, width: int) -> Mapping[int, str]:
        """The labels of the vertical axis, by their row from the top."""
        if axis.names:
            room = max(1, width // _MOST_OF_THE_WIDTH)
            places = scale.dots([place for place, _ in axis.names], rows)
            names = self.apart([name for _, name in axis.names], room)
            return {rows - 1 - at: name for at, name in zip(places, names, strict=True)}
        ticks = scale.ticks(max(rows // _ROWS_A_LABEL, 1))
        places = scale.dots(ticks, rows)
        texts = [number(tick) for tick in ticks]
        labels = texts if scale.log else _aligned(texts)
        return {
            rows - 1 - place: self.text(label)
            for place, label in reversed(list(zip(places, labels, strict=True)))
        }

    def below(self, axis: Axis, scale: Scale, columns: int) -> list[str]:
        """The lines below a plot: labels at their places, and what the axis shows."""
        if axis.names:
            return self._names(axis, scale, columns)
        ticks = scale.ticks(max(2, columns // _COLUMNS_A_LABEL))
        line = [" "] * columns
        label = f" {self.name(axis, scale)}"
        free = columns - cell_len(label)
        end = 0
        for tick, place in zip(ticks, scale.dots(ticks, columns), strict=True):
            text = self.text(number(tick))
            start = min(max(place - len(text) // 2, 0), columns - len(text))
            if start >= end and start + len(text) < free:
                line[start : start + len(text)] = text
                end = start + len(text) + 1
        return ["".join(line)[:free] + label if free >= end - 1 else label.strip()[:columns]]

    def _names(self, axis: Axis, scale: Scale, columns: int) -> list[str]:
        """Names in the middle of their places; on two lines in turn where one has no room."""
        names = [self.text(name) for _, name in axis.names]
        places = scale.dots([place for place, _ in axis.names], columns)
        room = columns // max(1, len(names)) - 1
        if max(map(cell_len, names), default=0) > room:
            wide = max(1, min(2 * room + 1, columns // ((len(names) + 1) // 2) - 1))
            names = self.apart(names, wide)
            return [_line(places[at::2], names[at::2], columns) for at in (0, 1)]
        line = _line(places, names, columns)
        label = self.name(axis, scale)
        free = columns - cell_len(line) - cell_len(label)
        return [line + " " * free + label if free > 1 else line]


def _line(places: Sequence[int], texts: Sequence[str], columns: int) -> str:
    """Texts in the middle of their places, or as near to that as those right of them let them."""
    starts: list[int] = []
    end = columns
    for place, text in reversed(list(zip(places, texts, strict=True))):
        starts.append(min(place - cell_len(text) // 2, end - cell_len(text)))
        end = starts[-1] - 1
    line = ""
    for wanted, text in zip(reversed(starts), texts, strict=True):
        start = max(wanted, cell_len(line))
        if start + cell_len(text) <= columns:
            line += " " * (start - cell_len(line)) + text + " "
    return line.rstrip()


def _aligned(numbers: Sequence[str]) -> list[str]:
    """Numbers with as many decimals as the one that has most, so that their points align."""
    fractions = [text.partition(".")[2] for text in numbers]
    if not any(fractions) or any("e" in text for text in numbers):
        return list(numbers)
    most = max(map(len, fractions))
    return [
        f"{text}{'' if fraction else '.'}{'0' * (most - len(fraction))}"
        for text, fraction in zip(numbers, fractions, strict=True)
    ]
