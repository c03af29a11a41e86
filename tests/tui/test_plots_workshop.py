"""Who makes which plot when, without a screen and without threads."""

from __future__ import annotations

import time
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from types import MappingProxyType

import pytest

from neps_state.reader import RunReader
from neps_tui.facts.fold import summarize
from neps_tui.plots.catalogue import PLOTS
from neps_tui.plots.making import Made, Wish
from neps_tui.plots.workshop import Workshop
from neps_tui.view import RunView

CopyRun = Callable[[str], Path]
KINDS = {kind.id: kind for kind in PLOTS}
ROOM = (100, 30)


@pytest.fixture
def view(recorded_run: CopyRun) -> RunView:
    snapshot = RunReader(recorded_run("hyperband-0.17")).poll()
    return RunView(snapshot, summarize(snapshot))


@pytest.fixture
def clock(monkeypatch: pytest.MonkeyPatch) -> list[float]:
    """The time, to be changed by the test."""
    now = [1000.0]
    monkeypatch.setattr(time, "monotonic", lambda: now[0])
    return now


def other(view: RunView) -> RunView:
    """A moment later: the last trial is not there any more."""
    trials = dict(view.snapshot.trials)
    trials.popitem()
    snapshot = replace(view.snapshot, trials=MappingProxyType(trials))
    return RunView(snapshot, summarize(snapshot))


def do(workshop: Workshop, wish: Wish) -> Made:
    work = workshop.work(wish, ROOM)
    assert work is not None
    made = work()
    workshop.take(made)
    return made


def test_what_is_made_is_not_made_again(view: RunView) -> None:
    workshop, wish = Workshop(), Wish(KINDS["incumbent"])
    workshop.turn_to(view)
    made = do(workshop, wish)
    assert workshop.made(wish, ROOM) is made
    assert workshop.work(wish, ROOM) is None
    assert workshop.made(wish, (80, 24)) is None
    assert workshop.work(wish, (80, 24)) is not None


def test_bars_need_not_be_made_again_for_another_size(view: RunView) -> None:
    workshop, wish = Workshop(), Wish(KINDS["importance"], "rank correlation")
    workshop.turn_to(view)
    made = do(workshop, wish)
    assert workshop.made(wish, (80, 24)) is made


def test_one_plot_is_made_at_a_time_and_beside_it_those_that_take_long(view: RunView) -> None:
    workshop = Workshop()
    workshop.turn_to(view)
    slow = workshop.work(Wish(KINDS["importance"]), ROOM)
    assert slow is not None
    assert workshop.work(Wish(KINDS["importance"]), ROOM) is None
    assert workshop.work(Wish(KINDS["importance"], "rank correlation"), ROOM) is not None
    quick = workshop.work(Wish(KINDS["curves"]), ROOM)
    assert quick is not None
    assert workshop.work(Wish(KINDS["parallel"]), ROOM) is None
    workshop.take(quick())
    assert workshop.work(Wish(KINDS["parallel"]), ROOM) is not None


def test_while_something_is_made_the_moment_stays(view: RunView, clock: list[float]) -> None:
    workshop, later = Workshop(), other(view)
    assert workshop.turn_to(view)
    work = workshop.work(Wish(KINDS["curves"]), ROOM)
    assert work is not None
    clock[0] += 100
    assert not workshop.turn_to(later)
    workshop.take(work())
    clock[0] += 100
    assert workshop.turn_to(later)
    assert workshop.made(Wish(KINDS["curves"]), ROOM) is None


def test_the_longer_plots_take_the_rarer_they_are_made_anew(
    view: RunView, clock: list[float]
) -> None:
    workshop, later = Workshop(), other(view)
    workshop.turn_to(view)
    work = workshop.work(Wish(KINDS["curves"]), ROOM)
    assert work is not None
    workshop.take(replace(work(), seconds=2.0))
    clock[0] += 9.0
    assert not workshop.turn_to(later)
    clock[0] += 1.5
    assert workshop.turn_to(later)


def test_a_moment_with_the_same_trials_is_the_same(view: RunView, clock: list[float]) -> None:
    workshop = Workshop()
    workshop.turn_to(view)
    do(workshop, Wish(KINDS["curves"]))
    clock[0] += 100
    same = RunView(replace(view.snapshot, problems=()), view.summary)
    assert not workshop.turn_to(same)
    assert workshop.made(Wish(KINDS["curves"]), ROOM) is not None


def test_what_was_made_for_a_filter_goes_with_it(view: RunView) -> None:
    workshop = Workshop()
    workshop.turn_to(view)
    everything = Wish(KINDS["incumbent"])
    some = replace(everything, holds=lambda trial: trial.config["epochs"] == 9)
    assert do(workshop, everything).matches == 0
    assert do(workshop, some).matches == 3
    workshop.forget_filtered()
    assert workshop.made(some, ROOM) is None
    assert workshop.made(everything, ROOM) is not None


@pytest.mark.parametrize("log", [False, True])
def test_a_plot_says_whether_its_axis_is_as_logarithmic_as_was_wished(
    view: RunView, log: bool
) -> None:
    workshop = Workshop()
    workshop.turn_to(view)
    assert do(workshop, Wish(KINDS["incumbent"], log=log)).is_log
    trials = {
        trial_id: trial
        if trial.report is None
        else replace(trial, report=replace(trial.report, objective_to_minimize=-1.0))
        for trial_id, trial in view.snapshot.trials.items()
    }
    snapshot = replace(view.snapshot, trials=MappingProxyType(trials))
    workshop = Workshop()
    workshop.turn_to(RunView(snapshot, summarize(snapshot)))
    assert do(workshop, Wish(KINDS["incumbent"], log=log)).is_log is not log


def test_a_moment_of_the_past_does_not_wait(view: RunView, clock: list[float]) -> None:
    workshop, wish = Workshop(), Wish(KINDS["incumbent"])
    workshop.turn_to(view)
    do(workshop, wish)
    assert not workshop.turn_to(other(view))
    past = replace(other(view), moment=5.0)
    assert workshop.turn_to(past)
    do(workshop, wish)
    assert workshop.turn_to(replace(view, moment=6.0))
    do(workshop, wish)
    assert workshop.turn_to(other(view))
