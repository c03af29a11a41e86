"""What kind of error ended a trial: the name of the exception's class."""

from __future__ import annotations

import re

from neps_state import Trial
from neps_state.stand_in import class_name_of

_MOST_READ = 50_000
"""Characters from the end of a traceback in which its last line is looked for."""
_BEGIN = "Traceback (most recent call last)"


def error_kind(trial: Trial) -> str:
    """The class of the error that a trial reported; empty where nothing tells it."""
    report = trial.report
    kind = "" if report is None or report.err is None else class_name_of(report.err)
    if kind not in ("", "Exception"):
        return kind
    # From a text file an error comes without its class.
    return last_line_type((None if report is None else report.tb) or "") or kind


def last_line_type(traceback: str) -> str:
    """The class of the error by the last line that names one; empty if none does."""
    for line in reversed(traceback[-_MOST_READ:].splitlines()):
        match = re.match(r"(?:[A-Za-z_][\w.]*\.)?([A-Za-z_]\w*)(?::|$)", line[:300])
        if match is not None and not line.startswith(_BEGIN):
            return match[1]
    return ""
