"""Ids for trials that a person adds, such that the optimizer of the run can live with them.

NePS's optimizers tell trials apart by ids of their own: `12`, or for config 12 at rung 2
`12_rung_2` (up to 0.13 `12_2`). Most give the next one the largest number so far and one more;
regularized evolution gives it the number of trials and one more, and dies where that is taken.
"""

from __future__ import annotations

import re
from collections.abc import Collection, Iterator, Mapping
from itertools import count
from typing import Any

from neps_state.exceptions import NePSError
from neps_state.optimizer import OptimizerInfo
from neps_state.readable import path_name
from neps_state.trial import Trial

_ID = re.compile(r"(?P<config>\d+)(?:(?P<between>_(?:rung_)?)(?P<rung>\d+))?")
_COUNTING = "regularized_evolution"


def counts_trials(info: OptimizerInfo) -> bool:
    """Whether the optimizer numbers trials by how many there are, so that none may be removed."""
    return _COUNTING in info["name"]


def stays_countable(trial_ids: Collection[str]) -> bool:
    """Whether an optimizer that counts trials will find every next number free.

    Args:
        trial_ids: Every trial that there is, or would be.
    """
    numbers = [int(parts["config"]) for each in trial_ids if (parts := _ID.fullmatch(each))]
    return max(numbers, default=0) <= len(trial_ids)


def given_again(
    info: OptimizerInfo, trials: Mapping[str, Trial], removed: Collection[str]
) -> str | None:
    """Which of the trials that are removed has the number that the optimizer gives next, if any.

    Args:
        info: Who optimizes.
        trials: Every trial of the run before that, by id.
        removed: Ids of those that go.
    """
    left = {trial_id: trial for trial_id, trial in trials.items() if trial_id not in removed}
    number = next(_free_numbers(info, left))
    numbers = ((each, parts) for each in removed if (parts := _ID.fullmatch(each)))
    return next((each for each, parts in numbers if int(parts["config"]) == number), None)


def rung_fidelities(
    info: OptimizerInfo, trials: Mapping[str, Trial], fidelity_key: str | None
) -> dict[int, Any]:
    """What fidelity trials have at each rung, as the run recorded it or as its trials show.

    Returns:
        Nothing for a run without rungs.
    """
    derived = info.get("derived") or {}
    recorded = derived.get("rung_to_fidelity")
    if isinstance(recorded, Mapping):
        return {int(rung): fidelity for rung, fidelity in recorded.items()}
    found: dict[int, Any] = {}
    for trial_id, trial in trials.items():
        parts = _ID.fullmatch(trial_id)
        if fidelity_key is None or not parts or parts["rung"] is None:
            continue
        if fidelity_key in trial.config:
            found[int(parts["rung"])] = trial.config[fidelity_key]
    return dict(sorted(found.items()))


class NewTrialIds:
    """Gives new trials ids that the optimizer of the run accepts.

    Args:
        info: Who optimizes.
        trials: Every trial of the run, by id.
        fidelity_key: The key of the fidelity in their configs, if the run has one.

    Raises:
        NePSError: It cannot be told what ids the optimizer would accept.
    """

    def __init__(
        self, info: OptimizerInfo, trials: Mapping[str, Trial], fidelity_key: str | None
    ) -> None:
        self._key = fidelity_key
        self._between = _between(info, trials, fidelity_key)
        self._numbers = _free_numbers(info, trials)
        rungs = {} if self._between is None else rung_fidelities(info, trials, fidelity_key)
        self._rung_of = {fidelity: rung for rung, fidelity in rungs.items()}

    def check(self, config: Mapping[str, Any]) -> None:
        """Make sure that a trial of this config can have an id.

        Args:
            config: Keys as stored.

        Raises:
            NePSError: Its fidelity belongs to no rung.
        """
        if self._between is None:
            return
        fidelity = config.get(self._key or "")
        if fidelity not in self._rung_of:
            known = ", ".join(map(str, self._rung_of))
            name = path_name(self._key or "the fidelity")
            raise NePSError(f"{name} must be that of a rung: {known}; not {fidelity}")

    def next(self, config: Mapping[str, Any]) -> str:
        """The id for the next trial.

        Args:
            config: Its config, keys as stored.

        Raises:
            NePSError: Its fidelity belongs to no rung.
        """
        self.check(config)
        number = str(next(self._numbers))
        if self._between is None:
            return number
        return f"{number}{self._between}{self._rung_of[config[self._key or '']]}"


def _between(
    info: OptimizerInfo, trials: Mapping[str, Trial], fidelity_key: str | None
) -> str | None:
    """What stands between the number of a config and that of its rung; None without rungs."""
    for trial_id in trials:
        if parts := _ID.fullmatch(trial_id):
            return parts["between"]
    if (info.get("derived") or {}).get("rung_to_fidelity"):
        return "_rung_"
    if fidelity_key is not None:
        raise NePSError(
            "how this optimizer names its trials is not known before it has sampled one; "
            "nothing was changed. Start a worker first"
        )
    return None


def _free_numbers(info: OptimizerInfo, trials: Mapping[str, Trial]) -> Iterator[int]:
    taken = {int(parts["config"]) for each in trials if (parts := _ID.fullmatch(each))}
    if not counts_trials(info):
        yield from count(max(taken, default=0) + 1)
    # What is next by count must stay free once these are there.
    wanted = (number for number in count(1) if number not in taken)
    yield from wanted
