"""The programme as arrays: what every solver is handed and every proof is about."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field, replace
from typing import Any

import numpy as np
from numpy.typing import NDArray

Floats = NDArray[np.float64]
Ints = NDArray[np.int64]


@dataclass(frozen=True)
class Arrays:
    """A mixed-integer linear programme with `n` columns and `m` rows.

    Minimise `cost @ x + constant` subject to `row_lower <= A @ x <= row_upper`,
    `lower <= x <= upper`, and `x[j]` whole where `integer[j]`. Infinite bounds are `numpy.inf`.
    A row has one sense: at most one finite side, or two equal ones.

    `A` is in compressed sparse rows: row `i` has the columns `index[start[i]:start[i + 1]]`
    (each once, ascending) with the coefficients `value[start[i]:start[i + 1]]`.
    Names are made only when asked for, since a million of them take longer than the numbers.
    """

    cost: Floats
    lower: Floats
    upper: Floats
    integer: NDArray[np.bool_]
    start: Ints
    index: NDArray[np.int32]
    value: Floats
    row_lower: Floats
    row_upper: Floats
    constant: float = 0.0
    column_names: Callable[[], list[str]] = field(default=list, repr=False, compare=False)
    row_names: Callable[[], list[str]] = field(default=list, repr=False, compare=False)

    @property
    def columns(self) -> int:
        """Number of columns, `n`."""
        return len(self.cost)

    @property
    def rows(self) -> int:
        """Number of rows, `m`."""
        return len(self.row_lower)

    @property
    def is_mip(self) -> bool:
        """Whether any column must be whole."""
        return bool(self.integer.any())

    @property
    def relaxed(self) -> Arrays:
        """The linear relaxation: the same programme, no column of which must be whole."""
        return replace(self, integer=np.zeros_like(self.integer))

    def matrix(self, value: Floats | None = None) -> Any:
        """Return `A` as a sparse matrix of scipy's, on the same memory; `value` takes the place of its coefficients."""
        from scipy import sparse

        values = self.value if value is None else value
        return sparse.csr_array((values, self.index, self.start), shape=(self.rows, self.columns), copy=False)
