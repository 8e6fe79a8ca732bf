"""One programme in the units of another: what is scaled by powers of two is scaled back without losing a digit.

The programme's columns and rows are scaled by what is of use in the scenario, so that other numbers of it may come in other
units. In those of the first programme only the numbers are different that the question is about.
"""

from __future__ import annotations

from dataclasses import dataclass, replace

import numpy as np

from planner.model.arrays import Arrays, Floats
from planner.model.finished import Finished, power_of_two
from planner.solver.solution import Answer, Solution, reduced_costs


@dataclass(frozen=True)
class Units:
    """What the columns and rows of a programme are scaled by (`planner.model.finished.Finished`); all powers of two."""

    columns: Floats
    rows: Floats

    @classmethod
    def of(cls, finished: Finished) -> Units:
        """Return the units of a programme."""
        return cls(finished.scale, finished.row_scale)


@dataclass(frozen=True)
class Rescaled:
    """A programme in other units.

    Attributes
    ----------
    arrays
        The programme as it came.
    inner
        The programme in the other units; `arrays` itself where they are the same.
    column, row
        Units of `arrays` that one unit of a column of `inner` is, and units of a row of `inner` that one of `arrays` is.
    money
        Costs of `inner` for one of `arrays`.
    """

    arrays: Arrays
    inner: Arrays
    column: Floats
    row: Floats
    money: float

    @property
    def is_same(self) -> bool:
        """Whether the units are the same."""
        return self.inner is self.arrays

    def inwards(self, found: Solution) -> Solution:
        """Return a plan for `arrays`, with its prices, as one for `inner`."""
        if self.is_same or found.x is None or found.row_dual is None:
            return found
        return replace(found, x=found.x / self.column, row_dual=found.row_dual * self.money / self.row)

    def outwards(self, found: Answer) -> Answer:
        """Return an answer to `inner` as one to `arrays`."""
        if self.is_same or found.x is None or found.row_dual is None:
            return found
        row_dual = found.row_dual * self.row / self.money
        return replace(
            found,
            x=found.x * self.column,
            row_dual=row_dual,
            reduced_cost=reduced_costs(self.arrays, row_dual),
        )


def rescaled(arrays: Arrays, now: Units, wanted: Units, like: Arrays) -> Rescaled:
    """Return a programme, which is in the units `now`, in the units `wanted`, its costs as near as may be to those of `like`.

    Columns and rows that come after those that have units are not scaled.
    """
    column, row = np.ones(arrays.columns), np.ones(arrays.rows)
    column[: len(now.columns)] = wanted.columns / now.columns
    row[: len(now.rows)] = now.rows / wanted.rows
    cost = arrays.cost * column
    money = _ratio(like.cost, cost)
    if money == 1.0 and (column == 1).all() and (row == 1).all():
        return Rescaled(arrays, arrays, column, row, money)
    lines = np.repeat(row, np.diff(arrays.start))
    inner = replace(
        arrays,
        cost=cost * money,
        lower=arrays.lower / column,
        upper=arrays.upper / column,
        value=arrays.value * lines * column[arrays.index],
        row_lower=arrays.row_lower * row,
        row_upper=arrays.row_upper * row,
        constant=arrays.constant * money,
    )
    return Rescaled(arrays, inner, column, row, money)


def _ratio(one: Floats, other: Floats) -> float:
    """Return the power of two that most of the other costs are to be multiplied by, to be the first ones."""
    both = np.flatnonzero((one != 0) & (other != 0))
    if not len(both):
        return 1.0
    return float(power_of_two(np.array([np.median(np.abs(one[both] / other[both]))]))[0])
