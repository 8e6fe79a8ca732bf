"""HiGHS for small programmes that are changed a little and solved again and again."""

from __future__ import annotations

import highspy

from planner.solver.handle import run_here, silent


def kept_alive() -> highspy.Highs:
    """A silent HiGHS on one thread, for small programmes solved again and again."""
    h = silent()
    h.setOptionValue("threads", 1)
    h.setOptionValue("parallel", "off")
    h.setOptionValue("presolve", "off")
    h.setOptionValue("solver", "simplex")
    h.setOptionValue("simplex_dual_edge_weight_strategy", 1)  # devex: 0.75 of the time of steepest edge here
    return h


def run(h: highspy.Highs) -> highspy.HighsModelStatus:
    """Solve to optimality or to a proof that there is no solution; from scratch where the hot start fails."""
    good = (highspy.HighsModelStatus.kOptimal, highspy.HighsModelStatus.kInfeasible)
    run_here(h)
    status = h.getModelStatus()
    if status not in good:
        h.clearSolver()
        run_here(h)
        status = h.getModelStatus()
        if status not in good:
            raise RuntimeError(f"HiGHS could not solve a small programme: {h.modelStatusToString(status)}")
    return status
