"""Safe bounds: from any numbers for duals, a bound of the objective that holds exactly.

For a programme `min c x` with `row_lower <= A x <= row_upper` and `lower <= x <= upper`, any `y` gives

    min c x >= sum_i min over the row of y_i a_i + sum_j min over the bounds of (c - A'y)_j x_j

(A. Neumaier and O. Shcherbina, Safe bounds in linear and mixed-integer programming, Mathematical Programming 99,
2004; C. Jansson, SIAM Journal on Optimization 14, 2004). A `y_i` of the sign that its row has no side for is put
to 0 first. What a solver's rounding left of a reduced cost that should be 0 is paid for with the column's bound;
where a column has none, the duals are moved in rational numbers until nothing is left to pay.
"""

from __future__ import annotations

from dataclasses import dataclass
from fractions import Fraction

import numpy as np
from numpy.typing import NDArray
from scipy import sparse

from planner.certify.exact import Exact, Matrix, exact, finite, matrix_of
from planner.certify.repair import repaired
from planner.model.arrays import Arrays, Floats

DUAL_TIGHT = (0.0, 1e-9)
"""Columns this near to having no reduced cost are kept so while duals are moved; there are many of them."""


@dataclass(frozen=True)
class Bound:
    """What duals prove: `value`, or None where the columns `endless` have a reduced cost and no bound to pay with."""

    value: Fraction | None
    endless: tuple[int, ...] = ()


def signed(arrays: Arrays, y: Floats) -> Floats:
    """Return duals with 0 in place of what has the wrong sign for its row, and of what is no number."""
    fits = np.where(y > 0, np.isfinite(arrays.row_lower), np.isfinite(arrays.row_upper))
    return np.where(fits & np.isfinite(y), y, 0.0)


def safe_bound(arrays: Arrays, matrix: Matrix, y: Floats, *, costs: bool = True, mend: bool = True) -> Bound:
    """Return the bound of the minimum that duals prove, constant included.

    Without `costs` it is a bound of 0: where it is above 0, no point keeps every rule (Farkas). Unless told to `mend`
    duals that columns without a bound cannot pay for, there is no bound then.
    """
    y = signed(arrays, y)
    cost = arrays.cost if costs else np.zeros(arrays.columns)
    reduced = exact(cost) - matrix.transposed_times(exact(y))
    endless = _endless(arrays, reduced)
    moves: dict[int, Fraction] = {}
    if endless.size and not mend:
        return Bound(None, tuple(endless.tolist()))
    if endless.size:
        dual = _dual(arrays, cost)
        mended = repaired(dual, matrix_of(dual), y, DUAL_TIGHT)
        if mended.violation:
            return Bound(None, tuple(endless.tolist()))
        moves = mended.moves
    value = _of_rows(arrays, y, moves) + _of_columns(arrays, reduced, _changes(arrays, moves))
    return Bound(value + (Fraction(arrays.constant) if costs else 0))


def _endless(arrays: Arrays, reduced: Exact) -> NDArray[np.intp]:
    """Return the columns whose reduced cost pulls them to where they have no bound."""
    sign = reduced.sign()
    return np.flatnonzero((sign != 0) & ~np.isfinite(np.where(sign > 0, arrays.lower, arrays.upper)))


def _dual(arrays: Arrays, cost: Floats) -> Arrays:
    """Return what duals must keep exactly: signs, and `A'y <= c` for columns without an end upwards (or `>=`)."""
    open_up, open_down = np.isinf(arrays.upper), np.isinf(arrays.lower)
    columns = np.flatnonzero(open_up | open_down)
    matrix = arrays.matrix()
    turned = sparse.csr_array(matrix.T)[columns]
    turned.sort_indices()
    return Arrays(
        cost=np.zeros(arrays.rows),
        lower=np.where(np.isfinite(arrays.row_upper), -np.inf, 0.0),
        upper=np.where(np.isfinite(arrays.row_lower), np.inf, 0.0),
        integer=np.zeros(arrays.rows, np.bool_),
        start=turned.indptr.astype(np.int64),
        index=turned.indices.astype(np.int32),
        value=turned.data,
        row_lower=np.where(open_down[columns], cost[columns], -np.inf),
        row_upper=np.where(open_up[columns], cost[columns], np.inf),
    )


def _changes(arrays: Arrays, moves: dict[int, Fraction]) -> dict[int, Fraction]:
    """Return how moves of the duals change each reduced cost."""
    changes: dict[int, Fraction] = {}
    for i, move in moves.items():
        part = slice(arrays.start[i], arrays.start[i + 1])
        for j, value in zip(arrays.index[part].tolist(), arrays.value[part].tolist(), strict=True):
            changes[j] = changes.get(j, Fraction(0)) - move * Fraction(value)
    return changes


def _of_rows(arrays: Arrays, y: Floats, moves: dict[int, Fraction]) -> Fraction:
    side = finite(np.where(np.isfinite(arrays.row_lower), arrays.row_lower, arrays.row_upper))
    moved = sum((move * Fraction(float(side[i])) for i, move in moves.items()), Fraction(0))
    used = np.flatnonzero(y)
    return (exact(y[used]) * exact(side[used])).total() + moved


def _of_columns(arrays: Arrays, reduced: Exact, changes: dict[int, Fraction]) -> Fraction:
    sign = reduced.sign()
    sign[list(changes)] = 0
    used = np.flatnonzero(sign)
    side = np.where(sign > 0, arrays.lower, arrays.upper)
    total = (reduced.at(used) * exact(side[used])).total()
    for j, change in changes.items():
        price = reduced.one(j) + change
        if price:
            total += price * Fraction(float(arrays.lower[j] if price > 0 else arrays.upper[j]))
    return total
