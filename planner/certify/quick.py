"""Whether duals surely prove enough, in doubles with a bound on their rounding: exact arithmetic is for those in doubt."""

from __future__ import annotations

import math

import numpy as np

from planner.certify.bound import signed
from planner.certify.exact import exact, finite, sums
from planner.model.arrays import Arrays, Floats
from planner.solver.solution import reduced_costs

ROUNDING = 2.0**-53
"""Largest relative error of one operation on doubles."""

SPARE = 1.001
"""Bounds on rounding are sums of doubles themselves: this covers their own."""


def surely_within(arrays: Arrays, y: Floats, value: float, allowed: float) -> bool:
    """Return whether the safe bound of some duals is surely no more than `allowed` below `value`; False where in doubt.

    A sum of n products in doubles is off by at most n u / (1 - n u) times the sum of their sizes, u = 2**-53 (N. Higham, Accuracy and
    Stability of Numerical Algorithms, 2002, chapter 3). Only the sign of a reduced cost whose column lacks the bound that it
    may need is worked out exactly where rounding hides it.
    """
    y = signed(arrays, y)
    matrix = arrays.matrix()
    reduced = reduced_costs(arrays, y)
    sizes = np.abs(arrays.cost) + abs(matrix).T @ np.abs(y)
    terms = np.bincount(arrays.index, minlength=arrays.columns) + 2
    off = SPARE * ROUNDING * terms * sizes
    may_rise, may_fall = reduced + off > 0, reduced - off < 0  # the reduced cost may be positive, negative
    open_low, open_high = np.isinf(arrays.lower), np.isinf(arrays.upper)
    unsure = np.flatnonzero((may_rise & open_low) | (may_fall & open_high))
    if unsure.size and not _are_bounded(arrays, y, unsure):
        return False
    side = finite(np.where(reduced > 0, arrays.lower, arrays.upper))
    other = finite(np.where(reduced > 0, arrays.upper, arrays.lower))
    columns = reduced * side
    worst = off * np.maximum(np.abs(side), np.where(may_rise & may_fall, np.abs(other), 0.0))
    rows = y * finite(np.where(np.isfinite(arrays.row_lower) & (y > 0), arrays.row_lower, arrays.row_upper))
    added = float(np.abs(columns).sum() + np.abs(rows).sum() + abs(arrays.constant) + abs(value))
    wrong = SPARE * (float(worst.sum()) + 2 * ROUNDING * added)
    below = math.fsum([value, -arrays.constant, *(-columns[columns != 0]).tolist(), *(-rows[rows != 0]).tolist()])
    return bool(below + wrong <= allowed)


def _are_bounded(arrays: Arrays, y: Floats, columns: np.ndarray) -> bool:
    """Return whether exact reduced costs pull none of the columns to where they have no bound."""
    number = np.full(arrays.columns, -1)
    number[columns] = np.arange(len(columns))
    row = np.repeat(np.arange(arrays.rows), np.diff(arrays.start))
    used = np.flatnonzero((number[arrays.index] >= 0) & (y[row] != 0))
    used = used[np.argsort(number[arrays.index[used]], kind="stable")]
    priced = sums(exact(arrays.value[used]) * exact(y[row[used]]), number[arrays.index[used]], len(columns))
    sign = (exact(arrays.cost[columns]) - priced).sign()
    missing = np.where(sign > 0, arrays.lower[columns], arrays.upper[columns])
    return bool(np.isfinite(missing[sign != 0]).all())
