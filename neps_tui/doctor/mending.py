"""Mending what can be mended without a risk: nothing of it changes what any trial is."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import replace
from pathlib import Path

from neps_state import Changed, LockFailedError, NePSError, NePSState
from neps_tui.changes.plan import Plan
from neps_tui.doctor.finding import Finding
from neps_tui.doctor.kinds import KINDS, Mend, listed
from neps_tui.words.formatting import counted

_Mender = Callable[[NePSState, Sequence[Finding]], Changed]
_FEW = 3
_HOSTILE = (ArithmeticError, AttributeError, RecursionError, TypeError, ValueError)
"""What writing a trial may raise that somebody has made up."""


def plan_mend(findings: Sequence[Finding]) -> Plan:
    """Work out what mending would do.

    Args:
        findings: What was found.
    """
    mendable = [finding for finding in findings if finding.is_mendable]
    return Plan(
        what=f"mend {counted(len(mendable), 'finding')}",
        done="mended",
        make=lambda state, force: mend(state, mendable),
        lines=(
            *(
                f"{finding.kind} ({listed(finding.subjects, _FEW)}): {_how(finding)}"
                for finding in mendable
            ),
            "No trial becomes another one, and what goes is kept.",
        ),
        nothing=None if mendable else "nothing that was found can be mended without a risk",
        is_undoable=False,
    )


def _how(finding: Finding) -> str:
    return KINDS[finding.kind].remedy.format(root="ROOT", ids="")


def mend(state: NePSState, findings: Sequence[Finding]) -> Changed:
    """Mend what was found, as far as it still is so inside the locks.

    Args:
        state: The run.
        findings: What was found; what no mend is known for stays.

    Returns:
        The trials whose files were written or taken up, and what was refused.

    Raises:
        LockFailedError: A lock could not be had in time; what came before is done.
    """
    done: list[str] = []
    refused: dict[str, str] = {}
    change_id = None
    for name, mender in _MENDERS.items():
        mine = [finding for finding in findings if KINDS[finding.kind].mend == name]
        if not mine:
            continue
        try:
            changed = mender(state, mine)
        except LockFailedError:
            raise
        except (NePSError, OSError, *_HOSTILE) as error:
            refused[name] = f"{name}: {error}"
            continue
        done += changed.done
        refused |= changed.refused
        change_id = changed.change_id or change_id
    return Changed(tuple(dict.fromkeys(done)), refused, change_id)


def mended_of(found: Sequence[Finding], left: Sequence[Finding]) -> list[Finding]:
    """What was mended of what was found before, by what is found afterwards."""
    still_there = {finding.kind: finding for finding in left}
    mended = []
    for finding in found:
        after = still_there.get(finding.kind)
        if not finding.is_mendable:
            continue
        if after is None:
            mended.append(replace(finding, was_mended=True))
        elif gone := [each for each in finding.subjects if each not in after.subjects]:
            message = f"{listed(gone)}, of: {finding.message}"
            trials = tuple(each for each in finding.trials if each not in after.trials)
            mended.append(replace(finding, message=message, trials=trials, was_mended=True))
    return mended


def _finish_changes(state: NePSState, findings: Sequence[Finding]) -> Changed:
    state.lock_and_finish_changes()
    return Changed()


def _mend_cache(state: NePSState, findings: Sequence[Finding]) -> Changed:
    return state.lock_and_mend_cache()


def _mend_files(state: NePSState, findings: Sequence[Finding]) -> Changed:
    return state.lock_and_mend_files(_trials_of(findings))


def _drop_empty_directories(state: NePSState, findings: Sequence[Finding]) -> Changed:
    return state.lock_and_drop_empty_directories(_trials_of(findings))


def _take_up(state: NePSState, findings: Sequence[Finding]) -> Changed:
    return state.lock_and_take_up(_trials_of(findings))


def _mend_errors(state: NePSState, findings: Sequence[Finding]) -> Changed:
    return state.lock_and_mend_errors()


def _drop_stale_errors(state: NePSState, findings: Sequence[Finding]) -> Changed:
    return state.lock_and_drop_stale_errors()


def _clear_leftovers(state: NePSState, findings: Sequence[Finding]) -> Changed:
    places = dict.fromkeys(place for finding in findings for place in finding.subjects)
    return state.lock_and_clear_leftovers([Path(state.path, place) for place in places])


# In this order: what a kill cut short has moved away is not missing, and who knows no trials
# cannot tell which directories are unknown.
_MENDERS: dict[Mend, _Mender] = {
    "changes": _finish_changes,
    "cache": _mend_cache,
    "files": _mend_files,
    "empty directories": _drop_empty_directories,
    "directories": _take_up,
    "errors": _mend_errors,
    "stale errors": _drop_stale_errors,
    "leftovers": _clear_leftovers,
}


def _trials_of(findings: Sequence[Finding]) -> list[str]:
    return list(dict.fromkeys(trial_id for finding in findings for trial_id in finding.trials))
