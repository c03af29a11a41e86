"""What a command came to."""

from __future__ import annotations

import contextlib
import io
import json
import sys
from typing import Any

from neps_tui.cli import main


class Outcome:
    """What a command printed, and how it ended."""

    def __init__(self, *arguments: object, answer: str = "") -> None:
        out, err = io.StringIO(), io.StringIO()
        before, sys.stdin = sys.stdin, io.StringIO(answer)
        try:
            with contextlib.redirect_stdout(out), contextlib.redirect_stderr(err):
                self.status = main([str(each) for each in arguments])
        except SystemExit as end:
            self.status = int(str(end.code))
        finally:
            sys.stdin = before
        self.output, self.error = out.getvalue(), err.getvalue()

    @property
    def findings(self) -> list[dict[str, Any]]:
        found: list[dict[str, Any]] = json.loads(self.output)["findings"]
        return found
