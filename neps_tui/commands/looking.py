"""Commands that look at a run: status, trials, trial, errors, optimizer."""

from __future__ import annotations

import argparse
import csv
import math
import sys
import time
from collections.abc import Callable, Mapping, Sequence
from typing import Any

from neps_state import Trial
from neps_state.run_folders import runs_in_folder
from neps_tui.commands.about_optimizer import about_optimizer
from neps_tui.commands.about_trial import about_trial
from neps_tui.commands.choosing import choose, rungs_of
from neps_tui.commands.errors_by_kind import errors_by_kind
from neps_tui.commands.exit_status import CommandError, Exit
from neps_tui.commands.run_at import read_run
from neps_tui.facts import records
from neps_tui.facts.pace import Outlook
from neps_tui.facts.trial_fields import TrialFields
from neps_tui.view import RunView
from neps_tui.words.formatting import age, counted, date_and_time, duration, number, plain
from neps_tui.workers.activity import WorkerActivity
from neps_tui.workers.rows import worker_cells, worker_columns

Print = Callable[[str], None]
_MOST_OF_FRONT = 20


def status(arguments: argparse.Namespace) -> Exit:
    """Print the summary of a run once, or at each change; of a folder of runs, each in a line."""
    if arguments.watch:
        from neps_tui.commands.following import watch_status

        return watch_status(arguments)
    if arguments.json and (below := runs_in_folder(arguments.root)):
        for each in below:
            print(records.to_json(_status_of(read_run(each))))
        return Exit.DONE
    run = read_run(arguments.root)
    if arguments.json:
        print(records.to_json(_status_of(run), indent=1))
    else:
        _print_status(run, time.time())
    return Exit.DONE


def _status_of(run: RunView) -> dict[str, Any]:
    return records.status_record(run.snapshot, run.summary, time.time())


def trials(arguments: argparse.Namespace) -> Exit:
    """Print trials, chosen and sorted."""
    run = read_run(arguments.root)
    chosen = choose(run, arguments.state, arguments.where, arguments.sort)
    if arguments.limit is not None:
        chosen = chosen[: arguments.limit]
    if arguments.json:
        for trial in chosen:
            print(records.to_json(records.trial_record(trial, run.snapshot, run.summary)))
    elif arguments.csv:
        _print_csv([records.trial_record(each, run.snapshot, run.summary) for each in chosen])
    else:
        _print_trials(run, chosen)
    return Exit.DONE


def trial(arguments: argparse.Namespace) -> Exit:
    """Print one trial whole."""
    run = read_run(arguments.root)
    found = run.snapshot.trials.get(arguments.id)
    if found is None:
        there_are = rungs_of([arguments.id], run.snapshot.trials)
        raise CommandError(
            f"there is no trial {arguments.id} in {arguments.root}{there_are}", Exit.USAGE
        )
    record = records.trial_record(found, run.snapshot, run.summary)
    rows = [error for error in run.snapshot.errors if error.trial_id == found.id]
    traceback = found.report.tb if found.report else None
    record["err_type"] = rows[-1].err_type if rows else None
    record["tb"] = traceback or (rows[-1].tb if rows else None)
    if arguments.json:
        print(records.to_json(record, indent=1))
    else:
        _print_fields(_for_a_person(record))
        for line in about_trial(run, found, time.time()):
            print(line)
    return Exit.DONE


def _for_a_person(record: Mapping[str, Any]) -> dict[str, Any]:
    """A trial's record with times on the clock, and without what is said already."""
    shown = dict(record)
    for name in ("time_sampled", "time_started", "time_end"):
        moment = shown[name]
        if moment is not None and not math.isnan(moment):
            shown[name] = date_and_time(moment)
    if shown["raw_config"] == shown["config"]:
        del shown["raw_config"]
    return shown


def errors(arguments: argparse.Namespace) -> Exit:
    """Print the error dump: its rows for a script, the kinds of errors for a person."""
    run = read_run(arguments.root)
    if arguments.json:
        for error in run.snapshot.errors:
            print(records.to_json(records.error_record(error)))
    else:
        for line in errors_by_kind(run, time.time()):
            print(line)
    return Exit.DONE


def optimizer(arguments: argparse.Namespace) -> Exit:
    """Print who optimizes, within which budget, in which space."""
    run = read_run(arguments.root)
    if arguments.json:
        print(records.to_json(records.optimizer_record(run.snapshot, run.summary), indent=1))
        return Exit.DONE
    for line in about_optimizer(run, time.time()):
        print(line)
    _print_workers(run, time.time())
    for problem in run.snapshot.problems:
        print(plain(f"problem  {problem}"))
    return Exit.DONE


def _print_workers(run: RunView, now: float) -> None:
    """Print what each worker does, in a table as the dashboard has it."""
    activity = WorkerActivity()
    activity.follow(run.snapshot, run.summary)
    if activity.workers:
        rows = [worker_cells(activity.row(worker, now), now) for worker in activity.workers]
        labels = [column.label for column in worker_columns()]
        print()
        _print_table([labels, *([cell.text for cell in row] for row in rows)])


