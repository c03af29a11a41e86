"""Findings as rows of a table, and the chosen one in words."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from neps_tui.doctor.finding import Finding, Severity
from neps_tui.widgets.columns import Cell, Column
from neps_tui.words.formatting import age, counted, plain
from neps_tui.words.states import StateLook
from neps_tui.words.text_lines import Line, Part, wrapped

LOOKS = {
    Severity.ERROR: StateLook("✖", "x", "error", "text-error"),
    Severity.WARNING: StateLook("⚠", "!", "warning", "text-warning"),
    Severity.NOTE: StateLook("·", ".", "note", "text-muted"),
}
_MOST_DETAILS = 200
_LABEL_WIDTH = 8
_NO_RISK = "none: what it writes over or takes away is kept"
_FAINT = "$foreground-muted"


def finding_columns(narrow: bool) -> tuple[Column, ...]:
    """The columns of a table of findings.

    Args:
        narrow: Whether there is little room: then the kind, which the chosen finding has for its
            title, comes last.
    """
    severity = Column("severity", "severity")
    kind = Column("kind", "kind", max_width=28)
    message = Column("message", "what is wrong", max_width=240)
    return (severity, message, kind) if narrow else (severity, kind, message)


def finding_cells(finding: Finding, *, narrow: bool, ascii: bool) -> tuple[Cell, ...]:
    """The cells of one finding, for these columns.

    Args:
        finding: The finding.
        narrow: Whether there is little room.
        ascii: Whether only ASCII may be drawn.
    """
    look = LOOKS[finding.severity]
    severity = Cell(f"{look.sign(ascii)} {look.word}", look.colour)
    kind, message = Cell(finding.kind, "text-muted"), Cell(finding.message)
    return (severity, message, kind) if narrow else (severity, kind, message)


def finding_lines(finding: Finding, width: int) -> list[Line]:
    """All that is told of a finding, as lines.

    Args:
        finding: The finding.
        width: Cells that a line may take.
    """
    about = [("effect", finding.effect), ("remedy", finding.remedy)]
    if finding.is_mendable:
        about[1:] = [("mend", f"F, or {finding.remedy}"), ("risk", _NO_RISK)]
    details = [*finding.details[:_MOST_DETAILS]]
    if len(finding.details) > _MOST_DETAILS:
        details.append(f"and {len(finding.details) - _MOST_DETAILS} more")
    return [
        *([(line, "bold")] for line in _wrapped(f"{finding.message}.", width)),
        [],
        *(line for label, text in about for line in _labelled(label, f"{text}.", width)),
        *([[]] if details else []),
        *([(line, "")] for detail in details for line in _wrapped(detail, width)),
    ]


def _labelled(label: str, text: str, width: int) -> Iterator[Line]:
    """A text beside its label, indented below it where it takes several lines."""
    for at, line in enumerate(_wrapped(text, max(width - _LABEL_WIDTH, _LABEL_WIDTH))):
        yield [(("" if at else label).ljust(_LABEL_WIDTH), _FAINT), (line, "")]


def _wrapped(text: str, width: int) -> Iterator[str]:
    return (line.lstrip() for line in wrapped(plain(text), width))


def findings_in_short(
    findings: Sequence[Finding] | None, *, is_looking: bool, age_of_look: float
) -> Iterator[Part]:
    """What was found, in a line.

    Args:
        findings: What was found; None if nobody has looked yet.
        is_looking: Whether the run is being examined.
        age_of_look: Seconds since it last was.
    """
    if findings is not None:
        counts = [
            (severity, sum(finding.severity is severity for finding in findings))
            for severity in Severity
        ]
        if not findings:
            yield "Nothing is wrong", "bold $text-success"
        for at, (severity, count) in enumerate(each for each in counts if each[1]):
            yield " · " if at else "", _FAINT
            yield counted(count, severity.value), f"bold {LOOKS[severity].colour_style}"
        yield f" · looked {age(age_of_look)}", _FAINT
    if is_looking:
        yield " · looking …" if findings is not None else "Looking …", _FAINT
