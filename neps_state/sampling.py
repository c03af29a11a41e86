"""Asking an optimizer for new trials, with the run's own random states."""

from __future__ import annotations

import time
from collections.abc import Mapping

from neps_state.exceptions import NePSError
from neps_state.files import replace_file
from neps_state.layout import RunLayout
from neps_state.optimizer import AskFunction, SampledConfig
from neps_state.pickles import dump_state
from neps_state.run_files import read_optimizer_state
from neps_state.trial import Trial


def sample(
    layout: RunLayout,
    optimizer: AskFunction,
    known: Mapping[str, Trial],
    *,
    worker_id: str,
    n: int | None,
) -> Trial | list[Trial]:
    """Sample, and keep the random states and what is used of the budget.

    The caller holds the optimizer lock, and stores the trials.

    Args:
        layout: The run.
        optimizer: Whom to ask.
        known: Every trial of the run.
        worker_id: Who asks.
        n: How many trials; None for one that is not in a list.

    Raises:
        NePSError: The optimizer gave another number of trials, or continues an unknown one.
    """
    state = read_optimizer_state(layout.optimizer_state)
    state.seed_snapshot.set_as_global_seed_state()
    if state.budget is not None:
        costs = [trial.report.cost for trial in known.values() if trial.report is not None]
        state.budget.used_cost_budget = sum(cost for cost in costs if cost is not None)
        state.budget.used_evaluations = len(known)
    budget = None if state.budget is None else state.budget.clone()
    answer = optimizer(trials=known, budget_info=budget, n=n)
    configs = answer if isinstance(answer, list) else [answer]
    if n is None and len(configs) != 1:
        raise NePSError(f"the optimizer was asked for one trial and gave {len(configs)}")
    sampled = [_new_trial(layout, config, known, worker_id) for config in configs]
    state.seed_snapshot.recapture()
    replace_file(layout.optimizer_state, dump_state(state))
    return sampled[0] if n is None else sampled


def _new_trial(
    layout: RunLayout, config: SampledConfig, known: Mapping[str, Trial], worker_id: str
) -> Trial:
    parent_id = config.previous_config_id
    if parent_id is not None and parent_id not in known:
        raise NePSError(f"the optimizer continues trial {parent_id}, which is not in this run")
    return Trial.new(
        trial_id=config.id,
        config=config.config,
        location=str(layout.trial_directory(config.id)),
        previous_trial=parent_id,
        previous_trial_location=known[parent_id].metadata.location if parent_id else None,
        time_sampled=time.time(),
        worker_id=worker_id,
    )
