"""Run a solver beside the main thread, so that Ctrl-C reaches us while it works."""

from __future__ import annotations

import threading
from collections.abc import Callable

# Waits on Windows do not notice Ctrl-C, so wait in short steps.
STEP_SECONDS = 0.2


def run_beside(work: Callable[[], None], stop: Callable[[], None]) -> bool:
    """Run `work` in a thread of its own and return whether Ctrl-C was pressed meanwhile.

    The first Ctrl-C calls `stop`, which should make `work` return soon with what it has. A second one
    is raised: the thread is then left to end by itself.
    """
    failures: list[BaseException] = []

    def guarded() -> None:
        try:
            work()
        except BaseException as failure:  # carried over to the caller's thread
            failures.append(failure)

    thread = threading.Thread(target=guarded, name="solver", daemon=True)
    interrupted = False
    try:
        thread.start()
        _wait(thread)
    except KeyboardInterrupt:
        interrupted = True
        stop()
        _wait(thread)
    if failures:
        raise failures[0]
    return interrupted


def _wait(thread: threading.Thread) -> None:
    while thread.is_alive():
        thread.join(STEP_SECONDS)
