"""NePS's state on disk and in memory: small, interoperable with real NePS workers, and safe.

Safe against torn writes, kills at any instant, and hostile pickles. Names and behaviour are those
that NePS documents for its own `NePSState` and `TrialRepo`.
"""

from importlib import import_module
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from neps_state.edit import Changed, Edit, TrialEdit
    from neps_state.errors import ErrDump, SerializableTrialError, SerializedError
    from neps_state.exceptions import (
        LockFailedError,
        NePSError,
        NothingToUndoError,
        NotReportedYetError,
        StateChangedError,
        TrialAlreadyExistsError,
        TrialNotFoundError,
        UnreadableError,
    )
    from neps_state.history import Change, History
    from neps_state.locks import FileLocker
    from neps_state.optimizer import (
        AskFunction,
        BudgetInfo,
        OptimizationState,
        OptimizerInfo,
        SampledConfig,
    )
    from neps_state.repo import TrialRepo
    from neps_state.seeds import SeedSnapshot
    from neps_state.stand_in import StandIn
    from neps_state.state import NePSState
    from neps_state.table import Table, read_table
    from neps_state.trial import ImportedConfig, MetaData, Report, State, Trial
    from neps_state.trial_files import TrialWriteHint

__all__ = [
    "AskFunction",
    "BudgetInfo",
    "Change",
    "Changed",
    "Edit",
    "ErrDump",
    "FileLocker",
    "History",
    "ImportedConfig",
    "LockFailedError",
    "MetaData",
    "NePSError",
    "NePSState",
    "NotReportedYetError",
    "NothingToUndoError",
    "OptimizationState",
    "OptimizerInfo",
    "Report",
    "SampledConfig",
    "SeedSnapshot",
    "SerializableTrialError",
    "SerializedError",
    "StandIn",
    "State",
    "StateChangedError",
    "Table",
    "Trial",
    "TrialAlreadyExistsError",
    "TrialEdit",
    "TrialNotFoundError",
    "TrialRepo",
    "TrialWriteHint",
    "UnreadableError",
    "read_table",
]

_MODULES = {
    "AskFunction": "optimizer",
    "BudgetInfo": "optimizer",
    "Change": "history",
    "Changed": "edit",
    "Edit": "edit",
    "ErrDump": "errors",
    "FileLocker": "locks",
    "History": "history",
    "ImportedConfig": "trial",
    "LockFailedError": "exceptions",
    "MetaData": "trial",
    "NePSError": "exceptions",
    "NePSState": "state",
    "NotReportedYetError": "exceptions",
    "NothingToUndoError": "exceptions",
    "OptimizationState": "optimizer",
    "OptimizerInfo": "optimizer",
    "Report": "trial",
    "SampledConfig": "optimizer",
    "SeedSnapshot": "seeds",
    "SerializableTrialError": "errors",
    "SerializedError": "errors",
    "StandIn": "stand_in",
    "State": "trial",
    "StateChangedError": "exceptions",
    "Table": "table",
    "Trial": "trial",
    "TrialAlreadyExistsError": "exceptions",
    "TrialEdit": "edit",
    "TrialNotFoundError": "exceptions",
    "TrialRepo": "repo",
    "TrialWriteHint": "trial_files",
    "UnreadableError": "exceptions",
    "read_table": "table",
}


def __getattr__(name: str) -> object:
    """Import what is asked for when it is: who only reads a run need not load what writes it."""
    if name not in _MODULES:
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
    value: object = getattr(import_module(f"{__name__}.{_MODULES[name]}"), name)
    globals()[name] = value
    return value
