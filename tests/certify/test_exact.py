"""Exact arithmetic on doubles, safe bounds and repaired points, against rational arithmetic written another way."""

from __future__ import annotations

import math
from dataclasses import replace
from fractions import Fraction

import numpy as np
import pytest

from planner.certify.bound import safe_bound, signed
from planner.certify.exact import exact, matrix_of, rounded
from planner.certify.packing import packed, unpacked
from planner.certify.repair import repaired
from planner.errors import InputError
from planner.solver.highs import ArrayHighs
from tests.certify.plans import dense, random_box, vertex_optimum
from tests.solver.programmes import INF, dantzig, programme

ODD = [0.1, -1e-300, 5e-324, 3.0, 0.0, -2.5e17, 1 / 3]


def test_doubles_are_kept_to_the_last_bit():
    """Each exact number is the fraction that Python says the double is."""
    numbers = exact(np.array(ODD))
    assert [numbers.one(i) for i in range(len(ODD))] == [Fraction(value) for value in ODD]
    assert numbers.total() == sum(map(Fraction, ODD))
    assert numbers.sign().tolist() == [1, -1, 1, 1, 0, -1, 1]


@pytest.mark.parametrize("seed", range(4))
def test_products_are_those_of_fractions(seed):
    """A x and A'y equal the sums of products of fractions, entry by entry."""
    arrays = random_box(seed, columns=5, rows=4)
    rng = np.random.default_rng(seed)
    x, y = rng.normal(size=5), rng.normal(size=4)
    matrix, a = matrix_of(arrays), dense(arrays)
    level, weighed = matrix.times(exact(x)), matrix.transposed_times(exact(y))
    for i in range(4):
        assert level.one(i) == sum(a[i][j] * Fraction(x[j]) for j in range(5))
    for j in range(5):
        assert weighed.one(j) == sum(a[i][j] * Fraction(y[i]) for i in range(4))


def test_rounding_is_outward():
    """A third lies strictly between its doubles on either side; a double is its own."""
    third = Fraction(1, 3)
    assert Fraction(rounded(third, up=False)) < third < Fraction(rounded(third, up=True))
    assert rounded(Fraction(1, 4), up=True) == rounded(Fraction(1, 4), up=False) == 0.25


@pytest.mark.parametrize("seed", range(12))
def test_any_duals_bound_the_exact_optimum(seed):
    """The optimum is the best of all vertices, in rationals: duals of a solver, and at random, never bound beyond it."""
    arrays = random_box(seed)
    best = vertex_optimum(arrays)
    matrix = matrix_of(arrays)
    rng = np.random.default_rng(seed)
    for _ in range(20):
        bound = safe_bound(arrays, matrix, rng.normal(size=arrays.rows) * 3).value
        assert bound is not None
        assert bound <= best
    solution = ArrayHighs().answer(arrays)
    near = safe_bound(arrays, matrix, solution.row_dual).value
    assert near is not None
    assert best - Fraction(1, 10**12) <= near <= best
    point = repaired(arrays, matrix, solution.x)
    assert point.violation == 0
    assert best <= point.value <= best + Fraction(1, 10**12)


def test_dantzig_by_hand():
    """350 and 600 cases at 225, 162 and so on cost 153.675: both ends meet there."""
    arrays = replace(dantzig(), upper=np.full(6, 1000.0))
    solution = ArrayHighs().answer(arrays)
    bound = safe_bound(arrays, matrix_of(arrays), solution.row_dual).value
    point = repaired(arrays, matrix_of(arrays), solution.x)
    assert bound is not None
    assert bound <= point.value
    assert float(point.value) == pytest.approx(153.675, abs=1e-12)
    assert float(point.value - bound) < 1e-12


def test_a_dual_of_the_wrong_sign_is_left_out():
    """A row x <= 2 has no lower side: a positive dual of it would prove what is false, and counts as 0."""
    arrays = programme([1.0], [([1.0], -INF, 2.0)], upper=5.0)
    assert signed(arrays, np.array([7.0])).tolist() == [0.0]
    assert signed(arrays, np.array([-7.0])).tolist() == [-7.0]
    assert safe_bound(arrays, matrix_of(arrays), np.array([7.0])).value == 0


