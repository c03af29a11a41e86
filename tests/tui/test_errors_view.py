"""The errors in kinds, by keys and mouse."""

from __future__ import annotations

import json
import shutil
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from neps_state import NePSState, State
from neps_tui.app import Options
from neps_tui.dashboard.screen import DashboardScreen
from neps_tui.errors.screen import ErrorsScreen
from neps_tui.errors.traceback_view import TracebackView
from neps_tui.screens.confirm import ConfirmScreen
from neps_tui.trial.screen import TrialScreen
from neps_tui.widgets.trial_table import TrialTable

Drive = Callable[..., None]
CopyRun = Callable[[str], Path]
LARGE, SMALL = (160, 48), (80, 24)


def can_press(dashboard: Any, key: str) -> bool:
    """Whether a key does something now, and is not greyed."""
    bound = dashboard.app.screen.active_bindings.get(key)
    return bound is not None and bound.enabled


def tables(dashboard: Any) -> tuple[TrialTable, TrialTable]:
    """The kinds, and the errors of one."""
    kinds, errors = dashboard.app.screen.query(TrialTable)
    return kinds, errors


@pytest.fixture
def lose_some() -> Callable[[Path], None]:
    """Takes two rows out of an error dump, and makes the trial of a third unknown."""

    def lose(root: Path) -> None:
        def edit(rows: list[dict[str, Any]]) -> None:
            del rows[:2]
            rows[-1]["trial_id"] = "99_rung_0"

        edit_dump(root, edit)

    return lose


def edit_dump(root: Path, edit: Callable[[list[dict[str, Any]]], None]) -> None:
    dump = root / "shared_errors.jsonl"
    rows = [json.loads(line) for line in dump.read_text().splitlines()]
    edit(rows)
    dump.write_text("\n".join(map(json.dumps, rows)))


def test_a_trial_opened_from_here_leaves_the_cursor_of_the_dashboard_where_it_was(
    drive: Drive, recorded_run: CopyRun
) -> None:
    async def steps(dashboard: Any) -> None:
        table = dashboard.app.screen.query_one("#evaluated TrialTable")
        assert table.cursor_key == "15_rung_3"
        await dashboard.press("E", "tab", "enter")
        await dashboard.until(lambda: hasattr(dashboard.app.screen, "trial_id"), "the trial")
        await dashboard.press("escape", "escape")
        await dashboard.shows("Evaluated 40")
        assert table.cursor_key == "15_rung_3"
        await dashboard.press("s", "s")
        assert table.cursor_row == 0

    drive(recorded_run("hyperband-0.17"), steps)


def test_the_kinds_their_trials_and_a_traceback_are_seen_at_once(
    drive: Drive, recorded_run: CopyRun
) -> None:
    async def steps(dashboard: Any) -> None:
        await dashboard.press("E", "j")
        await dashboard.shows("TrainingDiverged 6")
        text = dashboard.text()
        assert "6   75 %  TrainingDiverged  loss is [bold]nan[/bold] at step … (lr=…) red" in text
        assert "objectives.py:17 in train" in text
        assert "weight_decay > 0.86 in 6 of 6, but in 0 of 34 others" in text
        assert "Traceback 25_rung_0" in text
        assert (
            "objectives.TrainingDiverged: loss is [bold]nan[/bold] at step 3 (lr=0.00348)" in text
        )
        assert "\x1b" not in text
        await dashboard.press("j")
        await dashboard.shows("ValueError: CUDA out of memory. Tried to allocate 2.00 GiB")
        await dashboard.shows("Traceback 8_rung_0")
        await dashboard.shows("fewer than 3 trials: too few to compare")

    drive(recorded_run("hyperband-0.17"), steps)


@pytest.mark.parametrize("size", [LARGE, SMALL, (40, 12)])
def test_recorded_runs_are_drawn_in_every_size(
    drive: Drive, recorded_run: CopyRun, size: tuple[int, int]
) -> None:
    async def steps(dashboard: Any) -> None:
        await dashboard.press("E")
        await dashboard.shows("Errors ")
        await dashboard.press("j", "tab", "j", "tab", "k", "shift+tab", "G", "escape")

    for name in (
        "architecture-0.17",
        "import-0.17",
        "killed-0.17",
        "priorband-0.17",
        "random-0.13",
    ):
        drive(recorded_run(name), steps, size=size)


