"""What a long solve shows while it works: a line on standard error, where that is a terminal."""

from __future__ import annotations

import sys
import threading
import time
from contextlib import AbstractContextManager, nullcontext
from types import TracebackType
from typing import TYPE_CHECKING, Self

from planner.plan import words

if TYPE_CHECKING:
    from rich.status import Status

    from planner.solver.options import Progress

AFTER_SECONDS = 1.0


class Working:
    """A line with what the solver has, shown once the work has taken a second."""

    def __init__(self, unit: str = ""):
        self.unit = unit
        self._began = time.monotonic()
        self._latest: Progress | None = None
        self._timer = threading.Timer(AFTER_SECONDS, self._show)
        self._timer.daemon = True
        self._lock = threading.Lock()
        self._status: Status | None = None
        self._done = False

    def __enter__(self) -> Self:
        self._timer.start()
        return self

    def __exit__(self, *_: type[BaseException] | BaseException | TracebackType | None) -> None:
        self._timer.cancel()
        with self._lock:
            self._done = True
            if self._status is not None:
                self._status.stop()

    def __call__(self, progress: Progress) -> None:
        """Take the solver's news."""
        self._latest = progress

    def __rich__(self) -> str:
        return line(self._latest, time.monotonic() - self._began, self.unit)

    def _show(self) -> None:
        from rich.console import Console
        from rich.status import Status

        with self._lock:
            if not self._done:
                self._status = Status(self, console=Console(stderr=True, markup=False, highlight=False))
                self._status.start()


def line(progress: Progress | None, seconds: float, unit: str) -> str:
    """Return what is known of a solve in one line."""
    clock = f"{int(seconds) // 60}:{int(seconds) % 60:02d}"
    if progress is None:
        return f"building the programme  {clock}"
    parts = [f"solving  {clock}"]
    if progress.objective is not None:
        parts.append(f"objective {words.quantity(progress.objective, unit)}")
    if progress.bound is not None:
        parts.append(f"bound {words.quantity(progress.bound, unit)}")
    if progress.gap is not None:
        parts.append(f"gap {words.percent(progress.gap)}")
    if progress.nodes:
        parts.append(f"{progress.nodes:,} nodes")
    elif progress.iterations:
        parts.append(f"{progress.iterations:,} iterations")
    return "  ".join(parts)


def working(*, shown: bool, unit: str = "") -> AbstractContextManager[Working | None]:
    """Return the line of a long solve, or nothing where it is not wanted or not seen."""
    return Working(unit) if shown and sys.stderr is not None and sys.stderr.isatty() else nullcontext()
