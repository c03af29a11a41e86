"""What lies in a trial's directory, whatever that is."""

from __future__ import annotations

import os
from pathlib import Path

import pytest

from neps_tui.trial.directory import EntryKind, directory_of, list_directory, size_text
from neps_tui.trial.file_rows import file_lines, said_of


def places(directory: Path) -> list[str]:
    return [entry.place for entry in list_directory(directory).entries]


def test_what_the_pipeline_wrote_comes_before_what_neps_keeps(tmp_path: Path) -> None:
    (tmp_path / "logs").mkdir()
    for place in ("config.yaml", "metadata.json", "train.log", "logs/report.yaml"):
        (tmp_path / place).write_text(place)
    assert places(tmp_path) == [
        *("train.log", "logs", "logs/report.yaml"),
        *("config.yaml", "metadata.json"),
    ]


def test_sizes_and_ages_are_told(tmp_path: Path) -> None:
    (tmp_path / "model.pt").write_bytes(bytes(1_234_000))
    os.utime(tmp_path / "model.pt", (1000.0, 1000.0))
    lines = list(file_lines(list_directory(tmp_path), 1060.0))
    assert lines == [str(tmp_path), "model.pt  1.2 MB  1 min ago"]


def test_a_directory_of_very_many_files_is_bounded_and_crowds_nothing_out(tmp_path: Path) -> None:
    (tmp_path / "steps").mkdir()
    for number in range(3000):
        (tmp_path / "steps" / f"{number:05}").touch()
    (tmp_path / "train.log").touch()
    listing = list_directory(tmp_path)
    assert listing.left_out
    assert len(listing.entries) < 300
    assert "train.log" in places(tmp_path)
    assert said_of(listing) == f"{listing.files}+ files, 0 B+"


def test_directories_are_looked_into_only_so_deep(tmp_path: Path) -> None:
    (tmp_path / "a/b/c/d/e/f").mkdir(parents=True)
    listing = list_directory(tmp_path)
    assert [entry.place for entry in listing.entries] == ["a", "a/b", "a/b/c", "a/b/c/d"]
    assert listing.left_out


def test_links_are_not_followed_into_directories(tmp_path: Path) -> None:
    (tmp_path / "loop").symlink_to(tmp_path)
    (tmp_path / "gone").symlink_to(tmp_path / "nowhere")
    os.mkfifo(tmp_path / "pipe")
    kinds = {entry.place: entry.kind for entry in list_directory(tmp_path).entries}
    assert kinds == {"loop": EntryKind.LINK, "gone": EntryKind.LINK, "pipe": EntryKind.OTHER}


def test_a_directory_that_is_not_there_says_so(tmp_path: Path) -> None:
    assert "no such directory" in list_directory(tmp_path / "none").problem


@pytest.mark.parametrize("trial_id", ["../../secret", "a/b", "nul\x00"])
def test_an_id_does_not_lead_out_of_the_run(tmp_path: Path, trial_id: str) -> None:
    assert directory_of(tmp_path, trial_id) is None


@pytest.mark.parametrize(
    ("size", "text"),
    [(0, "0 B"), (999, "999 B"), (4100, "4.1 kB"), (999_600, "1.0 MB"), (12_300_000_000, "12 GB")],
)
def test_sizes_read_like_a_person_says_them(size: int, text: str) -> None:
    assert size_text(size) == text
