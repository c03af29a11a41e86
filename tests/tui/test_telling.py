"""What a person is told of while the dashboard runs, and how: each thing once."""

from __future__ import annotations

import os
import time
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from typing import Any, get_args

import pytest
from runs import RunMaker

from neps_state import BudgetInfo, NePSState
from neps_state.reader import RunReader
from neps_tui.app import Options
from neps_tui.facts.fold import RunFold
from neps_tui.setting_kinds import TELLABLE
from neps_tui.telling.news import News, NewsFeed, NewsKind
from neps_tui.telling.teller import Teller, notification
from neps_tui.telling.wanted import ToBeTold
from neps_tui.view import RunView

CopyRun = Callable[[str], Path]
Drive = Callable[..., None]
ALL = TELLABLE


def test_whatever_is_news_can_be_chosen() -> None:
    assert get_args(NewsKind) == TELLABLE


class Listener:
    """Somebody who looks at a run from time to time, and hears what is new."""

    def __init__(self, root: Path) -> None:
        self.reader, self.fold, self.feed = RunReader(root), RunFold(), NewsFeed()

    def view(self) -> RunView:
        snapshot = self.reader.poll()
        return RunView(snapshot, self.fold.fold(snapshot))

    def hears(self, now: float | None = None) -> list[News]:
        return self.feed.of(self.view(), time.time() if now is None else now)

    def hears_of(self) -> list[str]:
        return [each.text for each in self.hears()]


@pytest.fixture
def run(tmp_path: Path) -> NePSState:
    return RunMaker().mixed(tmp_path / "run")


@pytest.fixture
def listener(tmp_path: Path, run: NePSState) -> Listener:
    listener = Listener(tmp_path / "run")
    assert listener.hears() == [], "what is there at first is no news"
    return listener


def evaluate(run: NePSState, trial_id: str, **outcome: Any) -> None:
    RunMaker().evaluate(run, run.lock_and_read_trials()[trial_id], **outcome)


def test_a_new_best_is_told_once(run: NePSState, listener: Listener) -> None:
    evaluate(run, "6", objective=0.05)
    assert listener.hears_of() == ["best 0.05 by 6, before 0.1"]
    assert listener.hears_of() == []
    evaluate(run, "5", objective=0.07)
    assert listener.hears_of() == [], "worse than the best"


def test_a_best_that_was_taken_away_makes_no_older_one_new(
    run: NePSState, listener: Listener
) -> None:
    evaluate(run, "6", objective=0.05)
    listener.hears()
    run.lock_and_remove_trial_by_id("6")
    while "6" in listener.view().snapshot.trials:
        time.sleep(0.02)
    assert listener.hears_of() == []
    evaluate(run, "5", objective=0.07)
    assert listener.hears_of() == ["best 0.07 by 5, before 0.1"]


def test_a_crash_is_told_with_its_error_and_again_if_it_crashes_again(
    run: NePSState, listener: Listener
) -> None:
    evaluate(run, "6", err=ValueError("out of memory"), started=3_000.0)
    assert listener.hears_of() == ["6 crashed: out of memory"]
    run.lock_and_reset_trial_by_id("6")
    assert listener.hears_of() == []
    evaluate(run, "6", err=ValueError("again"), started=4_000.0)
    assert listener.hears_of() == ["6 crashed: again"]


def test_many_crashes_at_once_are_one_piece_of_news(run: NePSState, listener: Listener) -> None:
    for number, trial_id in enumerate("56"):
        evaluate(run, trial_id, err=ValueError(f"boom {number}"), started=3_000.0 + number)
    assert listener.hears_of() == ["2 trials crashed, the last 6: boom 1"]


def test_an_abandoned_trial_is_told_of(tmp_path: Path) -> None:
    run = RunMaker().create(tmp_path / "run")
    for at, trial in enumerate(RunMaker().sample(run, 7)[:5]):
        RunMaker().evaluate(run, trial, started=1_000.0 * (at + 1))
    left = run.lock_and_read_trials()["6"]
    left.set_evaluating(time_started=6_000.0, worker_id="worker_0")
    run.put_updated_trial(left, hints="metadata")
    listener = Listener(tmp_path / "run")
    assert listener.hears() == []
    evaluate(run, "7", objective=0.6, started=7_000.0)
    assert listener.hears_of() == ["6 abandoned; A resets all such"]
    assert listener.hears_of() == []


def test_the_end_is_told_when_nobody_works_any_more(tmp_path: Path) -> None:
    state = RunMaker().create(tmp_path / "run", budget=BudgetInfo(total_evaluations_to_spend=2))
    listener = Listener(tmp_path / "run")
    listener.hears()
    first, second = RunMaker().sample(state, 2)
    RunMaker().evaluate(state, first, started=time.time())
    assert [each.kind for each in listener.hears()] == ["best"]
    RunMaker().evaluate(state, second, objective=0.75, started=time.time())
    assert listener.hears_of() == ["finished after 2 evaluations, best 0.5 by 1"]
    assert listener.hears_of() == []


