"""Whether an answer holds: worked out from the programme's arrays and the point and prices alone.

For any prices `y` of the rows, every point that keeps the rules costs at least

    constant + sum_i (y_i+ row_lower_i + y_i- row_upper_i) + sum_j min over [lower_j, upper_j] of d_j x_j

with `y+ = max(y, 0)`, `y- = min(y, 0)` and `d = cost - A'y` (weak duality of linear programmes with bounds: V. Chvatal,
Linear Programming, 1983, chapter 9). A point that keeps the rules and costs no more than that is optimal, whatever
the solver says of it. In the same way prices whose least activity no point within its bounds can reach show that
there is no point (Farkas).
"""

from __future__ import annotations

import math
from dataclasses import dataclass

import numpy as np

from planner.model.arrays import Arrays, Floats
from planner.solver.solution import PLAN_TOLERANCE, Solution, max_violation, objective

GAP = 1e-9
"""The cost of a point may lie above what its prices prove by this share of it (of 1 where it is less)."""

DUAL = 1e-7
"""A price may have the wrong sign by this share of the largest cost, where no bound stands against it."""

SURE = 1e-9
"""Prices show infeasibility only by more than this share of the sizes that they add up."""


@dataclass(frozen=True)
class Proof:
    """What an answer comes to.

    Attributes
    ----------
    primal
        Largest violation of a rule or bound, relative (`planner.solver.solution.max_violation`).
    dual
        Largest price of the wrong sign that no bound stands against, as a share of the largest cost.
    gap
        Cost of the point less what the prices prove, relative to the cost where that is above 1.
    """

    primal: float
    dual: float
    gap: float

    @property
    def holds(self) -> bool:
        """Whether all three are within their tolerances; what is no number is not."""
        return self.primal <= PLAN_TOLERANCE and self.dual <= DUAL and abs(self.gap) <= GAP


def proof_of(arrays: Arrays, x: Floats, row_dual: Floats, known: Solution | None = None) -> Proof:
    """Return how far a point and prices prove each other optimal for a linear programme.

    `known` is the point measured (`planner.solver.solution.measure`), where it was.
    """
    if not (np.isfinite(x).all() and np.isfinite(row_dual).all()):
        return Proof(math.inf, math.inf, math.inf)
    largest = max(1e-300, float(np.abs(arrays.cost).max(initial=0.0)))
    of_rows, wrong_rows = _least(row_dual, arrays.row_lower, arrays.row_upper)
    of_columns, wrong_columns = _least(arrays.cost - _priced(arrays, row_dual), arrays.lower, arrays.upper)
    value = objective(arrays, x) if known is None or known.objective is None else known.objective
    violation = max_violation(arrays, x) if known is None else known.max_violation
    bound = math.fsum([arrays.constant, of_rows, of_columns])
    return Proof(violation, max(wrong_rows, wrong_columns) / largest, (value - bound) / max(1.0, abs(value)))


def proves_infeasible(arrays: Arrays, ray: Floats) -> bool:
    """Return whether a direction of the prices, of either sign, shows that no point keeps the rules."""
    return bool(np.isfinite(ray).all()) and any(_no_point(arrays, side) for side in (ray, -ray))


def _no_point(arrays: Arrays, ray: Floats) -> bool:
    """Return whether the rows, added up along `ray`, ask for more than the columns' bounds allow."""
    size = float(np.abs(ray).max(initial=0.0))
    if not size:
        return False
    ray = ray / size
    wanted, wrong = _least(ray, arrays.row_lower, arrays.row_upper)
    slope = _priced(arrays, ray)
    allowed, loose = _least(-slope, arrays.lower, arrays.upper)
    with np.errstate(invalid="ignore"):
        sizes = [np.abs(ray * limit) for limit in (arrays.row_lower, arrays.row_upper)]
    scale = max([1.0, *(float(np.max(part[np.isfinite(part)], initial=0.0)) for part in sizes)])
    return max(wrong, loose) <= SURE and wanted + allowed > SURE * scale


def _priced(arrays: Arrays, row_dual: Floats) -> Floats:
    """Return `A'y`."""
    rows = np.repeat(row_dual, np.diff(arrays.start))
    return np.bincount(arrays.index, weights=arrays.value * rows, minlength=arrays.columns)


def _least(price: Floats, lower: Floats, upper: Floats) -> tuple[float, float]:
    """Return the least of `price @ x` over `lower <= x <= upper`, and the largest price that a missing bound leaves open.

    Such a price counts as nothing.
    """
    side = np.where(price > 0, lower, upper)
    counted = (price != 0) & np.isfinite(side)
    terms = price[counted] * side[counted]
    least = math.fsum(terms[terms != 0].tolist())
    return least, float(np.abs(price[~counted]).max(initial=0.0))
