"""Commands that change a run: they tell, ask, do it under the locks, and report."""

from __future__ import annotations

import argparse
import sys
import time
from collections.abc import Sequence

from neps_state import LockFailedError, NePSState, Trial
from neps_tui.changes.resetting import Resetting, plan_reset
from neps_tui.commands.exit_status import CommandError, Exit
from neps_tui.commands.run_at import RunAt, read_run
from neps_tui.words.formatting import plain


def reset(arguments: argparse.Namespace) -> Exit:
    """Put trials back to pending."""
    if not (arguments.ids or arguments.state or arguments.abandoned):
        raise CommandError("name trials, or give --state S or --abandoned", Exit.USAGE)
    run = read_run(arguments.root)
    chosen = _chosen(run, arguments)
    if not chosen:
        print(f"nothing to reset: no trial matches{_doubtful(run, arguments)}", file=sys.stderr)
        return Exit.NOTHING_MATCHED
    plan = plan_reset(run.snapshot, run.summary, chosen, now=time.time())
    for line in plan.lines():
        print(plain(line))
    if not plan.trials:
        print("nothing to reset: these trials are pending already", file=sys.stderr)
        return Exit.NOTHING_MATCHED
    if arguments.dry_run:
        if plan.objection() and not arguments.force:
            print("without --force this would be refused")
        print("dry run: nothing was changed")
        return Exit.DONE
    if (objection := plan.objection()) is not None and not arguments.force:
        raise CommandError(
            f"{objection}; nothing was changed. "
            "Give --force to reset it all the same, or leave it out",
            Exit.REFUSED,
        )
    if not (arguments.yes or _confirmed()):
        print("nothing was changed", file=sys.stderr)
        return Exit.REFUSED
    return _do_reset(plan, arguments)


def _do_reset(plan: Resetting, arguments: argparse.Namespace) -> Exit:
    try:
        state = NePSState.create_or_load(arguments.root, load_only=True)
        outcome = state.with_lock_timeout(arguments.timeout).lock_and_reset_trials(
            plan.trials, force=arguments.force or plan.is_certain
        )
    except LockFailedError as error:
        raise CommandError(str(error), Exit.NO_LOCK) from error
    if outcome.done:
        print(f"reset {len(outcome.done)} to pending: {', '.join(outcome.done)}")
        print(f"to take it back: neps-tui undo {arguments.root}")
    for reason in outcome.refused.values():
        print(f"left as it is: {reason}", file=sys.stderr)
    return Exit.REFUSED if outcome.refused else Exit.DONE


def _chosen(run: RunAt, arguments: argparse.Namespace) -> Sequence[Trial]:
    trials = run.snapshot.trials
    unknown = [each for each in arguments.ids if each not in trials]
    if unknown:
        raise CommandError(
            f"there is no trial {', '.join(unknown)} in {arguments.root}; nothing was changed",
            Exit.NOTHING_MATCHED,
        )
    wanted = set(arguments.ids)
    if arguments.abandoned:
        wanted |= set(run.summary.abandoned)
    if arguments.state:
        wanted |= {each.id for each in trials.values() if each.state.value in arguments.state}
    return [trial for trial_id, trial in trials.items() if trial_id in wanted]


def _doubtful(run: RunAt, arguments: argparse.Namespace) -> str:
    """Trials that may have been abandoned, for who asked for those that certainly have."""
    now = time.time()
    doubtful = [
        f"{each.trial_id} ({each.standing_at(now)})"
        for each in run.summary.evaluating
        if each.standing_at(now) != "working"
    ]
    if not arguments.abandoned or not doubtful:
        return ""
    return f". In doubt are {', '.join(doubtful)}: name them, with --force, to reset them"


def _confirmed() -> bool:
    try:
        return input("Go on? [y/N] ").strip().lower() in ("y", "yes")
    except EOFError:
        # Nobody is there to answer, as in a script without --yes.
        return False
