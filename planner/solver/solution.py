"""What a solver answered, measured by us on the arrays and not taken on trust."""

from __future__ import annotations

import math
from dataclasses import dataclass

import numpy as np

from planner.model.arrays import Arrays, Floats

# A point that a limit left behind counts as a plan up to this relative violation.
PLAN_TOLERANCE = 1e-6
# Above this relative violation an "optimal" answer is not believed without a second look.
DOUBT_TOLERANCE = 1e-5
# Values this near to a bound (relative to the bound where it is above 1) are moved onto it.
SNAP = 1e-9


@dataclass(frozen=True)
class Solution:
    """The answer to a programme; without a feasible point the numbers are None.

    Attributes
    ----------
    status
        "optimal" (within the gap that was asked for), "infeasible", "unbounded", or "limit".
    x
        A value per column; whole where the column is whole.
    row_dual
        Change of the minimum per unit increase of the right-hand side, one per row.
    reduced_cost
        Change of the minimum per unit increase of the bound at which the column sits, one per column.
    objective
        `cost @ x + constant`, summed exactly.
    bound
        What the minimum is proven not to be below.
    gap
        `|objective - bound| / max(1, |objective|)`.
    solver
        Name and version.
    seconds
        Wall-clock time of all its runs.
    integers_fixed
        The duals are those of the linear programme with the whole columns fixed where they are.
    duals_from
        The solver that found the duals, None where there are none.
    reason
        What limit was hit, or what is to be known about the answer; "" where nothing is.
    max_violation
        Largest violation of a row, a bound or wholeness, relative to the sum of the sizes of the row's
        terms (the size of the value, for a bound) where that is above 1.

    """

    status: str
    solver: str
    x: Floats | None = None
    row_dual: Floats | None = None
    reduced_cost: Floats | None = None
    objective: float | None = None
    bound: float | None = None
    gap: float | None = None
    seconds: float = 0.0
    iterations: int = 0
    nodes: int = 0
    integers_fixed: bool = False
    duals_from: str | None = None
    reason: str = ""
    max_violation: float = 0.0

    @property
    def has_plan(self) -> bool:
        """Whether there is a point that keeps every rule."""
        return self.x is not None


@dataclass(frozen=True)
class Answer:
    """What one solver handed back, before it is measured; all in the programme's own order and signs."""

    status: str
    x: Floats | None = None
    row_dual: Floats | None = None
    reduced_cost: Floats | None = None
    bound: float | None = None
    iterations: int = 0
    nodes: int = 0
    integers_fixed: bool = False
    duals_from: str | None = None
    reason: str = ""


def measure(arrays: Arrays, answer: Answer, solver: str, seconds: float) -> Solution:
    """Return the answer as a `Solution`: objective, gap and violation are worked out here.

    A point that a limit left behind and that breaks a rule by more than `PLAN_TOLERANCE` is dropped.
    """
    facts = Solution(
        status=answer.status,
        solver=solver,
        bound=answer.bound,
        seconds=seconds,
        iterations=answer.iterations,
        nodes=answer.nodes,
        reason=answer.reason,
    )
    if answer.x is None or answer.status in ("infeasible", "unbounded"):
        return facts
    violation = max_violation(arrays, answer.x)
    if answer.status == "limit" and not violation <= PLAN_TOLERANCE:
        return facts
    value = objective(arrays, answer.x)
    bound = value if answer.bound is None and answer.status == "optimal" else answer.bound
    if bound is not None:
        bound = min(bound, value)  # rounding can lift a proven bound a hair above the objective
    reason = answer.reason
    if violation > DOUBT_TOLERANCE:
        reason = "; ".join(filter(None, [reason, f"a rule is broken by {violation:.1e} of its limit"]))
    return Solution(
        **vars(facts)
        | {
            "x": answer.x,
            "row_dual": answer.row_dual,
            "reduced_cost": answer.reduced_cost,
            "objective": value,
            "bound": bound,
            "gap": None if bound is None else relative_gap(value, bound),
            "integers_fixed": answer.integers_fixed,
            "duals_from": answer.duals_from,
            "reason": reason,
            "max_violation": violation,
        }
    )


def objective(arrays: Arrays, x: Floats) -> float:
    """Return `cost @ x + constant`, rounded once, so that it does not depend on the machine."""
    terms = arrays.cost * x
    return math.fsum([*terms[terms != 0].tolist(), arrays.constant])


def activity(arrays: Arrays, x: Floats) -> Floats:
    """Return `A @ x`."""
    return _times(arrays, arrays.value, x)


def reduced_costs(arrays: Arrays, row_dual: Floats) -> Floats:
    """Return `cost - A' row_dual`."""
    priced: Floats = arrays.matrix().T @ row_dual
    return arrays.cost - priced


def _times(arrays: Arrays, values: Floats, x: Floats) -> Floats:
    """Return the product of `x` and the matrix with other values; each row's terms are summed in their order."""
    product: Floats = arrays.matrix(values) @ x
    return product


def max_violation(arrays: Arrays, x: Floats) -> float:
    """Return the largest violation of a row, a bound or wholeness (`nan` if a value is no number)."""
    row = activity(arrays, x)
    whole = x[arrays.integer]
    # Rounding in a row grows with its terms, even where they cancel: they set its scale.
    scale = np.maximum(1.0, _times(arrays, np.abs(arrays.value), np.abs(x)))
    outside = np.flatnonzero(~((x >= arrays.lower) & (x <= arrays.upper)))  # a value that is no number, too
    there = x[outside]
    width = np.maximum(1.0, np.abs(there))
    parts = (
        (arrays.row_lower - row) / np.maximum(scale, _size(arrays.row_lower)),
        (row - arrays.row_upper) / np.maximum(scale, _size(arrays.row_upper)),
        (arrays.lower[outside] - there) / width,
        (there - arrays.upper[outside]) / width,
        np.abs(whole - np.rint(whole)),
    )
    return float(np.max([part.max(initial=0.0) for part in parts]))


def _size(limit: Floats) -> Floats:
    return np.where(np.isfinite(limit), np.abs(limit), 0.0)


def relative_gap(value: float, bound: float) -> float:
    """Return `|value - bound| / max(1, |value|)`."""
    return abs(value - bound) / max(1.0, abs(value))


def snapped(arrays: Arrays, x: Floats) -> Floats:
    """Return `x` with whole columns rounded and values within `SNAP` of a bound moved onto it."""
    x = np.where(arrays.integer, np.rint(x), x)
    off = np.flatnonzero(x != arrays.lower)  # all others are on a bound already
    value = x[off]
    for bound in (arrays.lower[off], arrays.upper[off]):
        with np.errstate(invalid="ignore"):
            near = np.abs(value - bound) <= SNAP * np.maximum(1.0, np.abs(bound))
        value = np.where(near & np.isfinite(bound), bound, value)
    x[off] = value
    return x + 0.0  # no negative zeros
