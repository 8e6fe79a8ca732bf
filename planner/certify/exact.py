"""Exact arithmetic on doubles: every double is a whole number times a power of two, so nothing need be rounded."""

from __future__ import annotations

import math
from dataclasses import dataclass
from fractions import Fraction
from typing import Any

import numpy as np
from numpy.typing import NDArray

from planner.model.arrays import Arrays, Floats

Whole = NDArray[Any]
"""An array of Python's unbounded whole numbers."""

DIGITS = 53
"""Binary digits of a double's significand."""


@dataclass(frozen=True)
class Exact:
    """Numbers `whole * 2 ** exponent`, with one exponent for all of them."""

    whole: Whole
    exponent: int

    def __add__(self, other: Exact) -> Exact:
        return self._joined(other, 1)

    def __sub__(self, other: Exact) -> Exact:
        return self._joined(other, -1)

    def __mul__(self, other: Exact) -> Exact:
        return Exact(self.whole * other.whole, self.exponent + other.exponent)

    def _joined(self, other: Exact, sign: int) -> Exact:
        exponent = min(self.exponent, other.exponent)
        mine, theirs = (part.whole * (1 << (part.exponent - exponent)) for part in (self, other))
        return Exact(mine + sign * theirs, exponent)

    def at(self, positions: Any) -> Exact:
        """Return the numbers at some positions."""
        return Exact(self.whole[positions], self.exponent)

    def total(self) -> Fraction:
        """Return the sum."""
        return fraction(sum(self.whole.tolist()), self.exponent)

    def one(self, position: int) -> Fraction:
        """Return one of the numbers."""
        return fraction(self.whole[position], self.exponent)

    def sign(self) -> NDArray[np.int8]:
        """Return -1, 0 or 1 for each number."""
        positive: NDArray[np.int8] = (self.whole > 0).astype(np.int8)
        return positive - (self.whole < 0).astype(np.int8)


def fraction(whole: int, exponent: int) -> Fraction:
    """Return `whole * 2 ** exponent`."""
    return Fraction(whole << exponent) if exponent >= 0 else Fraction(whole, 1 << -exponent)


def exact(values: Floats) -> Exact:
    """Return finite doubles as exact numbers."""
    mantissa, exponent = np.frexp(values)
    whole = np.ldexp(mantissa, DIGITS).astype(np.int64)
    power = exponent.astype(np.int64) - DIGITS
    used = whole != 0
    if not used.any():
        return Exact(np.zeros(len(values), object), 0)
    least = int(power[used].min())
    shift = np.where(used, power - least, 0)
    return Exact(_objects([w << s for w, s in zip(whole.tolist(), shift.tolist(), strict=True)]), least)


def _objects(numbers: list[int]) -> Whole:
    made = np.empty(len(numbers), object)
    made[:] = numbers
    return made


def finite(values: Floats) -> Floats:
    """Return values with 0 in place of what is infinite."""
    return np.where(np.isfinite(values), values, 0.0)


def sums(terms: Exact, groups: NDArray[Any], count: int) -> Exact:
    """Return the sum of the terms of each group; `groups` is ascending."""
    total = np.zeros(count, object)
    if len(groups):
        first = np.flatnonzero(np.diff(groups, prepend=-1))
        total[groups[first]] = np.add.reduceat(terms.whole, first)
    return Exact(total, terms.exponent)


@dataclass(frozen=True)
class Matrix:
    """The coefficients of a programme, exactly, with the row of each."""

    arrays: Arrays
    value: Exact
    row: NDArray[np.int64]

    def times(self, x: Exact) -> Exact:
        """Return `A @ x`."""
        used = np.flatnonzero(x.whole[self.arrays.index] != 0)
        terms = self.value.at(used) * x.at(self.arrays.index[used])
        return sums(terms, self.row[used], self.arrays.rows)

    def transposed_times(self, y: Exact) -> Exact:
        """Return `A' @ y`."""
        used = np.flatnonzero(y.whole[self.row] != 0)
        used = used[np.argsort(self.arrays.index[used], kind="stable")]
        terms = self.value.at(used) * y.at(self.row[used])
        return sums(terms, self.arrays.index[used], self.arrays.columns)


def matrix_of(arrays: Arrays) -> Matrix:
    """Return a programme's coefficients."""
    return Matrix(arrays, exact(arrays.value), np.repeat(np.arange(arrays.rows), np.diff(arrays.start)))


def rounded(value: Fraction, *, up: bool) -> float:
    """Return the double next to a fraction on one side: what is proven of the double is proven of the fraction."""
    near = float(value)
    if (Fraction(near) < value) if up else (Fraction(near) > value):
        near = math.nextafter(near, math.inf if up else -math.inf)
    return near
