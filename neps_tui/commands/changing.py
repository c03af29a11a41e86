"""Commands that change a run: they tell, ask, do it under the locks, and report."""

from __future__ import annotations

import argparse
import json
import math
import sys
import time
from collections.abc import Sequence
from pathlib import Path

from neps_state import LockFailedError, NePSError, NePSState, NothingToUndoError, State, Trial
from neps_state.config_form import ConfigError
from neps_tui.changes.plan import Plan
from neps_tui.commands.asking import confirmed, need_leave_to_write
from neps_tui.commands.choosing import choose, rungs_of
from neps_tui.commands.exit_status import CommandError, Exit
from neps_tui.commands.run_at import read_run
from neps_tui.view import RunView
from neps_tui.words.formatting import plain


def reset(arguments: argparse.Namespace) -> Exit:
    """Put trials back to pending."""
    from neps_tui.changes.resetting import plan_reset

    asked = (arguments.ids, arguments.state or arguments.where, arguments.abandoned)
    if sum(map(bool, asked)) != 1:
        usage = "name trials, or else give --state S, --where EXPR, or --abandoned"
        raise CommandError(usage, Exit.USAGE)
    view = read_run(arguments.root)
    chosen = _chosen(view, arguments)
    if not chosen:
        return _nothing(f"no trial matches{_doubtful(view, arguments)}")
    return _carry_out(plan_reset(view, chosen, now=time.time()), arguments)


def remove(arguments: argparse.Namespace) -> Exit:
    """Take trials out of the run."""
    from neps_tui.changes.removing import plan_remove

    _need_names_or_filter(arguments)
    view = read_run(arguments.root)
    chosen = _chosen(view, arguments)
    if not chosen:
        return _nothing("no trial matches")
    return _carry_out(plan_remove(view, chosen, now=time.time()), arguments)


def report(arguments: argparse.Namespace) -> Exit:
    """Tell how the evaluation of a trial ended."""
    from neps_tui.changes.form import FormError
    from neps_tui.changes.reporting import plan_report

    view = read_run(arguments.root)
    (trial,) = _named(view, arguments, [arguments.id])
    try:
        plan = plan_report(
            view,
            trial,
            objective=arguments.objective or (),
            message=arguments.crashed,
            cost=arguments.cost,
            now=time.time(),
        )
    except FormError as error:
        raise CommandError(f"{error}; nothing was changed", Exit.USAGE) from error
    return _carry_out(plan, arguments)


def mark(arguments: argparse.Namespace) -> Exit:
    """Mark trials as not to be trusted."""
    from neps_tui.changes.reporting import plan_mark

    _need_names_or_filter(arguments)
    view = read_run(arguments.root)
    chosen = _chosen(view, arguments)
    if not chosen:
        return _nothing("no trial matches")
    plan = plan_mark(
        view, chosen, State.FAILED if arguments.failed else State.CORRUPTED, now=time.time()
    )
    return _carry_out(plan, arguments)


def enqueue(arguments: argparse.Namespace) -> Exit:
    """Have a config evaluated next."""
    from neps_tui.changes.enqueueing import form_of, plan_enqueue

    view = read_run(arguments.root)
    if arguments.like is not None:
        _named(view, arguments, [arguments.like])
    given = _mapping(arguments.config)
    try:
        form = form_of(view, arguments.like)
        config = form.config(given)
    except ConfigError as error:
        raise CommandError(f"--config: {error}; nothing was changed", Exit.USAGE) from error
    assumed = {
        field.name
        for field in form.fields
        if field.is_fidelity and arguments.like is None and not {field.name, field.key} & set(given)
    }
    return _carry_out(plan_enqueue(view, config, assumed), arguments)


def import_evaluations(arguments: argparse.Namespace) -> Exit:
    """Bring in evaluations made elsewhere."""
    from neps_tui.changes.evaluations import EvaluationsError, read_evaluations
    from neps_tui.changes.importing import plan_import

    view = read_run(arguments.root)
    try:
        found = read_evaluations(arguments.file, view)
    except (EvaluationsError, ConfigError) as error:
        raise CommandError(str(error), Exit.USAGE) from error
    return _carry_out(plan_import(view, found), arguments)


def budget(arguments: argparse.Namespace) -> Exit:
    """Change the limits of the whole run."""
    from neps_tui.changes.budgeting import plan_budget
    from neps_tui.changes.form import FormError

    view = read_run(arguments.root)
    names = ("evaluations", "cost", "fidelities")
    limits = {
        name: None if limit == math.inf else limit
        for name in names
        if (limit := getattr(arguments, name)) is not None
    }
    if not limits:
        return _print_budget(view)
    try:
        return _carry_out(plan_budget(view, limits), arguments)
    except FormError as error:
        raise CommandError(f"{error}; nothing was changed", Exit.REFUSED) from error


def _print_budget(view: RunView) -> Exit:
    from neps_tui.commands.about_optimizer import about_budget

    for line in about_budget(view, time.time()):
        print(line)
    return Exit.DONE


def errors(arguments: argparse.Namespace) -> Exit:
    """Print the error dump, or drop the rows in it that are about nothing any more."""
    from neps_tui.changes.clearing import plan_clear
    from neps_tui.commands.looking import errors as print_errors

    if not arguments.clear:
        return print_errors(arguments)
    return _carry_out(plan_clear(read_run(arguments.root)), arguments)


