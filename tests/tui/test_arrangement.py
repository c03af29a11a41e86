"""Very many trials are put in order in a thread, and end up as if that had been done at once."""

from __future__ import annotations

import threading
from collections.abc import Callable
from pathlib import Path
from types import MappingProxyType
from typing import Any

import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from neps_state import Trial
from neps_state.snapshot import Phase, RunSnapshot
from neps_tui.facts.fold import summarize
from neps_tui.trials import rows as rows_module
from neps_tui.trials.arrangement import Arrangement
from neps_tui.trials.column_choice import Sorting
from neps_tui.trials.rows import TrialRows
from neps_tui.view import RunView

Drive = Callable[..., None]
CopyRun = Callable[[str], Path]

SORTINGS: list[Sorting] = [
    (("objective", False),),
    (("x", True),),
    (("cost", False), ("id", True)),
]
FILTERS = [None, lambda trial: trial.config["x"] > 2, lambda trial: trial.id != "3"]


class Run:
    """A run that changes."""

    def __init__(self) -> None:
        self.revision = 0
        self.generation = 0
        self.trials: dict[str, Trial] = {}

    def view(self, changed: set[str] | None) -> RunView:
        self.revision += 1
        snapshot = RunSnapshot(
            root=Path("run"),
            phase=Phase.RUN,
            trials=MappingProxyType(dict(self.trials)),
            changed=None if changed is None else frozenset(changed),
            revision=self.revision,
            generation=self.generation,
        )
        return RunView(snapshot, summarize(snapshot))

    def put(self, trial_id: str, value: int, *, has_ended: bool) -> None:
        made = Trial.new(
            trial_id=trial_id,
            config={"x": value},
            location="",
            previous_trial=None,
            previous_trial_location=None,
            time_sampled=0.0,
            worker_id="w",
        )
        if has_ended:
            made.report = made.set_complete(
                report_as="success",
                time_end=1.0,
                objective_to_minimize=float(value % 3),
                cost=float(value % 2),
                learning_curve=None,
                err=None,
                tb=None,
                extra=None,
                evaluation_duration=1.0,
            )
        self.trials[trial_id] = made


class Held:
    """Keeps trials from being put in order until they are let go."""

    def __init__(self, patched: pytest.MonkeyPatch) -> None:
        self._may_go_on = threading.Event()

        def arrange(*arguments: Any) -> Arrangement:
            assert self._may_go_on.wait(60)
            return Arrangement(*arguments)

        patched.setattr(rows_module, "Arrangement", arrange)

    def let_go(self) -> None:
        self._may_go_on.set()


def finish(rows: TrialRows) -> None:
    while (work := rows.work()) is not None:
        rows.take(work())


IDS = st.sampled_from([str(number) for number in range(8)])
CHANGES = st.dictionaries(IDS, st.one_of(st.none(), st.tuples(st.integers(0, 5), st.booleans())))
STEPS = st.one_of(
    st.tuples(st.just("change"), CHANGES),
    st.tuples(st.just("leap"), CHANGES),
    st.tuples(st.just("replace"), CHANGES),
    st.tuples(st.just("sort"), st.sampled_from(SORTINGS)),
    st.tuples(st.just("filter"), st.sampled_from(FILTERS)),
    st.tuples(st.just("age"), st.none()),
    st.tuples(st.just("begin"), st.none()),
    st.tuples(st.just("end"), st.none()),
)