def test_a_column_without_a_bound_cannot_pay():
    """Least of -x over x >= 0 without an end: no number bounds it, and the column is named."""
    arrays = programme([-1.0, 1.0], [([1.0, 1.0], 1.0, INF)])
    bound = safe_bound(arrays, matrix_of(arrays), np.array([0.0]))
    assert bound.value is None
    assert bound.endless == (0,)


def test_an_impossible_row_is_named_with_what_it_lacks():
    """No x, y <= 1 make x + y = 3: it x, y <= 1 misses by exactly 1, whatever the point."""
    arrays = programme([1.0, 1.0], [([1.0, 0.0], 0.0, INF), ([1.0, 1.0], 3.0, 3.0)], upper=1.0)
    point = repaired(arrays, matrix_of(arrays), np.array([0.7, 0.9]))
    assert (point.row, point.violation) == (1, Fraction(1))


def test_thirds_are_made_exact():
    """3 x = 1 has no solution in doubles; the repaired point has exactly a third."""
    arrays = programme([1.0], [([3.0], 1.0, 1.0)], upper=1.0)
    assert 3 * Fraction(1 / 3) != 1
    point = repaired(arrays, matrix_of(arrays), np.array([1 / 3]))
    assert point.violation == 0
    assert point.value == Fraction(1, 3)


def test_whole_columns_stay_whole():
    """With x whole and x + y = 2.5: y takes up what rounding x to 2 leaves, and x is not touched."""
    arrays = programme([1.0, 10.0], [([1.0, 1.0], 2.5, 2.5)], upper=5.0, integer=[True, False])
    point = repaired(arrays, matrix_of(arrays), np.array([1.9999999, 0.4999999]))
    assert point.violation == 0
    assert point.value == 7


def test_what_sits_on_its_bound_can_help():
    """Only y, at 0, can make up what x at its most leaves: as unmet demand does."""
    arrays = programme([1.0, 100.0], [([1.0, 1.0], 2.0, 2.0)], lower=0.0, upper=[2.0 - 2**-40, 5.0])
    point = repaired(arrays, matrix_of(arrays), np.array([2.0, 0.0]))
    assert point.violation == 0
    assert point.value == 2 - Fraction(1, 2**40) + 100 * Fraction(1, 2**40)


@pytest.mark.parametrize("seed", range(6))
def test_points_that_are_a_little_off_are_mended(seed):
    """A vertex shaken by 1e-9 is feasible again in exact arithmetic, at nearly the same cost."""
    arrays = random_box(seed, columns=9, rows=6)
    solution = ArrayHighs().answer(arrays)
    rng = np.random.default_rng(seed)
    x = solution.x + 1e-9 * rng.normal(size=9)
    point = repaired(arrays, matrix_of(arrays), x)
    assert point.violation == 0
    assert float(point.value) == pytest.approx(solution.objective, abs=1e-6)


@pytest.mark.parametrize(
    "values", [[], [0.0, 0.0], ODD, [math.pi] * 5, np.random.default_rng(1).normal(size=200).tolist()]
)
def test_vectors_come_back_bit_for_bit(values):
    """What is packed is what is unpacked, and the text is the same each time."""
    vector = np.array(values, dtype=float)
    assert unpacked(packed(vector)).tobytes() == vector.tobytes()
    assert packed(vector) == packed(vector.copy())


@pytest.mark.parametrize(
    "broken",
    [
        {},
        {"length": -1, "values": ""},
        {"length": 3, "values": "not base64!"},
        {"length": 10**12, "values": packed(np.ones(3))["values"]},
        {"length": 2, "values": packed(np.ones(3))["values"]},
        {"length": 3, "values": packed(np.ones(3))["values"][:-8]},
        {"length": 3, "values": packed(np.array([1.0, math.inf, 2.0]))["values"]},
    ],
)
def test_texts_that_are_no_vectors_are_refused(broken):
    """A vector that is cut, too long or not of numbers is an error of the input."""
    with pytest.raises(InputError, match="certificate"):
        unpacked(broken)
