"""Values as a person at a terminal reads them.

Pure functions from values to text, and the one gate through which text from a run
has to pass before it may reach the terminal: `plain`.
"""

from __future__ import annotations

import math
import re
from collections.abc import Sequence
from datetime import datetime
from decimal import Decimal

from rich.cells import cell_len

MISSING = "–"
"""Stands for a value that is not there."""

_ESCAPES_AND_CONTROLS = re.compile(
    r"""
      (?P<sequence>
          (?: \x1b\[ | \x9b ) [0-?]* [ -/]* [@-~]                        # CSI: colours, cursor
        | (?: \x1b\] | \x9d ) [^\x07\x1b\x9c]* (?: \x07 | \x1b\\ | \x9c )  # OSC: title, links
        | (?: \x1b[PX^_] | [\x90\x98\x9e\x9f] ) [^\x1b\x9c]* (?: \x1b\\ | \x9c )
        | \x1b [ -/]+ [0-~]                                              # character sets
        | \x1b [0-OQ-WYZ\\`-~]                                           # two-character escapes
      )
    | (?P<newline> \r\n | [\n\r\v\f\x85\u2028\u2029] )
    | (?P<tab> \t )
    | (?P<direction> [\u061c\u200e\u200f\u202a-\u202e\u2066-\u2069] )
    | (?P<control> [\x00-\x1f\x7f-\x9f\ud800-\udfff] )
    """,
    re.VERBOSE,
)

_ASCII = str.maketrans(
    {"·": "|", "–": "-", "…": "~", "∞": "inf", "×": "x", "±": "+-", "→": "->", "←": "<-"}
)

_NUMBER = re.compile(r"(?P<whole>[-+]?\d+)(?P<fraction>(?:\.\d*)?(?:e[-+]?\d+)?)")


def plain(text: str, *, newlines: bool = False) -> str:
    r"""Make text from a run inert for a terminal.

    Escape sequences and characters that turn the direction of text are removed; every
    other control character is replaced by a picture of itself, so that it is seen but
    does nothing.

    Args:
        text: Any text, however hostile.
        newlines: Keep line breaks, as `\n`, and the width of tabs; otherwise both
            become one space.

    Returns:
        Text without control characters, other than `\n` if `newlines`.
    """
    if text.isprintable():
        return text

    def inert(match: re.Match[str]) -> str:
        kind = match.lastgroup
        if kind == "newline":
            return "\n" if newlines else " "
        if kind == "tab":
            return "    " if newlines else " "
        if kind == "control":
            return _picture(match.group())
        return ""

    return _ESCAPES_AND_CONTROLS.sub(inert, text)


def _picture(control: str) -> str:
    code = ord(control)
    if code < 0x20:
        return chr(0x2400 + code)
    return "␡" if code == 0x7F else "\ufffd"


def to_ascii(text: str) -> str:
    """Write text with ASCII characters only, for terminals that have no others."""
    return text.translate(_ASCII).encode("ascii", "replace").decode("ascii")


def shorten_middle(text: str, width: int, ellipsis: str = "…") -> str:
    """Shorten text in its middle: both ends of a name tell it from others.

    Args:
        text: The text.
        width: Cells that it may take.
        ellipsis: The single-cell sign for what was left out.

    Returns:
        The text, or its two ends around the ellipsis, in at most `width` cells.
    """
    if cell_len(text) <= width:
        return text
    if width <= 0:
        return ""
    tail = (width - 1) // 2
    return _head(text, width - 1 - tail) + ellipsis + _head(text[::-1], tail)[::-1]


def _head(text: str, width: int) -> str:
    """As much of the start of `text` as fits into `width` cells."""
    head = text[:width]
    while cell_len(head) > width:
        head = head[:-1]
    return head


def duration(seconds: float | None) -> str:
    """Say how long something took: `7.9 s`, `42 s`, `4 min`, `3 h 20`, `2 d 4 h`."""
    if seconds is None or math.isnan(seconds):
        return MISSING
    if seconds < 0:
        return "-" + duration(-seconds)
    if math.isinf(seconds):
        return "∞"
    if seconds < 0.0995:
        return f"{round(seconds * 1000)} ms" if seconds else "0 s"
    if seconds < 9.95:
        return f"{seconds:.1f} s"
    if seconds < 59.5:
        return f"{round(seconds)} s"
    minutes = round(seconds / 60)
    if minutes < 60:
        return f"{minutes} min"
    if minutes < 24 * 60:
        hours, minutes = divmod(minutes, 60)
        return f"{hours} h {minutes:02}" if minutes else f"{hours} h"
    days, hours = divmod(round(seconds / 3600), 24)
    return f"{days} d {hours} h" if hours and days < 100 else f"{days} d"


def clock(seconds: float | None) -> str:
    """Say how long something has been running: `01:12`, `1:02:09`, `2 d 03:04`."""
    if seconds is None or not math.isfinite(seconds):
        return MISSING
    minutes, second = divmod(int(max(seconds, 0)), 60)
    hours, minute = divmod(minutes, 60)
    if not hours:
        return f"{minute:02}:{second:02}"
    if hours < 24:
        return f"{hours}:{minute:02}:{second:02}"
    days, hour = divmod(hours, 24)
    return f"{days} d {hour:02}:{minute:02}"


