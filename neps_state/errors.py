"""The error dump: what the workers' crashes left for everyone to read."""

from __future__ import annotations

import json
from collections.abc import Collection, Iterable
from dataclasses import asdict, dataclass, field
from pathlib import Path
from typing import Any, ClassVar, TypeAlias

from neps_state.exceptions import NePSError
from neps_state.files import read_bytes, replace_file

_TEXTS = ("trial_id", "worker_id", "err_type", "err")
_FIELDS = frozenset({*_TEXTS, "tb"})


class SerializedError(NePSError):
    """An error of some worker, raised again here."""


@dataclass(frozen=True)
class SerializableTrialError:
    """One crash.

    Args:
        trial_id: The trial that crashed.
        worker_id: The worker that evaluated it.
        err_type: Name of the exception's class.
        err: Its text.
        tb: The traceback as the worker printed it.
    """

    trial_id: str
    worker_id: str
    err_type: str
    err: str
    tb: str | None

    def as_raisable(self) -> SerializedError:
        """The crash as an exception of this process."""
        return SerializedError(
            f"Trial {self.trial_id} crashed on {self.worker_id} with "
            f"{self.err_type}: {self.err}\n\n{self.tb or 'no traceback was kept'}"
        )


_Row: TypeAlias = SerializableTrialError


@dataclass
class ErrDump:
    """All crashes of a run, oldest first."""

    SerializableTrialError: ClassVar = SerializableTrialError

    errs: list[_Row] = field(default_factory=list)

    def append(self, err: _Row) -> None:
        """Add a crash."""
        self.errs.append(err)

    def __len__(self) -> int:
        return len(self.errs)

    def __bool__(self) -> bool:
        return bool(self.errs)

    def empty(self) -> bool:
        """Whether nothing has crashed."""
        return not self.errs

    def latest_err_as_raisable(self) -> SerializedError | None:
        """The newest crash as an exception, if there is one."""
        return self.errs[-1].as_raisable() if self.errs else None

    def of_trials(self, trial_ids: Collection[str]) -> ErrDump:
        """The crashes of these trials only."""
        return ErrDump([err for err in self.errs if err.trial_id in trial_ids])

    def without_trials(self, trial_ids: Collection[str]) -> ErrDump:
        """The crashes of all other trials."""
        return ErrDump([err for err in self.errs if err.trial_id not in trial_ids])


@dataclass(frozen=True, slots=True)
class ParsedErrors:
    """What a text of the error dump held.

    Args:
        errs: The rows that could be read.
        bad_lines: Numbers, from 1, of the lines that could not.
        torn: Whether the last line is one of them, as when a worker is writing it.
    """

    errs: tuple[SerializableTrialError, ...]
    bad_lines: tuple[int, ...]
    torn: bool


def parse_errors(data: bytes) -> ParsedErrors:
    """Read the error dump's text, leaving out what is not a row."""
    errs: list[SerializableTrialError] = []
    bad_lines: list[int] = []
    lines = data.split(b"\n")
    for number, line in enumerate(lines, start=1):
        if not line.strip():
            continue
        error = _parse_row(line)
        if error is None:
            bad_lines.append(number)
        else:
            errs.append(error)
    torn = bool(bad_lines) and bad_lines[-1] == len(lines)
    return ParsedErrors(tuple(errs), tuple(bad_lines), torn)


def _parse_row(line: bytes) -> SerializableTrialError | None:
    try:
        # From bytes it would guess at encodings that NePS does not read.
        row: Any = json.loads(line.decode())
    except (ValueError, RecursionError):
        return None
    if not isinstance(row, dict) or not isinstance(row.get("trial_id"), str):
        return None
    traceback = row.get("tb")
    texts = {name: row[name] if isinstance(row.get(name), str) else "" for name in _TEXTS}
    return SerializableTrialError(**texts, tb=traceback if isinstance(traceback, str) else None)


def lines_that_stop_neps(data: bytes) -> list[int]:
    """Numbers, from 1, of the lines at which NePS's own reading of the dump fails."""
    # NePS reads the dump as text, of which a carriage return ends a line too.
    lines = data.replace(b"\r\n", b"\n").replace(b"\r", b"\n").split(b"\n")
    if not lines[-1]:
        lines.pop()
    return [number for number, line in enumerate(lines, start=1) if not _is_read_by_neps(line)]


def _is_read_by_neps(line: bytes) -> bool:
    try:
        row: Any = json.loads(line.decode())
    except (ValueError, RecursionError):
        return False
    return isinstance(row, dict) and row.keys() == _FIELDS and _parse_row(line) is not None


def read_errors(path: Path) -> ErrDump:
    """The error dump at `path`; rows that cannot be read are left out.

    The caller holds the errors lock.
    """
    if not path.exists():
        return ErrDump()
    return ErrDump(list(parse_errors(read_bytes(path)).errs))


def add_errors(path: Path, errors: Iterable[SerializableTrialError]) -> None:
    """Add rows to the dump. Rows that cannot be read stay as they are.

    The caller holds the errors lock.
    """
    before = read_bytes(path) if path.exists() else b""
    rows = [json.dumps(asdict(error)).encode() for error in errors]
    if rows:
        replace_file(path, b"\n".join([*filter(None, [before.rstrip(b"\n")]), *rows]))


def drop_errors(path: Path, errors: Iterable[SerializableTrialError]) -> None:
    """Take rows out of the dump, each once and only those, if they are there.

    The caller holds the errors lock.
    """
    unwanted = list(errors)
    if not unwanted or not path.exists():
        return
    kept: list[bytes] = []
    found = False
    for line in read_bytes(path).split(b"\n"):
        error = _parse_row(line)
        if error is not None and error in unwanted:
            unwanted.remove(error)
            found = True
        elif line.strip():
            kept.append(line)
    if found:
        replace_file(path, b"\n".join(kept))


def rewrite_errors(path: Path) -> None:
    """Write the dump anew with the rows in it that can be read, so that NePS reads it.

    The caller holds the errors lock, and has kept the dump as it was.
    """
    rows = parse_errors(read_bytes(path)).errs
    replace_file(path, b"\n".join(json.dumps(asdict(row)).encode() for row in rows))
