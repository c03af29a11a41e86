"""What a Markdown file consists of: fences, sections, links; as much of it as our own pages use."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

_FENCE = re.compile(r"^```(\w*)([^\n]*)\n(.*?)^```$", re.MULTILINE | re.DOTALL)
_HEADING = re.compile(r"^#+ (.+)$", re.MULTILINE)
_LINK = re.compile(r"\[[^\]]*\]\(([^)\s]+)\)")
_CODE = re.compile(r"``? ?([^`]+?) ?``?")


@dataclass(frozen=True, slots=True)
class Fence:
    """A block of code.

    Args:
        path: The file that it stands in.
        line: The line of the file that it begins in.
        language: What follows the fence.
        info: What follows the language.
        text: The code.
    """

    path: Path
    line: int
    language: str
    info: str
    text: str

    def __str__(self) -> str:
        return f"{self.path.parent.name}/{self.path.name}:{self.line}"


def fences_of(path: Path) -> Iterator[Fence]:
    """The blocks of code of a file."""
    text = path.read_text(encoding="utf-8")
    for found in _FENCE.finditer(text):
        line = text.count("\n", 0, found.start()) + 1
        yield Fence(path, line, found[1], found[2].strip(), found[3])


def sections_of(path: Path) -> dict[str, str]:
    """The text below each heading of a file, up to the next one; a line break is a blank."""
    _, *parts = _HEADING.split(prose_of(path))
    return dict(zip(parts[::2], map(_joined, parts[1::2]), strict=True))


def _joined(text: str) -> str:
    """A text whose paragraphs are one line each."""
    return re.sub(r"(?<!\n)\n(?![\n|\-])", " ", text)


def prose_of(path: Path) -> str:
    """A file without its blocks of code."""
    return _FENCE.sub("", path.read_text(encoding="utf-8"))


def code_in(text: str) -> list[str]:
    """What stands between backticks."""
    return _CODE.findall(text)


def links_of(path: Path) -> list[str]:
    """Where the links and pictures of a file lead."""
    return _LINK.findall(prose_of(path))


def anchors_of(path: Path) -> set[str]:
    """What links can name of a file: its headings, as GitHub writes them."""
    return {_anchor(heading) for heading in _HEADING.findall(prose_of(path))}


def _anchor(heading: str) -> str:
    return re.sub(r"[^\w\- ]", "", heading).strip().lower().replace(" ", "-")


def rows_of(path: Path, heading: str) -> list[list[str]]:
    """The rows of the tables in a section, without their headers."""
    lines = sections_of(path)[heading].splitlines()
    return [
        [cell.strip() for cell in line.strip().strip("|").split("|")]
        for at, line in enumerate(lines)
        if line.startswith("|") and any(set(each) <= set("|- ") for each in lines[:at] if each)
    ]
