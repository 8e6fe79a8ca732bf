"""A solver's point made exactly feasible: moved in rational numbers until every rule holds to the last digit.

A solver keeps rules to about 1e-9. Here the point is put within its bounds, whole columns are rounded, and the
rows that are then off are solved exactly: each gets a column of its own, strictly within its bounds (such as unmet
demand, or a fleet), that takes up what is missing. Rows that become broken on the way join in; a column that would leave
its bounds is put on the bound and takes up nothing more.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from fractions import Fraction

import numpy as np
from numpy.typing import NDArray

from planner.certify.elimination import Lost, System
from planner.certify.exact import Exact, Matrix, exact, finite, fraction
from planner.model.arrays import Arrays, Floats

ROUNDS = 40
"""So often are rows that became broken taken in."""

TIGHT = (1e-9, 1e-13, 0.0)
"""Rows this near to a side are kept where they are from the start, so that few rounds are needed; where they are too
many to be kept together, only those that are nearer."""

MOST_WORK = 400_000
"""So many exact operations on coefficients are spent at most; a plan needs far fewer."""

MOST_FREED = 3
"""So often is one row let go of, or one column taken off its bound."""

WIDE = 1e-7
"""A column on its bound can take something up if it can move this far inwards."""


@dataclass(frozen=True)
class Point:
    """A point and how far it is from feasible.

    Attributes
    ----------
    value
        Exact objective, constant included.
    violation
        Largest amount by which a row is broken, in the arrays' units; 0 where the point is feasible.
    row
        The row that is broken most, -1 where none is.
    moves
        Exact move of each column from where it was, within its bounds, in the arrays' units.
    put
        How far a column was off its bounds, or off a whole number, at most.
    """

    value: Fraction
    violation: Fraction
    row: int
    moves: dict[int, Fraction]
    put: float = 0.0

    @property
    def moved(self) -> float:
        """Largest move of a column."""
        return max(self.put, *(abs(float(move)) for move in self.moves.values()), 0.0)


@dataclass
class _State:
    """The point on its way: doubles `x` with exact moves on top, and each row's exact excess over what it may be."""

    arrays: Arrays
    matrix: Matrix
    x: Floats
    room: Floats
    count: NDArray[np.int64]
    activity: dict[int, Fraction] = field(default_factory=dict)
    moves: dict[int, Fraction] = field(default_factory=dict)
    freed: dict[int, int] = field(default_factory=dict)
    work: int = 0


def repaired(arrays: Arrays, matrix: Matrix, x: Floats, tights: Sequence[float] = TIGHT) -> Point:
    """Return the exactly feasible point near `x`, or the nearest that was found; `tights` are tried in their order."""
    given = x
    x = np.clip(np.where(arrays.integer, np.rint(x), x), arrays.lower, arrays.upper)
    x = np.where(np.isfinite(x), x, 0.0)
    put = float(np.abs(x - given).max(initial=0.0))
    within = np.minimum(x - arrays.lower, arrays.upper - x)
    room = np.where(arrays.integer, 0.0, np.maximum(within, 0.0))
    count = np.bincount(arrays.index, minlength=arrays.columns)
    state = _State(arrays, matrix, x, room, count)
    level = matrix.times(exact(x))
    broken = _broken(arrays, level)
    row, violation, spent = -1, Fraction(0), 0
    for tight in tights if broken.size else ():
        tried = _State(arrays, matrix, x, room.copy(), count, work=spent)
        _settle(tried, level, {*broken.tolist(), *_tight(tried, level, tight)}, _by_column(arrays, matrix))
        (at, left), spent = _worst(tried), tried.work
        if tight == tights[0] or left < violation:
            state, row, violation = tried, at, left
        if not left or spent > MOST_WORK:
            break
    value = (exact(arrays.cost) * exact(x)).total() + Fraction(arrays.constant)
    value += sum((Fraction(float(arrays.cost[j])) * move for j, move in state.moves.items()), Fraction(0))
    return Point(value, violation, row, state.moves, put)


def _broken(arrays: Arrays, level: Exact) -> NDArray[np.intp]:
    """Return the rows whose exact activity is not within their sides."""
    low = (level - exact(finite(arrays.row_lower))).sign() < 0
    high = (level - exact(finite(arrays.row_upper))).sign() > 0
    return np.flatnonzero((low & np.isfinite(arrays.row_lower)) | (high & np.isfinite(arrays.row_upper)))


def _tight(state: _State, level: Exact, tight: float) -> list[int]:
    """Return the rows that are at a side, to within a share of their level, and have a column that can move."""
    arrays = state.arrays
    near = level.exponent
    about = np.array([float(fraction(w, near)) for w in level.whole.tolist()])
    width = tight * np.maximum(1.0, np.abs(about))
    at_side = (np.abs(about - arrays.row_lower) <= width) | (np.abs(about - arrays.row_upper) <= width)
    movable = np.bincount(state.matrix.row, weights=state.room[arrays.index] > 0, minlength=arrays.rows) > 0
    return np.flatnonzero(at_side & movable).tolist()


def _by_column(arrays: Arrays, matrix: Matrix) -> tuple[NDArray[np.int64], NDArray[np.intp]]:
    """Return where the coefficients of each column begin, and their positions in order of columns."""
    order = np.argsort(arrays.index, kind="stable")
    return np.searchsorted(arrays.index[order], np.arange(arrays.columns + 1)), order


