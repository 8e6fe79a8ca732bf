"""Ties broken where the solver stands: after a hot solve it has the factors of the optimal basis, so that little is to do.

Whether the plan has the least second objective of the optimal face already is one solve with the transposed basis. Where
it has not, the face is made of the live programme by bounds alone, and the primal simplex method goes on from the plan.
"""

from __future__ import annotations

import time
from dataclasses import dataclass, replace
from typing import Any

import numpy as np
from highspy import HighsModelStatus, HighsStatus
from numpy.typing import NDArray

from planner.model.arrays import Arrays, Floats
from planner.solver import in_place
from planner.solver.in_place import put_costs
from planner.solver.options import SolveOptions
from planner.solver.solution import Solution, activity, reduced_costs, snapped
from planner.solver.watch import Watch, takes_long

STRICT = 1e-10
"""Dual tolerance while ties are broken: the least that HiGHS takes."""

ROUNDING = 1e-12
"""A reduced cost is rounding below this share of the sizes of the terms that it is the sum of."""

Mask = NDArray[np.bool_]


def least_in_place(
    handle: Any, arrays: Arrays, solution: Solution, cost: Floats, options: SolveOptions
) -> Floats | None:
    """Return the point of the optimal face with the least `cost`, None where HiGHS has no factors to go on from.

    The handle is left with the first objective, at the basis of that point; where this comes to none, as it was.
    """
    ends = time.monotonic() + options.time_limit - solution.seconds
    if arrays.is_mip or handle is None or not arrays.rows or solution.x is None or solution.row_dual is None:
        return None
    sides = rests(handle, arrays, solution.x, solution.row_dual) if ends > time.monotonic() else None
    if sides is None:
        return None
    columns, rows = sides
    cost = np.where(columns.free, cost, 0.0)
    if _is_least(handle, arrays, cost, sides):
        return solution.x
    watch = Watch(handle, replace(options, log=False, progress=None), time.monotonic(), looks=takes_long(arrays))
    return _moved(handle, arrays, cost, columns, rows, watch, ends)


@dataclass(frozen=True)
class _Side:
    """The columns, or the rows, at an optimum: their prices, which are basic, which may move at no cost, and where they stand."""

    price: Floats
    basic: Mask
    free: Mask
    value: Floats
    lower: Floats
    upper: Floats

    @property
    def at_lower(self) -> Mask:
        """Which stand nearer to their lower limit."""
        return np.abs(self.value - self.lower) <= np.abs(self.upper - self.value)

    @property
    def limit(self) -> Floats:
        """The limit at which each stands."""
        return np.where(self.at_lower, self.lower, self.upper)

    def rests(self, price: Floats, *, of: Mask) -> bool:
        """Return whether none `of` these that is at a limit gains by leaving it at these prices."""
        at = np.flatnonzero(of & ~self.basic & (self.lower < self.upper))
        gain = np.where(self.at_lower[at], -price[at], price[at])
        return bool(np.isfinite(self.limit[at]).all() and (gain <= STRICT).all())


def rests(handle: Any, arrays: Arrays, x: Floats, row_dual: Floats) -> tuple[_Side, _Side] | None:
    """Return the sides of a point and prices at the handle's basis; None where something is left to gain by these prices."""
    status, basic = handle.getBasicVariables()
    if status != HighsStatus.kOk:
        return None
    # HiGHS numbers a basic row i as -1 - i.
    is_row = basic < 0
    of_columns, of_rows = np.zeros(arrays.columns, np.bool_), np.zeros(arrays.rows, np.bool_)
    of_columns[basic[~is_row]], of_rows[-1 - basic[is_row]] = True, True
    reduced_cost = reduced_costs(arrays, row_dual)
    columns, rows = without_price(arrays, row_dual, reduced_cost)
    sides = (
        _Side(reduced_cost, of_columns, columns | of_columns, x, arrays.lower, arrays.upper),
        _Side(row_dual, of_rows, rows | of_rows, activity(arrays, x), arrays.row_lower, arrays.row_upper),
    )
    return sides if all(side.rests(side.price, of=~side.free) for side in sides) else None


