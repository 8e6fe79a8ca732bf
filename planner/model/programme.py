"""The programme under construction: labelled blocks of columns and rows, filled from arrays.

A block is one family of decisions or one rule. Its members are a time part (period, or period and slice)
times a static part (such as workload, region, site), less the combinations that a mask leaves out. Rules
write their coefficients in the user's own units; the blocks' scales, all powers of two, are applied once,
when the arrays are made, so that scaling costs no digit.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from copy import copy
from dataclasses import dataclass, field
from typing import Any, Literal

import numpy as np
from numpy.typing import ArrayLike, NDArray

from planner.model.arrays import Floats
from planner.model.finished import Finished, power_of_two, row_scales
from planner.model.pattern import in_rows

Ids = NDArray[np.int32]
"""Positions of columns or rows; -1 where a combination does not exist."""

MANY = 50_000
"""Values from which on a copy takes more than a view of numpy's, which costs some microseconds whatever its size."""

Sense = Literal["<=", ">=", "=="]


@dataclass(frozen=True)
class Block:
    """A family of columns or rows.

    Attributes
    ----------
    name
        What it is called in labels, documentation and messages.
    axes
        Name of each static axis, such as ("workload", "region", "site").
    keys
        Static labels of each member, one tuple per static position, in the order of `axes`.
    at
        Position of each member in the programme, or -1, shape (T, K, J) or (T, J) or (1, J).
    timed
        How many leading axes of time the block has: 0, 1 (period) or 2 (period and slice).
    """

    name: str
    axes: tuple[str, ...]
    keys: tuple[tuple[str, ...], ...]
    at: Ids
    first: int
    count: int
    timed: int

    @property
    def span(self) -> slice:
        """The block's part of the programme's columns or rows."""
        return slice(self.first, self.first + self.count)

    def members(self) -> tuple[NDArray[np.intp], ...]:
        """Return the time and static positions of each member, in the order of the programme."""
        return np.nonzero(self.at >= 0)

    def spread(self, values: ArrayLike) -> NDArray[Any]:
        """Return values, broadcast to the shape of `at`, of the members only."""
        given = np.asarray(values)
        if given.ndim == 0:
            return np.full(self.count, given)
        full = np.broadcast_to(given, self.at.shape)
        return full.reshape(-1) if self.count == self.at.size else full[self.at >= 0]

    def shaped(self, values: Floats, missing: float = 0.0) -> Floats:
        """Return the block's part of a vector over the programme, in the shape of `at`; not to be changed."""
        if self.count == self.at.size:
            return values[self.span].reshape(self.at.shape)
        full = np.full(self.at.shape, missing)
        full[self.at >= 0] = values[self.span]
        return full


@dataclass(frozen=True)
class Item:
    """A part of the cost: so much for each unit of some columns, or a constant.

    Attributes
    ----------
    kind
        What it is called in the cost table.
    columns
        Positions of the columns; empty for a constant.
    discounted, plain
        Cost of one unit in money of the base date, and when it is paid.
    period
        Position of the period that it is paid in, one for each column.
    capital
        Whether a budget for capital covers it, or one for operating cost; penalties are covered by none.
    site, offer, workload
        Labels of a constant.
    """

    kind: str
    columns: Ids
    discounted: Floats
    plain: Floats
    period: NDArray[np.intp]
    capital: bool
    labels: dict[str, str] = field(default_factory=dict)


@dataclass(frozen=True)
class Emission:
    """Carbon of some columns: kg CO2e of one unit, and the period."""

    columns: Ids
    kilograms: Floats
    period: NDArray[np.intp]


