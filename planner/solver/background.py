"""Run a solver beside the main thread, so that Ctrl-C reaches us while it works."""

from __future__ import annotations

import threading
from collections.abc import Callable

# Waits on Windows do not notice Ctrl-C, so wait in short steps.
STEP_SECONDS = 0.2
# A thread that has no number after so long was never started.
STARTED_SECONDS = 1.0


def run_beside(work: Callable[[], None], stop: Callable[[], None]) -> bool:
    """Run `work` in a thread of its own and return whether Ctrl-C was pressed meanwhile.

    The first Ctrl-C calls `stop`, which should make `work` return soon with what it has. A second one
    is raised: the thread is then left to end by itself.
    """
    failures: list[BaseException] = []
    done = threading.Event()

    def guarded() -> None:
        try:
            work()
        except BaseException as failure:  # carried over to the caller's thread
            failures.append(failure)
        finally:
            done.set()

    thread = threading.Thread(target=guarded, name="solver", daemon=True)
    interrupted = False
    try:
        thread.start()
        _wait(done)
    except KeyboardInterrupt:
        interrupted = True
        stop()
        # Pressed while the thread was being started: it may not be alive yet, but will work all the same.
        if thread.ident is not None or done.wait(STARTED_SECONDS) or thread.ident is not None:
            _wait(done)
    if failures:
        raise failures[0]
    return interrupted


def _wait(done: threading.Event) -> None:
    while not done.wait(STEP_SECONDS):
        pass
