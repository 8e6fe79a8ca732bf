"""A programme in other units is the same programme: its optimum, point and prices come back to the last digit."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest

from planner.solver.highs import ArrayHighs
from planner.solver.solution import Answer
from planner.whatif.units import Units, rescaled
from tests.whatif.test_proof import by_hand

ONES = Units(np.ones(2), np.ones(1))


def test_the_same_units_are_the_same_arrays():
    """Nothing is copied where nothing is to be changed."""
    first = by_hand()
    assert rescaled(first, ONES, ONES, first).inner is first


def test_in_units_of_four_by_hand():
    """Where a is counted in fours and the row in halves: 8a + 3b, 8a + 2b >= 20, a <= 1.5 (a = 6 and b = 4 cost 29)."""
    first = by_hand()
    wanted = Units(np.array([4.0, 1.0]), np.array([0.5]))
    inner = rescaled(first, ONES, wanted, replace(first, cost=np.array([8.0, 3.0]))).inner
    assert inner.cost.tolist() == [8, 3]
    assert inner.value.tolist() == [8, 2]
    assert inner.row_lower.tolist() == [20]
    assert inner.upper.tolist() == [1.5, np.inf]
    assert inner.constant == 5


@pytest.mark.parametrize("money", [0.25, 1.0, 8.0])
def test_answers_come_back(money):
    """The point (6, 4) at the price 3, whatever units it was found in."""
    first = by_hand()
    now, wanted = Units(np.array([2.0, 8.0]), np.array([4.0])), Units(np.array([16.0, 0.5]), np.array([0.25]))
    like = replace(first, cost=first.cost * np.array([8.0, 1 / 16]) * money)
    scaled = rescaled(first, now, wanted, like)
    assert not scaled.is_same
    assert scaled.money == money
    found = ArrayHighs().answer(scaled.inner)
    assert found.objective == pytest.approx(29 * money)
    out = scaled.outwards(Answer("optimal", x=found.x, row_dual=found.row_dual))
    assert out.x.tolist() == [6, 4]
    assert out.row_dual.tolist() == [3]
    assert out.reduced_cost.tolist() == [-1, 0]
    again = scaled.inwards(replace(found, x=out.x, row_dual=out.row_dual))
    assert again.x.tolist() == found.x.tolist()
    assert again.row_dual.tolist() == found.row_dual.tolist()


def test_columns_without_units_stay():
    """A column and a row that come after those of the programme, such as a shortage, are not scaled."""
    first = by_hand()
    scaled = rescaled(first, Units(np.ones(1), np.ones(0)), Units(np.array([2.0]), np.ones(0)), first)
    assert scaled.column.tolist() == [2, 1]
    assert scaled.inner.value.tolist() == [2, 1]