@pytest.mark.parametrize("size", [LARGE, SMALL])
def test_from_an_error_to_its_trial_and_back(
    drive: Drive, recorded_run: CopyRun, size: tuple[int, int]
) -> None:
    async def steps(dashboard: Any) -> None:
        await dashboard.press("E", "enter", "j", "enter")
        assert isinstance(dashboard.app.screen, TrialScreen)
        assert dashboard.app.screen.trial_id == "19_rung_0"
        await dashboard.press("right_square_bracket")
        assert dashboard.app.screen.trial_id == "18_rung_0"
        await dashboard.press("escape")
        assert isinstance(dashboard.app.screen, ErrorsScreen)
        assert tables(dashboard)[1].cursor_key == "19_rung_0:1"
        await dashboard.shows("Traceback 19_rung_0")
        await dashboard.press("q", "q") if size == SMALL else await dashboard.press("q")
        assert isinstance(dashboard.app.screen, DashboardScreen)

    drive(recorded_run("hyperband-0.17"), steps, size=size)


@pytest.mark.parametrize("size", [LARGE, SMALL])
def test_it_begins_with_the_error_of_the_trial_that_it_was_opened_from(
    drive: Drive, recorded_run: CopyRun, size: tuple[int, int]
) -> None:
    async def steps(dashboard: Any) -> None:
        for trial_id, kind in (("8_rung_0", "ValueError"), ("19_rung_0", "TrainingDiverged")):
            screen = ErrorsScreen()
            screen.begin_with_trial(trial_id)
            dashboard.app.push_screen(screen.data_bind(type(dashboard.app).view))
            await dashboard.shows(f"Traceback {trial_id}")
            kinds, errors = tables(dashboard)
            assert (kinds.cursor_key or "").startswith(kind)
            assert errors.cursor_key == f"{trial_id}:1"
            screen.begin_with_trial("15_rung_3")
            await dashboard.shows(f"Traceback {trial_id}")
            await dashboard.press("k", "k")
            await dashboard.shows("Traceback 25_rung_0")
            screen.begin_with_trial("1_rung_0")
            await dashboard.shows("Traceback 1_rung_0")
            await dashboard.press("escape")
            assert isinstance(dashboard.app.screen, DashboardScreen)

    drive(recorded_run("hyperband-0.17"), steps, size=size)


@pytest.mark.parametrize("size", [LARGE, SMALL])
def test_what_all_errors_have_in_common_is_told_first(
    drive: Drive, recorded_run: CopyRun, size: tuple[int, int]
) -> None:
    async def steps(dashboard: Any) -> None:
        await dashboard.press("E")
        await dashboard.shows("8  100 %  all               every kind together")
        await dashboard.shows("weight_decay > 0.7 in 8 of 8, but in 0 of 32 others")
        await dashboard.press("enter")
        assert list(tables(dashboard)[1].keys)[:2] == ["25_rung_0:1", "19_rung_0:1"]

    drive(recorded_run("hyperband-0.17"), steps, size=size)


@pytest.mark.parametrize("size", [LARGE, SMALL])
def test_share_times_and_workers_of_the_chosen_kind_are_told_at_every_size(
    drive: Drive, run_copy: CopyRun, lose_some: Callable[[Path], None], size: tuple[int, int]
) -> None:
    root = run_copy("hyperband-0.17")
    lose_some(root)

    async def steps(dashboard: Any) -> None:
        await dashboard.press("E", "j")
        await dashboard.shows("7 of 9 errors (78 %), ")
        await dashboard.shows(" ago, worker_0")
        if size == LARGE:
            head = next(line for line in dashboard.text().split("\n") if "share" in line)
            assert all(each in head for each in ("last", "workers", "more often than others"))

    drive(root, steps, size=size)


@pytest.mark.parametrize("size", [LARGE, SMALL])
def test_the_users_own_frames_stand_above_those_of_libraries(
    drive: Drive, recorded_run: CopyRun, size: tuple[int, int]
) -> None:
    def are_in_order(text: str) -> bool:
        places = [text.find(each) for each in ("objectives.py", "record.py", "pipeline_eval.py")]
        return 0 < places[0] < places[1] < places[2]

    async def steps(dashboard: Any) -> None:
        await dashboard.press("E")
        await dashboard.shows("1 frame of NePS, which called record.py:39")
        assert are_in_order(dashboard.text().partition("Traceback 8")[2])
        await dashboard.press("enter", "enter")
        assert isinstance(dashboard.app.screen, TrialScreen)
        await dashboard.press("tab")
        await dashboard.shows("1 frame of NePS, which called record.py:39")
        assert are_in_order(dashboard.text())
        await dashboard.press("Y")
        assert dashboard.app.clipboard.startswith("Traceback (most recent call last):\n  File")
        assert "which called" not in dashboard.app.clipboard

    drive(recorded_run("killed-0.17"), steps, size=size)


