"""Scenarios checked side by side, in several processes; one that dies takes only its scenario with it."""

from __future__ import annotations

import os
import pickle
import queue
import subprocess
import sys
import threading
from collections.abc import Iterator, Sequence
from pathlib import Path

from planner.check.one import How, check_file
from planner.check.outcome import Outcome

STEP_SECONDS = 0.2
"""Waits on Windows do not notice Ctrl-C, so wait in short steps."""

_COMMAND = [sys.executable, "-P", "-c", "import sys; from planner.check.worker import main; main(int(sys.argv[1]))"]

type Done = queue.SimpleQueue[tuple[int, Outcome]]
type Waiting = queue.SimpleQueue[tuple[int, Path]]


def check_all(files: Sequence[Path], how: How, jobs: int) -> Iterator[tuple[int, Outcome]]:
    """Yield what came of each file, with its position, as it is done; with one job in this very process.

    When the caller stops asking, as when Ctrl-C is pressed, the processes are ended.
    """
    jobs = min(jobs, len(files))
    if jobs <= 1:
        for i, file in enumerate(files):
            yield i, check_file(file, how)
        return
    waiting: Waiting = queue.SimpleQueue()
    for task in enumerate(files):
        waiting.put(task)
    done: Done = queue.SimpleQueue()
    workers: list[_Worker] = []
    try:
        workers.extend(_Worker(how, waiting, done) for _ in range(jobs))
        for _ in files:
            yield _next(done)
    finally:
        for worker in workers:
            worker.end()


def _next(done: Done) -> tuple[int, Outcome]:
    while True:
        try:
            return done.get(timeout=STEP_SECONDS)
        except queue.Empty:
            continue


class _Worker:
    """A thread that has a process check one waiting file after another; where the process has died, it starts a new one."""

    def __init__(self, how: How, waiting: Waiting, done: Done):
        self._how, self._waiting, self._done = how, waiting, done
        self._process: subprocess.Popen[bytes] | None = None
        self._ended = False
        self._lock = threading.Lock()
        self._thread = threading.Thread(target=self._work, name="check", daemon=True)
        self._thread.start()

    def end(self) -> None:
        """End the process, whatever it is doing."""
        with self._lock:
            self._ended = True
            if self._process is not None:
                self._process.kill()
        self._thread.join()

    def _work(self) -> None:
        while not self._ended:
            try:
                position, file = self._waiting.get_nowait()
            except queue.Empty:
                break
            self._done.put((position, self._checked(file)))
        self._stop()

    def _checked(self, file: Path) -> Outcome:
        try:
            process = self._started()
            assert process.stdin is not None
            assert process.stdout is not None
            pickle.dump((file, self._how), process.stdin)
            process.stdin.flush()
            outcome: Outcome = pickle.load(process.stdout)
        except (EOFError, OSError, pickle.UnpicklingError):
            self._stop()
            return Outcome(file, file.stem, "fault", message="its process ended without an answer")
        return outcome

    def _started(self) -> subprocess.Popen[bytes]:
        with self._lock:
            if self._process is None and not self._ended:
                # A session of its own, so that Ctrl-C in a terminal reaches only us.
                self._process = subprocess.Popen(
                    [*_COMMAND, str(os.getpid())],
                    stdin=subprocess.PIPE,
                    stdout=subprocess.PIPE,
                    start_new_session=True,
                    env=_environment(),
                )
            if self._process is None:
                raise EOFError
            return self._process

    def _stop(self) -> None:
        with self._lock:
            process, self._process = self._process, None
        if process is not None:
            process.kill()
            process.communicate()


def _environment() -> dict[str, str]:
    """Return our environment, with our modules where the process will find them."""
    return {**os.environ, "PYTHONPATH": os.pathsep.join(entry for entry in sys.path if entry)}
