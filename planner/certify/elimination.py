"""A system of equations with more columns than rows, solved exactly: each row is given a column that makes up what it lacks.

Rows with a column that no other row has come first, so that most systems are triangular and nothing need be eliminated
(the order of H. M. Markowitz, Management Science 3, 1957, where it is not).
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass
from fractions import Fraction
from heapq import heapify, heappop, heappush

from planner.model.arrays import Floats

STEADY = 1e-3
"""A pivot is no smaller than this share of the largest in its row, each times the room of its column."""

WIDEST = 1e300
"""Room of a column without a bound."""

LIMB = 256
"""So many binary digits take no longer than few."""

type Row = dict[int, Fraction]


@dataclass(frozen=True)
class _Pivot:
    """A row as it was when its column was chosen, and what it lacked."""

    column: int
    row: Row
    right: Fraction


@dataclass(frozen=True)
class Lost:
    """Rows that cannot hold together: their sum with the weights `mix` has no column left, but lacks `right`."""

    mix: Row
    right: Fraction


class System:
    """Rows `sum a x = right` in columns of which each has so much `room`.

    Once it is solved, `lost` are the rows that were left without a column, and `work` is what it took: operations on
    coefficients, each by the length of its numbers.
    """

    def __init__(self, room: Floats):
        self._room = room
        self._rows: dict[int, Row] = {}
        self._right: dict[int, Fraction] = {}
        self._holders: dict[int, set[int]] = defaultdict(set)
        self._mix: dict[int, Row] = {}
        self._shortest: list[tuple[int, int]] = []
        self.work = 0
        self.lost: list[Lost] = []

    def add(self, number: int, columns: Sequence[int], values: Sequence[float], right: Fraction) -> None:
        """Add a row."""
        self._rows[number] = {j: Fraction(a) for j, a in zip(columns, values, strict=True)}
        self._right[number] = right
        for j in columns:
            self._holders[j].add(number)

    def solved(self, most_work: int) -> Row:
        """Return values of the columns that satisfy the rows, but for those without a column left; 0 is left out."""
        found: Row = {}
        for pivot in reversed(self._eliminated(most_work)):
            known = (a * found[j] for j, a in pivot.row.items() if j != pivot.column and j in found)
            value = (pivot.right - sum(known, Fraction(0))) / pivot.row[pivot.column]
            found[pivot.column] = value
            self.work += len(pivot.row) * (_length(value) // LIMB)
            if self.work > most_work:
                return {}
        return {j: value for j, value in found.items() if value}

    def _eliminated(self, most_work: int) -> list[_Pivot]:
        pivots: list[_Pivot] = []
        ready = [i for i, row in self._rows.items() if any(self._is_own(j) for j in row)]
        self._shortest = [(len(row), i) for i, row in self._rows.items()]
        heapify(self._shortest)
        while self._rows and self.work <= most_work:
            size, i = (0, ready.pop()) if ready else heappop(self._shortest)
            if i not in self._rows or (size and size != len(self._rows[i])):
                continue  # taken, or changed since
            pivot = self._taken(i)
            if pivot is None:
                continue
            self._take_out(i, pivot)
            pivots.append(pivot)
            ready += [next(iter(self._holders[j])) for j in pivot.row if j != pivot.column and self._is_own(j)]
        return pivots

    def _is_own(self, j: int) -> bool:
        return len(self._holders[j]) == 1

    def _taken(self, i: int) -> _Pivot | None:
        """Take a row out of those that are left, with the column that is to make up what it lacks."""
        row, right = self._rows.pop(i), self._right.pop(i)
        if not row:
            if right:
                self.lost.append(Lost(self._mix.get(i, {i: Fraction(1)}), right))
            return None
        size = {j: abs(float(a)) * min(float(self._room[j]), WIDEST) for j, a in row.items()}
        least = STEADY * max(size.values())
        fair = [j for j in row if size[j] >= least]
        own = [j for j in fair if self._is_own(j)]
        column = max(own, key=lambda j: (size[j], -j)) if own else min(fair, key=lambda j: (len(self._holders[j]), j))
        for j in row:
            self._holders[j].discard(i)
        return _Pivot(column, row, right)

    def _take_out(self, i: int, pivot: _Pivot) -> None:
        """Take a pivot's column out of the other rows; `i` is the pivot's row."""
        j = pivot.column
        for k in sorted(self._holders.pop(j, set())):
            other = self._rows[k]
            factor = other.pop(j) / pivot.row[j]
            self._right[k] -= factor * pivot.right
            mix = self._mix.get(i, {i: Fraction(1)})
            self.work += (len(pivot.row) + len(mix)) * (1 + _length(factor) // LIMB)
            self._mix[k] = _less(self._mix.get(k, {k: Fraction(1)}), factor, mix)
            rest = {c: value for c, value in pivot.row.items() if c != j}
            left = _less(other, factor, rest)
            for c in rest:
                (self._holders[c].add if c in left else self._holders[c].discard)(k)
            self._rows[k] = left
            heappush(self._shortest, (len(left), k))


def _length(number: Fraction) -> int:
    """Return how many binary digits a fraction has."""
    return number.numerator.bit_length() + number.denominator.bit_length()


def _less(row: Row, factor: Fraction, other: Row) -> Row:
    """Return a row less a multiple of another."""
    left = dict(row)
    for j, value in other.items():
        now = left.get(j, Fraction(0)) - factor * value
        if now:
            left[j] = now
        else:
            left.pop(j, None)
    return left
