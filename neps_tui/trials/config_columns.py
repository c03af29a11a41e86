"""The hyperparameters of trials as columns of a table."""

from __future__ import annotations

from collections.abc import Iterator

from neps_state import Trial
from neps_state.readable import readable_value
from neps_tui.facts.config_keys import ConfigKey
from neps_tui.facts.summary import RunSummary
from neps_tui.view import RunView
from neps_tui.widgets.columns import Cell, Column
from neps_tui.words.formatting import MISSING, number


def parameter_column(key: ConfigKey) -> Column:
    """The column of a hyperparameter."""
    return Column(key.key, key.name, "decimal" if key.is_number else "left", max_width=20)


def varying_keys(summary: RunSummary) -> list[ConfigKey]:
    """The hyperparameters in which trials differ, the fidelity first."""
    varying = (key for key in summary.config_keys if key.varies)
    return sorted(varying, key=lambda key: key.key != summary.fidelity_key)


class ConfigColumns:
    """What tells the configs of trials apart, for a table that has room for it.

    Args:
        view: The run.
        room: How wide the table is, in cells.
    """

    _LEAST_ROOM = 60

    def __init__(self, view: RunView, room: int) -> None:
        keys = varying_keys(view.summary) if room >= self._LEAST_ROOM else []
        self._space = view.snapshot.space
        self.columns = [parameter_column(key) for key in keys]

    def cells(self, trial: Trial | None) -> Iterator[Cell]:
        """A cell for each column; nothing is known of a trial that is gone."""
        for column in self.columns:
            if trial is None or column.key not in trial.config:
                yield Cell(MISSING, "text-muted")
            else:
                yield Cell(number(readable_value(column.key, trial.config, self._space)))
