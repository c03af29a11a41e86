"""The trials of one directory, without locks."""

from __future__ import annotations

import json
import os
import shutil
import stat
from pathlib import Path
from typing import Any

import pytest

from neps_state import (
    NePSState,
    State,
    Trial,
    TrialAlreadyExistsError,
    TrialNotFoundError,
    TrialRepo,
    UnreadableError,
)
from neps_state.cache import parse_cache


def trial(trial_id: str, **config: Any) -> Trial:
    return Trial.new(
        trial_id=trial_id,
        config=config or {"lr": 0.1},
        location="x",
        previous_trial="1" if "rung" in trial_id else None,
        previous_trial_location=None,
        time_sampled=1.0,
        worker_id="w",
    )


@pytest.fixture
def repo(tmp_path: Path) -> TrialRepo:
    return TrialRepo(tmp_path / "configs")


def test_a_repo_of_nothing_is_empty_and_makes_nothing(repo: TrialRepo) -> None:
    assert repo.latest() == {}
    assert repo.list_trial_ids() == []
    assert repo.get_valid_evaluated_trials() == {}
    assert not repo.directory.exists()
    with pytest.raises(TrialNotFoundError):
        repo.load_trial_from_disk("1")


def test_a_stored_trial_has_its_files(repo: TrialRepo) -> None:
    repo.store_new_trial(trial("2_rung_1", act="relu", n=3))

    directory = repo.directory / "config_2_rung_1"
    assert {path.name for path in directory.iterdir()} == {
        "config.yaml",
        "metadata.json",
        "previous_trial_id.txt",
    }
    assert (directory / "config.yaml").read_text() == "act: relu\nn: 3\n"
    assert json.loads((directory / "metadata.json").read_text())["state"] == "pending"
    assert repo.load_trial_from_disk("2_rung_1") == repo.latest()["2_rung_1"]
    assert [path.name for path in repo.directory.iterdir() if path.name.startswith(".new")] == []


def test_storing_many_is_one_record(repo: TrialRepo) -> None:
    repo.store_new_trial([trial("1"), trial("2"), trial("3")])

    assert parse_cache(repo.cache_path.read_bytes()).updates == 1
    assert sorted(repo.list_trial_ids()) == ["1", "2", "3"]


def test_storing_one_of_many_that_is_there_stores_none(repo: TrialRepo) -> None:
    repo.store_new_trial(trial("2"))
    before = repo.cache_path.read_bytes()

    with pytest.raises(TrialAlreadyExistsError) as failure:
        repo.store_new_trial([trial("1"), trial("2")])

    assert failure.value.trial_id == "2"
    assert repo.cache_path.read_bytes() == before
    assert repo.list_trial_ids() == ["2"]


