"""Following a file: what is read of it, and the screen that shows it."""

from __future__ import annotations

import os
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from neps_tui.trial.directory import size_text
from neps_tui.trial.screen import TrialScreen
from neps_tui.trial.tail_reading import TailReader
from neps_tui.trial.tail_screen import TailScreen, part_read
from neps_tui.trial.tail_view import TailView

Drive = Callable[..., None]
CopyRun = Callable[[str], Path]


@pytest.fixture
def log(tmp_path: Path) -> Path:
    return tmp_path / "train.log"


def add(path: Path, text: str) -> None:
    with path.open("a", encoding="utf-8", newline="") as file:
        file.write(text)


def test_what_is_appended_comes_once(log: Path) -> None:
    add(log, "one\ntwo\nthr")
    reader = TailReader(log)
    news = reader.read()
    assert (news.lines, news.open_line) == (("one", "two"), "thr")
    assert (reader.read().lines, reader.read().open_line) == ((), "thr")
    add(log, "ee\nfour\n")
    news = reader.read()
    assert (news.lines, news.open_line) == (("three", "four"), "")


def test_of_a_huge_file_only_the_end_is_read(log: Path) -> None:
    with log.open("wb") as file:
        file.truncate(4_000_000_000)
        file.seek(0)
        file.write(b"the first line\n" * 1000)
        file.seek(4_000_000_000)
        file.write(b"".join(b"\nline %d" % number for number in range(50_000)) + b"\n")
    reader = TailReader(log)
    news = reader.read()
    assert news.lines[-1] == "line 49999"
    assert len(news.lines) <= 4000
    first = int(news.lines[0].removeprefix("line "))
    earlier = reader.read_earlier()
    assert earlier.lines[-1] == f"line {first - 1}"
    assert 0 < earlier.earlier < news.earlier


def test_reading_on_towards_the_beginning_ends_there(log: Path) -> None:
    lines = tuple(f"line {number}" for number in range(30_000))
    log.write_text("\n".join(lines) + "\n")
    reader = TailReader(log)
    found = reader.read().lines
    while (earlier := reader.read_earlier()).lines:
        found = earlier.lines + found
    assert found == lines


def test_from_the_beginning_a_file_is_read_on_without_a_gap(log: Path) -> None:
    lines = tuple(f"line {number}" for number in range(60_000))
    log.write_text("\n".join(lines) + "\n")
    reader = TailReader(log)
    reader.read()
    news = reader.read_start()
    assert (news.lines[0], news.earlier, news.is_anew) == ("line 0", 0, True)
    found = news.lines
    while news.later:
        assert reader.read().lines == ()
        assert part_read(news) == f"the first {size_text(news.size - news.later)} of 649 kB"
        news = reader.read_later()
        found += news.lines
    assert found == lines
    add(log, "another\n")
    assert reader.read().lines == ("another",)


def test_a_part_in_the_middle_says_how_much_is_before_it(log: Path) -> None:
    log.write_text("".join(f"line {number}\n" for number in range(60_000)))
    reader = TailReader(log)
    reader.read()
    reader.read_start()
    before = reader.read_later().later
    news = reader.read_later(is_anew=True)
    assert news.size - news.later - news.earlier < before
    assert part_read(news).endswith(f"{size_text(news.earlier)} before")
    assert news.lines[0] == f"line {8000}"


def test_the_end_is_found_again_from_the_beginning(log: Path) -> None:
    log.write_text("".join(f"line {number}\n" for number in range(60_000)))
    reader = TailReader(log)
    reader.read()
    reader.read_start()
    news = reader.read_end()
    assert (news.lines[-1], news.later, news.is_anew) == ("line 59999", 0, True)


def test_a_file_that_is_truncated_while_its_beginning_is_read_begins_anew(log: Path) -> None:
    log.write_text("".join(f"line {number}\n" for number in range(60_000)))
    reader = TailReader(log)
    reader.read()
    reader.read_start()
    log.write_text("new\n")
    news = reader.read_later()
    assert (news.note, news.lines, news.later) == ("the file was truncated", ("new",), 0)


def test_truncation_is_said_and_survived(log: Path) -> None:
    add(log, "old\n" * 100)
    reader = TailReader(log)
    reader.read()
    log.write_text("new\n")
    news = reader.read()
    assert (news.note, news.lines) == ("the file was truncated", ("new",))


def test_a_file_written_anew_is_noticed_though_it_is_longer(log: Path) -> None:
    add(log, "old\n" * 100)
    reader = TailReader(log)
    reader.read()
    log.write_text("new\n" * 200)
    news = reader.read()
    assert (news.note, len(news.lines)) == ("the file was written anew", 200)


