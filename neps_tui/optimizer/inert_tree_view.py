"""A tree of inert values, filled as it is unfolded."""

from __future__ import annotations

from collections.abc import Sequence
from typing import ClassVar

from rich.style import Style
from rich.text import Text
from textual.binding import Binding, BindingType
from textual.widgets import Tree
from textual.widgets.tree import TreeNode

from neps_tui.optimizer.inert_tree import InertNode
from neps_tui.words.formatting import to_ascii


class InertTreeView(Tree[InertNode]):
    """Shows what was read inertly; what is unfolded stays so while the values change.

    Args:
        ascii: Whether to draw with ASCII characters only.
    """

    DEFAULT_CSS = """
    InertTreeView {
        background: transparent;
        scrollbar-size: 1 1;
        &:focus { background-tint: $foreground 0%; }
        & > .inert-tree-view--value { color: $foreground 70%; }
    }
    """
    COMPONENT_CLASSES: ClassVar[set[str]] = {"inert-tree-view--value"}
    ICON_NODE = "▸ "
    ICON_NODE_EXPANDED = "▾ "
    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("j", "cursor_down", "Down", show=False, tooltip="To the next line"),
        Binding("k", "cursor_up", "Up", show=False, tooltip="To the line before"),
        Binding("g", "scroll_home", "First", show=False, tooltip="To the first line"),
        Binding("G", "scroll_end", "Last", show=False, tooltip="To the last line"),
        Binding("ctrl+d", "page_down", "Page down", show=False, tooltip="A screenful down"),
        Binding("ctrl+u", "page_up", "Page up", show=False, tooltip="A screenful up"),
        Binding("right,l", "unfold", "Unfold", show=False, tooltip="Unfold what it holds"),
        Binding("left,h", "fold", "Fold", show=False, tooltip="Fold it, or go up to what holds it"),
        Binding(
            "enter", "select_cursor", "unfold", key_display="enter", tooltip="Unfold it or fold it"
        ),
    ]

    def __init__(self, *, ascii: bool = False) -> None:
        super().__init__("")
        self._ascii = ascii
        self.show_root = False
        self.guide_depth = 2
        if ascii:
            # Guides are lines; signs alone tell what can be unfolded.
            self.show_guides = False
            self.ICON_NODE, self.ICON_NODE_EXPANDED = "+ ", "- "
        self.root.expand()

    def show(self, nodes: Sequence[InertNode]) -> None:
        """Show these values, in the place of those of the same names shown before."""
        self._fill(self.root, nodes)
        if self.cursor_node is None and nodes:
            self.move_cursor(self.root.children[0])

    def _fill(self, place: TreeNode[InertNode], nodes: Sequence[InertNode]) -> None:
        shown = [_name(child) for child in place.children]
        if shown != [node.name for node in nodes]:
            place.remove_children()
            for node in nodes:
                place.add(Text(self._text(node)), node, allow_expand=node.has_children)
            return
        for child, node in zip(list(place.children), nodes, strict=True):
            self._renew(child, node)

    def _renew(self, child: TreeNode[InertNode], node: InertNode) -> None:
        before, child.data = child.data, node
        if before is not None and before.value is node.value:
            return
        if before is None or self._text(before) != self._text(node):
            child.set_label(Text(self._text(node)))
        child.allow_expand = node.has_children
        if child.is_expanded:
            self._fill(child, node.children())
        elif child.children:
            child.remove_children()

    def on_tree_node_expanded(self, event: Tree.NodeExpanded[InertNode]) -> None:
        """Fill what is unfolded for the first time."""
        self._fill_once(event.node)

    def _fill_once(self, node: TreeNode[InertNode]) -> None:
        if node.data is not None and not node.children:
            self._fill(node, node.data.children())

    def action_unfold(self) -> None:
        """Unfold what is under the cursor; go into it if it is unfolded."""
        node = self.cursor_node
        if node is None or not node.allow_expand:
            return
        if node.is_expanded:
            self.action_cursor_down()
        else:
            # At once: the next key may go into it.
            self._fill_once(node)
            node.expand()

    def action_fold(self) -> None:
        """Fold what is under the cursor; go up if it is folded."""
        node = self.cursor_node
        if node is None:
            return
        if node.is_expanded and node.allow_expand:
            node.collapse()
        elif node.parent is not None and not node.parent.is_root:
            self.move_cursor(node.parent)

    def render_label(self, node: TreeNode[InertNode], base_style: Style, style: Style) -> Text:
        """The name, and fainter the value."""
        sign = ""
        if node.allow_expand:
            sign = self.ICON_NODE_EXPANDED if node.is_expanded else self.ICON_NODE
        elif node.parent is not None and any(each.allow_expand for each in node.parent.children):
            sign = "  "
        label = Text(sign, base_style + style)
        if node.data is not None:
            name, value = self._parts(node.data)
            faint = Style(color=self.get_component_rich_style("inert-tree-view--value").color)
            is_under_cursor = node is self.cursor_node
            label.append(name, style)
            label.append(f"  {value}", style if is_under_cursor else style + faint)
        return label

    def _parts(self, node: InertNode) -> tuple[str, str]:
        name, value = node.name, node.text
        return (to_ascii(name), to_ascii(value)) if self._ascii else (name, value)

    def _text(self, node: InertNode) -> str:
        return "  ".join(self._parts(node))


def _name(node: TreeNode[InertNode]) -> str | None:
    return None if node.data is None else node.data.name
