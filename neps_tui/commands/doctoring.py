"""The command that finds what is wrong with a run, and mends what can be mended without a risk."""

from __future__ import annotations

import argparse
import logging
import sys
from collections.abc import Sequence
from pathlib import Path
from typing import TextIO

from neps_state import LockFailedError, NePSError, NePSState
from neps_state.layout import RunLayout
from neps_tui.commands.asking import confirmed, need_leave_to_write
from neps_tui.commands.exit_status import CommandError, Exit
from neps_tui.commands.run_at import read_run
from neps_tui.doctor.examine import examine
from neps_tui.doctor.finding import Finding, Severity
from neps_tui.doctor.mending import mend, mended_of, plan_mend
from neps_tui.facts.records import to_json
from neps_tui.settings import read_settings
from neps_tui.words.formatting import counted, plain

_MOST_DETAILS = 5
_WIDTH = max(len(severity.value) for severity in Severity)


def doctor(arguments: argparse.Namespace) -> Exit:
    """Print what is wrong with a run, and with `--fix` mend what can be mended."""
    root: Path = arguments.root
    if not RunLayout(root).is_run():
        read_run(root)  # says why there is none
    found = examine(root, may_probe=not read_settings().read_only)
    if arguments.fix:
        return _fix(root, found, arguments)
    if arguments.json:
        _print_json(root, found)
    else:
        _print_findings(found)
    return _exit_of(found)


def _fix(root: Path, found: Sequence[Finding], arguments: argparse.Namespace) -> Exit:
    # What is asked and done; standard output is for the JSON alone, where that is wanted.
    out = sys.stderr if arguments.json else sys.stdout
    plan = plan_mend(found)
    if plan.nothing is not None:
        _say(plan.nothing, out)
        return _tell(root, (), found, arguments)
    if not arguments.json:
        _print_findings(found)
    for line in plan.lines:
        _say(line, out)
    if arguments.dry_run:
        _say("dry run: nothing was changed", out)
        if arguments.json:
            _print_json(root, found)
        return _exit_of(found)
    need_leave_to_write(dry_run=False)
    if not (arguments.yes or confirmed(out)):
        _say("nothing was changed", sys.stderr)
        return Exit.REFUSED
    mended, left = _mend_what_was_told(root, found, arguments)
    return _tell(root, mended, left, arguments)


def _mend_what_was_told(
    root: Path, found: Sequence[Finding], arguments: argparse.Namespace
) -> tuple[list[Finding], Sequence[Finding]]:
    """Mend what was found and told, and nothing that only shows then."""
    # What has to be left out of a cache is told as a finding.
    logging.getLogger("neps_state").addHandler(logging.NullHandler())
    _mend(root, found, arguments.timeout)
    left = examine(root)
    return mended_of(found, left), left


def _mend(root: Path, found: Sequence[Finding], timeout: float) -> None:
    try:
        state = NePSState.create_or_load(root, load_only=True)
        changed = mend(state.with_lock_timeout(timeout), found)
    except LockFailedError as error:
        raise CommandError(str(error), Exit.NO_LOCK) from error
    except (NePSError, OSError) as error:
        raise CommandError(f"{error}; nothing was mended", Exit.REFUSED) from error
    for reason in changed.refused.values():
        _say(f"left as it is: {reason}", sys.stderr)


def _tell(
    root: Path,
    mended: Sequence[Finding],
    left: Sequence[Finding],
    arguments: argparse.Namespace,
) -> Exit:
    if arguments.json:
        _print_json(root, (*mended, *left))
        return _exit_of(left)
    for finding in mended:
        _say(f"mended: {finding.message}", sys.stdout)
    _print_findings(left, "left")
    return _exit_of(left)


def _print_json(root: Path, findings: Sequence[Finding]) -> None:
    record = {"root": str(root), "findings": [finding.record() for finding in findings]}
    print(to_json(record, indent=1))


def _print_findings(findings: Sequence[Finding], standing: str = "found") -> None:
    indent = " " * (_WIDTH + 2)
    for finding in findings:
        _say(f"{finding.severity.value:<{_WIDTH}}  {finding.kind}: {finding.message}", sys.stdout)
        for detail in finding.details[:_MOST_DETAILS]:
            _say(f"{indent}{detail}", sys.stdout)
        if len(finding.details) > _MOST_DETAILS:
            _say(f"{indent}and {len(finding.details) - _MOST_DETAILS} more", sys.stdout)
        _say(f"{indent}{finding.effect}", sys.stdout)
        _say(f"{indent}→ {finding.remedy}", sys.stdout)
    counts = [
        counted(count, severity.value)
        for severity in Severity
        if (count := sum(finding.severity is severity for finding in findings))
    ]
    _say(f"{standing}: {', '.join(counts)}" if counts else "nothing is wrong", sys.stdout)


def _exit_of(findings: Sequence[Finding]) -> Exit:
    is_bad = any(finding.severity is not Severity.NOTE for finding in findings)
    return Exit.PROBLEMS if is_bad else Exit.DONE


def _say(line: str, stream: TextIO) -> None:
    indent = line[: len(line) - len(line.lstrip(" "))]
    print(indent + plain(line.lstrip(" ")), file=stream)
