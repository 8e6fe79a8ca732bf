"""The programme as scaled arrays, with the names of its columns and rows."""

from __future__ import annotations

import re
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import NDArray
from scipy import sparse

from planner.model.arrays import Arrays, Floats

if TYPE_CHECKING:
    from planner.model.programme import Programme


def power_of_two(values: Floats) -> Floats:
    """Return the power of two nearest to each value in ratio, 1 for what is not positive and finite."""
    usable = np.where((values > 0) & np.isfinite(values), values, 1.0)
    return np.exp2(np.round(np.log2(usable)))


def row_scales(matrix: Any) -> Floats:
    """Return a power of two near the largest coefficient of each row."""
    scales = np.ones(matrix.shape[0])
    filled = np.diff(matrix.indptr) > 0
    if filled.any():
        largest = np.maximum.reduceat(np.abs(matrix.data), matrix.indptr[:-1][filled])
        scales[filled] = power_of_two(largest)
    return scales


@dataclass(frozen=True)
class Finished:
    """The programme as scaled arrays, and the way back to the user's units.

    `x * scale` is a column in the user's units; a row's dual times `money / row_scale` is its price.
    """

    programme: Programme
    matrix: Any
    lower: Floats
    upper: Floats
    derived: NDArray[np.bool_]
    integer: NDArray[np.bool_]
    scale: Floats
    row_scale: Floats
    row_lower: Floats
    row_upper: Floats

    def arrays(
        self, cost: Floats, constant: float, extra: Sequence[ExtraRow] = (), *, free: bool = False
    ) -> tuple[Arrays, float]:
        """Return the arrays for an objective in the user's units, and the units that 1 of it stands for.

        `extra` rows, in the user's units, hold the objectives of higher rank. `free` leaves derived bounds out.
        """
        scaled = cost * self.scale
        used = np.abs(scaled[scaled != 0])
        unit = float(power_of_two(np.exp2(np.mean(np.log2(used))))) if used.size else 1.0
        matrix, low, high = self.matrix, self.row_lower, self.row_upper
        if extra:
            lines = sparse.csr_array(np.array([row.coefficients * self.scale for row in extra]))
            factors = row_scales(lines)
            lines.data /= np.repeat(factors, np.diff(lines.indptr))
            matrix = sparse.vstack([matrix, lines]).tocsr()
            low = np.concatenate([low, np.full(len(extra), -np.inf)])
            high = np.concatenate([high, np.array([row.at_most for row in extra]) / factors])
        # Names are made when asked for, of what there is now: blocks and held objectives may be added later.
        columns, rows = tuple(self.programme.columns.values()), tuple(self.programme.rows.values())
        held = [row.name for row in extra]
        arrays = Arrays(
            cost=scaled / unit,
            lower=self.lower,
            upper=np.where(self.derived, np.inf, self.upper) if free else self.upper,
            integer=self.integer,
            start=matrix.indptr.astype(np.int64),
            index=matrix.indices.astype(np.int32),
            value=matrix.data,
            row_lower=low,
            row_upper=high,
            constant=constant / unit,
            column_names=lambda: labels(columns, self.programme),
            row_names=lambda: labels(rows, self.programme) + held,
        )
        return arrays, unit


@dataclass(frozen=True)
class ExtraRow:
    """A row that holds an objective of higher rank: `coefficients x <= at_most`."""

    name: str
    coefficients: Floats
    at_most: float


_UNSAFE = re.compile(r"[^A-Za-z0-9_.]")


def labels(blocks: Any, programme: Programme) -> list[str]:
    """Return the names of all members, as in `serve(2024Q1,all,video,europe,frankfurt)`, safe in LP and MPS files."""
    names: list[str] = []
    clean: Callable[[Sequence[str]], list[str]] = lambda parts: _distinct([_UNSAFE.sub("_", part) for part in parts])  # noqa: E731
    periods, slices = clean(programme.periods), clean(programme.slices)
    for block in blocks:
        if not block.count:
            continue
        statics = _distinct([",".join(_UNSAFE.sub("_", part) for part in key) for key in block.keys])
        if block.timed == 2:
            times = [f"{p},{k}" if len(slices) > 1 else p for p in periods for k in slices]
        else:
            times = periods if block.timed else [""]
        when, what = np.nonzero(block.at.reshape(-1, block.at.shape[-1]) >= 0)
        heads = [f"{block.name}({time}{',' if time and statics and any(statics) else ''}" for time in times]
        tails = [f"{static})" for static in statics]
        names += [heads[i] + tails[j] for i, j in zip(when.tolist(), what.tolist(), strict=True)]
    return names


def _distinct(names: list[str]) -> list[str]:
    """Return the names with a number added where cleaning has made two of them equal."""
    seen: dict[str, int] = {}
    distinct = []
    for name in names:
        seen[name] = seen.get(name, 0) + 1
        distinct.append(name if seen[name] == 1 else f"{name}.{seen[name]}")
    return distinct