def test_a_run_that_takes_the_place_of_another_is_no_news(tmp_path: Path, run: NePSState) -> None:
    listener = Listener(tmp_path / "run")
    listener.hears()
    (tmp_path / "run").rename(tmp_path / "old")
    RunMaker().mixed(tmp_path / "run")
    assert listener.hears() == []


def test_what_changed_in_a_look_that_was_passed_over_is_told(
    run: NePSState, listener: Listener
) -> None:
    evaluate(run, "6", err=ValueError("boom"))
    listener.view()
    evaluate(run, "5", objective=0.5)
    assert listener.hears_of() == ["6 crashed: boom"]


def test_a_new_trial_on_the_front_is_news(recorded_run: CopyRun) -> None:
    listener = Listener(recorded_run("multiobjective-0.17"))
    view = listener.view()
    assert listener.feed.of(view, 0.0) == []
    fewer = replace(view.summary, front=dict(list(view.summary.front.items())[1:]))
    assert listener.feed.of(replace(view, summary=fewer), 0.0) == []
    (news,) = listener.feed.of(view, 0.0)
    assert (
        news.text
        == f"{next(iter(view.summary.front))} on the Pareto front of {len(view.summary.front)}"
    )


# --- how -----------------------------------------------------------------------------------------


class Terminal:
    def __init__(self) -> None:
        self.rung = 0
        self.written: list[str] = []

    def ring(self) -> None:
        self.rung += 1


def test_only_what_is_wanted_is_told_in_the_ways_that_are_wanted(
    run: NePSState, listener: Listener, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.delenv("TMUX", raising=False)
    terminal = Terminal()
    wanted = ToBeTold(("crash",), ("bell", "osc9"))
    teller = Teller(wanted, terminal.ring, terminal.written.append)
    teller.tell(listener.view())
    evaluate(run, "6", err=ValueError("\x1b]0;[b]boom[/b]\x07; and more"))
    evaluate(run, "5", objective=0.001)
    assert teller.tell(listener.view()) == []
    assert terminal.rung == 1
    (said,) = terminal.written
    assert said.startswith("\x1b]9;NePS run: 6 crashed: ")
    assert said.endswith("and more\x1b\\")
    assert said.count("\x1b") == 2, "nothing of the run steers the terminal"
    assert said.count(";") == 1


@pytest.mark.parametrize("way", ["osc9", "osc777", "osc99"])
def test_in_tmux_a_notification_is_wrapped(way: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("TMUX", "1")
    said = notification(way, "NePS run", "done")
    assert said.startswith("\x1bPtmux;\x1b\x1b]")
    assert said.endswith("\x1b\x1b\\\x1b\\")


def test_a_command_is_run_with_what_is_told(
    run: NePSState, listener: Listener, tmp_path: Path
) -> None:
    heard = tmp_path / "heard"
    script = tmp_path / "hear.sh"
    script.write_text(f'#!/bin/sh\nprintf "%s|%s|%s" "$1" "$NEPS_TUI_KIND" "$2" > {heard}\n')
    script.chmod(0o700)
    wanted = ToBeTold(ALL, (), (str(script), "{text}", "{trial} of {run}"))
    teller = Teller(wanted, lambda: None)
    teller.tell(listener.view())
    evaluate(run, "6", err=ValueError("$(touch canary) `x`"))
    assert teller.tell(listener.view()) == []
    until = time.monotonic() + 20
    while not (heard.exists() and heard.read_text()) and time.monotonic() < until:
        time.sleep(0.02)
    assert heard.read_text() == "6 crashed: $(touch canary) `x`|crash|6 of run"
    assert not os.path.exists("canary")


def test_a_command_that_cannot_be_run_is_said_to_be_so(run: NePSState, listener: Listener) -> None:
    teller = Teller(ToBeTold(ALL, (), ("/nowhere/at/all",)), lambda: None)
    teller.tell(listener.view())
    evaluate(run, "6", err=ValueError("boom"))
    (failure,) = teller.tell(listener.view())
    assert "tell_command cannot be run: No such file or directory: /nowhere/at/all" in failure


def test_the_dashboard_tells_while_it_runs(
    drive: Drive, run_copy: CopyRun, monkeypatch: pytest.MonkeyPatch
) -> None:
    root = run_copy("killed-0.17")
    rung: list[str] = []

    async def steps(dashboard: Any) -> None:
        monkeypatch.setattr(dashboard.app, "bell", lambda: rung.append("bell"))
        dashboard.app._teller._ring = dashboard.app.bell
        state = NePSState.create_or_load(root, load_only=True)
        trial = state.lock_and_read_trials()["11"]
        RunMaker().evaluate(state, trial, objective=0.0001, started=time.time())
        await dashboard.until(lambda: rung == ["bell"], "the bell rings")

    drive(root, steps, options=Options(to_be_told=ToBeTold(("best",), ("bell",))))
    assert rung == ["bell"]
