"""How far a limit can move with the same prices: over the face of plans that the prices allow.

With a limit `p` on right-hand sides and bounds, `A x - p db` within `b`, the best value is a convex function of `p`, in
straight pieces. The prices `y` of the plan stay right as long as some plan agrees with them: each row with a
price stays at its limit, each column with a reduced cost stays at its bound (complementary slackness). So the ends of
the range are the least and the greatest `p` over these plans: two solves of a linear programme with `p` as one more
column. Unlike the range of one basis, this is the whole range, also where several bases have the same prices.
"""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import numpy as np
from scipy import sparse

from planner.ask.family import Family
from planner.ask.hot import Hot
from planner.ask.parameter import Parameter
from planner.ask.posed import Posed
from planner.errors import NoPlanError
from planner.model.arrays import Arrays, Floats

PRICED = 1e-9
"""A dual below this, in the programme's scale, is no price."""


def prices_hold(posed: Posed, parameter: Parameter, family: Family) -> tuple[float, float]:
    """Return the least and the greatest value of a limit at which the plan's prices stay right; infinite without end."""
    arrays = _with_parameter(posed, parameter, family)
    hot = Hot(arrays, posed.options, posed.clock)
    ends = []
    for sign in (1.0, -1.0):
        cost = np.zeros(arrays.columns)
        cost[-1] = sign
        hot.change(cost=cost, constant=0.0)
        try:
            x = hot.best().x
        except NoPlanError:  # nothing ends it
            ends.append(-sign * np.inf)
            continue
        assert x is not None
        ends.append(parameter.now + float(x[-1]))
    return min(ends[0], parameter.now), max(ends[1], parameter.now)


def _with_parameter(posed: Posed, parameter: Parameter, family: Family) -> Arrays:
    """Return the programme with the move of the parameter as its last column, on the face that the prices allow."""
    arrays = posed.arrays
    assert posed.row_dual is not None
    assert posed.reduced_cost is not None
    upper = np.where(posed.built.finished.derived, np.inf, arrays.upper)
    row_low, row_high, _, _ = _tight(posed.row_dual, arrays.row_lower, arrays.row_upper)
    low, high, col_low, col_high = _tight(posed.reduced_cost, arrays.lower, upper)
    # A row has one side, or two equal ones: it moves as that does.
    pace = np.where(np.isfinite(arrays.row_upper), family.row_upper, family.row_lower)
    matrix = arrays.matrix()
    parts = [(sparse.hstack([matrix, sparse.csr_array(-pace[:, None])]), row_low, row_high)]
    # Bounds that move become rows, one for each side.
    moved = np.flatnonzero((family.lower != 0) | (family.upper != 0))
    ones = (np.ones(len(moved)), (np.arange(len(moved)), moved))
    picks = sparse.csr_array(ones, shape=(len(moved), arrays.columns))
    without = np.full(len(moved), np.inf)
    lower_pace = np.where(col_high, family.upper, family.lower)[moved]
    upper_pace = np.where(col_low, family.lower, family.upper)[moved]
    if len(moved):
        parts.append((sparse.hstack([picks, sparse.csr_array(-lower_pace[:, None])]), low[moved], without))
        parts.append((sparse.hstack([picks, sparse.csr_array(-upper_pace[:, None])]), -without, high[moved]))
    whole = sparse.vstack([rows for rows, _, _ in parts]).tocsr()
    free_low, free_high = low.copy(), high.copy()
    free_low[moved], free_high[moved] = -np.inf, np.inf
    least = -np.inf if parameter.least is None else parameter.least - parameter.now
    most = np.inf if parameter.most is None else parameter.most - parameter.now
    return replace(
        arrays,
        cost=np.zeros(arrays.columns + 1),
        lower=np.append(free_low, least),
        upper=np.append(free_high, most),
        integer=np.zeros(arrays.columns + 1, dtype=np.bool_),
        start=whole.indptr.astype(np.int64),
        index=whole.indices.astype(np.int32),
        value=whole.data,
        row_lower=np.concatenate([one for _, one, _ in parts]),
        row_upper=np.concatenate([one for _, _, one in parts]),
        constant=0.0,
        column_names=list,
        row_names=list,
    )


def _tight(dual: Floats, lower: Floats, upper: Floats) -> tuple[Floats, Floats, Any, Any]:
    """Return limits with those that have a price made equalities, and which were at their lower and their upper limit."""
    priced = np.abs(dual) > PRICED * max(1.0, float(np.abs(dual).max(initial=0.0)))
    at_low = priced & (dual > 0) & np.isfinite(lower)
    at_high = priced & (dual < 0) & np.isfinite(upper)
    return np.where(at_high, upper, lower), np.where(at_low, lower, upper), at_low, at_high


def price_of(posed: Posed, family: Family, row_dual: Floats, reduced_cost: Floats) -> float:
    """Return the change of the objective for one more of a limit: `y db` and the bounds' part, in the objective's unit."""
    rows = np.where(row_dual > 0, family.row_lower, family.row_upper) * row_dual
    columns = np.where(reduced_cost > 0, family.lower, family.upper) * reduced_cost
    return (float(rows.sum()) + float(columns.sum()) + family.constant) * posed.unit
