"""A programme that stays in HiGHS: only what is different is handed over, and a run goes on from where the last one ended."""

from __future__ import annotations

from typing import Any

import highspy
import numpy as np
from highspy import HighsModelStatus
from numpy.typing import NDArray

from planner.model.arrays import Arrays, Floats
from planner.solver.solution import Answer, reduced_costs, snapped
from planner.solver.watch import Watch

FEASIBLE_POINT = 2  # highspy has no name for this solution status
_ENDED = {HighsModelStatus.kOptimal: "optimal", HighsModelStatus.kInfeasible: "infeasible"}


def put_costs(handle: highspy.Highs, old: Floats, new: Floats) -> bool:
    """Give the handle, which has the costs `old`, others, and return whether any is another."""
    moved = _where(old != new)
    if len(moved):
        handle.changeColsCost(len(moved), moved, new[moved])
    return bool(len(moved))


def put_limits(handle: highspy.Highs, old: Arrays, new: Arrays) -> bool:
    """Give the handle, which has the bounds and limits of `old`, those of `new`, and return whether any is another."""
    columns = _where((old.lower != new.lower) | (old.upper != new.upper))
    if len(columns):
        handle.changeColsBounds(len(columns), columns, new.lower[columns], new.upper[columns])
    rows = _where((old.row_lower != new.row_lower) | (old.row_upper != new.row_upper))
    if len(rows):
        many: Any = handle  # its stubs lack this call
        many.changeRowsBounds(len(rows), rows, new.row_lower[rows], new.row_upper[rows])
    return bool(len(columns) or len(rows))


def run(handle: highspy.Highs, watch: Watch, seconds: float) -> HighsModelStatus:
    """Run the handle from where it stands, for so many seconds more at most; Ctrl-C is raised again."""
    handle.setOptionValue("time_limit", handle.getRunTime() + max(0.0, seconds))  # it counts all runs of a handle
    if watch.run(handle):
        raise KeyboardInterrupt
    watch.check()
    return handle.getModelStatus()


def answer_of(handle: highspy.Highs, arrays: Arrays) -> Answer:
    """Read the answer of the last run; what is neither optimal nor infeasible is a limit, with HiGHS's word as the reason."""
    status, info, found = handle.getModelStatus(), handle.getInfo(), handle.getSolution()
    is_mip = arrays.is_mip
    has_point = (
        found.value_valid
        and status != HighsModelStatus.kInfeasible
        and (not is_mip or info.primal_solution_status == FEASIBLE_POINT)
    )
    has_duals = found.dual_valid and not is_mip and status == HighsModelStatus.kOptimal
    row_dual = numbers(found.row_dual) + 0.0 if has_duals else None
    return Answer(
        status=_ENDED.get(status, "limit"),
        x=snapped(arrays, numbers(found.col_value)) if has_point else None,
        row_dual=row_dual,
        reduced_cost=None if row_dual is None else reduced_costs(arrays, row_dual),
        bound=info.mip_dual_bound if is_mip and np.isfinite(info.mip_dual_bound) else None,
        iterations=max(0, info.simplex_iteration_count) + max(0, info.ipm_iteration_count),
        nodes=max(0, info.mip_node_count) if is_mip else 0,
        duals_from="HiGHS" if has_duals else None,
        reason="" if status in _ENDED else handle.modelStatusToString(status).lower(),
    )


def numbers(listed: list[float]) -> Floats:
    """Return one of HiGHS's lists as an array; that all are floats need not be found out."""
    return np.fromiter(listed, np.float64, len(listed))


def _where(different: NDArray[np.bool_]) -> NDArray[np.int32]:
    return np.flatnonzero(different).astype(np.int32)
