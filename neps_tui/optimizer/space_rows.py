"""The search space in rows: a tree of what may be chosen, and beside it what was.

Each hyperparameter has its domain, a small histogram of all tried values, one of the best, and
the incumbent's value; a choice unfolds into what it chooses from, an operation into its parts.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from rich.cells import cell_len

from neps_state.snapshot import RunSnapshot
from neps_state.space import Parameter, SearchSpaceTree, attribute, label, parameter_of
from neps_state.stand_in import StandIn, class_name_of
from neps_tui.facts.config_keys import ConfigKey
from neps_tui.facts.summary import RunSummary
from neps_tui.optimizer.domains import BINS
from neps_tui.optimizer.tried_values import Spread, Spreads
from neps_tui.widgets.columns import Cell, Column
from neps_tui.words.formatting import number, plain, shorten_middle
from neps_tui.words.sparkline import count_bar, sparkline

NO_SPACE = (
    "No pipeline_space.pkl that could be read (NePS stores it from 0.15 on): "
    "names and bounds are those of the trials' configs."
)
RESAMPLED = "resampled"
"""Before what is chosen again, apart from where the space first names it."""
_DEEPEST = 12
_ROOMY = 85
"""Cells from which on histograms have a cell for each bin."""
_SMALL_HISTOGRAM = 12
_INCUMBENT = 10
_BESIDE = _INCUMBENT + len("  ") + 4
"""Cells that the incumbent's value and the gaps between columns take."""
_DOMAIN = len("float 1e-5 … 0.1, log")
"""Cells that a domain gets at the least, where it needs them."""
_LONG_DOMAIN = len("float 1e-5 … 0.1, log, prior 0.0001")
_WIDEST = 100
_MOST_PARTS = 3000
"""Parts of one parameter that are shown: a few, each within each, are more than anyone reads."""
_UNFOLDED_CHOICES = 6
_BETWEEN = "\x1f"
_STEP_INSIDE = re.compile(r"[.\[]")


@dataclass(frozen=True, slots=True)
class SpaceNode:
    """One thing in a search space.

    Args:
        id: Tells it from all others: its path.
        name: What it is called.
        domain: What it may be, in words.
        depth: How many nodes it stands below.
        key: Its key in configs, where trials have a value for it.
        choice: Which choice of the node above it is; None if it is none.
        is_chosen: Whether it is the choice that the incumbent made.
        children: What it chooses from, or is made of.
        is_fidelity: Whether it is the fidelity.
    """

    id: str
    name: str
    domain: str = ""
    depth: int = 0
    key: str | None = None
    choice: int | None = None
    is_chosen: bool = False
    children: tuple[SpaceNode, ...] = ()
    is_fidelity: bool = False

    @property
    def starts_unfolded(self) -> bool:
        """Whether its children show before anybody asks for them: what else was chosen does."""
        if any(child.key is not None and child.choice is None for child in self.children):
            return True
        return self.depth == 0 and (self.key is None or len(self.children) <= _UNFOLDED_CHOICES)

    @property
    def has_choices(self) -> bool:
        """Whether its children are what it chooses from, counted."""
        return any(child.choice is not None for child in self.children)


def space_nodes(
    snapshot: RunSnapshot, summary: RunSummary, spreads: Spreads
) -> tuple[SpaceNode, ...]:
    """The search space, and hyperparameters that only the trials' configs tell of."""
    return tuple(_Builder(snapshot.space, summary, spreads).nodes())


