"""Starts the demo's worker processes and ends them."""

from __future__ import annotations

import signal
import subprocess
import sys
import tempfile
import threading
from contextlib import ExitStack
from pathlib import Path
from types import TracebackType
from typing import Self

from neps_tui.demo.worker import EVALUATIONS, open_run, own_files

DOOMED_EVALUATION = 4
SECONDS_TO_TERMINATE = 2.0
IMPORT_ROOT = Path(__file__).resolve().parents[2]


class DemoRun:
    """A running demo: a run directory and the worker processes in it.

    In a new run the last worker is killed in the middle of its fourth evaluation and started again
    under the same worker id, as a cluster restarts a job: the id is known, so it does not join the
    run a second time. The next trial that it starts proves the one before abandoned.

    The workers end with this process, however it ends. What they print goes into the run directory.

    Use it as a context manager, or call `stop`.

    Attributes:
        root: The run directory.
    """

    def __init__(
        self,
        root: Path,
        *,
        speed: float,
        stays: bool,
        temporary: tempfile.TemporaryDirectory[str] | None,
    ) -> None:
        self.root = root
        self._stays = stays
        self._speed = speed
        self._temporary = temporary
        self._workers: list[subprocess.Popen[bytes]] = []
        self._replacers: list[threading.Thread] = []
        self._changing_workers = threading.Lock()
        self._is_stopped = False

    @classmethod
    def start(
        cls,
        directory: Path | None,
        *,
        workers: int = 3,
        seed: int = 0,
        evaluations: int = EVALUATIONS,
        speed: float = 1.0,
        stays: bool = False,
    ) -> Self:
        """Starts the workers.

        Args:
            directory: Where the run is made, or continued. None for a temporary directory, which
                `stop` removes.
            workers: How many worker processes.
            seed: Of the sampled configs, should the run be new.
            evaluations: The run's budget, should the run be new.
            speed: How many times faster than usual to train.
            stays: Whether the workers wait for more to do once the budget is used.

        Raises:
            NePSError: Another optimizer's run lies in the directory.
        """
        temporary = None
        if directory is None:
            temporary = tempfile.TemporaryDirectory(prefix="neps-tui-demo-")
            directory = Path(temporary.name) / "image_classifier"
        root = directory.resolve()
        is_new = not open_run(root, seed=seed, evaluations=evaluations).all_trial_ids()
        own_files(root).mkdir(exist_ok=True)
        run = cls(root, speed=speed, stays=stays, temporary=temporary)
        with ExitStack() as on_failure:
            on_failure.callback(run.stop)
            for number in range(workers):
                is_doomed = is_new and number == workers - 1
                run._launch(f"worker_{number}", killed_in=DOOMED_EVALUATION if is_doomed else None)
            on_failure.pop_all()
        return run

    @property
    def worker_pids(self) -> list[int]:
        """Process ids of the workers that still run."""
        return [worker.pid for worker in self._workers if worker.poll() is None]

    def stop(self) -> None:
        """Ends the workers, and removes the run directory if it is a temporary one."""
        with self._changing_workers:
            self._is_stopped = True
            for worker in self._workers:
                worker.terminate()
        for worker in self._workers:
            try:
                worker.wait(SECONDS_TO_TERMINATE)
            except subprocess.TimeoutExpired:
                worker.kill()
                worker.wait()
            if worker.stdin is not None:
                worker.stdin.close()
        for replacer in self._replacers:
            replacer.join()
        if self._temporary is not None:
            self._temporary.cleanup()

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self,
        error_type: type[BaseException] | None,
        error: BaseException | None,
        traceback: TracebackType | None,
    ) -> None:
        self.stop()

    def _launch(self, worker_id: str, *, killed_in: int | None) -> None:
        command = [sys.executable, "-m", "neps_tui.demo.worker", str(self.root)]
        command += ["--worker-id", worker_id, "--speed", str(self._speed), "--end-with-parent"]
        if self._stays:
            command.append("--stay")
        if killed_in is not None:
            command += ["--killed-in", str(killed_in)]
        with (own_files(self.root) / f"{worker_id}.log").open("ab") as log:
            worker = subprocess.Popen(
                command,
                # Modules are looked up where the worker starts: better here than among the files
                # of whoever starts the demo.
                cwd=IMPORT_ROOT,
                # Never written to; the worker ends when it is closed.
                stdin=subprocess.PIPE,
                stdout=log,
                stderr=log,
                # Keys such as Ctrl-C are the dashboard's.
                start_new_session=True,
            )
        self._workers.append(worker)
        if killed_in is not None:
            replacer = threading.Thread(
                target=self._replace_when_killed,
                args=(worker, worker_id),
                name=f"replace {worker_id}",
                daemon=True,
            )
            self._replacers.append(replacer)
            replacer.start()

    def _replace_when_killed(self, worker: subprocess.Popen[bytes], worker_id: str) -> None:
        exit_status = worker.wait()
        with self._changing_workers:
            if exit_status == -signal.SIGKILL and not self._is_stopped:
                self._launch(worker_id, killed_in=None)
