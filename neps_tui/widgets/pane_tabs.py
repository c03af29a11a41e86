"""Tabs in place of panes, for small terminals."""

from __future__ import annotations

from collections.abc import Mapping

from textual.widgets import Tab, Tabs


class PaneTabs(Tabs):
    """A tab for each pane, with how much is in it.

    Args:
        names: What each pane is called, by its id.
        active: The id of the pane that is shown.
    """

    DEFAULT_CSS = """
    PaneTabs { height: 2; }
    """

    def __init__(self, names: Mapping[str, str], active: str) -> None:
        self._names = names
        tabs = (Tab(name, id=_tab_id(pane)) for pane, name in names.items())
        super().__init__(*tabs, active=_tab_id(active))

    @property
    def active_pane(self) -> str:
        """The id of the pane whose tab is active."""
        return self.active.removeprefix("tab-")

    def show_pane(self, pane: str) -> None:
        """Make the tab of a pane the active one."""
        self.active = _tab_id(pane)

    def count(self, counts: Mapping[str, object]) -> None:
        """Show how much is in panes."""
        for tab in self.query(Tab):
            pane = (tab.id or "").removeprefix("tab-")
            label = f"{self._names[pane]} {counts[pane]}" if pane in counts else self._names[pane]
            if tab.label_text != label:
                tab.label = label


def _tab_id(pane: str) -> str:
    return f"tab-{pane}"
