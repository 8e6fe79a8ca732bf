"""Programmes for the solver's tests: small ones by hand, random ones by seed."""

from __future__ import annotations

from dataclasses import replace

import numpy as np

from planner.model.arrays import Arrays

INF = np.inf


def programme(cost, rows=(), *, lower=0.0, upper=INF, integer=False, constant=0.0, **names) -> Arrays:
    """Return a programme from dense rows `(coefficients, lower, upper)`; bounds for all or each column."""
    n = len(cost)
    matrix = np.array([row[0] for row in rows], dtype=float).reshape(len(rows), n)
    entry_row, entry_column = np.nonzero(matrix)
    return Arrays(
        cost=np.array(cost, dtype=float),
        lower=np.broadcast_to(np.array(lower, dtype=float), n).copy(),
        upper=np.broadcast_to(np.array(upper, dtype=float), n).copy(),
        integer=np.broadcast_to(np.array(integer, dtype=bool), n).copy(),
        start=np.concatenate([[0], np.cumsum(np.bincount(entry_row, minlength=len(rows)))]).astype(np.int64),
        index=entry_column.astype(np.int32),
        value=matrix[entry_row, entry_column],
        row_lower=np.array([row[1] for row in rows], dtype=float),
        row_upper=np.array([row[2] for row in rows], dtype=float),
        constant=constant,
        **names,
    )


def dantzig() -> Arrays:
    """Return Dantzig's transport problem: two canneries, three markets, 153.675 (GAMS `trnsport`)."""
    freight = 90 / 1000  # thousand dollars per case and thousand miles
    miles = [2500, 1700, 1800, 2500, 1800, 1400]  # seattle, then san diego, to new york, chicago, topeka
    supply = [([1, 1, 1, 0, 0, 0], -INF, 350), ([0, 0, 0, 1, 1, 1], -INF, 600)]
    demand = [
        ([1, 0, 0, 1, 0, 0], 325, INF),
        ([0, 1, 0, 0, 1, 0], 300, INF),
        ([0, 0, 1, 0, 0, 1], 275, INF),
    ]
    return programme([freight * distance / 1000 for distance in miles], supply + demand)


def random_lp(seed: int, columns: int = 8, rows: int = 6, whole: float = 0.0) -> Arrays:
    """Return a feasible, bounded programme; `whole` is the share of columns that must be whole."""
    rng = np.random.default_rng(seed)
    integer = rng.random(columns) < whole
    inside = np.where(integer, rng.integers(0, 5, columns), rng.uniform(0, 4, columns))
    matrix = rng.normal(size=(rows, columns)) * (rng.random((rows, columns)) < 0.6)
    level, slack = matrix @ inside, rng.random(rows)
    sides = [(level - slack, np.full(rows, INF)), (np.full(rows, -INF), level + slack), (level, level)]
    # A row that fixes whole columns alone would leave nothing to choose.
    kind = rng.integers(0, 2 if whole else 3, rows)
    limits = [(sides[k][0][i], sides[k][1][i]) for i, k in enumerate(kind)]
    return programme(
        rng.normal(size=columns),
        [(row, low, high) for row, (low, high) in zip(matrix, limits, strict=True)],
        upper=5.0,
        integer=integer,
        constant=float(rng.normal()),
    )


def hard_mip(columns: int = 300, rows: int = 30) -> Arrays:
    """Return a knapsack with many equal sides, which no solver finishes soon."""
    rng = np.random.default_rng(7)
    weight = rng.integers(1, 1000, (rows, columns)).astype(float)
    worth = weight.mean(axis=0) + rng.integers(0, 50, columns)
    return programme(-worth, [(row, -INF, row.sum() // 2) for row in weight], upper=1.0, integer=True)


def moved(arrays: Arrays, row: int, by: float) -> Arrays:
    """Return the programme with the right-hand side of one row moved."""
    lower, upper = arrays.row_lower.copy(), arrays.row_upper.copy()
    lower[row] += by
    upper[row] += by
    return replace(arrays, row_lower=lower, row_upper=upper)
