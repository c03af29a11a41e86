"""Fuzzes every parser of a run's files, led by coverage: for hours, by hand, with atheris.

    pip install atheris && pip install .
    python tests/state/fuzz_by_coverage.py FOUND -max_total_time=3600 -rss_limit_mb=3000 -timeout=30

It begins with `tests/data/corpus` and the recorded runs, keeps in FOUND what reaches new code, and
ends at the first file at which a parser raises anything but `NePSError`, imports or runs anything,
takes 30 seconds or 3 GB. What is found comes into the corpus, as small as it can be made.
"""

from __future__ import annotations

import contextlib
import shutil
import sys
import tempfile
from collections.abc import Callable
from pathlib import Path
from typing import Any, TypeAlias

import atheris

with atheris.instrument_imports(include=["neps_state"]):
    from neps_state import NePSError
    from neps_state.cache import parse_cache
    from neps_state.errors import lines_that_stop_neps, parse_errors
    from neps_state.history import History
    from neps_state.layout import RunLayout
    from neps_state.pickles import load_inert
    from neps_state.run_files import (
        read_optimizer_info,
        read_optimizer_state,
        read_pipeline_space,
    )
    from neps_state.trial_files import read_trial

DATA = Path(__file__).resolve().parent.parent / "data"
TRIAL = DATA / "runs/hyperband-0.17/configs/config_15_rung_3"
LARGEST_SEED = 30_000
FORBIDDEN = frozenset(
    [
        *("import", "exec", "compile", "os.system", "os.exec", "os.fork", "os.posix_spawn"),
        *("subprocess.Popen", "socket.connect", "ctypes.dlopen"),
        *("os.remove", "os.rename", "os.mkdir", "shutil.rmtree"),
    ]
)
Parser: TypeAlias = Callable[[bytes], Any]


class Guard:
    """Ends the process when a parser does what no parser may."""

    def __init__(self) -> None:
        self.is_parsing = False
        sys.addaudithook(self._on_event)

    def _on_event(self, event: str, args: tuple[Any, ...]) -> None:
        if self.is_parsing and event in FORBIDDEN:
            self.is_parsing = False
            raise SystemExit(f"a parser caused {event} of {args!r:.300}")


def parsers(scratch: Path) -> dict[str, Parser]:
    """What reads each kind of file, by the folder of the corpus that has such files."""
    shutil.copytree(TRIAL, scratch / TRIAL.name)

    def from_file(read: Callable[[Path], Any], name: str) -> Parser:
        def parse(data: bytes) -> None:
            (scratch / name).write_bytes(data)
            read(scratch / name)

        return parse

    def from_trial(name: str) -> Parser:
        def parse(data: bytes) -> None:
            directory = scratch / TRIAL.name
            (directory / name).write_bytes(data)
            try:
                read_trial(directory)
            finally:
                (directory / name).write_bytes((TRIAL / name).read_bytes())

        return parse

    kept = RunLayout(scratch).backups / "20260101T000000.000000Z-reset-1"
    kept.mkdir(parents=True)

    def from_change(data: bytes) -> None:
        (kept / "change.json").write_bytes(data)
        for change in History(RunLayout(scratch)).changes():
            change.read_edit()

    return {
        "cache": parse_cache,
        "trials.pkl": load_inert,
        "optimizer_state.pkl": from_file(read_optimizer_state, "optimizer_state.pkl"),
        "pipeline_space.pkl": from_file(read_pipeline_space, "pipeline_space.pkl"),
        "optimizer_info.yaml": from_file(read_optimizer_info, "optimizer_info.yaml"),
        "shared_errors.jsonl": parse_errors,
        "errors.jsonl": lines_that_stop_neps,
        "metadata.json": from_trial("metadata.json"),
        "config.yaml": from_trial("config.yaml"),
        "report.yaml": from_trial("report.yaml"),
        "change.json": from_change,
    }


def plant(seeds: Path, kinds: list[str]) -> None:
    """Put what is known into a directory; a first byte says for which parser each file is."""
    recorded = {"cache": "configs/.trial_cache.pkl"}
    for at, kind in enumerate(kinds):
        known = [*(DATA / "corpus" / kind).glob("*")]
        known += (DATA / "runs").glob(f"*/{recorded.get(kind, kind)}")
        for number, path in enumerate(known):
            (seeds / f"{kind}-{number}").write_bytes(bytes([at]) + path.read_bytes()[:LARGEST_SEED])


def main() -> None:
    found = Path(sys.argv[1])
    found.mkdir(exist_ok=True)
    with tempfile.TemporaryDirectory() as directory:
        scratch, seeds = Path(directory) / "run", Path(directory) / "seeds"
        scratch.mkdir()
        seeds.mkdir()
        known = parsers(scratch)
        kinds = list(known)
        plant(seeds, kinds)
        guard = Guard()

        def parse(data: bytes) -> None:
            with contextlib.suppress(NePSError):
                known[kinds[data[0] % len(kinds)]](data[1:])

        def parse_guarded(data: bytes) -> None:
            guard.is_parsing = bool(data)
            try:
                parse(data or bytes(1))
            finally:
                guard.is_parsing = False

        # Codecs and the like are imported at their first use, which is no fault.
        for seed in seeds.iterdir():
            parse(seed.read_bytes())
        options = [*sys.argv[2:], f"-max_len={LARGEST_SEED}", str(found), str(seeds)]
        atheris.Setup([sys.argv[0], *options], parse_guarded)
        atheris.Fuzz()


if __name__ == "__main__":
    main()
