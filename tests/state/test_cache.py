"""The trial cache, torn or damaged: what is whole is read, and the next write mends it."""

from __future__ import annotations

import io
import pickle
import pickletools
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from neps_state import NePSState, State, Trial, TrialRepo
from neps_state.cache import CacheFollower, parse_cache
from neps_state.pickles import dump_state
from neps_state.reader import RunReader


def trial(trial_id: str, **config: Any) -> Trial:
    return Trial.new(
        trial_id=trial_id,
        config=config or {"lr": 0.1, "act": "relu"},
        location=f"/scratch/run/configs/config_{trial_id}",
        previous_trial=None,
        previous_trial_location=None,
        time_sampled=float(len(trial_id)),
        worker_id="worker_0",
    )


def record(*trial_ids: str) -> bytes:
    trials = [trial(each) for each in trial_ids]
    return dump_state(trials[0] if len(trials) == 1 else trials)


def count_records(data: bytes) -> int:
    """How many whole pickles follow each other; fails where anything else stands between."""
    stream = io.BytesIO(data)
    count = 0
    while stream.tell() < len(data):
        for _ in pickletools.genops(stream):
            pass
        count += 1
    return count


def test_the_last_record_of_a_trial_counts() -> None:
    late = trial("1")
    late.metadata.state = State.EVALUATING

    contents = parse_cache(record("1", "2") + dump_state(late))

    assert {key: each.state for key, each in contents.trials.items()} == {
        "1": State.EVALUATING,
        "2": State.PENDING,
    }
    assert contents.damage == []
    assert contents.updates == 2


def test_updates_are_counted_from_the_last_whole_dict() -> None:
    whole = dump_state({"1": trial("1"), "2": trial("2")})

    contents = parse_cache(record("1") + whole + record("3"))

    assert set(contents.trials) == {"1", "2", "3"}
    assert contents.updates == 1


def test_an_empty_cache_holds_no_trial_and_no_damage() -> None:
    contents = parse_cache(b"")

    assert (contents.trials, contents.damage, contents.end) == ({}, [], 0)


@pytest.mark.parametrize("last", [("3",), ("3", "4")], ids=["one trial", "a list"])
def test_a_last_record_torn_at_any_byte_is_left_out_and_nothing_else(
    last: tuple[str, ...],
) -> None:
    good, torn = record("1") + record("2"), record(*last)

    for cut in range(1, len(torn)):
        contents = parse_cache(good + torn[:cut])
        assert set(contents.trials) == {"1", "2"}, cut
        assert [part.torn for part in contents.damage] == [True], cut
        assert contents.end == len(good), cut


def test_a_record_torn_at_any_byte_hides_none_of_those_appended_behind_it() -> None:
    before, torn, behind = record("1"), record("2"), record("3") + record("4", "5")

    for cut in range(1, len(torn)):
        contents = parse_cache(before + torn[:cut] + behind)
        assert set(contents.trials) == {"1", "3", "4", "5"}, cut
        (damage,) = contents.damage
        assert (damage.offset, damage.length, damage.torn) == (len(before), cut, False), cut
        assert contents.end == len(before) + cut + len(behind)


def test_a_torn_record_lends_nothing_to_the_one_behind_it() -> None:
    other, behind = trial("2"), trial("3")
    other.metadata.location, other.metadata.sampling_worker_id = "/elsewhere", "worker_7"
    other.set_evaluating(time_started=3.0, worker_id="worker_7")
    for worker in ("worker_0", "w", "a worker of a longer name" * 9):
        behind.set_evaluating(time_started=4.0, worker_id=worker)
        torn, whole = pickled_in_c(other), pickled_in_c(behind)

        for cut in range(1, len(torn)):
            contents = parse_cache(torn[:cut] + whole)
            assert contents.trials == {"3": behind}, cut
            assert [part.length for part in contents.damage] == [cut]


def pickled_in_c(value: Trial) -> bytes:
    """As a worker writes it, with the C pickler, whose memo reuses every repeated text."""
    return pickle.dumps(value, protocol=5).replace(b"neps_state.trial", b"neps.state.trial")


def test_two_torn_records_hide_none_of_the_whole_ones() -> None:
    torn = record("9")

    for cut in range(1, len(torn), 7):
        data = record("1") + torn[:cut] + record("2") + torn[: len(torn) - cut] + record("3")
        contents = parse_cache(data)
        assert set(contents.trials) >= {"1", "2", "3"}, cut
        assert contents.damage, cut


