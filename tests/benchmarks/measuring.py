"""What the benchmarks share: runs of many trials, medians and percentiles, verdicts."""

from __future__ import annotations

import math
import os
import shutil
import statistics
import sys
import tempfile
import zlib
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path

import large_run

DASHBOARD = (sys.executable, "-m", "neps_tui")
_KEPT = Path(tempfile.gettempdir()) / "neps-tui-benchmarks"

# Whatever is compared starts from compiled modules, as installed programs do.
os.environ.pop("PYTHONDONTWRITEBYTECODE", None)
os.environ["PYTHONPYCACHEPREFIX"] = str(_KEPT / "pycache")

# Nor does it start with the settings and the layout of whoever measures.
_own_things = tempfile.TemporaryDirectory(prefix="neps-tui-benchmark-")
os.environ["XDG_STATE_HOME"] = os.environ["XDG_CONFIG_HOME"] = _own_things.name


def kept_run(count: int, *, evaluating: int = 8, has_files: bool = True) -> Path:
    """A run of `count` trials, made once and kept in the system's directory for such things."""
    made_by = zlib.crc32(Path(large_run.__file__).read_bytes())
    kept = _KEPT / f"run_{count}_{evaluating}_{'all' if has_files else 'cache'}_{made_by:08x}"
    if not kept.exists():
        kept.parent.mkdir(exist_ok=True)
        with tempfile.TemporaryDirectory(dir=kept.parent) as scratch:
            run = Path(scratch) / "run"
            large_run.make_run(run, count, evaluating=evaluating, has_files=has_files)
            run.rename(kept)
    return kept


@contextmanager
def copied_run(count: int) -> Iterator[Path]:
    """A run of `count` trials to write to."""
    with tempfile.TemporaryDirectory() as scratch:
        yield Path(shutil.copytree(kept_run(count), Path(scratch) / "run"))


def p95(values: Sequence[float]) -> float:
    """The 95th percentile: the smallest value that 95 % of all do not exceed."""
    return sorted(values)[math.ceil(0.95 * len(values)) - 1]


def milliseconds(values: Sequence[float]) -> str:
    """Median and 95th percentile of some seconds."""
    return f"median {statistics.median(values) * 1e3:7.1f} ms   p95 {p95(values) * 1e3:7.1f} ms"


def verdict(target: str, *, is_met: bool) -> bool:
    """Say whether a target is met."""
    print(f"{'met   ' if is_met else 'MISSED'} {target}")
    return is_met