class Programme:
    """Blocks of columns and rows, their coefficients, and the parts of the cost."""

    def __init__(self, periods: tuple[str, ...], slices: tuple[str, ...]):
        self.periods, self.slices = periods, slices
        self.columns: dict[str, Block] = {}
        self.rows: dict[str, Block] = {}
        self.items: list[Item] = []
        self.emissions: list[Emission] = []
        self._n = self._m = 0
        self._lower: list[Floats] = []
        self._upper: list[Floats] = []
        self._derived: list[NDArray[np.bool_]] = []
        self._integer: list[NDArray[np.bool_]] = []
        self._scale: list[Floats] = []
        self._position: dict[str, int] = {}
        self._sense: list[tuple[str, int]] = []
        self._right: list[Floats] = []
        self._entries: list[tuple[Ids, Ids, Floats]] = []

    def add_columns(
        self,
        name: str,
        axes: Sequence[str],
        keys: Sequence[tuple[str, ...]],
        shape: tuple[int, ...],
        *,
        mask: ArrayLike = True,
        lower: ArrayLike = 0.0,
        upper: ArrayLike = np.inf,
        derived: ArrayLike = True,
        integer: ArrayLike = False,
        scale: ArrayLike = 1.0,
    ) -> Block:
        """Add a family of decisions and return it.

        Parameters
        ----------
        name, axes, keys
            Name of the family, its static axes and the labels along them.
        shape
            Extent of the time part: (), (T,) or (T, K).
        mask
            Which members exist, broadcast to `shape` and the static part.
        lower, upper
            Bounds in the user's units.
        derived
            Whether the upper bound was derived from other data, rather than stated.
        integer
            Whether members must be whole; their scale is 1.
        scale
            Units that one unit of the column stands for; rounded to a power of two.
        """
        block = self._block(name, axes, keys, shape, mask, self._n)
        self.columns[name] = block
        if not block.count:
            return block
        self._n += block.count
        whole = block.spread(integer).astype(bool)
        units = np.where(whole, 1.0, block.spread(power_of_two(np.asarray(scale, float))))
        self._lower.append(block.spread(lower) / units)
        self._upper.append(block.spread(upper) / units)
        self._derived.append(block.spread(derived).astype(bool))
        self._integer.append(whole)
        self._scale.append(units)
        self._position[name] = len(self._scale) - 1
        return block

    def add_rows(
        self,
        name: str,
        axes: Sequence[str],
        keys: Sequence[tuple[str, ...]],
        shape: tuple[int, ...],
        sense: Sense,
        right: ArrayLike,
        *,
        mask: ArrayLike = True,
    ) -> Block:
        """Add a rule, `coefficients x (sense) right`, and return it; coefficients follow by `enter`."""
        block = self._block(name, axes, keys, shape, mask, self._m)
        self.rows[name] = block
        if block.count:
            self._m += block.count
            self._sense.append((sense, block.count))
            self._right.append(block.spread(right).astype(float))
        return block

    def _block(
        self,
        name: str,
        axes: Sequence[str],
        keys: Sequence[tuple[str, ...]],
        shape: tuple[int, ...],
        mask: ArrayLike,
        first: int,
    ) -> Block:
        full = (*(shape or (1,)), len(keys))
        if not keys:
            return Block(name, tuple(axes), (), np.zeros(full, np.int32), first, 0, len(shape))
        given = np.asarray(mask, dtype=bool)
        if given.all():
            count = math.prod(full)
            at = np.arange(first, first + count, dtype=np.int32).reshape(full)
        else:
            exists = np.broadcast_to(given, full)
            count = int(exists.sum())
            at = np.full(full, -1, np.int32)
            at[exists] = np.arange(first, first + count, dtype=np.int32)
        return Block(name, tuple(axes), tuple(keys), at, first, count, len(shape))

    def enter(self, rows: NDArray[Any], columns: NDArray[Any], values: ArrayLike) -> None:
        """Add coefficients; the three are broadcast together, and pairs with a -1 or a zero are left out."""
        if not (rows.size and columns.size):
            return
        r, c, v = _together(rows, columns, np.asarray(values, dtype=float))
        kept = (r >= 0) & (c >= 0) & (v != 0)
        row, column, value = _those(kept, r, c, v)
        self._entries.append((_ids(row), _ids(column), value))

    def charge(
        self,
        kind: str,
        columns: NDArray[Any],
        plain: ArrayLike,
        discount: ArrayLike,
        period: ArrayLike,
        *,
        capital: bool = False,
    ) -> None:
        """Add a part of the cost; arguments are broadcast to the shape of `columns`."""
        if not columns.size:
            return
        c, p, d, t = _together(
            columns, np.asarray(plain, float), np.asarray(discount, float), np.asarray(period, np.intp)
        )
        kept = (c >= 0) & (p != 0)
        if kept.any():
            column, each, factor, when = _those(kept, c, p, d, t)
            self.items.append(Item(kind, _ids(column), each * factor, each, when, capital))

    def charge_constant(
        self, kind: str, plain: Floats, discount: ArrayLike, period: ArrayLike, *, capital: bool = False, **labels: str
    ) -> None:
        """Add a constant part of the cost, one amount for each period given."""
        amounts = np.atleast_1d(np.asarray(plain, float))
        if amounts.any():
            empty, when = np.zeros(0, np.int32), _filled(np.asarray(period, np.intp), amounts.shape)
            self.items.append(Item(kind, empty, amounts * np.asarray(discount, float), amounts, when, capital, labels))

    def emit(self, columns: NDArray[Any], kilograms: ArrayLike, period: ArrayLike) -> None:
        """Add the carbon of columns, kg CO2e a unit; arguments are broadcast together."""
        c, kg, t = np.broadcast_arrays(columns, np.asarray(kilograms, float), np.asarray(period, np.intp))
        kept = (c >= 0) & (kg != 0)
        if kept.any():
            column, amount, when = _those(kept, c, kg, t)
            self.emissions.append(Emission(_ids(column), amount, when))

    @property
    def size(self) -> tuple[int, int]:
        """Number of columns and rows so far."""
        return self._n, self._m

    @property
    def size_without_losses(self) -> tuple[int, int]:
        """Number of columns and rows that belong to no loss; they come first."""
        columns = sum(block.count for name, block in self.columns.items() if not name.startswith("loss of "))
        rows = sum(block.count for name, block in self.rows.items() if not name.startswith("loss of "))
        return columns, rows

    def upper_of(self, block: Block) -> Floats:
        """Return the upper bounds of a block in the user's units, in the shape of its `at`."""
        full = np.zeros(block.at.shape)
        if block.count:
            position = self._position[block.name]
            full[block.at >= 0] = self._upper[position] * self._scale[position]
        return full

    def forbid(self, block: Block) -> None:
        """Hold the columns of a block at zero."""
        if block.count:
            position = self._position[block.name]
            self._upper[position][:] = 0.0
            self._derived[position][:] = False

    def without_cost(self) -> Programme:
        """Return a programme with the same columns and rows, and no cost or emissions yet."""
        same = copy(self)
        same.items, same.emissions = [], []
        return same

    def without_rules(self) -> Programme:
        """Return a programme with the same columns and cost, and no rows yet."""
        same = copy(self)
        same.rows, same._m = {}, 0
        same._sense, same._right, same._entries = [], [], []
        same._upper = [part.copy() for part in self._upper]
        same._derived = [part.copy() for part in self._derived]
        return same

    def finish(self) -> Finished:
        """Make the arrays.

        Every row is scaled so that its largest coefficient is near 1, the objective by the money that a
        typical column costs; all by powers of two.
        """
        n, m = self._n, self._m
        scale = _joined(self._scale, n)
        rows, columns, values = (
            (np.concatenate(part) for part in zip(*self._entries, strict=True))
            if self._entries
            else (np.zeros(0, np.int32), np.zeros(0, np.int32), np.zeros(0))
        )
        matrix = in_rows(rows, columns, values * scale[columns], (m, n))
        row_scale = row_scales(matrix)
        matrix.data *= np.repeat(1 / row_scale, np.diff(matrix.indptr))
        right = _joined(self._right, m) / row_scale
        senses = np.array([sense for sense, _ in self._sense], dtype="<U2")
        sense = np.repeat(senses, [count for _, count in self._sense])
        return Finished(
            programme=self,
            matrix=matrix,
            lower=_joined(self._lower, n),
            upper=_joined(self._upper, n),
            derived=_joined(self._derived, n).astype(bool),
            integer=_joined(self._integer, n).astype(bool),
            scale=scale,
            row_scale=row_scale,
            row_lower=np.where(sense == "<=", -np.inf, right),
            row_upper=np.where(sense == ">=", np.inf, right),
        )


