"""Which hyperparameters matter, by either method, without a screen."""

from __future__ import annotations

import math
import random
import subprocess
import sys
from collections.abc import Callable, Iterator
from dataclasses import replace
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from neps_state.reader import RunReader
from neps_tui.facts.fold import summarize
from neps_tui.plots.catalogue import PLOTS
from neps_tui.plots.evaluated import Question
from neps_tui.plots.forest import shares
from neps_tui.plots.importance import has_forest, make
from neps_tui.plots.plot import Bars
from neps_tui.plots.rank_correlation import correlation, correlation_ratio, ranks
from neps_tui.view import RunView

CopyRun = Callable[[str], Path]
IMPORTANCE = next(each for each in PLOTS if each.id == "importance")


def question_of(root: Path, variant: str = "") -> Question:
    snapshot = RunReader(root).poll()
    return Question(RunView(snapshot, summarize(snapshot)), variant=variant)


@pytest.fixture
def without_scikit_learn(monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    """As if it were not installed."""
    monkeypatch.setitem(sys.modules, "sklearn", None)
    has_forest.cache_clear()
    yield
    has_forest.cache_clear()


# --- by rank correlation -------------------------------------------------------------------------


def test_what_decides_everything_is_of_importance_one() -> None:
    values = [float(each) for each in range(50)]
    assert correlation(ranks(values), ranks([value**3 for value in values])) == pytest.approx(1)
    assert correlation(ranks(values), ranks([-value for value in values])) == pytest.approx(-1)
    groups = ["a" if value < 25 else "b" for value in values]
    assert correlation_ratio(groups, [float(value < 25) for value in values]) == pytest.approx(1)


def test_what_never_varies_is_of_no_importance() -> None:
    assert correlation([1.0] * 10, [float(each) for each in range(10)]) == 0.0
    assert correlation_ratio(["a"] * 10, [float(each) for each in range(10)]) == 0.0
    assert correlation_ratio([str(each) for each in range(10)], [0.5] * 10) == 0.0


@given(st.lists(st.floats(allow_nan=False, allow_infinity=False), min_size=1))
def test_ranks_are_a_fair_order(values: list[float]) -> None:
    found = ranks(values)
    assert sum(found) == pytest.approx(len(values) * (len(values) - 1) / 2)
    for one, rank in zip(values, found, strict=True):
        for other, other_rank in zip(values, found, strict=True):
            assert (one < other) == (rank < other_rank)


def test_an_interval_that_reaches_zero_may_be_chance(recorded_run: CopyRun) -> None:
    made = make(question_of(recorded_run("hyperband-0.17"), "rank correlation"))
    assert isinstance(made, Bars)
    assert made.bars[0].name == "epochs"
    assert "the fidelity" in made.bars[0].text
    for bar in made.bars:
        assert bar.low <= bar.value <= bar.high
        assert ("may be chance" in bar.text) == (bar.low == 0)


# --- by random forests ---------------------------------------------------------------------------


def test_a_forest_sees_what_two_do_together() -> None:
    chance = random.Random(1)
    rows = [[chance.uniform(-1, 1) for _ in range(3)] for _ in range(300)]
    targets = [one * other for one, other, _ in rows]
    columns = [list(column) for column in zip(*rows, strict=True)]
    assert all(abs(correlation(ranks(column), ranks(targets))) < 0.2 for column in columns)
    grown = shares(columns, targets)
    one, other, idle = (mean for mean, _, _ in grown.shares)
    assert one + other > 0.9
    assert min(one, other) > 0.3
    assert idle < 0.1
    assert grown.explained > 0.5


def test_a_forest_bears_hyperparameters_that_not_every_trial_has() -> None:
    chance = random.Random(2)
    kind = [float(chance.randrange(2)) for _ in range(120)]
    only_one = [chance.random() if each else math.nan for each in kind]
    targets = [0.5 if math.isnan(each) else each for each in only_one]
    grown = shares([kind, only_one], targets)
    assert grown.shares[1][0] > 0.9


def test_the_same_trials_give_the_same_forest(recorded_run: CopyRun) -> None:
    asked = question_of(recorded_run("hyperband-0.17"), "random forest")
    assert make(asked) == make(asked)


def test_shares_are_ordered_and_make_a_whole(recorded_run: CopyRun) -> None:
    made = make(question_of(recorded_run("hyperband-0.17"), "random forest"))
    assert isinstance(made, Bars)
    assert "random forest" in made.title
    assert sum(bar.value for bar in made.bars) == pytest.approx(1)
    assert [bar.value for bar in made.bars] == sorted(bar.value for bar in made.bars)[::-1]
    for bar in made.bars:
        assert 0 <= bar.low <= bar.value <= bar.high <= 1
    assert "trials it has not seen" in made.notes[0]


def test_what_cannot_be_foretold_has_no_importance() -> None:
    chance = random.Random(3)
    columns = [[chance.random() for _ in range(60)] for _ in range(2)]
    assert shares(columns, [chance.random() for _ in range(60)]).explained < 0.3


def test_the_forest_comes_first_where_its_library_is(recorded_run: CopyRun) -> None:
    asked = question_of(recorded_run("hyperband-0.17"))
    assert IMPORTANCE.variants(asked) == ["random forest", "rank correlation"]
    assert "random forest" in make(asked).title


@pytest.mark.usefixtures("without_scikit_learn")
def test_without_its_library_ranks_are_compared(recorded_run: CopyRun) -> None:
    asked = question_of(recorded_run("hyperband-0.17"))
    assert IMPORTANCE.variants(asked) == ["rank correlation"]
    made = make(asked)
    assert "rank correlation" in made.title
    assert any("scikit-learn" in note for note in made.notes)


def test_too_few_trials_for_a_forest_are_compared_by_their_ranks(recorded_run: CopyRun) -> None:
    asked = question_of(recorded_run("hyperband-0.17"))
    some = {each.id for each in asked.evaluations()[:12]}
    made = make(replace(asked, holds=lambda trial: trial.id in some))
    assert isinstance(made, Bars)
    assert made.bars
    assert made.title == "Importance for objective, by rank correlation"
    assert made.notes[0] == "a random forest takes 20 trials"


def test_few_trials_are_no_ground_for_anything(recorded_run: CopyRun) -> None:
    asked = question_of(recorded_run("hyperband-0.17"))
    some = {each.id for each in asked.evaluations()[:7]}
    made = make(replace(asked, holds=lambda trial: trial.id in some))
    assert made.bars == ()
    assert made.empty == "It takes 8 trials with an objective."


def test_who_has_not_installed_its_library_still_sees_ranks(recorded_run: CopyRun) -> None:
    """In a program of its own: here the library may have been imported already."""
    program = """
import sys
sys.modules["sklearn"] = sys.modules["numpy"] = None
from pathlib import Path
from neps_state.reader import RunReader
from neps_tui.facts.fold import summarize
from neps_tui.plots.evaluated import Question
from neps_tui.plots.importance import make
from neps_tui.view import RunView
snapshot = RunReader(Path(sys.argv[1])).poll()
print(make(Question(RunView(snapshot, summarize(snapshot)))).title)
"""
    run = str(recorded_run("hyperband-0.17"))
    told = subprocess.run(
        [sys.executable, "-c", program, run], capture_output=True, text=True, check=True
    )
    assert told.stdout == "Importance for objective, by rank correlation\n"
