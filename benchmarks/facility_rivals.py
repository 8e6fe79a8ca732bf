"""The rivals: HiGHS given the textbook model and the full strong one."""

from __future__ import annotations

import time

import highspy
import numpy as np

from planner.facility.instance import Instance


def highs(inst: Instance, *, strong: bool, limit: float, gap: float = 1e-6) -> tuple[float, float, float]:
    """Seconds, objective and bound of HiGHS on the textbook (aggregate capacity) or full strong model."""
    began = time.perf_counter()
    s, r = inst.cost.shape
    h = highspy.Highs()
    h.setOptionValue("output_flag", False)
    h.setOptionValue("threads", 1)
    h.setOptionValue("time_limit", limit)
    h.setOptionValue("mip_rel_gap", gap)
    h.setOptionValue("mip_abs_gap", 0.0)
    pairs = np.isfinite(inst.cost)
    site, region = np.nonzero(pairs)
    n = len(site)
    rows = [
        (region, np.arange(n), np.ones(n)),
        (r + site, np.arange(n), inst.demand[region]),
        (r + np.arange(s), n + np.arange(s), -inst.capacity),
    ]
    lower, upper = [np.ones(r), np.full(s, -np.inf)], [np.ones(r), np.zeros(s)]
    m = r + s
    if strong:
        link = m + np.arange(n)
        rows += [(link, np.arange(n), np.ones(n)), (link, n + site, -np.ones(n))]
        lower.append(np.full(n, -np.inf))
        upper.append(np.zeros(n))
        m += n
    if inst.max_open is not None:
        rows.append((np.full(s, m), n + np.arange(s), np.ones(s)))
        lower.append(np.array([-np.inf]))
        upper.append(np.array([float(inst.max_open)]))
        m += 1
    i, j, v = (np.concatenate(part) for part in zip(*rows, strict=True))
    order = np.lexsort((j, i))
    lp = highspy.HighsLp()
    lp.num_col_, lp.num_row_ = n + s, m
    lp.col_cost_ = np.concatenate([inst.cost[site, region], inst.fixed])
    lp.col_lower_, lp.col_upper_ = np.zeros(n + s), np.ones(n + s)
    lp.row_lower_, lp.row_upper_ = np.concatenate(lower), np.concatenate(upper)
    lp.a_matrix_.format_ = highspy.MatrixFormat.kRowwise
    lp.a_matrix_.start_ = np.searchsorted(i[order], np.arange(m + 1)).astype(np.int32)
    lp.a_matrix_.index_, lp.a_matrix_.value_ = j[order].astype(np.int32), v[order]
    lp.integrality_ = [highspy.HighsVarType.kContinuous] * n + [highspy.HighsVarType.kInteger] * s
    h.passModel(lp)
    h.run()
    info = h.getInfo()
    status = h.getModelStatus()
    if status == highspy.HighsModelStatus.kInfeasible:
        return time.perf_counter() - began, np.inf, np.inf
    return time.perf_counter() - began, float(info.objective_function_value), float(info.mip_dual_bound)