def undo(arguments: argparse.Namespace) -> Exit:
    """Take back a change of this program, or list them."""
    from neps_state.history import History
    from neps_state.layout import RunLayout
    from neps_tui.changes.undoing import Past, history_lines, plan_undo

    view = read_run(arguments.root)
    past = Past.read(History(RunLayout(arguments.root.resolve())), view.snapshot)
    if not arguments.list:
        return _carry_out(plan_undo(view, past, arguments.change, now=time.time()), arguments)
    for line in history_lines(past):
        print(plain(line))
    return Exit.DONE if past.changes else _nothing("this program has changed nothing in this run")


# --- telling, asking, doing ----------------------------------------------------------------------


def _carry_out(plan: Plan, arguments: argparse.Namespace) -> Exit:
    for line in (*plan.lines, *plan.risks):
        print(plain(line))
    if plan.nothing is not None:
        return _nothing(plan.nothing)
    need_leave_to_write(dry_run=arguments.dry_run)
    if plan.refusal is not None:
        raise CommandError(f"{plan.refusal}; nothing was changed", Exit.REFUSED)
    if arguments.dry_run:
        needs_force = plan.objection is not None and not arguments.force
        if needs_force:
            print("without --force this would be refused")
        print("dry run: nothing was changed")
        return Exit.REFUSED if needs_force else Exit.DONE
    if plan.objection is not None and not arguments.force:
        raise CommandError(
            f"{plan.objection}; nothing was changed. "
            f"Give --force to {plan.what.partition(' ')[0]} all the same, or leave it out",
            Exit.REFUSED,
        )
    if not (arguments.yes or confirmed(sys.stdout)):
        print("nothing was changed", file=sys.stderr)
        return Exit.REFUSED
    return _make(plan, arguments)


def _make(plan: Plan, arguments: argparse.Namespace) -> Exit:
    try:
        state = NePSState.create_or_load(arguments.root, load_only=True)
        outcome = plan.make(state.with_lock_timeout(arguments.timeout), arguments.force)
    except LockFailedError as error:
        raise CommandError(str(error), Exit.NO_LOCK) from error
    except NothingToUndoError as error:
        raise CommandError(str(error), Exit.NOTHING_MATCHED) from error
    except NePSError as error:
        raise CommandError(str(error), Exit.REFUSED) from error
    except OSError as error:
        raise CommandError(_failed(error, arguments.root), Exit.REFUSED) from error
    if outcome.change_id is not None:
        done = f": {', '.join(outcome.done)}" if outcome.done else ""
        print(plain(f"{plan.done}{done}"))
        if plan.is_undoable:
            print(plain(f"to take it back: neps-tui undo {arguments.root}"))
    for reason in outcome.refused.values():
        print(plain(f"left as it is: {reason}"), file=sys.stderr)
    return Exit.REFUSED if outcome.refused else Exit.DONE


def _failed(error: OSError, root: Path) -> str:
    """What a failing disk or a missing right has left."""
    from neps_state.history import History
    from neps_state.layout import RunLayout

    reason = error.strerror or str(error)
    place = f" ({error.filename})" if error.filename else ""
    if History(RunLayout(root)).begun():
        left = f"what was begun is finished or taken back by neps-tui doctor {root} --fix"
    else:
        left = "nothing was changed"
    return f"{reason}{place}; {left}"


def _nothing(why: str) -> Exit:
    print(plain(f"nothing was changed: {why}"), file=sys.stderr)
    return Exit.NOTHING_MATCHED


# --- what is asked -------------------------------------------------------------------------------


def _need_names_or_filter(arguments: argparse.Namespace) -> None:
    if bool(arguments.ids) == bool(arguments.state or arguments.where):
        raise CommandError("name trials, or else give --state S or --where EXPR", Exit.USAGE)


def _chosen(view: RunView, arguments: argparse.Namespace) -> Sequence[Trial]:
    if arguments.ids:
        return _named(view, arguments, arguments.ids)
    if getattr(arguments, "abandoned", False):
        return _named(view, arguments, view.summary.abandoned)
    return choose(view, arguments.state, arguments.where)


def _named(
    view: RunView, arguments: argparse.Namespace, trial_ids: Sequence[str]
) -> Sequence[Trial]:
    trials = view.snapshot.trials
    unknown = [each for each in trial_ids if each not in trials]
    if unknown:
        raise CommandError(
            f"there is no trial {', '.join(unknown)} in {arguments.root}"
            f"{rungs_of(unknown, trials)}; nothing was changed",
            Exit.NOTHING_MATCHED,
        )
    return [trials[each] for each in dict.fromkeys(trial_ids)]


def _mapping(text: str) -> dict[str, object]:
    try:
        given = json.loads(text)
    except (ValueError, RecursionError) as error:
        raise CommandError(
            f"--config is no JSON: {error}; nothing was changed", Exit.USAGE
        ) from error
    if not isinstance(given, dict):
        raise CommandError('--config is a JSON object, as in {"learning_rate": 0.01}', Exit.USAGE)
    return given


def _doubtful(view: RunView, arguments: argparse.Namespace) -> str:
    """Trials that may have been abandoned, for who asked for those that certainly have."""
    now = time.time()
    doubtful = [
        f"{each.trial_id} ({each.standing_at(now)})"
        for each in view.summary.evaluating
        if each.standing_at(now) != "working"
    ]
    if not arguments.abandoned or not doubtful:
        return ""
    return f". In doubt are {', '.join(doubtful)}: name them, with --force, to reset them"
