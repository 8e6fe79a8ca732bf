"""A process that does not outlive the one that started it."""

from __future__ import annotations

import os
import threading
import time

WATCH_SECONDS = 1.0


def end_with(parent: int) -> None:
    """End this process soon after its parent has ended, however that ended, and be it before this is called."""
    threading.Thread(target=_watch, args=(parent,), name="parent watch", daemon=True).start()


def _watch(parent: int) -> None:
    while os.getppid() == parent:
        time.sleep(WATCH_SECONDS)
    os._exit(1)