def _settle(
    state: _State, level: Exact, active: set[int], by_column: tuple[NDArray[np.int64], NDArray[np.intp]]
) -> None:
    """Solve the active rows exactly, take in those that are broken by that, and so on until none is."""
    start, order = by_column
    for row in active:
        state.activity[row] = level.one(row)
    for _ in range(ROUNDS):
        delta, lost = _solved(state, active)
        for j, step in delta.items():
            move = _held(state, j, step)
            if not move:
                continue
            state.moves[j] = state.moves.get(j, Fraction(0)) + move
            for k in order[start[j] : start[j + 1]].tolist():
                row = int(state.matrix.row[k])
                before = state.activity.get(row)
                state.activity[row] = (level.one(row) if before is None else before) + Fraction(
                    float(state.arrays.value[k])
                ) * move
        broken = {row for row in state.activity if _excess(state, row)}
        if not broken or state.work > MOST_WORK:
            return
        if not (delta or lost or broken - active):
            return
        active |= broken
        if not _loosened(state, lost, active) and not delta:
            return


def _loosened(state: _State, lost: list[Lost], active: set[int]) -> bool:
    """Let go of what keeps rows from holding together; return whether anything was.

    Of rows whose weighted sum lacks something, one that may be left inwards is no longer kept where it is; or else a
    column on its bound that can make up for it, such as unmet demand, takes part.
    """
    changed = False
    for one in lost:
        row = _slack_row(state, one, active)
        if row is not None:
            active.discard(row)
            state.freed[-1 - row] = state.freed.get(-1 - row, 0) + 1
        elif (found := _column_inwards(state, one)) is not None:
            column, way = found
            state.room[column] = way
            state.freed[column] = state.freed.get(column, 0) + 1
        else:
            continue
        changed = True
    return changed


def _slack_row(state: _State, lost: Lost, active: set[int]) -> int | None:
    """Return an active row of one side that what is lacking moves away from that side."""
    arrays = state.arrays
    for row, weight in lost.mix.items():
        low, high = np.isfinite(arrays.row_lower[row]), np.isfinite(arrays.row_upper[row])
        falls = (lost.right > 0) == (weight > 0)
        is_loose = row in active and low != high and falls == high and not _excess(state, row)
        if is_loose and state.freed.get(-1 - row, 0) < MOST_FREED:
            return row
    return None


def _column_inwards(state: _State, lost: Lost) -> tuple[int, float] | None:
    """Return the column on a bound, in the fewest rows, whose way inwards makes up what is lacking, and that way."""
    arrays = state.arrays
    weighed: dict[int, Fraction] = {}
    for row, weight in lost.mix.items():
        part = slice(arrays.start[row], arrays.start[row + 1])
        for j, value in zip(arrays.index[part].tolist(), arrays.value[part].tolist(), strict=True):
            if state.room[j] == 0 and not arrays.integer[j]:
                weighed[j] = weighed.get(j, Fraction(0)) + weight * Fraction(value)
    ways: list[tuple[int, int, float]] = []
    for j, weight in weighed.items():
        now = float(state.x[j]) + float(state.moves.get(j, 0))
        rises = (weight > 0) == (lost.right > 0)
        way = float(arrays.upper[j]) - now if rises else now - float(arrays.lower[j])
        if weight and way > WIDE and state.freed.get(j, 0) < MOST_FREED:
            ways.append((int(state.count[j]), j, way))
    return min(ways)[1:] if ways else None


def _held(state: _State, j: int, step: Fraction) -> Fraction:
    """Return how far a column may go of a step; one that meets its bound has no more room."""
    at = Fraction(float(state.x[j])) + state.moves.get(j, Fraction(0))
    low, high = state.arrays.lower[j], state.arrays.upper[j]
    if np.isfinite(low) and at + step < Fraction(float(low)):
        state.room[j] = 0.0
        return Fraction(float(low)) - at
    if np.isfinite(high) and at + step > Fraction(float(high)):
        state.room[j] = 0.0
        return Fraction(float(high)) - at
    return step


def _excess(state: _State, row: int) -> Fraction:
    """Return by how much a row's activity must change to be within its sides."""
    level, low, high = state.activity[row], state.arrays.row_lower[row], state.arrays.row_upper[row]
    if np.isfinite(low) and level < Fraction(float(low)):
        return Fraction(float(low)) - level
    if np.isfinite(high) and level > Fraction(float(high)):
        return Fraction(float(high)) - level
    return Fraction(0)


def _solved(state: _State, active: set[int]) -> tuple[dict[int, Fraction], list[Lost]]:
    """Return moves of columns with room that put active rows back within their sides, and those that there are none for."""
    arrays = state.arrays
    system = System(state.room)
    for i in sorted(active):
        part = slice(arrays.start[i], arrays.start[i + 1])
        columns = arrays.index[part]
        free = state.room[columns] > 0
        system.add(i, columns[free].tolist(), arrays.value[part][free].tolist(), _excess(state, i))
    moves = system.solved(MOST_WORK - state.work)
    state.work += system.work
    return moves, system.lost


def _worst(state: _State) -> tuple[int, Fraction]:
    """Return the row that is broken most, and by how much."""
    worst = max(state.activity, key=lambda row: (abs(_excess(state, row)), -row))
    size = abs(_excess(state, worst))
    return (worst, size) if size else (-1, size)