def test_where_there_is_little_room_a_kind_opens_in_its_place(
    drive: Drive, recorded_run: CopyRun
) -> None:
    async def steps(dashboard: Any) -> None:
        await dashboard.press("E")
        await dashboard.shows("Errors 8 in 2 kinds")
        await dashboard.shows("TrainingDiverged: loss is")
        assert "19_rung_0" not in dashboard.text()
        await dashboard.press("enter")
        await dashboard.shows("19_rung_0")
        assert "in 2 kinds" not in dashboard.text()
        await dashboard.press("escape")
        await dashboard.shows("Errors 8 in 2 kinds")
        await dashboard.press("escape")
        assert isinstance(dashboard.app.screen, DashboardScreen)

    drive(recorded_run("hyperband-0.17"), steps, size=SMALL)


@pytest.mark.parametrize("size", [LARGE, SMALL])
def test_the_traceback_is_searched(
    drive: Drive, recorded_run: CopyRun, size: tuple[int, int]
) -> None:
    async def steps(dashboard: Any) -> None:
        await dashboard.press("E", "slash", *"train")
        await dashboard.shows("1 of 3")
        await dashboard.press("enter", "n")
        await dashboard.shows("2 of 3")
        await dashboard.press("n", "n")
        await dashboard.shows("1 of 3")
        await dashboard.press("N")
        await dashboard.shows("3 of 3")
        await dashboard.press("slash", *"/zz")
        await dashboard.shows("no match")
        await dashboard.press("escape")
        assert "no match" not in dashboard.text()
        assert isinstance(dashboard.app.screen, ErrorsScreen)
        await dashboard.press("slash", *"TRAIN")
        await dashboard.shows("no match")

    drive(recorded_run("hyperband-0.17"), steps, size=size)


def test_a_search_goes_on_in_the_next_traceback(drive: Drive, recorded_run: CopyRun) -> None:
    async def steps(dashboard: Any) -> None:
        await dashboard.press("E", "slash", *"Diverged", "enter")
        await dashboard.shows("1 of 2")
        await dashboard.press("tab", "j", "j")
        await dashboard.shows("no match")

    drive(recorded_run("hyperband-0.17"), steps)


def test_a_match_far_away_is_brought_into_sight(drive: Drive, run_copy: CopyRun) -> None:
    root = run_copy("random-0.17")
    lines = [
        f'  File "/home/ada/deep_{i}.py", line {i}, in again\n    again()\n' for i in range(900)
    ]
    long = "Traceback (most recent call last):\n" + "".join(lines) + "RecursionError: too deep"

    def edit(rows: list[dict[str, Any]]) -> None:
        for row in rows:
            row["tb"] = long

    edit_dump(root, edit)

    async def steps(dashboard: Any) -> None:
        await dashboard.press("E")
        await dashboard.shows("RecursionError: too deep")
        await dashboard.shows("deep_899.py")
        assert "deep_3.py" not in dashboard.text()
        await dashboard.press("slash", *"deep_3.py")
        await dashboard.shows('deep_3.py", line 3')
        await dashboard.press("escape", "tab", "tab", "G")
        await dashboard.shows("deep_0.py")
        await dashboard.press("g")
        await dashboard.shows("RecursionError: too deep")

    drive(root, steps)


@pytest.mark.parametrize("ascii", [False, True])
def test_hostile_text_is_inert(drive: Drive, run_copy: CopyRun, ascii: bool) -> None:
    root = run_copy("hyperband-0.17")
    evil = "\x1b[2J\x1b]0;title\x07[/][link=x]\u202e\x9b31m日本\r\n\tü"

    def edit(rows: list[dict[str, Any]]) -> None:
        rows[0] |= {"err": evil * 50, "tb": evil * 2000, "err_type": evil, "worker_id": evil}
        rows[1] |= {"err": "", "tb": "\n" * 300_000, "err_type": ""}
        rows[2] |= {"tb": "\x1b]" * 300_000}
        rows[3] |= {"tb": None}

    edit_dump(root, edit)

    async def steps(dashboard: Any) -> None:
        await dashboard.press("E")
        kinds, _ = tables(dashboard)
        for _ in range(len(kinds.keys)):
            await dashboard.pilot.pause(0.05)
            text = dashboard.text()
            assert not any(each < " " or "\x7f" <= each < "\xa0" for each in text if each != "\n")
            assert "\u202e" not in text
            assert text.isascii() or not ascii
            await dashboard.press("j")
        await dashboard.press("slash", *"[/]", "enter", "n")

    drive(root, steps, options=Options(ascii=ascii))


