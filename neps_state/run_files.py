"""The files that describe a run as a whole: its optimizer, the optimizer's state, its space."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from neps_state.exceptions import NePSError, UnreadableError
from neps_state.extent import is_small
from neps_state.files import dump_text, load_text, plain_data, read_bytes, replace_file
from neps_state.layout import RunLayout
from neps_state.optimizer import (
    BudgetInfo,
    OptimizationState,
    OptimizerInfo,
    optimizer_info_matches,
)
from neps_state.pickles import dump_real, dump_state, load_inert
from neps_state.same_space import is_same_space
from neps_state.stand_in import name_of


def read_optimizer_info(path: Path) -> OptimizerInfo:
    """The content of `optimizer_info.yaml`.

    Raises:
        UnreadableError: It is half written, or names no optimizer.
    """
    try:
        content = load_text(read_bytes(path), "yaml")
    except ValueError as error:
        raise UnreadableError(f"{path.name} is half written or damaged: {error}") from error
    if not isinstance(content, dict) or not isinstance(content.get("name"), str):
        raise UnreadableError(f"{path.name} is half written or damaged: it names no optimizer")
    arguments, derived = content.get("info"), content.get("derived")
    if not isinstance(arguments, dict | None):
        raise UnreadableError(f"{path.name}: the optimizer's arguments are no mapping")
    info = OptimizerInfo(name=content["name"], info=arguments or {})
    if isinstance(derived, dict):
        info["derived"] = derived
    return info


def read_optimizer_state(path: Path) -> OptimizationState:
    """The content of `optimizer_state.pkl`.

    Raises:
        UnreadableError: It is half written, or something else.
    """
    try:
        state = load_inert(read_bytes(path))
    except UnreadableError as error:
        raise type(error)(f"{path.name}: {error}") from error
    if type(state) is not OptimizationState or "seed_snapshot" not in vars(state):
        held = name_of(state) or type(state).__name__
        raise UnreadableError(f"{path.name} holds {held}, not an optimizer's state")
    for name in ("shared_state", "worker_ids"):
        vars(state).setdefault(name, None)
    budget = vars(state).setdefault("budget", None)
    if budget is not None and not (type(budget) is BudgetInfo and budget.is_sound()):
        raise UnreadableError(f"{path.name} holds {name_of(budget) or 'something'} as its budget")
    if not is_small((state.shared_state,)):
        raise UnreadableError(f"{path.name} holds a shared state beyond all measure")
    workers = state.worker_ids
    if workers is not None and not (
        isinstance(workers, list) and all(isinstance(each, str) for each in workers)
    ):
        raise UnreadableError(f"{path.name} holds worker ids that are no texts")
    return state


def read_pipeline_space(path: Path) -> Any:
    """The pipeline space as inert stand-ins; None where none is stored, or not yet whole.

    Raises:
        UnreadableError: It is no pickle.
    """
    if not path.exists():
        return None
    try:
        return load_inert(read_bytes(path))
    except UnreadableError as error:
        raise type(error)(f"{path.name}: {error}") from error


def create_run(
    layout: RunLayout, info: OptimizerInfo, state: OptimizationState, pipeline_space: Any
) -> None:
    """Write a new run under the optimizer lock; its optimizer info last, which makes it one."""
    layout.configs.mkdir(exist_ok=True)
    if pipeline_space is not None:
        replace_file(layout.pipeline_space, dump_real(pipeline_space))
    replace_file(layout.optimizer_state, dump_state(state))
    replace_file(layout.optimizer_info, dump_text(info, "yaml"))


def check_same_run(layout: RunLayout, info: OptimizerInfo, pipeline_space: Any) -> None:
    """Refuse to go on with a run that is another one.

    Raises:
        NePSError: Its optimizer or its pipeline space differs from the one given.
    """
    on_disk = read_optimizer_info(layout.optimizer_info)
    if not optimizer_info_matches(on_disk, plain_data(info)):
        raise NePSError(
            f"the run at {layout.root} is optimized by {dict(on_disk)}, "
            f"not by {plain_data(info)}; nothing was changed"
        )
    if pipeline_space is None or not layout.pipeline_space.exists():
        return
    stored = read_pipeline_space(layout.pipeline_space)
    if not is_same_space(stored, load_inert(dump_real(pipeline_space))):
        raise NePSError(
            f"the run at {layout.root} searches another pipeline space; nothing was changed. "
            "Give the same space, or none, or another directory"
        )