class _Builder:
    def __init__(
        self, space: SearchSpaceTree | None, summary: RunSummary, spreads: Spreads
    ) -> None:
        self._parameters = {} if space is None else space.parameters
        self._fidelity_key = summary.fidelity_key
        self._spreads = spreads.by_key
        self._own = {key.name: key for key in summary.config_keys}
        self._above = _above([*self._own], self._parameters)
        self._within: dict[str, list[ConfigKey]] = {}
        for key in summary.config_keys:
            if (above := self._above.get(key.name)) is not None:
                self._within.setdefault(above, []).append(key)

    def nodes(self) -> Iterator[SpaceNode]:
        for name, parameter in self._parameters.items():
            yield self._of_parameter(name, parameter)
        for key in self._within.get("", ()):
            yield self._of_key(key, 0, "")

    def _of_parameter(self, name: str, parameter: Parameter) -> SpaceNode:
        key = self._own.get(name)
        choices = parameter.choices if parameter.kind == "categorical" else ()
        children: list[SpaceNode] = []
        within = [self._of_key(each, 1, name) for each in self._within.get(name, ())]
        if key is not None:
            children += self._choices(key.key, 1, name, choices)
        elif parameter.kind != "constant":
            # A part that was chosen has a row of its own, with what was chosen.
            chosen = {each.name for each in within}
            parts = _parts(parameter.node, 1, name, iter(range(_MOST_PARTS)))
            children += [each for each in parts if each.name not in chosen]
        children += within
        return SpaceNode(
            name,
            name,
            _summary(parameter),
            0,
            None if key is None else key.key,
            children=tuple(children),
            is_fidelity=parameter.is_fidelity,
        )

    def _of_key(self, key: ConfigKey, depth: int, above: str) -> SpaceNode:
        spread = self._spreads.get(key.key)
        path = f"{above}{_BETWEEN}{key.key}"
        within = self._within.get(key.name, ()) if depth < _DEEPEST else ()
        children = [
            *self._choices(key.key, depth + 1, path),
            *(self._of_key(each, depth + 1, path) for each in within),
        ]
        return SpaceNode(
            path,
            key.name[len(self._above[key.name]) :].lstrip("."),
            _tried_domain(spread),
            depth,
            key.key,
            children=tuple(children),
            is_fidelity=key.key == self._fidelity_key,
        )

    def _choices(
        self, key: str, depth: int, above: str, nodes: tuple[Any, ...] = ()
    ) -> Iterator[SpaceNode]:
        """What a choice may be: its counts, and its own parts where it has some."""
        spread = self._spreads.get(key)
        room = iter(range(_MOST_PARTS))
        for at, choice in enumerate(() if spread is None else spread.choices[:_WIDEST]):
            node = nodes[at] if at < len(nodes) else None
            yield SpaceNode(
                f"{above}{_BETWEEN}{at}",
                choice,
                "",
                depth,
                key,
                at,
                spread is not None and spread.incumbent_bin == at,
                tuple(_parts(node, depth + 1, f"{above}{_BETWEEN}{at}", room)),
            )


def _above(names: Iterable[str], parameters: Iterable[str]) -> dict[str, str]:
    """What each name stands within, as `net[0].act` does in `net[0]`, and that in `net`.

    Args:
        names: The names of keys.
        parameters: Those of the space, which stand within nothing.

    Returns:
        By the names that are none of the space's own; an empty text for what is within nothing.
    """
    known, own = {*names, *parameters}, {*parameters}
    above = {}
    for name in names:
        if name not in own:
            ends = (match.start() for match in _STEP_INSIDE.finditer(name))
            inside = [name[:end] for end in ends if name[:end] in known]
            above[name] = inside[-1] if inside else ""
    return above


def _parts(node: Any, depth: int, above: str, room: Iterator[int]) -> Iterator[SpaceNode]:
    """What an operation or a nested choice is made of, as far as there is room."""
    if not isinstance(node, StandIn) or depth > _DEEPEST:
        return
    source = attribute(node, "source")
    if source is not None:
        yield from _parts(source, depth + 1, above, room)
        return
    named: list[tuple[str, Any]] = []
    choices, given = attribute(node, "choices"), attribute(node, "args")
    keywords = attribute(node, "kwargs")
    for items in (choices, given):
        if isinstance(items, list | tuple):
            named += [(f"[{at}]", item) for at, item in enumerate(items[:_WIDEST])]
    if isinstance(keywords, Mapping):
        named += [(str(name), item) for name, item in list(keywords.items())[:_WIDEST]]
    for name, item in named:
        if next(room, None) is None:
            return
        path = f"{above}{_BETWEEN}{name}"
        children = tuple(_parts(item, depth + 1, path, room))
        yield SpaceNode(path, name, _part_text(item), depth, children=children)


def _part_text(node: Any) -> str:
    if not isinstance(node, StandIn):
        return number(node)
    if class_name_of(node) == "Resample":
        source = attribute(node, "source")
        is_anew = class_name_of(source) == "Resample"
        inner = _part_text(source) if isinstance(source, StandIn) and not is_anew else label(source)
        return f"{RESAMPLED} {inner}"
    return _summary(parameter_of("", node))


def _summary(parameter: Parameter) -> str:
    return parameter.summary().replace("categorical ", "", 1).replace("integer ", "int ", 1)


def _tried_domain(spread: Spread | None) -> str:
    if spread is None:
        return ""
    if spread.domain is None:
        return " | ".join(spread.choices[:8]) + (" | …" if len(spread.choices) > 8 else "")
    domain = spread.domain
    kind = "int" if domain.is_integer else "float"
    bounds = f"{number(domain.lower, digits=3)} … {number(domain.upper, digits=3)}"
    return f"{kind if domain.is_certain else 'tried'} {bounds}" + (", log" if domain.log else "")


def visible_nodes(
    nodes: tuple[SpaceNode, ...], unfolded: Mapping[str, bool]
) -> Iterator[SpaceNode]:
    """The nodes that show: those of which nothing above is folded.

    Args:
        nodes: The tree.
        unfolded: What was unfolded or folded by hand, by the nodes' ids.
    """
    for node in nodes:
        yield node
        if node.children and unfolded.get(node.id, node.starts_unfolded):
            yield from visible_nodes(node.children, unfolded)