def _print_status(run: RunView, now: float) -> None:
    snapshot, summary = run.snapshot, run.summary
    info = snapshot.optimizer_info
    name = info["name"] if info else "optimizer unknown"
    print(plain(f"{snapshot.root}  {name}"))
    counts = [f"{count} {state}" for state, count in summary.counts.items() if count]
    print(f"trials      {', '.join(counts) or 'none yet'}; {summary.total} in all")
    if summary.best_id is not None:
        best = summary.incumbents[-1]
        when = "" if best.time is None else f", {age(now - best.time)}"
        print(plain(f"best        {number(best.objective)}  trial {best.trial_id}{when}"))
        record = records.status_record(snapshot, summary, now)["best"]["config"]
        print(plain("config      " + ", ".join(f"{k}={number(v)}" for k, v in record.items())))
    elif summary.objectives > 1:
        shown = list(summary.front)[:_MOST_OF_FRONT]
        more = len(summary.front) - len(shown)
        listed = ", ".join(shown) + (f" and {more} more" if more else "")
        print(plain(f"front       {counted(len(summary.front), 'trial')}: {listed}"))
    outlook = Outlook(summary, now)
    for limit in outlook.limits:
        whose = " by the worker with most left" if limit.per_worker else ""
        print(f"{limit.name:<11} {number(limit.used)} of {number(limit.allowed)}{whose}")
    ended = summary.last_report
    reported = "" if ended is None else f", last report {age(now - ended)}"
    workers = f"{summary.busy(now)} of {counted(len(summary.workers), 'worker')} busy"
    print(f"condition   {summary.condition(now)}, {workers}{reported}")
    if (end := outlook.end) is not None:
        print(f"done in     {duration(end[0])}, when the {end[1].name} are spent")
    for each in summary.evaluating:
        elapsed = "" if each.started is None else f" for {duration(now - each.started)}"
        standing, reason = each.standing_at(now), each.reason_at(now)
        note = "" if standing == "working" else f", {standing}"
        note += f": {reason}" if reason else ""
        print(plain(f"evaluating  {each.trial_id} on {each.worker_id}{elapsed}{note}"))
    if snapshot.errors:
        print(f"errors      {len(snapshot.errors)}; see neps-tui errors")
    for problem in snapshot.problems:
        print(plain(f"problem     {problem}"))


def _print_trials(run: RunView, chosen: Sequence[Trial]) -> None:
    keys = [each for each in run.summary.config_keys if each.varies] or list(
        run.summary.config_keys
    )
    fields = TrialFields(run.snapshot, run.summary)
    header = ["id", "state", "objective", *(each.name for each in keys), "worker", "took"]
    rows = [header]
    for each in chosen:
        values = [number(fields[key.key](each)) for key in keys]
        objective = each.report.objective_to_minimize if each.report else None
        rows.append(
            [
                each.metadata.id,
                each.metadata.state.value,
                number(objective),
                *values,
                each.metadata.evaluating_worker_id or "–",
                duration(fields["took"](each)),
            ]
        )
    _print_table(rows)


def _print_table(rows: Sequence[Sequence[str]]) -> None:
    """Print rows, of which the first are labels, in columns."""
    texts = [[plain(cell) for cell in row] for row in rows]
    widths = [max(len(row[column]) for row in texts) for column in range(len(rows[0]))]
    for row in texts:
        print(
            "  ".join(cell.ljust(width) for cell, width in zip(row, widths, strict=True)).rstrip()
        )


def _print_csv(rows: Sequence[Mapping[str, Any]]) -> None:
    flat = [records.flat_record(row) for row in rows]
    columns = list(dict.fromkeys(name for row in flat for name in row))
    names = columns or list(records.TRIAL_FIELDS)
    writer = csv.DictWriter(sys.stdout, names, restval="", lineterminator="\n")
    writer.writeheader()
    writer.writerows(flat)


def _print_fields(record: Mapping[str, Any], indent: str = "") -> None:
    """Print a record as a person reads it: nested mappings indented, texts in full."""
    width = max((len(name) for name in record), default=0)
    for name, value in record.items():
        if isinstance(value, Mapping) and value:
            print(plain(f"{indent}{name}"))
            _print_fields({str(key): item for key, item in value.items()}, indent + "  ")
        elif isinstance(value, str) and "\n" in value:
            text = plain(value.rstrip(), newlines=True).replace("\n", f"\n{indent}    ")
            print(f"{indent}{plain(name)}\n{indent}    {text}")
        else:
            print(plain(f"{indent}{name.ljust(width)}  {_inline(value)}"))


def _inline(value: Any) -> str:
    if isinstance(value, list | tuple) and any(isinstance(each, Mapping) for each in value):
        return records.to_json(value)
    if isinstance(value, Mapping):
        return "–"
    return number(value, digits=6)
