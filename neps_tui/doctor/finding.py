"""What is wrong with a run: single symptoms, and what is told of all that are of one kind."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum


class Severity(StrEnum):
    """How much a finding matters, the worst first."""

    ERROR = "error"
    """NePS workers or users are harmed by it."""
    WARNING = "warning"
    """Somebody should look."""
    NOTE = "note"
    """Good to know."""


@dataclass(frozen=True, slots=True)
class Symptom:
    """One thing that looks wrong; equal to another one only if nothing about it has changed.

    Args:
        kind: Its kind; see `neps_tui.doctor.kinds`.
        subject: What it is about: a trial's id, or a path relative to the run.
        what: What is wrong, in a sentence without its full stop.
        trial_id: The trial that it is about, if any.
        explains: Ids of trials whose files disagree because of it, and will not once it is mended.
    """

    kind: str
    subject: str
    what: str
    trial_id: str | None = None
    explains: frozenset[str] = frozenset()


@dataclass(frozen=True, slots=True)
class Finding:
    """All that is wrong in one way.

    Args:
        kind: Which way, in a word that scripts may rely on.
        severity: How much it matters.
        message: What is wrong, in one sentence.
        effect: What that does to the run, in one sentence.
        remedy: What mends it, or what a person could do.
        subjects: What it is about: ids of trials, or paths relative to the run.
        trials: Ids of the trials that it is about.
        details: What is wrong with each, where there are several.
        is_mendable: Whether `--fix` mends it.
        was_mended: Whether it has.
    """

    kind: str
    severity: Severity
    message: str
    effect: str
    remedy: str
    subjects: tuple[str, ...] = ()
    trials: tuple[str, ...] = ()
    details: tuple[str, ...] = ()
    is_mendable: bool = False
    was_mended: bool = False

    def record(self) -> dict[str, object]:
        """The finding as a record for scripts."""
        return {
            "kind": self.kind,
            "severity": self.severity.value,
            "message": self.message,
            "effect": self.effect,
            "trials": list(self.trials),
            "mend": self.remedy,
            "mended": self.was_mended,
        }