def date_and_time(moment: float, *, tenths: bool = False, date: bool = True) -> str:
    """Say when something was, by the clock of this machine: `2026-11-23 14:07:31`.

    Args:
        moment: Seconds since the epoch; where no calendar goes as far, they are said themselves.
        tenths: Whether to say the tenth of a second too.
        date: Whether to say the day.
    """
    try:
        when = datetime.fromtimestamp(moment)
        tenth = f".{when.microsecond // 100_000}" if tenths else ""
        day = f"{when:%Y-%m-%d} " if date else ""
        return f"{day}{when:%H:%M:%S}{tenth}"
    except (OverflowError, ValueError, OSError):
        return f"{number(moment)} s since 1970"


def few_of(names: Sequence[str], most: int = 6) -> str:
    """The first few of many names, as in `1, 2, 3 and 9 more`."""
    more = len(names) - most
    return ", ".join(names[:most]) + (f" and {more} more" if more > 0 else "")


def counted(count: int, one: str, many: str | None = None) -> str:
    """How many of something, as in `1 trial` and `3 trials`."""
    return f"{count} {one}" if count == 1 else f"{count} {many or one + 's'}"


def age(seconds: float | None) -> str:
    """Say how long ago something was: `just now`, `12 s ago`, `4 min ago`, `2 d ago`.

    Counts whole units only, so that an age never runs ahead of the clock. The future is
    `just now`: clocks of machines differ.
    """
    if seconds is None or not math.isfinite(seconds):
        return MISSING
    if seconds < 3:
        return "just now"
    for unit, length in (("d", 86_400), ("h", 3_600), ("min", 60)):
        if seconds >= length:
            return f"{int(seconds // length)} {unit} ago"
    return f"{int(seconds)} s ago"


def number(value: object, digits: int = 4) -> str:
    """Write a value of a trial with as many significant digits as are worth reading.

    Args:
        value: A number; a list of numbers; or any other value of a hyperparameter.
        digits: Significant digits of a number that is not whole. Digits before the
            decimal point are all kept below a million.

    Returns:
        For example `0.1309`, `27`, `1e-5`, `nan`, `∞`, `0.483, 4.56`, `true`, `–`.
    """
    if value is None:
        return MISSING
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, int):
        return _integer(value, digits)
    if isinstance(value, float):
        return _real(value, digits)
    if isinstance(value, list | tuple):
        return ", ".join(number(item, digits) for item in value)
    return plain(str(value))


def _integer(value: int, digits: int) -> str:
    if value.bit_length() <= 64:
        return str(value)
    return _exponent(f"{Decimal(value):.{digits - 1}e}")


def _real(value: float, digits: int) -> str:
    if math.isnan(value):
        return "nan"
    if math.isinf(value):
        return "∞" if value > 0 else "-∞"
    if value == 0:
        return "0"
    scientific = f"{value:.{digits - 1}e}"
    exponent = int(scientific.partition("e")[2])
    if not -5 < exponent < 6:
        return _exponent(scientific)
    return _bare(f"{value:.{max(digits - 1 - exponent, 0)}f}")


def _exponent(scientific: str) -> str:
    mantissa, _, exponent = scientific.partition("e")
    return f"{_bare(mantissa)}e{int(exponent)}"


def _bare(decimals: str) -> str:
    """A decimal number without its trailing zeros."""
    return decimals.rstrip("0").rstrip(".") if "." in decimals else decimals


def decimal_parts(text: str) -> tuple[str, str] | None:
    """Split a number at its decimal point, for alignment.

    Returns:
        What stands before the point, and the rest with the point and any exponent; or
        None if the text is not a finite number.
    """
    if match := _NUMBER.fullmatch(text):
        return match["whole"], match["fraction"]
    return None


def percent(part: float, whole: float) -> str:
    """Say how much of the whole a part is: `20 %`; neither `0 %` nor `100 %` if inexact."""
    if not whole or not math.isfinite(part / whole):
        return MISSING
    share = 100 * part / whole
    if 0 < share < 1:
        return "<1 %"
    if 99 < share < 100:
        return ">99 %"
    return f"{round(share)} %"


def bar(fraction: float | None, width: int, ascii: bool = False) -> str:
    """Draw how far something is.

    Args:
        fraction: From 0 to 1, cut off beyond; None or NaN if not known, drawn as empty.
        width: Cells to fill exactly.
        ascii: Draw with ASCII characters only.

    Returns:
        The bar, `width` cells wide.
    """
    if fraction is None or math.isnan(fraction):
        fraction = 0.0
    fraction = min(max(fraction, 0.0), 1.0)
    width = max(width, 0)
    if ascii:
        full = _steps(fraction, width)
        return "#" * full + "." * (width - full)
    full, eighths = divmod(_steps(fraction, width * 8), 8)
    partial = " ▏▎▍▌▋▊▉"[eighths] if eighths else ""
    return "█" * full + partial + "░" * (width - full - len(partial))


def _steps(fraction: float, steps: int) -> int:
    """Steps of a bar to fill: none only for nothing, all only for everything."""
    if 0 < fraction < 1 and steps > 1:
        return min(max(round(fraction * steps), 1), steps - 1)
    return round(fraction * steps)
