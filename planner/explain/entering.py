"""What it would take for something that a plan leaves out to enter it, read off the plan's prices.

Let `J` be the columns of the thing, all zero in the plan. A unit of it enters as a bundle `z >= 0` of them (bought, put in
place, at work, serving), which keeps the rows that only they are in; all else it takes from the other rows, at their
duals `y`. The least of `(c - A' y) z` over bundles with one unit entering is its reduced cost. The reduced cost of the
single columns would not do: where a stand is empty, the duals of its own rows are anything.

With the price times `f` the reduced cost is concave in `f`, and Newton's method finds where it is zero.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray
from scipy import sparse
from scipy.optimize import linprog

from planner.explain.reading import Reading
from planner.model.arrays import Floats
from planner.model.programme import Block

STEPS = 30
STEADY = 1e-9

type Mask = NDArray[np.bool_]


@dataclass(frozen=True)
class Bundle:
    """The cheapest way for one unit to enter: its reduced cost and its columns."""

    reduced: float
    columns: NDArray[np.intp]
    amounts: Floats


def with_label(reading: Reading, axis: str, name: str) -> Mask:
    """Return which columns have a label, such as those of an offer."""
    found = np.zeros(reading.built.model.programme.size[0], bool)
    for block in reading.built.model.programme.columns.values():
        if axis in block.axes and block.count:
            place = block.axes.index(axis)
            named = [j for j, key in enumerate(block.keys) if key[place] == name]
            at = block.at[..., named]
            found[at[at >= 0]] = True
    return found


class Entering:
    """The bundles by which the columns of a thing can enter a plan.

    Parameters
    ----------
    mine
        Which columns are the thing's.
    unit
        How much of a unit each column brings in, 0 for those that only follow.
    free
        Rows that nothing outside has a part in, though columns of others stand in them: those of work that nobody
        does yet, which bring in the columns that serve it.
    """

    def __init__(self, reading: Reading, mine: Mask, unit: Floats, free: Mask):
        self._reading = reading
        inside = (abs(reading.matrix) > 0) @ mine.astype(float)
        every = np.diff(reading.matrix.indptr)
        own = (inside > 0) & ((inside >= every) | free)
        self.columns = np.flatnonzero(mine)
        matrix = reading.matrix[:, self.columns]
        shared = np.where(own, 0.0, reading.y)
        self._cost = reading.objective.coefficients[self.columns] - matrix.T @ shared
        for row in reading.held:
            self._cost = self._cost - row.coefficients[self.columns] * row.dual
        finished = reading.built.finished
        equal = own & (finished.row_lower == finished.row_upper)
        most = own & ~equal & np.isfinite(finished.row_upper) & (finished.row_upper <= 0)
        least = own & ~equal & np.isfinite(finished.row_lower) & (finished.row_lower >= 0)
        self._unit = unit[self.columns]
        self._equal = matrix[equal]
        self._most: Any = sparse.vstack([matrix[most], -matrix[least]]).tocsr()
        self._taken = matrix.T
        self._shared = shared

    @property
    def cost(self) -> Floats:
        """Cost of each column of the thing, with what it takes of the shared rows at their prices."""
        return np.asarray(self._cost)

    def part_of(self, rows: Mask) -> Floats:
        """Return the part of the cost that some of the shared rows make."""
        part: Floats = -(self._taken @ np.where(rows, self._shared, 0.0))
        return part

    def cheapest(self, cost: Floats | None = None) -> Bundle | None:
        """Return the cheapest bundle for one unit, None where none can enter at all."""
        cost = self._cost if cost is None else cost
        if not len(self.columns) or not self._unit.any():
            return None
        equal = sparse.vstack([self._equal, sparse.csr_array(self._unit[None, :])]).tocsr()
        right = np.append(np.zeros(self._equal.shape[0]), 1.0)
        most = self._most if self._most.shape[0] else None
        answer = linprog(
            cost, A_ub=most, b_ub=None if most is None else np.zeros(most.shape[0]), A_eq=equal, b_eq=right,
            bounds=(0, None), method="highs",
        )  # fmt: skip
        if answer.status != 0:
            return None
        return Bundle(float(answer.fun), self.columns, np.asarray(answer.x))

    def break_even(self, part: Floats) -> float | None:
        """Return by what a part of the cost must be multiplied for the reduced cost to be zero; None where nothing does.

        `part` is by column of the thing; the rest of its cost stays.
        """
        rest = self._cost - part
        factor = 1.0
        for _ in range(STEPS):
            bundle = self.cheapest(rest + factor * part)
            if bundle is None:
                return None
            slope = float(part @ bundle.amounts)
            if abs(bundle.reduced) <= STEADY * max(1.0, abs(float(rest @ bundle.amounts))):
                return factor
            if abs(slope) <= STEADY:
                return None
            following = -float(rest @ bundle.amounts) / slope
            if following < 0:  # a tangent of a concave function meets zero too early: look at nothing itself
                if factor == 0.0:
                    return None  # not even free
                following = 0.0
            if abs(following - factor) <= STEADY * max(1.0, factor):
                return following
            factor = following
        return factor


def labels_of(reading: Reading, column: int) -> tuple[Block, dict[str, str]]:
    """Return the block of a column and its labels, with its period."""
    programme = reading.built.model.programme
    for block in programme.columns.values():
        if block.first <= column < block.first + block.count:
            where = np.argwhere(block.at == column)[0]
            labels = dict(zip(block.axes, block.keys[where[-1]], strict=True))
            if block.timed:
                labels["period"] = programme.periods[where[0]]
            return block, labels
    raise IndexError(column)