def test_the_titles_say_how_many_are_selected(drive: Drive, recorded_run: CopyRun) -> None:
    async def steps(dashboard: Any) -> None:
        await dashboard.press("E", "j", "space")
        await dashboard.shows("Errors 8 in 2 kinds · 1 selected")
        await dashboard.press("k", "tab", "space", "space")
        await dashboard.shows("TrainingDiverged 6 · 2 selected")

    drive(recorded_run("hyperband-0.17"), steps)


def test_rows_and_trials_without_each_other_are_listed(
    drive: Drive, run_copy: CopyRun, lose_some: Callable[[Path], None]
) -> None:
    root = run_copy("hyperband-0.17")
    lose_some(root)

    async def steps(dashboard: Any) -> None:
        await dashboard.press("E", "G")
        await dashboard.shows("rows without a trial")
        await dashboard.shows("Traceback 99_rung_0 · trial is gone")
        await dashboard.press("enter", "enter")
        await dashboard.shows("Trial 99_rung_0 is not in the run any more.")
        await dashboard.press("tab", "tab", "k")
        await dashboard.shows("crashed without a row in it")
        await dashboard.shows("not in the dump 3")
        assert "Traceback 25_rung_0 · not in the dump" in dashboard.text()
        await dashboard.press("enter", "enter")
        assert isinstance(dashboard.app.screen, TrialScreen)

    drive(root, steps)


def test_without_errors_it_says_what_would_come_here(drive: Drive, recorded_run: CopyRun) -> None:
    async def steps(dashboard: Any) -> None:
        await dashboard.press("E")
        await dashboard.shows("A trial that crashes comes here")
        await dashboard.press("slash", "n", "enter", "tab", "r")
        assert isinstance(dashboard.app.screen, ErrorsScreen)
        await dashboard.press("escape")
        assert isinstance(dashboard.app.screen, DashboardScreen)

    for name in ("multiobjective-0.17", "nan-0.17"):
        drive(recorded_run(name), steps, size=SMALL)


def test_a_small_footer_names_the_ways_on_back_and_to_help(
    drive: Drive, recorded_run: CopyRun
) -> None:
    async def steps(dashboard: Any) -> None:
        await dashboard.press("E")
        for _ in range(3):
            await dashboard.press("tab")
            footer = dashboard.text().rstrip().split("\n")[-1]
            for key in ("tab next pane", "esc back", "? help", "^p palette"):
                assert key in footer, footer

    drive(recorded_run("hyperband-0.17"), steps, size=SMALL)


def test_without_a_run_there_is_an_empty_view(drive: Drive, tmp_path: Path) -> None:
    async def steps(dashboard: Any) -> None:
        await dashboard.press("E")
        await dashboard.pilot.pause(0.1)

    drive(tmp_path, steps, wait=False)


def test_the_cursor_stays_while_errors_come(drive: Drive, run_copy: CopyRun) -> None:
    root = run_copy("hyperband-0.17")

    async def steps(dashboard: Any) -> None:
        await dashboard.press("E", "j", "j")
        kinds, errors = tables(dashboard)
        await dashboard.shows("Traceback 8_rung_0")
        chosen = kinds.cursor_key

        def edit(rows: list[dict[str, Any]]) -> None:
            rows += [dict(rows[0], trial_id=f"9{i}_rung_0") for i in range(9)]

        edit_dump(root, edit)
        await dashboard.shows("Errors 17 in 2 kinds")
        assert kinds.cursor_key == chosen
        assert kinds.cursor_row == 1
        assert errors.cursor_key == "8_rung_0:1"
        await dashboard.shows("Traceback 8_rung_0")

    drive(root, steps)


def test_all_trials_of_a_kind_are_reset_after_asking(drive: Drive, run_copy: CopyRun) -> None:
    root = run_copy("hyperband-0.17")

    async def steps(dashboard: Any) -> None:
        await dashboard.press("E", "j", "j", "r")
        assert isinstance(dashboard.app.screen, ConfirmScreen)
        await dashboard.shows("Reset 2 trials?")
        await dashboard.press("y")
        await dashboard.shows("Errors 6 in 1 kind")
        await dashboard.press("enter", "space", "space", "r")
        await dashboard.shows("Reset 2 trials?")
        await dashboard.press("y")
        await dashboard.shows("Errors 4 in 1 kind")

    drive(root, steps)
    trials = NePSState.create_or_load(root, load_only=True).lock_and_read_trials()
    assert trials["8_rung_0"].state is State.PENDING
    assert trials["1_rung_0"].state is State.PENDING


