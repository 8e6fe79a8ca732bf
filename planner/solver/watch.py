"""Follow HiGHS while it works: progress, log lines, and a way to stop it."""

from __future__ import annotations

import sys
import time
from typing import Any

import highspy
from highspy import cb

from planner.model.arrays import Arrays
from planner.solver.background import run_beside
from planner.solver.handle import run_here
from planner.solver.options import Progress, SolveOptions

PROGRESS_SECONDS = 0.5
_INTERRUPTS = (cb.kCallbackSimplexInterrupt, cb.kCallbackIpmInterrupt, cb.kCallbackMipInterrupt)


SMALL = 1_000_000
"""Up to so many coefficients a run from a near basis, its iterations limited, is over in about a second."""


def takes_long(arrays: Arrays) -> bool:
    """Return whether even a run from a near basis should look at each iteration whether it is to stop."""
    return len(arrays.value) > SMALL


class Watch:
    """HiGHS calls this thousands of times in a solve; mostly it only looks at a flag.

    That takes a fifth of the time of a run from a near basis: one that `looks` not goes on to its end, or to its limits,
    in the thread that asks for it.
    """

    def __init__(self, handle: highspy.Highs, settings: SolveOptions, began: float, *, looks: bool = True):
        self.outcome: highspy.HighsStatus | None = None
        self._settings, self._looks = settings, looks
        self._began = began
        self._next = began
        self._stopped = False
        self._failure: BaseException | None = None
        handle.setOptionValue("output_flag", settings.log)
        handle.setOptionValue("log_to_console", False)
        called: Any = self._called  # its stubs have the kind as an enum; it comes as a number
        handle.setCallback(called, None)
        for kind in _INTERRUPTS:
            (handle.startCallback if looks else handle.stopCallback)(kind)
        if settings.log:
            handle.startCallback(cb.kCallbackLogging)
        self._logging = int(cb.kCallbackLogging)
        self._mip = int(cb.kCallbackMipInterrupt)

    def run(self, handle: highspy.Highs) -> bool:
        """Run HiGHS beside the main thread and return whether Ctrl-C was pressed meanwhile; `outcome` is how it ended.

        The handle is not kept here: it holds this watch, and neither would ever be freed.
        """
        self.outcome = None

        def work() -> None:
            self.outcome = run_here(handle)

        if not self._looks:
            work()  # Ctrl-C waits for so short a run
            return False
        return run_beside(work, self.stop)

    def stop(self) -> None:
        """Ask HiGHS to stop at its next look."""
        self._stopped = True

    @property
    def is_stopped(self) -> bool:
        """Whether HiGHS was asked to stop."""
        return self._stopped

    def check(self) -> None:
        """Raise what the caller's `progress` raised, if it did."""
        if self._failure is not None:
            raise self._failure

    def _called(self, kind: int, message: str, state: Any, reply: Any, _: Any) -> None:
        if kind == self._logging:
            sys.stderr.write(message)
            return
        if self._stopped:
            reply.user_interrupt = True
        elif self._settings.progress and (now := time.monotonic()) >= self._next:
            self._next = now + PROGRESS_SECONDS
            self._tell(self._progress(kind, state, now - self._began))

    def _tell(self, progress: Progress) -> None:
        # An exception must not travel through the solver's own frames.
        try:
            assert self._settings.progress is not None
            self._settings.progress(progress)
        except BaseException as failure:  # raised by `check` once HiGHS has stopped
            self._failure = failure
            self._stopped = True

    def _progress(self, kind: int, state: Any, seconds: float) -> Progress:
        if kind != self._mip:
            count = max(state.simplex_iteration_count, state.ipm_iteration_count, 0)
            return Progress(seconds, iterations=count)
        value, bound, gap = (
            number if abs(number) < highspy.kHighsInf else None
            for number in (state.mip_primal_bound, state.mip_dual_bound, state.mip_gap)
        )
        return Progress(seconds, value, bound, gap, max(0, state.simplex_iteration_count), max(0, state.mip_node_count))
