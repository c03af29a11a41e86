"""RunStore: the one thread that touches the run, for reading and for writing."""

from __future__ import annotations

import gc
import math
import threading
import time
from collections import deque
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from textual.message import Message

from neps_state import NePSError
from neps_state.mounts import file_system_of, is_shared
from neps_state.reader import RunReader
from neps_state.snapshot import RunSnapshot
from neps_tui.facts.fold import RunFold
from neps_tui.messages import (
    CommandEnded,
    CommandStarted,
    FirstLookGoesOn,
    RunChanged,
    StoreFailed,
)
from neps_tui.view import RunView

if TYPE_CHECKING:
    from neps_tui.changes.plan import Plan
    from neps_tui.watcher import RunWatcher

HEARTBEAT = 0.5
"""Seconds between two looks where no event comes: network file systems have none."""
_LOOKS_TAKE = 20
"""A look that finds nothing takes at most one part in so many of the time, on a slow server too."""
_SLOWEST = 2.5
"""Seconds between two looks at the most."""
_BREATH = 0.03
"""Seconds without a write after which a worker has written what it had to."""
_LONGEST_BURST = 0.1
"""Seconds for which that is waited at the most."""
_LONGER_BREATH = 0.1
"""The same while one change follows the other: nobody reads thirty screens a second."""
_AT_REST = 0.3
"""Seconds without a change after which the next one is shown at once."""
_MISSED_EVENTS = 3
"""Changes in a row that the heartbeat finds, from which on one says that there are no events."""
_LOCK_TIMEOUT = 2.0
_PATIENCE = 2.0
"""Seconds that the end waits for the thread, unless it is making a change."""
_MANY_TRIALS = 1000
_LEFT = "the run was left before it began; nothing was changed"
_TELLS = 0.05
"""Seconds after which the progress of the first look tells how long it is going to take."""
_READING = 0.5
"""The share of a first look that reading takes; the rest is adding up."""
_PROGRESS_EVERY = 0.2
"""Seconds between two words on how far the first look is."""


@dataclass(frozen=True, slots=True)
class Inquiry:
    """Something to be read besides what the run amounts to.

    Args:
        read: Reads it, in a few milliseconds at the most, and raises nothing.
        answer: Takes what was read, in the store's thread.
    """

    read: Callable[[], Message]
    answer: Callable[[Message], object]


