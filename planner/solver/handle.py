"""HiGHS made and run so that it neither prints nor refuses."""

from __future__ import annotations

from typing import Any

import highspy
from highspy import HighsModelStatus, HighsStatus


class Silent(highspy.Highs):
    """HiGHS that prints nothing; from 1.16 on it greets as soon as its callbacks are enabled, before it can be told not to."""

    def enableCallbacks(self) -> Any:  # noqa: N802
        """Enable what calls back, silently."""
        self.setOptionValue("output_flag", False)
        return super().enableCallbacks()  # type: ignore[no-untyped-call]


def silent() -> highspy.Highs:
    """Return a new HiGHS that prints nothing."""
    return Silent()  # type: ignore[no-untyped-call]


def run_here(handle: highspy.Highs) -> HighsStatus:
    """Run a handle in this thread and return how that went.

    HiGHS keeps one scheduler for each thread, with as many threads as the first run there had, by whoever; asked for another
    number it refuses. So the scheduler is put away where that happens, and after each run for those who come next.
    """
    outcome = handle.run()
    if outcome == HighsStatus.kError and handle.getModelStatus() == HighsModelStatus.kNotset:
        highspy.Highs.resetGlobalScheduler(True)
        outcome = handle.run()
    highspy.Highs.resetGlobalScheduler(True)
    return outcome