def test_rotation_and_deletion_are_said_and_survived(log: Path) -> None:
    add(log, "old\n")
    reader = TailReader(log)
    reader.read()
    log.rename(log.with_suffix(".log.1"))
    gone = reader.read()
    assert gone.note == "the file was deleted"
    assert "waiting" in gone.problem
    assert reader.read().note == ""
    add(log, "new\n")
    news = reader.read()
    assert (news.note, news.lines) == ("another file has taken its place", ("new",))
    assert news.problem == ""


@pytest.mark.parametrize(
    ("name", "head", "kind"),
    [
        ("model.pt", b"PK\x03\x04\x00", "a checkpoint"),
        ("picture.png", b"\x89PNG\r\n\x1a\n", "a PNG picture"),
        ("events.out.tfevents.1", b"\x18\x00\x00", "events for TensorBoard"),
        ("whatever", b"\x01\x00\x02", "a binary file"),
    ],
)
def test_binary_files_are_refused_kindly(tmp_path: Path, name: str, head: bytes, kind: str) -> None:
    path = tmp_path / name
    path.write_bytes(head + bytes(5000))
    news = TailReader(path).read()
    assert not news.is_text
    assert f"{kind}, 5.0 kB" in news.problem


def test_a_log_that_begins_with_a_hole_is_text(log: Path) -> None:
    log.write_bytes(bytes(200_000) + b"epoch 1\nepoch 2\n")
    assert TailReader(log).read().lines[-2:] == ("epoch 1", "epoch 2")


def test_control_sequences_are_inert_and_progress_shows_its_last_state(log: Path) -> None:
    add(log, "\x1b[31mred\x1b[0m\x07\n 10%\r 50%\r100%\n[bold]\tx\n\u202eltr\n")
    lines = TailReader(log).read().lines
    assert lines == ("red␇", "100%", "[bold]  x", "ltr")


def test_very_long_lines_are_bounded(log: Path) -> None:
    log.write_text("x" * 100_000 + "\nshort\n" + "y" * 300_000)
    news = TailReader(log).read()
    assert all(len(line) < 4100 for line in (*news.lines, news.open_line))
    assert "left out" in (*news.lines, news.open_line)[-1]


def test_a_progress_bar_without_line_breaks_does_not_pile_up(log: Path) -> None:
    reader = TailReader(log)
    log.touch()
    reader.read()
    for _ in range(4):
        add(log, "".join(f"\r{number:>8} of many" for number in range(5_000)))
        news = reader.read()
    assert news.open_line == "    4999 of many"
    assert news.lines == ()


def test_a_writer_too_fast_to_follow_is_caught_up_with(log: Path) -> None:
    add(log, "start\n")
    reader = TailReader(log)
    reader.read()
    log.write_text("start\n" + "".join(f"line {number}\n" for number in range(300_000)))
    news = reader.read()
    assert "left out" in news.note
    while news.is_behind:
        news = reader.read()
    assert news.lines[-1] == "line 299999"


def test_what_is_no_file_is_not_even_opened(tmp_path: Path) -> None:
    os.mkfifo(tmp_path / "pipe")
    assert "no regular file" in TailReader(tmp_path / "pipe").read().problem
    assert "no regular file" in TailReader(tmp_path).read().problem


# --- the screen -------------------------------------------------------------------------------


@pytest.fixture
def logged(run_copy: CopyRun) -> tuple[Path, Path]:
    """A run, and a log of its incumbent that has more lines than a screen."""
    root = run_copy("hyperband-0.17")
    log = root / "configs" / "config_15_rung_3" / "train.log"
    log.write_text("".join(f"epoch {number} done\n" for number in range(100)))
    return root, log


async def open_log(dashboard: Any) -> None:
    await dashboard.press("enter", "shift+tab")
    await dashboard.shows("train.log")
    await dashboard.press("enter")
    assert isinstance(dashboard.app.screen, TailScreen)


@pytest.mark.parametrize("size", [(160, 48), (80, 24)])
def test_new_lines_appear_until_one_scrolls_up(
    drive: Drive, logged: tuple[Path, Path], size: tuple[int, int]
) -> None:
    root, log = logged

    async def steps(dashboard: Any) -> None:
        await dashboard.press("enter", "shift+tab")
        await dashboard.shows("train.log")
        await dashboard.press("enter")
        await dashboard.shows("epoch 99 done")
        assert "following" in dashboard.text()
        add(log, "epoch 100 done\n")
        await dashboard.shows("epoch 100 done")
        await dashboard.press("k")
        await dashboard.shows("stopped, G follows again")
        first = dashboard.text().split("\n")[1]
        add(log, "epoch 101 done\n")
        await dashboard.pilot.pause(0.8)
        assert dashboard.text().split("\n")[1] == first
        assert "epoch 101 done" not in dashboard.text()
        await dashboard.press("G")
        await dashboard.shows("epoch 101 done")
        add(log, "epoch 102 done\n")
        await dashboard.shows("epoch 102 done")
        await dashboard.press("escape")
        assert isinstance(dashboard.app.screen, TrialScreen)

    drive(root, steps, size=size)


