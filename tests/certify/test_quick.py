"""The quick look at duals never says more than exact arithmetic does."""

from __future__ import annotations

from fractions import Fraction

import numpy as np
import pytest
from scipy import sparse

from planner.certify.bound import safe_bound
from planner.certify.exact import matrix_of
from planner.certify.quick import surely_within
from planner.model.arrays import Arrays


def programme(rng: np.random.Generator) -> Arrays:
    """Return a random programme: bounds and sides missing here and there, numbers of many sizes."""
    rows, columns = int(rng.integers(1, 6)), int(rng.integers(1, 9))
    matrix = sparse.random_array((rows, columns), density=0.7, rng=rng, data_sampler=rng.standard_normal).tocsr()
    matrix.data *= 10.0 ** rng.integers(-3, 4, len(matrix.data))
    limit = rng.standard_normal(rows)
    return Arrays(
        cost=rng.standard_normal(columns),
        lower=np.where(rng.random(columns) < 0.2, -np.inf, 0.0),
        upper=np.where(rng.random(columns) < 0.5, np.inf, 10.0 ** rng.integers(-2, 6, columns)),
        integer=np.zeros(columns, np.bool_),
        start=matrix.indptr.astype(np.int64),
        index=matrix.indices.astype(np.int32),
        value=matrix.data,
        row_lower=np.where(rng.random(rows) < 0.3, -np.inf, limit),
        row_upper=np.where(rng.random(rows) < 0.3, np.inf, limit),
    )


def priced(arrays: Arrays, rng: np.random.Generator) -> np.ndarray:
    """Return duals for which the reduced costs of some columns are 0 but for rounding, or the cost moved so that they are."""
    y = rng.standard_normal(arrays.rows)
    whole = sparse.csr_array((arrays.value, arrays.index, arrays.start), shape=(arrays.rows, arrays.columns))
    basic = rng.random(arrays.columns) < 0.6
    arrays.cost[basic] = (whole.T @ y)[basic]
    return y


@pytest.mark.parametrize("seed", range(4))
def test_it_says_yes_only_where_the_exact_bound_does(seed):
    """On random programmes, at distances on both sides of the exact one, and it does say yes a little above it."""
    rng = np.random.default_rng(seed)
    said = 0
    for _ in range(150):
        arrays = programme(rng)
        y = priced(arrays, rng)
        exact = safe_bound(arrays, matrix_of(arrays), y, mend=False).value
        value = float(exact) + 1.0 if exact is not None else 1.0
        for allowed in (0.5, 1.0 - 1e-15, 1.0, 1.0 + 1e-6, 1e3):
            if surely_within(arrays, y, value, allowed):
                said += 1
                assert exact is not None
                assert Fraction(value) - exact <= Fraction(allowed)
        if exact is not None and max(abs(value), np.abs(arrays.upper[np.isfinite(arrays.upper)]).max(initial=1)) < 1e3:
            assert surely_within(arrays, y, value, 1.0 + 1e-6)
    assert said > 30
