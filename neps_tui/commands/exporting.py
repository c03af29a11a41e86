"""The command that writes a run into one file: for spreadsheets, notebooks, other programs."""

from __future__ import annotations

import argparse
import csv
import io
import json
from collections.abc import Callable
from pathlib import Path

from neps_state.files import replace_file
from neps_state.table import Table, table_of
from neps_tui.commands.choosing import choose
from neps_tui.commands.exit_status import CommandError, Exit
from neps_tui.commands.run_at import read_run
from neps_tui.facts.records import jsonable
from neps_tui.words.formatting import counted, plain


def export(arguments: argparse.Namespace) -> Exit:
    """Write the chosen trials into a file whose name tells the format."""
    place: Path = arguments.file
    written = _FORMATS.get(place.suffix)
    if written is None:
        known = ", ".join(_FORMATS)
        raise CommandError(
            f"{place.name}: the end of its name tells the format, one of {known}", Exit.USAGE
        )
    run = read_run(arguments.root)
    chosen = choose(run, arguments.state, arguments.where)
    if not chosen:
        raise CommandError("no trial to export; nothing was written", Exit.NOTHING_MATCHED)
    try:
        replace_file(place, written(table_of(chosen)))
    except OSError as error:
        reason = error.strerror or str(error)
        raise CommandError(
            f"cannot write {place}: {reason}; nothing was written", Exit.REFUSED
        ) from error
    print(plain(f"{counted(len(chosen), 'trial')} in {place}"))
    return Exit.DONE


def _csv(table: Table) -> bytes:
    """As NePS writes it: duplicate columns and all, nothing for what is missing."""
    text = io.StringIO()
    writer = csv.writer(text, lineterminator="\n")
    writer.writerow(table.columns)
    writer.writerows(table.rows)
    return text.getvalue().encode(errors="backslashreplace")


def _json_lines(table: Table) -> bytes:
    lines = (json.dumps(jsonable(record), allow_nan=False) for record in table.records())
    return "".join(f"{line}\n" for line in lines).encode()


def _parquet(table: Table) -> bytes:
    try:
        import pyarrow
        from pyarrow import parquet
    except ImportError as error:
        raise CommandError(
            "Parquet needs pyarrow (pip install pyarrow); nothing was written",
            Exit.USAGE,
        ) from error
    columns = {}
    for name, values in zip(table.columns, zip(*table.rows, strict=True), strict=True):
        try:
            columns[name] = pyarrow.array(values)
        except (pyarrow.ArrowException, OverflowError, TypeError):
            # A choice between a number and a text, say: a column has one type.
            columns[name] = pyarrow.array(
                [None if each is None else json.dumps(jsonable(each)) for each in values]
            )
    buffer = io.BytesIO()
    parquet.write_table(pyarrow.table(columns), buffer)
    return buffer.getvalue()


_FORMATS: dict[str, Callable[[Table], bytes]] = {
    ".csv": _csv,
    ".jsonl": _json_lines,
    ".parquet": _parquet,
}