def test_the_last_error_may_go(drive: Drive, run_copy: CopyRun) -> None:
    root = run_copy("asha-0.17")

    async def steps(dashboard: Any) -> None:
        await dashboard.press("E")
        await dashboard.until(lambda: can_press(dashboard, "enter"), "an error can be opened")
        await dashboard.press("r", "y")
        await dashboard.shows("No errors.")
        await dashboard.until(lambda: not can_press(dashboard, "enter"), "none can be opened")
        assert not can_press(dashboard, "space")
        await dashboard.press("enter", "tab", "j", "slash", "escape")
        assert isinstance(dashboard.app.screen, DashboardScreen)

    drive(root, steps)


def test_read_only_resets_nothing(drive: Drive, recorded_run: CopyRun) -> None:
    async def steps(dashboard: Any) -> None:
        await dashboard.press("E", "r")
        assert isinstance(dashboard.app.screen, ErrorsScreen)

    drive(recorded_run("hyperband-0.17"), steps, options=Options(read_only="--read-only was given"))


def test_the_mouse_chooses_and_opens(drive: Drive, recorded_run: CopyRun) -> None:
    async def steps(dashboard: Any) -> None:
        await dashboard.press("E")
        kinds, errors = tables(dashboard)
        await dashboard.pilot.click(kinds, offset=(10, 3))
        await dashboard.shows("Traceback 8_rung_0")
        await dashboard.pilot.click(kinds, offset=(10, 2))
        await dashboard.shows("Traceback 25_rung_0")
        await dashboard.pilot.click(errors, offset=(4, 3))
        await dashboard.shows("Traceback 18_rung_0")
        await dashboard.pilot.click(errors, offset=(4, 3))
        await dashboard.pilot.pause()
        assert isinstance(dashboard.app.screen, TrialScreen)

    drive(recorded_run("hyperband-0.17"), steps)


def test_a_traceback_is_not_drawn_anew_while_nothing_changes(
    drive: Drive, recorded_run: CopyRun, monkeypatch: pytest.MonkeyPatch
) -> None:
    async def steps(dashboard: Any) -> None:
        await dashboard.press("E")
        await dashboard.shows("Traceback 25_rung_0")
        drawn: list[str] = []
        screen = dashboard.app.screen
        monkeypatch.setattr(
            screen.query_one(TracebackView), "refresh", lambda *_, **__: drawn.append("traceback")
        )
        for _ in range(3):
            screen.tick(screen.view)
            await dashboard.pilot.pause()
        assert not drawn

    drive(recorded_run("hyperband-0.17"), steps)


def test_the_command_prints_the_kinds_and_its_json_the_dump(
    recorded_run: CopyRun, capsys: pytest.CaptureFixture[str]
) -> None:
    from neps_tui.cli import main

    root = recorded_run("hyperband-0.17")
    assert main(["errors", str(root)]) == 0
    output = capsys.readouterr().out
    assert output.startswith(
        "8 errors in 2 kinds\n"
        "often    weight_decay > 0.7 in 8 of 8, but in 0 of 32 others\n"
        "\n6 × TrainingDiverged: loss is"
    )
    assert "often    weight_decay > 0.86 in 6 of 6, but in 0 of 34 others\n" in output
    assert "where    objectives.py:17 in train\n" in output
    assert "trials   8_rung_0, 1_rung_0\n" in output
    assert "\x1b" not in output
    assert main(["errors", str(root), "--json"]) == 0
    rows = [json.loads(line) for line in capsys.readouterr().out.splitlines()]
    written = (root / "shared_errors.jsonl").read_text().splitlines()
    assert rows == [json.loads(line) for line in written]


def test_the_command_says_so_if_there_are_no_errors(
    recorded_run: CopyRun, capsys: pytest.CaptureFixture[str], tmp_path: Path
) -> None:
    from neps_tui.cli import main

    assert main(["errors", str(recorded_run("nan-0.17"))]) == 0
    assert capsys.readouterr().out == "no errors\n"
    shutil.copytree(recorded_run("asha-0.17"), tmp_path / "run")
    (tmp_path / "run" / "shared_errors.jsonl").unlink()
    assert main(["errors", str(tmp_path / "run")]) == 0
    assert "not in the dump: 4_rung_0" in capsys.readouterr().out


def test_from_a_trial_its_own_error_is_shown_first(drive: Drive, recorded_run: CopyRun) -> None:
    async def steps(dashboard: Any) -> None:
        await dashboard.shows("Errors 8")
        await dashboard.press("number_sign", *"8", "underscore", *"rung_0", "enter", "t", "enter")
        await dashboard.shows("8_rung_0 · crashed")
        await dashboard.press("E")
        await dashboard.shows("Traceback 8_rung_0")

    drive(recorded_run("hyperband-0.17"), steps)