def test_a_deleted_and_a_truncated_file_are_told_of(
    drive: Drive, logged: tuple[Path, Path]
) -> None:
    root, log = logged

    async def steps(dashboard: Any) -> None:
        await open_log(dashboard)
        await dashboard.shows("epoch 99 done")
        log.unlink()
        await dashboard.shows("(the file was deleted)")
        await dashboard.shows("The file is not there: these are its last lines; waiting for it")
        log.write_text("a new beginning\n")
        await dashboard.shows("a new beginning")
        await dashboard.shows(": the lines before that are not in it any more.")
        assert "waiting for it" not in dashboard.text()
        log.write_text("")
        await dashboard.shows(
            "The file is empty; waiting for a first line. The file was truncated:"
        )

    drive(root, steps)


def test_scrolling_to_the_top_reads_what_is_before(drive: Drive, run_copy: CopyRun) -> None:
    root = run_copy("hyperband-0.17")
    log = root / "configs" / "config_15_rung_3" / "train.log"
    log.write_text("".join(f"epoch {number:05} done\n" for number in range(9000)))

    async def steps(dashboard: Any) -> None:
        await open_log(dashboard)
        await dashboard.shows("epoch 08999 done")
        view = dashboard.app.screen.query_one(TailView)
        for _ in range(2):
            view.scroll_to(y=0, animate=False, immediate=True)
            await dashboard.until(lambda: view.scroll_offset.y > 0, "lines from before")
        view.scroll_to(y=0, animate=False, immediate=True)
        await dashboard.shows("epoch 00000 done")

    drive(root, steps)


@pytest.mark.parametrize("size", [(160, 48), (80, 24)])
@pytest.mark.parametrize(("start", "end"), [("g", "G"), ("home", "end")])
def test_the_real_beginning_and_end_of_a_long_file_are_a_key_away(
    drive: Drive, run_copy: CopyRun, size: tuple[int, int], start: str, end: str
) -> None:
    root = run_copy("hyperband-0.17")
    log = root / "configs" / "config_15_rung_3" / "train.log"
    log.write_text("".join(f"epoch {number:06} done\n" for number in range(400_000)))

    async def steps(dashboard: Any) -> None:
        await open_log(dashboard)
        await dashboard.shows("epoch 399999 done")
        await dashboard.shows("the last 72 kB of 7.2 MB")
        await dashboard.press(start)
        await dashboard.shows("epoch 000000 done")
        await dashboard.shows("the first 72 kB of 7.2 MB")
        await dashboard.shows("stopped, G follows again")
        view = dashboard.app.screen.query_one(TailView)
        view.scroll_to(y=view.max_scroll_y, animate=False, immediate=True)
        await dashboard.shows("the first 144 kB of 7.2 MB")
        await dashboard.press("pagedown")
        await dashboard.shows("epoch 004004 done")
        add(log, "the very last line\n")
        await dashboard.pilot.pause(0.6)
        assert "the very last line" not in dashboard.text()
        await dashboard.press(end)
        await dashboard.shows("the very last line")
        await dashboard.shows("following")
        add(log, "one more\n")
        await dashboard.shows("one more")

    drive(root, steps, size=size)


def test_an_empty_file_says_so(drive: Drive, run_copy: CopyRun) -> None:
    root = run_copy("hyperband-0.17")
    log = root / "configs" / "config_15_rung_3" / "train.log"
    log.touch()

    async def steps(dashboard: Any) -> None:
        await open_log(dashboard)
        await dashboard.shows("The file is empty; waiting for a first line.")
        add(log, "the first line\n")
        await dashboard.shows("the first line")
        assert "The file is empty" not in dashboard.text()

    drive(root, steps)


def test_a_checkpoint_is_refused_with_its_kind(drive: Drive, run_copy: CopyRun) -> None:
    root = run_copy("hyperband-0.17")
    model = root / "configs" / "config_15_rung_3" / "a.pt"
    model.write_bytes(b"PK\x03\x04" + bytes(2_000_000))

    async def steps(dashboard: Any) -> None:
        await dashboard.press("enter", "shift+tab")
        await dashboard.shows("a.pt")
        await dashboard.press("enter")
        await dashboard.shows("a checkpoint, 2.0 MB")
        await dashboard.press("G")
        await dashboard.shows("There is no text to follow.")
        await dashboard.press("y")
        assert dashboard.app.clipboard == str(model)

    drive(root, steps, size=(80, 24))