def test_a_torn_record_of_real_neps_hides_none_of_the_whole_ones(
    recorded: Any, recorded_name: str
) -> None:
    data = (recorded.path(recorded_name) / "configs/.trial_cache.pkl").read_bytes()
    ends, stream = [], io.BytesIO(data)
    while stream.tell() < len(data):
        for _ in pickletools.genops(stream):
            pass
        ends.append(stream.tell())
    start = ends[-2] if len(ends) > 1 else 0

    for cut in range(start + 1, len(data), max(1, (len(data) - start) // 40)):
        contents = parse_cache(data[:cut] + record("new"))
        assert set(contents.trials) == {*parse_cache(data[:start]).trials, "new"}, cut


def test_records_with_large_values_are_read_whole_and_torn() -> None:
    big = trial("big", notes="x" * 200_000, blob=b"y" * 150_000, many=[str(i) for i in range(9999)])
    data = record("1") + dump_state(big)

    assert set(parse_cache(data + record("2")).trials) == {"1", "big", "2"}
    for cut in (10, 5_000, 100_000, 250_000, len(data) - len(record("1")) - 1):
        torn = data[: len(record("1")) + cut]
        assert set(parse_cache(torn + record("2")).trials) == {"1", "2"}, cut


def test_a_record_that_is_no_trial_is_named_and_the_rest_is_read() -> None:
    without_metadata = Trial.__new__(Trial)
    without_metadata.config, without_metadata.report = {}, None
    for strange in (b"text", 17, {"7": "no trial"}, [trial("8"), None], without_metadata):
        contents = parse_cache(record("1") + dump_state(strange) + record("2"))

        assert set(contents.trials) - {"8"} == {"1", "2"}, strange
        assert len(contents.damage) == 1, strange
        assert not contents.damage[0].torn


@pytest.mark.parametrize(
    ("field", "value"),
    [
        ("id", "../../etc"),
        ("id", ""),
        ("id", 7),
        pytest.param("id", 10**5000, id="id-too long to print"),
        ("state", "pending"),
        ("state", None),
        ("time_sampled", "yesterday"),
        ("sampling_worker_id", 3),
    ],
)
def test_a_trial_with_an_impossible_field_is_left_out(field: str, value: object) -> None:
    strange = trial("7")
    setattr(strange.metadata, field, value)

    contents = parse_cache(record("1") + dump_state(strange) + record("2"))

    assert set(contents.trials) == {"1", "2"}
    assert len(contents.damage) == 1


def test_following_reads_only_what_was_appended(tmp_path: Path) -> None:
    path = tmp_path / "cache"
    path.write_bytes(record("1"))
    follower = CacheFollower(path)
    assert set(follower.read_whole().trials) == {"1"}
    assert not follower.has_changed()

    with path.open("ab") as stream:
        stream.write(record("2"))

    assert follower.has_changed()
    appended = follower.read_appended()
    assert appended is not None
    assert set(appended.trials) == {"2"}
    assert not follower.has_changed()


def test_following_a_torn_record_reads_it_once_it_is_whole(tmp_path: Path) -> None:
    path = tmp_path / "cache"
    last = record("2")
    path.write_bytes(record("1") + last[:50])
    follower = CacheFollower(path)
    assert set(follower.read_whole().trials) == {"1"}

    path.write_bytes(record("1") + last)

    appended = follower.read_appended()
    assert appended is not None
    assert set(appended.trials) == {"2"}
    assert appended.damage == []


@pytest.mark.parametrize("rewritten", [("2", "1"), ("1",), ("1", "2", "3")])
def test_a_cache_rewritten_in_place_is_not_taken_for_an_appended_one(
    tmp_path: Path, rewritten: tuple[str, ...]
) -> None:
    path = tmp_path / "cache"
    path.write_bytes(record("1") + record("2"))
    follower = CacheFollower(path)
    follower.read_whole()

    path.write_bytes(dump_state({each: trial(each, lr=0.7) for each in rewritten}))

    assert follower.read_appended() is None


def test_a_cache_that_is_gone_is_not_taken_for_an_appended_one(tmp_path: Path) -> None:
    path = tmp_path / "cache"
    path.write_bytes(record("1"))
    follower = CacheFollower(path)
    follower.read_whole()
    path.unlink()

    assert follower.has_changed()
    assert follower.read_appended() is None
    with pytest.raises(FileNotFoundError):
        follower.read_whole()


# --- the next write ------------------------------------------------------------------------------


def pending(state: NePSState) -> list[str]:
    return [each.id for each in state.lock_and_get_next_pending_trial(100)]


@pytest.mark.parametrize("first", ["read", "write"])
@pytest.mark.parametrize("share", [0.02, 0.3, 0.6, 0.98])
def test_the_next_write_puts_a_torn_record_aside(
    mixed_run: NePSState, first: str, share: float
) -> None:
    cache = mixed_run.path / "configs/.trial_cache.pkl"
    torn = record("6")
    torn = torn[: max(1, int(share * len(torn)))]
    before = cache.read_bytes()
    cache.write_bytes(before + torn)
    state = NePSState.create_or_load(mixed_run.path, load_only=True)
    if first == "read":
        assert len(state.lock_and_read_trials()) == 6

    (chosen,) = (t for t in state.lock_and_read_trials().values() if t.id == "2")
    state.lock_and_reset_trials([chosen])

    data = cache.read_bytes()
    assert data.startswith(before)
    assert count_records(data) == count_records(before) + 1
    assert pending(state) == ["2", "6"]
    (aside,) = cache.parent.glob(".trial_cache.pkl.damaged-*")
    assert aside.read_bytes() == torn


@pytest.mark.parametrize("write", ["update", "report", "store"])
def test_every_kind_of_write_mends_a_torn_cache(
    mixed_run: NePSState, make: Any, write: str
) -> None:
    cache = mixed_run.path / "configs/.trial_cache.pkl"
    with cache.open("ab") as stream:
        stream.write(record("6")[:100])
    state = NePSState.create_or_load(mixed_run.path, load_only=True)
    trials = state.lock_and_read_trials()

    if write == "update":
        state.put_updated_trial(trials["6"])
    elif write == "report":
        make.evaluate(state, trials["6"])
    else:
        make.sample(state, 2)

    count_records(cache.read_bytes())
    assert parse_cache(cache.read_bytes()).damage == []
    assert set(state.lock_and_read_trials()) >= {"1", "2", "3", "4", "5", "6"}


def test_damage_in_the_middle_is_kept_aside_and_written_over(mixed_run: NePSState) -> None:
    cache = mixed_run.path / "configs/.trial_cache.pkl"
    damaged = cache.read_bytes() + record("2")[:60] + record("6")
    cache.write_bytes(damaged)
    state = NePSState.create_or_load(mixed_run.path, load_only=True)

    state.put_updated_trial(state.lock_and_read_trials()["6"], hints="metadata")

    assert parse_cache(cache.read_bytes()).damage == []
    assert set(state.lock_and_read_trials()) == {"1", "2", "3", "4", "5", "6"}
    (aside,) = cache.parent.glob(".trial_cache.pkl.damaged-*")
    assert aside.read_bytes() == damaged


@pytest.mark.parametrize("share", [0.0, 0.1, 0.5, 0.99])
def test_a_worker_killed_while_rewriting_the_cache_loses_no_trial(
    mixed_run: NePSState, make: Any, share: float
) -> None:
    """NePS truncates the cache and then writes it whole, as one dict."""
    cache = mixed_run.path / "configs/.trial_cache.pkl"
    whole = dump_state(mixed_run.lock_and_read_trials())
    cache.write_bytes(whole[: int(share * len(whole))])
    state = NePSState.create_or_load(mixed_run.path, load_only=True)

    trials = state.lock_and_read_trials()

    assert set(trials) == {"1", "2", "3", "4", "5", "6"}
    assert trials["2"].state is State.CRASHED
    make.evaluate(state, trials["6"])
    contents = parse_cache(cache.read_bytes())
    assert contents.damage == []
    assert set(contents.trials) == {"1", "2", "3", "4", "5", "6"}
    assert contents.trials["6"].state is State.SUCCESS


def test_a_rewritten_cache_torn_before_new_records_loses_no_trial(mixed_run: NePSState) -> None:
    cache = mixed_run.path / "configs/.trial_cache.pkl"
    trials = mixed_run.lock_and_read_trials()
    cache.write_bytes(dump_state(trials)[:300] + dump_state(trials["6"]))
    state = NePSState.create_or_load(mixed_run.path, load_only=True)

    assert set(state.lock_and_read_trials()) == {"1", "2", "3", "4", "5", "6"}
    state.put_updated_trial(trials["6"])
    assert set(parse_cache(cache.read_bytes()).trials) == {"1", "2", "3", "4", "5", "6"}


def test_a_missing_cache_is_rebuilt_and_returned(mixed_run: NePSState) -> None:
    cache = mixed_run.path / "configs/.trial_cache.pkl"
    cache.unlink()
    repo = TrialRepo(mixed_run.path / "configs")

    assert set(repo.latest(create_cache_if_missing=False)) == {"1", "2", "3", "4", "5", "6"}
    assert not cache.exists()
    assert set(repo.latest()) == {"1", "2", "3", "4", "5", "6"}
    assert set(parse_cache(cache.read_bytes()).trials) == {"1", "2", "3", "4", "5", "6"}


def test_the_damage_of_a_reading_is_told(
    copy_run: Callable[[str], Path], caplog: pytest.LogCaptureFixture
) -> None:
    root = copy_run("killed-0.17")
    cache = root / "configs/.trial_cache.pkl"
    cache.write_bytes(cache.read_bytes()[:-20])
    repo = TrialRepo(root / "configs")

    repo.latest()

    assert [str(part) for part in repo.damage] == ["its last record left out: cut off"]
    assert "its last record left out" in caplog.text
    cache.write_bytes(cache.read_bytes()[: parse_cache(cache.read_bytes()).end])
    repo.latest()
    assert repo.damage == ()


def test_the_cache_stays_short_and_readable_over_many_updates(tmp_path: Path, make: Any) -> None:
    state = make.create(tmp_path / "run")
    for _ in range(30):
        make.sample(state, 1)
        state.put_updated_trial(state.lock_and_get_next_pending_trial(), hints="metadata")
    cache = state.path / "configs/.trial_cache.pkl"

    assert count_records(cache.read_bytes()) < 50
    assert len(state.lock_and_read_trials()) == 30
    assert set(RunReader(state.path).poll().trials) == {str(i) for i in range(1, 31)}