@settings(max_examples=300)
@given(st.lists(STEPS, max_size=25))
@example(
    [
        ("replace", {"2": (0, True)}),
        ("change", {"2": None, "0": (0, False), "1": (1, False)}),
        ("change", {"0": (0, True)}),
    ]
)
def test_whatever_happens_meanwhile_the_rows_end_as_if_all_had_been_done_at_once(
    steps: list[tuple[str, Any]],
) -> None:
    at_once, in_pieces, run = TrialRows(), TrialRows(), Run()
    begun: list[Callable[[], Arrangement]] = []

    def show(changed: set[str] | None) -> None:
        view = run.view(changed)
        with pytest.MonkeyPatch.context() as patched:
            at_once.show(view)
            patched.setattr(rows_module, "MOST_AT_ONCE", 0)
            in_pieces.show(view)

    def tell(what: Callable[[TrialRows], None]) -> None:
        with pytest.MonkeyPatch.context() as patched:
            what(at_once)
            patched.setattr(rows_module, "MOST_AT_ONCE", 0)
            what(in_pieces)

    show(None)
    for name, what in steps:
        if name == "replace":
            run.generation += 1
            run.trials.clear()
        if name in ("change", "leap", "replace"):
            for trial_id, change in what.items():
                if change is None:
                    run.trials.pop(trial_id, None)
                else:
                    run.put(trial_id, change[0], has_ended=change[1])
            show(set(what) if name == "change" else None)
        elif name == "sort":
            tell(lambda rows, sorting=what: rows.sort_by(sorting))  # type: ignore[misc]
        elif name == "filter":
            tell(lambda rows, holds=what: rows.filter_by(holds))  # type: ignore[misc]
        elif name == "age":
            tell(lambda rows: rows.age())
        elif name == "begin" and (work := in_pieces.work()) is not None:
            begun.append(work)
        elif name == "end" and begun:
            in_pieces.take(begun.pop()())
        assert len(begun) <= 1
    if begun:
        in_pieces.take(begun.pop()())
    finish(in_pieces)

    assert list(in_pieces.order()) == list(at_once.order())
    assert len(in_pieces) == len(at_once)
    assert in_pieces.sorted_by == at_once.sorted_by == in_pieces.sorting
    assert in_pieces.is_settled


def test_until_they_are_in_order_the_rows_stay_as_they_were_and_follow_the_run(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    rows, run = TrialRows(), Run()
    for number in range(4):
        run.put(str(number), number, has_ended=True)
    rows.show(run.view(None))
    monkeypatch.setattr(rows_module, "MOST_AT_ONCE", 3)
    rows.sort_by((("x", True),))
    work = rows.work()
    assert work is not None
    assert list(rows.order()) == ["0", "3", "1", "2"]
    assert not rows.is_settled
    run.put("9", 9, has_ended=True)
    rows.show(run.view({"9"}))
    assert list(rows.order()) == ["0", "3", "9", "1", "2"]
    assert rows.work() is None

    rows.take(work())

    assert list(rows.order()) == ["9", "3", "2", "1", "0"]
    assert rows.is_settled
    assert rows.work() is None


def test_a_key_sorts_and_filters_very_many_without_waiting_for_it(
    drive: Drive, recorded_run: CopyRun, monkeypatch: pytest.MonkeyPatch
) -> None:
    async def steps(dashboard: Any) -> None:
        monkeypatch.setattr(rows_module, "MOST_AT_ONCE", 10)
        await dashboard.press("s", "s")
        await dashboard.shows("learning_rate▲")
        await dashboard.press("slash", *"epochs=9")
        await dashboard.shows("3 trials match")
        await dashboard.shows("Evaluated 3 · filter epochs=9")
        await dashboard.press("escape", "s")
        await dashboard.shows("Evaluated 40 ─")
        await dashboard.shows("optimizer▲")

    drive(recorded_run("hyperband-0.17"), steps)


def test_what_it_waits_for_stands_in_the_title(
    drive: Drive, recorded_run: CopyRun, monkeypatch: pytest.MonkeyPatch
) -> None:
    async def steps(dashboard: Any) -> None:
        monkeypatch.setattr(rows_module, "MOST_AT_ONCE", 10)
        held = Held(monkeypatch)
        await dashboard.press("s")
        await dashboard.shows("Evaluated 40 · sorting …")
        held.let_go()
        await dashboard.shows("Evaluated 40 ─")
        held = Held(monkeypatch)
        await dashboard.press("slash", *"epochs=9")
        await dashboard.shows("Evaluated 40 · filtering …")
        assert "match" not in dashboard.text()
        held.let_go()
        await dashboard.shows("3 trials match")

    drive(recorded_run("hyperband-0.17"), steps)


def test_what_cannot_be_put_in_order_ends_the_program_with_the_reason(
    drive: Drive, recorded_run: CopyRun, monkeypatch: pytest.MonkeyPatch
) -> None:
    def broken(*rest: Any) -> None:
        raise ZeroDivisionError("while putting in order")

    async def steps(dashboard: Any) -> None:
        monkeypatch.setattr(rows_module, "MOST_AT_ONCE", 10)
        monkeypatch.setattr(rows_module, "Arrangement", broken)
        await dashboard.press("s")
        await dashboard.until(lambda: not dashboard.app.is_running, "the end")

    with pytest.raises(ZeroDivisionError, match="while putting in order"):
        drive(recorded_run("hyperband-0.17"), steps)
