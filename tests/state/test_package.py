"""What `neps_state` offers, and what it costs to import."""

from __future__ import annotations

import subprocess
import sys

import neps_state


def test_every_name_it_offers_is_there() -> None:
    for name in neps_state.__all__:
        assert getattr(neps_state, name).__name__ == name or name == "TrialWriteHint", name
    assert not hasattr(neps_state, "torch")


def test_reading_a_run_loads_nothing_that_writes_one() -> None:
    program = (
        "import sys, neps_state.reader\n"
        "wrong = {'neps_state.state', 'neps_state.repo', 'filelock', 'cloudpickle'}\n"
        "sys.exit(f'loaded {wrong & set(sys.modules)}' if wrong & set(sys.modules) else 0)\n"
    )

    result = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True)

    assert result.stderr == ""