@pytest.mark.parametrize("wanted", ["yaml", "json"])
def test_the_format_of_a_new_run_is_the_variables(
    repo: TrialRepo, wanted: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("NEPS_CONFIG_SERIALIZE_FORMAT", wanted)
    repo.store_new_trial(trial("1", text="ä", number=1e-5, flag=None))

    assert (repo.directory / f"config_1/config.{wanted}").exists()
    assert repo.load_trial_from_disk("1").config == {"text": "ä", "number": 1e-5, "flag": None}


def test_a_run_that_is_there_goes_on_in_its_own_format(
    repo: TrialRepo, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("NEPS_CONFIG_SERIALIZE_FORMAT", "json")
    repo.store_new_trial(trial("1"))
    monkeypatch.delenv("NEPS_CONFIG_SERIALIZE_FORMAT")

    repo.store_new_trial(trial("2"))

    assert (repo.directory / "config_2/config.json").exists()


def test_numbers_come_back_from_yaml_as_they_were(repo: TrialRepo) -> None:
    numbers = {f"n{i}": value for i, value in enumerate([1e-05, 1e22, 0.1 + 0.2, -0.0, 5, 1e300])}
    repo.store_new_trial(trial("1", **numbers))

    assert repo.load_trial_from_disk("1").config == numbers


@pytest.mark.parametrize("file", ["metadata.json", "config.yaml", "report.yaml"])
@pytest.mark.parametrize(
    "content",
    [b"", b"{", b"- 1\n", b"\xff\xfe", b"a: [b", b"[" * 100_000, b"- " * 100_000, b"{a: " * 50_000],
    ids=["empty", "brace", "list", "bytes", "cut", "deep flow", "deep block", "deep mapping"],
)
def test_a_damaged_file_is_unreadable_by_name(
    mixed_run: NePSState, file: str, content: bytes
) -> None:
    (mixed_run.path / "configs/config_1" / file).write_bytes(content)

    with pytest.raises(UnreadableError, match="config_1"):
        TrialRepo(mixed_run.path / "configs").load_trial_from_disk("1")


@pytest.mark.parametrize(
    ("field", "value"),
    [("state", "finished"), ("state", ["x"]), ("id", 7), ("time_end", "late"), ("new", 1)],
)
def test_metadata_of_another_shape_is_unreadable(
    mixed_run: NePSState, field: str, value: Any
) -> None:
    path = mixed_run.path / "configs/config_1/metadata.json"
    path.write_text(json.dumps({**json.loads(path.read_text()), field: value}))

    with pytest.raises(UnreadableError, match="config_1"):
        TrialRepo(mixed_run.path / "configs").load_trial_from_disk("1")


def test_a_yaml_file_makes_nothing_but_plain_data(mixed_run: NePSState, tmp_path: Path) -> None:
    canary = tmp_path / "canary"
    (mixed_run.path / "configs/config_1/config.yaml").write_text(
        f"lr: !!python/object/apply:os.system ['touch {canary}']\n"
        "act: !!python/name:os.system ''\n"
        "path: !!python/object/apply:pathlib.PosixPath [a, b]\n"
    )

    config = TrialRepo(mixed_run.path / "configs").load_trial_from_disk("1").config

    assert config == {"lr": [f"touch {canary}"], "act": "", "path": ["a", "b"]}
    assert not canary.exists()


def test_a_report_that_refers_to_itself_is_unreadable(mixed_run: NePSState) -> None:
    (mixed_run.path / "configs/config_1/report.yaml").write_text(
        "objective_to_minimize: &a [*a]\ncost: 1\nlearning_curve:\nextra: {}\nerr:\ntb:\n"
        "reported_as: success\nevaluation_duration: 1\n"
    )

    with pytest.raises(UnreadableError):
        TrialRepo(mixed_run.path / "configs").load_trial_from_disk("1")


def test_a_cache_is_rebuilt_without_the_unreadable_and_in_the_order_of_sampling(
    mixed_run: NePSState, caplog: pytest.LogCaptureFixture
) -> None:
    configs = mixed_run.path / "configs"
    (configs / ".trial_cache.pkl").unlink()
    (configs / "config_3/metadata.json").write_text("{")
    (configs / "config_").mkdir()
    shutil.copytree(configs / "config_1", configs / "config_1_copy")

    trials = TrialRepo(configs).latest()

    assert list(trials) == ["1", "2", "4", "5", "6"]
    assert "trial 3 is left out" in caplog.text


def test_only_trials_with_a_number_and_no_error_are_valid(mixed_run: NePSState, make: Any) -> None:
    make.evaluate(mixed_run, mixed_run.lock_and_get_trial_by_id("5"), objective=float("nan"))

    assert set(TrialRepo(mixed_run.path / "configs").get_valid_evaluated_trials()) == {"1", "3"}


def test_a_trial_known_only_to_the_cache_gets_its_directory_with_its_next_update(
    mixed_run: NePSState,
) -> None:
    shutil.rmtree(mixed_run.path / "configs/config_6")
    repo = TrialRepo(mixed_run.path / "configs")
    known = repo.latest()["6"]
    known.set_evaluating(time_started=5.0, worker_id="w")

    repo.update_trial(known, hints="metadata")

    assert repo.load_trial_from_disk("6").state is State.EVALUATING


def test_files_keep_their_mode_when_they_are_replaced(mixed_run: NePSState) -> None:
    path = mixed_run.path / "configs/config_6/metadata.json"
    path.chmod(0o664)

    mixed_run.put_updated_trial(mixed_run.lock_and_get_trial_by_id("6"), hints="metadata")

    assert stat.S_IMODE(path.stat().st_mode) == 0o664


def test_a_full_disk_takes_an_append_back(
    mixed_run: NePSState, monkeypatch: pytest.MonkeyPatch
) -> None:
    """What a short write left would be a torn record for everyone."""
    import neps_state.files as files

    cache = mixed_run.path / "configs/.trial_cache.pkl"
    before = cache.read_bytes()

    class Full:
        def __init__(self, path: Any, *args: Any, **kwargs: Any) -> None:
            self.stream = open(path, *args, **kwargs)  # noqa: SIM115

        def __enter__(self) -> Full:
            return self

        def __exit__(self, *args: object) -> None:
            self.stream.close()

        def write(self, data: bytes) -> int:
            return self.stream.write(data[: len(data) // 2])

        def __getattr__(self, name: str) -> Any:
            return getattr(self.stream, name)

    def full_open(path: Any, mode: str = "r", *args: Any, **kwargs: Any) -> Any:
        return (Full if "a" in mode else open)(path, mode, *args, **kwargs)

    trial_6 = mixed_run.lock_and_get_trial_by_id("6")
    with monkeypatch.context() as patch:
        patch.setattr(files, "open", full_open, raising=False)
        with pytest.raises(OSError, match="the disk took only"):
            mixed_run.put_updated_trial(trial_6, hints="metadata")

    assert cache.read_bytes() == before
    assert os.path.getsize(cache) == len(before)