@dataclass(frozen=True, slots=True)
class SpaceWidths:
    """How wide the columns of the table may be, in cells.

    Args:
        name: Of a name with what stands before it.
        domain: Of a domain.
        histogram: Of each histogram.
    """

    name: int = 28
    domain: int = 40
    histogram: int = BINS + 2

    @classmethod
    def within(cls, room: int, nodes: Iterable[SpaceNode]) -> SpaceWidths:
        """The widths with which all columns fit; names leave domains the room they need.

        Histograms give way to names.

        Args:
            room: Cells that the table has.
            nodes: The nodes that show.
        """
        nodes = list(nodes)
        longest = max((cell_len(_lead(node) + plain(node.name)) for node in nodes), default=0)
        domain = max((min(cell_len(node.domain), _LONG_DOMAIN) for node in nodes), default=0)
        wanted = BINS + 2 if room >= _ROOMY else _SMALL_HISTOGRAM
        histogram = (room - _BESIDE - longest - domain) // 2
        histogram = min(max(histogram, _SMALL_HISTOGRAM), wanted)
        left = max(room - 2 * histogram - _BESIDE, 20)
        name = max(min(longest, left - _DOMAIN), len("hyperparameter"))
        return cls(name, left - name, histogram)


def _lead(node: SpaceNode, sign: str = " ") -> str:
    return "  " * node.depth + sign + " "


def space_columns(spreads: Spreads, objectives: int, widths: SpaceWidths) -> tuple[Column, ...]:
    """The columns of the table, in the order of the cells."""
    best = f"front {spreads.best}" if objectives > 1 else f"best {spreads.best}"
    return (
        Column("name", "hyperparameter", max_width=widths.name, gap=1),
        Column("domain", "domain", max_width=widths.domain, gap=1),
        Column("tried", f"all {spreads.tried}", max_width=widths.histogram, gap=1),
        Column("best", best, max_width=widths.histogram, gap=1),
        *([] if objectives > 1 else [Column("incumbent", "incumbent", max_width=_INCUMBENT)]),
    )


def space_cells(
    node: SpaceNode,
    spreads: Spreads,
    widths: SpaceWidths,
    *,
    is_unfolded: bool,
    ascii: bool = False,
) -> tuple[Cell, ...]:
    """The cells of a node.

    Args:
        node: The node.
        spreads: What was tried.
        widths: Of the columns.
        is_unfolded: Whether its children show.
        ascii: Whether to draw with ASCII characters only.
    """
    spread = None if node.key is None else spreads.by_key.get(node.key)
    signs = "-+" if ascii else "▾▸"
    lead = _lead(node, signs[0 if is_unfolded else 1] if node.children else " ")
    # Shortened here: the column would shorten what stands before a name, too.
    text = shorten_middle(plain(node.name), max(widths.name - cell_len(lead), 4))
    name = Cell(lead + text, "text-muted" if node.depth else "")
    domain = Cell(_shortened(node.domain, widths.domain), "text-muted")
    if spread is None:
        return (name, domain, Cell(""), Cell(""), Cell(""))
    tried, best, chosen = _drawn(node, spread, widths.histogram, is_unfolded, ascii)
    return (
        name,
        domain,
        Cell(tried, "text-muted"),
        Cell(best, "text-primary"),
        Cell(chosen, "text-accent"),
    )


def _shortened(domain: str, width: int) -> str:
    """A domain without what there is no room for: a prior first of all, and then choices."""
    for separator, end in ((", ", ""), (" | ", " | …")):
        parts = domain.split(separator)
        while cell_len(domain) > width and len(parts) > 1:
            parts.pop()
            domain = separator.join(parts) + end
    return domain


def _drawn(
    node: SpaceNode, spread: Spread, width: int, is_unfolded: bool, ascii: bool
) -> tuple[str, str, str]:
    """What was tried, what was best, and what the incumbent has."""
    star = "*" if ascii else "★"
    if node.choice is not None:
        tried, best = (
            count_bar(counts[node.choice], max(counts), width - 1, ascii=ascii)
            for counts in (spread.tried, spread.best)
        )
        return tried, best, star if node.is_chosen else ""
    chosen = _chosen(spread, star)
    if is_unfolded and node.has_choices:
        # Each choice has its own row.
        return "", "", chosen
    apart = bool(spread.choices)
    return (
        sparkline(spread.tried, width, gap=apart, ascii=ascii),
        sparkline(spread.best, width, mark=spread.incumbent_bin, gap=apart, ascii=ascii),
        chosen,
    )


def _chosen(spread: Spread, star: str) -> str:
    return "" if spread.incumbent is None else f"{star} {number(spread.incumbent, digits=3)}"