def prices_of(handle: Any, arrays: Arrays, cost: Floats) -> Floats | None:
    """Return the prices of the rows at the handle's basis for a cost, None where it has no factors of its basis."""
    status, basic = handle.getBasicVariables()
    if status != HighsStatus.kOk:
        return None
    right = np.zeros(arrays.rows)
    right[basic >= 0] = cost[basic[basic >= 0]]
    status, price = handle.getBasisTransposeSolve(right)
    return np.asarray(price) if status == HighsStatus.kOk else None


def _is_least(handle: Any, arrays: Arrays, cost: Floats, sides: tuple[_Side, _Side]) -> bool:
    """Return whether the basis is optimal for a cost too, on the face: by its reduced costs."""
    price = prices_of(handle, arrays, cost)
    if price is None:
        return False
    slope = reduced_costs(replace(arrays, cost=cost), price)
    return all(side.rests(prices, of=side.free) for side, prices in zip(sides, (slope, price), strict=True))


def _moved(
    handle: Any, arrays: Arrays, cost: Floats, columns: _Side, rows: _Side, watch: Watch, ends: float
) -> Floats | None:
    """Return the point of the face with the least cost, by the primal simplex method from where the handle is.

    What was free to move has no price, so that the basis found has the prices of the one before: it is not run again.
    """
    names = ("solver", "simplex_strategy", "presolve", "dual_feasibility_tolerance")
    before = {name: handle.getOptionValue(name)[1] for name in names}
    home = handle.getBasis()
    for name, value in zip(names, ("simplex", 4, "off", STRICT), strict=True):
        handle.setOptionValue(name, value)
    held, kept = (np.flatnonzero(~side.free & (side.lower < side.upper)).astype(np.int32) for side in (columns, rows))
    handle.changeColsBounds(len(held), held, columns.limit[held], columns.limit[held])
    handle.changeRowsBounds(len(kept), kept, rows.limit[kept], rows.limit[kept])
    put_costs(handle, arrays.cost, np.where(columns.free, cost, arrays.cost))  # what is held may cost what it likes
    worked = run(handle, watch, ends)
    x = snapped(arrays, in_place.numbers(handle.getSolution().col_value)) if worked else None
    # With one side only, what is held goes to that side; with both again, it stays there.
    for change, at, side in ((handle.changeColsBounds, held, columns), (handle.changeRowsBounds, kept, rows)):
        low, high, at_lower = side.lower[at], side.upper[at], side.at_lower[at]
        change(len(at), at, np.where(at_lower, low, -np.inf), np.where(at_lower, np.inf, high))
        change(len(at), at, low, high)
    put_costs(handle, np.where(columns.free, cost, arrays.cost), arrays.cost)
    if x is None:
        handle.setBasis(home)
        run(handle, watch, ends)
    for name, value in before.items():
        handle.setOptionValue(name, value)
    return x


def without_price(arrays: Arrays, row_dual: Floats, reduced_cost: Floats) -> tuple[Mask, Mask]:
    """Return which columns have no reduced cost, and which rows no dual, but for rounding."""
    sizes = np.abs(arrays.cost) - reduced_costs(
        replace(arrays, cost=np.zeros(arrays.columns), value=np.abs(arrays.value)), np.abs(row_dual)
    )
    largest = float(np.abs(row_dual).max(initial=0.0))
    return np.abs(reduced_cost) <= np.maximum(STRICT, ROUNDING * sizes), np.abs(row_dual) <= max(
        STRICT, ROUNDING * largest
    )


def plain_simplex(handle: Any, options: SolveOptions) -> None:
    """From an optimal basis the primal simplex method goes on as it is, without presolve."""
    wanted = {"solver": "simplex", "simplex_strategy": 4, "presolve": "off", "dual_feasibility_tolerance": STRICT}
    for option, value in {**wanted, "threads": options.threads, "random_seed": options.seed}.items():
        handle.setOptionValue(option, value)


def run(handle: Any, watch: Watch, ends: float) -> bool:
    """Run what HiGHS holds; return whether it found the optimum."""
    return in_place.run(handle, watch, ends - time.monotonic()) == HighsModelStatus.kOptimal