def _those(kept: NDArray[np.bool_], *values: NDArray[Any]) -> list[NDArray[Any]]:
    """Return each array's values where they are kept; mostly all are, which is faster to copy."""
    return [v.reshape(-1) for v in values] if kept.all() else [v[kept] for v in values]


def _together(*values: NDArray[Any]) -> list[NDArray[Any]]:
    """Return the arrays broadcast to one shape: views, or where there are few values copies, which are made faster."""
    together = np.broadcast(*values)
    spread = _filled if together.size < MANY else np.broadcast_to
    return [value if value.shape == together.shape else spread(value, together.shape) for value in values]


def _filled(value: NDArray[Any], shape: tuple[int, ...]) -> NDArray[Any]:
    filled = np.empty(shape, value.dtype)
    filled[...] = value
    return filled


def _ids(positions: NDArray[Any]) -> Ids:
    return positions.astype(np.int32, copy=False)


def _joined(parts: list[Any], length: int) -> NDArray[Any]:
    return np.concatenate(parts) if parts else np.zeros(length)


def summed(values: Floats, groups: Sequence[int] | NDArray[np.int64], count: int) -> Floats:
    """Return the sums of values along the last axis by group, `count` groups in all."""
    total = np.zeros((*values.shape[:-1], count))
    np.add.at(total, (..., np.asarray(groups, int)), values)  # type: ignore[arg-type]  # numpy takes an ellipsis here
    return total


def any_of(given: NDArray[np.bool_], groups: Sequence[int], count: int) -> NDArray[np.bool_]:
    """Return whether any along the last axis holds, by group, `count` groups in all."""
    found = np.zeros((*given.shape[:-1], count), bool)
    np.logical_or.at(found, (..., np.asarray(groups, int)), given)  # type: ignore[arg-type]
    return found
