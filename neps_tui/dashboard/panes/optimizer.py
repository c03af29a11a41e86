"""The optimizer's mind: who it is, what is spent, which rungs, which space."""

from __future__ import annotations

import textwrap
from collections.abc import Iterator, Mapping, Sequence
from typing import Any, TypeAlias

from textual.app import ComposeResult
from textual.containers import VerticalScroll
from textual.content import Content
from textual.widgets import Static

from neps_tui.facts.pace import Outlook
from neps_tui.screens.pane import Pane
from neps_tui.view import RunView
from neps_tui.words.formatting import bar, number, plain, to_ascii

_BAR_WIDTH = 10
Part: TypeAlias = tuple[str, str]


class OptimizerPane(Pane):
    """Name, arguments, budget, rungs and search space."""

    def __init__(self, *, ascii: bool = False) -> None:
        super().__init__(id="optimizer", ascii=ascii)
        self._text = Static(markup=False)
        self._scroll = VerticalScroll(self._text)
        self._drawn: list[tuple[str, str]] = []

    def compose(self) -> ComposeResult:
        """The text, scrolling."""
        yield self._scroll

    def focus_content(self) -> None:
        """Put the focus where the arrows scroll."""
        self.screen.set_focus(self._scroll)

    def on_resize(self) -> None:
        """Fold the lines anew, once the new width is known to all."""
        self.call_after_refresh(self._fold_anew)

    def _fold_anew(self) -> None:
        if self.view is not None:
            self.show(self.view, 0.0)

    def show(self, view: RunView, now: float) -> None:
        """Draw the optimizer."""
        info = view.snapshot.optimizer_info
        self.set_title("Optimizer", info["name"] if info else "unknown yet")
        parts = list(self._parts(view))
        if parts != self._drawn:
            # Lines are folded here, so that nothing is laid out anew while there are as many.
            has_other_lines = _lines_in(parts) != _lines_in(self._drawn)
            self._drawn = parts
            inert = ((plain(text, newlines=True), style) for text, style in parts)
            if self.ascii:
                inert = ((to_ascii(text), style) for text, style in inert)
            self._text.update(Content.assemble(*inert), layout=has_other_lines)

    def _parts(self, view: RunView) -> Iterator[Part]:
        info = view.snapshot.optimizer_info
        if info is None:
            yield "optimizer_info.yaml has still to be written", "$foreground-muted"
            return
        space = view.snapshot.space
        parameters = {} if space is None else space.parameters
        width = max(len(name) for name in ("evaluations", *parameters))
        yield from self._budget_parts(view, width)
        if view.summary.rungs:
            rungs = "  ".join(f"{rung}:\xa0{count}" for rung, count in view.summary.rungs.items())
            yield from self._row("rungs", rungs, width)
        if view.summary.workers:
            yield from self._row("workers", ", ".join(view.summary.workers), width)
        yield from self._row("arguments", _settings(info["info"]), width)
        for name, parameter in parameters.items():
            yield from self._row(name, parameter.summary(), width)

    def _budget_parts(self, view: RunView, width: int) -> Iterator[Part]:
        usage, limits = view.summary.usage, Outlook(view.summary, view.now()).limits
        for limit in limits:
            each = " a worker" if limit.per_worker else ""
            yield f"{limit.name:<{width}}  ", "$foreground-muted"
            if not limit.per_worker:
                yield bar(limit.fraction, _BAR_WIDTH, self.ascii) + " ", "$text-primary"
            yield f"{number(limit.used)} / {number(limit.allowed)}{each}\n", ""
        limited = {limit.name for limit in limits}
        if "evaluations" not in limited:
            yield from self._row("evaluations", f"{usage.evaluations}, without a limit", width)
        if usage.cost and "cost" not in limited:
            yield from self._row("cost", number(usage.cost), width)
        if usage.fidelities and "fidelities" not in limited:
            yield from self._row("fidelities", number(usage.fidelities), width)

    def _row(self, name: str, text: str, width: int) -> Iterator[Part]:
        """A name and a text, folded so that names stand alone on the left."""
        room = max(12, self._scroll.scrollable_content_region.width - width - 3)
        lines = textwrap.wrap(text, room, break_long_words=False) or [""]
        yield f"{name:<{width}}  ", "$foreground-muted"
        yield f"\n{'':<{width}}  ".join(lines).replace("\xa0", " ") + "\n", ""


def _lines_in(parts: Sequence[Part]) -> int:
    return sum(text.count("\n") for text, _ in parts)


def _settings(settings: Mapping[str, Any]) -> str:
    return "  ".join(f"{name} {number(value)}" for name, value in settings.items()) or "none"
