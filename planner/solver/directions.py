"""How far one right-hand side can move before the prices change, and what then stands in the way.

At an optimal basis `B` the basic variables are `x_B = B^-1 (b - N x_N)`. Moving the right-hand side of
one active row by `t` moves them along `t B^-1 e_row`: one solve with the basis, and the first basic
variable to meet a bound ends the range (the ratio test of the dual simplex method).
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import highspy
import numpy as np
from highspy import HighsModelStatus, HighsStatus
from numpy.typing import NDArray

from planner.errors import SolverError
from planner.model.arrays import Arrays, Floats
from planner.solver.handle import run_here

# Entries of the direction below this, relative to its largest, are rounding.
STEADY = 1e-9
# A range below this, relative to the right-hand side where that is above 1, is no range.
NO_RANGE = 1e-9
# Basic variables that stop within this of each other, relatively and in the programme's units, stop at once.
TIED = 1e-9


@dataclass(frozen=True)
class Block:
    """What stops a right-hand side: "column" or "row", its index, and whether at its upper limit."""

    kind: str
    index: int
    at_upper: bool


@dataclass(frozen=True)
class Range:
    """How far a right-hand side can fall (`down`) and rise (`up`) with the same prices; both >= 0.

    `next_down` and `next_up` meet their limit first in that direction; None where nothing ever does.
    """

    down: float
    up: float
    next_down: Block | None
    next_up: Block | None
    is_degenerate: bool


class Directions:
    """The basis that a solve ended with, read once for any number of rows.

    Parameters
    ----------
    handle
        A live HiGHS after an optimal solve of a linear programme (after a MILP, with the whole columns
        fixed: what `ArrayHighs` leaves behind).
    arrays
        The programme that was solved.

    Raises
    ------
    SolverError
        If HiGHS holds no optimal basis, as after an interior point method without crossover.

    """

    def __init__(self, handle: highspy.Highs, arrays: Arrays):
        self._handle = _factored(handle)
        self._arrays = arrays
        solution = handle.getSolution()
        self._x = np.asarray(solution.col_value)
        self._activity = np.asarray(solution.row_value)
        # HiGHS numbers a basic row i as -1 - i.
        self._basic: NDArray[np.int32] = self._handle.getBasicVariables()[1]
        self._is_row = self._basic < 0
        self._number = np.where(self._is_row, -1 - self._basic, self._basic)
        self._value, self._lower, self._upper = self._basics()

    def _basics(self) -> tuple[Floats, Floats, Floats]:
        """Return the basic variables' values and limits (a basic row's variable is its activity)."""
        arrays = self._arrays
        basics = [np.empty(len(self._basic)) for _ in range(3)]
        column, row = self._number[~self._is_row], self._number[self._is_row]
        whole = arrays.integer[column]
        for out, of_column, of_row in zip(
            basics,
            (self._x, arrays.lower, arrays.upper),
            (self._activity, arrays.row_lower, arrays.row_upper),
            strict=True,
        ):
            # Whole columns are fixed where they are.
            out[~self._is_row] = np.where(whole, np.rint(self._x[column]), of_column[column])
            out[self._is_row] = of_row[row]
        return basics[0], basics[1], basics[2]

    def rhs_range(self, row: int) -> Range:
        """Return how far the right-hand side of `row` can move, and what stops it."""
        if (self._is_row & (self._number == row)).any():
            return self._slack_range(row)
        step = self._moved(row)
        step[np.abs(step) <= STEADY * max(1.0, np.abs(step).max(initial=0.0))] = 0.0
        up, next_up = self._reach(step)
        down, next_down = self._reach(-step)
        return _range(down, up, next_down, next_up, self._right(row))

    def along(self, change: Mapping[int, float]) -> tuple[float, Block | None]:
        """Return how far several right-hand sides can rise together, each at its own pace, and what stops them.

        Parameters
        ----------
        change
            By row, how much its right-hand side rises for each unit of the way.

        """
        step = np.zeros(len(self._basic))
        for row, pace in change.items():
            basic = np.flatnonzero(self._is_row & (self._number == row))
            if basic.size:
                step[basic] -= pace  # a basic row stays where it is, and its limit moves away from it
            else:
                step += pace * self._moved(row)
        step[np.abs(step) <= STEADY * max(1.0, np.abs(step).max(initial=0.0))] = 0.0
        return self._reach(step)

    def _moved(self, row: int) -> Floats:
        """Return how the basic variables move when the right-hand side of an active row rises by one."""
        status, direction = self._handle.getBasisInverseCol(row)
        if status != HighsStatus.kOk:
            raise SolverError("HiGHS", f"has no basis to move row {row} with")
        # A basic row enters the basis as its activity with the sign turned.
        moved: Floats = np.where(self._is_row, -direction, direction)
        return moved

    def _slack_range(self, row: int) -> Range:
        """Return the range of a row that does not bind: it may tighten until it does."""
        room_up = float(self._activity[row] - self._arrays.row_lower[row])
        room_down = float(self._arrays.row_upper[row] - self._activity[row])
        return _range(
            max(0.0, room_down),
            max(0.0, room_up),
            Block("row", row, True) if np.isfinite(room_down) else None,
            Block("row", row, False) if np.isfinite(room_up) else None,
            self._right(row),
        )

    def _reach(self, step: Floats) -> tuple[float, Block | None]:
        """Return how far the basics can go along `step`, and which of them stops first."""
        moving = np.flatnonzero(step)
        rises = step[moving] > 0
        limit = np.where(rises, self._upper[moving], self._lower[moving])
        room = np.maximum(0.0, (limit - self._value[moving]) / step[moving])
        if not len(moving) or not np.isfinite(room.min()):
            return np.inf, None
        # Of several that stop at once the first in the programme's order is told, whatever the order of the factors is.
        tied = np.flatnonzero(room <= room.min() * (1 + TIED) + TIED)
        first = int(tied[np.lexsort((self._number[moving[tied]], self._is_row[moving[tied]]))[0]])
        basic = moving[first]
        kind = "row" if self._is_row[basic] else "column"
        return float(room.min()), Block(kind, int(self._number[basic]), bool(rises[first]))

    def _right(self, row: int) -> float:
        lower, upper = self._arrays.row_lower[row], self._arrays.row_upper[row]
        return float(lower if np.isfinite(lower) else upper)


def rhs_range(handle: highspy.Highs, arrays: Arrays, row: int) -> Range:
    """Return how far the right-hand side of one row can move before the basis changes.

    For more rows of the same solve, read the basis once with `Directions`.
    """
    return Directions(handle, arrays).rhs_range(row)


def _range(down: float, up: float, next_down: Block | None, next_up: Block | None, right: float) -> Range:
    least = NO_RANGE * max(1.0, abs(right)) if np.isfinite(right) else NO_RANGE
    down, up = (0.0 if distance <= least else distance for distance in (down, up))
    return Range(down, up, next_down, next_up, is_degenerate=min(down, up) == 0.0)


def _factored(handle: Any) -> Any:
    """Return the handle with the factors of its optimal basis; presolve leaves only the basis.

    The stubs of highspy lack the calls on the basis, hence no type.
    """
    if handle.getModelStatus() == HighsModelStatus.kNotset and handle.getBasis().valid:
        run_here(handle)  # the basis is optimal, but its numbers were changed since and put back
    info, status = handle.getInfo(), handle.getModelStatus()
    if status != HighsModelStatus.kOptimal or info.basis_validity != int(highspy.BasisValidity.kBasisValidityValid):
        raise SolverError("HiGHS", "ended without an optimal basis")
    if not handle.getNumRow() or handle.getBasicVariables()[0] == HighsStatus.kOk:
        return handle
    # Set again, the basis is factored and, being optimal, ends the run at once.
    handle.setBasis(handle.getBasis())
    handle.setOptionValue("time_limit", highspy.kHighsInf)
    run_here(handle)
    if handle.getBasicVariables()[0] != HighsStatus.kOk:
        raise SolverError("HiGHS", "could not factor its basis")
    return handle