class RunStore:
    """Follows a run in a thread of its own, and carries out commands there.

    Args:
        root: The run directory.
        post: Takes messages from the thread; must be safe to call from it.
        poll_seconds: Look this often instead of waiting for file events; None for events.

    Attributes:
        checked_at: When the run was last looked at, by `time.monotonic`.
        view: The last view posted; None before there is one.
    """

    def __init__(
        self, root: Path, post: Callable[[Message], object], poll_seconds: float | None = None
    ) -> None:
        self._root = root
        self._post = post
        self._poll_seconds = poll_seconds
        self._reader = RunReader(root, on_progress=self._note_progress)
        self._began_at = self._progress_told_at = time.monotonic()
        self._patience = math.inf
        self._fold = RunFold()
        self._woken = threading.Event()
        self._written = threading.Event()
        self._watcher: RunWatcher | None = None
        self._commands: deque[Plan] = deque()
        self._inquiries: deque[Inquiry] = deque()
        self._is_changing = threading.Event()
        self._stopping = False
        self._file_system = ""
        self._cost = 0.0
        self._is_by_heartbeat = False
        self._missed_events = 0
        self._thread = threading.Thread(target=self._run, name="run-store", daemon=True)
        self._shown: RunSnapshot | None = None
        self._shown_polling: str | None = None
        self._is_frozen = False
        self._posted_at = self._posted_before = 0.0
        self._may_paint = threading.Event()
        self._may_watch = threading.Event()
        self.checked_at = time.monotonic()
        self.view: RunView | None = None

    def start(self) -> None:
        """Begin to follow the run."""
        self._began_at = time.monotonic()
        self._thread.start()

    def wait_for_first_look(self, timeout: float) -> RunView | None:
        """Give the first look a moment, as before painting a first screen.

        Until then the thread has the processor to itself; with a screen to paint at the same
        time, both would be slow.

        Args:
            timeout: Seconds to wait at most. It ends before, once it is clear that it would not
                do: then something to look at is worth more.

        Returns:
            What was seen; None if it takes longer, or the run cannot be read.
        """
        self._patience = timeout
        self._may_paint.wait(timeout)
        return self.view

    def begin_watching(self) -> None:
        """Import and start what tells of changes; until then the first paint has the processor."""
        self._may_watch.set()
        self._woken.set()

    def stop(self) -> None:
        """End the thread, after the change that it may be making.

        A look is not waited for: where a file server is away, it may never end.
        """
        self._stopping = True
        self._woken.set()
        if self._thread.is_alive():
            self._thread.join(_PATIENCE)
        if self._is_changing.is_set():
            self._thread.join()

    def submit(self, plan: Plan) -> None:
        """Have a change carried out; messages tell when it begins and how it ends."""
        self._commands.append(plan)
        self._woken.set()

    def inquire(self, inquiry: Inquiry) -> None:
        """Have something read; the answer comes when the thread has come to it."""
        self._inquiries.append(inquiry)
        self._woken.set()

    def look_now(self) -> None:
        """Look at the run at once."""
        self._woken.set()

    def _run(self) -> None:
        try:
            while not self._stopping:
                self._woken.clear()
                self._answer()
                self._look_safely()
                if self._commands and not self._stopping:
                    self._carry_out(self._commands.popleft())
                else:
                    self._wait()
        except Exception as error:  # noqa: BLE001  # last words: the screen must not just freeze
            self._post(StoreFailed(f"{type(error).__name__}: {error}", is_final=True))
        finally:
            for plan in self._commands:
                self._post(CommandEnded(plan, failure=_LEFT))
            if self._watcher is not None:
                self._watcher.stop()

    def _answer(self) -> None:
        """Answer what has been asked so far; what is asked meanwhile waits for the next look."""
        for _ in range(len(self._inquiries)):
            inquiry = self._inquiries.popleft()
            inquiry.answer(inquiry.read())

    def _look_safely(self) -> None:
        """Look, and go on looking when a file may not be read or its server is away."""
        try:
            self._look()
        except OSError as error:
            self._post(StoreFailed(f"cannot read the run: {error}", is_final=False))
        self._may_paint.set()

    def _look(self) -> None:
        with self._collector_at_rest():
            began = time.monotonic()
            snapshot = self._reader.poll()
            self.checked_at = time.monotonic()
            if snapshot is self._shown:
                self._cost = self.checked_at - began
            elif self._is_by_heartbeat:
                self._missed_events += 1
            polling = self._polling()
            if snapshot is not self._shown or polling != self._shown_polling:
                self._shown, self._shown_polling = snapshot, polling
                self._note_progress(1.0)
                self.view = RunView(snapshot, self._fold.fold(snapshot), polling)
                self._post(RunChanged(self.view))
                self._posted_before, self._posted_at = self._posted_at, self.checked_at
                self._may_paint.set()
        if self._poll_seconds is None and self._may_watch.is_set() and self._watch():
            # What changed between looking and watching told nobody.
            self._woken.set()

    def _note_progress(self, fraction: float) -> None:
        """Tell how far the first look is; later ones leave on the screen what was known before."""
        now = time.monotonic()
        elapsed = now - self._began_at
        if elapsed >= _TELLS and fraction < min(1.0, elapsed / (_READING * self._patience)):
            self._may_paint.set()
        if self.view is None and now - self._progress_told_at >= _PROGRESS_EVERY:
            self._progress_told_at = now
            self._post(FirstLookGoesOn(fraction))

    def _watch(self) -> bool:
        """Watch where the run changes now; whether that is elsewhere than before."""
        if self._watcher is None:
            from neps_tui.watcher import RunWatcher

            self._watcher = RunWatcher(self._note_event)
            self._file_system = file_system_of(self._root)
        return self._watcher.watch(self._reader.directories())

    def _note_event(self) -> None:
        self._missed_events = 0
        self._written.set()
        self._woken.set()

    def _polling(self) -> str | None:
        if self._poll_seconds is not None:
            return f"every {self._poll_seconds:g} s, as asked"
        if self._watcher is not None and self._watcher.failure is not None:
            return f"no file events: {self._watcher.failure}"
        if is_shared(self._file_system):
            return f"no file events from other hosts on {self._file_system}"
        if self._missed_events >= _MISSED_EVENTS:
            return "files change and no event tells of it"
        return None

    def _wait(self) -> None:
        timeout = self._poll_seconds or min(max(HEARTBEAT, self._cost * _LOOKS_TAKE), _SLOWEST)
        due = self._reader.due
        if due is not None:
            timeout = max(0.0, min(timeout, due - time.time()))
        is_woken = self._woken.wait(timeout)
        self._is_by_heartbeat = not is_woken and due is None and self._watcher is not None
        if is_woken:
            self._let_writer_finish()
            time.sleep(max(0.0, self.checked_at + self._breath() - time.monotonic()))

    def _let_writer_finish(self) -> None:
        """Wait until nothing is written for a moment, though not for long.

        A worker that has ended a trial writes it, samples the next one and begins it, all in some
        50 ms. If each dashboard looked at once, on a machine with few processors it would take
        part of them from this worker just then; and would draw three screens in the place of one.
        """
        patience = time.monotonic() + _LONGEST_BURST
        while self._written.is_set() and (left := patience - time.monotonic()) > 0:
            self._written.clear()
            self._written.wait(min(_BREATH, left))
        self._written.clear()

    def _breath(self) -> float:
        """Seconds to wait for more of a change before it is shown."""
        follows_another = self._posted_at - self._posted_before < _AT_REST
        is_recent = self.checked_at - self._posted_at < _AT_REST
        return _LONGER_BREATH if follows_another and is_recent else _BREATH

    def _carry_out(self, plan: Plan) -> None:
        from neps_state import NePSState

        self._post(CommandStarted(plan.what))
        self._is_changing.set()
        try:
            state = NePSState.create_or_load(self._root, load_only=True)
            # Who confirmed it has read its risks.
            changed = plan.make(state.with_lock_timeout(_LOCK_TIMEOUT), True)
        except (NePSError, OSError) as error:
            self._post(CommandEnded(plan, failure=str(error)))
        else:
            self._post(CommandEnded(plan, changed))
        finally:
            self._is_changing.clear()

    @contextmanager
    def _collector_at_rest(self) -> Iterator[None]:
        """Keep the first load of many trials out of the collector, which would stall the screen."""
        was_enabled = gc.isenabled()
        gc.disable()
        try:
            yield
        finally:
            if not self._is_frozen and self.view and len(self.view.snapshot.trials) >= _MANY_TRIALS:
                self._is_frozen = True
                gc.freeze()
            if was_enabled:
                gc.enable()
