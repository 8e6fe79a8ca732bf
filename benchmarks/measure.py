"""What all contenders share: a clock for their parts, a basis to start from, and a line of JSON with what came out."""

from __future__ import annotations

import json
import os
import resource
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

CLOCK = "PLANNER_BENCHMARK_CLOCK"
KB_PER_MB = 1024.0
UNIT = 1024.0 if sys.platform == "darwin" else 1.0  # macOS counts bytes, Linux kilobytes


now = time.process_time if os.environ.get(CLOCK) == "cpu" else time.perf_counter
"""Seconds of this process's own work, or seconds that pass."""


class Clock:
    """Adds up the seconds of each part; a part inside another counts for itself alone."""

    def __init__(self) -> None:
        self.seconds: dict[str, float] = {}
        self._inner: list[float] = []

    @contextmanager
    def part(self, name: str) -> Iterator[None]:
        began = now()
        self._inner.append(0.0)
        try:
            yield
        finally:
            took = now() - began
            own = took - self._inner.pop()
            self.seconds[name] = self.seconds.get(name, 0.0) + own
            if self._inner:
                self._inner[-1] += took


def started_from(handle: Any, basis: Path) -> None:
    """Give HiGHS the kept basis, if there is one."""
    if basis.exists():
        handle.readBasis(str(basis))


def peak_mb() -> float:
    """Return the largest memory that this process has had, MB."""
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / UNIT / KB_PER_MB


def finish(clock: Clock, objective: float | None, columns: int, rows: int, peak: float, **more: Any) -> None:
    """Print what was measured."""
    found = {"seconds": clock.seconds, "peak_mb": peak, "objective": objective, "columns": columns, "rows": rows}
    print(json.dumps(found | more))
