"""The files of a trial's directory as rows of a table."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import PurePosixPath

from neps_tui.trial.directory import Entry, EntryKind, Listing, size_text
from neps_tui.widgets.columns import Cell, Column
from neps_tui.words.formatting import age, plain

FILE_COLUMNS = (
    Column("name", "name", max_width=60),
    Column("size", "size", "right"),
    Column("changed", "changed", "right"),
    Column("kind", ""),
)


def file_cells(entry: Entry, now: float) -> tuple[Cell, ...]:
    """One file or directory (`now` in seconds since the epoch)."""
    is_directory = entry.kind is EntryKind.DIRECTORY
    name = "  " * entry.depth + PurePosixPath(entry.place).name + ("/" if is_directory else "")
    return (
        Cell(name, "text-muted" if is_directory else ""),
        Cell("" if is_directory else size_text(entry.size)),
        Cell(age(now - entry.modified), "text-muted"),
        Cell("" if entry.kind in (EntryKind.FILE, EntryKind.DIRECTORY) else entry.kind.value),
    )


def said_of(listing: Listing) -> str:
    """How much there is, in words; empty before anything is known."""
    if listing.problem:
        return ""
    more = "+" if listing.left_out else ""
    count = "1 file" if listing.files == 1 and not more else f"{listing.files}{more} files"
    return f"{count}, {size_text(listing.bytes)}{more}"


def file_lines(listing: Listing, now: float) -> Iterator[str]:
    """A directory as lines of text, for the command line."""
    yield plain(str(listing.directory))
    if listing.problem:
        yield listing.problem
    rows = [[plain(cell.text) for cell in file_cells(each, now)] for each in listing.entries]
    widths = [max((len(row[at]) for row in rows), default=0) for at in range(len(FILE_COLUMNS))]
    for name, size, changed, kind in rows:
        line = f"{name:<{widths[0]}}  {size:>{widths[1]}}  {changed:>{widths[2]}}  {kind}"
        yield line.rstrip()
    if listing.left_out:
        yield "… there is more"
