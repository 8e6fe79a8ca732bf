"""Where the coefficients of a programme stand, sorted by row once for programmes that are alike."""

from __future__ import annotations

from typing import Any

import numpy as np
from numpy.typing import NDArray
from scipy import sparse

from planner.model.arrays import Floats

MOST_KEPT = 1_000_000
"""The pattern of a programme with more coefficients is not kept: it would hold their memory for little."""

type Ids = NDArray[np.int32]


class Pattern:
    """The rows and columns of coefficients, and their order by row and column."""

    def __init__(self, rows: Ids, columns: Ids, matrix: Any):
        self._rows, self._columns, self._matrix = rows, columns, matrix
        self._order: NDArray[np.intp] | None = None

    def fits(self, rows: Ids, columns: Ids, shape: tuple[int, int]) -> bool:
        """Return whether these coefficients stand where those of the pattern do, each at a place of its own."""
        return (
            self._matrix.shape == shape
            and self._matrix.nnz == len(rows) == len(self._rows)
            and np.array_equal(self._rows, rows)
            and np.array_equal(self._columns, columns)
        )

    def matrix(self, values: Floats) -> Any:
        """Return the matrix with these coefficients."""
        if self._order is None:
            numbers = np.arange(len(self._rows), dtype=float)
            self._order = _sorted(self._rows, self._columns, numbers, self._matrix.shape).data.astype(np.intp)
        found = self._matrix
        return sparse.csr_array((values[self._order], found.indices, found.indptr), shape=found.shape, copy=False)


def _sorted(rows: Ids, columns: Ids, values: Floats, shape: tuple[int, int]) -> Any:
    """Return the matrix with these coefficients; those that stand at one place are added up."""
    return sparse.coo_array((values, (rows, columns)), shape=shape).tocsr()


_last: list[Pattern] = []


def in_rows(rows: Ids, columns: Ids, values: Floats, shape: tuple[int, int]) -> Any:
    """Return the matrix with these coefficients, by row; the last pattern serves where it fits, as in a what-if session."""
    known = _last[:1]
    if known and known[0].fits(rows, columns, shape):
        return known[0].matrix(values)
    found = _sorted(rows, columns, values, shape)
    _last[:] = [Pattern(rows, columns, found)] if len(values) <= MOST_KEPT else []
    return found
