"""What only a solver can find for a certificate: duals of a relaxation, stricter duals, and rays of infeasibility."""

from __future__ import annotations

import time
from collections.abc import Iterator
from dataclasses import replace
from typing import Any

import highspy
import numpy as np
from highspy import HighsModelStatus
from scipy import sparse

from planner.model.arrays import Arrays, Floats
from planner.solver.handle import silent
from planner.solver.highs import load
from planner.solver.options import SolveOptions
from planner.solver.watch import Watch

SHARE = 0.1
"""A certificate takes no more than this share of the time limit, for each thing that it looks for."""

STRICT = 1e-10
"""Tolerance of duals that are solved for again."""

TOO_LONG = "the linear relaxation took longer than the share of the time that a certificate may take"

LEAST_ITERATIONS = 2_000
"""A relaxation may take as many steps of the simplex method as the search did, or this many where that is more."""


def relaxed(arrays: Arrays, live: Any, options: SolveOptions, iterations: int) -> tuple[Floats | None, str]:
    """Return the duals of the linear relaxation, or None and why there are none.

    It starts from the basis that pricing the plan ended with (`live`), its whole columns fixed: that is near.
    """
    plain = arrays.relaxed
    handle = _handle(options)
    handle.setOptionValue("simplex_iteration_limit", max(LEAST_ITERATIONS, iterations))
    load(handle, plain)
    if live is not None and live.getBasis().valid:
        handle.setOptionValue("presolve", "off")
        handle.setBasis(live.getBasis())
    duals = _run(handle, options)
    return duals, "" if duals is not None else TOO_LONG


def polished(arrays: Arrays, live: Any, options: SolveOptions) -> Floats | None:
    """Return duals to a stricter tolerance, from the basis that a solve ended with; None where that fails."""
    if live is None:
        return None
    handle = _handle(options)
    for tolerance in ("primal", "dual"):
        handle.setOptionValue(f"{tolerance}_feasibility_tolerance", STRICT)
    handle.setOptionValue("presolve", "off")
    load(handle, arrays)
    handle.setBasis(live.getBasis())
    return _run(handle, options)


def farkas(arrays: Arrays, options: SolveOptions) -> Iterator[Floats]:
    """Yield what may prove that the linear relaxation has no point: HiGHS's ray, then the duals of least violation."""
    plain = arrays.relaxed
    for costs in (arrays.cost, np.zeros(arrays.columns)):
        handle = _handle(options)
        handle.setOptionValue("presolve", "off")
        load(handle, replace(plain, cost=costs))
        _run(handle, options)
        if handle.getModelStatus() == HighsModelStatus.kInfeasible:
            _, found, ray = handle.getDualRay()  # type: ignore[attr-defined]
            if found and ray is not None:
                yield np.asarray(ray, dtype=np.float64)
                yield -np.asarray(ray, dtype=np.float64)
    handle = _handle(options)
    load(handle, _elastic(plain))
    duals = _run(handle, options)
    if duals is not None:
        yield duals


def _elastic(arrays: Arrays) -> Arrays:
    """Return the programme of least violation: each row may be missed at a cost of 1 a unit, nothing else costs."""
    low, high = np.isfinite(arrays.row_lower), np.isfinite(arrays.row_upper)
    row = np.concatenate([np.flatnonzero(low), np.flatnonzero(high)])
    sign = np.concatenate([np.ones(low.sum()), -np.ones(high.sum())])
    matrix = arrays.matrix()
    slack = sparse.coo_array((sign, (row, np.arange(len(row)))), shape=(arrays.rows, len(row)))
    both = sparse.hstack([matrix, slack]).tocsr()
    return replace(
        arrays,
        cost=np.concatenate([np.zeros(arrays.columns), np.ones(len(row))]),
        lower=np.concatenate([arrays.lower, np.zeros(len(row))]),
        upper=np.concatenate([arrays.upper, np.full(len(row), np.inf)]),
        integer=np.zeros(arrays.columns + len(row), np.bool_),
        start=both.indptr.astype(np.int64),
        index=both.indices.astype(np.int32),
        value=both.data,
    )


def _handle(options: SolveOptions) -> highspy.Highs:
    handle = silent()
    handle.setOptionValue("output_flag", False)
    handle.setOptionValue("threads", options.threads)
    handle.setOptionValue("random_seed", options.seed)
    handle.setOptionValue("time_limit", SHARE * options.time_limit)
    return handle


def _run(handle: highspy.Highs, options: SolveOptions) -> Floats | None:
    """Run HiGHS and return the duals of the rows, if it came to an optimum."""
    Watch(handle, replace(options, progress=None, log=False), time.monotonic()).run(handle)
    solution = handle.getSolution()
    if handle.getModelStatus() != HighsModelStatus.kOptimal or not solution.dual_valid:
        return None
    return np.fromiter(solution.row_dual, np.float64, len(solution.row_dual)) + 0.0
